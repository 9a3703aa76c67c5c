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
//! Recorded by the queries that write, and stored by [`Db`](crate::db::Db) before it commits. A change must not become
//! visible without its new version.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value, sea_query::ArrayType};

use crate::{ids::StackId, random::Random};

/// The value of `stack_id` that stands for all templates.
const ALL_TEMPLATES: i64 = 0;
/// The value of `stack_id` that stands for everything.
const EVERYTHING: i64 = -1;
/// The number of rows over which the version of everything is spread. All transactions set one of them, and lock it
/// until they have committed.
pub(in crate::db) const PARTS_OF_EVERYTHING: i32 = 64;
/// The number of rows over which the version of one stack is spread. Concurrent transactions usually lock different
/// rows.
pub(in crate::db) const PARTS: i32 = 8;
/// The exclusive upper bound of a row's number. The sum of all rows of a version fits into a signed 64-bit integer.
const VERSION_LIMIT: u64 = 1 << 56;

/// Returns a random number for a new version. It has no fallback to a generator in memory, whose state a copied process
/// or virtual machine would share.
pub(in crate::db) fn new_number(random: &Random) -> Result<i64, DbErr> {
    let random = random.number().map_err(|cause| DbErr::Custom(format!("no random numbers: {cause}")))?;
    i64::try_from(random % VERSION_LIMIT).map_err(|_| DbErr::Custom("a version is out of range".to_owned()))
}

/// The stacks and templates that a transaction has changed so far.
#[derive(Debug, Default)]
pub(in crate::db) struct Changed(Mutex<BTreeSet<i64>>);

impl Changed {
    /// Records a change of a stack or of anything in it.
    pub(in crate::db) fn stack(&self, id: StackId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.0);
    }

    /// Records a change of a template.
    pub(in crate::db) fn templates(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ALL_TEMPLATES);
    }

    /// Records a change that no stack and no instance shows, such as a new template.
    pub(in crate::db) fn lists(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(EVERYTHING);
    }

    /// Takes everything recorded, with new random numbers.
    pub(super) fn take(&self, random: &Random) -> Result<NewVersions, DbErr> {
        let mut ids = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if ids.is_empty() {
            return Ok(NewVersions { rows: Vec::new(), number: 0 });
        }
        ids.insert(EVERYTHING);
        let (of_everything, of_others) = (random.below(PARTS_OF_EVERYTHING), random.below(PARTS));
        let row = |id: i64| (id, if id == EVERYTHING { of_everything } else { of_others });
        Ok(NewVersions { rows: ids.into_iter().map(row).collect(), number: new_number(random)? })
    }
}

/// The rows that a transaction writes to `changes`, in ascending order, so that transactions cannot deadlock.
#[derive(Debug)]
pub(super) struct NewVersions {
    /// The stack, and the number of the row.
    rows: Vec<(i64, i32)>,
    number: i64,
}

/// The statement for PostgreSQL, with the three parameters of [`NewVersions::values`].
pub(super) const RAISE_SQL: &str = "INSERT INTO changes (stack_id, part, count) SELECT v.stack_id, v.part, $3 FROM unnest($1::bigint[], $2::int[]) \
     WITH ORDINALITY AS v(stack_id, part, n) ORDER BY v.n ON CONFLICT (stack_id, part) DO UPDATE SET count = \
     excluded.count";

impl NewVersions {
    /// The parameters of [`RAISE_SQL`].
    pub(super) fn values(&self) -> [Value; 3] {
        let ids = self.rows.iter().map(|(id, _)| Value::from(*id)).collect();
        let parts = self.rows.iter().map(|(_, part)| Value::from(*part)).collect();
        [
            Value::Array(ArrayType::BigInt, Some(Box::new(ids))),
            Value::Array(ArrayType::Int, Some(Box::new(parts))),
            self.number.into(),
        ]
    }

    /// Stores the new versions.
    pub(super) async fn raise(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let backend = tx.get_database_backend();
        if backend != DbBackend::Sqlite {
            return tx.execute_raw(Statement::from_sql_and_values(backend, RAISE_SQL, self.values())).await.map(drop);
        }
        let rows: Vec<String> = (0..self.rows.len()).map(|n| format!("(?{}, ?{}, ?1)", 2 * n + 2, 2 * n + 3)).collect();
        let values = self.rows.iter().flat_map(|(id, part)| [Value::from(*id), Value::from(*part)]);
        let sql = format!(
            "INSERT INTO changes (stack_id, part, count) VALUES {} ON CONFLICT (stack_id, part) DO UPDATE SET count = \
             excluded.count",
            rows.join(", ")
        );
        let values = std::iter::once(self.number.into()).chain(values);
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
    }
}

/// SQL expression for the version of the stack in row `s`.
pub(in crate::db) const OF_STACK: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = s.id), 0) AS BIGINT)";
/// SQL expression for the version of all templates.
pub(in crate::db) const OF_TEMPLATES: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = 0), 0) AS BIGINT)";
/// SQL expression for the version of everything.
pub(in crate::db) const OF_EVERYTHING: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = -1), 0) AS BIGINT)";
