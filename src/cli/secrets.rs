//! `devarch secrets`, and loading the keys for secrets before a command or the service uses the database.
//!
//! Called by `cli::run` and by other commands. It must not overwrite a key file.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use super::{print, print_error, source::Access};
use crate::{
    app::{App, KeyStatus},
    clock::Clock,
    config::{DbUrl, Secrets, Settings},
    db::Db,
    vault::Vault,
};

/// The default key file with PostgreSQL. With SQLite it is beside the database file.
const DEFAULT_FILE: &str = "data/devarch.key";

/// Prints a new key, rotates the keys, or lists them.
pub(super) async fn run(settings: &Settings, what: Secrets) -> Result<(), String> {
    if matches!(what, Secrets::NewKey) {
        let line = Vault::new_line().map_err(text)?;
        print(&format!("{}\n", line.as_str()));
        return Ok(());
    }
    let access = if matches!(what, Secrets::Status) { Access::Read } else { Access::Write };
    let db = super::source::connect(settings, access).await?;
    let done = match what {
        Secrets::Status => status(settings, db.clone()).await,
        _ => rotate(settings, db.clone()).await,
    };
    db.close().await;
    print(&done?);
    Ok(())
}

/// Loads the keys and checks all of them against the database. Encrypts secrets that an earlier version left as plain
/// text.
pub(super) async fn unlock(settings: &Settings, db: Db) -> Result<Db, String> {
    unlock_telling(settings, db, print_error).await
}

/// The same, with what tells the user that a key file was created.
pub(super) async fn unlock_telling(settings: &Settings, db: Db, tell: fn(&str)) -> Result<Db, String> {
    let db = with_keys(settings, db, tell).await?;
    App::new(db.clone(), Clock::system()).unlock_secrets().await.map_err(|error| {
        let database = &settings.database_url;
        format!("cannot use the secrets of the {database}: {error}; the keys come from {}", source(settings))
    })?;
    Ok(db)
}

/// Loads the keys for a command that only reads: it creates no file and writes nothing. A database without secrets needs
/// no key, so a random one stands in its place.
pub(super) async fn look(settings: &Settings, db: Db) -> Result<Db, String> {
    let is_missing = settings.secrets_key.is_none() && settings.secrets_key_file.is_none() && !file(settings).exists();
    if !is_missing {
        return with_keys(settings, db, print_error).await;
    }
    refuse_lost_key(&file(settings), &db).await?;
    let line = Vault::new_line().map_err(text)?;
    Ok(db.with_vault(Vault::new(line.parse().map_err(text)?)))
}

async fn with_keys(settings: &Settings, db: Db, tell: fn(&str)) -> Result<Db, String> {
    if let Some(ring) = &settings.secrets_key {
        return Ok(db.with_vault(Vault::new(ring.clone())));
    }
    let file = file(settings);
    let vault = match Vault::of_file(&file) {
        Err(error) if error.is_missing() && settings.secrets_key_file.is_none() => create(&file, &db, tell).await?,
        Err(error) if error.is_missing() => {
            return Err(format!("{error}; `devarch secrets new-key` prints a key for a new one"));
        }
        read => read.map_err(text)?,
    };
    Ok(db.with_vault(vault))
}

/// Creates the key file of a database without secrets. A new key could not decrypt existing ones.
async fn create(file: &Path, db: &Db, tell: fn(&str)) -> Result<Vault, String> {
    refuse_lost_key(file, db).await?;
    Vault::create_file(file).map_err(text)?;
    let shown = file.display();
    tell(&format!("a new key for secrets is in {shown}: keep a copy of it, without it the secrets are lost"));
    Vault::of_file(file).map_err(text)
}

/// Refuses a database whose secrets are encrypted with the key of a file that is missing.
async fn refuse_lost_key(file: &Path, db: &Db) -> Result<(), String> {
    match App::new(db.clone(), Clock::system()).has_sealed_secrets().await.map_err(text)? {
        false => Ok(()),
        true => Err(format!(
            "the key file {} is missing, and the database has secrets that are encrypted with its key: bring it back, or \
             name another place with --secrets-key-file",
            file.display()
        )),
    }
}

fn file(settings: &Settings) -> PathBuf {
    match (&settings.secrets_key_file, &settings.database_url) {
        (Some(file), _) => file.clone(),
        (None, DbUrl::Sqlite(database)) => {
            let mut name = database.file_name().unwrap_or_default().to_owned();
            name.push(".key");
            database.with_file_name(name)
        }
        (None, DbUrl::Postgres(_)) => DEFAULT_FILE.into(),
    }
}

/// Where the keys come from, for messages.
pub(super) fn source(settings: &Settings) -> String {
    match &settings.secrets_key {
        Some(_) => "DEVARCH_SECRETS_KEY".to_owned(),
        None => file(settings).display().to_string(),
    }
}

async fn status(settings: &Settings, db: Db) -> Result<String, String> {
    let app = App::new(look(settings, db).await?, Clock::system());
    let keys = app.secret_keys().await.map_err(text)?;
    let line = |key: &KeyStatus| {
        let state = match (key.is_known, key.is_current, key.secrets) {
            (false, ..) => "MISSING OR WRONG",
            (true, true, _) => "current",
            (true, false, 0) => "not needed any more",
            (true, false, _) => "still needed: `devarch secrets rotate` goes on",
        };
        format!("{:14} {:>9} secrets  {state}\n", key.id, key.secrets)
    };
    let lines: String = keys.iter().map(line).collect();
    Ok(format!("keys from {}\n{lines}", source(settings)))
}

async fn rotate(settings: &Settings, db: Db) -> Result<String, String> {
    let db = unlock(settings, db).await?;
    let app = App::new(db.clone(), Clock::system());
    let resumed = app.secrets_need_rotation().await.map_err(text)?;
    if !resumed {
        let Some(file) = db.vault().file() else {
            return Err(
                "the keys come from DEVARCH_SECRETS_KEY: put a new one before them (`devarch secrets new-key` \
                        prints one), start all servers with both, and then call this again"
                    .to_owned(),
            );
        };
        Vault::add_to_file(file).map_err(text)?;
    }
    let current = db.vault().current().map_err(text)?;
    let done = app.rotate_secrets().await.map_err(text)?;
    let unused = match done.unused.as_slice() {
        [] => String::new(),
        ids => format!("Not needed any more, except for old backups: {}\n", ids.join(", ")),
    };
    Ok(format!(
        "{}All {} secrets are encrypted with the key {current}; {} were not before.\n{unused}",
        if resumed { "An earlier rotation was finished. " } else { "" },
        done.secrets,
        done.sealed,
    ))
}

fn text(error: impl Display) -> String {
    error.to_string()
}
