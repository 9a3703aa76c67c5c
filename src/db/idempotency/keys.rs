//! The rows of `idempotency_keys`: a change that comes under a key is made once, and its outcome is stored in its own
//! transaction.
//!
//! Called by [`Db`](crate::db::Db) around the work. It must never let a change and its row be seen apart, nor show an outcome
//! whose subject is out of the caller's reach.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    db::{
        Command, Session, Tx,
        failure::is_lock_timeout,
        queries::{instances, stacks, templates},
        secrets::{self, Progress},
    },
    error::{Code, Error, Problem, Result},
    idempotency::IdempotentRequest,
    ids::AnyId,
    vault::Place,
};

/// How long a key is remembered.
pub const OUTCOME_LIFETIME: TimeDelta = TimeDelta::hours(24);
const TABLE: &str = "idempotency_keys";
/// The version of the stored forms. A form may gain fields with `#[serde(default)]` under the same version; any other
/// change of a form takes the next one.
const FORM_VERSION: u32 = 1;

/// What a change gives back, as it is stored under an idempotency key.
pub trait StoredOutcome: Sized {
    /// Its stored form: a structure of its own, so that neither a new column nor a new field of an answer changes what
    /// older rows mean.
    type Form: Serialize + DeserializeOwned;
    /// Whether nobody who reads the database may see it.
    const SECRET: bool = false;
    /// What is stored; none when it is never asked for under a key.
    fn to_form(&self) -> Option<Self::Form>;
    /// From what was stored.
    fn from_form(form: Self::Form) -> Option<Self>;
    /// What it shows and reads from: it has to be there still, and within the caller's reach.
    fn subject(&self) -> Option<AnyId>;
}

/// Types that no request under a key gives back.
macro_rules! not_stored {
    ($( $type:ty ),+) => { $(
        impl $crate::db::idempotency::keys::StoredOutcome for $type {
            type Form = ();
            fn to_form(&self) -> Option<()> {
                None
            }
            fn from_form((): ()) -> Option<Self> {
                None
            }
            fn subject(&self) -> Option<$crate::ids::AnyId> {
                None
            }
        }
    )+ };
}
pub(crate) use not_stored;

not_stored!((), bool, Vec<String>, Option<Progress>);

/// An outcome as it is stored, with the version of its form.
#[derive(Serialize, Deserialize)]
struct Envelope<F> {
    version: u32,
    outcome: F,
}

/// The version alone: what the outcome looks like depends on it.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

fn to_text<K: StoredOutcome>(output: &K) -> Option<String> {
    serde_json::to_string(&Envelope { version: FORM_VERSION, outcome: output.to_form()? }).ok()
}

fn from_text<K: StoredOutcome>(text: &str) -> Option<K> {
    if serde_json::from_str::<Versioned>(text).ok()?.version != FORM_VERSION {
        return None;
    }
    K::from_form(serde_json::from_str::<Envelope<K::Form>>(text).ok()?.outcome)
}

/// Does the work, or gives back what it gave the first time.
pub(in crate::db) async fn run<W: Command>(
    work: &W,
    once: &IdempotentRequest,
    tx: &Tx,
    now: DateTime<Utc>,
) -> Result<W::Output> {
    let backend = tx.get_database_backend();
    let ask = |sql: &str, values: Vec<Value>| Statement::from_sql_and_values(backend, sql, values);
    // Who sends the same at the same time waits here until the first one is done.
    let claimed = tx
        .query_one_raw(ask(
            "INSERT INTO idempotency_keys (id, request, created_at) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM \
             idempotency_keys AS earlier WHERE earlier.id = $5 AND earlier.created_at >= $4) ON CONFLICT (id) DO UPDATE \
             SET request = excluded.request, outcome = NULL, created_at = excluded.created_at \
             WHERE idempotency_keys.created_at < $4 RETURNING id",
            vec![
                once.id().into(),
                once.request().into(),
                now.into(),
                (now - OUTCOME_LIFETIME).into(),
                once.earlier_id().into(),
            ],
        ))
        .await
        .map_err(waits)?;
    if claimed.is_none() {
        return again::<W>(once, tx).await;
    }
    forget(tx, now).await?;
    let output = work.run(tx, now).await?;
    let text = to_text(&output).ok_or_else(|| Error::Internal("an outcome cannot be stored".to_owned()))?;
    let text = if W::Output::SECRET {
        secrets::hold_current(tx).await?;
        tx.vault().seal(place(once), &text).map_err(Error::failed)?
    } else {
        text
    };
    tx.execute_raw(ask("UPDATE idempotency_keys SET outcome = $1 WHERE id = $2", vec![text.into(), once.id().into()]))
        .await?;
    Ok(output)
}

