//! The lists of the API: which rows each has, in which order, and keyset pagination, which finds a slice through an
//! index at any distance from the start.
//!
//! Used by the list queries of the executor and by the statements of read plans, which must select the same rows. It
//! must not know the arguments of GraphQL connections.

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, ExprTrait, LikeExpr, Order, SimpleExpr},
};

use crate::db::Session;

/// A list: which rows of its table it has. The order is that of its cursor.
#[derive(Debug)]
pub(in crate::db) struct List {
    /// Conditions on columns, each with its predicate.
    rows: &'static [(&'static str, &'static str)],
    /// The column of the stack to which a row belongs; `None` for rows of all stacks.
    scope: Option<&'static str>,
    /// The column that a search text is a part of.
    name: &'static str,
}

const IS_LIVE: (&str, &str) = ("deleted_at", "IS NULL");
const IS_TRASHED: (&str, &str) = ("deleted_at", "IS NOT NULL");

/// The live stacks.
pub(in crate::db) const STACKS: List = List { rows: &[IS_LIVE], scope: Some("id"), name: "name" };
/// The live instances of a stack or of a template.
pub(in crate::db) const INSTANCES: List = List { rows: &[IS_LIVE], scope: Some("stack_id"), name: "instance_id" };
/// The templates.
pub(in crate::db) const TEMPLATES: List = List { rows: &[], scope: None, name: "name" };
/// The trashed stacks.
pub(in crate::db) const TRASHED_STACKS: List = List { rows: &[IS_TRASHED], ..STACKS };
/// The trashed instances, except those trashed together with their stack.
pub(in crate::db) const TRASHED_INSTANCES: List =
    List { rows: &[IS_TRASHED, ("deleted_with_stack", "= FALSE")], ..INSTANCES };

/// What a caller filters a list by.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::db) struct ListFilter<'f> {
    /// A part of the name.
    pub(in crate::db) search: Option<&'f str>,
    /// Only enabled, or only disabled rows.
    pub(in crate::db) enabled: Option<bool>,
    /// Exactly this category.
    pub(in crate::db) category: Option<&'f str>,
}

/// A condition of the rows of a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) enum ListCondition<'f> {
    /// A predicate on a column.
    Is(&'static str, &'static str),
    /// The column contains a text, after [`folded`]: names are lower-case.
    Contains(&'static str, &'f str),
    /// The column is true, or false.
    Flag(&'static str, bool),
    /// The column is a text.
    Equals(&'static str, &'f str),
}

impl List {
    /// The conditions of its rows, without that of the scope.
    pub(in crate::db) fn conditions<'f>(&self, filter: ListFilter<'f>) -> impl Iterator<Item = ListCondition<'f>> {
        let rows = self.rows.iter().map(|(column, predicate)| ListCondition::Is(column, predicate));
        let name = self.name;
        rows.chain(filter.search.map(|text| ListCondition::Contains(name, text)))
            .chain(filter.enabled.map(|enabled| ListCondition::Flag("enabled", enabled)))
            .chain(filter.category.map(|category| ListCondition::Equals("category", category)))
    }

    /// The column of the stack to which a row belongs; `None` for rows of all stacks.
    pub(in crate::db) fn scope(&self) -> Option<&'static str> {
        self.scope
    }

    /// The conditions of the rows within the scope of the caller that match a filter.
    pub(in crate::db) fn matching(&self, db: &impl Session, filter: ListFilter<'_>) -> Condition {
        let within = self.scope.map_or_else(Condition::all, |column| db.within(column));
        self.conditions(filter).fold(within, |all, condition| all.add(condition.expression()))
    }

    /// The same for lists of rows of all stacks.
    pub(in crate::db) fn matching_of_all(&self, filter: ListFilter<'_>) -> Condition {
        self.conditions(filter).fold(Condition::all(), |all, condition| all.add(condition.expression()))
    }
}

