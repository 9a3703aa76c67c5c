//! The use case `updateStack`: changes the values of a stack that clients set, except its name.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, find, text},
    db::{
        Command, Tx,
        entities::StackModel,
        queries::stacks::{self, RowLock, StackChange},
    },
    error::{Error, Problems, Result},
    fields::{StackEdit, StackValues},
    ids::AnyId,
};

/// The input of [`App::update_stack`]. `None` leaves a field unchanged.
#[derive(Clone, Debug, Hash)]
pub struct UpdateStack {
    /// The stack.
    pub stack: StackRef,
    /// The changes.
    pub edit: StackEdit,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Updates a stack and increments its revision once. Does nothing if all values are the same.
    pub async fn update_stack(&self, input: UpdateStack) -> Result<StackModel> {
        self.write(&input).await
    }
}

impl Command for UpdateStack {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        let mut problems = Problems::default();
        text::refuse_nulls(self.edit.refused_nulls(), &mut problems);
        text::check(self.edit.apply(&StackValues::default()).texts(), &mut problems);
        let found = problems.keep(find::stack(tx, &self.stack, RowLock::Exclusive).await?);
        problems.finish()?;
        let Some(stack) = found else { return Err(Error::Internal("a stack is missing".into())) };
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        let before = StackValues::from(&stack);
        let after = self.edit.apply(&before);
        if after == before {
            return Ok(stack);
        }
        let change = StackChange { values: Some(after), ..StackChange::default() };
        Ok(stacks::update(tx, &stack, change, now).await?)
    }
}
