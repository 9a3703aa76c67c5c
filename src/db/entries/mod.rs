//! PendingReads, writes and counts the entries of kinds, in the same way for every kind and owner.
//!
//! Called by the use cases. It must not depend on a concrete kind except through the registry.

mod batch;
mod difference;
mod heads;
pub mod owned;
mod pending;
pub mod references;
mod rows;
pub mod search;
pub mod shared;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    Condition, ConnectionTrait, DbErr, EntityName, EntityTrait, IdenStatic, QueryFilter, QueryOrder, Statement,
};

pub use crate::db::entries::{
    batch::{Batch, KindTables},
    difference::log_deleted,
    rows::{Loaded, LoadedRows, with_rows},
};
use crate::{
    db::{
        Session, Tx,
        entries::{
            difference::{Difference, Matching},
            pending::{PendingReads, PendingWrites},
        },
        queries::{
            in_list::{keyed, one_of, parameter},
            instances::InstanceChange,
            rules, templates,
        },
        secrets,
    },
    error::Result,
    fields::TemplateValues,
    ids::{InstanceId, TemplateId},
    kinds::{
        Belongs, Cardinality, Collections, Dependency, Draft, Drafted, Kind, OfInstance, OfStack, OfTemplate,
        OverrideKind, Owner, Registered, Rule, RuleAction, Setting, SharedVar, Slot, Stored, for_each_kind,
        for_each_template_kind,
    },
};

/// Where an owner's entries of a kind come from, which is a table for most kinds.
pub trait Source<O: Owner>: Kind {
    /// Loads the entries of many owners, with decrypted secrets.
    fn load_each(db: &impl Session, owners: &[O::Id]) -> impl Future<Output = Result<Loaded<O, Self>, DbErr>> + Send;

    /// Loads the entries without decrypting secrets, for callers that may not see them. Owners outside the caller's
    /// scope are missing.
    fn masked(db: &impl Session, owners: &[O::Id]) -> impl Future<Output = Result<Loaded<O, Self>, DbErr>> + Send {
        Self::load_each(db, owners)
    }

    /// Decrypts the secrets of entries.
    fn open(_: &impl Session, _owner: O::Id, _entries: &mut [Self]) -> Result<(), DbErr> {
        Ok(())
    }

    /// Loads all entries, or returns the first row that cannot be read as an error.
    fn load(
        db: &impl Session,
        owners: &[O::Id],
    ) -> impl Future<Output = Result<HashMap<O::Id, Vec<Self>>, DbErr>> + Send {
        async { Self::load_each(db, owners).await?.all() }
    }
}

impl<O: Owner, K: Stored<O>> Source<O> for K {
    async fn load_each(db: &impl Session, owners: &[O::Id]) -> Result<Loaded<O, K>, DbErr> {
        rows::open::<O, K>(db, owners).await
    }

    fn open(db: &impl Session, owner: O::Id, entries: &mut [K]) -> Result<(), DbErr> {
        entries.iter_mut().try_for_each(|entry| secrets::open::<O, K>(entry, owner, db.vault()))
    }

    async fn masked(db: &impl Session, owners: &[O::Id]) -> Result<Loaded<O, K>, DbErr> {
        let column = K::owner_column();
        let reach = match O::BELONGS {
            Belongs::Nowhere => Condition::all(),
            Belongs::IsStack => db.within(column.as_str()),
            Belongs::ToStack => db.within_instances(column.as_str()),
        };
        rows::sealed::<O, K>(db, owners, reach).await
    }
}

/// The settings of a template are columns of the template.
impl Source<OfTemplate> for Setting {
    async fn load_each(db: &impl Session, owners: &[TemplateId]) -> Result<Loaded<OfTemplate, Self>, DbErr> {
        let rows = templates::load(db, owners).await?;
        let settings = rows.into_iter().map(|row| (row.id, TemplateValues::from(&row).settings()));
        Ok(Loaded::complete(settings.map(|(id, settings)| (id, settings.into_entries())).collect()))
    }
}

/// Templates have no dependencies.
impl Source<OfTemplate> for Dependency {
    async fn load_each(_: &impl Session, _: &[TemplateId]) -> Result<Loaded<OfTemplate, Self>, DbErr> {
        Ok(Loaded::complete(HashMap::new()))
    }
}

