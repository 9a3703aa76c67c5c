//! `devarch import`: imports Compose files on a running service or into a database. `apply/`: `devarch apply`.
//!
//! Called by `cli::run`. It must not read the environment: variables come from flags and files.

pub(super) mod apply;
mod project;
mod report;

use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    project::Project,
    report::{Report, text},
};
use super::{
    Failure, print,
    source::{Access, Remote, Scratch, Source, UserError},
};
use crate::{
    app::{self, App, ImportCompose, StackRef},
    clock::Clock,
    compose::{Request, SecretGuess},
    config::{Import, OnConflict, Settings, Target},
    error::Error,
};

/// Runs the import and prints its report.
pub(super) async fn run(settings: &Settings, import: Import) -> Result<(), Failure> {
    // All files are read first: if one cannot be read, nothing has been changed.
    let Project { request, stack, read } = project::find(&import)?;
    let files = read.join(", ");
    // A dry run writes nothing, so it makes no database either.
    let is_on_database = import.place.target(settings) == Target::Database;
    let scratch = if import.dry_run && is_on_database { Scratch::instead_of(settings)? } else { None };
    let done = match &scratch {
        Some(scratch) => imported(&scratch.settings, &import, request, stack, Access::Write).await,
        None if import.dry_run => imported(settings, &import, request, stack, Access::Read).await,
        None => imported(settings, &import, request, stack, Access::Write).await,
    };
    drop(scratch);
    let report = done?;
    print(&format!("read: {files}\n{}", text(&report, import.dry_run)));
    Ok(())
}

async fn imported(
    settings: &Settings,
    import: &Import,
    request: Request,
    stack: Option<String>,
    access: Access,
) -> Result<Report, Failure> {
    let source = Source::open(settings, &import.place, access).await?;
    let done = match &source {
        Source::Server(remote) => by(remote, import, &request, stack).await,
        // Not through the API, which limits the memory of a request.
        Source::Database(db) => {
            let files: Vec<String> =
                request.files.iter().chain(&request.overrides).map(|source| source.name.clone()).collect();
            let input = ImportCompose {
                request,
                stack: stack.map(StackRef::Name),
                on_conflict: on_conflict(import.on_conflict),
                dry_run: import.dry_run,
            };
            match App::new(db.clone(), Clock::system()).import_compose(input).await {
                Ok(report) => Ok(Report::of(report, &files)),
                Err(Error::Refused(problems)) => Err(refused(
                    &problems
                        .into_iter()
                        .map(|it| UserError::new(it.message, it.path, it.suggestion))
                        .collect::<Vec<_>>(),
                )),
                Err(error) => Err(error.to_string()),
            }
        }
    };
    source.close().await;
    Ok(done?)
}

fn refused(errors: &[UserError]) -> String {
    format!("nothing was imported:\n  {}", UserError::all(errors, "\n  "))
}

const IMPORT: &str = "mutation ($input: ImportComposeInput!) { importCompose(input: $input) { stack { name outcome }
    templates { name outcome } instances { name outcome } losses { file line path reason } lossCount
    changes { file line path reason } changeCount newVolumes userErrors { message path suggestion } } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    import_compose: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(flatten)]
    report: Report,
    user_errors: Vec<UserError>,
}

/// Imports on a service.
async fn by(remote: &Remote, import: &Import, request: &Request, stack: Option<String>) -> Result<Report, String> {
    let files = |files: &[crate::compose::Source]| -> Vec<Value> {
        files.iter().map(|file| json!({ "name": file.name, "text": file.text })).collect()
    };
    let variables = |variables: &std::collections::BTreeMap<String, String>| -> Vec<Value> {
        variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let of_files = request.file_variables.iter();
    let plain: Vec<&String> = match &request.secrets {
        SecretGuess::None => Vec::new(),
        SecretGuess::AllBut(plain) => plain.iter().collect(),
    };
    let input = json!({
        "files": files(&request.files),
        "overrides": files(&request.overrides),
        "variables": variables(&request.variables),
        "fileVariables":
            of_files.map(|(file, own)| json!({ "file": file, "variables": variables(own) })).collect::<Vec<_>>(),
        "plain": plain,
        "stack": stack.map(|name| json!({ "name": name })),
        "templatePrefix": request.prefix,
        "onConflict": match import.on_conflict {
            OnConflict::Fail => "FAIL",
            OnConflict::Skip => "SKIP",
            OnConflict::Update => "UPDATE",
        },
        "allowExternalNetworks": request.allow_external_networks,
        "dryRun": import.dry_run,
    });
    let data: Data = remote.send(IMPORT, json!({ "input": input })).await.map_err(|error| error.message)?;
    let Payload { report, user_errors } = data.import_compose;
    if user_errors.is_empty() { Ok(report) } else { Err(refused(&user_errors)) }
}

fn on_conflict(given: OnConflict) -> app::OnConflict {
    match given {
        OnConflict::Fail => app::OnConflict::Fail,
        OnConflict::Skip => app::OnConflict::Skip,
        OnConflict::Update => app::OnConflict::Update,
    }
}
