//! The payload of `applyStack`.
//!
//! Made by `mutation.rs`. A payload with errors has nothing else.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use super::{Warning, WithWarnings};
use crate::{
    app::{self, Applied, AppliedInstance as AppInstance, AppliedOutcome as Outcome, Warned},
    compose::NoteKind,
    error::Result as AppResult,
    graphql::{
        compose::import::{ImportNote, ImportedTemplate, notes},
        context::ContextExt,
        execution::{planned::Planned, to_error::to_graphql_error},
        loaders::InstanceKey,
        types::{instance::Instance, plan::Plan, stack::Stack, user_error::UserError},
    },
};

/// What became of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
enum AppliedOutcome {
    /// It is new.
    Created,
    /// It says something else now.
    Updated,
    /// It said the same already.
    Unchanged,
    /// The source does not have it any more, so it is in the trash.
    Trashed,
}

/// An instance of an apply.
pub(in crate::graphql) struct AppliedInstance(AppInstance);

#[Object]
/// What `applyStack` did with an instance.
impl AppliedInstance {
    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What became of it.
    async fn outcome(&self) -> AppliedOutcome {
        self.0.outcome.into()
    }

    /// The instance; null when it was purged meanwhile.
    async fn instance(&self, ctx: &Context<'_>) -> Option<Result<Instance>> {
        let found = ctx.loaders().load(InstanceKey(self.0.id)).await;
        found.map_err(to_graphql_error).transpose().map(|found| found.map(Instance))
    }
}

/// What `applyStack` did.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct ApplyStackPayload {
    /// The stack as it is now; null when there are errors.
    stack: Option<Planned<Stack>>,
    /// What it did, as `plan` would have told it; null when there are errors, and for a repeated request.
    plan: Option<Plan>,
    /// Whether the stack is new.
    created: bool,
    /// Whether anything is another thing now. Otherwise nothing was written, apart from who owns what.
    changed: bool,
    /// The templates of new instances of Compose files, in the order of the files. Those that existed are as they were.
    templates: Vec<ImportedTemplate>,
    /// The instances of the source, in its order, and behind them those that it does not have any more.
    instances: Vec<AppliedInstance>,
    /// What Compose files say and cannot be held: the first 1,000, in the order of the files.
    losses: Vec<ImportNote>,
    /// How many there are in all.
    loss_count: i32,
    /// What is held in another form: the first 1,000, in the order of the files.
    changes: Vec<ImportNote>,
    /// How many there are in all.
    change_count: i32,
    /// What to know about it.
    warnings: Vec<Warning>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl ApplyStackPayload {
    pub(in crate::graphql) fn from_result(
        done: AppResult<Warned<Applied>>,
        files: &[String],
        plan: Option<app::Plan>,
    ) -> Result<Self> {
        let WithWarnings { value, warnings, user_errors } = WithWarnings::from_result(done)?;
        let Some(applied) = value else { return Ok(Self { warnings, user_errors, ..Self::default() }) };
        let (losses, loss_count) = notes(&applied.notes, NoteKind::Lost, files);
        let (changes, change_count) = notes(&applied.notes, NoteKind::Changed, files);
        Ok(Self {
            stack: Some(Planned(Stack::from(applied.stack))),
            plan: plan.map(Plan::done),
            created: applied.created,
            changed: applied.changed,
            templates: applied.templates.into_iter().map(ImportedTemplate::from).collect(),
            instances: applied.instances.into_iter().map(AppliedInstance).collect(),
            losses,
            loss_count,
            changes,
            change_count,
            warnings,
            user_errors,
        })
    }
}
