//! The use case `softDeleteStack`: moves a stack to the trash.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, find},
    db::{
        Command, Tx,
        entities::StackModel,
        queries::stacks::{self, RowLock, StackChange},
    },
    error::{Error, Result},
    ids::AnyId,
};

/// The input of [`App::soft_delete_stack`].
#[derive(Clone, Debug, Hash)]
pub struct SoftDeleteStack {
    /// The stack.
    pub stack: StackRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Moves a stack and its instances to the trash. All their names become free.
    pub async fn soft_delete_stack(&self, input: SoftDeleteStack) -> Result<StackModel> {
        self.write(&input).await
    }
}

impl Command for SoftDeleteStack {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        let stack = find::stack(tx, &self.stack, RowLock::Exclusive).await?.map_err(Error::refused)?;
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        stacks::trash_instances(tx, stack.id, now).await?;
        let change = StackChange { trashed: Some(true), ..StackChange::default() };
        Ok(stacks::update(tx, &stack, change, now).await?)
    }
}
