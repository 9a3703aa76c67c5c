//! Importing Compose files: services become templates, and on request instances of a stack, all or nothing.
//!
//! Called by the mutation, the command line and tests. What the files say is read by `compose`; here it meets what is
//! stored.

mod collections;
mod instances;
mod templates;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    app::{
        App, StackRef,
        compose::import::{instances::Members, templates::Templates},
        find,
    },
    budget::{cancellation::Cancellation, import::ReadBudget},
    compose::{self, Imported, Note, Reading, Refusal, Request},
    db::{
        Command, StoredOutcome, Tx,
        entities::StackModel,
        queries::{
            stacks::{self, RowLock},
            templates as rows,
        },
    },
    error::{Code, Error, Problem, Problems, Result, Unique},
    ids::{AnyId, InstanceId, StackId, TemplateId},
    name::{Name, NameOf},
};

/// What happens where something of the same name says something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnConflict {
    /// Nothing is imported.
    #[default]
    Fail,
    /// What is there stays.
    Skip,
    /// What is there becomes what the file says.
    Update,
}

/// What became of a template or an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It says something else now.
    Updated,
    /// It said the same already.
    Unchanged,
    /// It says something else than the file, and stays so.
    Skipped,
}

/// What is to be imported.
#[derive(Clone, Debug, Hash)]
pub struct ImportCompose {
    /// The files.
    pub request: Request,
    /// The stack that gets an instance of every service; by a name that no stack has, it is made.
    pub stack: Option<StackRef>,
    /// What happens where something of the same name says something else.
    pub on_conflict: OnConflict,
    /// Whether everything is undone at the end.
    pub dry_run: bool,
}

/// Something that was imported; without an id where a dry run has undone it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedAs<Id> {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Its key.
    pub id: Option<Id>,
}

/// What an import did, or would have done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportReport {
    /// The stack.
    pub stack: Option<ImportedAs<StackId>>,
    /// The templates, in the order of the files.
    pub templates: Vec<ImportedAs<TemplateId>>,
    /// The instances, in the same order.
    pub instances: Vec<ImportedAs<InstanceId>>,
    /// What is not held as it stands in the files.
    pub notes: Vec<Note>,
}

/// Its own structure, which is no row; what it names is shown where it is still there.
impl StoredOutcome for ImportReport {
    type Form = Self;
    fn to_form(&self) -> Option<Self> {
        Some(self.clone())
    }
    fn from_form(form: Self) -> Option<Self> {
        Some(form)
    }
    fn subject(&self) -> Option<AnyId> {
        None
    }
}

impl App {
    /// Imports files, all or nothing.
    pub async fn import_compose(&self, input: ImportCompose) -> Result<ImportReport> {
        self.allow(Import::PERMISSION)?;
        let stop = Stop { cancellation: self.cancellation().clone(), dry_run: input.dry_run };
        let (request, read) = read(input.request, &stop).await?;
        let read = read.map_err(|refusals| refused(&request, refusals))?;
        drop(request);
        let (stack, on_conflict, dry_run) = (input.stack, input.on_conflict, input.dry_run);
        stop.check()?;
        let import = Import { services: read.services, stack, on_conflict, dry_run, stop };
        let mut report = match self.write_name(&import).await {
            Err(Error::Conflict(Unique::TemplateName)) => {
                let message = "A template of one of these names has just been made; import again.";
                return Err(Error::refused(Problem::new(Code::NameTaken, &["input", "files"], message)));
            }
            done => done?,
        };
        report.notes.splice(0..0, read.notes);
        Ok(report)
    }
}

/// When an import stops half-way: all of it is undone then. One that only tries stops when its client goes away, any
/// other one when its client has been told that the request is over.
#[derive(Clone)]
struct Stop {
    cancellation: Cancellation,
    dry_run: bool,
}

impl Stop {
    fn is_set(&self) -> bool {
        self.cancellation.is_cancelled() || self.dry_run && self.cancellation.is_abandoned()
    }

    /// An error once it is set. Nobody waits for its text.
    fn check(&self) -> Result<()> {
        if self.is_set() { Err(Error::limit("The request was over before the import was done.")) } else { Ok(()) }
    }
}

