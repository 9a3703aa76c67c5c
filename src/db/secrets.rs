//! Encryption of secrets in rows: decrypts them on read, encrypts them on write, and records which keys are in use.
//!
//! Called by the queries on kinds, and by the use cases that manage keys. It must not depend on a concrete kind except
//! through the registry, and must not keep a decrypted secret.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityName, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, LockType, OnConflict},
};

use super::{
    Session, Tx,
    change_log::sealed,
    entities::{
        clear_secret,
        secret_key::{ActiveModel, Column, Entity, Model},
    },
    repeated,
};
use crate::{
    kinds::{Kind, OfInstance, OfStack, OfTemplate, Owner, Stored, for_each_kind, for_each_template_kind},
    vault::{KeyId, Place, Vault, VaultError, key_of},
};

/// The maximum number of rows held in memory at a time.
pub(super) const BATCH: u64 = 500;

/// A known text that is encrypted under every key in use.
const CHECK_TEXT: &str = "DevArch";

/// The associated data of the check text.
fn check_place(id: &str) -> Place<'_> {
    Place { table: "secret_keys", owner: 0, key: id }
}

fn table_of<O: Owner, K: Stored<O>>() -> String {
    K::Entity::default().table_name().to_owned()
}

fn failed<O: Owner, K: Stored<O>>(doing: &str, entry: &K, owner: i64, cause: &VaultError) -> DbErr {
    let (table, key) = (table_of::<O, K>(), entry.key().to_string());
    DbErr::Custom(format!("cannot {doing} the secret {}: {cause}", Place { table: &table, owner, key: &key }))
}

/// Decrypts the secret of an entry that was read.
pub(super) fn open<O: Owner, K: Stored<O>>(entry: &mut K, owner: O::Id, vault: &Vault) -> Result<(), DbErr> {
    if !entry.holds_secret() {
        return Ok(());
    }
    let owner: i64 = owner.into();
    let done = entry.open(&table_of::<O, K>(), owner, vault);
    done.map_err(|cause| failed::<O, K>("open", entry, owner, &cause))
}

/// Encrypts the secret of an entry that is about to be written. The caller has to call [`lock_current_key`] first.
pub(super) fn seal<O: Owner, K: Stored<O>>(entry: &mut K, owner: O::Id, vault: &Vault) -> Result<(), DbErr> {
    if !entry.holds_secret() {
        return Ok(());
    }
    let owner: i64 = owner.into();
    let done = entry.seal(&table_of::<O, K>(), owner, vault);
    done.map_err(|cause| failed::<O, K>("seal", entry, owner, &cause))
}

/// Whether the secret of a stored entry is encrypted under another key than the current one.
pub(super) fn is_older(entry: &impl Kind, vault: &Vault) -> bool {
    let Some(secret) = entry.secret_text() else { return false };
    vault.current().ok() != key_of(secret).ok()
}

/// All keys that were ever used, oldest first.
pub async fn keys(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await
}

/// Checks that the vault has the right key for this id, by decrypting its check text.
pub fn check(vault: &Vault, key: &Model) -> Result<(), VaultError> {
    vault.open(check_place(&key.id), &key.check_text).map(drop)
}

/// Locks the current key until the transaction ends, so that it is not retired meanwhile: no secret is written under a
/// key that is reported as unused.
pub(super) async fn lock_current_key(tx: &Tx) -> Result<(), DbErr> {
    let mut tried = None;
    loop {
        let id = tx.vault().current().map_err(|cause| DbErr::Custom(cause.to_string()))?;
        let key = Entity::find_by_id(id.as_str()).lock(LockType::Share).one(tx).await?;
        match key {
            None => return register(tx, &id).await,
            Some(Model { retired_at: None, .. }) => return Ok(()),
            // Another process has made a new key current. The key file names it already, so try again.
            Some(_) if tried.as_ref() != Some(&id) => tried = Some(id),
            Some(_) => return Err(DbErr::Custom(format!("the key {id} for secrets is retired; there is a newer one"))),
        }
    }
}

/// Records that a key is in use.
pub async fn register(tx: &Tx, id: &KeyId) -> Result<(), DbErr> {
    let check_text = tx.vault().seal(check_place(id.as_str()), CHECK_TEXT);
    let check_text = check_text.map_err(|cause| DbErr::Custom(cause.to_string()))?;
    let row = ActiveModel {
        id: Set(id.to_string()),
        check_text: Set(check_text),
        created_at: NotSet,
        retired_at: Set(None),
        emptied_at: Set(None),
    };
    let known = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(tx).await.map(drop)
}

