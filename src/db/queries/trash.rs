//! Queries on the trash: its lists, and the obstacles to a restore.
//!
//! Called by the use cases. They must not decide what prevents a restore.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Select, Statement,
};

use crate::{
    db::{
        Session,
        entities::{InstanceModel, StackModel, instance, stack},
        queries::{
            in_list::{one_of, parameter},
            page::{Cursor, ListFilter, Page, Slice, SortValue, TRASHED_INSTANCES, TRASHED_STACKS},
            stack_instances::container_sql,
        },
    },
    ids::{InstanceId, StackId},
};

/// The cursor of a list sorted by time of deletion, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByDeletion {
    /// The time of deletion.
    pub deleted_at: DateTime<Utc>,
    /// The id, which breaks ties.
    pub id: i64,
}

impl Cursor for ByDeletion {
    const COLUMNS: &'static [&'static str] = &["deleted_at", "id"];
    const DESCENDING: bool = true;

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Time(self.deleted_at), SortValue::Number(self.id)]
    }
}

fn trashed_stacks(db: &impl Session) -> Select<stack::Entity> {
    stack::Entity::find().filter(TRASHED_STACKS.matching(db, ListFilter::default()))
}

/// Trashed instances, except those trashed together with their stack.
fn trashed_instances(db: &impl Session) -> Select<instance::Entity> {
    instance::Entity::find().filter(TRASHED_INSTANCES.matching(db, ListFilter::default()))
}

/// A page of trashed stacks.
pub async fn stacks(db: &impl Session, slice: &Slice<ByDeletion>) -> Result<Page<StackModel>, DbErr> {
    Ok(slice.page(slice.apply(trashed_stacks(db)).all(db).await?))
}

/// A page of the instances that were trashed on their own.
pub async fn instances(db: &impl Session, slice: &Slice<ByDeletion>) -> Result<Page<InstanceModel>, DbErr> {
    Ok(slice.page(slice.apply(trashed_instances(db)).all(db).await?))
}

/// The number of trashed stacks.
pub async fn count_stacks(db: &impl Session) -> Result<u64, DbErr> {
    trashed_stacks(db).count(db).await
}

/// The number of instances that were trashed on their own.
pub async fn count_instances(db: &impl Session) -> Result<u64, DbErr> {
    trashed_instances(db).count(db).await
}

/// The number of instances that were trashed together with each stack. Stacks without any are missing.
pub async fn count_members(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, i64>, DbErr> {
    let rows: Vec<(StackId, i64)> = instance::Entity::find()
        .filter(one_of(db.get_database_backend(), "stack_id", stacks.iter().map(|id| id.0)))
        .filter(db.within("stack_id"))
        .filter(instance::Column::DeletedAt.is_not_null())
        .filter(instance::Column::DeletedWithStack.eq(true))
        .select_only()
        .column(instance::Column::StackId)
        .column_as(instance::Column::Id.count(), "count")
        .group_by(instance::Column::StackId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// A trashed stack, and the obstacles to restoring it under its name.
#[derive(Clone, Debug, FromQueryResult)]
pub struct StackOutlook {
    /// The stack.
    pub id: StackId,
    /// Its name.
    pub name: String,
    /// The live stack that has the name now.
    pub holder: Option<StackId>,
    /// The longest name among the instances that would be restored; of equally long ones the oldest.
    pub longest: Option<String>,
}

/// Finds the obstacles to restoring stacks. Live stacks are missing.
pub async fn stack_outlook(db: &impl Session, stacks: &[StackId]) -> Result<Vec<StackOutlook>, DbErr> {
    let backend = db.get_database_backend();
    let (one_of_them, ids) = parameter(backend, stacks.iter().map(|id| id.0));
    let within_reach = db.scope().and("s.id");
    let sql = format!(
        "SELECT s.id, s.name, h.id AS holder, m.instance_id AS longest FROM stacks s
        LEFT JOIN stacks h ON h.name = s.name AND h.deleted_at IS NULL
        LEFT JOIN (
            SELECT stack_id, instance_id,
                ROW_NUMBER() OVER (PARTITION BY stack_id ORDER BY LENGTH(instance_id) DESC, created_at, id) AS place
            FROM service_instances WHERE stack_id {one_of_them} AND deleted_at IS NOT NULL AND deleted_with_stack
        ) AS m ON m.stack_id = s.id AND m.place = 1
        WHERE s.id {one_of_them} AND s.deleted_at IS NOT NULL{within_reach}"
    );
    StackOutlook::find_by_statement(Statement::from_sql_and_values(backend, sql, [ids])).all(db).await
}

/// A trashed instance, and the obstacles to restoring it under its names.
#[derive(Clone, Debug, FromQueryResult)]
pub struct InstanceOutlook {
    /// The instance.
    pub id: InstanceId,
    /// Its name.
    pub name: String,
    /// The name of its stack.
    pub stack: String,
    /// When its stack was deleted.
    pub stack_deleted_at: Option<DateTime<Utc>>,
    /// The live instance of its stack that has the name now.
    pub holder: Option<InstanceId>,
    /// The live instance that has its container name now.
    pub container_holder: Option<InstanceId>,
    /// The name of that instance.
    pub container_holder_name: Option<String>,
    /// The name of that instance's stack.
    pub container_holder_stack: Option<String>,
    /// The id of that instance's stack.
    pub container_holder_stack_id: Option<StackId>,
}

/// Finds the obstacles to restoring instances. Live instances are missing.
pub async fn instance_outlook(db: &impl Session, instances: &[InstanceId]) -> Result<Vec<InstanceOutlook>, DbErr> {
    let backend = db.get_database_backend();
    let (one_of_them, ids) = parameter(backend, instances.iter().map(|id| id.0));
    let within_reach = db.scope().and("i.stack_id");
    // The stack may have been renamed since.
    let container = container_sql("s.name", "i.instance_id");
    let sql = format!(
        "SELECT i.id, i.instance_id AS name, s.name AS stack, s.deleted_at AS stack_deleted_at, n.id AS holder,
            c.id AS container_holder, c.instance_id AS container_holder_name, cs.name AS container_holder_stack,
            cs.id AS container_holder_stack_id
        FROM service_instances i
        JOIN stacks s ON s.id = i.stack_id
        LEFT JOIN service_instances n
            ON n.stack_id = i.stack_id AND n.instance_id = i.instance_id AND n.deleted_at IS NULL
        LEFT JOIN service_instances c ON c.container_name = {container} AND c.deleted_at IS NULL
        LEFT JOIN stacks cs ON cs.id = c.stack_id
        WHERE i.id {one_of_them} AND i.deleted_at IS NOT NULL{within_reach}"
    );
    InstanceOutlook::find_by_statement(Statement::from_sql_and_values(backend, sql, [ids])).all(db).await
}
