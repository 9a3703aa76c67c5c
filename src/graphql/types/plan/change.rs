//! `ChangeInput`: any change, as the input of its mutation, for a plan.
//!
//! Used by `Query.plan`. It must not check a rule: the use case does, as for the mutation.

use std::hash::Hash;

use async_graphql::{Context, OneofObject};

use super::Plan;
use crate::{
    app::{App, PlanSlot},
    error::{Error, Problem, Result},
    graphql::{
        context::ContextExt,
        inputs::{IdempotentInput, *},
    },
    idempotency::planned_request,
};

/// A command, and the application that plans it.
fn command<C: Hash>(app: &App, slot: &PlanSlot, mutation: &str, input: impl IdempotentInput + Into<C>) -> (App, C) {
    let command = input.into();
    let request = planned_request(app.access(), mutation, &command);
    (app.planning(slot, &request), command)
}

macro_rules! changes {
    ($( $(#[$doc:meta])* $variant:ident ($input:ident), $mutation:literal, |$app:ident, $command:ident| $run:expr; )+) => {
        /// A change to plan: the input of exactly one mutation. Its `idempotencyKey`, `message` and `planToken` play no part.
        #[derive(OneofObject)]
        pub(in crate::graphql) enum ChangeInput {
            $( $(#[$doc])* $variant($input), )+
        }

        impl ChangeInput {
            /// Plans the change. Returns the name of the mutation, and what it would be told.
            async fn run(self, app: &App, slot: &PlanSlot) -> (&'static str, Result<()>) {
                match self {
                    $( Self::$variant(input) => {
                        let ($app, $command) = command(app, slot, $mutation, input);
                        ($mutation, Box::pin(async move { $run }).await)
                    } )+
                }
            }
        }
    };
}

changes! {
    /// As `createStack`.
    CreateStack(CreateStackInput), "createStack", |app, command| app.create_stack(command).await.map(drop);
    /// As `updateStack`.
    UpdateStack(UpdateStackInput), "updateStack", |app, command| app.update_stack(command).await.map(drop);
    /// As `setSharedVars`.
    SetSharedVars(SetSharedVarsInput), "setSharedVars", |app, command| app.set_shared_vars(command).await.map(drop);
    /// As `duplicateStack`.
    DuplicateStack(DuplicateStackInput), "duplicateStack", |app, command| app.duplicate_stack(command).await.map(drop);
    /// As `forkStack`.
    ForkStack(ForkStackInput), "forkStack", |app, command| app.fork_stack(command).await.map(drop);
    /// As `renewLease`.
    RenewLease(RenewLeaseInput), "renewLease", |app, command| app.renew_lease(command).await.map(drop);
    /// As `renameStack`.
    RenameStack(RenameStackInput), "renameStack", |app, command| app.rename_stack(command).await.map(drop);
    /// As `softDeleteStack`.
    SoftDeleteStack(SoftDeleteStackInput), "softDeleteStack",
        |app, command| app.soft_delete_stack(command).await.map(drop);
    /// As `restoreStack`.
    RestoreStack(RestoreStackInput), "restoreStack", |app, command| app.restore_stack(command).await.map(drop);
    /// As `purgeStack`.
    PurgeStack(PurgeStackInput), "purgeStack", |app, command| app.purge_stack(command).await.map(drop);
    /// As `createTemplate`.
    CreateTemplate(CreateTemplateInput), "createTemplate", |app, command| app.create_template(command).await.map(drop);
    /// As `updateTemplate`.
    UpdateTemplate(UpdateTemplateInput), "updateTemplate", |app, command| app.update_template(command).await.map(drop);
    /// As `deleteTemplate`.
    DeleteTemplate(DeleteTemplateInput), "deleteTemplate", |app, command| app.delete_template(command).await.map(drop);
    /// As `importCompose`.
    ImportCompose(ImportComposeInput), "importCompose", |app, command| app.import_compose(command).await.map(drop);
    /// As `applyStack`.
    ApplyStack(ApplyStackInput), "applyStack", |app, command| app.apply_stack(command).await.map(drop);
    /// As `createInstance`.
    CreateInstance(CreateInstanceInput), "createInstance", |app, command| app.create_instance(command).await.map(drop);
    /// As `updateInstance`.
    UpdateInstance(UpdateInstanceInput), "updateInstance", |app, command| app.update_instance(command).await.map(drop);
    /// As `duplicateInstance`.
    DuplicateInstance(DuplicateInstanceInput), "duplicateInstance",
        |app, command| app.duplicate_instance(command).await.map(drop);
    /// As `renameInstance`.
    RenameInstance(RenameInstanceInput), "renameInstance", |app, command| app.update_instance(command).await.map(drop);
    /// As `softDeleteInstance`.
    SoftDeleteInstance(SoftDeleteInstanceInput), "softDeleteInstance",
        |app, command| app.soft_delete_instance(command).await.map(drop);
    /// As `restoreInstance`.
    RestoreInstance(RestoreInstanceInput), "restoreInstance",
        |app, command| app.restore_instance(command).await.map(drop);
    /// As `purgeInstance`.
    PurgeInstance(PurgeInstanceInput), "purgeInstance", |app, command| app.purge_instance(command).await.map(drop);
    /// As `setInstanceOverrides`.
    SetInstanceOverrides(SetInstanceOverridesInput), "setInstanceOverrides",
        |app, command| app.set_instance_overrides(command).await.map(drop);
    /// As `patchInstanceOverrides`.
    PatchInstanceOverrides(PatchInstanceOverridesInput), "patchInstanceOverrides",
        |app, command| app.patch_instance_overrides(command).await.map(drop);
    /// As `revertChange`.
    RevertChange(RevertChangeInput), "revertChange", |app, command| app.revert_change(command).await.map(drop);
    /// As `restoreVersion`.
    RestoreVersion(RestoreVersionInput), "restoreVersion", |app, command| {
        let given: GivenRestore = command;
        app.restore_version(given.command()?).await.map(drop)
    };
}

/// The same problem with a path from `change`.
fn rooted(mut problem: Problem, mutation: &str) -> Problem {
    problem.path.splice(..problem.path.len().min(1), ["change".to_owned(), mutation.to_owned()]);
    problem
}

impl Plan {
    /// Plans a change.
    pub(in crate::graphql) async fn of(ctx: &Context<'_>, change: ChangeInput) -> Result<Self> {
        let (app, slot) = (ctx.app(), PlanSlot::default());
        let (mutation, done) = change.run(app, &slot).await;
        let plan = slot.take().unwrap_or_else(|| app.empty_plan());
        match done {
            Ok(()) => Ok(Self::new(plan)),
            Err(Error::Refused(problems)) => {
                let problems = problems.into_iter().map(|problem| rooted(problem, mutation)).collect();
                Ok(Self::refused(app.empty_plan(), problems))
            }
            Err(error) => Err(error),
        }
    }
}
