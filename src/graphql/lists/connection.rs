//! Relay connections: converts page arguments to slices for the database, and pages of rows to edges with cursors.
//!
//! Used by the list fields. It must not access the database itself.

use async_graphql::{
    Context, Object, OutputType, Result, SimpleObject,
    connection::{Connection, ConnectionNameType, DefaultConnectionName, DefaultEdgeName, Edge, EmptyFields, PageInfo},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;

use crate::{
    db::queries::{
        instances::ByAge,
        page::{Page, Slice},
        stacks::{ByName, StackFilter},
        templates::TemplateFilter,
        trash::ByDeletion,
    },
    error::Error,
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        types::trash::{TrashedInstance, TrashedInstanceTotal, TrashedStack, TrashedStackTotal},
    },
    ids::InstanceId,
};

/// Rows of a page without page arguments.
const DEFAULT_PAGE: i32 = 20;
/// Most rows of a page.
pub(in crate::graphql) const MAX_PAGE: i32 = 100;

/// A cursor: the position of a row in a list, as opaque text.
pub(in crate::graphql) trait OpaqueCursor: Sized {
    /// Distinguishes the cursors of different lists.
    const TAG: &'static str;
    /// The position as text, before it is encoded.
    fn text(&self) -> String;
    /// Parses the result of [`OpaqueCursor::text`].
    fn read(text: &str) -> Option<Self>;

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", Self::TAG, self.text()))
    }

    fn decode(opaque: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(opaque).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?.strip_prefix(Self::TAG)?.strip_prefix(':')?;
        // Only the canonical encoding is valid.
        Self::read(text).filter(|read| read.encode() == opaque)
    }
}

impl OpaqueCursor for ByName {
    const TAG: &'static str = "name";
    fn text(&self) -> String {
        self.0.clone()
    }
    fn read(text: &str) -> Option<Self> {
        (!text.contains('\0')).then(|| Self(text.to_owned()))
    }
}

/// The end of the year 9999, in microseconds since 1970.
const MAX_MICROS: i64 = 253_402_300_799_999_999;

impl OpaqueCursor for ByAge {
    const TAG: &'static str = "age";
    fn text(&self) -> String {
        format!("{}:{}", self.created_at.timestamp_micros(), self.id.0)
    }
    fn read(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once(':')?;
        // Only times that both databases and `chrono` can represent.
        let micros = micros.parse().ok().filter(|micros| (0..=MAX_MICROS).contains(micros))?;
        let created_at = DateTime::from_timestamp_micros(micros)?;
        Some(Self { created_at, id: InstanceId(id.parse().ok()?) })
    }
}

impl OpaqueCursor for ByDeletion {
    const TAG: &'static str = "deleted";
    fn text(&self) -> String {
        format!("{}:{}", self.deleted_at.timestamp_micros(), self.id)
    }
    fn read(text: &str) -> Option<Self> {
        let ByAge { created_at, id } = ByAge::read(text)?;
        Some(Self { deleted_at: created_at, id: id.0 })
    }
}

/// The page arguments of a field.
pub(in crate::graphql) struct PageArgs {
    pub(in crate::graphql) first: Option<i32>,
    pub(in crate::graphql) after: Option<String>,
    pub(in crate::graphql) last: Option<i32>,
    pub(in crate::graphql) before: Option<String>,
}

impl PageArgs {
    /// The requested slice. Arguments outside the limits are an error, and not clamped.
    pub(in crate::graphql) fn slice<C: OpaqueCursor>(self) -> Result<Slice<C>> {
        let (name, count, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(to_graphql_error(Error::bad_request("Give first or last, not both."))),
            (None, Some(last)) => ("last", last, true),
            (first, None) => ("first", first.unwrap_or(DEFAULT_PAGE), false),
        };
        if !(1..=MAX_PAGE).contains(&count) {
            return Err(to_graphql_error(Error::limit(format!("{name} is 1 to {MAX_PAGE}, not {count}."))));
        }
        let cursor = |name: &str, opaque: Option<String>| match opaque {
            None => Ok(None),
            Some(opaque) => C::decode(&opaque).map(Some).ok_or_else(|| {
                to_graphql_error(Error::bad_request(format!(
                    "{name} is not a cursor of this list; take one from pageInfo or edges."
                )))
            }),
        };
        Ok(Slice {
            limit: u64::from(count.unsigned_abs()),
            backwards,
            after: cursor("after", self.after)?,
            before: cursor("before", self.before)?,
        })
    }
}

/// Longest text that can be part of a name, in bytes.
const MAX_SEARCH_BYTES: usize = 128;

/// Checks whether a search text can match a name; the outer `Option` is `None` if it cannot.
pub(in crate::graphql) fn searchable(text: Option<String>) -> Option<Option<String>> {
    match text {
        // A longer text matches no name, and SQLite refuses patterns of more than 50,000 bytes.
        Some(text) if text.contains('\0') || text.len() > MAX_SEARCH_BYTES => None,
        Some(text) if text.is_empty() => Some(None),
        text => Some(text),
    }
}

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
pub(in crate::graphql) struct StackTotal(pub(in crate::graphql) Option<StackFilter>);

#[Object]
impl StackTotal {
    /// How many stacks the list has in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let Some(filter) = &self.0 else { return Ok(0) };
        ctx.app().count_stacks(filter).await.map(|n| int(n.cast_signed())).map_err(to_graphql_error)
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
