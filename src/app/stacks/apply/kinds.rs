//! All kinds of an instance at once: what a source has, what is stored, and what an apply makes of it.
//!
//! Used by the use case. It is generated from the registry of kinds, so that no kind is forgotten. It must not write.

use std::collections::{BTreeSet, HashMap};

use super::{
    merge::{Desired, Target, decide},
    ownership::Ownership,
};
use crate::{
    compose::Entries,
    db::{Session, entities::InstanceModel, entries::Source, queries::rules},
    error::{Problems, Result, Unreadable},
    ids::{InstanceId, TemplateId},
    kinds::{
        Cardinality, Collections, Dependency, EnvValue, EnvVar, GivenReferences, InstanceOverrides, Kind, OfInstance,
        OfTemplate, OverrideKind, Overrides, for_each_kind, given_references, merge,
    },
};

/// What a source has of an instance, by kind.
#[derive(Clone, Debug)]
pub(super) enum DesiredKinds {
    /// A document: the overrides. A kind that is `None` has none.
    Overrides(Box<InstanceOverrides>),
    /// A Compose file: the entries that run.
    Entries(Box<Entries>),
}

/// How secrets are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrets {
    /// Decrypted, to be compared and written.
    Decrypted,
    /// As they are stored, for a document, which has none.
    Encrypted,
}

/// The ids of instances by name.
type References<'r> = &'r HashMap<String, InstanceId>;

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of a file.
        pub(super) fn of_file(collections: Collections) -> DesiredKinds {
            let mut entries = Entries::default();
            $( entries.$field = collections.$field.map(Cardinality::into_entries).unwrap_or_default(); )+
            DesiredKinds::Entries(Box::new(entries))
        }

        /// The overrides of instances. The number of statements does not depend on the number of instances.
        pub(super) async fn stored(
            db: &impl Session,
            ids: &[InstanceId],
            secrets: Secrets,
        ) -> Result<HashMap<InstanceId, Result<InstanceOverrides, Unreadable>>> {
            let mut rules = rules::load(db, ids).await?;
            let rules: HashMap<InstanceId, _> =
                ids.iter().map(|id| (*id, rules.remove(id).unwrap_or_default())).collect();
            let mut all: HashMap<InstanceId, Result<InstanceOverrides, Unreadable>> =
                ids.iter().map(|id| (*id, Ok(InstanceOverrides::default()))).collect();
            $( {
                let mut loaded = match secrets {
                    Secrets::Decrypted => <crate::kinds::$kind as Source<OfInstance>>::load_each(db, ids).await?,
                    Secrets::Encrypted => <crate::kinds::$kind as Source<OfInstance>>::masked(db, ids).await?,
                };
                for (id, found) in &mut all {
                    match (loaded.take(*id), &mut *found) {
                        (Ok(own), Ok(overrides)) => {
                            overrides.$field = Some(Overrides::new(own, OverrideKind::$kind, &rules[id]));
                        }
                        (Err(row), Ok(_)) => *found = Err(row),
                        (_, Err(_)) => {}
                    }
                }
            } )+
            Ok(all)
        }

        /// The entries of templates, with decrypted secrets.
        pub(super) async fn of_templates(
            db: &impl Session,
            ids: &[TemplateId],
        ) -> Result<HashMap<TemplateId, Result<Entries, Unreadable>>> {
            let mut all: HashMap<TemplateId, Result<Entries, Unreadable>> =
                ids.iter().map(|id| (*id, Ok(Entries::default()))).collect();
            $( {
                let mut loaded = <crate::kinds::$kind as Source<OfTemplate>>::load_each(db, ids).await?;
                for (id, found) in &mut all {
                    let entries = loaded.take(*id);
                    match (entries, &mut *found) {
                        (Ok(own), Ok(entries)) => entries.$field = own,
                        (Err(row), Ok(_)) => *found = Err(row),
                        (_, Err(_)) => {}
                    }
                }
            } )+
            Ok(all)
        }

        /// The entries that an instance runs.
        pub(super) fn effective(template: &Entries, own: &InstanceOverrides) -> Entries {
            let mut entries = Entries::default();
            $( {
                let nothing = Overrides::default();
                let merged = merge(&template.$field, own.$field.as_ref().unwrap_or(&nothing));
                entries.$field = merged.values().into_iter().cloned().collect();
            } )+
            entries
        }

        /// What an apply makes of the overrides of an instance: the kinds that change. `exported` has its entries in the
        /// stack's own Compose file, if it is there.
        pub(super) fn decide_all<'e>(
            target: &Target<'_>,
            template: &Entries,
            own: &InstanceOverrides,
            desired: DesiredKinds,
            exported: &dyn Fn() -> Option<&'e Entries>,
            ownership: &mut Ownership<'_>,
        ) -> InstanceOverrides {
            let mut next = InstanceOverrides::default();
            let (none, mut overrides, mut entries) = (InstanceOverrides::default(), None, None);
            match desired {
                DesiredKinds::Overrides(all) => overrides = Some(all),
                DesiredKinds::Entries(all) => entries = Some(all),
            }
            $( {
                let desired = match (&mut overrides, &mut entries) {
                    (_, Some(entries)) => Desired::Entries(std::mem::take(&mut entries.$field)),
                    (overrides, None) => {
                        Desired::Overrides(overrides.as_mut().and_then(|all| all.$field.take()).unwrap_or_default())
                    }
                };
                let nothing = Overrides::default();
                let own = own.$field.as_ref().or(none.$field.as_ref()).unwrap_or(&nothing);
                let exported = || exported().map(|entries| entries.$field.as_slice());
                next.$field = decide((target, &exported), &template.$field, own, &desired, ownership);
            } )+
            next
        }

        impl DesiredKinds {
            /// The texts with references that the source has.
            pub(super) fn referring(&self) -> Vec<GivenReferences> {
                let mut found = Vec::new();
                $( {
                    let entries = match self {
                        Self::Overrides(all) => all.$field.as_ref().map_or(&[][..], |overrides| &overrides.entries),
                        Self::Entries(all) => &all.$field[..],
                    };
                    for entry in entries {
                        given_references(&mut found, &[], entry);
                    }
                } )+
                found
            }
        }

        /// Whether any kind changes.
        pub(super) fn changes_any(next: &InstanceOverrides) -> bool {
            $( next.$field.is_some() )||+
        }
    };
}
for_each_kind!(all_kinds);

