//! `UserError`: the typed errors in payloads, which a user can correct.
//!
//! Used by the payloads. It must not contain anything that the caller may not see.

use async_graphql::{Context, Interface, Object, Result};

use crate::{
    app,
    error::{ChangedSince, Code, Detail, HeldByOther, Problem},
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        loaders::{ChangeKey, InstanceKey},
        types::{
            history::change::Change,
            instance::Instance,
            node::{self, Node},
            plan::Plan,
        },
    },
    ids::{AnyId, InstanceId},
    kinds::OverrideKind,
};

/// Something in the input that a person can put right. A payload with such errors has changed nothing.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "Code", desc = "What sort of error; stable."),
    field(name = "message", ty = "&str", desc = "A sentence that says what is wrong and what is allowed."),
    field(
        name = "path",
        ty = "&[String]",
        desc = "The way to the input value, from `input`; list positions count from 0."
    ),
    field(name = "suggestion", ty = "Option<&str>", desc = "A value that would be accepted, if one is known.")
)]
pub(in crate::graphql) enum UserError {
    Input(InputError),
    NameTaken(NameTakenError),
    StaleRevision(StaleRevisionError),
    InUse(InUseError),
    Conflict(ConflictError),
    PlanChanged(PlanChangedError),
    OwnedByOther(OwnedByOtherError),
}

impl From<Problem> for UserError {
    fn from(mut problem: Problem) -> Self {
        match std::mem::take(&mut problem.detail) {
            Detail::None => Self::Input(InputError(problem)),
            Detail::Holder(holder) => Self::NameTaken(NameTakenError { problem, holder }),
            Detail::Current { of, revision } => Self::StaleRevision(StaleRevisionError { problem, of, revision }),
            Detail::Users { oldest, count } => Self::InUse(InUseError { problem, oldest, count }),
            Detail::Changed(changed) => Self::Conflict(ConflictError { problem, changed }),
            Detail::Plan(plan) => match plan.downcast_ref::<app::Plan>() {
                Some(plan) => Self::PlanChanged(PlanChangedError { problem, plan: Plan::new(plan.clone()) }),
                None => Self::Input(InputError(problem)),
            },
            Detail::Held(held) => Self::OwnedByOther(OwnedByOtherError { problem, held }),
        }
    }
}

/// An error in a value of the input.
pub(in crate::graphql) struct InputError(Problem);

#[Object]
/// A value of the input that was not accepted.
impl InputError {
    /// What sort of error; stable.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.0.code
    }
    /// A sentence that says what is wrong and what is allowed.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.0.message
    }
    /// The way to the input value, from `input`; list positions count from 0.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.0.path
    }
    /// A value that would be accepted, if one is known.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }
}

/// An error for a name that is taken.
pub(in crate::graphql) struct NameTakenError {
    problem: Problem,
    holder: AnyId,
}

#[Object]
/// A name, or the container name that follows from it, that is taken.
impl NameTakenError {
    /// `NAME_TAKEN` or `CONTAINER_NAME_TAKEN`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that names the holder.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// The way to the input value, from `input`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// A name that was free a moment ago.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// Who has the name; null when it has been given up meanwhile.
    async fn holder(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        node::find(ctx, self.holder).await.transpose()
    }
}

/// An error for a mutation with an outdated `expectedRevision`.
pub(in crate::graphql) struct StaleRevisionError {
    problem: Problem,
    of: AnyId,
    revision: i64,
}

#[Object]
/// Somebody else has changed it since it was read: `expectedRevision` is not the current revision.
impl StaleRevisionError {
    /// `STALE_REVISION`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that names both revisions.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// Always `["input", "expectedRevision"]`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// The current revision, as text.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// The current revision.
    async fn current_revision(&self) -> i32 {
        int(self.revision)
    }
    /// The current state, to decide again; null when it has gone into the trash meanwhile.
    async fn current(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        node::find(ctx, self.of).await.transpose()
    }
}

