//! `Trash`: the deleted stacks and instances, and the obstacles to restoring them.
//!
//! Reached through `Query.trash`. It must not show live objects, except as the holder of a name.

use async_graphql::{Context, Object, Result};

use crate::{
    db::{
        entities::{InstanceModel, StackModel},
        queries::trash::ByDeletion,
    },
    error::{Code, Detail, Problem},
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        lists::connection::RowPage,
        loaders::{InstanceObstaclesOf, StackObstaclesOf, TrashedMembersOf},
        types::{
            instance::Instance,
            node::{self, Node},
            stack::Stack,
        },
    },
    read::cursor::PageArgs,
};

/// See the description of the type.
pub(in crate::graphql) struct Trash;

#[Object]
/// What was deleted and can come back, the last deleted first. Nothing leaves the trash by itself.
impl Trash {
    /// The stacks in the trash. Pages have 1 to 100 rows, 20 when nothing is said.
    async fn stacks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<RowPage<TrashedStack, TrashedStackTotal>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let page = ctx.app().trashed_stacks(&slice).await.map_err(to_graphql_error)?;
        let place = |row: &StackModel| {
            let deleted_at = row.deleted_at.unwrap_or(row.updated_at);
            ByDeletion { deleted_at, id: row.id.0 }
        };
        Ok(RowPage::new(page, TrashedStackTotal, place, TrashedStack))
    }

    /// The instances in the trash that were deleted on their own; those that went with their stack come back with it.
    /// Pages have 1 to 100 rows, 20 when nothing is said.
    async fn instances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<RowPage<TrashedInstance, TrashedInstanceTotal>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let page = ctx.app().trashed_instances(&slice).await.map_err(to_graphql_error)?;
        let place = |row: &InstanceModel| {
            let deleted_at = row.deleted_at.unwrap_or(row.updated_at);
            ByDeletion { deleted_at, id: row.id.0 }
        };
        Ok(RowPage::new(page, TrashedInstanceTotal, place, TrashedInstance))
    }
}

/// See the description of the type.
pub(in crate::graphql) struct TrashedStack(StackModel);

#[Object]
/// A stack in the trash.
impl TrashedStack {
    /// The stack as it was deleted.
    async fn stack(&self) -> Stack {
        Stack::from(self.0.clone())
    }

    /// How many instances would come back with it.
    async fn instance_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let found = ctx.loaders().load(TrashedMembersOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(int(found.unwrap_or_default()))
    }

    /// What restoring it under its own name would meet right now; empty when that would succeed. Of the instances that
    /// are in the way at most 20 are told.
    async fn obstacles(&self, ctx: &Context<'_>) -> Result<Vec<RestoreObstacle>> {
        let found = ctx.loaders().load(StackObstaclesOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(found.into_iter().flatten().map(RestoreObstacle).collect())
    }
}

/// See the description of the type.
pub(in crate::graphql) struct TrashedInstance(InstanceModel);

#[Object]
/// An instance in the trash.
impl TrashedInstance {
    /// The instance as it was deleted.
    async fn instance(&self) -> Instance {
        Instance::from(self.0.clone())
    }

    /// What restoring it under its own name would meet right now; empty when that would succeed.
    async fn obstacles(&self, ctx: &Context<'_>) -> Result<Vec<RestoreObstacle>> {
        let found = ctx.loaders().load(InstanceObstaclesOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(found.into_iter().flatten().map(RestoreObstacle).collect())
    }
}

/// See the description of the type.
pub(in crate::graphql) struct RestoreObstacle(Problem);

#[Object]
/// Something that restoring would meet. A restore under another name gets round what is about names.
impl RestoreObstacle {
    /// The code that the restore would be refused with: `NAME_TAKEN`, `CONTAINER_NAME_TAKEN`,
    /// `CONTAINER_NAME_TOO_LONG`, or `NOT_FOUND` for an instance whose stack is in the trash.
    async fn code(&self) -> Code {
        self.0.code
    }

    /// A sentence for people.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Who has the name; null when nobody has.
    async fn holder(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        let Detail::Holder(holder) = self.0.detail else { return None };
        node::find(ctx, holder).await.transpose()
    }
}

/// Resolves the total count of stacks in the trash, on demand.
pub(in crate::graphql) struct TrashedStackTotal;

#[Object]
impl TrashedStackTotal {
    /// How many stacks are in the trash in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        ctx.app().count_trashed_stacks().await.map(|n| int(n.cast_signed())).map_err(to_graphql_error)
    }
}

/// Resolves the total count of instances in the trash, on demand.
pub(in crate::graphql) struct TrashedInstanceTotal;

#[Object]
impl TrashedInstanceTotal {
    /// How many instances were deleted on their own in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        ctx.app().count_trashed_instances().await.map(|n| int(n.cast_signed())).map_err(to_graphql_error)
    }
}
