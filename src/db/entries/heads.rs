//! Reads the heads of stored rows: id, key, identity and size, without the contents.
//!
//! Called before a collection is written, so that only the rows that may be equal have to be read in full. It reads no
//! contents, so it also works for rows that cannot be read.

use sea_orm::{ConnectionTrait, DbErr, IdenStatic, QueryResult, Statement};

use crate::{
    db::{Tx, queries::in_list},
    kinds::{Head, Owner, Stored},
};

/// The heads of all rows of an owner, oldest first.
pub(super) async fn load<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id) -> Result<Vec<Head<K>>, DbErr> {
    let backend = tx.get_database_backend();
    let (table, owner_column, id) = (K::TABLE, K::owner_column(), K::id_column());
    let (of_owner, value) = in_list::parameter(backend, std::iter::once(owner.into()));
    let bytes = K::LONG_COLUMN.map_or_else(|| "0".to_owned(), |column| format!("COALESCE(octet_length({column}), 0)"));
    let sealed = if K::HAS_SECRETS { "(is_secret AND value IS NOT NULL)" } else { "FALSE" };
    let sql = format!(
        "SELECT {id} AS row_id, CAST({} AS TEXT) AS entry_key, CAST({} AS TEXT) AS entry_identity,
             CAST({bytes} AS BIGINT) AS entry_bytes, {sealed} AS entry_sealed
         FROM {table} WHERE {} {of_owner} ORDER BY {id}",
        K::ROW_KEY,
        K::ROW_IDENTITY,
        owner_column.as_str(),
        id = id.as_str(),
    );
    let rows = tx.query_all_raw(Statement::from_sql_and_values(backend, sql, [value])).await?;
    rows.iter().map(head).collect()
}

fn head<K: crate::kinds::Kind>(row: &QueryResult) -> Result<Head<K>, DbErr> {
    // A key that is not a text (in a row written by hand) matches nothing.
    let text = |column| row.try_get::<String>("", column).ok();
    let sealed: bool = row.try_get("", "entry_sealed")?;
    let bytes: i64 = row.try_get("", "entry_bytes")?;
    let bytes = usize::try_from(bytes).unwrap_or_default();
    Ok(Head {
        row: row.try_get("", "row_id")?,
        key: text("entry_key").and_then(|key| K::row_key(&key)),
        identity: text("entry_identity").unwrap_or_default(),
        // Encrypted contents are a third longer, because of Base64.
        bytes: if sealed { bytes / 4 * 3 } else { bytes },
        sealed,
    })
}
