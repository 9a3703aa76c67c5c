//! `since`: the change that made an effective value what it is.
//!
//! Flattened into the types of effective values. It must not decide itself which change that is.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    app::{EffectiveKey, Sides, since},
    db::change_log::past::Point,
    graphql::{
        config::effective::ConfigOf,
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{ChangeKey, LastChangesOf},
        types::history::change::Change,
    },
    kinds::{Origin, OverrideKind},
};

/// An effective value, for the change that made it.
pub(in crate::graphql) struct Since {
    sides: Sides,
    value: EffectiveKey,
}

impl Since {
    /// Of an entry.
    pub(in crate::graphql) fn new(of: &ConfigOf, kind: OverrideKind, key: String, origin: Origin) -> Self {
        let (row, point) = match of {
            ConfigOf::Now(instance) => (instance, Point::NOW),
            ConfigOf::Past(past) => (&past.row, past.point),
        };
        let sides = Sides { instance: row.id, stack: row.stack_id, template: row.template_service_id, point };
        Self { sides, value: EffectiveKey { kind, key, origin } }
    }

    /// The change, or the error of looking for it.
    pub(in crate::graphql) async fn change(&self, ctx: &Context<'_>) -> Option<Result<Change>> {
        let found = async {
            let known = ctx.loaders().load(LastChangesOf(self.sides)).await?;
            match known.and_then(|known| since(&known, &self.sides, &self.value)) {
                Some(id) => ctx.loaders().load(ChangeKey(id)).await,
                None => Ok(None),
            }
        };
        found.await.map_err(to_graphql_error).map(|found: Option<Arc<_>>| found.map(Change)).transpose()
    }
}

#[Object]
impl Since {
    /// The change that made it what it is: of the override or the rule, of the template or the
    /// stack, or the creation of the instance, whichever came last. Null if that was before the change log.
    async fn since(&self, ctx: &Context<'_>) -> Option<Result<Change>> {
        self.change(ctx).await
    }
}
