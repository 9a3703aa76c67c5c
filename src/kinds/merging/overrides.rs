//! The overrides of an instance for one kind: its own entries, the keys that it removes, and whether it replaces the
//! template's collection; and the operations on them.
//!
//! Created by the database layer and changed by the use cases. It must not depend on the entries of the template.

use std::collections::{BTreeSet, HashSet};

use crate::kinds::{Kind, OverrideKind, merging::slots::Keyed};

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
pub enum RuleAction {
    /// The inherited entry of one key is taken away.
    Remove,
    /// Everything of the kind that the template brings is ignored; only the instance's own entries count.
    Replace,
}

impl RuleAction {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "REMOVE",
            Self::Replace => "REPLACE",
        }
    }
}

/// A rule as it is stored, for any kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The kind.
    pub kind: OverrideKind,
    /// The action.
    pub action: RuleAction,
    /// The key of the removed entry; `None` if the rule is about the whole collection.
    pub key: Option<String>,
}

impl Rule {
    /// Reads a stored rule; `None` for a kind or an action that this version does not know.
    pub fn read(kind: &str, action: &str, key: Option<String>) -> Option<Self> {
        let kind = OverrideKind::read(kind)?;
        match (action, key) {
            ("REMOVE", Some(key)) => Some(Self { kind, action: RuleAction::Remove, key: Some(key) }),
            ("REPLACE", None) => Some(Self { kind, action: RuleAction::Replace, key: None }),
            _ => None,
        }
    }
}

/// The overrides of an instance for one kind. `E` represents an entry: the entry itself, or an element of a collection
/// under change.
#[derive(Clone, Debug, PartialEq)]
pub struct Overrides<K: Kind, E = K> {
    /// Its own entries, oldest first.
    pub entries: Vec<E>,
    /// The keys whose inherited entries are removed.
    pub removed: BTreeSet<K::Key>,
    /// Whether nothing is inherited.
    pub replaced: bool,
}

impl<K: Kind, E> Default for Overrides<K, E> {
    fn default() -> Self {
        Self { entries: Vec::new(), removed: BTreeSet::new(), replaced: false }
    }
}

impl<K: Kind, E: Keyed<K>> Overrides<K, E> {
    /// Creates overrides from the rows of an instance. Rules of other kinds are ignored.
    pub fn new(entries: Vec<E>, kind: OverrideKind, rules: &[Rule]) -> Self {
        let rules = || rules.iter().filter(|rule| rule.kind == kind);
        Self {
            entries,
            // A key that no entry can have, in a row written by hand, removes nothing.
            removed: rules().filter_map(|rule| rule.key.as_deref()?.parse().ok()).collect(),
            replaced: rules().any(|rule| rule.action == RuleAction::Replace),
        }
    }

    /// The rules as they are stored.
    pub fn rules(&self, kind: OverrideKind) -> Vec<Rule> {
        let replace = self.replaced.then_some(Rule { kind, action: RuleAction::Replace, key: None });
        let remove =
            self.removed.iter().map(|key| Rule { kind, action: RuleAction::Remove, key: Some(key.to_string()) });
        replace.into_iter().chain(remove).collect()
    }

    /// Sets entries: they replace all own entries with the same keys, and removals of these keys are undone.
    pub fn set(&mut self, entries: Vec<K>) {
        let keys: HashSet<K::Key> = entries.iter().map(Kind::key).collect();
        let is_set = |entry: &E| entry.entry_key().is_some_and(|key| keys.contains(&key));
        let place = self.entries.iter().position(is_set);
        self.entries.retain(|entry| !is_set(entry));
        self.removed.retain(|key| !keys.contains(key));
        let place = place.unwrap_or(self.entries.len());
        self.entries.splice(place..place, entries.into_iter().map(E::from));
    }

    /// Removes a key, inherited or not.
    pub fn remove(&mut self, key: K::Key) {
        self.entries.retain(|entry| entry.entry_key().as_ref() != Some(&key));
        self.removed.insert(key);
    }

    /// Ignores all inherited entries; own entries stay.
    pub fn replace(&mut self) {
        self.replaced = true;
    }

    /// Resets a key to the template.
    pub fn reset(&mut self, key: &K::Key) {
        self.entries.retain(|entry| entry.entry_key().as_ref() != Some(key));
        self.removed.remove(key);
    }

    /// Replaces the own entries. Removals of other keys stay. An empty list resets the kind, so that everything is
    /// inherited.
    pub fn write(&mut self, entries: Vec<K>) {
        if entries.is_empty() {
            *self = Self::default();
            return;
        }
        for entry in &entries {
            self.removed.remove(&entry.key());
        }
        self.entries = entries.into_iter().map(E::from).collect();
    }
}
