//! Versions of stacks and templates, for cache validation.
//!
//! Each transaction that changes a stack or a template sets one of its rows in `changes` to a new random number, as its
//! last statement. The version is the sum of these rows. Each such transaction also sets a row of the version of
//! everything, on which all responses depend that are not reached through one stack by its name. A reader that has read
//! data together with its version can tell later, from the version alone, whether the data is still current.
//!
//! A counter would repeat its values: after a failover to a standby that lacks the last changes, after a restore, or
//! after a rollback of a transaction that was seen. A cached response under such a value would be served as current. A
//! random number does not repeat.
//!
//! Recorded by the queries that write, and stored by [`Db`](super::Db) before it commits. A change must not become
//! visible without its new version.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use crate::{ids::StackId, random::Random};

/// The value of `stack_id` that stands for all templates.
const ALL_TEMPLATES: i64 = 0;
/// The value of `stack_id` that stands for everything.
const EVERYTHING: i64 = -1;
/// The number of rows over which the version of everything is spread. All transactions set one of them, and lock it
/// until they have committed.
pub(super) const PARTS_OF_EVERYTHING: i32 = 64;
/// The number of rows over which the version of one stack is spread. Concurrent transactions usually lock different
/// rows.
pub(super) const PARTS: i32 = 8;
/// The exclusive upper bound of a row's number. The sum of all rows of a version fits into a signed 64-bit integer.
const VERSION_LIMIT: u64 = 1 << 56;

/// Returns a random number for a new version. It has no fallback to a generator in memory, whose state a copied process
/// or virtual machine would share.
pub(super) fn new_number(random: &Random) -> Result<i64, DbErr> {
    let random = random.number().map_err(|cause| DbErr::Custom(format!("no random numbers: {cause}")))?;
    i64::try_from(random % VERSION_LIMIT).map_err(|_| DbErr::Custom("a version is out of range".to_owned()))
}

/// The stacks and templates that a transaction has changed so far.
#[derive(Debug, Default)]
pub(super) struct Changed(Mutex<BTreeSet<i64>>);

impl Changed {
    /// Records a change of a stack or of anything in it.
    pub(super) fn stack(&self, id: StackId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.0);
    }

    /// Records a change of a template.
    pub(super) fn templates(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ALL_TEMPLATES);
    }

    /// Records a change that no stack and no instance shows, such as a new template.
    pub(super) fn lists(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(EVERYTHING);
    }

    /// Stores new versions for everything recorded. Rows are written in ascending order, so transactions cannot
    /// deadlock.
    pub(super) async fn raise(&self, tx: &impl ConnectionTrait, random: &Random) -> Result<(), DbErr> {
        let mut ids = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if ids.is_empty() {
            return Ok(());
        }
        ids.insert(EVERYTHING);
        let backend = tx.get_database_backend();
        let sign = if backend == DbBackend::Sqlite { '?' } else { '$' };
        let place = |id: i64| if id == EVERYTHING { 3 } else { 1 };
        let rows: Vec<String> =
            (4..).zip(&ids).map(|(n, id)| format!("({sign}{n}, {sign}{}, {sign}2)", place(*id))).collect();
        let part = |parts: i32| Value::from(random.below(parts));
        let common = [part(PARTS), new_number(random)?.into(), part(PARTS_OF_EVERYTHING)];
        let values = common.into_iter().chain(ids.into_iter().map(Value::from));
        let sql = format!(
            "INSERT INTO changes (stack_id, part, count) VALUES {} ON CONFLICT (stack_id, part) DO UPDATE SET count = \
             excluded.count",
            rows.join(", ")
        );
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
    }
}

/// SQL expression for the version of the stack in row `s`.
pub(super) const OF_STACK: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = s.id), 0) AS BIGINT)";
/// SQL expression for the version of all templates.
pub(super) const OF_TEMPLATES: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = 0), 0) AS BIGINT)";
/// SQL expression for the version of everything.
pub(super) const OF_EVERYTHING: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = -1), 0) AS BIGINT)";
