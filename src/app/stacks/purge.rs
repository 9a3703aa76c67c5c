//! The use case `purgeStack`: deletes a trashed stack for good.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, find, trash::lookup},
    db::{Command, Tx, queries::stacks},
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
    /// overrides. Refuses a live stack.
    pub async fn purge_stack(&self, input: PurgeStack) -> Result<StackId> {
        self.write(&input).await
    }
}

impl Command for PurgeStack {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = StackId;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<StackId> {
        let stack = lookup::stack(tx, &self.stack).await?.map_err(|problem| Error::refused(lookup::first(problem)))?;
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        stacks::delete(tx, stack.id).await?;
        Ok(stack.id)
    }
}
