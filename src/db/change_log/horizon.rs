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
    let run = |sql: &str, values: Vec<sea_orm::Value>| {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        async move { tx.execute_raw(statement).await }
    };
    let oldest = format!("SELECT id FROM change_log WHERE id < $1 ORDER BY id LIMIT {MAX_DROPPED}");
    let first_kept = ids::first_of(before);
    let found = tx.query_all_raw(Statement::from_sql_and_values(backend, &oldest, [first_kept.into()])).await?;
    if found.is_empty() {
        return Ok(0);
    }
    // The clocks of several servers differ, so a part can have an older change behind a newer one: it goes later.
    let horizon = format!(
        "INSERT INTO change_horizons (part, seq) SELECT part, max(seq) FROM change_log WHERE id IN ({oldest}) GROUP BY part \
         ON CONFLICT (part) DO UPDATE SET seq = CASE WHEN excluded.seq > change_horizons.seq THEN excluded.seq ELSE \
         change_horizons.seq END"
    );
    run(&horizon, vec![first_kept.into()]).await?;
    run("UPDATE change_epoch SET begins_at = $1 WHERE begins_at < $1", vec![before.into()]).await?;
    let dropped = run(&format!("DELETE FROM change_log WHERE id IN ({oldest})"), vec![first_kept.into()]).await?;
    Ok(dropped.rows_affected())
}
