//! The registry of kinds: what an instance can override, one file and one line each.
//!
//! Everything that must enumerate the kinds (tables, loaders, inputs, copy, count, merge, tests) takes
//! [`for_each_kind`], so that none can forget one. A kind must never know another kind, a resolver or a use case.

mod check;
mod rows;
mod values;

pub mod config_file;
pub mod domain;
pub mod env_var;
pub mod healthcheck;
pub mod label;
pub mod port;
pub mod volume;

use std::{collections::HashSet, fmt::Debug, hash::Hash};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, FromQueryResult, IntoActiveModel, Value};

pub use self::{
    config_file::ConfigFile,
    domain::Domain,
    env_var::EnvVar,
    healthcheck::Healthcheck,
    label::Label,
    port::{Port, Protocol},
    values::{Argv, HostPort, Stamp, UnknownWord},
    volume::{Volume, VolumeType},
};
use crate::{
    error::{Code, Problems},
    ids::{InstanceId, TemplateId},
};

pub(crate) use self::{check::clean_path, rows::kind};

/// Most entries of one kind that a template or an instance takes.
pub const MAX_ENTRIES: usize = 500;

/// The kinds, in the order in which they are shown, copied and counted. One line a kind.
macro_rules! for_each_kind {
    ($callback:ident $(, $($rest:tt)*)?) => {
        $callback! {
            $(($($rest)*))?
            /// Container ports that are published on the host.
            ports: $crate::kinds::port::Port,
            /// Storage mounted into the container.
            volumes: $crate::kinds::volume::Volume,
            /// Environment variables of the container.
            env_vars: $crate::kinds::env_var::EnvVar,
            /// Labels of the container.
            labels: $crate::kinds::label::Label,
            /// Host names under which a gateway reaches the container.
            domains: $crate::kinds::domain::Domain,
            /// How the engine finds out whether the container is healthy; null when nothing is said about it here.
            healthcheck: $crate::kinds::healthcheck::Healthcheck,
            /// Files written into the container before it starts.
            config_files: $crate::kinds::config_file::ConfigFile,
        }
    };
}
pub(crate) use for_each_kind;

/// What owns entries: a template or an instance.
pub trait Owner: Send + Sync + 'static {
    /// Its key.
    type Id: Copy + Eq + Hash + Ord + Debug + Send + Sync + Into<Value> + Into<i64> + 'static;
}

/// Marks rows that belong to a template.
#[derive(Clone, Copy, Debug)]
pub struct OfTemplate;
/// Marks rows that belong to an instance: its overrides.
#[derive(Clone, Copy, Debug)]
pub struct OfInstance;

impl Owner for OfTemplate {
    type Id = TemplateId;
}
impl Owner for OfInstance {
    type Id = InstanceId;
}

/// A kind of configuration: its behaviour. The fields and tables come from [`kind!`].
pub trait Kind: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The field of the API that holds the collection.
    const FIELD: &'static str;
    /// What makes two entries "the same" when template and overrides are merged.
    type Key: Hash + Eq + Ord + Clone + Send + Sync;
    /// `Vec<Self>`, or `Option<Self>` where there can be only one.
    type Set: Cardinality<Self>;

    /// See [`Kind::Key`].
    fn key(&self) -> Self::Key;
    /// What must not occur twice in one collection; usually the key.
    fn identity(&self) -> impl Hash + Eq {
        self.key()
    }
    /// Brings an entry into the form in which it is stored and compared.
    fn normalize(&mut self) {}
    /// Notes everything in the entry that is outside what its fields take.
    fn validate(&self, at: &mut Problems);
    /// Sets the times an entry keeps, given the stored entry with the same key.
    fn stamp(&mut self, _now: DateTime<Utc>, _stored: Option<&Self>) {}
}

