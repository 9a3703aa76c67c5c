//! The rows of the kinds: read, replaced, copied and counted the same way for every kind and owner.
//!
//! Called by the use cases and the loaders. It must never know a concrete kind, except through the registry.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityName, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryFilter,
    QueryOrder, Statement,
    sea_query::{Expr, ExprTrait, JoinType, Query},
};

use super::{
    Tx,
    entities::instance,
    keys::{one_of, parameter},
};
use crate::{
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Cardinality, Collections, Kind, OfInstance, OfTemplate, Owner, Stored, for_each_kind},
};

/// The entries of many owners, each in the order in which they were given. Owners without entries are missing.
pub async fn load<O: Owner, K: Stored<O>>(
    db: &impl ConnectionTrait,
    owners: &[O::Id],
) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
    let owner = K::owner_column();
    let ids = owners.iter().map(|id| (*id).into());
    let rows = K::Entity::find()
        .filter(one_of(db.get_database_backend(), owner.as_str(), ids))
        .order_by_asc(K::id_column())
        .all(db)
        .await?;
    let mut of_owner: HashMap<O::Id, Vec<K>> = HashMap::new();
    for row in rows {
        let (owner, entry) = K::from_row(row);
        of_owner.entry(owner).or_default().push(entry);
    }
    Ok(of_owner)
}

/// Makes `wanted` the whole collection of an owner; true when that changed anything.
pub async fn replace<O: Owner, K: Stored<O>>(
    tx: &Tx,
    owner: O::Id,
    mut wanted: Vec<K>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let stored = load::<O, K>(tx, &[owner]).await?.remove(&owner).unwrap_or_default();
    if stored == wanted {
        return Ok(false);
    }
    if !stored.is_empty() {
        K::Entity::delete_many().filter(K::owner_column().eq(owner)).exec(tx).await?;
    }
    let stored: HashMap<K::Key, K> = stored.into_iter().map(|entry| (entry.key(), entry)).collect();
    for entry in &mut wanted {
        let before = stored.get(&entry.key());
        entry.stamp(now, before);
    }
    insert::<O, K>(tx, owner, wanted).await?;
    Ok(true)
}

/// Adds entries to an owner.
async fn insert<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, entries: Vec<K>) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.into_iter().map(|entry| entry.into_row(owner));
    K::Entity::insert_many(rows).exec_without_returning(tx).await.map(drop)
}

/// Copies all entries from one owner to another, inside the database.
async fn copy<O: Owner, K: Stored<O>>(tx: &Tx, from: O::Id, to: O::Id) -> Result<(), DbErr> {
    let (owner, id) = (K::owner_column(), K::id_column());
    let columns: Vec<_> = <K::Entity as EntityTrait>::Column::iter()
        .filter(|column| ![owner.as_str(), id.as_str()].contains(&column.as_str()))
        .collect();
    let mut source = Query::select();
    source
        .expr(Expr::val(to))
        .columns(columns.iter().copied())
        .from(K::Entity::default())
        .and_where(Expr::col(owner).eq(from))
        .order_by(id, sea_orm::Order::Asc);
    let mut insert = Query::insert();
    insert.into_table(K::Entity::default()).columns(std::iter::once(owner).chain(columns.iter().copied()));
    insert
        .select_from(source)
        .map_err(|cause| DbErr::Custom(format!("copying {}: {cause}", K::Entity::default().table_name())))?;
    tx.execute(&insert).await.map(drop)
}

/// Copies all entries of a stack's live instances to the live instances of the same names in another stack.
async fn copy_members<K: Stored<OfInstance>>(tx: &Tx, from: StackId, to: StackId) -> Result<(), DbErr> {
    use instance::Column as Instance;
    let (owner, id) = (K::owner_column(), K::id_column());
    let columns: Vec<_> = <K::Entity as EntityTrait>::Column::iter()
        .filter(|column| ![owner.as_str(), id.as_str()].contains(&column.as_str()))
        .collect();
    let live = |table, stack: StackId| {
        Expr::col((table, Instance::StackId)).eq(stack).and(Expr::col((table, Instance::DeletedAt)).is_null())
    };
    let old_owner = Expr::col(("old", Instance::Id)).equals(("entry", owner));
    let same_name = Expr::col(("new", Instance::InstanceId)).equals(("old", Instance::InstanceId));
    let mut source = Query::select();
    source
        .column(("new", Instance::Id))
        .columns(columns.iter().map(|column| ("entry", *column)))
        .from_as(K::Entity::default(), "entry")
        .join_as(JoinType::InnerJoin, instance::Entity, "old", old_owner)
        .join_as(JoinType::InnerJoin, instance::Entity, "new", same_name)
        .and_where(live("old", from))
        .and_where(live("new", to))
        .order_by(("entry", id), sea_orm::Order::Asc);
    let mut insert = Query::insert();
    insert.into_table(K::Entity::default()).columns(std::iter::once(owner).chain(columns.iter().copied()));
    insert
        .select_from(source)
        .map_err(|cause| DbErr::Custom(format!("copying {}: {cause}", K::Entity::default().table_name())))?;
    tx.execute(&insert).await.map(drop)
}

