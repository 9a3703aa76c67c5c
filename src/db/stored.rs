//! The rows of the kinds: read, replaced, copied and counted the same way for every kind and owner.
//!
//! Called by the use cases and the loaders. It must never know a concrete kind, except through the registry.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityName, EntityTrait, IdenStatic, QueryFilter, QueryOrder,
    Statement,
};

use super::{
    Session, Tx,
    instances::InstanceChange,
    keys::{one_of, parameter},
    rules, secrets, templates,
};
use crate::{
    ids::{InstanceId, TemplateId},
    kinds::{
        Cardinality, Collections, Dependency, InstanceOverrides, Kind, OfInstance, OfTemplate, OverrideKind, Overrides,
        Owner, Registered, Setting, Stored, for_each_kind, for_each_template_kind,
    },
};

/// Where the entries of a kind come from for an owner. For most it is a table.
pub trait Source<O: Owner>: Kind {
    /// The entries of many owners. Owners without entries are missing.
    fn load(
        db: &impl Session,
        owners: &[O::Id],
    ) -> impl Future<Output = Result<HashMap<O::Id, Vec<Self>>, DbErr>> + Send;

    /// The same for those to whom no secret is shown: what is sealed stays so. Owners out of the caller's reach are missing.
    fn masked(
        db: &impl Session,
        owners: &[O::Id],
    ) -> impl Future<Output = Result<HashMap<O::Id, Vec<Self>>, DbErr>> + Send {
        Self::load(db, owners)
    }
}

impl<O: Owner, K: Stored<O>> Source<O> for K {
    async fn load(db: &impl Session, owners: &[O::Id]) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
        load::<O, K>(db, owners).await
    }

    async fn masked(db: &impl Session, owners: &[O::Id]) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
        let reach = if O::OF_ONE_STACK { db.within_instances(K::owner_column().as_str()) } else { Condition::all() };
        sealed::<O, K>(db, owners, reach).await
    }
}

/// A template has them as fields of its own.
impl Source<OfTemplate> for Setting {
    async fn load(db: &impl Session, owners: &[TemplateId]) -> Result<HashMap<TemplateId, Vec<Self>>, DbErr> {
        let rows = templates::load(db, owners).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.id, templates::TemplateValues::from(&row).settings().into_entries()))
            .collect())
    }
}

/// No template brings any.
impl Source<OfTemplate> for Dependency {
    async fn load(_: &impl Session, _: &[TemplateId]) -> Result<HashMap<TemplateId, Vec<Self>>, DbErr> {
        Ok(HashMap::new())
    }
}

/// A kind that is in the registry, with both its sources.
pub trait Mergeable: Registered + Source<OfTemplate> + Source<OfInstance> {}
impl<K: Registered + Source<OfTemplate> + Source<OfInstance>> Mergeable for K {}

/// The entries of many owners, each in the order in which they were given. Owners without entries are missing.
pub async fn load<O: Owner, K: Stored<O>>(
    db: &impl Session,
    owners: &[O::Id],
) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
    let mut of_owner = sealed::<O, K>(db, owners, Condition::all()).await?;
    for (owner, entries) in &mut of_owner {
        for entry in entries {
            secrets::open::<O, K>(entry, *owner, db.vault())?;
        }
    }
    Ok(of_owner)
}

/// The same as they are stored.
async fn sealed<O: Owner, K: Stored<O>>(
    db: &impl Session,
    owners: &[O::Id],
    reach: Condition,
) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
    let owner = K::owner_column();
    let ids = owners.iter().map(|id| (*id).into());
    let rows = K::Entity::find()
        .filter(one_of(db.get_database_backend(), owner.as_str(), ids))
        .filter(reach)
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

