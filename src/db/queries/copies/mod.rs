//! Copies overrides inside the database: one statement for each table, or one for all of them, for any number of rows.
//!
//! Called by the use cases that duplicate an instance or a stack, or fork one. It must not depend on a concrete kind
//! except through the registry. Only kinds with secrets pass through the service, in batches, because a secret is
//! encrypted for its owner; and those that a fork changes.

pub mod changed;
pub mod forks;

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IdenStatic, Iterable, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, SimpleExpr},
};

use crate::{
    db::{
        Session, Tx,
        entities::{instance, override_rule},
        queries::{in_list::one_of, stack_instances},
        secrets,
    },
    ids::{InstanceId, StackId},
    kinds::{OfInstance, OverrideKind, Stored, for_each_kind},
};

/// The source and the target of a copy.
#[derive(Clone, Copy, Debug)]
pub enum Copied {
    /// From one instance to another.
    Instance {
        /// The source.
        from: InstanceId,
        /// The copy.
        to: InstanceId,
    },
    /// From the live instances of a stack to the instances with the same names in another stack.
    Stack {
        /// The source.
        from: StackId,
        /// The copy.
        to: StackId,
    },
}

/// Copies all overrides and rules.
pub async fn copy(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    match what {
        Copied::Instance { from, to } => copy_instance(tx, from, to).await,
        Copied::Stack { from, to } => copy_stack(tx, from, to, &[]).await,
    }
}

/// Copies the rules of a stack, and the overrides of all kinds but some.
pub async fn copy_stack(tx: &Tx, from: StackId, to: StackId, but: &[OverrideKind]) -> Result<(), DbErr> {
    let what = Copied::Stack { from, to };
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if !but.contains(&OverrideKind::$kind) {
                copy_kind::<crate::kinds::$kind>(tx, what).await?;
            } )+
        };
    }
    for_each_kind!(kinds);
    let (owner, id) = (override_rule::Column::InstanceId, override_rule::Column::Id);
    copy_table::<override_rule::Entity>(tx, what, owner, id, None).await
}

/// Copies the overrides of one instance, a few rows of many tables. PostgreSQL does it in one statement, because twelve
/// round trips would cost more than the rows.
async fn copy_instance(tx: &Tx, from: InstanceId, to: InstanceId) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let [source, copy] = if backend == DbBackend::Sqlite { ["?1", "?2"] } else { ["$1", "$2"] };
    let (mut inserts, mut secrets) = (Vec::new(), Vec::new());
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( inserts.push(insert_kind::<crate::kinds::$kind>(source, copy, &mut secrets)); )+
        };
    }
    for_each_kind!(kinds);
    let (owner, id) = (override_rule::Column::InstanceId, override_rule::Column::Id);
    inserts.push(insert_copies::<override_rule::Entity>(owner, id, source, copy));
    let secrets = format!("SELECT {} AS any_secrets", secrets.join(" OR "));
    let ask =
        |sql, values: &[InstanceId]| Statement::from_sql_and_values(backend, sql, values.iter().map(|id| id.0.into()));
    let secrets = if backend == DbBackend::Sqlite {
        for insert in inserts {
            tx.execute_raw(ask(insert, &[from, to])).await?;
        }
        tx.query_one_raw(ask(secrets, &[from])).await?
    } else {
        let named = inserts.iter().enumerate().map(|(n, insert)| format!("copy_{n} AS ({insert})"));
        let all = format!("WITH {} {secrets}", named.collect::<Vec<_>>().join(", "));
        tx.query_one_raw(ask(all, &[from, to])).await?
    };
    if secrets.map_or(Ok(false), |row| row.try_get_by_index(0))? {
        macro_rules! sealed {
            ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
                if <crate::kinds::$kind as crate::kinds::Kind>::HAS_SECRETS {
                    copy_sealed::<crate::kinds::$kind>(tx, Copied::Instance { from, to }).await?;
                }
            )+ };
        }
        for_each_kind!(sealed);
    }
    Ok(())
}

/// SQL that copies the entries of a kind. For a kind with secrets, the expression that tells if there are any is added
/// to `secrets`.
fn insert_kind<K: Stored<OfInstance>>(source: &str, copy: &str, secrets: &mut Vec<String>) -> String {
    let insert = insert_copies::<K::Entity>(K::owner_column(), K::id_column(), source, copy);
    if !K::HAS_SECRETS {
        return insert;
    }
    // Copies all entries of the kind or none, so that they keep their order.
    let (table, owner) = (K::TABLE, K::owner_column().as_str().to_owned());
    let any = format!("EXISTS (SELECT 1 FROM {table} WHERE {owner} = {source} AND is_secret)");
    let insert = insert.replace(" ORDER BY", &format!(" AND NOT {any} ORDER BY"));
    secrets.push(any);
    insert
}