impl DesiredKinds {
    /// The variables of the source.
    fn env_vars(&mut self) -> &mut [EnvVar] {
        match self {
            Self::Overrides(all) => all.env_vars.as_mut().map_or(&mut [], |overrides| &mut overrides.entries),
            Self::Entries(entries) => &mut entries.env_vars,
        }
    }

    /// Fills in stored secrets: those of variables without a value, and those that a Compose file cannot tell. Notes
    /// problems. `hides` is whether the caller may not reveal secrets: then given ones are not compared with stored ones.
    pub(super) fn keep_secrets(
        &mut self,
        (row, own, template): (&InstanceModel, &InstanceOverrides, &Entries),
        hides: bool,
        at: &mut Problems,
    ) {
        let seed = row.secret_seed();
        let is_file = matches!(self, Self::Entries(_));
        let own: &[EnvVar] = own.env_vars.as_ref().map_or(&[], |overrides| &overrides.entries);
        for variable in self.env_vars() {
            let is_it = |stored: &&EnvVar| stored.key == variable.key;
            let stored =
                own.iter().chain(&template.env_vars).find(|stored| is_it(stored) && variable.is_kept_from(stored));
            if is_file && !variable.is_secret && stored.is_some_and(Kind::holds_secret) {
                variable.is_secret = true;
                if variable.value.text().is_none() {
                    variable.value = EnvValue::KeepStored;
                }
            }
            // A file has the value of what is generated. A caller who may not reveal it must not learn whether it is right.
            if is_file && !hides && stored.is_some_and(|stored| is_value_of(variable, stored, &seed)) {
                variable.value = EnvValue::KeepStored;
            }
            if hides {
                variable.never_compared();
            }
            at.enter(variable.key.clone(), |at| variable.keep(stored, at));
            if variable.value == EnvValue::KeepStored {
                variable.value = EnvValue::Unset;
            }
        }
    }

    /// Replaces the names in dependencies by ids. What a Compose file names and is no instance is dropped; in a document it
    /// is returned.
    pub(super) fn resolve(&mut self, known: References<'_>) -> Vec<String> {
        match self {
            Self::Entries(entries) => drop(resolve(&mut entries.dependencies, known)),
            Self::Overrides(all) => {
                return all.dependencies.as_mut().map_or_else(Vec::new, |all| resolve(&mut all.entries, known));
            }
        }
        Vec::new()
    }
}

/// Whether a variable has the value that a generated secret has in an instance with this seed.
fn is_value_of(variable: &EnvVar, stored: &EnvVar, seed: &str) -> bool {
    let is_given = stored.generate.is_some() && variable.value.text().is_some();
    is_given && stored.given(seed).value.text() == variable.value.text()
}

/// Replaces names by ids, and returns the names of which there is no instance.
fn resolve(dependencies: &mut Vec<Dependency>, known: References<'_>) -> Vec<String> {
    let mut unknown = Vec::new();
    dependencies.retain_mut(|dependency| {
        let crate::reference::InstanceRef::Name { name, .. } = &dependency.depends_on else { return true };
        match known.get(name) {
            Some(id) => {
                dependency.depends_on = (*id).into();
                true
            }
            None => {
                unknown.push(name.clone());
                false
            }
        }
    });
    unknown
}

/// The dependencies of an instance that no document has, as keys: on instances in the trash.
pub(super) fn unseen(own: &InstanceOverrides, is_seen: impl Fn(InstanceId) -> bool) -> BTreeSet<String> {
    let dependencies = own.dependencies.iter().flat_map(|overrides| &overrides.entries);
    let unseen = dependencies.filter(|it| it.depends_on.known().is_some_and(|id| !is_seen(id)));
    unseen.map(|it| it.key().to_string()).collect()
}
