//! Queries on instances.
//!
//! Called by the use cases. They must not decide what a missing row means.

use std::{collections::HashMap, hash::Hash};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, TryGetable, Value,
    sea_query::{Alias, Expr, ExprTrait, Query, SimpleExpr, WindowStatement},
};

use crate::{
    access::change::ChangeAction,
    db::{
        Session, Tx,
        entities::{
            InstanceModel,
            instance::{ActiveModel, Column, Entity},
        },
        queries::{
            in_list::one_of,
            page::{Cursor, INSTANCES, ListFilter, Page, Slice, SortValue},
            stacks::{RowLock, lock},
        },
    },
    fields::InstanceValues,
    ids::{self, InstanceId, StackId, TemplateId},
    name::{Name, storage_name},
};

/// The filter of a list of instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstanceFilter {
    /// A part of the name.
    pub search: Option<String>,
    /// Only enabled, or only disabled instances.
    pub enabled: Option<bool>,
}

/// The cursor of a list sorted by age, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByAge {
    /// The creation time.
    pub created_at: DateTime<Utc>,
    /// The id, which breaks ties.
    pub id: InstanceId,
}

impl Cursor for ByAge {
    const COLUMNS: &'static [&'static str] = &["created_at", "id"];

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Time(self.created_at), SortValue::Number(self.id.0)]
    }
}

impl<'f> From<&'f InstanceFilter> for ListFilter<'f> {
    fn from(filter: &'f InstanceFilter) -> Self {
        Self { search: filter.search.as_deref(), enabled: filter.enabled, category: None }
    }
}

/// A live instance of a stack, by its name.
pub async fn find_by_name(
    db: &impl Session,
    stack: StackId,
    name: &str,
    how: RowLock,
) -> Result<Option<InstanceModel>, DbErr> {
    let select = Entity::live().filter(Column::StackId.eq(stack)).filter(Column::InstanceId.eq(name));
    lock(select.filter(db.within("stack_id")), how).one(db).await
}

/// An instance by its id, trashed or not.
pub async fn find(db: &impl Session, id: InstanceId, how: RowLock) -> Result<Option<InstanceModel>, DbErr> {
    lock(Entity::find_by_id(id).filter(db.within("stack_id")), how).one(db).await
}

/// The live instance with this container name.
pub async fn find_by_container(db: &impl Session, container: &str) -> Result<Option<InstanceModel>, DbErr> {
    Entity::live().filter(Column::ContainerName.eq(container)).filter(db.within("stack_id")).one(db).await
}

/// Whether a live instance has this container name. Ignores the scope, because container names are unique across all
/// stacks.
pub async fn container_is_taken(db: &impl ConnectionTrait, container: &str) -> Result<bool, DbErr> {
    Ok(Entity::live().filter(Column::ContainerName.eq(container)).count(db).await? > 0)
}

/// The most recently trashed instance with this name in a stack.
pub async fn find_trashed(db: &impl Session, stack: StackId, name: &str) -> Result<Option<InstanceModel>, DbErr> {
    Entity::find()
        .filter(Column::StackId.eq(stack))
        .filter(Column::InstanceId.eq(name))
        .filter(Column::DeletedAt.is_not_null())
        .filter(db.within("stack_id"))
        .order_by_desc(Column::DeletedAt)
        .order_by_desc(Column::Id)
        .one(db)
        .await
}

/// Instances by their ids, including trashed ones.
pub async fn load(db: &impl Session, ids: &[InstanceId]) -> Result<Vec<InstanceModel>, DbErr> {
    let these = one_of(db.get_database_backend(), "id", ids.iter().map(|id| id.0));
    Entity::find().filter(these).filter(db.within("stack_id")).all(db).await
}

fn using_template(db: &impl Session, template: TemplateId) -> Select<Entity> {
    Entity::find().filter(Column::TemplateServiceId.eq(template)).filter(db.within("stack_id"))
}

/// The oldest instances that use a template, including trashed ones.
pub async fn oldest_users(db: &impl Session, template: TemplateId, at_most: u64) -> Result<Vec<InstanceModel>, DbErr> {
    let sorted = using_template(db, template).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    sorted.limit(at_most).all(db).await
}

/// The number of instances that use a template, including trashed ones.
pub async fn count_users(db: &impl Session, template: TemplateId) -> Result<u64, DbErr> {
    using_template(db, template).count(db).await
}