impl ListCondition<'_> {
    fn expression(self) -> SimpleExpr {
        let column = |name: &'static str| Expr::col(Alias::new(name));
        match self {
            Self::Is(column, predicate) => Expr::cust(format!("\"{column}\" {predicate}")),
            Self::Contains(name, text) => column(name).like(LikeExpr::new(pattern(text)).escape('\\')),
            Self::Flag(name, value) => column(name).eq(value),
            Self::Equals(name, text) => column(name).eq(text),
        }
    }
}

/// Selects a part of a sorted list. `C` holds the sort values of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice<C> {
    /// The maximum number of rows.
    pub limit: u64,
    /// Takes the last rows of the range instead of the first.
    pub backwards: bool,
    /// Only rows after this one.
    pub after: Option<C>,
    /// Only rows before this one.
    pub before: Option<C>,
}

/// The rows of a slice, in list order.
#[derive(Clone, Debug)]
pub struct Page<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Whether there are rows before these.
    pub has_previous: bool,
    /// Whether there are rows after these.
    pub has_next: bool,
}

impl<R> Page<R> {
    /// Converts each row.
    pub fn map<T>(self, row: impl FnMut(R) -> T) -> Page<T> {
        let Self { rows, has_previous, has_next } = self;
        Page { rows: rows.into_iter().map(row).collect(), has_previous, has_next }
    }
}

/// The values by which a list is sorted.
pub trait Cursor {
    /// The sort columns.
    const COLUMNS: &'static [&'static str];
    /// Whether the list is sorted in descending order.
    const DESCENDING: bool = false;
    /// The values, in the order of the sort columns.
    fn values(&self) -> Vec<SortValue<'_>>;
}

/// A value by which a list is sorted.
#[derive(Clone, Copy, Debug)]
pub enum SortValue<'c> {
    /// A text.
    Text(&'c str),
    /// A number.
    Number(i64),
    /// A time.
    Time(DateTime<Utc>),
}

impl SortValue<'_> {
    fn expression(self) -> SimpleExpr {
        match self {
            Self::Text(text) => Expr::val(text),
            Self::Number(number) => Expr::val(number),
            Self::Time(time) => Expr::val(time),
        }
    }
}

impl<C: Cursor> Slice<C> {
    /// The number of rows to fetch: one more than the limit, to find out if there are more.
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// The sort direction of the query.
    pub fn order(&self) -> Order {
        if self.backwards == C::DESCENDING { Order::Asc } else { Order::Desc }
    }

    /// The conditions of `after` and `before` on the sort columns.
    pub fn bounds(&self) -> Vec<SimpleExpr> {
        let row = || Expr::tuple(C::COLUMNS.iter().map(|column| Expr::col(Alias::new(*column))));
        let values = |cursor: &C| Expr::tuple(cursor.values().into_iter().map(SortValue::expression));
        let (mut above, mut below) = (&self.after, &self.before);
        if C::DESCENDING {
            std::mem::swap(&mut above, &mut below);
        }
        let above = above.as_ref().map(|cursor| row().gt(values(cursor)));
        let below = below.as_ref().map(|cursor| row().lt(values(cursor)));
        above.into_iter().chain(below).collect()
    }

    /// Adds conditions, order and limit to a query.
    pub fn apply<E: EntityTrait>(&self, mut select: Select<E>) -> Select<E> {
        for bound in self.bounds() {
            select = select.filter(bound);
        }
        for column in C::COLUMNS {
            select = select.order_by(Expr::col(Alias::new(*column)), self.order());
        }
        select.limit(self.fetch())
    }

    /// Builds the page from the fetched rows.
    pub fn page<R>(&self, mut rows: Vec<R>) -> Page<R> {
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        if self.backwards {
            rows.reverse();
            Page { rows, has_previous: more, has_next: self.before.is_some() }
        } else {
            Page { rows, has_previous: self.after.is_some(), has_next: more }
        }
    }
}

/// The form of a text in which it is searched for: `A` to `Z` in lower case, as `LOWER` of SQLite makes it and as all names
/// are.
pub(in crate::db) fn folded(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The LIKE pattern for a search text, after [`folded`]. `%`, `_` and `\` are escaped.
pub(in crate::db) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(text).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
