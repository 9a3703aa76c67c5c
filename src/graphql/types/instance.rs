//! `Instance`: the object type of an instance.
//!
//! Reached through `Query`, payloads and `Stack.instances`. It must not read anything but its own row without a loader.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    access::change::Subject,
    app::ReferenceUse,
    db::{change_log::history::Whose, entities::InstanceModel},
    error::Error,
    fields::instance_fields,
    graphql::{
        config::{
            collections::InstanceCollections,
            effective::{ConfigOf, EffectiveConfig},
            override_report::{ConfigChange, OverrideRule, OverrideStats, Reports},
            references::{Endpoint, UsedReference},
        },
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{ConflictsOf, ReferencesOf, RulesOf, StackKey, TemplateKey, ValuesOf},
        types::{
            conflict::Conflict,
            history::fields::{History, InstanceVersions},
            plain::{object, output, value},
            stack::Stack,
            template::Template,
        },
    },
};

instance_fields!(shown, object,
    /// One template, used once in one stack, with its overrides. The fields of the collections
    /// hold only the overrides.
    Instance of InstanceModel with InstanceRelations
);

/// The fields of `Instance` that need more than its row.
pub(in crate::graphql) struct InstanceRelations(Arc<InstanceModel>);

impl InstanceRelations {
    async fn load_stack(&self, ctx: &Context<'_>) -> Result<Stack> {
        let (loaders, id) = (ctx.loaders(), self.0.stack_id);
        let found = loaders.load(StackKey(id)).await.map_err(to_graphql_error)?;
        found.or_else(|| loaders.planned_stack(id)).map(Stack).ok_or_else(|| vanished("stack"))
    }

    async fn load_template(&self, ctx: &Context<'_>) -> Result<Template> {
        let (loaders, id) = (ctx.loaders(), self.0.template_service_id);
        let found = loaders.load(TemplateKey(id)).await.map_err(to_graphql_error)?;
        found.or_else(|| loaders.planned_template(id)).map(Template).ok_or_else(|| vanished("template"))
    }
}

/// The error for a missing row that a foreign key guarantees. It can only be missing if it was purged between two
/// statements of one request.
fn vanished(what: &str) -> async_graphql::Error {
    to_graphql_error(Error::Internal(format!("the {what} of an instance has vanished")))
}

#[Object]
impl InstanceRelations {
    /// The stack it belongs to.
    async fn stack(&self, ctx: &Context<'_>) -> Result<Stack> {
        self.load_stack(ctx).await
    }

    /// The template it is made from.
    async fn template(&self, ctx: &Context<'_>) -> Result<Template> {
        self.load_template(ctx).await
    }

    /// What would really run: template and overrides put together, each value with where it comes from.
    async fn effective_config(&self) -> EffectiveConfig {
        EffectiveConfig(ConfigOf::Now(self.0.clone()))
    }

    /// What the instance takes away from its template: inherited entries that it removes, and collections that it
    /// replaces.
    async fn override_rules(&self, ctx: &Context<'_>) -> Result<Vec<OverrideRule>> {
        let rules = ctx.loaders().load(RulesOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(rules.map(Arc::unwrap_or_clone).unwrap_or_default().into_iter().map(OverrideRule::from).collect())
    }

    /// How much it overrides, and what of it can go without a difference.
    async fn override_stats(&self, ctx: &Context<'_>) -> Result<OverrideStats> {
        Ok(Reports::load(ctx, &ConfigOf::Now(self.0.clone())).await?.stats())
    }

    /// What the instance changes of its template, entry by entry, kind by kind.
    async fn override_diff(&self, ctx: &Context<'_>) -> Result<Vec<ConfigChange>> {
        Reports::load(ctx, &ConfigOf::Now(self.0.clone())).await?.diff(ctx.app().budget())
    }

    /// What it claims on the host although other instances, which are enabled in enabled stacks, claim it, too; one
    /// entry for each thing, by kind and value. Whether it is enabled itself makes no difference: a disabled instance
    /// shows what enabling it would meet.
    async fn conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        let found = ctx.loaders().load(ConflictsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Conflict::list(found, ctx.app().budget())
    }

    /// The references in its effective configuration to its own values, to those of other instances and to the variables of
    /// the stack, by kind and key.
    async fn references(&self, ctx: &Context<'_>) -> Result<Vec<UsedReference>> {
        let found = ctx.loaders().load(ReferencesOf(self.0.stack_id)).await.map_err(to_graphql_error)?;
        let uses = found.iter().flat_map(|found| &found.uses).filter(|found| found.instance.id == self.0.id);
        Ok(uses.map(UsedReference::from).collect())
    }

    /// The references to it in the effective configurations of the other instances of its stack, oldest instance first. They
    /// lose their values when it goes.
    async fn referenced_by(&self, ctx: &Context<'_>) -> Result<Vec<UsedReference>> {
        let found = ctx.loaders().load(ReferencesOf(self.0.stack_id)).await.map_err(to_graphql_error)?;
        let is_other = |found: &&ReferenceUse| {
            self.0.deleted_at.is_none()
                && found.instance.id != self.0.id
                && found.target() == Some(self.0.instance_id.as_str())
        };
        Ok(found.iter().flat_map(|found| &found.uses).filter(is_other).map(UsedReference::from).collect())
    }

    /// What it offers to references beside its variables: its host name, container, domain, ports and their URLs.
    async fn endpoints(&self, ctx: &Context<'_>) -> Result<Vec<Endpoint>> {
        let found = ctx.loaders().load(ValuesOf(self.0.stack_id)).await.map_err(to_graphql_error)?;
        let is_live = self.0.deleted_at.is_none();
        Ok(found.filter(|_| is_live).map(|values| Endpoint::all(&values, &self.0)).unwrap_or_default())
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

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn past(&self) -> History {
        History(Whose::Subject(Subject::Instance(self.0.id)))
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn versions(&self) -> InstanceVersions {
        InstanceVersions(self.0.id)
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
