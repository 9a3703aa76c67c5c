//! Queries on stacks.
//!
//! Called by the use cases. They must never decide what absence means.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use crate::{
    db::{
        Session, Tx,
        entities::{
            StackModel, instance,
            stack::{ActiveModel, Column, Entity},
        },
        queries::{
            in_list::one_of,
            page::{Cursor, Page, Slice, contains},
        },
    },
    ids::{self, StackId},
    name::Name,
};

/// Which stacks a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StackFilter {
    /// RowSet of the name.
    pub search: Option<String>,
    /// Only enabled, or only disabled ones.
    pub enabled: Option<bool>,
}

/// Lists are sorted by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByName(pub String);

impl Cursor for ByName {
    fn values(&self) -> Vec<SimpleExpr> {
        vec![Expr::val(self.0.clone())]
    }
}

/// How strongly a row is held until the transaction ends (SQLite: the one writer holds everything anyway).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLock {
    /// Not at all.
    No,
    /// Nobody may change it.
    Shared,
    /// Nobody may change it or hold it shared.
    Exclusive,
}

pub(in crate::db) fn hold<E: EntityTrait>(select: Select<E>, hold: RowLock) -> Select<E> {
    match hold {
        RowLock::No => select,
        RowLock::Shared => select.lock_shared(),
        RowLock::Exclusive => select.lock_exclusive(),
    }
}

/// A live stack by its name.
pub async fn find_by_name(db: &impl Session, name: &str, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    hold(Entity::live().filter(Column::Name.eq(name)).filter(db.within("id")), how).one(db).await
}

/// A live stack by its key.
pub async fn find(db: &impl Session, id: StackId, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    hold(Entity::live().filter(Column::Id.eq(id)).filter(db.within("id")), how).one(db).await
}

/// A stack by its key, trashed or not.
pub async fn find_any(db: &impl Session, id: StackId, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    hold(Entity::find_by_id(id).filter(db.within("id")), how).one(db).await
}

/// The trashed stack that had a name last.
pub async fn find_trashed(db: &impl Session, name: &str) -> Result<Option<StackModel>, DbErr> {
    Entity::find()
        .filter(Column::Name.eq(name))
        .filter(Column::DeletedAt.is_not_null())
        .filter(db.within("id"))
        .order_by_desc(Column::DeletedAt)
        .order_by_desc(Column::Id)
        .one(db)
        .await
}

/// Stacks by their keys, trashed ones included.
pub async fn load(db: &impl Session, ids: &[StackId]) -> Result<Vec<StackModel>, DbErr> {
    let these = one_of(db.get_database_backend(), "id", ids.iter().map(|id| id.0));
    Entity::find().filter(these).filter(db.within("id")).all(db).await
}

/// The live stack that has a name, whoever reaches it: a name can be used once.
pub async fn holder_of_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<StackId>, DbErr> {
    let held = Entity::live().filter(Column::Name.eq(name)).select_only().column(Column::Id);
    held.into_tuple().one(db).await
}

/// The names of live stacks that start with `prefix` (which has no wildcard characters); of all stacks, because a name
/// can be used once, whoever reaches it.
pub async fn names(db: &impl ConnectionTrait, prefix: &str) -> Result<Vec<String>, DbErr> {
    Entity::live()
        .filter(Column::Name.like(format!("{prefix}%")))
        .select_only()
        .column(Column::Name)
        .into_tuple()
        .all(db)
        .await
}

fn filtered(db: &impl Session, filter: &StackFilter) -> Select<Entity> {
    let mut select = Entity::live().filter(db.within("id"));
    if let Some(text) = &filter.search {
        select = select.filter(contains(Column::Name, text));
    }
    if let Some(enabled) = filter.enabled {
        select = select.filter(Column::Enabled.eq(enabled));
    }
    select
}

/// A page of live stacks, by name.
pub async fn page(db: &impl Session, filter: &StackFilter, slice: &Slice<ByName>) -> Result<Page<StackModel>, DbErr> {
    Ok(slice.page(slice.apply(filtered(db, filter), &[Column::Name]).all(db).await?))
}

/// How many live stacks a list has in all.
pub async fn count(db: &impl Session, filter: &StackFilter) -> Result<u64, DbErr> {
    filtered(db, filter).count(db).await
}

/// Creates a stack.
pub async fn insert(
    tx: &Tx,
    name: &str,
    description: &str,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<StackModel, DbErr> {
    let row = ActiveModel {
        id: Set(ids::fresh(now)),
        name: Set(name.to_owned()),
        description: Set(description.to_owned()),
        enabled: Set(enabled),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    Entity::insert(row).exec_with_returning(tx).await
}

/// What an update of a stack changes; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct StackChange {
    /// The name.
    pub name: Option<Name>,
    /// The description.
    pub description: Option<String>,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// Into the trash (true) or out of it (false).
    pub trashed: Option<bool>,
}

/// Changes a stack and raises its revision.
pub async fn update(tx: &Tx, id: StackId, change: StackChange, now: DateTime<Utc>) -> Result<StackModel, DbErr> {
    let mut update = Entity::update_many()
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id));
    if let Some(name) = change.name {
        update = update.col_expr(Column::Name, Expr::value(name.as_str()));
    }
    if let Some(description) = change.description {
        update = update.col_expr(Column::Description, Expr::value(description));
    }
    if let Some(enabled) = change.enabled {
        update = update.col_expr(Column::Enabled, Expr::value(enabled));
    }
    if let Some(trashed) = change.trashed {
        update = update.col_expr(Column::DeletedAt, Expr::value(trashed.then_some(now)));
    }
    tx.changed().stack(id);
    crate::db::one_row(update.exec_with_returning(tx).await?)
}

/// Deletes a stack; its instances and all that is theirs go with it.
pub async fn delete(tx: &Tx, id: StackId) -> Result<(), DbErr> {
    Entity::delete_by_id(id).exec(tx).await.map(drop)
}

/// Puts the live instances of a stack into the trash with it, and remembers that it was so.
pub async fn trash_instances(tx: &Tx, id: StackId, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(id);
    instance::Entity::update_many()
        .col_expr(instance::Column::Revision, Expr::col(instance::Column::Revision).add(1))
        .col_expr(instance::Column::UpdatedAt, Expr::value(now))
        .col_expr(instance::Column::DeletedAt, Expr::value(now))
        .col_expr(instance::Column::DeletedWithStack, Expr::value(true))
        .filter(instance::Column::StackId.eq(id))
        .filter(instance::Column::DeletedAt.is_null())
        .exec(tx)
        .await
        .map(drop)
}
