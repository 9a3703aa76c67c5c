//! `Mutation`: the root type of all mutations.
//!
//! Called by the executor, one field after the other. It must not contain rules: each field passes a command to its use
//! case and wraps the result in a payload.

use async_graphql::{Context, Object, Result};

use crate::{
    app::{PlanSlot, Warned},
    graphql::{
        compose::import::*,
        context::ContextExt,
        inputs::*,
        payloads::*,
        types::{api_key::*, reveal::*},
    },
};

/// See the description of the type.
pub struct Mutation;

#[Object]
/// Changes. Each is one transaction: it happens whole, or `userErrors` says what to put right and nothing has happened.
/// A field is null only when its change failed for a reason that nobody could have put right; `errors` then tells.
impl Mutation {
    /// Creates an empty stack.
    async fn create_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new stack.")] input: CreateStackInput,
    ) -> Option<Result<CreateStackPayload>> {
        Some(CreateStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.create_stack(command).await
            }
            .await,
        ))
    }

    /// Changes a stack's description and whether it is enabled.
    async fn update_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateStackInput,
    ) -> Option<Result<UpdateStackPayload>> {
        Some(UpdateStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.update_stack(command).await
            }
            .await,
        ))
    }

    /// Sets the variables that the instances of a stack share: all of them, so those that are not listed go. An injected one
    /// is a part of the environment of every instance, where it takes the place of the template's variable of its name; an
    /// instance's own variable takes the place of both.
    async fn set_shared_vars(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack, and all its variables.")] input: SetSharedVarsInput,
    ) -> Option<Result<SetSharedVarsPayload>> {
        Some(SetSharedVarsPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.set_shared_vars(command).await
            }
            .await,
        ))
    }

    /// Copies a stack with all its live instances and every override. Host ports are copied too: `warnings` names those
    /// that a copy and its source cannot have at the same time.
    async fn duplicate_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is copied.")] input: DuplicateStackInput,
    ) -> Option<Result<DuplicateStackPayload>> {
        Some(DuplicateStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.duplicate_stack(command).await
            }
            .await,
        ))
    }

    /// Copies a stack with all its live instances and every override, so that the copy can run beside everything live:
    /// its host ports, domains, names, volumes and networks are its own, and references between instances lead inside of
    /// it. With the key of a live fork, that fork is the answer.
    async fn fork_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is copied, and how.")] input: ForkStackInput,
    ) -> Option<Result<ForkStackPayload>> {
        Some(ForkStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.fork_stack(command).await
            }
            .await,
        ))
    }

    /// Lets the lease of a fork end so long from now.
    async fn renew_lease(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which fork, and until when.")] input: RenewLeaseInput,
    ) -> Option<Result<RenewLeasePayload>> {
        Some(RenewLeasePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.renew_lease(command).await
            }
            .await,
        ))
    }

    /// Gives a stack another name. Its id stays; the container names of all its live instances follow, and so does the
    /// network's name. Each of these instances' revision rises by one too.
    async fn rename_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack, and its new name.")] input: RenameStackInput,
    ) -> Option<Result<RenameStackPayload>> {
        Some(RenameStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.rename_stack(command).await
            }
            .await,
        ))
    }

    /// Puts a stack into the trash, with its instances. They are hidden at once and their names become free;
    /// `restoreStack` brings them back.
    async fn soft_delete_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack.")] input: SoftDeleteStackInput,
    ) -> Option<Result<SoftDeleteStackPayload>> {
        Some(SoftDeleteStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.soft_delete_stack(command).await
            }
            .await,
        ))
    }

    /// Brings a stack back from the trash, under its name or under a given one, with exactly the instances that went into
    /// the trash with it. Their container names follow the stack's name.
    async fn restore_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack.")] input: RestoreStackInput,
    ) -> Option<Result<RestoreStackPayload>> {
        Some(RestoreStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.restore_stack(command).await
            }
            .await,
        ))
    }

    /// Removes a trashed stack for good, with its instances, those that were deleted before included, and all their overrides. What is live is never purged.
    async fn purge_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack.")] input: PurgeStackInput,
    ) -> Option<Result<PurgeStackPayload>> {
        Some(PurgeStackPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.purge_stack(command).await
            }
            .await,
        ))
    }

    /// Adds a template to the catalogue.
    async fn create_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new template.")] input: CreateTemplateInput,
    ) -> Option<Result<CreateTemplatePayload>> {
        Some(CreateTemplatePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.create_template(command).await
            }
            .await,
        ))
    }

    /// Changes a template's own values and its collections, in one step. Every instance made from it has the change at
    /// once, where it does not override it.
    async fn update_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateTemplateInput,
    ) -> Option<Result<UpdateTemplatePayload>> {
        Some(UpdateTemplatePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.update_template(command).await
            }
            .await,
        ))
    }

    /// Deletes a template for good; its name becomes free. It is refused while an instance uses the template, also one
    /// in the trash: `InUseError` lists the users. A deleted template of the catalogue does not come back by itself.
    async fn delete_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which template.")] input: DeleteTemplateInput,
    ) -> Option<Result<DeleteTemplatePayload>> {
        Some(DeleteTemplatePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.delete_template(command).await
            }
            .await,
        ))
    }

    /// Imports Compose files: each service becomes a template, and on request an instance of a stack, all or nothing. What
    /// the files say and cannot be held is told item by item; nothing is lost in silence.
    async fn import_compose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The files, and what becomes of them.")] input: ImportComposeInput,
    ) -> Option<Result<ImportComposePayload>> {
        let files = input.names();
        let done = async {
            let (app, command) = ctx.change(input)?;
            app.import_compose(command).await
        };
        Some(ImportComposePayload::from_result(done.await, &files))
    }

    /// Makes a stack be what Compose files or its document say, all or nothing and in one change of its history: creates
    /// instances, changes them, and removes what this owner has applied before and the source does not have any more. What
    /// other owners have, and what has no owner and is not in the source, stays. Applying the same again changes nothing.
    /// Secrets are kept unless they are given. It takes the role `ADMIN` and all stacks if templates have to be made.
    async fn apply_stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stack, and what it is to be.")] input: ApplyStackInput,
    ) -> Option<Result<ApplyStackPayload>> {
        let files = input.names();
        let slot = PlanSlot::default();
        let done = async {
            let (app, command) = ctx.change(input)?;
            // Finding the effects costs as much as the apply.
            match ctx.look_ahead().field("plan").exists() {
                true => app.telling_plan(&slot).apply_stack(command).await,
                false => app.apply_stack(command).await,
            }
        };
        Some(ApplyStackPayload::from_result(done.await, &files, slot.take()))
    }

    /// Creates an enabled instance of a template in a stack, with overrides if wanted.
    async fn create_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new instance.")] input: CreateInstanceInput,
    ) -> Option<Result<CreateInstancePayload>> {
        Some(CreateInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.create_instance(command).await
            }
            .await,
        ))
    }

    /// Changes an instance's name, description and whether it is enabled, in one step.
    async fn update_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateInstanceInput,
    ) -> Option<Result<UpdateInstancePayload>> {
        Some(UpdateInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.update_instance(command).await
            }
            .await,
        ))
    }

    /// Copies an instance with every override, in the same stack. Host ports are copied too: `warnings` names those
    /// that the copy and its source cannot have at the same time.
    async fn duplicate_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is copied.")] input: DuplicateInstanceInput,
    ) -> Option<Result<DuplicateInstancePayload>> {
        Some(DuplicateInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.duplicate_instance(command).await
            }
            .await,
        ))
    }

    /// Gives an instance another name. Its id stays; its container name follows.
    async fn rename_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance, and its new name.")] input: RenameInstanceInput,
    ) -> Option<Result<RenameInstancePayload>> {
        Some(RenameInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.update_instance(command).await
            }
            .await,
        ))
    }

    /// Puts an instance into the trash. It is hidden at once, its names become free, its overrides are kept.
    async fn soft_delete_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance.")] input: SoftDeleteInstanceInput,
    ) -> Option<Result<SoftDeleteInstancePayload>> {
        Some(SoftDeleteInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.soft_delete_instance(command).await
            }
            .await,
        ))
    }

    /// Brings an instance back from the trash, under its name or under a given one.
    async fn restore_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance.")] input: RestoreInstanceInput,
    ) -> Option<Result<RestoreInstancePayload>> {
        Some(RestoreInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.restore_instance(command).await
            }
            .await,
        ))
    }

    /// Removes a trashed instance for good, with all its overrides. What is live is never purged.
    async fn purge_instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance.")] input: PurgeInstanceInput,
    ) -> Option<Result<PurgeInstancePayload>> {
        Some(PurgeInstancePayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.purge_instance(command).await
            }
            .await,
        ))
    }

    /// Writes whole collections of overrides in one step. A kind that is absent stays as it is; an empty list means that
    /// nothing is said about this kind any more, so that everything is inherited. What `patchInstanceOverrides` has
    /// removed or replaced stays so, except under the keys that are now set.
    async fn set_instance_overrides(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance, and the collections.")] input: SetInstanceOverridesInput,
    ) -> Option<Result<SetInstanceOverridesPayload>> {
        Some(SetInstanceOverridesPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.set_instance_overrides(command).await
            }
            .await,
        ))
    }

    /// Changes overrides step by step: sets an entry, removes an inherited one, replaces a collection, or resets an
    /// entry, a kind or everything. All steps are taken in order and in one step of the revision, or none is.
    async fn patch_instance_overrides(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which instance, and the steps.")] input: PatchInstanceOverridesInput,
    ) -> Option<Result<PatchInstanceOverridesPayload>> {
        Some(PatchInstanceOverridesPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.patch_instance_overrides(command).await
            }
            .await,
        ))
    }

    /// Shows the value of a variable, secret or not: for an instance what its container gets, references resolved and a
    /// generated secret drawn. Takes the role `ADMIN`; who did it is in the log.
    async fn reveal_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which variable.")] input: RevealSecretInput,
    ) -> Option<Result<RevealSecretPayload>> {
        Some(RevealSecretPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.reveal_secret(command).await
            }
            .await,
        ))
    }

    /// Undoes a change with those that it caused, key by key: what has the value that the change gave it goes back, and
    /// what has another one by now is a `ConflictError`, to be decided with `resolutions`. A creation goes into the trash.
    /// A change of a template takes the role `ADMIN` and all stacks. The undoing is a change itself, and can be undone.
    async fn revert_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change.")] input: RevertChangeInput,
    ) -> Option<Result<RevertChangePayload>> {
        let done = async {
            let (app, command) = ctx.change(input)?;
            app.revert_change(command).await.map(Warned::none)
        };
        Some(RevertChangePayload::from_result(ctx, done.await).await)
    }

    /// Brings an instance, or a stack with its instances, back to what it was at a point: fields, overrides and rules.
    /// Instances that came later go into the trash, those that went into the trash come back. What an instance took from
    /// its template and that is another one now becomes an override, so that it runs as it did; `warnings` name it. It is
    /// a change itself, and can be undone.
    async fn restore_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and to when.")] input: RestoreVersionInput,
    ) -> Option<Result<RestoreVersionPayload>> {
        let done = async {
            let (app, given) = ctx.change::<GivenRestore>(input)?;
            app.restore_version(given.command()?).await
        };
        Some(RestoreVersionPayload::from_result(ctx, done.await).await)
    }

    /// Removes the values and the message of a change from the history for good, say because they hold something that
    /// should never have been there. The change itself stays, marked as redacted, and what is stored now is not touched.
    /// Takes the role `ADMIN`.
    async fn redact_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which change, and why.")] input: RedactChangeInput,
    ) -> Option<Result<RedactChangePayload>> {
        let done = async {
            let (app, command) = ctx.change(input)?;
            app.redact_change(command).await.map(Warned::none)
        };
        Some(RedactChangePayload::from_result(ctx, done.await).await)
    }

    /// Creates an API key. Takes the role `ADMIN` and all stacks.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new key.")] input: CreateApiKeyInput,
    ) -> Option<Result<CreateApiKeyPayload>> {
        Some(CreateApiKeyPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.create_api_key(command).await
            }
            .await,
        ))
    }

    /// Revokes an API key: requests with it are refused at once. Takes the role `ADMIN` and all stacks.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: RevokeApiKeyInput,
    ) -> Option<Result<RevokeApiKeyPayload>> {
        Some(RevokeApiKeyPayload::from_result(
            async {
                let (app, command) = ctx.change(input)?;
                app.revoke_api_key(command).await
            }
            .await,
        ))
    }
}