/// A kind of the registry that can be loaded for templates, for stacks and for instances.
pub trait Mergeable: Registered + Source<OfTemplate> + Source<OfStack> + Source<OfInstance> {}
impl<K: Registered + Source<OfTemplate> + Source<OfStack> + Source<OfInstance>> Mergeable for K {}

/// Loads the entries of an owner with the given keys, with decrypted secrets.
pub async fn under<O: Owner, K: Stored<O>>(db: &impl Session, owner: O::Id, keys: &[String]) -> Result<Vec<K>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let of_owner = one_of(backend, K::owner_column().as_str(), std::iter::once(owner.into()));
    let with_keys = keyed(backend, K::ROW_KEY, keys);
    let select = K::Entity::find().filter(of_owner).filter(with_keys).order_by_asc(K::id_column());
    let mut found = Vec::new();
    for row in rows::fetch::<O, K>(db, select).await? {
        let mut entry = row.entry?;
        secrets::open::<O, K>(&mut entry, row.owner, db.vault())?;
        found.push(entry);
    }
    Ok(found)
}

/// Replaces the collection of an owner with `wanted`, writing only the rows that differ; `writes` has the rest of it. Returns true
/// if there were any.
async fn replace<O: Owner, K: Stored<O>>(
    tx: &Tx,
    owner: O::Id,
    wanted: Vec<K>,
    now: DateTime<Utc>,
    writes: &mut PendingWrites,
) -> Result<bool> {
    let stored = heads::load::<O, K>(tx, owner).await?;
    let mut reads = PendingReads::default();
    let matching = Matching::of::<O>(stored, wanted.into_iter().map(Slot::from).collect(), &mut reads);
    let difference = matching.compare::<O>(tx, owner, &reads.run(tx).await?)?;
    let differs = !difference.is_empty();
    difference.prepare::<O>(tx, owner, now, writes).await?;
    Ok(differs)
}

/// Converts a number of entries to the type of its column. Every kind has a far lower limit.
pub fn number(entries: usize) -> i32 {
    i32::try_from(entries).unwrap_or(i32::MAX)
}

/// The overrides of one kind as a draft.
fn drafted<K: Registered>(heads: &heads::Rows, rules: &[Rule]) -> Result<Drafted<K>, DbErr> {
    let rules = || rules.iter().filter(|rule| rule.kind == K::KIND);
    let removed = rules().filter_map(|rule| rule.key.as_deref()?.parse().ok());
    Ok(Drafted::new(heads.of()?, removed, rules().any(|rule| rule.action == RuleAction::Replace)))
}

