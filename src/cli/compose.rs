//! `devarch compose`: a stack as a Compose file, without the service.

use std::{
    fs::{OpenOptions, create_dir_all},
    io::Write,
    path::{Path, PathBuf},
};

use super::{print, secrets, warn};
use crate::{
    app::{App, ComposeFile, Rendering},
    clock::Clock,
    compose::Mode,
    config::Settings,
    db::Db,
};

/// The names under which Compose finds the files by itself.
const FILE: &str = "compose.yaml";
const OVERRIDE: &str = "compose.override.yaml";

/// What to render, and where to.
pub(super) struct Wanted {
    pub(super) stack: String,
    pub(super) layered: bool,
    pub(super) output: Option<PathBuf>,
    pub(super) reveal_secrets: bool,
}

/// Renders a stack.
pub(super) async fn run(settings: &Settings, wanted: Wanted) -> Result<(), String> {
    let database = &settings.database_url;
    let db = Db::connect(database, 1, &settings.patience)
        .await
        .map_err(|error| format!("cannot open the {database}: {error}"))?;
    db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
    let db = secrets::unlock(settings, db).await?;
    let mode = if wanted.layered { Mode::Layered } else { Mode::Flat };
    let how = Rendering { mode, reveal: wanted.reveal_secrets };
    let found = App::new(db.clone(), Clock::system()).compose_stack(&wanted.stack, how).await;
    db.close().await;
    let found = found.map_err(|error| error.to_string())?;
    let file = found.ok_or_else(|| format!("there is no stack `{}`", wanted.stack.escape_debug()))?;
    match &wanted.output {
        None => print(&file.text),
        Some(folder) => write(folder, &file, wanted.reveal_secrets)?,
    }
    for warning in &file.warnings {
        match &warning.instance {
            Some(instance) => warn(&format!("{instance}: {}", warning.message)),
            None => warn(&warning.message),
        }
    }
    Ok(())
}

fn write(folder: &Path, file: &ComposeFile, secret: bool) -> Result<(), String> {
    let fail = |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    create_dir_all(folder).map_err(|error| fail(folder, error))?;
    let layer = folder.join(OVERRIDE);
    let path = folder.join(FILE);
    put(&path, &file.text, secret).map_err(|error| fail(&path, error))?;
    match &file.layer {
        Some(text) => put(&layer, text, secret).map_err(|error| fail(&layer, error))?,
        None if layer.exists() => warn(&format!("{} is there, and Compose takes it as well", layer.display())),
        None => {}
    }
    Ok(())
}

/// Writes a file; what holds secrets is made for its owner alone.
fn put(path: &Path, text: &str, secret: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(path)?.write_all(text.as_bytes())
}
