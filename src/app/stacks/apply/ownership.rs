//! Who keeps which entry of a stack in a file: decides what an owner may write, and collects what changes hands.
//!
//! Used while an apply is planned. It must not write.

use std::collections::{BTreeMap, HashMap};

use crate::{
    db::{entities::OwnedEntryModel, entries::owned::EntryRef},
    error::{Code, Detail, HeldByOther, Problem},
    ids::InstanceId,
    kinds::OverrideKind,
};

/// The kind of an owned field; the key is its column.
pub(super) const FIELD: &str = "FIELD";
/// The kind of an owned instance, which its owner has created.
pub(super) const INSTANCE: &str = "INSTANCE";
/// The kind of an owned replacement of a whole kind; the key is the kind.
pub(super) const REPLACED: &str = "REPLACED";

/// The kind of a stored row; `None` for one that this version does not know.
fn known_kind(kind: &str) -> Option<&'static str> {
    let of_entries = OverrideKind::read(kind).map(OverrideKind::as_str);
    of_entries.or_else(|| [FIELD, INSTANCE, REPLACED].into_iter().find(|known| *known == kind))
}

/// What happens to entries that the owner has applied before and that the source does not have any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Prune {
    /// They are removed.
    #[default]
    Owned,
    /// They stay, with their owner.
    None,
}

/// The owned entries of a stack, from the view of one owner.
pub(super) struct Ownership<'o> {
    owner: &'o str,
    /// Whether the owner takes entries over from others.
    takes: bool,
    prune: Prune,
    rows: HashMap<EntryRef, (i64, String)>,
    /// The keys of the owner's own entries.
    own: HashMap<(Option<InstanceId>, &'static str), Vec<String>>,
    claimed: Vec<EntryRef>,
    released: Vec<i64>,
    conflicts: BTreeMap<EntryRef, String>,
}

impl<'o> Ownership<'o> {
    pub(super) fn new(rows: Vec<OwnedEntryModel>, owner: &'o str, takes: bool, prune: Prune) -> Self {
        let mut all = HashMap::with_capacity(rows.len());
        let mut own: HashMap<_, Vec<String>> = HashMap::new();
        for row in rows {
            let Some(kind) = known_kind(&row.kind) else { continue };
            if row.owner == owner {
                own.entry((row.instance_id, kind)).or_default().push(row.entry_key.clone());
            }
            let entry = EntryRef { instance: row.instance_id, kind, key: row.entry_key };
            all.insert(entry, (row.id, row.owner));
        }
        let (claimed, released, conflicts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { owner, takes, prune, rows: all, own, claimed, released, conflicts }
    }

    /// Whether an entry that the source has is written. It becomes the owner's, unless another owner has it: then it has
    /// to be as the source says, or is taken over, or is a conflict.
    pub(super) fn writes(&mut self, entry: EntryRef, is_as_wanted: bool) -> bool {
        match self.rows.get(&entry) {
            Some((_, owner)) if owner == self.owner => !is_as_wanted,
            Some(_) if is_as_wanted => false,
            Some((row, _)) if self.takes => {
                self.released.push(*row);
                self.claimed.push(entry);
                true
            }
            Some((_, owner)) => {
                self.conflicts.insert(entry, owner.clone());
                false
            }
            None => {
                self.claimed.push(entry);
                !is_as_wanted
            }
        }
    }

    /// The keys that the owner has applied before and that are to be removed if the source does not have them.
    pub(super) fn prunable(&self, instance: Option<InstanceId>, kind: &'static str) -> Vec<String> {
        match self.prune {
            Prune::Owned => self.own.get(&(instance, kind)).cloned().unwrap_or_default(),
            Prune::None => Vec::new(),
        }
    }

    /// Whether the owner has an entry that may be removed.
    pub(super) fn is_prunable(&self, entry: &EntryRef) -> bool {
        self.prune == Prune::Owned && self.rows.get(entry).is_some_and(|(_, owner)| owner == self.owner)
    }

    /// The instances of which the owner has entries.
    pub(super) fn instances(&self) -> impl Iterator<Item = InstanceId> {
        self.own.keys().filter_map(|(instance, _)| *instance)
    }

    /// Whether other owners have entries of an instance.
    pub(super) fn is_shared(&self, instance: InstanceId) -> bool {
        self.rows.iter().any(|(entry, (_, owner))| entry.instance == Some(instance) && owner != self.owner)
    }

    /// Gives up an entry of the owner.
    pub(super) fn release(&mut self, entry: &EntryRef) {
        if let Some((row, owner)) = self.rows.get(entry)
            && owner == self.owner
        {
            self.released.push(*row);
        }
    }

    /// The rows that are given up, and the entries that become the owner's.
    pub(super) fn changes(&self) -> (&[i64], &[EntryRef]) {
        (&self.released, &self.claimed)
    }

    /// What others hold in another way, as problems. `names` has the names of instances.
    pub(super) fn problems(&self, names: &HashMap<InstanceId, String>) -> Vec<Problem> {
        let problem = |(entry, owner): (&EntryRef, &String)| {
            let instance = entry.instance.and_then(|id| names.get(&id)).cloned();
            let held = held(entry, owner.clone(), names);
            let what = match (&held.kind, &instance) {
                (None, None) => format!("The {} of the stack", held.key),
                (None, Some(instance)) => format!("The {} of the instance `{instance}`", held.key),
                (Some(kind), None) if held.instance.is_none() => format!("`{}` ({kind}) of the stack", held.key),
                (Some(kind), _) => {
                    format!("`{}` ({kind}) of the instance `{}`", held.key, instance.as_deref().unwrap_or("?"))
                }
            };
            let message = format!(
                "{what} belongs to the owner `{owner}`, who has it otherwise: leave it to that owner, or take it over \
                 with take."
            );
            Problem::new(Code::OwnedByOther, &["input", "take"], message).with(Detail::Held(Box::new(held)))
        };
        self.conflicts.iter().map(problem).collect()
    }
}

/// What another owner has, as it is shown.
fn held(entry: &EntryRef, owner: String, names: &HashMap<InstanceId, String>) -> HeldByOther {
    let (kind, key) = match entry.kind {
        FIELD => (None, crate::fields::api_name(&[], &entry.key)),
        REPLACED => (OverrideKind::read(&entry.key).map(OverrideKind::as_str), "*".to_owned()),
        kind if kind == OverrideKind::Dependency.as_str() => {
            let on = <InstanceId as crate::ids::GlobalId>::decode(&entry.key).and_then(|id| names.get(&id)).cloned();
            (Some(kind), on.unwrap_or_else(|| entry.key.clone()))
        }
        kind => (Some(kind), entry.key.clone()),
    };
    HeldByOther { owner, instance: entry.instance, kind, key }
}
