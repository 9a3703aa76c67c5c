//! `devarch import`: imports Compose files, without the service. `apply/`: `devarch apply`.
//!
//! Called by `cli::run`. It must not read the environment: variables come from flags and files.

pub(super) mod apply;
mod project;

use std::fmt::Write as _;

use self::project::Project;
use super::{print, secrets};
use crate::{
    app::{self, App, ImportCompose, ImportReport, ImportedAs, Outcome, StackRef},
    clock::Clock,
    compose::NoteKind,
    config::{Import, OnConflict, Settings},
    db::Db,
    error::Error,
};

/// Runs the import and prints its report.
pub(super) async fn run(settings: &Settings, import: Import) -> Result<(), String> {
    // All files are read first: if one cannot be read, nothing has been changed.
    let Project { request, stack, read } = project::find(&import)?;
    print(&format!("read: {}\n", read.join(", ")));
    let files: Vec<String> = request.files.iter().chain(&request.overrides).map(|source| source.name.clone()).collect();
    let database = &settings.database_url;
    let db = Db::connect(database, 1, &settings.timeouts)
        .await
        .map_err(|error| format!("cannot open the {database}: {error}"))?;
    // On a network that drops all packets a statement would wait until the system stops retransmitting.
    db.watch();
    db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
    let db = secrets::unlock(settings, db).await?;
    let app = App::new(db.clone(), Clock::system());
    let input = ImportCompose {
        request,
        stack: stack.map(StackRef::Name),
        on_conflict: on_conflict(import.on_conflict),
        dry_run: import.dry_run,
    };
    let done = app.import_compose(input).await;
    db.close().await;
    match done {
        Ok(report) => {
            print(&report_text(&report, &files, import.dry_run));
            Ok(())
        }
        Err(Error::Refused(problems)) => {
            let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
            Err(format!("nothing was imported:\n  {}", messages.join("\n  ")))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn on_conflict(given: OnConflict) -> app::OnConflict {
    match given {
        OnConflict::Fail => app::OnConflict::Fail,
        OnConflict::Skip => app::OnConflict::Skip,
        OnConflict::Update => app::OnConflict::Update,
    }
}

/// The report as text.
fn report_text(report: &ImportReport, files: &[String], dry_run: bool) -> String {
    let mut text = String::new();
    if dry_run {
        text.push_str("Nothing has been written; this is what would happen.\n");
    }
    list(&mut text, "stack", report.stack.as_slice());
    list(&mut text, "template", &report.templates);
    list(&mut text, "instance", &report.instances);
    for (fate, what) in [(NoteKind::Lost, "lost"), (NoteKind::Changed, "changed")] {
        for note in report.notes.iter().filter(|note| note.fate == fate) {
            let (file, line) = (files.get(note.at.file).map_or("", String::as_str), note.at.line);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{what}: {file}:{line}: {}: {}", note.path, note.reason);
        }
    }
    if let Some(stack) = report.stack.as_ref().filter(|_| !dry_run) {
        let _ = writeln!(text, "next: devarch up {}", stack.name);
    }
    text
}

fn list<Id>(text: &mut String, what: &str, imported: &[ImportedAs<Id>]) {
    for (outcome, word) in [
        (Outcome::Created, "created"),
        (Outcome::Updated, "updated"),
        (Outcome::Unchanged, "unchanged"),
        (Outcome::Skipped, "skipped"),
    ] {
        let names: Vec<&str> =
            imported.iter().filter(|one| one.outcome == outcome).map(|one| one.name.as_str()).collect();
        if !names.is_empty() {
            let plural = if names.len() == 1 { "" } else { "s" };
            let _ = writeln!(text, "{what}{plural} {word}: {}", names.join(", "));
        }
    }
}
