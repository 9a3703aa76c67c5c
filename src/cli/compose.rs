//! `devarch compose`: renders a stack as Compose files, without the service.
//!
//! Called by `cli::run`. Files with secrets must not be readable by other users.

use std::{
    fs::create_dir_all,
    path::{Path, PathBuf},
};

use super::{print, source, warn, warn_about};
use crate::{
    app::{App, ComposeFile, Rendering, Reveal},
    clock::Clock,
    compose::Mode,
    config::Settings,
    private_file::{self, Readers},
};

/// The names under which Compose finds the files automatically.
const FILE: &str = "compose.yaml";
const OVERRIDE: &str = "compose.override.yaml";

/// What to render, and where to write it.
pub(super) struct RenderArguments {
    pub(super) stack: String,
    pub(super) layered: bool,
    pub(super) output: Option<PathBuf>,
    pub(super) reveal_secrets: bool,
}

/// Renders a stack.
pub(super) async fn run(settings: &Settings, wanted: RenderArguments) -> Result<(), String> {
    let db = source::database(settings).await?;
    let mode = if wanted.layered { Mode::Layered } else { Mode::Flat };
    let how = Rendering { mode, reveal: Reveal::in_file(wanted.reveal_secrets) };
    let found = App::new(db.clone(), Clock::system()).compose_stack(&wanted.stack, how).await;
    db.close().await;
    let found = found.map_err(|error| error.to_string())?;
    let file = found.ok_or_else(|| source::no_stack(&wanted.stack))?;
    match &wanted.output {
        None => print(&file.text),
        Some(folder) => write(folder, &file, wanted.reveal_secrets)?,
    }
    for warning in &file.warnings {
        warn_about(warning.instance.as_deref(), &warning.message);
    }
    Ok(())
}

fn write(folder: &Path, file: &ComposeFile, secret: bool) -> Result<(), String> {
    let fail = |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let (made, readers) = match secret {
        true => (private_file::create_folder(folder), Readers::Owner),
        false => (create_dir_all(folder), Readers::AsBefore),
    };
    made.map_err(|error| fail(folder, error))?;
    let put = |path: &Path, text: &str| private_file::replace(path, text.as_bytes(), readers);
    let layer = folder.join(OVERRIDE);
    let path = folder.join(FILE);
    put(&path, &file.text).map_err(|error| fail(&path, error))?;
    match &file.layer {
        Some(text) => put(&layer, text).map_err(|error| fail(&layer, error))?,
        None if layer.exists() => warn(&format!("{} is there, and Compose takes it as well", layer.display())),
        None => {}
    }
    Ok(())
}
