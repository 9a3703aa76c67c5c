//! The registry of kinds: everything that an instance can override, one file and one line for each kind.
//!
//! All code that enumerates the kinds (tables, loaders, inputs, copies, counts, merging, tests) uses [`for_each_kind`],
//! so that none of it forgets a kind. A kind must not depend on another kind, a resolver or a use case.

mod check;
mod contract;
mod merging;
pub mod plain;
mod rows;
mod values;
mod words;

pub mod attribute;
pub mod compose;
pub mod config_file;
pub mod dependency;
pub mod domain;
mod env_value;
pub mod env_var;
pub mod healthcheck;
pub mod label;
pub mod network;
pub mod port;
pub mod resource_limits;
pub mod setting;
pub mod shared_var;
pub mod volume;

use crate::error::Problems;
pub use crate::kinds::{
    attribute::Attribute,
    check::{check, check_all, check_entries, check_entry},
    config_file::ConfigFile,
    contract::{
        Belongs, Brief, Cardinality, EntryKey, Kind, Names, OfInstance, OfStack, OfTemplate, Owner, SECRET_COLUMN,
        Shape, Stored, Survives,
    },
    dependency::{Condition, Dependency},
    domain::{Domain, host_name},
    env_value::EnvValue,
    env_var::EnvVar,
    healthcheck::Healthcheck,
    label::{CONFIG_HASH_LABEL, Label, RESERVED_PREFIX},
    merging::{
        merge::{
            Change, ChangeType, Effective, Inherited, Merged, Origin, Removed, Stats, diff, inherited, merge,
            merge_with, stats, stats_with,
        },
        operation::{
            AnyChange, AnyEntry, Draft, Entry, GivenReferences, InstanceOverrides, Key, Operation, OverrideKind,
            Registered, Reset, Rules, Size, Sizes, given_references,
        },
        overrides::{Overrides, Rule, RuleAction},
        slots::{Drafted, Head, Keyed, Slot},
    },
    network::{DEFAULT_NETWORK, Network},
    port::{Port, PortKey, Protocol},
    resource_limits::ResourceLimits,
    setting::{Setting, SettingField, Settings, UNNAMED_IMAGE},
    shared_var::{Inject, SharedVar},
    values::{Argv, HostPort, Only, Stamp, UnknownWord, generated::Generated, json::JsonValue, restart::RestartPolicy},
    volume::{StorageNames, Volume, VolumeScope, VolumeType},
};

pub(crate) use self::{check::clean_path, rows::kind};

/// The maximum number of entries of one kind in a template or an instance.
pub const MAX_ENTRIES: usize = 500;
/// The maximum size of the entries of one kind in a template or an instance: 16 MiB. It counts the text of the column
/// that can be long, such as contents, values or commands.
pub const MAX_KIND_BYTES: usize = 16 << 20;

/// Defines two macros from one list: `for_each_kind` calls back with all kinds, `for_each_template_kind` with the kinds
/// for which templates have tables.
macro_rules! registry {
    (($d:tt) of_both { $($both:tt)* } of_instances { $($own:tt)* }) => {
        macro_rules! for_each_kind {
            ($d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))? $($both)* $($own)* }
            };
        }
        macro_rules! for_each_template_kind {
            ($d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))? $($both)* }
            };
        }
        pub(crate) use {for_each_kind, for_each_template_kind};
    };
}

// The kinds, in the order in which they are shown, copied and counted.
registry! { ($)
    of_both {
        /// Container ports that are published on the host.
        ports: Port,
        /// Storage mounted into the container.
        volumes: Volume,
        /// Environment variables of the container.
        env_vars: EnvVar,
        /// Labels of the container.
        labels: Label,
        /// Host names under which a gateway reaches the container.
        domains: Domain,
        /// How the engine finds out whether the container is healthy; null when nothing is said about it here.
        healthcheck: Healthcheck,
        /// Files written into the container before it starts.
        config_files: ConfigFile,
        /// How much of the machine the container may use; null when nothing is said about it here.
        resource_limits: ResourceLimits,
        /// What the Compose service says beyond the other collections, such as `cap_add` or `ulimits`.
        attributes: Attribute,
        /// Networks that the container joins instead of the stack's own; empty for the stack's own only.
        networks: Network,
    }
    of_instances {
        /// Image, command and the like: the template has them as fields of its own.
        settings: Setting,
        /// Instances of the same stack that are started before this one.
        dependencies: Dependency,
    }
}

macro_rules! collections {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The collections of an input, by kind. `None` leaves a kind unchanged, a collection replaces it.
        /// Kinds may be added, so code that names some of them has to end with `..Collections::default()`.
        #[derive(Clone, Debug, Default, Hash)]
        #[non_exhaustive]
        pub struct Collections {
            $( $(#[$doc])* pub $field: Option<<$kind as Kind>::Set>, )+
        }

        impl Collections {
            /// Normalizes all collections and notes all their problems.
            pub fn check(&mut self, at: &mut Problems) {
                $( if let Some(set) = self.$field.take() {
                    let mut entries = set.into_entries();
                    check::<$kind>(&mut entries, at);
                    self.$field = Some(<$kind as Kind>::Set::from_entries(entries));
                } )+
            }

            /// Sets empty collections to `None`, which means the same for a new owner.
            #[must_use]
            pub fn without_empty(mut self) -> Self {
                $( if self.$field.as_ref().is_some_and(|set| Cardinality::<$kind>::count(set) == 0) {
                    self.$field = None;
                } )+
                self
            }

            /// The number of entries, all kinds together.
            pub fn count(&self) -> usize {
                let counts = [$( self.$field.as_ref().map_or(0, Cardinality::<$kind>::count) ),+];
                counts.into_iter().sum()
            }
        }

        /// The API field of each kind, in registry order.
        pub const FIELDS: &[&str] = &[$( <$kind as Kind>::FIELD ),+];
    };
}
for_each_kind!(collections);
