//! The use case `importCompose`: turns services into templates, and on request into instances of a stack, all or
//! nothing.
//!
//! Called by the resolvers, the command line and tests. It must not parse files itself; the module `compose` does.

mod collections;
mod cycles;
mod instances;
mod templates;

pub(in crate::app) use self::{cycles::refuse_cycles, templates::Templates};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::{Permission, change::ChangeAction},
    app::{App, StackRef, compose::import::instances::InstanceImport, find},
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
    fields::StackValues,
    ids::{AnyId, InstanceId, StackId, TemplateId},
    kinds::{Volume, VolumeScope, VolumeType},
    name::{Name, NameOf},
};

/// What happens to a template or an instance of the same name that differs from the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OnConflict {
    /// Nothing is imported.
    #[default]
    Fail,
    /// What is there stays.
    Skip,
    /// It is changed to equal the file.
    Update,
}

/// The outcome for a template or an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was created.
    Created,
    /// It existed and was updated.
    Updated,
    /// It existed and was the same.
    Unchanged,
    /// It existed, differs from the file, and was left unchanged.
    Skipped,
}

/// The input of [`App::import_compose`].
#[derive(Clone, Debug, Hash)]
pub struct ImportCompose {
    /// The files.
    pub request: Request,
    /// The stack that gets an instance for every service. If no stack has this name, it is created.
    pub stack: Option<StackRef>,
    /// What to do when an object of the same name differs from the file.
    pub on_conflict: OnConflict,
    /// Whether the import is rolled back at the end.
    pub dry_run: bool,
}

/// An imported object. A dry run reports no id for created objects.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportedAs<Id> {
    /// The name.
    pub name: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The id.
    pub id: Option<Id>,
}

/// The result of an import or of a dry run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportReport {
    /// The stack.
    pub stack: Option<ImportedAs<StackId>>,
    /// The templates, in the order of the files.
    pub templates: Vec<ImportedAs<TemplateId>>,
    /// The instances, in the same order.
    pub instances: Vec<ImportedAs<InstanceId>>,
    /// The parts of the files that could not be imported unchanged.
    pub notes: Vec<Note>,
    /// The volumes of new instances, which are empty at first: `data`, or `db/data` for one that only `db` has.
    #[serde(default)]
    pub new_volumes: Vec<String>,
}

/// The report is stored as it is. It has no subject; each object in it is shown if it still exists.
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

/// Reads the files of an import. Returns it with the notes about what was not read.
pub(in crate::app) async fn prepare(app: &App, input: ImportCompose) -> Result<(Import, Vec<Note>)> {
    let stop = Stop { cancellation: app.cancellation().clone(), dry_run: input.dry_run };
    let (request, read) = read(input.request, &stop).await?;
    let read = read.map_err(|refusals| refused(&request, refusals))?;
    drop(request);
    let (stack, on_conflict, dry_run) = (input.stack, input.on_conflict, input.dry_run);
    stop.check()?;
    Ok((Import { services: read.services, stack, on_conflict, dry_run, stop }, read.notes))
}

impl App {
    /// Imports files, all or nothing.
    pub async fn import_compose(&self, input: ImportCompose) -> Result<ImportReport> {
        self.allow(Import::PERMISSION)?;
        let input = self.with_prefix(input).await?;
        let (import, notes) = prepare(self, input).await?;
        if import.services.is_empty() {
            let message = "The files have no services, so there is nothing to import.";
            return Err(Error::refused(Problem::new(Code::InvalidValue, &["input", "files"], message)));
        }
        let mut report = match self.write_name(&import).await {
            Err(Error::Conflict(Unique::TemplateName)) => {
                let message = "A template of one of these names has just been made; import again.";
                return Err(Error::refused(Problem::new(Code::NameTaken, &["input", "files"], message)));
            }
            done => done?,
        };
        report.notes.splice(0..0, notes);
        Ok(report)
    }

    /// Names the templates after the stack, unless the caller gives a prefix: other stacks and the catalogue use the same
    /// names.
    async fn with_prefix(&self, mut input: ImportCompose) -> Result<ImportCompose> {
        let (None, Some(stack)) = (&input.request.prefix, &input.stack) else { return Ok(input) };
        let name = match stack {
            StackRef::Name(name) => Some(name.clone()),
            StackRef::Id(None) => None,
            StackRef::Id(Some(id)) => {
                let found = stacks::load(&self.reader(), &[*id]).await?;
                found.into_iter().next().map(|stack| stack.name)
            }
        };
        input.request.prefix = name.map(|name| format!("{name}-"));
        Ok(input)
    }
}

