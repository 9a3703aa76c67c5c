//! The fields of `Stack`, `Instance` and `Template` that show their history, and the lists of changes.
//!
//! Flattened into these types. They must not read the log except through the loaders.

use std::sync::Arc;

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, DefaultConnectionName, DefaultEdgeName, EmptyFields},
};

use crate::{
    access::change::ChangeAction,
    db::{
        change_log::history::{ByPosition, ChangeFilter, Whose},
        entities::ChangeModel,
        queries::page::Page,
    },
    error::Error,
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        lists::connection::connection,
        loaders::{HistoryPageOf, InstanceVersionOf, StackVersionOf},
        types::history::{
            change::Change,
            point::PointInput,
            version::{InstanceVersion, StackVersion},
        },
    },
    ids::{InstanceId, StackId},
    kinds::OverrideKind,
    read::cursor::PageArgs,
};

/// A page of changes.
pub(in crate::graphql) type ChangeConnection =
    Connection<String, Change, EmptyFields, EmptyFields, DefaultConnectionName, DefaultEdgeName>;

/// A page without rows.
pub(in crate::graphql) fn empty_page<R>() -> Page<R> {
    Page { rows: Vec::new(), has_previous: false, has_next: false }
}

/// The most bytes of a key or of the name of an actor in a filter.
const MAX_FILTER_BYTES: usize = 4096;

/// The filter of a list of changes; `None` if it can match nothing.
pub(in crate::graphql) fn change_filter(
    kinds: Option<Vec<OverrideKind>>,
    key: Option<String>,
    actions: Option<Vec<ChangeAction>>,
    actor: Option<String>,
) -> Option<ChangeFilter> {
    let is_possible =
        |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= MAX_FILTER_BYTES && !text.contains('\0'));
    let matches_nothing = !is_possible(&key)
        || !is_possible(&actor)
        || kinds.as_ref().is_some_and(Vec::is_empty)
        || actions.as_ref().is_some_and(Vec::is_empty);
    (!matches_nothing).then_some(ChangeFilter { kinds, key, actions, actor })
}

/// A page of the changes of an object, or of those that a change caused; an empty one for `None`.
pub(in crate::graphql) async fn changes_of(ctx: &Context<'_>, of: Option<HistoryPageOf>) -> Result<ChangeConnection> {
    let page = match of {
        Some(of) => ctx.loaders().load(of).await.map_err(to_graphql_error)?,
        None => None,
    };
    let page = page.unwrap_or_else(empty_page);
    Ok(connection(page, EmptyFields, |row: Arc<ChangeModel>| (ByPosition { seq: row.seq, id: row.id }, Change(row))))
}

/// The history of an object.
pub(in crate::graphql) struct History(pub(in crate::graphql) Whose);

#[Object]
impl History {
    /// Its changes, latest first. For a stack also those of its instances. Pages have 1 to 100 rows, 20 when nothing is
    /// said. The history of a database that is older than the change log begins with the log.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and four filters")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only changes of entries of these kinds.")] kinds: Option<Vec<OverrideKind>>,
        #[graphql(desc = "Only changes of entries with this key, such as `5432/tcp` or the name of a variable.")]
        key: Option<String>,
        #[graphql(desc = "Only these actions.")] actions: Option<Vec<ChangeAction>>,
        #[graphql(desc = "Only changes made with the API key of this name.")] actor: Option<String>,
    ) -> Result<ChangeConnection> {
        self.page(ctx, [after, before], [first, last], (kinds, key, actions, actor)).await
    }
}

/// The filters of a history: kinds, key, actions and actor.
type Filters = (Option<Vec<OverrideKind>>, Option<String>, Option<Vec<ChangeAction>>, Option<String>);

impl History {
    /// A page of the history.
    pub(in crate::graphql) async fn page(
        &self,
        ctx: &Context<'_>,
        [after, before]: [Option<String>; 2],
        [first, last]: [Option<i32>; 2],
        (kinds, key, actions, actor): Filters,
    ) -> Result<ChangeConnection> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let of = change_filter(kinds, key, actions, actor).map(|filter| HistoryPageOf { whose: self.0, filter, slice });
        changes_of(ctx, of).await
    }
}

/// The past states of an instance.
pub(in crate::graphql) struct InstanceVersions(pub(in crate::graphql) InstanceId);

#[Object]
impl InstanceVersions {
    /// The instance as it was at a point; null when it did not exist then, or was in the trash. What was before the
    /// beginning of the log is not known: asking for it is an error.
    async fn version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The point.")] at: PointInput,
    ) -> Option<Result<InstanceVersion>> {
        let found = async {
            let at = at.point().map_err(to_graphql_error)?;
            let found =
                ctx.loaders().load(InstanceVersionOf { instance: self.0, at }).await.map_err(to_graphql_error)?;
            found.transpose().map_err(|cause: Arc<Error>| to_graphql_error(cause))
        };
        found.await.map(|found| found.map(InstanceVersion)).transpose()
    }
}

/// The past states of a stack.
pub(in crate::graphql) struct StackVersions(pub(in crate::graphql) StackId);

#[Object]
impl StackVersions {
    /// The stack as it was at a point, with its instances; null when it did not exist then, or was in the trash. Instances
    /// that were purged since are missing. What was before the beginning of the log is not known: asking for it is an
    /// error.
    async fn version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The point.")] at: PointInput,
    ) -> Option<Result<StackVersion>> {
        let found = async {
            let at = at.point().map_err(to_graphql_error)?;
            let found = ctx.loaders().load(StackVersionOf { stack: self.0, at }).await.map_err(to_graphql_error)?;
            found.transpose().map_err(|cause: Arc<Error>| to_graphql_error(cause))
        };
        found.await.map(|found| found.map(StackVersion)).transpose()
    }
}
