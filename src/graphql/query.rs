//! `Query`: the root type of all queries.
//!
//! Called by the executor. It must not write, and must not show deleted objects except under `trash`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, connection::EmptyFields};

use crate::{
    access::change::ChangeAction,
    db::change_log::history::ByChange,
    db::queries::{
        page::Page,
        stacks::{ByName, StackFilter},
        templates::TemplateFilter,
    },
    error::Error,
    graphql::{
        context::ContextExt,
        execution::{log_end, to_error::to_graphql_error},
        inputs::{StackRef, TemplateRef},
        lists::{
            connection::{Listed, StackTotal, TemplateTotal, connection},
            search::{SearchResultConnection, search},
        },
        types::{
            api_key::{ApiKey, Viewer},
            history::{
                change::Change,
                diff::{StackDiff, StackPointInput},
                fields::{ChangeConnection, change_filter, empty_page},
                point::ChangeCursor,
            },
            instance::Instance,
            node::{self, Node},
            plan::{Plan, change::ChangeInput},
            stack::Stack,
            template::Template,
            trash::Trash,
        },
    },
    kinds::{OverrideKind, Protocol},
    read::cursor::{MAX_PAGE, PageArgs, searchable},
    reference::InstanceRef,
};

/// See the description of the type.
pub struct Query;

