//! Keyset pagination: a slice of a sorted list, found through an index at any distance from the start.
//!
//! Called by the list queries. It must not know the arguments of GraphQL connections.

use sea_orm::{
    EntityTrait, IdenStatic, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Order, SimpleExpr},
};

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
    /// Whether the list is sorted in descending order.
    const DESCENDING: bool = false;
    /// The values as SQL, in the order of the sort columns.
    fn values(&self) -> Vec<SimpleExpr>;
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
    pub fn bounds<I: IdenStatic>(&self, columns: &[I]) -> Vec<SimpleExpr> {
        let row = || Expr::tuple(columns.iter().map(|column| Expr::col(*column)));
        let (mut above, mut below) = (&self.after, &self.before);
        if C::DESCENDING {
            std::mem::swap(&mut above, &mut below);
        }
        let above = above.as_ref().map(|cursor| row().gt(Expr::tuple(cursor.values())));
        let below = below.as_ref().map(|cursor| row().lt(Expr::tuple(cursor.values())));
        above.into_iter().chain(below).collect()
    }

    /// Adds conditions, order and limit to a query.
    pub fn apply<E: EntityTrait>(&self, mut select: Select<E>, columns: &[E::Column]) -> Select<E> {
        for bound in self.bounds(columns) {
            select = select.filter(bound);
        }
        for column in columns {
            select = select.order_by(*column, self.order());
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

/// The LIKE pattern for a search text. `%`, `_` and `\` are escaped. The text is made lower-case, as all names are.
pub(in crate::db) fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The condition that a column contains a search text.
pub(in crate::db) fn contains(column: impl IdenStatic, text: &str) -> SimpleExpr {
    let pattern = pattern(text);
    Expr::col(column).like(sea_orm::sea_query::LikeExpr::new(pattern).escape('\\'))
}
