//! The use case `applyStack`: makes a stack be what Compose files or its document say, for one owner.
//!
//! Called by the resolvers and the command line. It must not change templates that exist, nor what belongs to other owners
//! unless it is asked to.

mod document;
mod exported;
mod fields;
mod instances;
mod kinds;
mod merge;
mod new_templates;
mod ownership;
mod shared;
mod source;
mod wanted;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::{
    instances::{Members, Written},
    ownership::Ownership,
    source::{DesiredStack, DesiredTemplate},
};
pub use self::{ownership::Prune, source::ApplySource};
use crate::{
    access::{Permission, change::ChangeAction},
    app::{
        App, StackRef, Warned,
        compose::import::{ImportedAs, Stop},
        find,
        overrides::references,
        text,
    },
    compose::{Imported, Note},
    db::{
        Command, StoredOutcome, Tx,
        entities::StackModel,
        entries::{self, owned},
        queries::{
            stack_instances,
            stacks::{self, RowLock, StackChange},
            templates,
        },
    },
    error::{Code, Error, Problem, Problems, Result, Unique},
    fields::StackValues,
    ids::{AnyId, InstanceId, TemplateId},
    name::{Name, NameOf},
};

/// The most characters of the name of an owner.
const MAX_OWNER: usize = 100;

/// The input of [`App::apply_stack`].
#[derive(Clone, Debug, Hash)]
pub struct ApplyStack {
    /// The name of the stack, which is created if no stack has it.
    pub stack: String,
    /// What the stack is to be.
    pub source: ApplySource,
    /// Who keeps the source, such as `git:shop-repo`.
    pub owner: String,
    /// What happens to what the owner has applied before and the source does not have any more.
    pub prune: Prune,
    /// Whether entries of other owners that differ are taken over.
    pub take: bool,
    /// Variables that Compose files refer to.
    pub variables: BTreeMap<String, String>,
}

/// What became of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppliedOutcome {
    /// It is new.
    Created,
    /// It existed and has changed.
    Updated,
    /// It existed and was as the source says.
    Unchanged,
    /// The source does not have it any more, so it is in the trash.
    Trashed,
}

/// An instance that an apply has created, changed, left or moved to the trash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppliedInstance {
    /// The name.
    pub name: String,
    /// The outcome.
    pub outcome: AppliedOutcome,
    /// The id.
    pub id: InstanceId,
}

/// What an apply did.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The stack.
    pub stack: StackModel,
    /// Whether the stack is new.
    pub created: bool,
    /// Whether anything was written, apart from owners.
    pub changed: bool,
    /// The templates that new instances are made from, in the order of the files; none for a document.
    pub templates: Vec<ImportedAs<TemplateId>>,
    /// The instances of the source in its order, then those that it does not have any more.
    pub instances: Vec<AppliedInstance>,
    /// What Compose files say and is not held as it stands there.
    pub notes: Vec<Note>,
}

/// The stored form of [`Applied`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppliedForm {
    stack: <StackModel as StoredOutcome>::Form,
    created: bool,
    changed: bool,
    templates: Vec<ImportedAs<TemplateId>>,
    instances: Vec<AppliedInstance>,
    notes: Vec<Note>,
}

impl StoredOutcome for Applied {
    type Form = AppliedForm;
    fn to_form(&self) -> Option<AppliedForm> {
        let Self { stack, created, changed, templates, instances, notes } = self.clone();
        Some(AppliedForm { stack: stack.to_form()?, created, changed, templates, instances, notes })
    }
    fn from_form(AppliedForm { stack, created, changed, templates, instances, notes }: AppliedForm) -> Option<Self> {
        Some(Self { stack: StackModel::from_form(stack)?, created, changed, templates, instances, notes })
    }
    fn subject(&self) -> Option<AnyId> {
        self.stack.subject()
    }
}

impl App {
    /// Makes a stack be what a source says, all or nothing and in one change of the log. Entries of other owners, and
    /// those without an owner that the source does not have, stay as they are.
    pub async fn apply_stack(&self, input: ApplyStack) -> Result<Warned<Applied>> {
        self.allow(Work::PERMISSION)?;
        check(&input)?;
        let stop = Stop::of(self.cancellation().clone());
        let ApplyStack { stack, source, owner, prune, take, variables } = input;
        let variables = Arc::new(variables);
        let mut desired = source.read(&stack, (*variables).clone(), &stop).await?;
        stop.check()?;
        let notes = std::mem::take(&mut desired.notes);
        let work = Work { app: self, stack, owner, prune, take, variables, desired, stop };
        let mut applied = match Box::pin(self.write_name(&work)).await {
            Err(Error::Conflict(Unique::TemplateName | Unique::StackName)) => {
                let message = "A stack or a template of one of these names has just been made; apply again.";
                return Err(Error::refused(Problem::new(Code::NameTaken, &["input", "stack"], message)));
            }
            done => done?,
        };
        applied.value.notes.splice(0..0, notes);
        Ok(applied)
    }
}

/// Notes what is wrong with an input, whatever is stored.
fn check(input: &ApplyStack) -> Result<()> {
    let length = input.owner.chars().count();
    let problem = if length > MAX_OWNER {
        let message = format!("{length} characters are too long; at most {MAX_OWNER} are allowed.");
        Some(Problem::new(Code::LimitExceeded, &["input", "owner"], message))
    } else if input.owner.trim().is_empty() || input.owner.chars().any(char::is_control) {
        let message = "An owner has 1 to 100 printable characters, such as `git:shop-repo`.";
        Some(Problem::new(Code::InvalidValue, &["input", "owner"], message))
    } else {
        None
    };
    problem.map_or(Ok(()), |problem| Err(Error::refused(problem)))
}

