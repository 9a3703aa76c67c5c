//! The effective entries of instances and the entries of templates, on one side of a change.
//!
//! Used by the effects of a change. Secrets stay encrypted: an entry that a change does not write has the same bytes before
//! and after it, so a caller learns only that something was written.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::Value as Json;

use crate::{
    app::{
        conflicts::claim::{Claim, Claims, deduplicate},
        overrides::effective::Layers,
    },
    budget::Budget,
    db::{
        Session,
        entities::{InstanceModel, TemplateModel},
        entries::{Mergeable, Source},
    },
    error::{Result, Unreadable},
    fields::TemplateValues,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{
        AnyChange, AnyEntry, Cardinality, Kind, OfInstance, OfStack, OfTemplate, OverrideKind, Registered, Rules,
        SharedVar, StorageNames, VolumeScope, diff, for_each_kind, for_each_template_kind,
    },
    reference::InstanceRef,
};

/// The entries of one kind; the row that cannot be read otherwise. `None` if they were not loaded.
type Known<K> = Option<Result<Vec<K>, Unreadable>>;

/// The names of instances, by which dependencies are meant: the id of a new one is another one whenever it is planned.
pub(super) type Names = HashMap<InstanceId, String>;

/// The text of a key.
macro_rules! key_text {
    (dependencies, $names:ident) => {
        |key| name_of(key, $names)
    };
    ($field:ident, $names:ident) => {
        ToString::to_string
    };
}

/// An entry as text, without its secret.
macro_rules! entry_text {
    (dependencies, $entry:expr, $names:expr) => {
        text_of($entry, &[("depends_on", name_of(&$entry.depends_on, $names))])
    };
    ($field:ident, $entry:expr, $names:expr) => {
        text_of($entry, &[])
    };
}

macro_rules! values {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// Entries by kind: the effective ones of an instance, or those of a template.
        #[derive(Clone, Debug, Default)]
        pub(super) struct Values {
            $( $field: Known<crate::kinds::$kind>, )+
        }

        impl Values {
            /// What differs from these values to others. Kinds that are not known on both sides are left out; a kind that
            /// cannot be read is left out as well, and reported when it is rendered.
            pub(super) fn changes_to(&self, after: &Self, names: &Names, budget: &Budget) -> Result<Vec<AnyChange>> {
                let mut all = Vec::new();
                $( if let (Some(Ok(before)), Some(Ok(after))) = (&self.$field, &after.$field) {
                    changes(before, after, key_text!($field, names), budget, &mut all)?;
                } )+
                Ok(all)
            }

            /// All values as text, without secrets.
            pub(super) fn text(&self, names: &Names) -> String {
                let mut all = String::new();
                $( for entry in self.$field.iter().flatten().flatten() {
                    all += stringify!($field);
                    all += &entry_text!($field, entry, names);
                    all.push('\n');
                } )+
                all
            }
        }

        /// The effective entries of instances, of the wanted kinds. Runs two statements for each kind.
        pub(super) async fn of_instances(
            db: &impl Session,
            instances: &[&InstanceModel],
            rules: &HashMap<InstanceId, Rules>,
            wants: impl Fn(OverrideKind, InstanceId) -> bool,
        ) -> Result<HashMap<InstanceId, Values>> {
            let mut all: HashMap<InstanceId, Values> =
                instances.iter().map(|row| (row.id, Values::default())).collect();
            $( {
                let wanted: Vec<&InstanceModel> =
                    instances.iter().copied().filter(|row| wants(OverrideKind::$kind, row.id)).collect();
                for (id, entries) in effective::<crate::kinds::$kind>(db, &wanted, rules).await? {
                    if let Some(values) = all.get_mut(&id) {
                        values.$field = Some(entries);
                    }
                }
            } )+
            Ok(all)
        }
    };
}
for_each_kind!(values);

macro_rules! of_templates {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of templates.
        pub(super) async fn of_templates(
            db: &impl Session,
            templates: &[TemplateModel],
        ) -> Result<HashMap<TemplateId, Values>> {
            let ids: Vec<TemplateId> = templates.iter().map(|row| row.id).collect();
            let settings = |row| Values {
                settings: Some(Ok(TemplateValues::from(row).settings().into_entries())),
                ..Values::default()
            };
            let mut all: HashMap<TemplateId, Values> =
                templates.iter().map(|row| (row.id, settings(row))).collect();
            if ids.is_empty() {
                return Ok(all);
            }
            $(
                let mut loaded = <crate::kinds::$kind as Source<OfTemplate>>::masked(db, &ids).await?;
                for (id, values) in &mut all {
                    values.$field = Some(loaded.take(*id));
                }
            )+
            Ok(all)
        }
    };
}
for_each_template_kind!(of_templates);