/// Sets a flag when it is dropped.
struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads files on a thread for long work, and gives them back. The thread stops soon after nobody waits any more, also
/// when this is dropped because the service ends.
async fn read(request: Request, stop: &Stop) -> Result<(Request, Result<Reading, Vec<Refusal>>)> {
    let is_dropped = Arc::new(AtomicBool::new(false));
    let _set_on_drop = SetOnDrop(Arc::clone(&is_dropped));
    let stop = stop.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let stops = move || stop.is_set() || is_dropped.load(Ordering::Relaxed);
        let read = compose::read_within(&request, &ReadBudget::default().stopping_when(stops));
        (request, read)
    });
    reading
        .await
        .map_err(|cause| Error::Failed { message: format!("reading Compose files: {cause}"), source: cause.into() })
}

/// Problems with the text of files.
fn refused(request: &Request, refusals: Vec<Refusal>) -> Error {
    let problems = refusals.into_iter().map(|refusal| {
        let number = refusal.at.file;
        let files = request.files.len();
        let (list, index) = if number < files { ("files", number) } else { ("overrides", number - files) };
        let line = if refusal.at.line > 0 { format!(", line {}", refusal.at.line) } else { String::new() };
        let message = format!("{}{line}: {}", request.file(number), refusal.message);
        let code = if refusal.is_limit { Code::LimitExceeded } else { Code::InvalidValue };
        Problem::new(code, &["input", list, &index.to_string(), "text"], message)
    });
    Error::Refused(problems.collect())
}

struct Import {
    services: Vec<Imported>,
    stack: Option<StackRef>,
    on_conflict: OnConflict,
    dry_run: bool,
    stop: Stop,
}

impl Command for Import {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = ImportReport;

    fn undone(&self) -> bool {
        self.dry_run
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<ImportReport> {
        // One import at a time, and none while a server loads the catalogue.
        rows::lock_catalog(tx).await?;
        let mut problems = Problems::default();
        let stack = match &self.stack {
            None => None,
            Some(wanted) => problems.keep(self.stack(tx, wanted, now).await?),
        };
        let templates = Templates::write(tx, self, now, &mut problems).await?;
        let mut report = ImportReport {
            stack: stack.as_ref().map(|(row, outcome)| ImportedAs {
                name: row.name.clone(),
                outcome: *outcome,
                id: self.shown(row.id, *outcome),
            }),
            templates: Vec::new(),
            instances: Vec::new(),
            notes: Vec::new(),
        };
        if let Some((stack, _)) = &stack {
            let members = Members { stack, templates: &templates, on_conflict: self.on_conflict, stop: &self.stop };
            let written = members.write(tx, &self.services, now, &mut problems).await?;
            let shown = written.into_iter().map(|(name, outcome, id)| ImportedAs {
                name,
                outcome,
                id: self.shown(id, outcome),
            });
            report.instances = shown.collect();
        }
        problems.finish()?;
        report.templates = templates
            .written
            .iter()
            .map(|template| ImportedAs {
                name: template.row.name.clone(),
                outcome: template.outcome,
                id: self.shown(template.row.id, template.outcome),
            })
            .collect();
        Ok(report)
    }
}

impl Import {
    /// What a dry run has made is gone.
    fn shown<Id>(&self, id: Id, outcome: Outcome) -> Option<Id> {
        Some(id).filter(|_| !self.dry_run || outcome != Outcome::Created)
    }

    async fn stack(
        &self,
        tx: &Tx,
        wanted: &StackRef,
        now: DateTime<Utc>,
    ) -> Result<Result<(StackModel, Outcome), Problem>> {
        let problem = match find::stack(tx, wanted, RowLock::Exclusive).await? {
            Ok(stack) => return Ok(Ok((stack, Outcome::Unchanged))),
            Err(problem) => problem,
        };
        let StackRef::Name(name) = wanted else { return Ok(Err(problem)) };
        Ok(match Name::parse(NameOf::Stack, name) {
            Ok(name) => Ok((stacks::insert(tx, name.as_str(), "", true, now).await?, Outcome::Created)),
            Err(error) => Err(Problem::name(&["input", "stack", "name"], error)),
        })
    }
}