/// Makes `wanted` the whole collection of an owner; how many entries more there are then (less than zero for fewer), or
/// nothing when that changed nothing.
pub async fn replace<O: Owner, K: Stored<O>>(
    tx: &Tx,
    owner: O::Id,
    mut wanted: Vec<K>,
    now: DateTime<Utc>,
) -> Result<Option<i32>, DbErr> {
    let stored = load::<O, K>(tx, &[owner]).await?.remove(&owner).unwrap_or_default();
    if stored == wanted {
        return Ok(None);
    }
    let more = number(wanted.len()) - number(stored.len());
    if !stored.is_empty() {
        K::Entity::delete_many().filter(K::owner_column().eq(owner)).exec(tx).await?;
    }
    let stored: HashMap<K::Key, K> = stored.into_iter().map(|entry| (entry.key(), entry)).collect();
    for entry in &mut wanted {
        let before = stored.get(&entry.key());
        entry.stamp(now, before);
    }
    insert::<O, K>(tx, owner, wanted).await?;
    Ok(Some(more))
}

/// A number of entries as it is stored: every kind has a limit far below.
pub fn number(entries: usize) -> i32 {
    i32::try_from(entries).unwrap_or(i32::MAX)
}

/// Adds entries to an owner.
async fn insert<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, mut entries: Vec<K>) -> Result<(), DbErr> {
    if entries.is_empty() {
        return Ok(());
    }
    if entries.iter().any(Kind::holds_secret) {
        secrets::hold_current(tx).await?;
    }
    for entry in &mut entries {
        secrets::seal::<O, K>(entry, owner, tx.vault())?;
    }
    let rows = entries.into_iter().map(|entry| entry.into_row(owner));
    K::Entity::insert_many(rows).exec_without_returning(tx).await.map(drop)
}

/// Reads what an instance says about one kind.
async fn said<K: Stored<OfInstance>>(
    tx: &Tx,
    instance: InstanceId,
    kind: OverrideKind,
    rules: &[crate::kinds::Rule],
) -> Result<Overrides<K>, DbErr> {
    let entries = load::<OfInstance, K>(tx, &[instance]).await?.remove(&instance).unwrap_or_default();
    Ok(Overrides::new(entries, kind, rules))
}

/// The collections of an owner, all kinds together.
pub trait Collected: Owner {
    /// Writes every kind that `wanted` speaks of; true when that changed anything.
    fn replace_all(
        tx: &Tx,
        owner: Self::Id,
        wanted: Collections,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, DbErr>> + Send;

    /// Writes the first collections of a new owner.
    fn insert_all(
        tx: &Tx,
        owner: Self::Id,
        collections: Collections,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), DbErr>> + Send;
}

macro_rules! collected {
    (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        impl Collected for $owner {
            async fn replace_all(
                tx: &Tx,
                owner: <$owner as Owner>::Id,
                wanted: Collections,
                now: DateTime<Utc>,
            ) -> Result<bool, DbErr> {
                let mut changed = false;
                $( if let Some(set) = wanted.$field {
                    changed |=
                        replace::<$owner, crate::kinds::$kind>(tx, owner, set.into_entries(), now).await?.is_some();
                } )+
                Ok(changed)
            }

            async fn insert_all(
                tx: &Tx,
                owner: <$owner as Owner>::Id,
                collections: Collections,
                now: DateTime<Utc>,
            ) -> Result<(), DbErr> {
                $( if let Some(set) = collections.$field {
                    let mut entries: Vec<crate::kinds::$kind> = set.into_entries();
                    for entry in &mut entries {
                        entry.stamp(now, None);
                    }
                    insert::<$owner, crate::kinds::$kind>(tx, owner, entries).await?;
                } )+
                Ok(())
            }
        }
    };
}
for_each_kind!(collected, OfInstance);
for_each_template_kind!(collected, OfTemplate);

/// Writes every kind that `wanted` speaks of; true when that changed anything.
pub async fn replace_all<O: Collected>(
    tx: &Tx,
    owner: O::Id,
    wanted: Collections,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    O::replace_all(tx, owner, wanted, now).await
}

/// Writes the first collections of a new owner.
pub async fn insert_all<O: Collected>(
    tx: &Tx,
    owner: O::Id,
    collections: Collections,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    O::insert_all(tx, owner, collections, now).await
}

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// What an instance says about the kinds that `touches` names.
        pub async fn load_overrides(
            tx: &Tx,
            instance: InstanceId,
            touches: impl Fn(OverrideKind) -> bool + Send,
        ) -> Result<InstanceOverrides, DbErr> {
            let rules = rules::load(tx, &[instance]).await?.remove(&instance).unwrap_or_default();
            let mut overrides = InstanceOverrides::default();
            $( if touches(OverrideKind::$kind) {
                overrides.$field = Some(said(tx, instance, OverrideKind::$kind, &rules).await?);
            } )+
            Ok(overrides)
        }

