//! The secrets in the change log, when their encryption keys change.
//!
//! Called by the code that manages keys. It must not show a secret.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
    sea_query::Expr,
};

use crate::{
    db::{
        Session, Tx,
        entities::{ChangeEntryModel, change_log::entry},
        queries::in_list::one_of,
    },
    kinds::{OfInstance, OfStack, OfTemplate, OverrideKind, SharedVar, Stored, for_each_kind, for_each_template_kind},
    vault::{KeyId, Place, Vault, key_of},
};

/// The number of changes whose secrets one transaction re-encrypts.
const BATCH: u64 = 200;

/// The columns of secrets.
const COLUMNS: [&str; 2] = ["secret_before", "secret_after"];

/// The table of the entries of a kind, to which their secrets are bound.
fn table_of(owner_kind: &str, kind: &str) -> Option<String> {
    let kind = OverrideKind::read(kind)?;
    macro_rules! tables {
        (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if kind == OverrideKind::$kind {
                return Some(<crate::kinds::$kind as Stored<$owner>>::TABLE.to_owned());
            } )+
        };
    }
    if owner_kind == "STACK" {
        let is_shared = kind == OverrideKind::EnvVar;
        return is_shared.then(|| <SharedVar as Stored<OfStack>>::TABLE.to_owned());
    }
    if owner_kind == "INSTANCE" {
        for_each_kind!(tables, OfInstance);
    } else {
        for_each_template_kind!(tables, OfTemplate);
    }
    None
}

/// What was done with a batch of changes.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::db) struct Resealed {
    /// The last change of the batch.
    pub(in crate::db) last: i64,
    /// The number of secrets.
    pub(in crate::db) seen: u64,
    /// The number of secrets that were encrypted anew.
    pub(in crate::db) sealed: u64,
}

#[derive(FromQueryResult)]
struct Found {
    change_id: i64,
}

/// Re-encrypts the secrets of the changes after one under the current key; `None` when there are no more.
pub(in crate::db) async fn reseal_batch(tx: &Tx, after: i64) -> Result<Option<Resealed>, DbErr> {
    let backend = tx.get_database_backend();
    let sql = format!(
        "SELECT DISTINCT change_id FROM change_entries WHERE change_id > $1 AND (secret_before IS NOT NULL OR \
         secret_after IS NOT NULL) ORDER BY change_id LIMIT {BATCH}"
    );
    let changes =
        Found::find_by_statement(Statement::from_sql_and_values(backend, sql, [after.into()])).all(tx).await?;
    let Some(last) = changes.last().map(|found| found.change_id) else { return Ok(None) };
    let these = one_of(backend, "change_id", changes.iter().map(|found| found.change_id));
    let rows = entry::Entity::find().filter(these).order_by_asc(entry::Column::ChangeId).all(tx).await?;
    let current = tx.vault().current().map_err(|cause| DbErr::Custom(cause.to_string()))?;
    let mut done = Resealed { last, ..Resealed::default() };
    for row in rows {
        let before = resealed(tx.vault(), &current, &row, row.secret_before.as_deref(), &mut done)?;
        let after = resealed(tx.vault(), &current, &row, row.secret_after.as_deref(), &mut done)?;
        if before.is_none() && after.is_none() {
            continue;
        }
        let mut update = entry::Entity::update_many()
            .filter(entry::Column::ChangeId.eq(row.change_id))
            .filter(entry::Column::Position.eq(row.position));
        for (column, secret) in [(entry::Column::SecretBefore, before), (entry::Column::SecretAfter, after)] {
            if let Some(secret) = secret {
                update = update.col_expr(column, Expr::value(secret));
            }
        }
        update.exec(tx).await?;
    }
    Ok(Some(done))
}

/// A secret under the current key; `None` if there is none, or if it is under that key already.
fn resealed(
    vault: &Vault,
    current: &KeyId,
    row: &ChangeEntryModel,
    secret: Option<&str>,
    done: &mut Resealed,
) -> Result<Option<String>, DbErr> {
    let Some(secret) = secret else { return Ok(None) };
    done.seen += 1;
    if key_of(secret).ok().as_ref() == Some(current) {
        return Ok(None);
    }
    let failed = |what: &str| DbErr::Custom(format!("cannot {what} a secret of the change {}", row.change_id.0));
    let table = table_of(&row.owner_kind, &row.kind).ok_or_else(|| failed("place"))?;
    let place = Place { table: &table, owner: row.owner_id, key: row.entry_key.as_deref().unwrap_or_default() };
    let open = vault.open(place, secret).map_err(|cause| DbErr::Custom(format!("{}: {cause}", failed("open"))))?;
    let sealed = vault.seal(place, &open).map_err(|cause| DbErr::Custom(format!("{}: {cause}", failed("seal"))))?;
    done.sealed += 1;
    Ok(Some(sealed))
}

/// For each column of secrets in the log: the FROM clause and the column, for counting keys.
pub(in crate::db) fn columns() -> [(&'static str, &'static str); 2] {
    COLUMNS.map(|column| ("change_entries", column))
}
