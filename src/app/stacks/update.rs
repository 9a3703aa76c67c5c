//! The use case `updateStack`: changes a stack's description and whether it is enabled.

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
    ids::AnyId,
};

/// The input of [`App::update_stack`]. `None` leaves a field unchanged.
#[derive(Clone, Debug, Hash)]
pub struct UpdateStack {
    /// The stack.
    pub stack: StackRef,
    /// The description.
    pub description: Option<String>,
    /// Whether it is enabled. Null is refused.
    pub enabled: Option<Option<bool>>,
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
        problems.keep(self.description.as_deref().map_or(Ok(()), text::description));
        let enabled = problems.keep(text::not_null("enabled", self.enabled.as_ref())).flatten();
        let found = problems.keep(find::stack(tx, &self.stack, RowLock::Exclusive).await?);
        problems.finish()?;
        let Some(stack) = found else { return Err(Error::Internal("a stack is missing".into())) };
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        let change = StackChange {
            description: self.description.clone().filter(|text| *text != stack.description),
            enabled: enabled.filter(|enabled| *enabled != stack.enabled),
            ..StackChange::default()
        };
        if change.description.is_none() && change.enabled.is_none() {
            return Ok(stack);
        }
        Ok(stacks::update(tx, stack.id, change, now).await?)
    }
}
