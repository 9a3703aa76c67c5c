//! Queries on `owned_entries`: which entries of a stack have an owner, who keeps them in a file.
//!
//! Called by the use cases that apply files and show owners. They must not decide what an owner may change.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use crate::{
    db::{
        Session, Tx,
        entities::{
            OwnedEntryModel, instance,
            owned_entry::{ActiveModel, Column, Entity},
        },
        queries::in_list::one_of,
    },
    ids::{InstanceId, StackId},
};

/// The most rows of one statement, which has a parameter for each column of each row.
const ROWS_OF_STATEMENT: usize = 1_000;

/// An entry that can be owned.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryRef {
    /// The instance; `None` for what belongs to the stack itself.
    pub instance: Option<InstanceId>,
    /// A kind of override, or what else can be owned.
    pub kind: &'static str,
    /// The key.
    pub key: String,
}

/// The owned entries of a stack, in no particular order.
pub async fn of_stack(tx: &Tx, stack: StackId) -> Result<Vec<OwnedEntryModel>, DbErr> {
    Entity::find().filter(Column::StackId.eq(stack)).all(tx).await
}

/// Records an owner of entries that have none.
pub async fn insert(tx: &Tx, stack: StackId, owner: &str, entries: &[EntryRef]) -> Result<(), DbErr> {
    for entries in entries.chunks(ROWS_OF_STATEMENT) {
        let rows = entries.iter().map(|entry| ActiveModel {
            id: NotSet,
            stack_id: Set(stack),
            instance_id: Set(entry.instance),
            kind: Set(entry.kind.to_owned()),
            entry_key: Set(entry.key.clone()),
            owner: Set(owner.to_owned()),
        });
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Deletes rows.
pub async fn delete(tx: &Tx, rows: &[i64]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let these = one_of(sea_orm::ConnectionTrait::get_database_backend(tx), "id", rows.iter().copied());
    Entity::delete_many().filter(these).exec(tx).await.map(drop)
}

/// The owners of entries of live instances and of the stacks themselves, each once and sorted.
pub async fn owners(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<String>>, DbErr> {
    #[derive(FromQueryResult)]
    struct Owner {
        stack_id: StackId,
        owner: String,
    }
    let these = one_of(db.get_database_backend(), "stack_id", stacks.iter().map(|id| id.0));
    let live = Query::select()
        .column(instance::Column::Id)
        .from(Alias::new("service_instances"))
        .and_where(Expr::col(instance::Column::DeletedAt).is_null())
        .take();
    let is_live = Condition::any().add(Column::InstanceId.is_null()).add(Column::InstanceId.in_subquery(live));
    let rows = Entity::find()
        .select_only()
        .column(Column::StackId)
        .column(Column::Owner)
        .distinct()
        .filter(these)
        .filter(is_live)
        .filter(db.within("stack_id"))
        .into_model::<Owner>()
        .all(db)
        .await?;
    let mut of_stack: HashMap<StackId, Vec<String>> = HashMap::new();
    for Owner { stack_id, owner } in rows {
        of_stack.entry(stack_id).or_default().push(owner);
    }
    // The order does not depend on the collation of the database.
    for owners in of_stack.values_mut() {
        owners.sort_unstable();
    }
    Ok(of_stack)
}