/// An error for deleting an object that instances use.
pub(in crate::graphql) struct InUseError {
    problem: Problem,
    oldest: Vec<InstanceId>,
    count: i64,
}

#[Object]
/// Instances use it, so it cannot go.
impl InUseError {
    /// `IN_USE`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that names a few of the users.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// The way to the input value, from `input`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// Always null: there is no other value to give.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// The instances that use it, oldest first, at most 20. Those in the trash are among them: their `deletedAt` is
    /// not null.
    async fn users(&self, ctx: &Context<'_>) -> Result<Vec<Instance>> {
        let loads = self.oldest.iter().map(|id| ctx.loaders().load(InstanceKey(*id)));
        let found = futures_util::future::try_join_all(loads).await.map_err(to_graphql_error)?;
        Ok(found.into_iter().flatten().map(Instance).collect())
    }
    /// How many instances use it in all, those in the trash included.
    async fn user_count(&self) -> i32 {
        int(self.count)
    }
}

/// An error for undoing something that has changed since.
pub(in crate::graphql) struct ConflictError {
    problem: Problem,
    changed: Box<ChangedSince>,
}

#[Object]
/// What is to be undone has changed since. Repeat the mutation with a resolution for this key.
impl ConflictError {
    /// `CHANGED_SINCE`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that names the key.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// The way to the input value, from `input`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// Always null: there is no other value to give.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// The kind of the entry; null for a field.
    async fn kind(&self) -> Option<OverrideKind> {
        self.changed.kind.and_then(OverrideKind::read)
    }
    /// The key of the entry, `*` for a replaced collection, or the name of the field.
    async fn key(&self) -> &str {
        &self.changed.key
    }
    /// The last change of it; null when that is older than the log.
    async fn since(&self, ctx: &Context<'_>) -> Option<Result<Change>> {
        let found = ctx.loaders().load(ChangeKey(self.changed.since?)).await.map_err(to_graphql_error);
        found.map(|found| found.map(Change)).transpose()
    }
}

/// An error for a change whose effects are not those of its plan.
pub(in crate::graphql) struct PlanChangedError {
    problem: Problem,
    plan: Plan,
}

#[Object]
/// The effects of the change are not those of the plan whose token was given, or that plan is too old, of another caller or
/// of another input. Nothing has happened.
impl PlanChangedError {
    /// `PLAN_CHANGED`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that says what to do.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// The way to the input value, from `input`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// Always null: `plan` has the new token.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// What the change would do now.
    async fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// An error for applying something that another owner has otherwise.
pub(in crate::graphql) struct OwnedByOtherError {
    problem: Problem,
    held: Box<HeldByOther>,
}

#[Object]
/// Another owner keeps this entry in a file, with another value. Leave it to that owner, or take it over with `take`.
impl OwnedByOtherError {
    /// `OWNED_BY_OTHER`.
    pub(in crate::graphql) async fn code(&self) -> Code {
        self.problem.code
    }
    /// A sentence that names the owner and the entry.
    pub(in crate::graphql) async fn message(&self) -> &str {
        &self.problem.message
    }
    /// Always `["input", "take"]`.
    pub(in crate::graphql) async fn path(&self) -> &[String] {
        &self.problem.path
    }
    /// Always null: there is no other value to give.
    pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
        self.problem.suggestion.as_deref()
    }
    /// The other owner.
    async fn owner(&self) -> &str {
        &self.held.owner
    }
    /// The instance; null for a field of the stack.
    async fn instance(&self, ctx: &Context<'_>) -> Option<Result<Instance>> {
        let found = ctx.loaders().load(InstanceKey(self.held.instance?)).await.map_err(to_graphql_error);
        found.map(|found| found.map(Instance)).transpose()
    }
    /// The kind of the entry; null for a field.
    async fn kind(&self) -> Option<OverrideKind> {
        self.held.kind.and_then(OverrideKind::read)
    }
    /// The key of the entry, `*` for a replaced collection, or the name of the field.
    async fn key(&self) -> &str {
        &self.held.key
    }
}