#[derive(FromQueryResult)]
struct Counted {
    owner: InstanceId,
    entries: i64,
}

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ty, )+) => {
        /// Writes every kind that `wanted` speaks of; true when that changed anything.
        pub async fn replace_all<O: Owner>(
            tx: &Tx,
            owner: O::Id,
            wanted: Collections,
            now: DateTime<Utc>,
        ) -> Result<bool, DbErr>
        where
            $( $kind: Stored<O>, )+
        {
            let mut changed = false;
            $( if let Some(set) = wanted.$field {
                changed |= replace::<O, $kind>(tx, owner, set.into_entries(), now).await?;
            } )+
            Ok(changed)
        }

        /// Writes the first collections of a new owner.
        pub async fn insert_all<O: Owner>(
            tx: &Tx,
            owner: O::Id,
            collections: Collections,
            now: DateTime<Utc>,
        ) -> Result<(), DbErr>
        where
            $( $kind: Stored<O>, )+
        {
            $( if let Some(set) = collections.$field {
                let mut entries: Vec<$kind> = set.into_entries();
                for entry in &mut entries {
                    entry.stamp(now, None);
                }
                insert::<O, $kind>(tx, owner, entries).await?;
            } )+
            Ok(())
        }

        /// Copies every override of an instance.
        pub async fn copy_all(tx: &Tx, from: InstanceId, to: InstanceId) -> Result<(), DbErr> {
            $( copy::<OfInstance, $kind>(tx, from, to).await?; )+
            Ok(())
        }

        /// Copies every override of a stack's live instances to the instances of the same names in another stack.
        pub async fn copy_stack(tx: &Tx, from: StackId, to: StackId) -> Result<(), DbErr> {
            $( copy_members::<$kind>(tx, from, to).await?; )+
            Ok(())
        }

        /// How many overrides instances have, all kinds together. Instances without any are missing.
        pub async fn count_all(
            db: &impl ConnectionTrait,
            instances: &[InstanceId],
        ) -> Result<HashMap<InstanceId, i64>, DbErr> {
            let backend = db.get_database_backend();
            let (one_of_them, value) = parameter(backend, instances.iter().map(|id| id.0));
            let tables: [(String, &str); kind_count()] = [$( (
                <$kind as Stored<OfInstance>>::Entity::default().table_name().to_owned(),
                <$kind as Stored<OfInstance>>::owner_column().as_str(),
            ) ),+];
            let each = tables.map(|(table, owner)| {
                format!("SELECT {owner} AS owner, COUNT(*) AS entries FROM {table} WHERE {owner} {one_of_them} GROUP BY {owner}")
            });
            let sql = format!(
                "SELECT owner, CAST(SUM(entries) AS BIGINT) AS entries FROM ({}) AS counted GROUP BY owner",
                each.join(" UNION ALL ")
            );
            let statement = Statement::from_sql_and_values(backend, sql, [value]);
            let rows = Counted::find_by_statement(statement).all(db).await?;
            Ok(rows.into_iter().map(|row| (row.owner, row.entries)).collect())
        }

        const fn kind_count() -> usize {
            [$( stringify!($field) ),+].len()
        }

        /// The tables of all kinds, both owners, as the entities describe them (for the test that compares them
        /// with the migrated database).
        pub fn tables() -> Vec<sea_orm::sea_query::TableCreateStatement> {
            let schema = sea_orm::Schema::new(sea_orm::DbBackend::Postgres);
            vec![$(
                schema.create_table_from_entity(<$kind as Stored<OfTemplate>>::Entity::default()),
                schema.create_table_from_entity(<$kind as Stored<OfInstance>>::Entity::default()),
            )+]
        }
    };
}
for_each_kind!(all_kinds);

/// The ports of a template, for the check of host ports.
pub async fn load_of_template<K: Stored<OfTemplate>>(
    db: &impl ConnectionTrait,
    template: TemplateId,
) -> Result<Vec<K>, DbErr> {
    Ok(load::<OfTemplate, K>(db, &[template]).await?.remove(&template).unwrap_or_default())
}
