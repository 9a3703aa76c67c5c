//! Merges the layers of an instance into effective entries: the entries of its template, those that the instances of its
//! stack share, and its overrides.
//!
//! A pure function, and the only code that merges: the API, conflicts and all renderers use [`merge`]. It must not know
//! where entries came from, and must not depend on a concrete kind.

use std::collections::BTreeSet;

use crate::kinds::{Kind, Overrides, RuleAction};

/// Where an effective value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Origin {
    /// The template.
    Template,
    /// The stack: its instances share it.
    Stack,
    /// The instance: it overrides what it inherits, or adds to it.
    Instance,
    /// The service itself.
    System,
}

/// An effective entry. `E` represents an entry: a reference to it, or its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective<E> {
    /// The entry.
    pub entry: E,
    /// Where it comes from.
    pub origin: Origin,
    /// The entries below it that it overrides, the nearest layer first.
    pub shadows: Vec<E>,
}

/// An inherited entry that the instance has removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed<E> {
    /// The entry.
    pub entry: E,
    /// The action of the rule that removed it.
    pub by: RuleAction,
}

/// The effective entries of one kind, and the removed ones, both sorted by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged<E> {
    /// The effective entries.
    pub entries: Vec<Effective<E>>,
    /// The entries that the instance has removed.
    pub removed: Vec<Removed<E>>,
}

/// Entries with their keys, sorted by key and then by [`Kind::tie`], independent of the order of rows.
fn sorted<'a, K: Kind>(entries: impl IntoIterator<Item = &'a K>) -> Vec<(K::Key, &'a K)> {
    let mut keyed: Vec<(K::Key, &K)> = entries.into_iter().map(|entry| (entry.key(), entry)).collect();
    keyed.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.tie(right)));
    keyed
}

/// Takes the entries with this key from the front.
fn take<'s, Key: Eq, E>(rest: &mut &'s [(Key, E)], key: &Key) -> &'s [(Key, E)] {
    let (group, behind) = rest.split_at(rest.iter().take_while(|(other, _)| other == key).count());
    *rest = behind;
    group
}

/// The smallest of the first keys of sorted lists.
fn next_key<Key: Ord, E, const N: usize>(lists: [&[(Key, E)]; N]) -> Option<&Key> {
    lists.into_iter().filter_map(|list| list.first()).map(|(key, _)| key).min()
}

/// What an instance inherits of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Inherited<'a, K> {
    /// The entries of its template.
    pub template: &'a [K],
    /// The entries that the instances of its stack share. Under their keys they take the place of the template's.
    pub shared: &'a [K],
}

impl<'a, K> From<&'a [K]> for Inherited<'a, K> {
    fn from(template: &'a [K]) -> Self {
        Self { template, shared: &[] }
    }
}

impl<'a, K> From<&'a Vec<K>> for Inherited<'a, K> {
    fn from(template: &'a Vec<K>) -> Self {
        template.as_slice().into()
    }
}

impl<'a, K, const N: usize> From<&'a [K; N]> for Inherited<'a, K> {
    fn from(template: &'a [K; N]) -> Self {
        template.as_slice().into()
    }
}

/// What an instance without overrides has, sorted by key: the shared entries, and those of the template under all other
/// keys.
pub fn inherited<K: Kind>(from: Inherited<'_, K>) -> Vec<&K> {
    let (template, shared) = (sorted(from.template), sorted(from.shared));
    inherited_sorted(&template, &shared).into_iter().map(|(_, entry)| entry).collect()
}

/// What an instance without overrides has, of anything that represents entries and is sorted by key.
pub(in crate::kinds) fn inherited_sorted<Key: Ord + Clone, E: Copy>(
    mut template: &[(Key, E)],
    mut shared: &[(Key, E)],
) -> Vec<(Key, E)> {
    if shared.is_empty() {
        return template.to_vec();
    }
    let mut all = Vec::with_capacity(template.len() + shared.len());
    while let Some(key) = next_key([template, shared]) {
        let (below, above) = (take(&mut template, key), take(&mut shared, key));
        all.extend_from_slice(if above.is_empty() { below } else { above });
    }
    all
}

