//! Fetching rows, each charged to the memory budget of the request as it arrives.
//!
//! Used by sessions and pinned connections. It must not keep a row that was not charged.

use std::pin::pin;

use futures_util::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, RuntimeErr, Statement, StreamTrait,
    sqlx::{Error as SqlxError, Row, TypeInfo, ValueRef, postgres::PgRow, sqlite::SqliteRow},
};

use crate::{
    budget::{Budget, Exceeded},
    db::{pool::read_pool::ReadPool, repeated},
};

/// The memory of a row beside its values, in bytes: the driver's structures, and an element of a list.
const ROW_OVERHEAD: usize = 96;
/// The memory of a column beside its value, in bytes.
const COLUMN_OVERHEAD: usize = 16;

/// Converts an exceeded budget into a database error.
pub(in crate::db) fn exceeded(cause: Exceeded) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(SqlxError::Decode(Box::new(cause)).into()))
}

/// A connection or pool from which rows are fetched.
pub trait FetchRows: ConnectionTrait {
    /// Whether each statement takes a connection from a pool.
    const IS_POOL: bool;

    /// Fetches all rows of a statement and charges each one as it arrives.
    fn fetch_rows(
        &self,
        statement: Statement,
        budget: &Budget,
    ) -> impl Future<Output = Result<Vec<QueryResult>, DbErr>> + Send;
}

impl FetchRows for DatabaseConnection {
    const IS_POOL: bool = true;

    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        fetch_charged(self, statement, budget).await
    }
}

impl FetchRows for DatabaseTransaction {
    const IS_POOL: bool = false;

    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        fetch_charged(self, statement, budget).await
    }
}

impl FetchRows for ReadPool {
    const IS_POOL: bool = true;

    async fn fetch_rows(&self, statement: Statement, budget: &Budget) -> Result<Vec<QueryResult>, DbErr> {
        repeated!(fetch_charged(self.free(), statement.clone(), budget))
    }
}

async fn fetch_charged<C: ConnectionTrait + StreamTrait>(
    connection: &C,
    statement: Statement,
    budget: &Budget,
) -> Result<Vec<QueryResult>, DbErr> {
    if !budget.is_limited() {
        return connection.query_all_raw(statement).await;
    }
    let (mut rows, mut charged) = (Vec::new(), 0);
    let fetched = async {
        let mut stream = pin!(connection.stream_raw(statement).await?);
        while let Some(row) = stream.try_next().await? {
            charged += charge(&row, budget)?;
            rows.push(row);
        }
        Ok(())
    };
    match fetched.await {
        Ok(()) => Ok(rows),
        Err(cause) => {
            // The rows are dropped.
            budget.release(charged);
            Err(cause)
        }
    }
}

/// Charges a row to the budget. Returns the number of bytes.
pub(in crate::db) fn charge(row: &QueryResult, budget: &Budget) -> Result<usize, DbErr> {
    if !budget.is_limited() {
        return Ok(0);
    }
    let bytes = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        (Some(row), _) => of_postgres(row),
        (_, Some(row)) => sqlite_row_bytes(row),
        _ => ROW_OVERHEAD,
    };
    // The entity made from a row is not charged again, because the row is dropped when it is converted.
    budget.charge(bytes).map_err(exceeded).map(|()| bytes)
}

/// The memory of a PostgreSQL row, in bytes. The driver keeps all values in one buffer, so the distance from the first
/// value to the last one is their size.
pub(in crate::db) fn of_postgres(row: &PgRow) -> usize {
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

/// The memory of an SQLite row, in bytes.
fn sqlite_row_bytes(row: &SqliteRow) -> usize {
    let length = |at: usize| {
        let value = row.try_get_raw(at).ok()?;
        let long = !value.is_null() && matches!(value.type_info().name(), "TEXT" | "BLOB");
        long.then(|| row.try_get_unchecked::<&[u8], _>(at).map_or(0, <[u8]>::len))
    };
    let columns = row.len();
    let bytes: usize = (0..columns).filter_map(length).sum();
    // SQLite allocates an object for each value.
    ROW_OVERHEAD + 4 * COLUMN_OVERHEAD * columns + bytes
}
