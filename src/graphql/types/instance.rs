//! `Instance`: the object type of an instance.
//!
//! Reached through `Query`, payloads and `Stack.instances`. It must not read anything but its own row without a loader.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    db::entities::InstanceModel,
    error::Error,
    graphql::{
        config::{
            collections::InstanceCollections,
            effective::EffectiveConfig,
            override_report::{ConfigChange, OverrideRule, OverrideStats, Reports},
        },
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        loaders::{ConflictsOf, RulesOf, StackKey, TemplateKey},
        types::{conflict::Conflict, stack::Stack, template::Template},
    },
    ids::GlobalId,
};

/// One template, used once in one stack.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Instance(pub(in crate::graphql) Arc<InstanceModel>);

impl From<InstanceModel> for Instance {
    fn from(row: InstanceModel) -> Self {
        Self(Arc::new(row))
    }
}

impl Instance {
    async fn load_stack(&self, ctx: &Context<'_>) -> Result<Stack> {
        let found = ctx.loaders().load(StackKey(self.0.stack_id)).await.map_err(to_graphql_error)?;
        found.map(Stack).ok_or_else(|| vanished("stack"))
    }

    async fn load_template(&self, ctx: &Context<'_>) -> Result<Template> {
        let found = ctx.loaders().load(TemplateKey(self.0.template_service_id)).await.map_err(to_graphql_error)?;
        found.map(Template).ok_or_else(|| vanished("template"))
    }
}

/// The error for a missing row that a foreign key guarantees. It can only be missing if it was purged between two
/// statements of one request.
fn vanished(what: &str) -> async_graphql::Error {
    to_graphql_error(Error::Internal(format!("the {what} of an instance has vanished")))
}

#[Object]
/// One template, used once in one stack, with what it says differently: its overrides. The fields of the collections
/// hold only the overrides.
impl Instance {
    /// Opaque global id; it stays the same for ever, also through a rename.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.encode().into()
    }

    /// Name, unique among the live instances of its stack: 1 to 63 lower-case letters, digits and hyphens.
    async fn name(&self) -> &str {
        &self.0.instance_id
    }

    /// What the instance is for; free text, at most 4096 characters.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// False when the instance is left out when its stack starts.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Name of the container, `devarch-{stack}-{instance}`: unique among all live instances of all stacks, at most 63
    /// characters. It follows the name.
    async fn container_name(&self) -> &str {
        &self.0.container_name
    }

    /// Raised by one with every change of the instance or of any of its overrides. Give it as `expectedRevision` to
    /// write only when nobody else has written meanwhile.
    async fn revision(&self) -> i32 {
        int(self.0.revision)
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the instance or any of its overrides was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it went into the trash; null for a live instance.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.deleted_at
    }

    /// The stack it belongs to.
    async fn stack(&self, ctx: &Context<'_>) -> Result<Stack> {
        self.load_stack(ctx).await
    }

    /// The template it is made from.
    async fn template(&self, ctx: &Context<'_>) -> Result<Template> {
        self.load_template(ctx).await
    }

    /// How many entries it overrides, all kinds together.
    async fn override_count(&self) -> i32 {
        self.0.override_count
    }

    /// What would really run: template and overrides put together, each value with where it comes from.
    async fn effective_config(&self) -> EffectiveConfig {
        EffectiveConfig(self.0.clone())
    }

    /// What the instance takes away from its template: inherited entries that it removes, and collections that it
    /// replaces.
    async fn override_rules(&self, ctx: &Context<'_>) -> Result<Vec<OverrideRule>> {
        let rules = ctx.loaders().load(RulesOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(rules.map(Arc::unwrap_or_clone).unwrap_or_default().into_iter().map(OverrideRule::from).collect())
    }

    /// How much it overrides, and what of it can go without a difference.
    async fn override_stats(&self, ctx: &Context<'_>) -> Result<OverrideStats> {
        Ok(Reports::load(ctx, &self.0).await?.stats())
    }

    /// What the instance changes of its template, entry by entry, kind by kind.
    async fn override_diff(&self, ctx: &Context<'_>) -> Result<Vec<ConfigChange>> {
        Reports::load(ctx, &self.0).await?.diff(ctx.app().budget())
    }

    /// What it claims on the host although other instances, which are enabled in enabled stacks, claim it, too; one
    /// entry for each thing, by kind and value. Whether it is enabled itself makes no difference: a disabled instance
    /// shows what enabling it would meet.
    async fn conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        let found = ctx.loaders().load(ConflictsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Conflict::list(found, ctx.app().budget())
    }

    /// What would go if the instance were deleted.
    async fn delete_preview(&self, ctx: &Context<'_>) -> Result<InstanceDeletePreview> {
        Ok(InstanceDeletePreview {
            instance_name: self.0.instance_id.clone(),
            template_name: self.load_template(ctx).await?.0.name.clone(),
            override_count: self.0.override_count,
            container_name: self.0.container_name.clone(),
        })
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn collections(&self) -> InstanceCollections {
        InstanceCollections(self.0.id)
    }
}

/// What would go if an instance were deleted.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InstanceDeletePreview {
    /// The instance's name.
    instance_name: String,
    /// The name of its template, which stays.
    template_name: String,
    /// How many overrides it has.
    override_count: i32,
    /// The container that would have no owner any more.
    container_name: String,
}
