//! Counts of changes: each transaction that changes what can be read of a stack, or a template, raises a count as its
//! last deed. Whoever has read something together with the counts can tell later, from the counts alone, whether it is
//! still so.
//!
//! Noted by the queries that write, raised by [`Db`](super::Db) before it commits. A change must never be visible without
//! its count.

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

    /// Raises the counts, in an order that all transactions keep.
    pub(super) async fn raise(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let ids = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if ids.is_empty() {
            return Ok(());
        }
        let backend = tx.get_database_backend();
        let sign = if backend == DbBackend::Sqlite { '?' } else { '$' };
        let rows: Vec<String> = (2..).zip(&ids).map(|(n, _)| format!("({sign}{n}, {sign}1, 1)")).collect();
        let values = std::iter::once(fastrand::i32(0..PARTS).into()).chain(ids.into_iter().map(Value::from));
        let sql = format!(
            "INSERT INTO changes (stack_id, part, count) VALUES {} ON CONFLICT (stack_id, part) DO UPDATE SET count = \
             changes.count + 1",
            rows.join(", ")
        );
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
    }
}

/// How often a stack, whose row is `s`, has changed: an expression.
pub(super) const OF_STACK: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = s.id), 0) AS BIGINT)";
/// How often templates have changed: an expression.
pub(super) const OF_TEMPLATES: &str =
    "CAST(COALESCE((SELECT SUM(c.count) FROM changes AS c WHERE c.stack_id = 0), 0) AS BIGINT)";