/// Where the rows of a kind live for one owner; written by [`kind!`].
pub trait Stored<O: Owner>: Kind {
    /// The table.
    type Entity: EntityTrait<Model = Self::Model>;
    /// A row as it is read.
    type Model: FromQueryResult + IntoActiveModel<Self::Row> + Send + Sync;
    /// A row as it is written.
    type Row: ActiveModelTrait<Entity = Self::Entity> + Send;
    /// The column that holds the owner's key.
    fn owner_column() -> <Self::Entity as EntityTrait>::Column;
    /// The primary key, which keeps the order in which entries were given.
    fn id_column() -> <Self::Entity as EntityTrait>::Column;
    /// Takes a row apart.
    fn from_row(row: Self::Model) -> (O::Id, Self);
    /// Makes a row.
    fn into_row(self, owner: O::Id) -> Self::Row;
}

/// How many entries a collection has: many, or at most one.
pub trait Cardinality<K>: Clone + Debug + Send + Sync {
    /// From the rows of one owner.
    fn from_entries(entries: Vec<K>) -> Self;
    /// To rows.
    fn into_entries(self) -> Vec<K>;
    /// Whether the path to an entry has an index.
    const INDEXED: bool;
}

impl<K: Clone + Debug + Send + Sync> Cardinality<K> for Vec<K> {
    const INDEXED: bool = true;
    fn from_entries(entries: Vec<K>) -> Self {
        entries
    }
    fn into_entries(self) -> Vec<K> {
        self
    }
}

impl<K: Clone + Debug + Send + Sync> Cardinality<K> for Option<K> {
    const INDEXED: bool = false;
    fn from_entries(entries: Vec<K>) -> Self {
        entries.into_iter().next()
    }
    fn into_entries(self) -> Vec<K> {
        self.into_iter().collect()
    }
}

/// Normalizes a collection that came from outside and notes everything wrong with it, entry by entry.
pub fn check<K: Kind>(entries: &mut [K], at: &mut Problems) {
    at.enter(K::FIELD, |at| {
        if entries.len() > MAX_ENTRIES {
            let message = format!("{} entries are too many; at most {MAX_ENTRIES} are allowed.", entries.len());
            at.note(Code::LimitExceeded, message, None);
            return;
        }
        let mut seen = HashSet::new();
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.normalize();
            let duplicate = !seen.insert(entry.identity());
            let look = |at: &mut Problems| {
                entry.validate(at);
                if duplicate {
                    at.note(Code::DuplicateKey, "An earlier entry of this collection has the same key.", None);
                }
            };
            if K::Set::INDEXED { at.enter(index.to_string(), look) } else { look(at) }
        }
    });
}

/// The template's entries that no override shadows, then the overrides.
pub fn overlay<K: Kind>(template: Vec<K>, overrides: Vec<K>) -> Vec<K> {
    let shadowed: HashSet<K::Key> = overrides.iter().map(Kind::key).collect();
    let mut out: Vec<K> = template.into_iter().filter(|entry| !shadowed.contains(&entry.key())).collect();
    out.extend(overrides);
    out
}

macro_rules! collections {
    ($( $(#[$doc:meta])* $field:ident : $kind:ty, )+) => {
        /// What an input says about each kind: `None` leaves it as it is, a collection replaces it whole.
        /// Kinds may be added, so who names some of them ends with `..Collections::default()`.
        #[derive(Clone, Debug, Default)]
        #[non_exhaustive]
        pub struct Collections {
            $( $(#[$doc])* pub $field: Option<<$kind as Kind>::Set>, )+
        }

        impl Collections {
            /// Normalizes all collections and notes everything wrong with them.
            pub fn check(&mut self, at: &mut Problems) {
                $( if let Some(set) = self.$field.take() {
                    let mut entries = set.into_entries();
                    check::<$kind>(&mut entries, at);
                    self.$field = Some(<$kind as Kind>::Set::from_entries(entries));
                } )+
            }
        }

        /// The API's field of every kind, in registry order.
        pub const FIELDS: &[&str] = &[$( <$kind as Kind>::FIELD ),+];
    };
}
for_each_kind!(collections);