/// The effective entries of one kind. Instances that only inherit are merged once for each template.
async fn effective<K: Mergeable>(
    db: &impl Session,
    instances: &[&InstanceModel],
    rules: &HashMap<InstanceId, Rules>,
) -> Result<Vec<(InstanceId, Result<Vec<K>, Unreadable>)>> {
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<InstanceId> = instances.iter().map(|row| row.id).collect();
    let templates: BTreeSet<TemplateId> = instances.iter().map(|row| row.template_service_id).collect();
    let templates: Vec<TemplateId> = templates.into_iter().collect();
    let mut inherited = <K as Source<OfTemplate>>::masked(db, &templates).await?;
    let inherited: HashMap<TemplateId, Result<Arc<Vec<K>>, Unreadable>> =
        templates.iter().map(|id| (*id, inherited.take(*id).map(Arc::new))).collect();
    let stacks: BTreeSet<StackId> = instances.iter().map(|row| row.stack_id).collect();
    let stacks: Vec<StackId> = stacks.into_iter().collect();
    let mut shared = <K as Source<OfStack>>::masked(db, &stacks).await?;
    let shared: HashMap<StackId, Result<Arc<Vec<K>>, Unreadable>> =
        stacks.iter().map(|id| (*id, shared.take(*id).map(Arc::new))).collect();
    let mut own = <K as Source<OfInstance>>::masked(db, &ids).await?;
    let no_rules = Rules::new();
    let found = instances.iter().map(|row| {
        let entries = own.take(row.id).and_then(|own| {
            let template = match inherited.get(&row.template_service_id) {
                Some(found) => found.clone()?,
                None => Arc::default(),
            };
            let shared = match shared.get(&row.stack_id) {
                Some(found) => found.clone()?,
                None => Arc::default(),
            };
            let layers = Layers::new([template, shared, Arc::new(own)], rules.get(&row.id).unwrap_or(&no_rules));
            Ok(layers.merge().values().into_iter().cloned().collect())
        });
        (row.id, entries)
    });
    Ok(found.collect())
}

/// The variables of stacks, with secrets still encrypted. Those that cannot be read are missing.
pub(super) async fn shared_vars(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<SharedVar>>> {
    Ok(<SharedVar as Source<OfStack>>::masked(db, stacks).await?.entries)
}

/// What differs between the variables of a stack.
pub(super) fn shared_changes(before: &[SharedVar], after: &[SharedVar], budget: &Budget) -> Result<Vec<AnyChange>> {
    let mut all = Vec::new();
    changes(before, after, ToString::to_string, budget, &mut all)?;
    Ok(all)
}

/// The variables of a stack as text, without secrets.
pub(super) fn shared_text(vars: &[SharedVar]) -> String {
    vars.iter().map(|var| format!("\n{}", text_of(var, &[]))).collect()
}

fn changes<K: Registered + Into<AnyEntry>>(
    before: &[K],
    after: &[K],
    key_text: impl Fn(&K::Key) -> String,
    budget: &Budget,
    all: &mut Vec<AnyChange>,
) -> Result<()> {
    let (before, after): (Vec<&K>, Vec<&K>) = (before.iter().collect(), after.iter().collect());
    for change in diff(&before, &after) {
        for entry in change.from.iter().chain(&change.to) {
            budget.charge(size_of::<AnyEntry>() + entry.heap_size())?;
        }
        let key = key_text(&change.key);
        all.push(AnyChange { key, ..change.into() });
    }
    Ok(())
}

fn name_of(instance: &InstanceRef, names: &Names) -> String {
    let name = instance.known().and_then(|id| names.get(&id)).cloned();
    name.unwrap_or_else(|| instance.to_string())
}

fn text_of<K: Kind>(entry: &K, replaced: &[(&str, String)]) -> String {
    let mut columns = entry.public_columns();
    for (column, text) in replaced {
        columns.insert((*column).to_owned(), text.clone().into());
    }
    Json::Object(columns).to_string()
}

macro_rules! any_text {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// An entry of any kind as text, without its secret.
        pub(super) fn text_of_any(entry: &AnyEntry, names: &Names) -> String {
            match entry {
                $( AnyEntry::$kind(entry) => entry_text!($field, entry, names), )+
                AnyEntry::SharedVar(entry) => text_of(entry, &[]),
            }
        }
    };
}
for_each_kind!(any_text);

impl Values {
    /// The instances on which the instance depends.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = InstanceId> {
        self.dependencies.iter().flatten().flatten().filter_map(|entry| entry.depends_on.known())
    }

    /// What an instance of this stack claims of the host, in order.
    pub(super) fn claims(&self, stack: StackId) -> Vec<Claim> {
        fn of<K: Claims>(known: Option<&Result<Vec<K>, Unreadable>>, stack: StackId) -> Vec<Claim> {
            let entries = known.into_iter().flatten().flatten();
            deduplicate(entries.filter_map(|entry| entry.claim(stack)).collect())
        }
        let mut all = of(self.ports.as_ref(), stack);
        all.extend(of(self.domains.as_ref(), stack));
        all.extend(of(self.volumes.as_ref(), stack));
        all
    }

    /// The names of the engine's volumes that the instance mounts, with the places where it does, and whether the stack
    /// shares them.
    pub(super) fn volumes(&self, names: StorageNames<'_>) -> Vec<(String, String, bool)> {
        let volumes = self.volumes.iter().flatten().flatten();
        let named = volumes.filter_map(|volume| {
            let name = volume.stored_as(names)?;
            Some((name, volume.target.clone(), volume.scope == VolumeScope::Stack))
        });
        named.collect()
    }
}
