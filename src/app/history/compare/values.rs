//! The effective entries of an instance, for a comparison with those of another one.
//!
//! Used by the comparison of stacks. It must not pair instances.

use std::{collections::HashMap, sync::Arc};

use crate::{
    app::{
        Layers,
        history::version::{PastInstance, PastStack},
    },
    db::{Tx, entries::Source},
    error::{Error, Result},
    ids::InstanceId,
    kinds::{
        AnyChange, AnyEntry, Dependency, Kind, OfInstance, OfStack, OfTemplate, Registered, SharedVar, diff,
        for_each_kind,
    },
    reference::InstanceRef,
};

/// The effective entries of an instance: as they are shown, and as they are compared, with secrets decrypted or left out.
pub(super) struct Values {
    shown: Effective,
    compared: Effective,
}

impl Values {
    /// Merges the layers of an instance.
    pub(super) fn of(instance: &PastInstance, opening: Opening<'_>) -> Result<Self> {
        Ok(Self { shown: Effective::of(instance, None)?, compared: Effective::of(instance, Some(opening))? })
    }
}

/// The variables of a stack: as they are shown, and as they are compared.
pub(super) struct SharedValues {
    shown: Arc<Vec<SharedVar>>,
    compared: Vec<SharedVar>,
}

impl SharedValues {
    /// Of a stack.
    pub(super) fn of(stack: &PastStack, opening: Opening<'_>) -> Result<Self> {
        let shown = stack.shared_vars.clone()?;
        let mut compared = (*shown).clone();
        match opening.own {
            true => <SharedVar as Source<OfStack>>::open(opening.tx, stack.row.id, &mut compared)?,
            false => without_secret(&mut compared, Kind::holds_secret),
        }
        Ok(Self { shown, compared })
    }

    /// What differs from these variables to others.
    pub(super) fn changes_to(&self, other: &Self) -> Vec<AnyChange> {
        changes([&self.compared, &self.shown], [&other.compared, &other.shown], ToString::to_string)
    }
}

/// Whose secrets are decrypted; the others are left out.
#[derive(Clone, Copy)]
pub(super) struct Opening<'t> {
    /// The transaction.
    pub(super) tx: &'t Tx,
    /// Those of the instance and of its stack.
    pub(super) own: bool,
    /// Those of the template.
    pub(super) inherited: bool,
}

/// Removes the secrets of some entries, so that each equals every other one.
fn without_secret<K: Kind>(entries: &mut [K], is_one: fn(&K) -> bool) {
    for entry in entries.iter_mut().filter(|entry| is_one(entry)) {
        if let Some(plain) = K::from_log(&entry.public_columns()) {
            *entry = plain;
        }
    }
}

macro_rules! effective {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The effective entries of an instance by kind.
        struct Effective {
            $( $field: Vec<crate::kinds::$kind>, )+
        }

        impl Effective {
            fn of(past: &PastInstance, opening: Option<Opening<'_>>) -> Result<Self> {
                let (id, stack, template) = (past.row.id, past.row.stack_id, past.row.template_service_id);
                Ok(Self { $( $field: {
                    let layers = past.layers.$field.as_ref().map_err(|row| Error::from(row.clone()))?;
                    let (mut own, mut inherited) = ((*layers.own).clone(), (*layers.template).clone());
                    let mut shared = (*layers.shared).clone();
                    if let Some(opening) = opening {
                        match opening.own {
                            true => {
                                <crate::kinds::$kind as Source<OfInstance>>::open(opening.tx, id, &mut own)?;
                                <crate::kinds::$kind as Source<OfStack>>::open(opening.tx, stack, &mut shared)?;
                            }
                            false => {
                                without_secret(&mut own, Kind::holds_secret);
                                without_secret(&mut shared, Kind::holds_secret);
                            }
                        }
                        match opening.inherited {
                            true => {
                                <crate::kinds::$kind as Source<OfTemplate>>::open(opening.tx, template, &mut inherited)?;
                            }
                            false => without_secret(&mut inherited, Kind::holds_secret),
                        }
                        // Generated secrets are the same where the same is asked for.
                        without_secret(&mut own, Kind::is_generated);
                        without_secret(&mut inherited, Kind::is_generated);
                    }
                    let layers = Layers::new([inherited, shared, own].map(Arc::new), &past.rules);
                    layers.merge().values().into_iter().cloned().collect()
                }, )+ })
            }
        }

        /// What differs between the entries of two instances. `names` has the name by which a dependency is meant, for each
        /// side.
        pub(super) fn differences(from: &Values, to: &Values, names: &[HashMap<InstanceId, String>; 2]) -> Vec<AnyChange> {
            let mut all = Vec::new();
            $( {
                let before = canonical!(&from.compared.$field, &names[0], $field);
                let after = canonical!(&to.compared.$field, &names[1], $field);
                all.extend(changes([&before, &from.shown.$field], [&after, &to.shown.$field], key_text!($field)));
            } )+
            all
        }
    };
}

/// Entries in a form that is the same on both sides: a dependency is meant by name.
macro_rules! canonical {
    ($entries:expr, $names:expr, dependencies) => {
        by_name($entries, $names)
    };
    ($entries:expr, $names:expr, $field:ident) => {
        $entries.clone()
    };
}

/// How a key in canonical form is shown.
macro_rules! key_text {
    (dependencies) => {
        |key: &InstanceRef| match key {
            InstanceRef::Name { name, .. } => name.clone(),
            InstanceRef::Id(_) => key.to_string(),
        }
    };
    ($field:ident) => {
        ToString::to_string
    };
}
for_each_kind!(effective);

fn by_name(entries: &[Dependency], names: &HashMap<InstanceId, String>) -> Vec<Dependency> {
    let named = |dependency: &Dependency| {
        let name = dependency.depends_on.known().and_then(|id| names.get(&id));
        let depends_on = match name {
            Some(name) => InstanceRef::Name { stack: String::new(), name: name.clone() },
            None => dependency.depends_on.clone(),
        };
        Dependency { depends_on, ..dependency.clone() }
    };
    entries.iter().map(named).collect()
}

/// The differences between entries in their canonical form, which come first, shown as the entries in the same places.
fn changes<K: Registered + Into<AnyEntry>>(
    [from, shown_from]: [&[K]; 2],
    [to, shown_to]: [&[K]; 2],
    key_text: impl Fn(&K::Key) -> String,
) -> Vec<AnyChange> {
    let shown = |entries: Vec<&K>, canonical: &[K], shown: &[K]| -> Vec<AnyEntry> {
        let place = |entry: &K| canonical.iter().position(|known| std::ptr::eq(known, entry));
        entries.into_iter().filter_map(|entry| Some(shown.get(place(entry)?)?.clone().into())).collect()
    };
    let (before, after): (Vec<&K>, Vec<&K>) = (from.iter().collect(), to.iter().collect());
    let differing = diff(&before, &after).into_iter().map(|change| AnyChange {
        kind: K::KIND,
        key: key_text(&change.key),
        from: shown(change.from, from, shown_from),
        to: shown(change.to, to, shown_to),
    });
    differing.collect()
}
