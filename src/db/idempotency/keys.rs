//! Runs a command once for each idempotency key, and stores its outcome in the same transaction.
//!
//! Called by [`Db`](crate::db::Db) for every command that has a key. It must not commit a change without its outcome,
//! and must not return an outcome whose subject is outside the caller's scope.

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

/// How long a key and its outcome are stored.
pub const OUTCOME_LIFETIME: TimeDelta = TimeDelta::hours(24);
const TABLE: &str = "idempotency_keys";
/// The version of the stored forms. Under the same version, a form may gain fields with `#[serde(default)]`, or change so
/// that it reads the earlier form as well; any other change needs a new version.
const FORM_VERSION: u32 = 1;

/// The output of a command, as it is stored under an idempotency key.
pub trait StoredOutcome: Sized {
    /// The stored form, a structure of its own, so that a new column or field does not change the meaning of older
    /// rows.
    type Form: Serialize + DeserializeOwned;
    /// Whether the outcome is a secret that has to be encrypted.
    const SECRET: bool = false;
    /// Returns the stored form; `None` if this command never has an idempotency key.
    fn to_form(&self) -> Option<Self::Form>;
    /// Restores the output from its stored form.
    fn from_form(form: Self::Form) -> Option<Self>;
    /// The object that the output shows. It must still exist and be in the caller's scope when the outcome is returned
    /// again.
    fn subject(&self) -> Option<AnyId>;
}

/// Implements [`StoredOutcome`] for outputs of commands that never have an idempotency key.
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

/// A stored outcome with the version of its form.
#[derive(Serialize, Deserialize)]
struct Envelope<F> {
    version: u32,
    outcome: F,
}

/// Reads the version alone, because the type of the outcome depends on it.
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

/// Runs the command, or returns the stored outcome of the first run.
pub(in crate::db) async fn run<W: Command>(
    work: &W,
    incoming: &IdempotentRequest,
    tx: &Tx,
    now: DateTime<Utc>,
) -> Result<W::Output> {
    let backend = tx.get_database_backend();
    let ask = |sql: &str, values: Vec<Value>| Statement::from_sql_and_values(backend, sql, values);
    // A concurrent request with the same key waits here until the first one has ended.
    let claimed = tx
        .query_one_raw(ask(
            "INSERT INTO idempotency_keys (id, request, created_at) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM \
             idempotency_keys AS earlier WHERE earlier.id = $5 AND earlier.created_at >= $4) ON CONFLICT (id) DO UPDATE \
             SET request = excluded.request, outcome = NULL, created_at = excluded.created_at \
             WHERE idempotency_keys.created_at < $4 RETURNING id",
            vec![
                incoming.id().into(),
                incoming.request().into(),
                now.into(),
                (now - OUTCOME_LIFETIME).into(),
                incoming.earlier_id().into(),
            ],
        ))
        .await
        .map_err(retry_on_lock_timeout)?;
    if claimed.is_none() {
        return replay::<W>(incoming, tx).await;
    }
    delete_expired(tx, now).await?;
    let output = work.run(tx, now).await?;
    let text = to_text(&output).ok_or_else(|| Error::Internal("an outcome cannot be stored".to_owned()))?;
    let text = if W::Output::SECRET {
        secrets::lock_current_key(tx).await?;
        tx.vault().seal(place(incoming), &text).map_err(Error::failed)?
    } else {
        text
    };
    tx.execute_raw(ask(
        "UPDATE idempotency_keys SET outcome = $1 WHERE id = $2",
        vec![text.into(), incoming.id().into()],
    ))
    .await?;
    Ok(output)
}

/// Returns the stored outcome of the first run, if the caller may still see its subject.
async fn replay<W: Command>(incoming: &IdempotentRequest, tx: &Tx) -> Result<W::Output> {
    let found = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "SELECT id, request, outcome FROM idempotency_keys WHERE id = $1 OR id = $2 ORDER BY CASE WHEN id = $1 THEN 0 \
         ELSE 1 END LIMIT 1",
        [incoming.id().into(), incoming.earlier_id().into()],
    );
    let found = tx.query_one_raw(found).await?;
    // The row expired in between.
    let found = found.ok_or_else(|| Error::Busy(DbErr::Custom("an idempotency key was forgotten".to_owned())))?;
    let (id, request): (String, String) = (found.try_get("", "id")?, found.try_get("", "request")?);
    if id != incoming.id() {
        let message = "This idempotency key was used before the service was updated. Look whether the change was made; \
                       for a new one take a new key.";
        return Err(refused(Code::IdempotencyKeyReused, message));
    }
    if request != incoming.request() {
        let message = "This idempotency key was used for another request; take a new one for each change.";
        return Err(refused(Code::IdempotencyKeyReused, message));
    }
    let Some(output) = read_outcome::<W::Output>(incoming, tx, found.try_get("", "outcome")?) else {
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

/// Reads a stored outcome; `None` if this version of the service cannot.
fn read_outcome<K: StoredOutcome>(incoming: &IdempotentRequest, tx: &Tx, stored: Option<String>) -> Option<K> {
    let stored = stored?;
    if K::SECRET { from_text(&tx.vault().open(place(incoming), &stored).ok()?) } else { from_text(&stored) }
}

/// Whether an object exists, in the trash or not, and is in the caller's scope.
async fn is_within_reach(tx: &Tx, subject: AnyId) -> Result<bool> {
    Ok(match subject {
        AnyId::Stack(id) => !stacks::load(tx, &[id]).await?.is_empty(),
        AnyId::Instance(id) => !instances::load(tx, &[id]).await?.is_empty(),
        AnyId::Template(id) => !templates::load(tx, &[id]).await?.is_empty(),
    })
}

fn place(incoming: &IdempotentRequest) -> Place<'_> {
    Place { table: TABLE, owner: 0, key: incoming.id() }
}

/// Deletes two expired keys, so that expired keys do not accumulate.
async fn delete_expired(tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let skip = if backend == DbBackend::Sqlite { "" } else { " FOR UPDATE SKIP LOCKED" };
    let sql = format!(
        "DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE created_at < $1 ORDER BY \
         created_at LIMIT 2{skip})"
    );
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [(now - OUTCOME_LIFETIME).into()])).await.map(drop)
}

/// Deletes the encrypted outcomes, because their encryption key is about to be removed.
pub(in crate::db) async fn forget_sealed(tx: &Tx) -> Result<(), DbErr> {
    let prefix = format!("{}%", crate::vault::PREFIX);
    let sql = "DELETE FROM idempotency_keys WHERE outcome LIKE $1";
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [prefix.into()])).await.map(drop)
}

/// Makes a lock timeout retryable: the first request with this key is still running.
fn retry_on_lock_timeout(cause: DbErr) -> Error {
    match Error::from(cause) {
        Error::Unavailable(cause) if is_lock_timeout(&cause) => Error::Busy(cause),
        other => other,
    }
}
