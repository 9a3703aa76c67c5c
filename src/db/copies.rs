//! Copies of what instances say, inside the database: one statement for each table, however many rows there are.
//!
//! Called by the use cases that duplicate an instance or a stack. It must never know a concrete kind, except through the
//! registry.

use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, JoinType,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};

use super::{
    Tx,
    entities::{instance, override_rule},
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
    copy_table::<K::Entity>(tx, what, K::owner_column(), K::id_column(), K::REFERS_BY).await
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

/// Joins the live instance with this key in one stack, and the one of the same name in the other.
fn twin(rows: &mut SelectStatement, [old, new]: [&'static str; 2], key: SimpleExpr, from: StackId, to: StackId) {
    use instance::Column;
    let live = |table: &'static str, stack: StackId| {
        Expr::col((table, Column::StackId)).eq(stack).and(Expr::col((table, Column::DeletedAt)).is_null())
    };
    let same_name = Expr::col((new, Column::InstanceId)).equals((old, Column::InstanceId));
    rows.join_as(JoinType::InnerJoin, instance::Entity, old, Expr::col((old, Column::Id)).eq(key))
        .join_as(JoinType::InnerJoin, instance::Entity, new, same_name)
        .and_where(live(old, from))
        .and_where(live(new, to));
}
