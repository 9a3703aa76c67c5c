//! Reads the heads of stored rows: id, key, identity and size, without the contents.
//!
//! Called before a collection is written, so that only the rows that may be equal have to be read in full. It reads no
//! contents, so it also works for rows that cannot be read.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, IdenStatic, QueryResult, Statement};

use crate::{
    db::{Tx, queries::in_list},
    kinds::{Head, Owner, Registered, Stored},
};

/// The heads of all rows of an owner, oldest first.
pub(super) async fn load<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id) -> Result<Vec<Head<K>>, DbErr> {
    let rows = Rows::load::<O>(tx, owner, &[select::<O, K>(tx)]).await?;
    rows.of::<K>()
}

/// SQL for the heads of the rows of one kind. The owner is the first parameter.
pub(super) fn select<O: Owner, K: Stored<O>>(tx: &Tx) -> String {
    let (of_owner, _) = in_list::parameter(tx.get_database_backend(), std::iter::empty());
    let bytes = K::LONG_COLUMN.map_or_else(|| "0".to_owned(), |column| format!("COALESCE(octet_length({column}), 0)"));
    let sealed = if K::HAS_SECRETS { "(is_secret AND value IS NOT NULL)" } else { "FALSE" };
    format!(
        "SELECT '{kind}' AS entry_kind, {id} AS row_id, CAST({} AS TEXT) AS entry_key,
             CAST({} AS TEXT) AS entry_identity, CAST({bytes} AS BIGINT) AS entry_bytes, {sealed} AS entry_sealed
         FROM {table} WHERE {} {of_owner}",
        K::ROW_KEY,
        K::ROW_IDENTITY,
        K::owner_column().as_str(),
        kind = K::KIND.as_str(),
        id = K::id_column().as_str(),
        table = K::TABLE,
    )
}

/// The heads of an owner's rows of some kinds.
pub(super) struct Rows(HashMap<String, Vec<QueryResult>>);

impl Rows {
    /// Loads what these texts of [`select`] select, in one statement.
    pub(super) async fn load<O: Owner>(tx: &Tx, owner: O::Id, selects: &[String]) -> Result<Self, DbErr> {
        let mut of_kind: HashMap<String, Vec<QueryResult>> = HashMap::new();
        if selects.is_empty() {
            return Ok(Self(of_kind));
        }
        let backend = tx.get_database_backend();
        let (_, value) = in_list::parameter(backend, std::iter::once(owner.into()));
        let sql = format!("SELECT * FROM ({}) AS found ORDER BY row_id", selects.join(" UNION ALL "));
        for row in tx.query_all_raw(Statement::from_sql_and_values(backend, sql, [value])).await? {
            of_kind.entry(row.try_get("", "entry_kind")?).or_default().push(row);
        }
        Ok(Self(of_kind))
    }

    /// The heads of one kind, oldest first.
    pub(super) fn of<K: Registered>(&self) -> Result<Vec<Head<K>>, DbErr> {
        self.0.get(K::KIND.as_str()).into_iter().flatten().map(head).collect()
    }
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
