//! Queries on dependencies between instances.
//!
//! Called by the use cases. They must not decide whether a cycle is an error.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{
    access::change::ChangeAction,
    db::{
        Session, Tx,
        entities::instance::{self, Column},
        entries,
        queries::in_list::one_of,
    },
    ids::{InstanceId, StackId},
    kinds::{Dependency, OfInstance, dependency::instance as table},
};

/// All dependencies in a stack, including those of trashed instances, which return with a restore.
pub async fn of_stack(db: &impl Session, stack: StackId) -> Result<Vec<(InstanceId, InstanceId)>, DbErr> {
    let members = Query::select().column(Column::Id).from(instance::Entity).and_where(Column::StackId.eq(stack)).take();
    table::Entity::find()
        .filter(Expr::col(table::Column::InstanceId).in_subquery(members))
        .select_only()
        .column(table::Column::InstanceId)
        .column(table::Column::DependsOn)
        .into_tuple()
        .all(db)
        .await
}

/// Records a change in every instance that depends on `on`, which is about to be purged. Each loses one override,
/// because an instance depends on another one at most once.
pub async fn touch_dependents(tx: &Tx, on: &instance::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    // Dependencies do not cross stacks.
    tx.changed().stack(on.stack_id);
    let lost = table::Entity::find().filter(table::Column::DependsOn.eq(on.id)).all(tx).await?;
    if lost.is_empty() {
        return Ok(());
    }
    let dependents = one_of(tx.get_database_backend(), "id", lost.iter().map(|row| row.instance_id.0));
    let touched = instance::Entity::update_many()
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::OverrideCount, Expr::col(Column::OverrideCount).sub(1))
        .filter(dependents)
        .exec_with_returning(tx)
        .await?;
    for row in lost {
        entries::log_deleted::<OfInstance, Dependency>(tx, row);
    }
    for instance in &touched {
        tx.log().touched(instance, ChangeAction::Update);
    }
    Ok(())
}