#[Object]
/// Reads. What is in the trash is shown by `trash` only.
impl Query {
    /// The thing with this id, or null.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "A global id.")] id: ID) -> Option<Result<Node>> {
        node::find_any(ctx, &id).await.transpose()
    }

    /// The things with these ids, in the same order, null where there is none. At most 100.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_PAGE.unsigned_abs() as usize {
            return Err(to_graphql_error(Error::limit(format!(
                "At most {MAX_PAGE} ids can be asked for, not {}.",
                ids.len()
            ))));
        }
        let finds = ids.iter().map(async |id| node::find_any(ctx, id).await);
        futures_util::future::try_join_all(finds).await
    }

    /// The live stack of this name, or null.
    async fn stack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stack's name.")] name: String,
    ) -> Option<Result<Stack>> {
        ctx.app().stack(&name).await.map_err(to_graphql_error).transpose().map(|found| found.map(Stack::from))
    }

    /// The live stack that a reference names, or null: for programs that hold what mutations and subscriptions take.
    async fn stack_by_ref(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref", desc = "The stack, by its id or its name.")] wanted: StackRef,
    ) -> Option<Result<Stack>> {
        ctx.app().stack_by_ref(&wanted.into()).await.map_err(to_graphql_error).transpose().map(|it| it.map(Stack::from))
    }

    /// The live stacks, by name. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and two filters")]
    async fn stacks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only names that contain this text, in upper or lower case; no wildcards.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only enabled (true) or only disabled (false) stacks.")] enabled: Option<bool>,
    ) -> Result<Listed<Stack, StackTotal>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let filter = searchable(search).map(|search| StackFilter { search, enabled });
        let page = match &filter {
            Some(filter) => ctx.app().stacks(filter, &slice).await.map_err(to_graphql_error)?,
            None => Page { rows: Vec::new(), has_previous: false, has_next: false },
        };
        Ok(connection(page, StackTotal::Matching(filter), |row| (ByName(row.name.clone()), Stack::from(row))))
    }

    /// The template of this name, or null.
    async fn template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The template's name.")] name: String,
    ) -> Option<Result<Template>> {
        ctx.app().template(&name).await.map_err(to_graphql_error).transpose().map(|found| found.map(Template::from))
    }

    /// The template that a reference names, or null: for programs that hold what mutations take.
    async fn template_by_ref(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref", desc = "The template, by its id or its name.")] wanted: TemplateRef,
    ) -> Option<Result<Template>> {
        let found = ctx.app().template_by_ref(&wanted.into()).await;
        found.map_err(to_graphql_error).transpose().map(|found| found.map(Template::from))
    }

    /// The templates of the catalogue, by name. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and two filters")]
    async fn templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only names that contain this text, in upper or lower case; no wildcards.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only templates of exactly this category.")] category: Option<String>,
    ) -> Result<Listed<Template, TemplateTotal>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let storable = category.as_ref().is_none_or(|category| !category.contains('\0'));
        let filter = searchable(search).filter(|_| storable).map(|search| TemplateFilter { search, category });
        let page = match &filter {
            Some(filter) => ctx.app().templates(filter, &slice).await.map_err(to_graphql_error)?,
            None => Page { rows: Vec::new(), has_previous: false, has_next: false },
        };
        Ok(connection(page, TemplateTotal(filter), |row| (ByName(row.name.clone()), Template::from(row))))
    }

    /// Everything within reach that contains a text: names, categories and descriptions of stacks, instances and templates,
    /// and entries of all kinds, by their keys and their texts. `A` to `Z` match in upper and lower case, every other
    /// character matches only itself; there are no wildcards. Of a secret only the key is searched and shown. What is in the
    /// trash is not found.
    ///
    /// Names come first (of stacks, instances, templates), then categories, then descriptions; each object once. Behind them
    /// come the entries, kind by kind: ports, volumes, variables, labels, domains, healthchecks, config files, limits,
    /// attributes, networks, settings with the images, dependencies; of each kind those of templates, then of stacks, then of
    /// instances. Among these the oldest is first. Rows that are added or removed between two pages move no others.
    ///
    /// Pages have 1 to 100 rows, 20 when nothing is said. A page takes at most five statements, of which none gives more rows
    /// than a page for each sort of thing; but every row is looked into until the page is full, so a search that finds little
    /// reads everything. An empty text and a cursor of another list are `BAD_REQUEST`, a longer text or page is
    /// `LIMIT_EXCEEDED`.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text, at most 128 characters; spaces around it do not count.")] text: String,
        #[graphql(desc = "Only entries of these kinds; no names, categories and descriptions.")] kinds: Option<
            Vec<OverrideKind>,
        >,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
    ) -> Result<SearchResultConnection> {
        search(ctx, &text, kinds.as_deref(), PageArgs { first, after, last: None, before: None }).await
    }

    /// The categories that templates have, sorted; `templates(category:)` takes each.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        ctx.app().categories().await.map_err(to_graphql_error)
    }

    /// The version of the service, such as `1.2.0`.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The live instance of this name in the live stack of that name, or null.
    async fn instance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stack's name.")] stack: String,
        #[graphql(desc = "The instance's name.")] name: String,
    ) -> Option<Result<Instance>> {
        let found = ctx.app().instance(&stack, &name).await;
        found.map_err(to_graphql_error).transpose().map(|found| found.map(Instance::from))
    }

    /// The live instance that a reference names, or null: for programs that hold what mutations take.
    async fn instance_by_ref(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref", desc = "The instance, by its id, or by the names of its stack and itself.")]
        wanted: InstanceRef,
    ) -> Option<Result<Instance>> {
        let found = ctx.app().instance_by_ref(&wanted).await;
        found.map_err(to_graphql_error).transpose().map(|found| found.map(Instance::from))
    }

    /// Who asks, and what that one may do.
    async fn viewer(&self, ctx: &Context<'_>) -> Viewer {
        Viewer(ctx.app().access().clone())
    }

    /// All API keys, revoked and expired ones included, the oldest first. Takes the role `ADMIN` and all stacks.
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Vec<ApiKey>> {
        Ok(ctx.app().api_keys().await.map_err(to_graphql_error)?.into_iter().map(ApiKey).collect())
    }

    /// All changes within the reach of the caller, latest first. Those of API keys are among them for callers that may
    /// manage keys. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and four filters")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only changes of entries of these kinds.")] kinds: Option<Vec<OverrideKind>>,
        #[graphql(desc = "Only changes of entries with this key.")] key: Option<String>,
        #[graphql(desc = "Only these actions.")] actions: Option<Vec<ChangeAction>>,
        #[graphql(desc = "Only changes made with the API key of this name.")] actor: Option<String>,
    ) -> Result<ChangeConnection> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let page = match change_filter(kinds, key, actions, actor) {
            Some(filter) => ctx.app().changes(&filter, &slice).await.map_err(to_graphql_error)?,
            None => empty_page(),
        };
        Ok(connection(page, EmptyFields, |row| (ByChange(row.id), Change(Arc::new(row)))))
    }

    /// The end of the change log, as of what the query shows: subscribe to `changes` after it, and no change is missed or
    /// sent twice.
    async fn change_cursor(&self, ctx: &Context<'_>) -> Result<ChangeCursor> {
        let end = ctx.app().log_end_within_reach(&log_end::end_before(ctx)?).await.map_err(to_graphql_error)?;
        Ok(ChangeCursor(end.cursor().encode()))
    }

    /// What differs between two stacks, or two states of one: a stack as it is, as it was, or as a Compose file says it.
    /// Instances of one stack are paired by identity, those of two by name, and then by their template.
    async fn diff_stacks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first side.")] a: StackPointInput,
        #[graphql(desc = "The second side.")] b: StackPointInput,
    ) -> Result<StackDiff> {
        Box::pin(StackDiff::between(ctx, a.side()?, b.side()?)).await
    }

    /// What a change would do, told before, by the code that does it. Nothing is written. Takes what the mutation takes, and
    /// holds its locks while the plan is made.
    async fn plan(&self, ctx: &Context<'_>, #[graphql(desc = "The change.")] change: ChangeInput) -> Result<Plan> {
        Plan::of(ctx, change).await.map_err(to_graphql_error)
    }

    /// What was deleted and can come back.
    async fn trash(&self) -> Trash {
        Trash
    }

    /// The free port of the host that is closest to `near` from there upwards, else from there downwards; null when
    /// there is none. Free is what no live instance of a live stack, enabled or not, claims on any address. Ports below
    /// 1024 are suggested only when `near` is one of them. Nothing is reserved.
    async fn suggest_host_port(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to start, 1 to 65535.")] near: i32,
        #[graphql(desc = "Transport protocol.", default_with = "Protocol::Tcp")] protocol: Protocol,
    ) -> Option<Result<i32>> {
        ctx.app().suggest_host_port(near, protocol).await.map_err(to_graphql_error).transpose()
    }
}