/// Locks the table of keys, so that two servers cannot both register a first key.
pub async fn lock(tx: &Tx) -> Result<(), DbErr> {
    // SQLite has one writer anyway.
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        tx.execute_unprepared("LOCK TABLE secret_keys IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Retires all other keys: from now on no secret is encrypted under them. Waits for transactions that are doing so.
pub async fn retire_others(tx: &Tx, id: &KeyId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let others = Entity::update_many().filter(Column::Id.ne(id.as_str())).filter(Column::RetiredAt.is_null());
    others.col_expr(Column::RetiredAt, Expr::value(now)).exec(tx).await.map(drop)
}

/// Records that no secret is encrypted under any other key any more.
pub async fn empty_others(tx: &Tx, id: &KeyId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let others = Entity::update_many().filter(Column::Id.ne(id.as_str())).filter(Column::EmptiedAt.is_null());
    others.col_expr(Column::EmptiedAt, Expr::value(now)).exec(tx).await?;
    crate::db::idempotency::keys::forget_sealed(tx).await
}

/// The position of a re-encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    table: usize,
    after: i64,
    /// The number of secrets examined so far.
    pub seen: u64,
    /// The number of secrets re-encrypted so far.
    pub sealed: u64,
}

/// Re-encrypts a batch of secrets under the current key; returns `None` when there are no more. Does not change the
/// revision of their owners.
pub async fn reseal(tx: &Tx, progress: Progress) -> Result<Option<Progress>, DbErr> {
    let mut table = 0;
    macro_rules! kinds {
        (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if <crate::kinds::$kind as crate::kinds::Kind>::HAS_SECRETS {
                if table == progress.table {
                    let done = reseal_batch::<$owner, crate::kinds::$kind>(tx, progress).await?;
                    return Ok(Some(done.unwrap_or(Progress { table: table + 1, after: 0, ..progress })));
                }
                table += 1;
            } )+
        };
    }
    for_each_template_kind!(kinds, OfTemplate);
    for_each_kind!(kinds, OfInstance);
    kinds! { (OfStack) shared_vars: SharedVar, }
    // The log comes last: what was copied to it from a row until now is there.
    if table == progress.table {
        let next = Progress { table: table + 1, after: 0, ..progress };
        return Ok(Some(match sealed::reseal_batch(tx, progress.after).await? {
            Some(done) => Progress {
                after: done.last,
                seen: progress.seen + done.seen,
                sealed: progress.sealed + done.sealed,
                ..progress
            },
            None => next,
        }));
    }
    Ok(None)
}

async fn reseal_batch<O: Owner, K: Stored<O>>(tx: &Tx, mut progress: Progress) -> Result<Option<Progress>, DbErr> {
    let rows = K::Entity::find()
        .filter(K::id_column().gt(progress.after))
        .filter(Expr::cust("is_secret AND value IS NOT NULL"))
        .order_by_asc(K::id_column())
        .limit(BATCH)
        .lock_exclusive()
        .all(tx)
        .await?;
    let Some(last) = rows.last() else { return Ok(None) };
    progress.after = K::row_id(last);
    let current = tx.vault().current().map_err(|cause| DbErr::Custom(cause.to_string()))?;
    for row in rows {
        progress.seen += 1;
        let id = K::row_id(&row);
        let (owner, mut entry) = K::from_row(row);
        if entry.secret_text().and_then(|text| key_of(text).ok()).as_ref() == Some(&current) {
            continue;
        }
        open::<O, K>(&mut entry, owner, tx.vault())?;
        store::<O, K>(tx, id, owner, entry).await?;
        progress.sealed += 1;
    }
    Ok(Some(progress))
}

/// Encrypts an entry and updates its row.
async fn store<O: Owner, K: Stored<O>>(tx: &Tx, id: i64, owner: O::Id, mut entry: K) -> Result<(), DbErr> {
    seal::<O, K>(&mut entry, owner, tx.vault())?;
    K::Entity::update_many().set(entry.into_row(owner)).filter(K::id_column().eq(id)).exec(tx).await.map(drop)
}

