//! `InstanceVersion` and `StackVersion`: past states, as types of their own.
//!
//! Reached through `version` and `node`. They have ids of their own: under the id of the living object, a past state would
//! take its place in the cache of a client.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    app::{OfPast, PastInstance, PastStack, PointRef, Rendering, SideRef, StackRef},
    db::{change_log::past::Point, entities::ChangeModel},
    error::Error,
    graphql::{
        compose::file::{ComposeFile, ComposeMode},
        config::{
            collections::Answered,
            effective::{ConfigOf, EffectiveConfig},
            override_report::{ConfigChange, OverrideRule, Reports},
            shared::Shared,
        },
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        loaders::{InstanceKey, InstanceVersionOf, StackKey, StackVersionOf},
        types::{
            history::{change::Change, diff::StackDiff, point::PointInput},
            instance::Instance,
            stack::Stack,
        },
    },
    ids::{InstanceId, StackId, VersionId},
    kinds::{Kind, SharedVar, for_each_kind},
};

fn made_at(made_by: Option<&ChangeModel>, created_at: DateTime<Utc>) -> DateTime<Utc> {
    made_by.map_or(created_at, |change| change.at)
}

/// An instance as it was.
pub(in crate::graphql) struct InstanceVersion(pub(in crate::graphql) Arc<PastInstance>);

impl InstanceVersion {
    /// The version with this id; `None` if there is none.
    pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: &VersionId) -> Result<Option<Self>> {
        let instance = InstanceId(id.object);
        let at = PointRef::Positions(Point { stack: id.stack_seq, templates: id.templates_seq });
        let found = ctx.loaders().load(InstanceVersionOf { instance, at }).await.map_err(to_graphql_error)?;
        Ok(found.transpose().map_err(to_graphql_error)?.map(Self))
    }
}

#[Object]
/// An instance as it was at a point: its fields, its overrides, and its configuration with the template of that time.
impl InstanceVersion {
    /// Opaque global id of this past state.
    pub(in crate::graphql) async fn id(&self) -> ID {
        VersionId::new("InstanceVersion", self.0.row.id.0, (self.0.point.stack, self.0.point.templates)).encode().into()
    }

    /// The instance, as it is now, in the trash or not.
    async fn of(&self, ctx: &Context<'_>) -> Result<Instance> {
        let found = ctx.loaders().load(InstanceKey(self.0.row.id)).await.map_err(to_graphql_error)?;
        found.map(Instance).ok_or_else(|| to_graphql_error(Error::Internal("an instance has vanished".into())))
    }

    /// Since when the instance was like this: the time of `change`, or of its creation.
    async fn at(&self) -> DateTime<Utc> {
        made_at(self.0.made_by.as_ref(), self.0.row.created_at)
    }

    /// The last change of the instance until then; null when that is older than the log.
    async fn change(&self) -> Option<Change> {
        self.0.made_by.clone().map(|row| Change(Arc::new(row)))
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.row.instance_id
    }

    /// What it was for.
    async fn description(&self) -> &str {
        &self.0.row.description
    }

    /// Whether it was enabled.
    async fn enabled(&self) -> bool {
        self.0.row.enabled
    }

    /// The name of its container.
    async fn container_name(&self) -> &str {
        &self.0.row.container_name
    }

    /// Its revision.
    async fn revision(&self) -> i32 {
        int(self.0.row.revision)
    }

    /// What it took away from its template.
    async fn override_rules(&self) -> Vec<OverrideRule> {
        self.0.rules.iter().cloned().map(OverrideRule::from).collect()
    }

    /// What would have run, with the template as it was.
    async fn effective_config(&self) -> EffectiveConfig {
        EffectiveConfig(ConfigOf::Past(self.0.clone()))
    }

    /// What would run otherwise at another point, entry by entry.
    async fn diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other point; the current state when nothing is said.")] to: Option<PointInput>,
    ) -> Result<Vec<ConfigChange>> {
        let at = match to {
            Some(to) => to.point().map_err(to_graphql_error)?,
            None => PointRef::Positions(Point::NOW),
        };
        let of = InstanceVersionOf { instance: self.0.row.id, at };
        let found = ctx.loaders().load(of).await.map_err(to_graphql_error)?;
        let other = found.transpose().map_err(to_graphql_error)?.ok_or_else(|| {
            to_graphql_error(Error::bad_request("The instance does not exist at the other point, or is in the trash."))
        })?;
        diff(ctx, &self.0, &other).await
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn collections(&self) -> PastCollections {
        PastCollections(self.0.clone())
    }
}

