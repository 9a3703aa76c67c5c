//! `Stack`: the object type of a stack.
//!
//! Reached through `Query`, payloads and `Instance.stack`. It must not depend on how instances are stored.

pub(in crate::graphql) mod document;
pub(in crate::graphql) mod fork;

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    app::{Rendering, Reveal},
    db::{
        change_log::history::{ChangeFilter, Whose},
        entities::StackModel,
        queries::{instances::InstanceFilter, page::Slice},
    },
    error::Error,
    fields::stack_fields,
    graphql::{
        compose::file::{ComposeFile, ComposeMode},
        config::{shared::Shared, shared_var::LiveSharedVar},
        context::{ContextExt, int},
        execution::{log_end, to_error::to_graphql_error},
        lists::{
            connection::Listed,
            instances::{self, InstanceTotal},
        },
        loaders::{ComposeOf, HistoryPageOf, InstanceCountOf, LogEndOf, StackConflictsOf},
        types::{
            conflict::Conflict,
            history::{
                change::Change,
                fields::{History, StackVersions},
                point::ChangeCursor,
            },
            instance::Instance,
            plain::{object, output, value},
            stack::{document::Documents, fork::Forks},
        },
    },
    kinds::{OfStack, SharedVar},
    read::cursor::PageArgs,
};

stack_fields!(shown, object,
    /// An isolated development environment: instances on a network of their own. Two stacks never collide, even when they
    /// use the same templates.
    Stack of StackModel with StackRelations
);

/// The fields of `Stack` that need more than its row.
pub(in crate::graphql) struct StackRelations(Arc<StackModel>);

#[Object]
impl StackRelations {
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

    /// The variables that its instances share, a layer between the templates and the overrides.
    async fn shared_vars(&self, ctx: &Context<'_>) -> Result<Vec<LiveSharedVar>> {
        let found = ctx.loaders().entries::<OfStack, SharedVar>(self.0.id).await.map_err(to_graphql_error)?;
        Ok(Shared::all(&found).into_iter().map(|var| LiveSharedVar::new(self.0.id, var)).collect())
    }

    /// What its live, enabled instances claim on the host although other instances, which are enabled in enabled
    /// stacks, claim it, too: the conflicts of each of them, oldest instance first, then by kind and value.
    async fn conflicts(&self, ctx: &Context<'_>) -> Result<Vec<Conflict>> {
        let found = ctx.loaders().load(StackConflictsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Conflict::list(found, ctx.app().budget())
    }

    /// How many conflicts `conflicts` lists.
    async fn conflict_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let found = ctx.loaders().load(StackConflictsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(int(i64::try_from(found.map_or(0, |found| found.len())).unwrap_or(i64::MAX)))
    }

    /// How many live instances it has, enabled or not.
    async fn instance_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let of = InstanceCountOf { parent: self.0.id, filter: InstanceFilter::default() };
        let found = ctx.loaders().load(of).await.map_err(to_graphql_error)?;
        Ok(int(found.unwrap_or_default()))
    }

    /// The latest change of the stack or of one of its instances; null if none was since the beginning of the log.
    async fn last_change(&self, ctx: &Context<'_>) -> Result<Option<Change>> {
        let slice = Slice { limit: 1, backwards: false, after: None, before: None };
        let of = HistoryPageOf { whose: Whose::Stack(self.0.id), filter: ChangeFilter::default(), slice };
        let page = ctx.loaders().load(of).await.map_err(to_graphql_error)?;
        Ok(page.and_then(|page| page.rows.into_iter().next()).map(Change))
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
        let how = Rendering { mode: mode.into(), reveal: Reveal::in_file(reveal_secrets) };
        let found = ctx.loaders().load(ComposeOf { stack: self.0.id, how }).await.map_err(to_graphql_error)?;
        let found = found.ok_or_else(|| Error::Internal("a stack was purged while it was rendered".to_owned()));
        Ok(ComposeFile(found.map_err(to_graphql_error)?.map_err(to_graphql_error)?))
    }

    /// The end of the change log for this stack, as of what the query shows: subscribe to `stackChanges` after it, and no
    /// change is missed or sent twice. It also works as a point of `version`.
    async fn change_cursor(&self, ctx: &Context<'_>) -> Result<ChangeCursor> {
        let of = LogEndOf { until: Arc::new(log_end::end_before(ctx)?), stack: self.0.id };
        let end = ctx.loaders().load(of).await.map_err(to_graphql_error)?.unwrap_or_default();
        Ok(ChangeCursor(end.cursor().encode()))
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn past(&self) -> History {
        History(Whose::Stack(self.0.id))
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn versions(&self) -> StackVersions {
        StackVersions(self.0.id)
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn copies(&self) -> Forks {
        Forks(self.0.id)
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn texts(&self) -> Documents {
        Documents(self.0.id)
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
