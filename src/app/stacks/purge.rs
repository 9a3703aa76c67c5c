//! The use case `purgeStack`: deletes a trashed stack for good.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, Warned, find, trash::lookup, warnings},
    db::{
        Command, Tx,
        queries::{stack_instances, stacks},
    },
    error::{Error, Result},
    ids::{AnyId, StackId},
};

/// The input of [`App::purge_stack`].
#[derive(Clone, Debug, Hash)]
pub struct PurgeStack {
    /// The stack. A name refers to the most recently trashed stack with that name.
    pub stack: StackRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a trashed stack with all its instances, including those that were trashed before it, and all their
    /// overrides. Refuses a live stack. Warns about the volumes that stay.
    pub async fn purge_stack(&self, input: PurgeStack) -> Result<Warned<StackId>> {
        self.write(&input).await
    }
}

impl Command for PurgeStack {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Warned<StackId>;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Warned<StackId>> {
        let stack = lookup::stack(tx, &self.stack).await?.map_err(|problem| Error::refused(lookup::first(problem)))?;
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        let volumes = warnings::own_volumes(tx, Some(&stack), &stack_instances::all(tx, stack.id).await?).await?;
        stacks::delete(tx, &stack).await?;
        Ok(Warned { value: stack.id, warnings: warnings::left_behind(&volumes).into_iter().collect() })
    }
}
