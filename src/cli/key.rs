//! `devarch key`: creates, lists and revokes API keys without the service, above all the first one.
//!
//! Called by `cli::run`. It must not print an existing key.

use std::io::Write as _;

use super::{
    print, print_error,
    source::{Access, connect},
};
use crate::{
    app::{App, CreateApiKey, ListedKey, RevokeApiKey, StackRef},
    clock::Clock,
    config::{DbUrl, Key, Settings},
    private_file,
};

/// Creates, lists or revokes API keys.
pub(super) async fn run(settings: &Settings, what: Key) -> Result<(), String> {
    // Only a new key is worth a new database: it may be there before the service is.
    let (access, file) = match &what {
        Key::Create { output, .. } => (Access::Write, output.clone()),
        Key::List | Key::Revoke { .. } => (Access::Read, None),
    };
    if let Some(file) = file.as_deref().filter(|file| file.exists()) {
        return Err(format!("{} is there already; a key never takes the place of another", file.display()));
    }
    let is_new = matches!(&settings.database_url, DbUrl::Sqlite(path) if !path.exists());
    let db = connect(settings, access).await?;
    if is_new {
        let database = &settings.database_url;
        print_error(&format!("made the {database}: a service on another database does not know the key"));
    }
    let app = App::new(db.clone(), Clock::system());
    let done = act(&app, what).await.map_err(|error| error.to_string());
    db.close().await;
    let text = done?;
    match file {
        None => print(&text),
        Some(file) => {
            let written = private_file::create_new(&file).and_then(|mut new| new.write_all(text.as_bytes()));
            written.map_err(|error| {
                format!("cannot write {}: {error}; revoke the key, which was not printed", file.display())
            })?;
        }
    }
    Ok(())
}

async fn act(app: &App, what: Key) -> crate::error::Result<String> {
    match what {
        Key::Create { name, role, stack, expires, require_plan, output: _ } => {
            let stacks = (!stack.is_empty()).then(|| stack.into_iter().map(StackRef::Name).collect());
            let expires_at = expires.map(|expires| expires.moment(app.now()));
            let new = CreateApiKey { name, role, stacks, expires_at, requires_plan: require_plan };
            let created = app.create_api_key(new).await?;
            Ok(format!("{}\n", created.key.reveal()))
        }
        Key::List => {
            let keys = app.api_keys().await?;
            let ids: Vec<_> = keys.iter().filter_map(|key| key.stacks.as_ref()).flatten().copied().collect();
            let names = app.load_stacks(&ids).await?;
            let now = app.now();
            let line = |key: ListedKey| {
                let stacks = key.stacks.map_or("all stacks".to_owned(), |stacks| {
                    let names: Vec<&str> =
                        stacks.iter().filter_map(|id| names.get(id)).map(|stack| stack.name.as_str()).collect();
                    if names.is_empty() { "no stack".to_owned() } else { names.join(",") }
                });
                let state = match (key.row.revoked_at, key.row.expires_at) {
                    (Some(at), _) => format!("revoked {}", at.format("%F")),
                    (None, Some(at)) if at <= now => format!("expired {}", at.format("%F")),
                    (None, Some(at)) => format!("until {}", at.format("%F %R UTC")),
                    (None, None) => "active".to_owned(),
                };
                format!("{:20} {:8} {:14} {stacks:20} {state}\n", key.row.name, key.role.as_str(), key.row.hint + "…")
            };
            Ok(keys.into_iter().map(line).collect())
        }
        Key::Revoke { name } => {
            let revoked = app.revoke_api_key(RevokeApiKey { name }).await?;
            Ok(format!("{} no longer grants access\n", revoked.row.name))
        }
    }
}
