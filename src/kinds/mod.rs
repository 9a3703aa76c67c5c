//! The registry of kinds: what an instance can override, one file and one line each.
//!
//! Everything that must enumerate the kinds (tables, loaders, inputs, copy, count, merge, tests) takes
//! [`for_each_kind`], so that none can forget one. A kind must never know another kind, a resolver or a use case.

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
pub mod port;
pub mod resource_limits;
pub mod setting;
pub mod volume;

use crate::error::Problems;
pub use crate::kinds::{
    attribute::{Attribute, AttributeValue},
    check::{check, check_entries, check_entry},
    config_file::ConfigFile,
    contract::{Cardinality, EntryKey, Kind, Names, OfInstance, OfTemplate, Owner, Shape, Stored, Survives},
    dependency::{Condition, Dependency},
    domain::Domain,
    env_value::EnvValue,
    env_var::EnvVar,
    healthcheck::Healthcheck,
    label::Label,
    merging::{
        merge::{Change, Effective, Merged, Origin, Removed, Stats, diff, merge, merge_with, stats, stats_with},
        operation::{
            AnyChange, AnyEntry, Draft, Entry, InstanceOverrides, Key, Operation, OverrideKind, Registered, Reset,
            Rules, Size, Sizes,
        },
        overrides::{Overrides, Rule, RuleAction},
        slots::{Drafted, Head, Keyed, Slot},
    },
    port::{Port, PortKey, Protocol},
    resource_limits::ResourceLimits,
    setting::{Setting, SettingField, Settings},
    values::{Argv, HostPort, Only, Stamp, UnknownWord},
    volume::{Volume, VolumeType},
};

pub(crate) use self::{check::clean_path, rows::kind};

/// Most entries of one kind that a template or an instance takes.
pub const MAX_ENTRIES: usize = 500;
/// Most text that the entries of one kind have in all, for a template or an instance: 16 MiB. The text is that of the
/// column that can be long: contents, values, commands.
pub const MAX_KIND_BYTES: usize = 16 << 20;

/// Makes the two lists of kinds from one: `for_each_kind` has all of them, `for_each_template_kind` those whose entries
/// a template brings from tables of its own.
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

// The kinds, in the order in which they are shown, copied and counted. One line a kind.
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
        /// What an input says about each kind: `None` leaves it as it is, a collection replaces it whole.
        /// Kinds may be added, so who names some of them ends with `..Collections::default()`.
        #[derive(Clone, Debug, Default, Hash)]
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

            /// The same for a new owner, of which an empty collection says no more than an absent one.
            #[must_use]
            pub fn without_empty(mut self) -> Self {
                $( if self.$field.as_ref().is_some_and(|set| Cardinality::<$kind>::count(set) == 0) {
                    self.$field = None;
                } )+
                self
            }

            /// How many entries they have, all kinds together.
            pub fn count(&self) -> usize {
                let counts = [$( self.$field.as_ref().map_or(0, Cardinality::<$kind>::count) ),+];
                counts.into_iter().sum()
            }
        }

        /// The API's field of every kind, in registry order.
        pub const FIELDS: &[&str] = &[$( <$kind as Kind>::FIELD ),+];
    };
}
for_each_kind!(collections);
