//! What an instance says about one kind: entries of its own, inherited entries that it removes, and whether it ignores
//! everything inherited; and the steps that change it.
//!
//! Made by the database room and changed by the use cases. It must never know what the template brings: it is the same
//! whatever the template says.

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
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "REMOVE",
            Self::Replace => "REPLACE",
        }
    }
}

/// A rule as it is stored: for any kind, with the text of its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// What it is about.
    pub kind: OverrideKind,
    /// What it does.
    pub action: RuleAction,
    /// The key of the entry that is removed; none when the rule is about the whole collection.
    pub key: Option<String>,
}

/// What an instance says about one kind. `E` is what stands for an entry: itself, or its place while it is changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Overrides<K: Kind, E = K> {
    /// Entries of its own, in the order in which they came to be.
    pub entries: Vec<E>,
    /// Keys whose inherited entries are removed.
    pub removed: BTreeSet<K::Key>,
    /// True when nothing is inherited at all.
    pub replaced: bool,
}

impl<K: Kind, E> Default for Overrides<K, E> {
    fn default() -> Self {
        Self { entries: Vec::new(), removed: BTreeSet::new(), replaced: false }
    }
}

impl<K: Kind, E: Keyed<K>> Overrides<K, E> {
    /// From the rows of an instance; `rules` may hold those of other kinds, which are not looked at.
    pub fn new(entries: Vec<E>, kind: OverrideKind, rules: &[Rule]) -> Self {
        let rules = || rules.iter().filter(|rule| rule.kind == kind);
        Self {
            entries,
            // A key that no entry can have (a row written by hand) removes nothing.
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

    /// Entries take the place of all own entries with their keys, and what was removed under these keys is there again.
    pub fn set(&mut self, entries: Vec<K>) {
        let keys: HashSet<K::Key> = entries.iter().map(Kind::key).collect();
        let is_set = |entry: &E| entry.entry_key().is_some_and(|key| keys.contains(&key));
        let place = self.entries.iter().position(is_set);
        self.entries.retain(|entry| !is_set(entry));
        self.removed.retain(|key| !keys.contains(key));
        let place = place.unwrap_or(self.entries.len());
        self.entries.splice(place..place, entries.into_iter().map(E::from));
    }

    /// Nothing with this key is there any more, neither inherited nor of its own.
    pub fn remove(&mut self, key: K::Key) {
        self.entries.retain(|entry| entry.entry_key().as_ref() != Some(&key));
        self.removed.insert(key);
    }

    /// Nothing is inherited any more; entries of its own stay.
    pub fn replace(&mut self) {
        self.replaced = true;
    }

    /// Nothing is said about this key any more.
    pub fn reset(&mut self, key: &K::Key) {
        self.entries.retain(|entry| entry.entry_key().as_ref() != Some(key));
        self.removed.remove(key);
    }

    /// Makes `entries` the whole collection. What is removed stays so, except under the keys that are now set; with no
    /// entries at all nothing is said about the kind any more, so that everything is inherited.
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
