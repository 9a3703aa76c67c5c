//! Drops old changes from the log, and knows which were dropped.
//!
//! Called by the maintenance of a running service. It must not lock what a writer needs.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};

use crate::{
    db::{Tx, entities::change_log::horizon},
    fields::Time,
    ids,
};

/// The last position of each part that was dropped.
pub async fn dropped(db: &impl ConnectionTrait) -> Result<BTreeMap<i32, i64>, DbErr> {
    let rows = horizon::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.part, row.seq)).collect())
}

/// The largest number of changes that one transaction drops.
pub const MAX_DROPPED: u64 = 500;

/// Drops the oldest changes that were made before a time, at most [`MAX_DROPPED`] of them. Returns how many. What the
/// log says about the time since then stays complete.
pub async fn drop_before(tx: &Tx, before: Time) -> Result<u64, DbErr> {
    let backend = tx.get_database_backend();
    let statement = |sql: &str, value: sea_orm::Value| Statement::from_sql_and_values(backend, sql, [value]);
    // What is deleted is told by the deletion itself: another server may drop changes at the same time.
    let delete = format!(
        "DELETE FROM change_log WHERE id IN (SELECT id FROM change_log WHERE id < $1 ORDER BY id LIMIT {MAX_DROPPED}) \
         RETURNING part, seq"
    );
    let deleted = tx.query_all_raw(statement(&delete, ids::first_of(before).into())).await?;
    let mut last: BTreeMap<i32, i64> = BTreeMap::new();
    for row in &deleted {
        let (part, seq) = (row.try_get("", "part")?, row.try_get("", "seq")?);
        let known = last.entry(part).or_insert(seq);
        *known = seq.max(*known);
    }
    if last.is_empty() {
        return Ok(0);
    }
    let rows: Vec<String> = last.iter().map(|(part, seq)| format!("({part}, {seq})")).collect();
    // Of a part, an older change can lie behind a newer one, because the clocks of several servers differ.
    let horizon = format!(
        "INSERT INTO change_horizons (part, seq) VALUES {} ON CONFLICT (part) DO UPDATE SET seq = CASE WHEN excluded.seq > \
         change_horizons.seq THEN excluded.seq ELSE change_horizons.seq END",
        rows.join(", ")
    );
    tx.execute_raw(Statement::from_string(backend, horizon)).await?;
    tx.execute_raw(statement("UPDATE change_epoch SET begins_at = $1 WHERE begins_at < $1", before.into())).await?;
    Ok(deleted.len() as u64)
}