/// Writing the collections of an owner, all kinds together.
pub trait Collected: Owner {
    /// Replaces the collections that are present in `wanted`. Returns true if anything changed.
    fn replace_all(
        tx: &Tx,
        owner: Self::Id,
        wanted: Collections,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Inserts the first collections of a new owner.
    fn insert_all(
        tx: &Tx,
        owner: Self::Id,
        collections: Collections,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<()>> + Send;
}

macro_rules! collected {
    (($owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        impl Collected for $owner {
            async fn replace_all(
                tx: &Tx,
                owner: <$owner as Owner>::Id,
                wanted: Collections,
                now: DateTime<Utc>,
            ) -> Result<bool> {
                let (mut changed, mut writes) = (false, PendingWrites::default());
                $( if let Some(set) = wanted.$field {
                    let entries: Vec<crate::kinds::$kind> = set.into_entries();
                    changed |= replace::<$owner, crate::kinds::$kind>(tx, owner, entries, now, &mut writes).await?;
                } )+
                writes.run(tx).await?;
                Ok(changed)
            }

            async fn insert_all(
                tx: &Tx,
                owner: <$owner as Owner>::Id,
                collections: Collections,
                now: DateTime<Utc>,
            ) -> Result<()> {
                let mut writes = PendingWrites::default();
                $( if let Some(set) = collections.$field {
                    let entries: Vec<crate::kinds::$kind> = set.into_entries();
                    Difference::first(entries).prepare::<$owner>(tx, owner, now, &mut writes).await?;
                } )+
                writes.run(tx).await
            }
        }
    };
}
for_each_kind!(collected, OfInstance);
for_each_template_kind!(collected, OfTemplate);

/// Replaces the collections that are present in `wanted`. Returns true if anything changed.
pub async fn replace_all<O: Collected>(tx: &Tx, owner: O::Id, wanted: Collections, now: DateTime<Utc>) -> Result<bool> {
    O::replace_all(tx, owner, wanted, now).await
}

/// Inserts the first collections of a new owner.
pub async fn insert_all<O: Collected>(
    tx: &Tx,
    owner: O::Id,
    collections: Collections,
    now: DateTime<Utc>,
) -> Result<()> {
    O::insert_all(tx, owner, collections, now).await
}

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// Loads the overrides of an instance as a draft, for the kinds that `touches` selects. Runs two
        /// statements for any number of kinds, and reads no contents.
        pub async fn load_draft(
            tx: &Tx,
            instance: InstanceId,
            touches: impl Fn(OverrideKind) -> bool + Send,
        ) -> Result<Draft, DbErr> {
            let rules = rules::load(tx, &[instance]).await?.remove(&instance).unwrap_or_default();
            let mut selects = Vec::new();
            $( if touches(OverrideKind::$kind) {
                selects.push(heads::select::<OfInstance, crate::kinds::$kind>(tx));
            } )+
            let heads = heads::Rows::load::<OfInstance>(tx, instance, &selects).await?;
            let mut draft = Draft::default();
            $( if touches(OverrideKind::$kind) {
                draft.$field = Some(drafted(&heads, &rules)?);
            } )+
            Ok(draft)
        }

        /// The changes to an instance's overrides that have to be written.
        #[derive(Debug)]
        pub struct Changes {
            instance: InstanceId,
            rules: rules::Difference,
            $( $field: Option<Difference<crate::kinds::$kind>>, )+
        }

        impl Changes {
            /// Computes the changes from a draft. PendingReads only the rows that may equal a given entry.
            pub async fn find(tx: &Tx, instance: InstanceId, draft: Draft) -> Result<Self, DbErr> {
                let (mut touched, mut wanted, mut reads) = (Vec::new(), Vec::new(), PendingReads::default());
                $( let $field = match draft.$field {
                    Some(Drafted { overrides, stored }) => {
                        touched.push(OverrideKind::$kind);
                        wanted.extend(overrides.rules(OverrideKind::$kind));
                        Some(Matching::of::<OfInstance>(stored, overrides.entries, &mut reads))
                    }
                    None => None,
                }; )+
                let read = reads.run(tx).await?;
                $( let $field =
                    $field.map(|matching| matching.compare::<OfInstance>(tx, instance, &read)).transpose()?; )+
                let rules = rules::Difference::find(tx, instance, &touched, wanted).await?;
                Ok(Self { instance, rules, $( $field, )+ })
            }

            /// Whether nothing has to be written.
            pub fn is_empty(&self) -> bool {
                self.rules.is_empty() $( && self.$field.as_ref().is_none_or(Difference::is_empty) )+
            }

            /// PendingWrites the changes. Returns the change that the caller has to record in the instance, if there are any.
            pub async fn write(self, tx: &Tx, now: DateTime<Utc>) -> Result<Option<InstanceChange>> {
                if self.is_empty() {
                    return Ok(None);
                }
                let (mut more_overrides, mut writes) = (0, PendingWrites::default());
                $( if let Some(difference) = self.$field {
                    more_overrides += difference.more();
                    difference.prepare::<OfInstance>(tx, self.instance, now, &mut writes).await?;
                } )+
                writes.run(tx).await?;
                self.rules.write(tx, self.instance).await?;
                Ok(Some(InstanceChange { more_overrides, ..InstanceChange::default() }))
            }
        }

        /// Sets the override counts of new instances whose overrides were inserted without recording a change.
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
            // Also those that have none.
            let sql = format!(
                "UPDATE service_instances SET override_count = counted.entries FROM (
                    SELECT owner, SUM(entries) AS entries FROM (
                        SELECT id AS owner, 0 AS entries FROM service_instances WHERE id {one_of_them} UNION ALL {}
                    ) AS of_kind GROUP BY owner
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

/// The tables of all kinds and owners as the entities define them. A test compares them with the migrated database.
pub fn tables() -> Vec<sea_orm::sea_query::TableCreateStatement> {
    let schema = sea_orm::Schema::new(sea_orm::DbBackend::Postgres);
    let shared = schema.create_table_from_entity(<SharedVar as Stored<OfStack>>::Entity::default());
    instance_tables().into_iter().chain(template_tables()).chain([shared]).collect()
}
