//! The rows of `idempotency_keys`: a change that comes under a key is made once, and what it gave back is kept in its own
//! transaction.
//!
//! Called by [`Db`](super::Db) around the work. It must never let a change and its row be seen apart.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use super::{
    Session, Tx, Work,
    entities::{InstanceModel, StackModel, TemplateModel},
    secrets::{self, Progress},
};
use crate::{
    error::{Code, Error, Problem, Result},
    ids::{InstanceId, StackId},
    once::Once,
    vault::Place,
};

/// How long a key is remembered.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
const TABLE: &str = "idempotency_keys";

/// What a change gives back, as it is kept under an idempotency key.
pub trait Kept: Sized {
    /// Whether nobody who reads the database may see it.
    const SECRET: bool = false;
    /// As text; none when it is never asked for under a key.
    fn to_text(&self) -> Option<String>;
    /// From such text.
    fn from_text(text: &str) -> Option<Self>;
}

/// Types that are kept as JSON.
macro_rules! kept {
    ($( $type:ty ),+) => { $(
        impl $crate::db::once::Kept for $type {
            fn to_text(&self) -> Option<String> {
                serde_json::to_string(self).ok()
            }
            fn from_text(text: &str) -> Option<Self> {
                serde_json::from_str(text).ok()
            }
        }
    )+ };
}
/// Types that no request under a key gives back.
macro_rules! never_kept {
    ($( $type:ty ),+) => { $(
        impl $crate::db::once::Kept for $type {
            fn to_text(&self) -> Option<String> {
                None
            }
            fn from_text(_: &str) -> Option<Self> {
                None
            }
        }
    )+ };
}
pub(crate) use {kept, never_kept};

kept!(InstanceModel, StackModel, TemplateModel, InstanceId, StackId);
never_kept!((), bool, Vec<String>, Option<Progress>);

/// Does the work, or gives back what it gave the first time.
pub(super) async fn run<W: Work>(work: &W, once: &Once, tx: &Tx, now: DateTime<Utc>) -> Result<W::Output> {
    let backend = tx.get_database_backend();
    let ask = |sql: &str, values: Vec<Value>| Statement::from_sql_and_values(backend, sql, values);
    // Who sends the same at the same time waits here until the first one is done.
    let claimed = tx
        .query_one_raw(ask(
            "INSERT INTO idempotency_keys (id, request, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET \
             request = excluded.request, outcome = NULL, created_at = excluded.created_at \
             WHERE idempotency_keys.created_at < $4 RETURNING id",
            vec![once.id().into(), once.request().into(), now.into(), (now - KEPT_FOR).into()],
        ))
        .await
        .map_err(waits)?;
    if claimed.is_none() {
        return again::<W>(once, tx).await;
    }
    forget(tx, now).await?;
    let output = work.run(tx, now).await?;
    let text = output.to_text().ok_or_else(|| Error::Internal("an outcome cannot be kept".to_owned()))?;
    let text = if W::Output::SECRET {
        secrets::hold_current(tx).await?;
        tx.vault().seal(place(once), &text).map_err(|cause| Error::Internal(cause.to_string()))?
    } else {
        text
    };
    tx.execute_raw(ask("UPDATE idempotency_keys SET outcome = $1 WHERE id = $2", vec![text.into(), once.id().into()]))
        .await?;
    Ok(output)
}

/// What the work gave back the first time.
async fn again<W: Work>(once: &Once, tx: &Tx) -> Result<W::Output> {
    let backend = tx.get_database_backend();
    let found = Statement::from_sql_and_values(
        backend,
        "SELECT request, outcome FROM idempotency_keys WHERE id = $1",
        [once.id().into()],
    );
    let found = tx.query_one_raw(found).await?;
    // Forgotten in between.
    let found = found.ok_or_else(|| Error::Busy(DbErr::Custom("an idempotency key was forgotten".to_owned())))?;
    let request: String = found.try_get("", "request")?;
    if request != once.request() {
        let message = "This idempotency key was used for another request; take a new one for each change.";
        return Err(Error::refused(Problem::new(Code::IdempotencyKeyReused, &["input", "idempotencyKey"], message)));
    }
    let text: String = found.try_get("", "outcome")?;
    let output = if W::Output::SECRET {
        let opened = tx.vault().open(place(once), &text).map_err(|cause| Error::Internal(cause.to_string()))?;
        W::Output::from_text(&opened)
    } else {
        W::Output::from_text(&text)
    };
    output.ok_or_else(|| Error::Internal("a kept outcome cannot be read".to_owned()))
}

fn place(once: &Once) -> Place<'_> {
    Place { table: TABLE, owner: 0, key: once.id() }
}

/// Forgets two keys whose time is over, so that there are never many of them.
async fn forget(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let skip = if backend == DbBackend::Sqlite { "" } else { " FOR UPDATE SKIP LOCKED" };
    let sql = format!(
        "DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE created_at < $1 ORDER BY \
         created_at LIMIT 2{skip})"
    );
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [(now - KEPT_FOR).into()])).await.map(drop)
}

/// Forgets what was sealed: with a key for secrets that is about to be given up.
pub(super) async fn forget_sealed(tx: &Tx) -> Result<(), DbErr> {
    let prefix = format!("{}%", crate::vault::PREFIX);
    let sql = "DELETE FROM idempotency_keys WHERE outcome LIKE $1";
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [prefix.into()])).await.map(drop)
}

/// The first one takes longer than a lock is waited for: it is waited for again.
fn waits(cause: DbErr) -> Error {
    match Error::from(cause) {
        Error::Unavailable(cause) if crate::error::is_lock_timeout(&cause) => Error::Busy(cause),
        other => other,
    }
}