/// Merges: inherited entries that are not removed, overridden or replaced, and the overrides.
pub fn merge<'a, K: Kind>(inherited: impl Into<Inherited<'a, K>>, overrides: &'a Overrides<K>) -> Merged<&'a K> {
    merge_with(inherited.into(), &overrides.entries, overrides)
}

/// Merges with the entries in `own` instead of those in `rules`.
pub fn merge_with<'a, K: Kind>(inherited: Inherited<'a, K>, own: &'a [K], rules: &Overrides<K>) -> Merged<&'a K> {
    let (template, shared, own) = (sorted(inherited.template), sorted(inherited.shared), sorted(own));
    merge_sorted([&template, &shared], &own, |key| rules.removed.contains(key), rules.replaced)
}

/// Merges anything that represents entries and is sorted by key. What is inherited are the entries of the template, and
/// those that take their place.
pub(in crate::kinds) fn merge_sorted<Key: Ord, E: Copy>(
    [mut template, mut shared]: [&[(Key, E)]; 2],
    mut own: &[(Key, E)],
    is_removed: impl Fn(&Key) -> bool,
    replaced: bool,
) -> Merged<E> {
    let most = template.len() + shared.len() + own.len();
    let mut merged = Merged { entries: Vec::with_capacity(most), removed: Vec::new() };
    while let Some(key) = next_key([template, shared, own]) {
        let (of_template, of_stack) = (take(&mut template, key), take(&mut shared, key));
        let own = take(&mut own, key);
        let entries = |group: &[(Key, E)]| group.iter().map(|(_, entry)| *entry).collect::<Vec<E>>();
        let inherited = if of_stack.is_empty() { of_template } else { of_stack };
        let inherited = inherited.iter().map(|(_, entry)| *entry);
        if !own.is_empty() {
            merged.entries.extend(own.iter().map(|(_, entry)| Effective {
                entry: *entry,
                origin: Origin::Instance,
                shadows: [entries(of_stack), entries(of_template)].concat(),
            }));
        } else if is_removed(key) {
            merged.removed.extend(inherited.map(|entry| Removed { entry, by: RuleAction::Remove }));
        } else if replaced {
            merged.removed.extend(inherited.map(|entry| Removed { entry, by: RuleAction::Replace }));
        } else if of_stack.is_empty() {
            merged.entries.extend(inherited.map(|entry| Effective {
                entry,
                origin: Origin::Template,
                shadows: Vec::new(),
            }));
        } else {
            merged.entries.extend(inherited.map(|entry| Effective {
                entry,
                origin: Origin::Stack,
                shadows: entries(of_template),
            }));
        }
    }
    merged
}

impl<'a, K: Kind> Merged<&'a K> {
    /// Adds the service's own entries. They replace entries with the same keys, which can only come from rows written
    /// by hand.
    pub fn inject(&mut self, system: &'a [K]) {
        self.inject_by(system, |entry| entry.key());
    }
}

impl<E: Copy> Merged<E> {
    /// Adds the service's own entries for anything that represents entries, given their keys.
    pub fn inject_by<Key: Ord>(&mut self, system: impl IntoIterator<Item = E>, key: impl Fn(E) -> Key) {
        let system: Vec<E> = system.into_iter().collect();
        if system.is_empty() {
            return;
        }
        let keys: Vec<Key> = system.iter().map(|entry| key(*entry)).collect();
        self.entries.retain(|effective| !keys.contains(&key(effective.entry)));
        let system = system.into_iter();
        self.entries.extend(system.map(|entry| Effective { entry, origin: Origin::System, shadows: Vec::new() }));
        self.entries.sort_by_cached_key(|effective| key(effective.entry));
    }

    /// The entries alone.
    pub fn values(&self) -> Vec<E> {
        self.entries.iter().map(|effective| effective.entry).collect()
    }
}

/// A difference under one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a, K: Kind> {
    /// The key.
    pub key: K::Key,
    /// The entries before; empty if they are new.
    pub from: Vec<&'a K>,
    /// The entries after; empty if they were removed.
    pub to: Vec<&'a K>,
}