/// SQL that copies the rows of one table from one owner to another.
fn insert_copies<E: EntityTrait>(owner: E::Column, id: E::Column, source: &str, copy: &str) -> String {
    let columns = E::Column::iter().filter(|column| ![owner.as_str(), id.as_str()].contains(&column.as_str()));
    let columns: Vec<String> = columns.map(|column| format!("\"{}\"", column.as_str())).collect();
    let (table, columns, owner, id) =
        (E::default().table_name().to_owned(), columns.join(", "), owner.as_str(), id.as_str());
    format!(
        "INSERT INTO {table} ({owner}, {columns}) SELECT {copy}, {columns} FROM {table} WHERE {owner} = {source} ORDER BY {id}"
    )
}

async fn copy_kind<K: Stored<OfInstance>>(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    if K::HAS_SECRETS {
        return copy_sealed::<K>(tx, what).await;
    }
    copy_table::<K::Entity>(tx, what, K::owner_column(), K::id_column(), K::REFERS_BY).await
}

/// Copies the rows of a kind with secrets, in their order. Each secret is decrypted and encrypted for its new owner.
async fn copy_sealed<K: Stored<OfInstance>>(tx: &Tx, what: Copied) -> Result<(), DbErr> {
    let new_owners: HashMap<InstanceId, InstanceId> = match what {
        Copied::Instance { from, to } => HashMap::from([(from, to)]),
        Copied::Stack { from, to } => {
            let copies = stack_instances::live(tx, to).await?;
            let copies: HashMap<String, InstanceId> = copies.into_iter().map(|row| (row.instance_id, row.id)).collect();
            let sources = stack_instances::live(tx, from).await?.into_iter();
            sources.filter_map(|row| Some((row.id, *copies.get(&row.instance_id)?))).collect()
        }
    };
    let owner = K::owner_column();
    let (mut after, mut is_key_locked) = (0, false);
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
            if entry.holds_secret() && !is_key_locked {
                secrets::lock_current_key(tx).await?;
                is_key_locked = true;
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

/// Copies the rows of one table. A reference to another instance becomes a reference to the copy of that instance. A
/// row whose reference has no copy is left out.
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
            join_copy(&mut rows, ["old", "new"], Expr::col(("entry", owner)), from, to);
            Expr::col(("new", instance::Column::Id))
        }
    };
    rows.expr(new_owner);
    for column in &columns {
        match what {
            Copied::Stack { from, to } if refers_by == Some(column.as_str()) => {
                join_copy(&mut rows, ["old_other", "new_other"], Expr::col(("entry", *column)), from, to);
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

/// SQL expression for the override count of a copied instance: all entries except those that refer to an instance
/// outside the stack.
pub(in crate::db) fn entries_copied(from: StackId) -> SimpleExpr {
    let mut count = Expr::col((instance::Entity, instance::Column::OverrideCount));
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
            $( if let Some(refers_by) = <crate::kinds::$kind as crate::kinds::Kind>::REFERS_BY {
                count = count.sub(entries_left_out::<crate::kinds::$kind>(refers_by, from));
            } )+
        };
    }
    for_each_kind!(kinds);
    count
}

/// SQL expression for the number of entries of a kind that refer to an instance which is not copied.
fn entries_left_out<K: Stored<OfInstance>>(refers_by: &'static str, from: StackId) -> SimpleExpr {
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

/// Condition: the instance is live and in this stack.
fn live(table: &'static str, stack: StackId) -> SimpleExpr {
    use instance::Column;
    Expr::col((table, Column::StackId)).eq(stack).and(Expr::col((table, Column::DeletedAt)).is_null())
}

/// Joins the live instance with this id in one stack, and the one with the same name in the other.
fn join_copy(rows: &mut SelectStatement, [old, new]: [&'static str; 2], key: SimpleExpr, from: StackId, to: StackId) {
    use instance::Column;
    let same_name = Expr::col((new, Column::InstanceId)).equals((old, Column::InstanceId));
    rows.join_as(JoinType::InnerJoin, instance::Entity, old, Expr::col((old, Column::Id)).eq(key))
        .join_as(JoinType::InnerJoin, instance::Entity, new, same_name)
        .and_where(live(old, from))
        .and_where(live(new, to));
}