        /// Writes what an instance says about the kinds that were loaded. When that changes anything, this is the change
        /// that has to be recorded in the instance.
        pub async fn store_overrides(
            tx: &Tx,
            instance: InstanceId,
            overrides: InstanceOverrides,
            now: DateTime<Utc>,
        ) -> Result<Option<InstanceChange>, DbErr> {
            let stored = rules::load(tx, &[instance]).await?.remove(&instance).unwrap_or_default();
            let mut wanted = stored.clone();
            let mut more = None;
            $( if let Some(said) = overrides.$field {
                wanted.retain(|rule| rule.kind != OverrideKind::$kind);
                wanted.extend(said.rules(OverrideKind::$kind));
                if let Some(of_kind) = replace::<OfInstance, crate::kinds::$kind>(tx, instance, said.entries, now).await? {
                    *more.get_or_insert(0) += of_kind;
                }
            } )+
            if rules::replace(tx, instance, &stored, wanted).await? {
                more.get_or_insert(0);
            }
            Ok(more.map(|more_overrides| InstanceChange { more_overrides, ..InstanceChange::default() }))
        }

        /// Counts in their rows how many entries new instances override, all kinds together: for those whose first overrides
        /// were written without recording it.
        pub async fn count_new(tx: &Tx, instances: &[InstanceId]) -> Result<(), DbErr> {
            let backend = tx.get_database_backend();
            let (one_of_them, value) = parameter(backend, instances.iter().map(|id| id.0));
            let tables: [(String, &str); OverrideKind::ALL.len()] = [$( (
                <crate::kinds::$kind as Stored<OfInstance>>::Entity::default().table_name().to_owned(),
                <crate::kinds::$kind as Stored<OfInstance>>::owner_column().as_str(),
            ) ),+];
            let each = tables.map(|(table, owner)| {
                format!("SELECT {owner} AS owner, COUNT(*) AS entries FROM {table} WHERE {owner} {one_of_them} GROUP BY {owner}")
            });
            let sql = format!(
                "UPDATE service_instances SET override_count = counted.entries FROM (
                    SELECT owner, SUM(entries) AS entries FROM ({}) AS of_kind GROUP BY owner
                ) AS counted WHERE service_instances.id = counted.owner",
                each.join(" UNION ALL ")
            );
            tx.execute_raw(Statement::from_sql_and_values(backend, sql, [value])).await.map(drop)
        }
    };
}
for_each_kind!(all_kinds);

macro_rules! entities {
    (($owner:ident, $tables:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        fn $tables() -> Vec<sea_orm::sea_query::TableCreateStatement> {
            let schema = sea_orm::Schema::new(sea_orm::DbBackend::Postgres);
            vec![$( schema.create_table_from_entity(<crate::kinds::$kind as Stored<$owner>>::Entity::default()), )+]
        }
    };
}
for_each_kind!(entities, OfInstance, instance_tables);
for_each_template_kind!(entities, OfTemplate, template_tables);

/// The tables of all kinds, both owners, as the entities describe them (for the test that compares them with the
/// migrated database).
pub fn tables() -> Vec<sea_orm::sea_query::TableCreateStatement> {
    instance_tables().into_iter().chain(template_tables()).collect()
}
