//! The use case `duplicateStack`: copies a stack with its instances and their overrides.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission,
    app::{
        App, StackRef, Warning, find,
        instances::duplicate::{ATTEMPTS, SharedHostPort, shared_host_ports},
        stacks::container_names::{self, DependentInstances, Naming},
        warnings::{CopyOf, shared_by_copies},
    },
    db::{
        Command, StoredOutcome, Tx,
        entities::StackModel,
        idempotency::outcomes::StackForm,
        queries::{
            copies::{self, Copied},
            stack_instances,
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

/// The result of [`App::duplicate_stack`].
#[derive(Clone, Debug)]
pub struct DuplicatedStack {
    /// The copy.
    pub stack: StackModel,
    /// The name of the source.
    pub source: String,
    /// The host ports that copied instances share with their sources.
    pub shared: Vec<SharedHostPort>,
    /// Warnings about everything else that they share.
    pub warnings: Vec<Warning>,
}

/// The stored form of [`DuplicatedStack`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DuplicatedStackForm {
    stack: StackForm,
    source: String,
    shared: Vec<SharedHostPort>,
    /// Earlier versions did not store warnings.
    #[serde(default)]
    warnings: Vec<Warning>,
}

impl StoredOutcome for DuplicatedStack {
    type Form = DuplicatedStackForm;
    fn to_form(&self) -> Option<DuplicatedStackForm> {
        let (source, shared, warnings) = (self.source.clone(), self.shared.clone(), self.warnings.clone());
        Some(DuplicatedStackForm { stack: (&self.stack).into(), source, shared, warnings })
    }
    fn from_form(DuplicatedStackForm { stack, source, shared, warnings }: DuplicatedStackForm) -> Option<Self> {
        Some(Self { stack: stack.into(), source, shared, warnings })
    }
    fn subject(&self) -> Option<AnyId> {
        self.stack.subject()
    }
}

impl App {
    /// Copies a stack with the values that clients set, its live instances and all their overrides; all or nothing.
    pub async fn duplicate_stack(&self, input: DuplicateStack) -> Result<DuplicatedStack> {
        if input.name.is_some() {
            return self.write_stack_name(&input, Naming::Copy).await;
        }
        for _ in 0..ATTEMPTS {
            match self.write(&input).await {
                Err(Error::StackTaken { .. }) => {}
                done => return done,
            }
        }
        let message = "Every proposed name was taken by another request first; give the copy a name.";
        Err(Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message)))
    }
}

impl Command for DuplicateStack {
    const PERMISSION: Permission = Permission::NEW_STACK;
    type Output = DuplicatedStack;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<DuplicatedStack> {
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
        stack_instances::copy(tx, source.id, stack.id, name.as_str(), now).await.map_err(taken)?;
        copies::copy(tx, Copied::Stack { from: source.id, to: stack.id }).await?;
        let sources = stack_instances::live(tx, source.id).await?;
        let shared = shared_host_ports(tx, &sources).await?;
        let warnings = shared_by_copies(tx, &sources, CopyOf::Stack).await?;
        Ok(DuplicatedStack { stack, source: source.name, shared, warnings })
    }
}

async fn free_copy(tx: &Tx, source: &StackModel) -> Result<Name> {
    let free = DependentInstances::load(tx, source.id, Naming::Copy).await?.free(tx, &source.name, "copy").await?;
    free.ok_or_else(|| {
        let message = format!(
            "The instances' names leave no room for the name of a copy: a container name has at most \
             {MAX_CONTAINER_NAME} characters."
        );
        Error::refused(Problem::new(Code::ContainerNameTooLong, &["input", "name"], message))
    })
}
