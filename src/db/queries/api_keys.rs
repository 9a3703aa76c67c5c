//! Queries on API keys. They take no scope, because a key belongs to no stack.
//!
//! Called by the use cases. They must not decide whether a key is valid.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::Expr,
};

use crate::{
    access::api_key::KeyDigest,
    access::change::{ChangeAction, Subject},
    db::{
        Tx,
        change_log::NewChange,
        entities::{
            ApiKeyModel,
            api_key::{ActiveModel, Column, Entity, plan},
            api_key_stack as reach,
        },
        queries::in_list::{nth, one_of, texts},
    },
    ids::StackId,
};

/// A key found by its hash: one row for each stack to which it has access, or one without a stack.
#[derive(Clone, Debug, FromQueryResult)]
pub struct FoundKey {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The role.
    pub role: String,
    /// The half of the hash by which it was found.
    pub lookup: String,
    /// The half of the hash that has to be compared.
    pub verifier: String,
    /// Whether the key is limited to some stacks.
    pub limited: bool,
    /// Whether it requires plans.
    pub requires_plan: bool,
    /// When the key expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// One of its stacks.
    pub stack_id: Option<StackId>,
}

/// Finds the key that is not revoked by the first half of its hash. This is the one statement that authentication adds
/// to a request.
pub async fn find(db: &impl ConnectionTrait, digest: &KeyDigest) -> Result<Vec<FoundKey>, DbErr> {
    let sql = format!("{FOUND} WHERE k.lookup = $1 AND k.revoked_at IS NULL");
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [digest.lookup().into()]);
    FoundKey::find_by_statement(statement).all(db).await
}

/// Finds many keys as [`find`] does, in any order.
pub async fn find_all(db: &impl ConnectionTrait, lookups: &[String]) -> Result<Vec<FoundKey>, DbErr> {
    let backend = db.get_database_backend();
    let sql = format!("{FOUND} WHERE k.lookup {} AND k.revoked_at IS NULL", nth(backend, 1));
    let statement = Statement::from_sql_and_values(backend, sql, [texts(backend, lookups)]);
    FoundKey::find_by_statement(statement).all(db).await
}

const FOUND: &str = "SELECT k.id, k.name, k.role, k.lookup, k.verifier, k.limited, k.requires_plan, k.expires_at, s.stack_id \
                     FROM api_keys AS k LEFT JOIN api_key_stacks AS s ON s.api_key_id = k.id";

/// The key that signs the tokens of plans, which the migration has made.
pub async fn plan_key(db: &impl ConnectionTrait) -> Result<Vec<u8>, DbErr> {
    let row = plan::Entity::find().one(db).await?;
    let missing = || DbErr::RecordNotFound("the key for plans is missing".to_owned());
    Ok(row.ok_or_else(missing)?.secret.into_bytes())
}

/// Whether a key was ever created, including revoked ones. Revoking the last key does not switch authentication off.
pub async fn any(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let found: Option<i64> = Entity::find().select_only().column(Column::Id).limit(1).into_tuple().one(db).await?;
    Ok(found.is_some())
}

/// All keys with their stacks, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<(ApiKeyModel, Vec<StackId>)>, DbErr> {
    let keys = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await?;
    let ids = one_of(db.get_database_backend(), "api_key_id", keys.iter().map(|key| key.id));
    let stacks = reach::Entity::find().filter(ids).order_by_asc(reach::Column::StackId).all(db).await?;
    let of = |key: &ApiKeyModel| stacks.iter().filter(|row| row.api_key_id == key.id).map(|row| row.stack_id).collect();
    Ok(keys.into_iter().map(|key| (key.clone(), of(&key))).collect())
}

/// The values of a new key.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// The name.
    pub name: &'a str,
    /// The role.
    pub role: &'a str,
    /// The first characters of the key.
    pub hint: String,
    /// The half of the hash that finds the row.
    pub lookup: String,
    /// The half of the hash that is compared.
    pub verifier: String,
    /// The stacks to which it has access; `None` for all.
    pub stacks: Option<&'a [StackId]>,
    /// Whether it requires plans.
    pub requires_plan: bool,
    /// When the key expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Inserts a key.
pub async fn insert(tx: &Tx, new: NewKey<'_>, now: DateTime<Utc>) -> Result<ApiKeyModel, DbErr> {
    let row = ActiveModel {
        id: NotSet,
        name: Set(new.name.to_owned()),
        role: Set(new.role.to_owned()),
        hint: Set(new.hint),
        lookup: Set(new.lookup),
        verifier: Set(new.verifier),
        limited: Set(new.stacks.is_some()),
        requires_plan: Set(new.requires_plan),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        revoked_at: Set(None),
    };
    let key = Entity::insert(row).exec_with_returning(tx).await?;
    let rows: Vec<_> = new
        .stacks
        .unwrap_or_default()
        .iter()
        .map(|stack| reach::ActiveModel { id: NotSet, api_key_id: Set(key.id), stack_id: Set(*stack) })
        .collect();
    if !rows.is_empty() {
        reach::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    log(tx, &key, ChangeAction::Create);
    Ok(key)
}

/// Revokes the key with this name; `None` if there is no such key, or it was revoked before.
pub async fn revoke(tx: &Tx, name: &str, now: DateTime<Utc>) -> Result<Option<ApiKeyModel>, DbErr> {
    let revoked = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Name.eq(name))
        .filter(Column::RevokedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    let revoked = revoked.into_iter().next();
    if let Some(key) = &revoked {
        log(tx, key, ChangeAction::Revoke);
    }
    Ok(revoked)
}

fn log(tx: &Tx, key: &ApiKeyModel, action: ChangeAction) {
    tx.changed().lists();
    tx.log().change(NewChange {
        subject: Subject::Key(key.id),
        stack: None,
        name: key.name.clone(),
        action,
        revision: None,
        source: None,
        is_new: action == ChangeAction::Create,
    });
}
