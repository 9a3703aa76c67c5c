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
            Detail::None => Self::Input(InputError { problem }),
            Detail::Holder(holder) => Self::NameTaken(NameTakenError { problem, holder }),
            Detail::Current { of, revision } => Self::StaleRevision(StaleRevisionError { problem, of, revision }),
            Detail::Users { oldest, count } => Self::InUse(InUseError { problem, oldest, count }),
            Detail::Changed(changed) => Self::Conflict(ConflictError { problem, changed }),
            Detail::Plan(plan) => match plan.downcast_ref::<app::Plan>() {
                Some(plan) => Self::PlanChanged(PlanChangedError { problem, plan: Plan::new(plan.clone()) }),
                None => Self::Input(InputError { problem }),
            },
            Detail::Held(held) => Self::OwnedByOther(OwnedByOtherError { problem, held }),
        }
    }
}

/// Defines a type of error: its own data, the descriptions of the fields that all types have, and its own fields.
macro_rules! typed_error {
    (
        $(#[$doc:meta])*
        $name:ident { $( $data:ident : $type:ty ),* }
        code $code:literal,
        message $message:literal,
        path $path:literal,
        suggestion $suggestion:literal,
        with { $($own:tt)* }
    ) => {
        pub(in crate::graphql) struct $name {
            problem: Problem,
            $( $data: $type, )*
        }

        #[Object]
        $(#[$doc])*
        impl $name {
            #[doc = $code]
            pub(in crate::graphql) async fn code(&self) -> Code {
                self.problem.code
            }
            #[doc = $message]
            pub(in crate::graphql) async fn message(&self) -> &str {
                &self.problem.message
            }
            #[doc = $path]
            pub(in crate::graphql) async fn path(&self) -> &[String] {
                &self.problem.path
            }
            #[doc = $suggestion]
            pub(in crate::graphql) async fn suggestion(&self) -> Option<&str> {
                self.problem.suggestion.as_deref()
            }
            $($own)*
        }
    };
}

typed_error! {
    /// A value of the input that was not accepted.
    InputError {}
    code "What sort of error; stable.",
    message "A sentence that says what is wrong and what is allowed.",
    path "The way to the input value, from `input`; list positions count from 0.",
    suggestion "A value that would be accepted, if one is known.",
    with {
    }
}

typed_error! {
    /// A name, or the container name that follows from it, that is taken.
    NameTakenError { holder: AnyId }
    code "`NAME_TAKEN` or `CONTAINER_NAME_TAKEN`.",
    message "A sentence that names the holder.",
    path "The way to the input value, from `input`.",
    suggestion "A name that was free a moment ago.",
    with {
        /// Who has the name; null when it has been given up meanwhile.
        async fn holder(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
            node::find(ctx, self.holder).await.transpose()
        }
    }
}

typed_error! {
    /// Another caller has changed it since it was read: `expectedRevision` is not the current revision.
    StaleRevisionError { of: AnyId, revision: i64 }
    code "`STALE_REVISION`.",
    message "A sentence that names both revisions.",
    path "Always `[\"input\", \"expectedRevision\"]`.",
    suggestion "The current revision, as text.",
    with {
        /// The current revision.
        async fn current_revision(&self) -> i32 {
            int(self.revision)
        }
        /// The current state, to decide again; null when it has gone into the trash meanwhile.
        async fn current(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
            node::find(ctx, self.of).await.transpose()
        }
    }
}

typed_error! {
    /// Instances use it, so it cannot go.
    InUseError { oldest: Vec<InstanceId>, count: i64 }
    code "`IN_USE`.",
    message "A sentence that names a few of the users.",
    path "The way to the input value, from `input`.",
    suggestion "Always null: there is no other value to give.",
    with {
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
}

typed_error! {
    /// What is to be undone has changed since. Repeat the mutation with a resolution for this key.
    ConflictError { changed: Box<ChangedSince> }
    code "`CHANGED_SINCE`.",
    message "A sentence that names the key.",
    path "The way to the input value, from `input`.",
    suggestion "Always null: there is no other value to give.",
    with {
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
}

typed_error! {
    /// The effects of the change are not those of the plan whose token was given, or that plan is too old, of another caller or
    /// of another input. Nothing has happened.
    PlanChangedError { plan: Plan }
    code "`PLAN_CHANGED`.",
    message "A sentence that says what to do.",
    path "The way to the input value, from `input`.",
    suggestion "Always null: `plan` has the new token.",
    with {
        /// What the change would do now.
        async fn plan(&self) -> &Plan {
            &self.plan
        }
    }
}

typed_error! {
    /// Another owner keeps this entry in a file, with another value. Leave it to that owner, or take it over with `take`.
    OwnedByOtherError { held: Box<HeldByOther> }
    code "`OWNED_BY_OTHER`.",
    message "A sentence that names the owner and the entry.",
    path "Always `[\"input\", \"take\"]`.",
    suggestion "Always null: there is no other value to give.",
    with {
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
}
