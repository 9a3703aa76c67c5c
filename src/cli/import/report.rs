//! The report of an import, as the API answers it, as text.
//!
//! Made by `devarch import`. It must not know where the import has run.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::{
    app::{ImportReport, ImportedAs, Outcome},
    cli::source::in_options,
    compose::{Note, NoteKind},
};

/// Most places that are listed for one reason.
const PLACES: usize = 3;

/// What an import did.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    stack: Option<Done>,
    templates: Vec<Done>,
    instances: Vec<Done>,
    losses: Vec<Remark>,
    loss_count: usize,
    changes: Vec<Remark>,
    change_count: usize,
    new_volumes: Vec<String>,
}

#[derive(Deserialize)]
struct Done {
    name: String,
    outcome: String,
}

#[derive(Deserialize)]
struct Remark {
    file: String,
    line: usize,
    path: String,
    reason: String,
}

impl Report {
    /// The report of an import into a database. `files` are the names of the files.
    pub(super) fn of(report: ImportReport, files: &[String]) -> Self {
        let remarks = |fate: NoteKind| -> Vec<Remark> {
            let remark = |note: &Note| Remark {
                file: files.get(note.at.file).cloned().unwrap_or_default(),
                line: note.at.line,
                path: note.path.clone(),
                reason: note.reason.clone(),
            };
            report.notes.iter().filter(|note| note.fate == fate).map(remark).collect()
        };
        let (losses, changes) = (remarks(NoteKind::Lost), remarks(NoteKind::Changed));
        Self {
            loss_count: losses.len(),
            change_count: changes.len(),
            losses,
            changes,
            stack: report.stack.map(Done::of),
            templates: report.templates.into_iter().map(Done::of).collect(),
            instances: report.instances.into_iter().map(Done::of).collect(),
            new_volumes: report.new_volumes,
        }
    }
}

impl Done {
    fn of<Id>(imported: ImportedAs<Id>) -> Self {
        let outcome = match imported.outcome {
            Outcome::Created => "CREATED",
            Outcome::Updated => "UPDATED",
            Outcome::Unchanged => "UNCHANGED",
            Outcome::Skipped => "SKIPPED",
        };
        Self { name: imported.name, outcome: outcome.to_owned() }
    }
}

/// The report as text.
pub(super) fn text(report: &Report, dry_run: bool) -> String {
    let mut text = String::new();
    if dry_run {
        text.push_str("Nothing has been written; this is what would happen.\n");
    }
    list(&mut text, "stack", report.stack.as_slice());
    list(&mut text, "template", &report.templates);
    list(&mut text, "instance", &report.instances);
    remarks(&mut text, "lost", &report.losses, report.loss_count);
    remarks(&mut text, "changed", &report.changes, report.change_count);
    // Writing to a string cannot fail.
    if !report.new_volumes.is_empty() {
        let _ = writeln!(
            text,
            "empty at first: the volumes {}; the project's own volumes are other ones, and keep their data",
            report.new_volumes.join(", ")
        );
    }
    if let Some(stack) = report.stack.as_ref().filter(|_| !dry_run) {
        let _ = writeln!(text, "next: devarch up {}", stack.name);
    }
    text
}

/// A line for each reason, with the places where it holds.
fn remarks(text: &mut String, what: &str, all: &[Remark], count: usize) {
    let mut reasons: Vec<(&str, Vec<&Remark>)> = Vec::new();
    for remark in all {
        match reasons.iter_mut().find(|(reason, _)| *reason == remark.reason) {
            Some((_, same)) => same.push(remark),
            None => reasons.push((&remark.reason, vec![remark])),
        }
    }
    for (reason, same) in reasons {
        let place = |one: &&Remark| format!("{}:{}: {}", one.file, one.line, one.path);
        let shown = same.iter().take(PLACES).map(place).collect::<Vec<_>>().join(", ");
        let more = same.len().checked_sub(PLACES).filter(|more| *more > 0);
        let more = more.map_or_else(String::new, |more| format!(" and {more} more"));
        let _ = writeln!(text, "{what}: {shown}{more}: {}", in_options(reason));
    }
    if count > all.len() {
        let _ = writeln!(text, "{what}: {} more", count - all.len());
    }
}

fn list(text: &mut String, what: &str, imported: &[Done]) {
    for (outcome, word) in
        [("CREATED", "created"), ("UPDATED", "updated"), ("UNCHANGED", "unchanged"), ("SKIPPED", "skipped")]
    {
        let names: Vec<&str> =
            imported.iter().filter(|one| one.outcome == outcome).map(|one| one.name.as_str()).collect();
        if !names.is_empty() {
            let plural = if names.len() == 1 { "" } else { "s" };
            let _ = writeln!(text, "{what}{plural} {word}: {}", names.join(", "));
        }
    }
}