/// All live instances that use a template, oldest first.
pub async fn of_template(db: &impl Session, template: TemplateId) -> Result<Vec<InstanceModel>, DbErr> {
    let select = Entity::live().filter(Column::TemplateServiceId.eq(template)).filter(db.within("stack_id"));
    select.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await
}

/// All instances that use a template, those in the trash too, oldest first.
pub async fn of_template_with_trashed(tx: &Tx, template: TemplateId) -> Result<Vec<InstanceModel>, DbErr> {
    let select = Entity::find().filter(Column::TemplateServiceId.eq(template));
    select.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(tx).await
}

/// All live instances of some stacks, oldest first.
pub async fn of_stacks(db: &impl Session, stacks: &[StackId]) -> Result<Vec<InstanceModel>, DbErr> {
    let select = Entity::live().filter(of_parents(db, stacks)).filter(db.within("stack_id"));
    select.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await
}

fn matching(db: &impl Session, filter: &InstanceFilter) -> Condition {
    INSTANCES.matching(db, filter.into())
}

/// The parent of a list of instances: a stack or a template.
pub trait Parent: Copy + Eq + Hash + Into<i64> + Into<Value> + TryGetable + Send + Sync + 'static {
    /// The column that refers to the parent.
    const COLUMN: Column;
    /// The parent of an instance.
    fn of(row: &InstanceModel) -> Self;
}

impl Parent for StackId {
    const COLUMN: Column = Column::StackId;
    fn of(row: &InstanceModel) -> Self {
        row.stack_id
    }
}

impl Parent for TemplateId {
    const COLUMN: Column = Column::TemplateServiceId;
    fn of(row: &InstanceModel) -> Self {
        row.template_service_id
    }
}

fn of_parents<P: Parent>(db: &impl Session, parents: &[P]) -> SimpleExpr {
    one_of(db.get_database_backend(), P::COLUMN.as_str(), parents.iter().map(|id| (*id).into()))
}

/// A page of live instances for each parent, oldest first, in one statement.
pub async fn pages<P: Parent>(
    db: &impl Session,
    parents: &[P],
    filter: &InstanceFilter,
    slice: &Slice<ByAge>,
) -> Result<HashMap<P, Page<InstanceModel>>, DbErr> {
    let rows = match parents {
        [parent] => {
            let select = Entity::find().filter(P::COLUMN.eq(*parent)).filter(matching(db, filter));
            slice.apply(select).all(db).await?
        }
        _ => fetch_windowed(db, parents, filter, slice).await?,
    };
    let mut of_parent: HashMap<P, Vec<InstanceModel>> = parents.iter().map(|id| (*id, Vec::new())).collect();
    for row in rows {
        of_parent.entry(P::of(&row)).or_default().push(row);
    }
    Ok(of_parent.into_iter().map(|(parent, rows)| (parent, slice.page(rows))).collect())
}

/// Fetches the pages of several parents with a window function that numbers the rows of each parent.
async fn fetch_windowed<P: Parent>(
    db: &impl Session,
    parents: &[P],
    filter: &InstanceFilter,
    slice: &Slice<ByAge>,
) -> Result<Vec<InstanceModel>, DbErr> {
    let mut window = WindowStatement::partition_by(P::COLUMN);
    let mut numbered = Query::select();
    numbered.columns(Column::iter()).from(Entity);
    for column in ByAge::COLUMNS {
        sea_orm::sea_query::OrderedStatement::order_by(&mut window, Alias::new(*column), slice.order());
    }
    numbered
        .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
        .and_where(of_parents(db, parents))
        .cond_where(matching(db, filter));
    for bound in slice.bounds() {
        numbered.and_where(bound);
    }
    let query = Query::select()
        .columns(Column::iter())
        .from_subquery(numbered.take(), Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).lte(slice.fetch()))
        .order_by(Alias::new("place"), sea_orm::sea_query::Order::Asc)
        .take();
    InstanceModel::find_by_statement(db.get_database_backend().build(&query)).all(db).await
}

