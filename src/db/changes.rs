//! Versions of what can be read: each transaction that changes a stack, or a template, gives one of its rows in `changes` a
//! new random number as its last deed. The version is the sum of the rows. Whoever has read something together with the
//! version can tell later, from the version alone, whether it is still so.
//!
//! A count that goes up by one would come to the same number twice: after a failover to a standby that lacks the last
//! changes, after a restore, after a transaction that was seen and then rolled back. What was kept under that number would
//! be taken for what is there now. A random number does not come back.
//!
//! Noted by the queries that write, written by [`Db`](super::Db) before it commits. A change must never be visible without
//! its new version.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use crate::ids::StackId;

/// Stands for all templates, in the place of a stack's key.
const TEMPLATES: i64 = 0;
/// In how many rows the changes of one thing are counted. A row belongs to one transaction until it commits.
pub(super) const PARTS: i32 = 8;
/// A row's number is below this: the sum of all parts is an integer of 64 bits with a sign.
const NUMBERS: u64 = 1 << 59;

/// A number that no version has had: from the system's generator, whose state no copy of a process or machine shares.
pub(super) fn new_number() -> Result<i64, DbErr> {
    let random = getrandom::u64().map_err(|cause| DbErr::Custom(format!("no random numbers: {cause}")))?;
    i64::try_from(random % NUMBERS).map_err(|_| DbErr::Custom("a version is out of range".to_owned()))
}

/// What a transaction has changed so far.
#[derive(Debug, Default)]
pub(super) struct Changed(Mutex<BTreeSet<i64>>);

impl Changed {
    /// A stack, or anything in it.
    pub(super) fn stack(&self, id: StackId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.0);
    }

    /// A template that instances may have.
    pub(super) fn templates(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(TEMPLATES);
    }

    /// Makes new versions, in an order that all transactions keep.
    pub(super) async fn raise(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let ids = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if ids.is_empty() {
            return Ok(());
        }
        let backend = tx.get_database_backend();
        let sign = if backend == DbBackend::Sqlite { '?' } else { '$' };
        let rows: Vec<String> = (3..).zip(&ids).map(|(n, _)| format!("({sign}{n}, {sign}1, {sign}2)")).collect();
        let own: [Value; 2] = [fastrand::i32(0..PARTS).into(), new_number()?.into()];
        let values = own.into_iter().chain(ids.into_iter().map(Value::from));
        let sql = format!(
            "INSERT INTO changes (stack_id, part, count) VALUES {} ON CONFLICT (stack_id, part) DO UPDATE SET count = \
             excluded.count",
            rows.join(", ")
        );
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
    }
}

/// The version of a stack, whose row is `s`: an expression.
pub(super) const OF_STACK: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = s.id), 0) AS BIGINT)";
/// The version of all templates: an expression.
pub(super) const OF_TEMPLATES: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = 0), 0) AS BIGINT)";