/// What the work gave back the first time, if the caller may see it now.
async fn again<W: Command>(once: &IdempotentRequest, tx: &Tx) -> Result<W::Output> {
    let found = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "SELECT id, request, outcome FROM idempotency_keys WHERE id = $1 OR id = $2 ORDER BY CASE WHEN id = $1 THEN 0 \
         ELSE 1 END LIMIT 1",
        [once.id().into(), once.earlier_id().into()],
    );
    let found = tx.query_one_raw(found).await?;
    // Forgotten in between.
    let found = found.ok_or_else(|| Error::Busy(DbErr::Custom("an idempotency key was forgotten".to_owned())))?;
    let (id, request): (String, String) = (found.try_get("", "id")?, found.try_get("", "request")?);
    if id != once.id() {
        let message = "This idempotency key was used before the service was updated. Look whether the change was made; \
                       for a new one take a new key.";
        return Err(refused(Code::IdempotencyKeyReused, message));
    }
    if request != once.request() {
        let message = "This idempotency key was used for another request; take a new one for each change.";
        return Err(refused(Code::IdempotencyKeyReused, message));
    }
    let Some(output) = opened::<W::Output>(once, tx, found.try_get("", "outcome")?) else {
        tracing::warn!(version = FORM_VERSION, "an outcome under an idempotency key cannot be read");
        let message = "This change was made, and what it gave back cannot be read any more.";
        return Err(refused(Code::NotFound, message));
    };
    if let Some(subject) = output.subject()
        && !is_within_reach(tx, subject).await?
    {
        let message = "This change was made, and what it made or changed is not there any more.";
        return Err(refused(Code::NotFound, message));
    }
    Ok(output)
}

fn refused(code: Code, message: &str) -> Error {
    Error::refused(Problem::new(code, &["input", "idempotencyKey"], message))
}

/// The outcome of a row, if this version of the service can read it.
fn opened<K: StoredOutcome>(once: &IdempotentRequest, tx: &Tx, stored: Option<String>) -> Option<K> {
    let stored = stored?;
    if K::SECRET { from_text(&tx.vault().open(place(once), &stored).ok()?) } else { from_text(&stored) }
}

/// Whether something is there, in the trash or not, for the caller.
async fn is_within_reach(tx: &Tx, subject: AnyId) -> Result<bool> {
    Ok(match subject {
        AnyId::Stack(id) => !stacks::load(tx, &[id]).await?.is_empty(),
        AnyId::Instance(id) => !instances::load(tx, &[id]).await?.is_empty(),
        AnyId::Template(id) => !templates::load(tx, &[id]).await?.is_empty(),
    })
}

fn place(once: &IdempotentRequest) -> Place<'_> {
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
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [(now - OUTCOME_LIFETIME).into()])).await.map(drop)
}

/// Forgets what was sealed: with a key for secrets that is about to be given up.
pub(in crate::db) async fn forget_sealed(tx: &Tx) -> Result<(), DbErr> {
    let prefix = format!("{}%", crate::vault::PREFIX);
    let sql = "DELETE FROM idempotency_keys WHERE outcome LIKE $1";
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [prefix.into()])).await.map(drop)
}

/// The first one takes longer than a lock is waited for: it is waited for again.
fn waits(cause: DbErr) -> Error {
    match Error::from(cause) {
        Error::Unavailable(cause) if is_lock_timeout(&cause) => Error::Busy(cause),
        other => other,
    }
}