/// Encrypts a batch of secrets that an earlier version stored as clear text; returns false when none were left.
pub async fn encrypt_plaintext(tx: &Tx) -> Result<bool, DbErr> {
    let mut found = false;
    macro_rules! kinds {
        (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if !found && <crate::kinds::$kind as crate::kinds::Kind>::HAS_SECRETS {
                found = seal_clear_batch::<$owner, crate::kinds::$kind>(tx).await?;
            } )+
        };
    }
    for_each_template_kind!(kinds, OfTemplate);
    for_each_kind!(kinds, OfInstance);
    kinds! { (OfStack) shared_vars: SharedVar, }
    Ok(found)
}

async fn seal_clear_batch<O: Owner, K: Stored<O>>(tx: &Tx) -> Result<bool, DbErr> {
    let table = table_of::<O, K>();
    let of_table = clear_secret::Column::TableName.eq(&table);
    let marks = clear_secret::Entity::find().filter(of_table).limit(BATCH).lock_exclusive().all(tx).await?;
    let ids: Vec<i64> = marks.iter().map(|mark| mark.row_id).collect();
    if ids.is_empty() {
        return Ok(false);
    }
    lock_current_key(tx).await?;
    for row in K::Entity::find().filter(K::id_column().is_in(ids)).lock_exclusive().all(tx).await? {
        let id = K::row_id(&row);
        let (owner, entry) = K::from_row(row);
        // A newer version wrote this row before the database was migrated down and up again.
        match open::<O, K>(&mut entry.clone(), owner, tx.vault()) {
            Ok(()) => {}
            Err(cause) if entry.secret_text().is_some_and(|text| key_of(text).is_ok()) => return Err(cause),
            Err(_) => store::<O, K>(tx, id, owner, entry).await?,
        }
    }
    let done = clear_secret::Column::Id.is_in(marks.iter().map(|mark| mark.id));
    clear_secret::Entity::delete_many().filter(done).exec(tx).await?;
    Ok(true)
}

#[derive(FromQueryResult)]
struct Counted {
    id: String,
    secrets: i64,
}

/// The number of secrets encrypted under each key.
pub async fn counts(db: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>, DbErr> {
    // The id stands between the second and the third dot: `devarch.v1.<key id>.…`.
    let id = |column: &str| match db.get_database_backend() {
        DatabaseBackend::Sqlite => format!("substr({column}, 12, instr(substr({column}, 12), '.') - 1)"),
        _ => format!("split_part({column}, '.', 3)"),
    };
    let of_rows = tables().into_iter().map(|table| {
        format!(
            "SELECT {} AS id, COUNT(*) AS secrets FROM {table} WHERE is_secret AND value IS NOT NULL GROUP BY 1",
            id("value")
        )
    });
    let of_log = sealed::columns().map(|(table, column)| {
        format!("SELECT {} AS id, COUNT(*) AS secrets FROM {table} WHERE {column} IS NOT NULL GROUP BY 1", id(column))
    });
    let mut counts = BTreeMap::new();
    for sql in of_rows.chain(of_log) {
        let rows = Counted::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?;
        for Counted { id, secrets } in rows {
            *counts.entry(id).or_default() += u64::try_from(secrets).unwrap_or_default();
        }
    }
    Ok(counts)
}

/// Whether the database's files may still contain clear text that no row shows.
pub async fn has_remains(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(repeated!(clear_secret::Entity::find().one(db))?.is_some())
}

/// The tables that hold secrets.
fn tables() -> Vec<String> {
    let mut tables = Vec::new();
    macro_rules! kinds {
        (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if <crate::kinds::$kind as crate::kinds::Kind>::HAS_SECRETS {
                tables.push(table_of::<$owner, crate::kinds::$kind>());
            } )+
        };
    }
    for_each_template_kind!(kinds, OfTemplate);
    for_each_kind!(kinds, OfInstance);
    kinds! { (OfStack) shared_vars: SharedVar, }
    tables
}

/// Removes leftover clear text from the database's files. Must not run in a transaction.
pub async fn clear_remains(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let statements: Vec<String> = match db.get_database_backend() {
        DatabaseBackend::Sqlite => vec!["VACUUM".to_owned(), "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()],
        _ => tables().into_iter().map(|table| format!("VACUUM (FULL) {table}")).collect(),
    };
    for sql in statements {
        db.execute_unprepared(&sql).await?;
    }
    clear_secret::Entity::delete_many().exec(db).await.map(drop)
}