/// Computes the differences between two sets of entries, by key.
pub fn diff<'a, K: Kind>(from: &[&'a K], to: &[&'a K]) -> Vec<Change<'a, K>> {
    let (from, to) = (sorted(from.iter().copied()), sorted(to.iter().copied()));
    let changes = diff_sorted(&from, &to, |before, after| before == after);
    changes.into_iter().map(|(key, from, to)| Change { key, from, to }).collect()
}

/// In which way something is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ChangeType {
    /// It was not there before.
    Added,
    /// It was there with another value.
    Changed,
    /// It is not there any more.
    Removed,
}

impl ChangeType {
    /// The type of a difference, from whether there is nothing before, and nothing after.
    pub fn of(nothing_before: bool, nothing_after: bool) -> Self {
        match (nothing_before, nothing_after) {
            (true, _) => Self::Added,
            (_, true) => Self::Removed,
            _ => Self::Changed,
        }
    }
}

/// The entries of one key before and after a change.
type Difference<Key, E> = (Key, Vec<E>, Vec<E>);

/// Computes the differences between anything that represents entries and is sorted by key.
pub(in crate::kinds) fn diff_sorted<Key: Ord + Clone, E: Copy>(
    mut from: &[(Key, E)],
    mut to: &[(Key, E)],
    is_equal: impl Fn(E, E) -> bool,
) -> Vec<Difference<Key, E>> {
    let mut changes = Vec::new();
    while let Some(key) = next_key([from, to]) {
        let entries = |group: &[(Key, E)]| group.iter().map(|(_, entry)| *entry).collect::<Vec<_>>();
        let (before, after) = (entries(take(&mut from, key)), entries(take(&mut to, key)));
        if !are_equal(&before, &after, &is_equal) {
            changes.push((key.clone(), before, after));
        }
    }
    changes
}

fn are_equal<E: Copy>(a: &[E], b: &[E], is_equal: &impl Fn(E, E) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(*a, *b))
}

/// Statistics about an instance's overrides of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The number of its own entries.
    pub total: usize,
    /// The number of inherited entries that it removes.
    pub removed: usize,
    /// The number of its own entries that equal the inherited ones.
    pub redundant: usize,
    /// The number of removals of keys that nothing inherited has.
    pub dead: usize,
    /// Whether it ignores all inherited entries.
    pub replaced: bool,
}

/// Computes the statistics.
pub fn stats<'a, K: Kind>(inherited: impl Into<Inherited<'a, K>>, overrides: &Overrides<K>) -> Stats {
    stats_with(inherited.into(), &overrides.entries, overrides)
}

/// Computes the statistics with the entries in `own` instead of those in `overrides`.
pub fn stats_with<K: Kind>(inherited: Inherited<'_, K>, own: &[K], overrides: &Overrides<K>) -> Stats {
    let inherited = inherited_sorted(&sorted(inherited.template), &sorted(inherited.shared));
    stats_sorted(&inherited, &sorted(own), &overrides.removed, overrides.replaced, |a, b| a == b)
}

/// Computes the statistics of anything that represents entries and is sorted by key.
pub(in crate::kinds) fn stats_sorted<Key: Ord, E: Copy>(
    inherited: &[(Key, E)],
    own: &[(Key, E)],
    removed: &BTreeSet<Key>,
    replaced: bool,
    is_equal: impl Fn(E, E) -> bool,
) -> Stats {
    let merged = merge_sorted([inherited, &[]], own, |key| removed.contains(key), replaced);
    let entries = |group: &[(Key, E)]| group.iter().map(|(_, entry)| *entry).collect::<Vec<_>>();
    let (mut redundant, all, mut inherited) = (0, inherited, inherited);
    for group in own.chunk_by(|(a, _), (b, _)| a == b) {
        let key = &group[0].0;
        inherited = &inherited[inherited.partition_point(|(other, _)| other < key)..];
        let shadowed = &inherited[..inherited.partition_point(|(other, _)| other == key)];
        // Under REPLACE an equal entry is not redundant, because without it there would be none.
        if !replaced && are_equal(&entries(shadowed), &entries(group), &is_equal) {
            redundant += group.len();
        }
    }
    Stats {
        total: own.len(),
        removed: merged.removed.len(),
        redundant,
        dead: removed.iter().filter(|key| all.binary_search_by(|(other, _)| other.cmp(key)).is_err()).count(),
        replaced,
    }
}
