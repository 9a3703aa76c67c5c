//! Queries on stacks.
//!
//! Called by the use cases. They must not decide what a missing row means.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    access::change::ChangeAction,
    db::{
        Session, Tx,
        entities::{
            StackModel, instance,
            stack::{ActiveModel, Column, Entity},
        },
        queries::{
            copies::forks,
            in_list::one_of,
            page::{Cursor, ListFilter, Page, STACKS, Slice, SortValue},
        },
    },
    fields::StackValues,
    ids::{self, StackId},
    name::{Name, project_name, storage_name},
};

/// The filter of a list of stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StackFilter {
    /// A part of the name.
    pub search: Option<String>,
    /// Only enabled, or only disabled stacks.
    pub enabled: Option<bool>,
}

/// The cursor of a list sorted by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByName(pub String);

impl Cursor for ByName {
    const COLUMNS: &'static [&'static str] = &["name"];

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Text(&self.0)]
    }
}

impl<'f> From<&'f StackFilter> for ListFilter<'f> {
    fn from(filter: &'f StackFilter) -> Self {
        Self { search: filter.search.as_deref(), enabled: filter.enabled, category: None }
    }
}

/// The lock that a transaction takes on a row until it ends. SQLite ignores it, because there is one writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLock {
    /// No lock.
    None,
    /// Other transactions cannot change the row.
    Shared,
    /// Other transactions can neither change the row nor lock it.
    Exclusive,
}

pub(in crate::db) fn lock<E: EntityTrait>(select: Select<E>, hold: RowLock) -> Select<E> {
    match hold {
        RowLock::None => select,
        RowLock::Shared => select.lock_shared(),
        RowLock::Exclusive => select.lock_exclusive(),
    }
}

/// A live stack by its name.
pub async fn find_by_name(db: &impl Session, name: &str, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    lock(Entity::live().filter(Column::Name.eq(name)).filter(db.within("id")), how).one(db).await
}

/// A live stack by its id.
pub async fn find(db: &impl Session, id: StackId, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    lock(Entity::live().filter(Column::Id.eq(id)).filter(db.within("id")), how).one(db).await
}

/// A stack by its id, trashed or not.
pub async fn find_any(db: &impl Session, id: StackId, how: RowLock) -> Result<Option<StackModel>, DbErr> {
    lock(Entity::find_by_id(id).filter(db.within("id")), how).one(db).await
}

/// The most recently trashed stack with this name.
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

/// Stacks by their ids, including trashed ones.
pub async fn load(db: &impl Session, ids: &[StackId]) -> Result<Vec<StackModel>, DbErr> {
    let these = one_of(db.get_database_backend(), "id", ids.iter().map(|id| id.0));
    Entity::find().filter(these).filter(db.within("id")).all(db).await
}

/// The live stack with this name. Ignores the scope, because names are unique across all stacks.
pub async fn holder_of_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<StackId>, DbErr> {
    let held = Entity::live().filter(Column::Name.eq(name)).select_only().column(Column::Id);
    held.into_tuple().one(db).await
}

/// The names of live stacks that start with `prefix`, which must not contain wildcard characters. Ignores the scope,
/// because names are unique across all stacks.
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
    Entity::find().filter(STACKS.matching(db, filter.into()))
}

/// A page of live stacks, sorted by name.
pub async fn page(db: &impl Session, filter: &StackFilter, slice: &Slice<ByName>) -> Result<Page<StackModel>, DbErr> {
    Ok(slice.page(slice.apply(filtered(db, filter)).all(db).await?))
}

/// The number of live stacks that match the filter.
pub async fn count(db: &impl Session, filter: &StackFilter) -> Result<u64, DbErr> {
    filtered(db, filter).count(db).await
}

/// Inserts a stack.
pub async fn insert(tx: &Tx, name: &str, values: StackValues, now: DateTime<Utc>) -> Result<StackModel, DbErr> {
    tx.changed().lists();
    let id: StackId = ids::fresh(tx.random(), now);
    let row = ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        storage_name: Set(storage_name(&project_name(name), id.0)),
        created_at: Set(now),
        updated_at: Set(now),
        ..values.into()
    };
    let row = Entity::insert(row).exec_with_returning(tx).await?;
    tx.log().created(&row);
    Ok(row)
}

/// The fields that an update changes. `None` leaves a field unchanged.
#[derive(Clone, Debug, Default)]
pub struct StackChange {
    /// The name.
    pub name: Option<Name>,
    /// The values that clients set.
    pub values: Option<StackValues>,
    /// True moves it to the trash, false restores it.
    pub trashed: Option<bool>,
}

/// Updates a stack and increments its revision.
pub async fn update(
    tx: &Tx,
    before: &StackModel,
    change: StackChange,
    now: DateTime<Utc>,
) -> Result<StackModel, DbErr> {
    let action = match (change.trashed, &change.name) {
        (Some(true), _) => ChangeAction::SoftDelete,
        (Some(false), _) => ChangeAction::Restore,
        (None, Some(_)) => ChangeAction::Rename,
        (None, None) => ChangeAction::Update,
    };
    let mut update = Entity::update_many()
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(before.id));
    if let Some(name) = change.name {
        update = update.col_expr(Column::Name, Expr::value(name.as_str()));
    }
    if let Some(values) = change.values {
        update = update.set(ActiveModel::from(values));
    }
    if let Some(trashed) = change.trashed {
        update = update.col_expr(Column::DeletedAt, Expr::value(trashed.then_some(now)));
    }
    tx.changed().stack(before.id);
    let row = crate::db::one_row(update.exec_with_returning(tx).await?)?;
    match change.trashed {
        Some(true) => forks::trashed(tx, row.id).await?,
        Some(false) => forks::restored(tx, row.id, now).await?,
        None => {}
    }
    tx.log().updated(before, &row, action);
    Ok(row)
}

/// Deletes a stack, and its instances by cascade.
pub async fn delete(tx: &Tx, stack: &StackModel) -> Result<(), DbErr> {
    tx.changed().stack(stack.id);
    tx.log().deleted(stack);
    Entity::delete_by_id(stack.id).exec(tx).await.map(drop)
}

/// Moves the live instances of a stack to the trash and marks them as trashed together with it.
pub async fn trash_instances(tx: &Tx, id: StackId, now: DateTime<Utc>) -> Result<(), DbErr> {
    tx.changed().stack(id);
    let trashed = instance::Entity::update_many()
        .col_expr(instance::Column::Revision, Expr::col(instance::Column::Revision).add(1))
        .col_expr(instance::Column::UpdatedAt, Expr::value(now))
        .col_expr(instance::Column::DeletedAt, Expr::value(now))
        .col_expr(instance::Column::DeletedWithStack, Expr::value(true))
        .filter(instance::Column::StackId.eq(id))
        .filter(instance::Column::DeletedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    for instance in &trashed {
        tx.log().touched(instance, ChangeAction::SoftDelete);
    }
    Ok(())
}
