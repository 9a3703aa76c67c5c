//! Rows, charged to the budget of their request one after the other as they arrive.
//!
//! Used by sessions and pinned connections. It must never keep a row that was not charged.

use std::pin::pin;

use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, RuntimeErr, Statement, StreamTrait,
    sqlx::{Error as SqlxError, Row, TypeInfo, ValueRef, postgres::PgRow, sqlite::SqliteRow},
};

use crate::{
    budget::{Budget, Exceeded},
    db::pool::read_pool::ReadPool,
};

/// What a row costs beside its values, in bytes: the driver's own structures, and a place in a list.
const ROW_OVERHEAD: usize = 96;
/// What a column costs beside its value.
const COLUMN_OVERHEAD: usize = 16;

/// That a budget is exceeded, as an error of the database.
pub(super) fn exceeded(cause: Exceeded) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(SqlxError::Decode(Box::new(cause)).into()))
}

/// Where rows come from.
pub trait FetchRows: ConnectionTrait {
    /// All rows of a statement, each charged as it arrives.
    fn fetch_rows(
        &self,
        statement: Statement,
        budget: &Budget,
    ) -> impl Future<Output = Result<Vec<QueryResult>, DbErr>> + Send;
}

impl FetchRows for DatabaseConnection {
    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        all(self, statement, budget).await
    }
}

impl FetchRows for DatabaseTransaction {
    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        all(self, statement, budget).await
    }
}

impl FetchRows for ReadPool {
    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        all(self.free(), statement, budget).await
    }
}

async fn all<C: ConnectionTrait + StreamTrait>(
    connection: &C,
    statement: Statement,
    budget: &Budget,
) -> Result<Vec<QueryResult>, DbErr> {
    if !budget.is_limited() {
        return connection.query_all_raw(statement).await;
    }
    let mut stream = pin!(connection.stream_raw(statement).await?);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        charge(&row, budget)?;
        rows.push(row);
    }
    Ok(rows)
}

/// Charges a row.
pub(super) fn charge(row: &QueryResult, budget: &Budget) -> Result<(), DbErr> {
    if !budget.is_limited() {
        return Ok(());
    }
    let bytes = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        (Some(row), _) => of_postgres(row),
        (_, Some(row)) => of_sqlite(row),
        _ => ROW_OVERHEAD,
    };
    // What is made of a row takes its place: rows are dropped one after the other.
    budget.charge(bytes).map_err(exceeded)
}

/// How much memory a row of PostgreSQL takes. Its values stand one behind the other in one buffer, so the first and the last
/// one tell.
pub(super) fn of_postgres(row: &PgRow) -> usize {
    let value = |at: usize| row.try_get_raw(at).ok().filter(|value| !value.is_null());
    let columns = row.len();
    let first = (0..columns).find_map(value);
    let last = (0..columns).rev().find_map(value);
    let bytes = match (first.as_ref().map(|value| value.as_bytes()), last.as_ref().map(|value| value.as_bytes())) {
        (Some(Ok(first)), Some(Ok(last))) => (last.as_ptr_range().end.addr()).saturating_sub(first.as_ptr().addr()),
        _ => 0,
    };
    ROW_OVERHEAD + COLUMN_OVERHEAD * columns + bytes
}

/// How much memory a row of SQLite takes.
fn of_sqlite(row: &SqliteRow) -> usize {
    let length = |at: usize| {
        let value = row.try_get_raw(at).ok()?;
        let long = !value.is_null() && matches!(value.type_info().name(), "TEXT" | "BLOB");
        long.then(|| row.try_get_unchecked::<&[u8], _>(at).map_or(0, <[u8]>::len))
    };
    let columns = row.len();
    let bytes: usize = (0..columns).filter_map(length).sum();
    // Each value is an object of the database library.
    ROW_OVERHEAD + 4 * COLUMN_OVERHEAD * columns + bytes
}
