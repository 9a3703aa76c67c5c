//! Detects a pooler such as PgBouncer that assigns a different server connection to each transaction, from the
//! behaviour of connections.
//!
//! Called once, when the pools are opened. It must not change anything on the server.

use std::time::Duration;

use sea_orm::sqlx::{self, Connection, Error as SqlxError, Executor, PgConnection, postgres::PgPool};
use tokio::time::timeout;

use crate::{
    db::{
        failure::{has_code, sqlstate, sqlx_error},
        pool::link::Link,
        repeated,
    },
    error::{Error, Result},
};

/// How often to check whether the server connection changes while another client occupies the previous one.
const MAX_CHECKS: usize = 3;

/// How long the detection may take on a fast network. It needs two connections at the same time.
const DETECTION_TIMEOUT: Duration = Duration::from_secs(2);
/// The number of round trips of the detection.
const DETECTION_ROUND_TRIPS: u32 = 16;

/// The errors of a statement that was prepared on another server connection: no prepared statement has this name, or
/// another client has prepared one with the same name.
const LOST_PREPARED_STATEMENT: [&str; 3] =
    [sqlstate::INVALID_STATEMENT_NAME, sqlstate::DUPLICATE_PREPARED_STATEMENT, sqlstate::PROTOCOL_VIOLATION];

/// Detects whether a pooler assigns server connections for each transaction. Refuses a pooler that loses prepared
/// statements, and logs a warning if the timeouts are not in force. `other` does not come from the pool, because the
/// pool may have only one connection.
pub(in crate::db) async fn is_pooled(pool: &PgPool, mut other: PgConnection, link: Link) -> Result<bool> {
    let broken =
        |cause: SqlxError| Error::Unavailable(sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(cause.into())));
    let mut own = pool.acquire().await.map_err(broken)?;
    let wait = link.statement_timeout(DETECTION_ROUND_TRIPS, DETECTION_TIMEOUT);
    let found = timeout(wait, detect(&mut own, &mut other)).await;
    let Ok(found) = found else {
        // One of the connections is in the middle of a statement.
        own.close_on_drop();
        return Err(Error::Internal(format!(
            "two connections at the same time did not both answer within {} s: a pooler may have one connection to the \
             server only, give it more",
            wait.as_secs()
        )));
    };
    drop(other.close().await);
    match found.map_err(broken)? {
        Shared::No => Ok(false),
        Shared::WithPrepared => {
            // The default for new sessions, not the value that was set in this one.
            let sql = "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'";
            let limit: Result<String, _> = repeated!(sqlx::query_scalar(sql).persistent(false).fetch_one(&mut *own));
            let limit = limit.map_err(broken)?;
            if limit == "0" {
                tracing::warn!(
                    "a pooler gives each transaction another connection, so no limit on the time of a statement is in force: \
                     set one for the user, as docs/operations.md says"
                );
            }
            Ok(true)
        }
        Shared::WithoutPrepared => Err(loses_statements()),
    }
}

/// The error of a pooler that loses prepared statements.
fn loses_statements() -> Error {
    Error::Internal(
        "a pooler hands connections out anew for each transaction and loses prepared statements: use PgBouncer 1.21 or \
         later with max_prepared_statements above 0, or pool_mode = session"
            .to_owned(),
    )
}

/// The error of opening the pools. A statement that another client has prepared under the same name, before the
/// detection has begun, is due to such a pooler, too.
pub(in crate::db) fn explained(error: Error) -> Error {
    let is_lost = match &error {
        Error::Unavailable(cause) => sqlx_error(cause).is_some_and(|cause| {
            has_code(cause, &[sqlstate::INVALID_STATEMENT_NAME, sqlstate::DUPLICATE_PREPARED_STATEMENT])
        }),
        _ => false,
    };
    if is_lost { loses_statements() } else { error }
}

/// Whether server connections are shared between transactions, and whether prepared statements survive that.
enum Shared {
    No,
    WithPrepared,
    WithoutPrepared,
}

async fn detect(own: &mut PgConnection, other: &mut PgConnection) -> Result<Shared, SqlxError> {
    let first = backend_pid(own).await?;
    for _ in 0..MAX_CHECKS {
        // Leaves a prepared statement on the current server connection.
        run_prepared(own).await?;
        other.execute("BEGIN").await?;
        // The other connection has most likely taken over that server connection.
        let seen = async {
            let moved = backend_pid(own).await? != first;
            if moved { run_prepared(own).await.map(|()| Some(Shared::WithPrepared)) } else { Ok(None) }
        };
        let seen = seen.await;
        other.execute("ROLLBACK").await?;
        match seen {
            Ok(None) => {}
            Ok(Some(shared)) => return Ok(shared),
            Err(cause) if has_code(&cause, &LOST_PREPARED_STATEMENT) => {
                return Ok(Shared::WithoutPrepared);
            }
            Err(cause) => return Err(cause),
        }
    }
    Ok(Shared::No)
}

async fn backend_pid(connection: &mut PgConnection) -> Result<i32, SqlxError> {
    // `raw_sql` uses the simple protocol, which prepares no statement.
    let row = repeated!(connection.fetch_one(sqlx::raw_sql("SELECT pg_backend_pid()")))?;
    sqlx::Row::try_get(&row, 0)
}

async fn run_prepared(connection: &mut PgConnection) -> Result<(), SqlxError> {
    repeated!(sqlx::query_scalar::<_, i32>("SELECT $1::int4").bind(1).fetch_one(&mut *connection)).map(drop)
}
