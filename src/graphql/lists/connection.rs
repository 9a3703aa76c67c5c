//! Relay connections: converts page arguments to slices for the database, and pages of rows to edges with cursors.
//!
//! Used by the list fields. It must not access the database itself.

use async_graphql::{
    Context, Object, OutputType, Result, SimpleObject,
    connection::{Connection, ConnectionNameType, DefaultConnectionName, DefaultEdgeName, Edge, EmptyFields, PageInfo},
};

use crate::{
    db::queries::{page::Page, stacks::StackFilter, templates::TemplateFilter},
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        loaders::ForkCountOf,
        types::trash::{TrashedInstance, TrashedInstanceTotal, TrashedStack, TrashedStackTotal},
    },
    ids::StackId,
    read::cursor::OpaqueCursor,
};

/// A connection with a total count.
pub(in crate::graphql) type Listed<T, Total> =
    Connection<String, T, Total, EmptyFields, DefaultConnectionName, DefaultEdgeName>;

/// Makes the connection of a page.
pub(in crate::graphql) fn connection<R, C, T, Total>(
    page: Page<R>,
    total: Total,
    node: impl Fn(R) -> (C, T),
) -> Listed<T, Total>
where
    C: OpaqueCursor,
    T: OutputType,
    Total: async_graphql::ObjectType,
    DefaultConnectionName: ConnectionNameType,
{
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    connection.edges.extend(page.rows.into_iter().map(|row| {
        let (cursor, node) = node(row);
        Edge::new(cursor.encode(), node)
    }));
    connection
}

/// A page of rows that are no nodes: they have no id of their own, so Relay's edges are not for them.
#[derive(SimpleObject)]
#[graphql(
    concrete(name = "TrashedStackPage", params(TrashedStack, TrashedStackTotal)),
    concrete(name = "TrashedInstancePage", params(TrashedInstance, TrashedInstanceTotal))
)]
pub(in crate::graphql) struct RowPage<T: OutputType, Total: async_graphql::ObjectType> {
    /// The rows of the page.
    nodes: Vec<T>,
    /// Where the page begins and ends in the list.
    page_info: PageInfo,
    #[graphql(flatten)]
    total: Total,
}

impl<T: OutputType, Total: async_graphql::ObjectType> RowPage<T, Total> {
    /// Makes the page from the fetched rows; `place` makes the cursor of a row.
    pub(in crate::graphql) fn new<R, C: OpaqueCursor>(
        page: Page<R>,
        total: Total,
        place: impl Fn(&R) -> C,
        node: impl Fn(R) -> T,
    ) -> Self {
        let cursor = |row: Option<&R>| row.map(|row| place(row).encode());
        let page_info = PageInfo {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: cursor(page.rows.first()),
            end_cursor: cursor(page.rows.last()),
        };
        Self { nodes: page.rows.into_iter().map(node).collect(), page_info, total }
    }
}

/// Resolves the total count of stacks, on demand.
pub(in crate::graphql) enum StackTotal {
    /// Of those that match a filter; `None` if it can match nothing.
    Matching(Option<StackFilter>),
    /// Of the live forks of a stack.
    Forks(StackId),
}

#[Object]
impl StackTotal {
    /// How many stacks the list has in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        match self {
            Self::Matching(None) => Ok(0),
            Self::Matching(Some(filter)) => {
                ctx.app().count_stacks(filter).await.map(|n| int(n.cast_signed())).map_err(to_graphql_error)
            }
            Self::Forks(source) => {
                let count = ctx.loaders().load(ForkCountOf(*source)).await.map_err(to_graphql_error)?;
                Ok(int(count.unwrap_or_default()))
            }
        }
    }
}

/// Resolves the total count of templates, on demand.
pub(in crate::graphql) struct TemplateTotal(pub(in crate::graphql) Option<TemplateFilter>);

#[Object]
impl TemplateTotal {
    /// How many templates the list has in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let Some(filter) = &self.0 else { return Ok(0) };
        ctx.app().count_templates(filter).await.map(|n| int(n.cast_signed())).map_err(to_graphql_error)
    }
}
