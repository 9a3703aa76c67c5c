//! `devarch compose`: renders a stack as Compose files.
//!
//! Called by `cli::run`. Files with secrets must not be readable by other users, and files of others stay as they are.

use std::{
    fs::{self, create_dir_all},
    path::Path,
};

use serde::Deserialize;
use serde_json::json;

use super::{
    Failure, print,
    source::{Access, Source, Warning},
    warn, warn_about,
};
use crate::{
    app::{App, Rendering, Reveal},
    clock::Clock,
    compose::{Mode, RENDERED},
    config::{Render, Settings},
    private_file::{self, Readers},
};

/// The names under which Compose finds the files automatically.
const FILE: &str = "compose.yaml";
const OVERRIDE: &str = "compose.override.yaml";

const RENDER: &str = "query ($stack: String!, $mode: ComposeMode!, $reveal: Boolean!) { stack(name: $stack) {
    compose(mode: $mode, revealSecrets: $reveal) { text override warnings { instance message } } } }";

#[derive(Deserialize)]
struct Data {
    stack: Option<StackData>,
}

#[derive(Deserialize)]
struct StackData {
    compose: File,
}

/// A rendered stack.
#[derive(Deserialize)]
struct File {
    text: String,
    #[serde(rename = "override")]
    layer: Option<String>,
    warnings: Vec<Warning>,
}

/// Renders a stack.
pub(super) async fn run(settings: &Settings, wanted: Render) -> Result<(), Failure> {
    let source = Source::open(settings, &wanted.place, Access::Read).await?;
    let found = rendered(&source, &wanted).await;
    let missing = match &found {
        Ok(None) => Some(source.no_stack(&wanted.stack).await),
        _ => None,
    };
    source.close().await;
    let file = found?.ok_or_else(|| missing.unwrap_or_default())?;
    match &wanted.output {
        None => print(&file.text),
        Some(folder) => write(folder, &file, &wanted)?,
    }
    for warning in &file.warnings {
        warn_about(warning.instance.as_deref(), &warning.message);
    }
    Ok(())
}

async fn rendered(source: &Source, wanted: &Render) -> Result<Option<File>, String> {
    match source {
        Source::Server(remote) => {
            let mode = if wanted.layered { "LAYERED" } else { "FLAT" };
            let variables = json!({ "stack": wanted.stack, "mode": mode, "reveal": wanted.reveal_secrets });
            let data: Data = remote.send(RENDER, variables).await.map_err(|error| error.message)?;
            Ok(data.stack.map(|stack| stack.compose))
        }
        // Not through the API, which limits the memory of a request.
        Source::Database(db) => {
            let mode = if wanted.layered { Mode::Layered } else { Mode::Flat };
            let how = Rendering { mode, reveal: Reveal::in_file(wanted.reveal_secrets) };
            let found = App::new(db.clone(), Clock::system()).compose_stack(&wanted.stack, how).await;
            let warning = |warning: crate::compose::Warning| {
                let crate::compose::Warning { instance, message } = warning;
                Warning { instance, message }
            };
            Ok(found.map_err(|error| error.to_string())?.map(|file| File {
                text: file.text,
                layer: file.layer,
                warnings: file.warnings.into_iter().map(warning).collect(),
            }))
        }
    }
}

fn write(folder: &Path, file: &File, wanted: &Render) -> Result<(), String> {
    let fail = |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let (layer, path) = (folder.join(OVERRIDE), folder.join(FILE));
    if !wanted.force {
        let written = [Some(&path), file.layer.as_ref().map(|_| &layer)];
        written.into_iter().flatten().try_for_each(|path| refuse_foreign(path, RENDERED))?;
    }
    let (made, readers) = match wanted.reveal_secrets {
        true => (private_file::create_folder(folder), Readers::Owner),
        false => (create_dir_all(folder), Readers::AsBefore),
    };
    made.map_err(|error| fail(folder, error))?;
    let put = |path: &Path, text: &str| private_file::replace(path, text.as_bytes(), readers);
    put(&path, &file.text).map_err(|error| fail(&path, error))?;
    match &file.layer {
        Some(text) => put(&layer, text).map_err(|error| fail(&layer, error))?,
        None if layer.exists() => warn(&format!("{} is there, and Compose takes it as well", layer.display())),
        None => {}
    }
    Ok(())
}

/// Refuses to overwrite a file that does not begin as those that are written here.
pub(super) fn refuse_foreign(path: &Path, beginning: &str) -> Result<(), String> {
    match fs::read(path) {
        Ok(text) if !text.is_empty() && !text.starts_with(beginning.as_bytes()) => Err(format!(
            "{} is there, and DevArch has not written it: name another place, or overwrite it with --force",
            path.display()
        )),
        _ => Ok(()),
    }
}