/// The differences between the configurations of an instance at two points.
async fn diff(ctx: &Context<'_>, from: &Arc<PastInstance>, to: &Arc<PastInstance>) -> Result<Vec<ConfigChange>> {
    let before = Reports::load(ctx, &ConfigOf::Past(from.clone())).await?;
    let after = Reports::load(ctx, &ConfigOf::Past(to.clone())).await?;
    before.diff_to(&after, ctx.app().budget())
}

/// The overrides of an instance as they were, as fields of `InstanceVersion`.
pub(in crate::graphql) struct PastCollections(Arc<PastInstance>);

macro_rules! fields {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        #[Object]
        impl PastCollections {
            $( $(#[$doc])*
            async fn $field(&self) -> <<crate::kinds::$kind as Kind>::Set as Answered<crate::kinds::$kind>>::Answer {
                type Set = <crate::kinds::$kind as Kind>::Set;
                let layers = <crate::kinds::$kind as OfPast>::of(&self.0.layers);
                let own = match layers {
                    Ok(layers) => Ok(Arc::clone(&layers.own)),
                    Err(row) => Err(to_graphql_error(Error::from(row.clone()))),
                };
                <Set as Answered<crate::kinds::$kind>>::answer(own)
            } )+
        }
    };
}
for_each_kind!(fields);

/// A stack as it was.
pub(in crate::graphql) struct StackVersion(pub(in crate::graphql) Arc<PastStack>);

impl StackVersion {
    /// The version with this id; `None` if there is none.
    pub(in crate::graphql) async fn find(ctx: &Context<'_>, id: &VersionId) -> Result<Option<Self>> {
        let stack = StackId(id.object);
        let at = PointRef::Positions(Point { stack: id.stack_seq, templates: id.templates_seq });
        let found = ctx.loaders().load(StackVersionOf { stack, at }).await.map_err(to_graphql_error)?;
        Ok(found.transpose().map_err(to_graphql_error)?.map(Self))
    }
}

#[Object]
/// A stack as it was at a point, with its instances and the templates of that time.
impl StackVersion {
    /// Opaque global id of this past state.
    pub(in crate::graphql) async fn id(&self) -> ID {
        VersionId::new("StackVersion", self.0.row.id.0, (self.0.point.stack, self.0.point.templates)).encode().into()
    }

    /// The stack, as it is now, in the trash or not.
    async fn of(&self, ctx: &Context<'_>) -> Result<Stack> {
        let found = ctx.loaders().load(StackKey(self.0.row.id)).await.map_err(to_graphql_error)?;
        found.map(Stack).ok_or_else(|| to_graphql_error(Error::Internal("a stack has vanished".into())))
    }

    /// The time of the last change of the stack itself until then, or of its creation.
    async fn at(&self) -> DateTime<Utc> {
        made_at(self.0.made_by.as_ref(), self.0.row.created_at)
    }

    /// The last change of the stack itself until then; null when that is older than the log.
    async fn change(&self) -> Option<Change> {
        self.0.made_by.clone().map(|row| Change(Arc::new(row)))
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What it was for.
    async fn description(&self) -> &str {
        &self.0.row.description
    }

    /// Whether it was switched on.
    async fn enabled(&self) -> bool {
        self.0.row.enabled
    }

    /// The variables that its instances shared.
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn shared_vars(&self) -> Result<Vec<Shared<SharedVar>>> {
        match &self.0.shared_vars {
            Ok(vars) => Ok(Shared::all(vars)),
            Err(row) => Err(to_graphql_error(Error::from(row.clone()))),
        }
    }

    /// Its live instances, oldest first.
    async fn instances(&self) -> Vec<InstanceVersion> {
        self.0.instances.iter().cloned().map(InstanceVersion).collect()
    }

    /// The stack as a Compose file, as it would have been rendered then. Secrets are variables.
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn compose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One file, or two.", default_with = "ComposeMode::Flat")] mode: ComposeMode,
    ) -> Result<ComposeFile> {
        let how = Rendering { mode: mode.into(), ..Rendering::default() };
        let file = ctx.app().compose_version(&self.0, how).map_err(to_graphql_error)?;
        Ok(ComposeFile(Arc::new(file)))
    }

    /// What would be otherwise at another point.
    async fn diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other point; the current state when nothing is said.")] to: Option<PointInput>,
    ) -> Result<StackDiff> {
        let at = match to {
            Some(to) => to.point().map_err(to_graphql_error)?,
            None => PointRef::Positions(Point::NOW),
        };
        let here = StackRef::Id(Some(self.0.row.id));
        let side = |at| SideRef::At(here.clone(), at);
        Box::pin(StackDiff::between(ctx, side(PointRef::Positions(self.0.point)), side(at))).await
    }
}
