//! The use case `restoreStack`: restores a trashed stack.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, StackRef, find,
        stacks::container_names::{self, Naming},
        trash::lookup,
    },
    db::{
        Command, Tx,
        entities::StackModel,
        queries::{
            stack_instances,
            stacks::{self, StackChange},
        },
    },
    error::{Error, Problems, Result},
    ids::AnyId,
};

/// The input of [`App::restore_stack`].
#[derive(Clone, Debug, Hash)]
pub struct RestoreStack {
    /// The stack. A name refers to the most recently trashed stack with that name.
    pub stack: StackRef,
    /// A new name, for when its own was taken in the meantime.
    pub name: Option<String>,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Restores a stack and exactly the instances that were trashed together with it.
    pub async fn restore_stack(&self, input: RestoreStack) -> Result<StackModel> {
        self.write_stack_name(&input, Naming::Restore).await
    }
}

impl Command for RestoreStack {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        let mut problems = Problems::default();
        let found = problems.keep(lookup::stack(tx, &self.stack).await?);
        let raw = self.name.as_deref().or(found.as_ref().map(|stack| stack.name.as_str()));
        let name = match raw {
            Some(raw) => container_names::name(tx, found.as_ref(), Naming::Restore, raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let (Some(stack), Some(name)) = (found, name) else {
            return Err(Error::Internal("a part of a trashed stack is missing".into()));
        };
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        let taken = container_names::taken(stack.id, &name);
        let change = StackChange {
            name: Some(name.clone()).filter(|name| name.as_str() != stack.name),
            trashed: Some(false),
            ..StackChange::default()
        };
        let restored = stacks::update(tx, &stack, change, now).await.map_err(&taken)?;
        stack_instances::restore(tx, &stack, name.as_str(), now).await.map_err(taken)?;
        Ok(restored)
    }
}
