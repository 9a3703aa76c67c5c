//! `Stack`: the object type of a stack.
//!
//! Reached through `Query`, payloads and `Instance.stack`. It must not depend on how instances are stored.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    app::Rendering,
    db::entities::StackModel,
    error::Error,
    graphql::{
        compose::file::{ComposeFile, ComposeMode},
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        lists::{
            connection::Listed,
            instances::{self, InstanceTotal},
        },
        loaders::{ComposeOf, StackConflictsOf},
        types::{conflict::Conflict, instance::Instance},
    },
    ids::GlobalId,
    name::network_name,
    read::cursor::PageArgs,
};

/// An isolated development environment: instances on a network of their own.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Stack(pub(in crate::graphql) Arc<StackModel>);

impl From<StackModel> for Stack {
    fn from(row: StackModel) -> Self {
        Self(Arc::new(row))
    }
}

#[Object]
/// An isolated development environment: instances on a network of their own. Two stacks never collide, even when they
/// use the same templates.
impl Stack {
    /// Opaque global id; it stays the same for ever.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.encode().into()
    }

    /// Name, unique among all stacks that are not in the trash: 1 to 63 lower-case letters, digits and hyphens.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the stack is for; free text, at most 4096 characters.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Name of the container network that all instances of the stack join, and nobody else.
    async fn network_name(&self) -> String {
        self.0.network_name.clone().unwrap_or_else(|| network_name(&self.0.name))
    }

    /// False when the whole stack is switched off.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Raised by one with every change of the stack itself.
    async fn revision(&self) -> i32 {
        int(self.0.revision)
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it went into the trash; null for a live stack.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.deleted_at
    }

    /// The stack's live instances, oldest first. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and two filters")]
    async fn instances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only names that contain this text, in upper or lower case; no wildcards.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only enabled (true) or only disabled (false) instances.")] enabled: Option<bool>,
    ) -> Result<Listed<Instance, InstanceTotal>> {
        instances::list(ctx, self.0.id, PageArgs { first, after, last, before }, search, enabled).await
    }

    /// What its live, enabled instances claim on the host although other instances, which are enabled in enabled
    /// stacks, claim it, too: the conflicts of each of them, oldest instance first, then by kind and value.
    async fn conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        let found = ctx.loaders().load(StackConflictsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Conflict::list(found, ctx.app().budget())
    }

    /// The stack as a file that `docker compose` and `podman-compose` run as it is: its live, enabled instances, oldest
    /// first, as their effective configuration says. Asking changes nothing. With a row that cannot be read there is no
    /// file: the error `BAD_REQUEST` names the instance or template and the field to write again.
    async fn compose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many files it becomes.", default_with = "ComposeMode::Flat")] mode: ComposeMode,
        #[graphql(
            desc = "Write secrets out instead of asking for a variable each. It takes the role `ADMIN`, and is logged.",
            default = false
        )]
        reveal_secrets: bool,
    ) -> Result<ComposeFile> {
        let how = Rendering { mode: mode.into(), reveal: reveal_secrets };
        let found = ctx.loaders().load(ComposeOf { stack: self.0.id, how }).await.map_err(to_graphql_error)?;
        let found = found.ok_or_else(|| Error::Internal("a stack was purged while it was rendered".to_owned()));
        Ok(ComposeFile(found.map_err(to_graphql_error)?.map_err(to_graphql_error)?))
    }

    /// The live instance of this name, or null.
    async fn instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The instance's name.")] name: String,
    ) -> Option<Result<Instance>> {
        let found = ctx.app().instance_of(self.0.id, &name).await;
        found.map_err(to_graphql_error).transpose().map(|found| found.map(Instance::from))
    }
}