/// The number of live instances of each parent that match the filter.
pub async fn counts<P: Parent>(
    db: &impl Session,
    parents: &[P],
    filter: &InstanceFilter,
) -> Result<HashMap<P, i64>, DbErr> {
    let rows: Vec<(P, i64)> = Entity::find()
        .filter(of_parents(db, parents))
        .filter(matching(db, filter))
        .select_only()
        .column(P::COLUMN)
        .column_as(Column::Id.count(), "count")
        .group_by(P::COLUMN)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The values of a new instance.
#[derive(Clone, Debug)]
pub struct NewInstance {
    /// The stack.
    pub stack: StackId,
    /// The template.
    pub template: TemplateId,
    /// The name.
    pub name: Name,
    /// The container name, derived from stack and name.
    pub container_name: String,
    /// The values that clients set.
    pub values: InstanceValues,
    /// The number of overrides that the caller is about to insert.
    pub override_count: i32,
    /// From which its generated secrets follow; `None` for its own storage name.
    pub secret_seed: Option<String>,
}

/// Inserts an instance. The caller inserts its overrides.
pub async fn insert(tx: &Tx, new: NewInstance, now: DateTime<Utc>) -> Result<InstanceModel, DbErr> {
    let id: InstanceId = ids::fresh(tx.random(), now);
    let row = ActiveModel {
        id: Set(id),
        storage_name: Set(storage_name(&new.container_name, id.0)),
        stack_id: Set(new.stack),
        instance_id: Set(new.name.as_str().to_owned()),
        template_service_id: Set(new.template),
        container_name: Set(new.container_name),
        override_count: Set(new.override_count),
        secret_seed: Set(new.secret_seed.unwrap_or_default()),
        created_at: Set(now),
        updated_at: Set(now),
        ..new.values.into()
    };
    tx.changed().stack(new.stack);
    let row = Entity::insert(row).exec_with_returning(tx).await?;
    tx.log().created(&row);
    Ok(row)
}

/// The values of a new instance without overrides, which refers to stack and template by name.
#[derive(Clone, Copy, Debug)]
pub struct SingleStatementCreate<'a> {
    /// The stack.
    pub stack: &'a str,
    /// The template.
    pub template: &'a str,
    /// The name.
    pub name: &'a Name,
    /// The container name, derived from stack and name.
    pub container_name: &'a str,
    /// The values that clients set.
    pub values: &'a InstanceValues,
}

/// The fields that an update changes. `None` leaves a field unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceChange {
    /// The name, with the container name derived from it.
    pub name: Option<(Name, String)>,
    /// The values that clients set.
    pub values: Option<InstanceValues>,
    /// True moves it to the trash, false restores it.
    pub trashed: Option<bool>,
    /// By how many the override count grows; negative if it shrinks.
    pub more_overrides: i32,
}

/// Updates an instance and increments its revision. A change of its overrides is recorded in the same way.
pub async fn update(
    tx: &Tx,
    before: &InstanceModel,
    change: InstanceChange,
    now: DateTime<Utc>,
) -> Result<InstanceModel, DbErr> {
    let action = match (change.trashed, &change.name, &change.values) {
        (Some(true), ..) => ChangeAction::SoftDelete,
        (Some(false), ..) => ChangeAction::Restore,
        (None, Some(_), None) => ChangeAction::Rename,
        _ => ChangeAction::Update,
    };
    let mut update = Entity::update_many()
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(before.id));
    if let Some((name, container)) = change.name {
        update = update
            .col_expr(Column::InstanceId, Expr::value(name.as_str()))
            .col_expr(Column::ContainerName, Expr::value(container));
    }
    if let Some(values) = change.values {
        update = update.set(ActiveModel::from(values));
    }
    if let Some(trashed) = change.trashed {
        update = update
            .col_expr(Column::DeletedAt, Expr::value(trashed.then_some(now)))
            .col_expr(Column::DeletedWithStack, Expr::value(false));
    }
    if change.more_overrides != 0 {
        update = update.col_expr(Column::OverrideCount, Expr::col(Column::OverrideCount).add(change.more_overrides));
    }
    let row = crate::db::one_row(update.exec_with_returning(tx).await?)?;
    tx.changed().stack(row.stack_id);
    tx.log().updated(before, &row, action);
    Ok(row)
}

/// Deletes an instance, and its overrides by cascade.
pub async fn delete(tx: &Tx, instance: &InstanceModel) -> Result<(), DbErr> {
    tx.changed().lists();
    tx.log().deleted(instance);
    Entity::delete_by_id(instance.id).exec(tx).await.map(drop)
}
