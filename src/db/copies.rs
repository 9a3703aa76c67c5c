//! Copies of what instances say, inside the database: one statement for each table, however many rows there are. Only
//! kinds with secrets pass through the service, a few hundred rows at a time, since a secret is sealed for its owner.
//!
//! Called by the use cases that duplicate an instance or a stack. It must never know a concrete kind, except through the
//! registry.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};

use super::{
    Session, Tx,
    entities::{instance, override_rule},
    keys::one_of,
    members, secrets,
};
use crate::{
    ids::{InstanceId, StackId},
    kinds::{OfInstance, Stored, for_each_kind},
};

/// Whose rows are copied, and whose they become.
#[derive(Clone, Copy, Debug)]
pub enum Copied {
    /// Those of an instance, to another one.
    Instance {
        /// The source.
        from: InstanceId,
        /// The copy.
        to: InstanceId,
    },
    /// Those of a stack's live instances, to the instances of the same names in another stack.
    Stack {
        /// The source.
        from: StackId,
        /// The copy.
        to: StackId,
    },
}

/// Copies every override and rule.
pub async fn copy(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( copy_kind::<crate::kinds::$kind>(tx, what).await?; )+
        };
    }
    for_each_kind!(kinds);
    let (owner, id) = (override_rule::Column::InstanceId, override_rule::Column::Id);
    copy_table::<override_rule::Entity>(tx, what, owner, id, None).await
}

async fn copy_kind<K: Stored<OfInstance>>(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    if K::HAS_SECRETS {
        return copy_sealed::<K>(tx, what).await;
    }
    copy_table::<K::Entity>(tx, what, K::owner_column(), K::id_column(), K::REFERS_BY).await
}

/// Copies the rows of a kind with secrets, in their order: what is secret is opened and sealed for its new owner.
async fn copy_sealed<K: Stored<OfInstance>>(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    let new_owners: HashMap<InstanceId, InstanceId> = match what {
        Copied::Instance { from, to } => HashMap::from([(from, to)]),
        Copied::Stack { from, to } => {
            let copies = members::live(tx, to).await?;
            let copies: HashMap<String, InstanceId> = copies.into_iter().map(|row| (row.instance_id, row.id)).collect();
            let sources = members::live(tx, from).await?.into_iter();
            sources.filter_map(|row| Some((row.id, *copies.get(&row.instance_id)?))).collect()
        }
    };
    let owner = K::owner_column();
    let (mut after, mut held) = (0, false);
    loop {
        let rows = K::Entity::find()
            .filter(one_of(tx.get_database_backend(), owner.as_str(), new_owners.keys().map(|id| id.0)))
            .filter(K::id_column().gt(after))
            .order_by_asc(K::id_column())
            .limit(secrets::BATCH)
            .all(tx)
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = K::row_id(last);
        let whole = rows.len() as u64 == secrets::BATCH;
        let mut copies = Vec::with_capacity(rows.len());
        for row in rows {
            let (from, mut entry) = K::from_row(row);
            let Some(to) = new_owners.get(&from) else { continue };
            if entry.holds_secret() && !held {
                secrets::hold_current(tx).await?;
                held = true;
            }
            secrets::open::<OfInstance, K>(&mut entry, from, tx.vault())?;
            secrets::seal::<OfInstance, K>(&mut entry, *to, tx.vault())?;
            copies.push(entry.into_row(*to));
        }
        K::Entity::insert_many(copies).exec_without_returning(tx).await?;
        if !whole {
            return Ok(());
        }
    }
}

/// Copies the rows of one table. A column that refers to another instance leads to that one's copy, if it is copied too.
async fn copy_table<E: EntityTrait>(
    tx: &Tx,
    what: Copied,
    owner: E::Column,
    id: E::Column,
    refers_by: Option<&str>,
) -> Result<(), DbErr> {
    let columns: Vec<E::Column> =
        E::Column::iter().filter(|column| ![owner.as_str(), id.as_str()].contains(&column.as_str())).collect();
    let mut rows = Query::select();
    rows.from_as(E::default(), "entry").order_by(("entry", id), sea_orm::Order::Asc);
    let new_owner = match what {
        Copied::Instance { from, to } => {
            rows.and_where(Expr::col(("entry", owner)).eq(from));
            Expr::val(to)
        }
        Copied::Stack { from, to } => {
            twin(&mut rows, ["old", "new"], Expr::col(("entry", owner)), from, to);
            Expr::col(("new", instance::Column::Id))
        }
    };
    rows.expr(new_owner);
    for column in &columns {
        match what {
            Copied::Stack { from, to } if refers_by == Some(column.as_str()) => {
                twin(&mut rows, ["old_other", "new_other"], Expr::col(("entry", *column)), from, to);
                rows.column(("new_other", instance::Column::Id));
            }
            _ => {
                rows.column(("entry", *column));
            }
        }
    }
    let mut insert = Query::insert();
    insert.into_table(E::default()).columns(std::iter::once(owner).chain(columns));
    insert
        .select_from(rows)
        .map_err(|cause| DbErr::Custom(format!("copying {}: {cause}", E::default().table_name())))?;
    tx.execute(&insert).await.map(drop)
}

/// How many entries the copy of a stack's instance gets, for the instance in hand: all but those that refer to an
/// instance which is not copied.
pub(super) fn entries_copied(from: StackId) -> SimpleExpr {
    let mut count = Expr::col((instance::Entity, instance::Column::OverrideCount));
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if let Some(refers_by) = <crate::kinds::$kind as crate::kinds::Kind>::REFERS_BY {
                count = count.sub(left_out::<crate::kinds::$kind>(refers_by, from));
            } )+
        };
    }
    for_each_kind!(kinds);
    count
}

/// How many entries of a kind refer to an instance that is not copied with the stack, for the instance in hand.
fn left_out<K: Stored<OfInstance>>(refers_by: &'static str, from: StackId) -> SimpleExpr {
    use instance::{Column, Entity};
    let other = Expr::col(("entry", refers_by)).equals(("other", Column::Id));
    let select = Query::select()
        .expr(Expr::col(("entry", K::id_column())).count())
        .from_as(K::Entity::default(), "entry")
        .join_as(JoinType::InnerJoin, Entity, "other", other)
        .and_where(Expr::col(("entry", K::owner_column())).equals((Entity, Column::Id)))
        .and_where(live("other", from).not())
        .take();
    select.into()
}

/// That an instance is a live one of this stack.
fn live(table: &'static str, stack: StackId) -> SimpleExpr {
    use instance::Column;
    Expr::col((table, Column::StackId)).eq(stack).and(Expr::col((table, Column::DeletedAt)).is_null())
}

/// Joins the live instance with this key in one stack, and the one of the same name in the other.
fn twin(rows: &mut SelectStatement, [old, new]: [&'static str; 2], key: SimpleExpr, from: StackId, to: StackId) {
    use instance::Column;
    let same_name = Expr::col((new, Column::InstanceId)).equals((old, Column::InstanceId));
    rows.join_as(JoinType::InnerJoin, instance::Entity, old, Expr::col((old, Column::Id)).eq(key))
        .join_as(JoinType::InnerJoin, instance::Entity, new, same_name)
        .and_where(live(old, from))
        .and_where(live(new, to));
}
