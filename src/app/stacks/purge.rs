//! Removing a stack from the trash, for good.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, find, trash::lookup},
    db::{Command, Tx, queries::stacks},
    error::{Error, Result},
    ids::{AnyId, StackId},
};

/// Which stack goes for good.
#[derive(Clone, Debug, Hash)]
pub struct PurgeStack {
    /// By id; by name, the one that was deleted last.
    pub stack: StackRef,
    /// The revision that the decision was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a trashed stack with its instances, those that were deleted before included, and all their overrides; never a live one.
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