/// An apply whose source was read.
pub(super) struct Work<'w> {
    app: &'w App,
    stack: String,
    owner: String,
    prune: Prune,
    take: bool,
    variables: Arc<BTreeMap<String, String>>,
    desired: DesiredStack,
    stop: Stop,
}

impl Command for Work<'_> {
    /// A new stack and new templates take more, which is checked when they are needed.
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Warned<Applied>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<Applied>> {
        self.lock_templates(tx).await?;
        tx.log().act_as(ChangeAction::Apply);
        let mut problems = Problems::default();
        let (stack, created) = self.stack(tx, now, &mut problems).await?;
        let rows = if created { Vec::new() } else { owned::of_stack(tx, stack.id).await? };
        let mut ownership = Ownership::new(rows, &self.owner, self.take, self.prune);
        let values = match created {
            // It was created with what the source has.
            true => {
                self.fields_of(&stack, &mut ownership);
                None
            }
            false => Some(self.fields_of(&stack, &mut ownership)).filter(|it| *it != StackValues::from(&stack)),
        };
        text::check(values.iter().flat_map(StackValues::texts).collect(), &mut problems);
        let vars = self.shared_vars(tx, &stack, &mut ownership, &mut problems).await?;
        let mut members = Members::load(tx, &stack, self, &ownership).await?;
        let templates = members.prepare(tx, now, &mut problems).await?;
        problems.finish()?;
        // Before the instances, whose overrides depend on them.
        let others = match vars {
            Some(vars) => entries::shared::replace_vars(tx, stack.id, vars, now).await?,
            None => false,
        };
        let Written { instances, warnings, notes, changed } = members.write(tx, now, &mut ownership).await?;
        references::expect_applied(tx, stack.id, &self.path(), self.desired.referring()).await?;
        let changed = changed || created || values.is_some() || others;
        let mut row = stack;
        if values.is_some() || (others && !created) {
            let change = StackChange { values, ..StackChange::default() };
            row = stacks::update(tx, &row, change, now).await?;
        } else if changed && !created {
            tx.log().noted(&row, ChangeAction::Apply);
        }
        let (released, claimed) = ownership.changes();
        owned::delete(tx, released).await?;
        owned::insert(tx, row.id, &self.owner, claimed).await?;
        let value = Applied { stack: row, created, changed, templates, instances, notes };
        Ok(Warned { value, warnings })
    }
}

impl Work<'_> {
    /// Locks the names of templates that have to be created: before the stack, as an import does it.
    async fn lock_templates(&self, tx: &Tx) -> Result<()> {
        let services: Vec<&Imported> = self.services().collect();
        if services.is_empty() {
            return Ok(());
        }
        let known = match find::storable(&self.stack) {
            true => stacks::find_by_name(tx, &self.stack, RowLock::None).await?,
            false => None,
        };
        let live: Vec<String> = match known {
            Some(stack) => stack_instances::names(tx, stack.id, stack_instances::StackMembers::Live).await?,
            None => Vec::new(),
        };
        let new = services.into_iter().filter(|service| !live.contains(&service.instance));
        let names: Vec<String> = new.map(|service| service.template.clone()).collect();
        if templates::by_names(tx, &names).await?.len() < names.len() {
            self.app.allow(Permission::ADMINISTER_ALL)?;
            let names: Vec<_> = names.iter().map(|name| ("template", name.as_str())).collect();
            templates::lock_names(tx, &names).await?;
        }
        Ok(())
    }

    /// The path of the source in the input.
    fn path(&self) -> [&'static str; 3] {
        ["input", "source", if self.desired.is_compose { "compose" } else { "document" }]
    }

    /// The services of Compose files.
    fn services(&self) -> impl Iterator<Item = &Imported> {
        self.desired.instances.iter().filter_map(|instance| match &instance.template {
            DesiredTemplate::Service(service) => Some(&**service),
            DesiredTemplate::Named(_) => None,
        })
    }

    /// The stack, locked against all other writers of anything in it, and whether it is new.
    async fn stack(&self, tx: &Tx, now: DateTime<Utc>, problems: &mut Problems) -> Result<(StackModel, bool)> {
        let wanted = StackRef::Name(self.stack.clone());
        if let Ok(stack) = find::stack(tx, &wanted, RowLock::Exclusive).await? {
            return Ok((stack, false));
        }
        let name = Name::parse(NameOf::Stack, &self.stack)
            .map_err(|error| Error::refused(Problem::name(&["input", "stack"], error)))?;
        self.app.allow(Permission::NEW_STACK)?;
        let mut values = StackValues::default();
        for (column, value) in &self.desired.fields {
            values.set(column, value);
        }
        text::check(values.texts(), problems);
        let stack = match problems.is_empty() {
            true => stacks::insert(tx, name.as_str(), values, now).await?,
            // It is refused in the end.
            false => stacks::insert(tx, name.as_str(), StackValues::default(), now).await?,
        };
        Ok((stack, true))
    }

    /// The values of the stack after the apply. A Compose file has none.
    fn fields_of(&self, stack: &StackModel, ownership: &mut Ownership<'_>) -> StackValues {
        let values = StackValues::from(stack);
        if self.desired.is_compose {
            return values;
        }
        let initial = StackValues::default();
        let get = |values: &StackValues, column: &str| values.get(column);
        let edits = fields::decide(
            None,
            StackValues::EDITABLE,
            &self.desired.fields,
            |column| (get(&values, column), get(&initial, column)),
            ownership,
        );
        let mut next = values.clone();
        for (column, value) in edits {
            next.set(column, &value);
        }
        next
    }
}
