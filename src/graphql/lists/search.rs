//! `SearchResult`: what a search has found.
//!
//! Reached through `Query.search`. It must not search itself: the database does.

use async_graphql::{
    Context, Result, SimpleObject,
    connection::{Connection, DefaultConnectionName, DefaultEdgeName, EmptyFields},
};
use futures_util::future::try_join_all;

use crate::{
    db::{
        entries::search::{ByMatch, Match},
        queries::page::Page,
    },
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        lists::connection::connection,
        loaders::StackKey,
        types::{
            node::{self, Node},
            stack::Stack,
        },
    },
    kinds::{Origin, OverrideKind},
    read::cursor::PageArgs,
};

/// Something that contains the text of a search: an object, or an entry.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SearchResult {
    /// The stack, instance or template that it is, or whose entry it is.
    node: Node,
    /// The stack itself, or that of the instance; null for a template.
    stack: Option<Stack>,
    /// The kind of the entry; null when a name, category or description of `node` was found.
    kind: Option<OverrideKind>,
    /// The key of the entry, such as `5432/tcp` or the name of a variable or setting; `*` where there can be only one
    /// entry. Null when a name, category or description was found.
    key: Option<String>,
    /// The name, category or description that was found; of an entry its value, or its short form, as Compose has it, with
    /// the name of the other instance for a dependency, and name and tag for the image of a template. Of a long text at most
    /// 240 characters around the match, with `…` where it was cut. Empty for a secret, and for a variable whose value the shell
    /// has: they are found by their keys.
    text: String,
    /// Whose entry it is: `TEMPLATE`, `STACK` or `INSTANCE`, an override; null when a name, category or description was
    /// found.
    origin: Option<Origin>,
}

/// A page of a search.
pub(in crate::graphql) type SearchResultConnection =
    Connection<String, SearchResult, EmptyFields, EmptyFields, DefaultConnectionName, DefaultEdgeName>;

/// A page of what contains a text.
pub(in crate::graphql) async fn search(
    ctx: &Context<'_>,
    text: &str,
    kinds: Option<&[OverrideKind]>,
    page: PageArgs,
) -> Result<SearchResultConnection> {
    let slice = page.slice().map_err(to_graphql_error)?;
    let Page { rows, has_previous, has_next } =
        ctx.app().search(text, kinds, &slice).await.map_err(to_graphql_error)?;
    // All at once, so that every loader runs once. What was deleted since is left out.
    let results = try_join_all(rows.into_iter().map(|found| shown(ctx, found))).await?;
    let rows = results.into_iter().flatten().collect();
    Ok(connection(Page { rows, has_previous, has_next }, EmptyFields, |(at, result)| (at, result)))
}

/// A match with its objects; `None` if they are no longer there.
async fn shown(ctx: &Context<'_>, found: Match) -> Result<Option<(ByMatch, SearchResult)>> {
    let Match { at, owner, kind, key, origin, text } = found;
    let Some(node) = node::find(ctx, owner).await? else { return Ok(None) };
    let stack = match &node {
        Node::Stack(stack) => Some(Stack(stack.0.clone())),
        Node::Instance(instance) => {
            ctx.loaders().load(StackKey(instance.0.stack_id)).await.map_err(to_graphql_error)?.map(Stack)
        }
        _ => None,
    };
    Ok(Some((at, SearchResult { node, stack, kind, key, text, origin })))
}
