//! Whether something stands between the service and PostgreSQL that hands connections out anew for each transaction, as
//! PgBouncer can: it shows in what a connection does, whatever its name.
//!
//! Asked once, when connections are opened. It must never change anything on the server.

use std::time::Duration;

use sea_orm::sqlx::{self, Connection, Error as SqlxError, Executor, PgConnection, postgres::PgPool};
use tokio::time::timeout;

use crate::{
    db::{
        failure::{has_code, sqlstate},
        pool::link::Link,
    },
    error::{Error, Result},
};

/// How often the server behind a connection is looked at while somebody else holds the one it had last.
const LOOKS: usize = 3;

/// How long it may take to see one connection while another one is held, on a network that is not slow.
const LOOK_TIMEOUT: Duration = Duration::from_secs(2);
/// How many round trips it takes.
const ROUND_TRIPS: u32 = 16;

/// How a server answers a statement that was prepared on another one: there is none of this name, or another client has
/// made one.
const LOST_PREPARED_STATEMENT: [&str; 3] =
    [sqlstate::INVALID_STATEMENT_NAME, sqlstate::DUPLICATE_PREPARED_STATEMENT, sqlstate::PROTOCOL_VIOLATION];

/// Whether connections are handed out anew for each transaction. A pooler that then loses what they have prepared is
/// refused, and of limits that are not in force the log tells. The other connection is none of the pool's, which may have
/// one only.
pub(in crate::db) async fn look(pool: &PgPool, mut other: PgConnection, link: Link) -> Result<bool> {
    let broken =
        |cause: SqlxError| Error::Unavailable(sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(cause.into())));
    let mut own = pool.acquire().await.map_err(broken)?;
    let wait = link.statement_timeout(ROUND_TRIPS, LOOK_TIMEOUT);
    let found = timeout(wait, shared(&mut own, &mut other)).await;
    let Ok(found) = found else {
        // One of them is in the middle of a statement.
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
            // What holds whoever has the connection, not what somebody has said on it.
            let limit: String = sqlx::query_scalar("SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'")
                .persistent(false)
                .fetch_one(&mut *own)
                .await
                .map_err(broken)?;
            if limit == "0" {
                tracing::warn!(
                    "a pooler gives each transaction another connection, so no limit on the time of a statement is in force: \
                     set one for the user, as docs/operations.md says"
                );
            }
            Ok(true)
        }
        Shared::WithoutPrepared => Err(Error::Internal(
            "a pooler hands connections out anew for each transaction and loses prepared statements: use PgBouncer 1.21 or \
             later with max_prepared_statements above 0, or pool_mode = session"
                .to_owned(),
        )),
    }
}

/// Whether connections are handed out anew for each transaction.
enum Shared {
    No,
    WithPrepared,
    WithoutPrepared,
}

async fn shared(own: &mut PgConnection, other: &mut PgConnection) -> Result<Shared, SqlxError> {
    let first = backend(own).await?;
    for _ in 0..LOOKS {
        // A statement that stays prepared, on the server that the connection has at this moment.
        prepared(own).await?;
        other.execute("BEGIN").await?;
        // Most likely the other one has it now.
        let seen = async {
            let moved = backend(own).await? != first;
            if moved { prepared(own).await.map(|()| Some(Shared::WithPrepared)) } else { Ok(None) }
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

async fn backend(connection: &mut PgConnection) -> Result<i32, SqlxError> {
    // In the simple protocol, which prepares nothing.
    let row = connection.fetch_one(sqlx::raw_sql("SELECT pg_backend_pid()")).await?;
    sqlx::Row::try_get(&row, 0)
}

async fn prepared(connection: &mut PgConnection) -> Result<(), SqlxError> {
    sqlx::query_scalar::<_, i32>("SELECT $1::int4").bind(1).fetch_one(connection).await.map(drop)
}