/// Decides when an import is cancelled and rolled back. A dry run is cancelled when its client disconnects, any other
/// import when its client has been told that the request has ended.
#[derive(Clone)]
pub(in crate::app) struct Stop {
    cancellation: Cancellation,
    dry_run: bool,
}

impl Stop {
    /// Cancelled when the client has been told that the request has ended.
    pub(in crate::app) fn of(cancellation: Cancellation) -> Self {
        Self { cancellation, dry_run: false }
    }

    pub(in crate::app) fn is_set(&self) -> bool {
        self.cancellation.is_cancelled() || self.dry_run && self.cancellation.is_abandoned()
    }

    /// Returns an error after a cancellation. No client sees its message.
    pub(in crate::app) fn check(&self) -> Result<()> {
        if self.is_set() { Err(Error::limit("The request was over before the import was done.")) } else { Ok(()) }
    }
}

/// Sets a flag when it is dropped.
pub(in crate::app) struct SetOnDrop(pub(in crate::app) Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Parses files on a blocking thread, and returns the request with the result. The thread stops soon after a
/// cancellation, and after the future is dropped because the service shuts down.
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

/// Converts the refusals of the parser into problems.
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

/// An import whose files were read.
pub(in crate::app) struct Import {
    services: Vec<Imported>,
    stack: Option<StackRef>,
    on_conflict: OnConflict,
    dry_run: bool,
    stop: Stop,
}

impl Command for Import {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = ImportReport;

    fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<ImportReport> {
        // Another import of one of these names waits, and so does the loading of the catalogue.
        let templates = self.services.iter().map(|service| ("template", service.template.as_str()));
        let stack = match &self.stack {
            Some(StackRef::Name(name)) => Some(("stack", name.as_str())),
            Some(StackRef::Id(_)) | None => None,
        };
        rows::lock_names(tx, &templates.chain(stack).collect::<Vec<_>>()).await?;
        tx.log().act_as(ChangeAction::Import);
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
            new_volumes: Vec::new(),
        };
        if let Some((stack, _)) = &stack {
            let members =
                InstanceImport { stack, templates: &templates, on_conflict: self.on_conflict, stop: &self.stop };
            let written = members.write(tx, &self.services, now, &mut problems).await?;
            let shown = written.into_iter().map(|(name, outcome, id)| ImportedAs {
                name,
                outcome,
                id: self.shown(id, outcome),
            });
            report.instances = shown.collect();
            report.new_volumes = new_volumes(&self.services, &report.instances);
        }
        problems.finish()?;
        if let Some((stack, Outcome::Unchanged)) = &stack {
            let written = [Outcome::Created, Outcome::Updated];
            let is_written =
                templates.written.iter().map(|it| it.outcome).chain(report.instances.iter().map(|it| it.outcome));
            if is_written.into_iter().any(|outcome| written.contains(&outcome)) {
                tx.log().noted(stack, ChangeAction::Import);
            }
        }
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

/// The volumes of instances that are created.
fn new_volumes(services: &[Imported], instances: &[ImportedAs<InstanceId>]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (service, instance) in services.iter().zip(instances) {
        let volumes = &service.with_overrides.as_ref().unwrap_or(&service.entries).volumes;
        let is_own = |volume: &&Volume| {
            let is_named = volume.volume_type == VolumeType::Volume && !volume.source.is_empty();
            is_named && !volume.is_external && volume.scope != VolumeScope::Host
        };
        let name = |volume: &Volume| match volume.scope {
            VolumeScope::Stack => volume.source.clone(),
            _ => format!("{}/{}", instance.name, volume.source),
        };
        if instance.outcome == Outcome::Created {
            found.extend(volumes.iter().flatten().filter(is_own).map(name));
        }
    }
    found.into_iter().collect()
}

impl Import {
    /// Templates alone: those that exist stay as they are.
    pub(in crate::app) fn of_templates(services: Vec<Imported>, stop: Stop) -> Self {
        Self { services, stack: None, on_conflict: OnConflict::Skip, dry_run: false, stop }
    }

    /// The services.
    pub(in crate::app) fn services(&self) -> &[Imported] {
        &self.services
    }

    /// Imports, and returns the stack that has the instances; `None` for an import without one.
    pub(in crate::app) async fn made(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Option<StackModel>> {
        let report = self.run(tx, now).await?;
        match report.stack {
            Some(stack) => Ok(stacks::find_by_name(tx, &stack.name, RowLock::None).await?),
            None => Ok(None),
        }
    }

    /// The id to report; `None` for an object that the dry run has rolled back.
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
            Ok(name) => Ok((stacks::insert(tx, name.as_str(), StackValues::default(), now).await?, Outcome::Created)),
            Err(error) => Err(Problem::name(&["input", "stack", "name"], error)),
        })
    }
}
