//! The use case `duplicateStack`: copies a stack with its instances and their overrides.

use chrono::{DateTime, Utc};

use crate::{
    access::{Permission, change::ChangeAction},
    app::{
        App, StackRef, Warned, find,
        instances::duplicate::ATTEMPTS,
        stacks::container_names::{self, DependentInstances, Naming},
        warnings::{CopyOf, shared_by_copies},
    },
    db::{
        Command, Tx,
        entities::StackModel,
        entries::shared,
        queries::{
            copies::{self, Copied},
            stack_instances::{self, CopiedSecrets, NewCopies},
            stacks::{self, RowLock},
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    fields::StackValues,
    ids::AnyId,
    name::{MAX_CONTAINER_NAME, Name},
};

/// The input of [`App::duplicate_stack`].
#[derive(Clone, Debug, Hash)]
pub struct DuplicateStack {
    /// The source.
    pub stack: StackRef,
    /// The name of the copy. Without one, `{name}-copy`, `{name}-copy-2` … are tried.
    pub name: Option<String>,
    /// The expected revision of the source.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Copies a stack with the values that clients set, its live instances and all their overrides; all or nothing. Warns
    /// about what the copies share with their sources.
    pub async fn duplicate_stack(&self, input: DuplicateStack) -> Result<Warned<StackModel>> {
        if input.name.is_some() {
            return self.write_stack_name(&input, Naming::Copy).await;
        }
        for _ in 0..ATTEMPTS {
            match self.write(&input).await {
                Err(Error::StackTaken { .. }) => {}
                done => return done,
            }
        }
        Err(all_taken())
    }
}

impl Command for DuplicateStack {
    const PERMISSION: Permission = Permission::NEW_STACK;
    type Output = Warned<StackModel>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<StackModel>> {
        let mut problems = Problems::default();
        // The exclusive lock also keeps out writers of the stack's instances, so nothing changes between two
        // statements.
        let found = problems.keep(find::stack(tx, &self.stack, RowLock::Exclusive).await?);
        let given = match &self.name {
            Some(raw) => container_names::name(tx, found.as_ref(), Naming::Copy, raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let Some(source) = found else { return Err(Error::Internal("a stack is missing".into())) };
        find::expect_revision(AnyId::Stack(source.id), source.revision, self.expected_revision)?;
        let name = match given {
            Some(name) => name,
            None => free_copy(tx, &source).await?,
        };
        let taken = container_names::taken(source.id, &name);
        let stack = stacks::insert(tx, name.as_str(), StackValues::from(&source).copied(), now).await;
        let stack = stack.map_err(&taken)?;
        tx.log().copied(&stack, &source);
        let what = NewCopies { action: ChangeAction::Duplicate, secrets: CopiedSecrets::Same, now };
        stack_instances::copy(tx, source.id, stack.id, name.as_str(), what).await.map_err(taken)?;
        copies::copy(tx, Copied::Stack { from: source.id, to: stack.id }).await?;
        shared::copy_vars(tx, source.id, stack.id, now).await?;
        let sources = stack_instances::live(tx, source.id).await?;
        let copied = CopyOf::Stack { copy: &stack.name, source: &source.name };
        let warnings = shared_by_copies(tx, &sources, copied).await?;
        Ok(Warned { value: stack, warnings })
    }
}

async fn free_copy(tx: &Tx, source: &StackModel) -> Result<Name> {
    let free = DependentInstances::load(tx, source.id, Naming::Copy).await?.free(tx, &source.name, "copy").await?;
    free.ok_or_else(no_room)
}

/// The error that no name of a copy is short enough.
pub(in crate::app) fn no_room() -> Error {
    let message = format!(
        "The instances' names leave no room for the name of a copy: a container name has at most \
         {MAX_CONTAINER_NAME} characters."
    );
    Error::refused(Problem::new(Code::ContainerNameTooLong, &["input", "name"], message))
}

/// The error that every generated name was taken by another request first.
pub(in crate::app) fn all_taken() -> Error {
    let message = "Every proposed name was taken by another request first; give the copy a name.";
    Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message))
}
