//! Resolves the instance that a dependency refers to.
//!
//! Reached through the collections of an instance. It must not show a deleted instance.

use async_graphql::{ComplexObject, Context, Result};

use crate::{
    graphql::{
        context::ContextExt, execution::to_error::to_graphql_error, loaders::InstanceKey, types::instance::Instance,
    },
    kinds::Dependency,
};

#[ComplexObject]
impl Dependency {
    /// The other instance; null while it is in the trash: then there is nothing to wait for. Restoring it brings the
    /// dependency back into effect.
    async fn instance(&self, ctx: &Context<'_>) -> Option<Result<Instance>> {
        let found = ctx.loaders().load(InstanceKey(self.depends_on.known()?)).await.map_err(to_graphql_error);
        found.map(|found| found.filter(|instance| instance.deleted_at.is_none()).map(Instance)).transpose()
    }
}
