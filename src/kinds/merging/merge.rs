//! How the effective configuration comes about: the template's entries and what an instance says differently.
//!
//! Pure, and the only place that merges: the API, the conflicts and everything that renders go through [`merge`]. It
//! must never know where entries came from, nor a concrete kind.

use crate::kinds::{Kind, Overrides, RuleAction};

/// Where an effective value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Origin {
    /// The template.
    Template,
    /// The instance: it overrides the template, or adds to it.
    Instance,
    /// The service itself.
    System,
}

/// An entry as it would run. `E` is what stands for an entry: a reference to it, or where it is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective<E> {
    /// The entry.
    pub entry: E,
    /// Where it comes from.
    pub origin: Origin,
    /// The template's entries whose place it takes.
    pub shadows: Vec<E>,
}

/// An entry of the template that the instance has taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed<E> {
    /// The entry.
    pub entry: E,
    /// Which sort of rule took it away.
    pub by: RuleAction,
}

/// The effective entries of one kind, and what is missing; both sorted by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged<E> {
    /// What would run.
    pub entries: Vec<Effective<E>>,
    /// What the instance has taken away.
    pub removed: Vec<Removed<E>>,
}

/// Entries with their keys, sorted by key; entries with the same key in an order of their own, never in row order.
fn sorted<'a, K: Kind>(entries: impl IntoIterator<Item = &'a K>) -> Vec<(K::Key, &'a K)> {
    let mut keyed: Vec<(K::Key, &K)> = entries.into_iter().map(|entry| (entry.key(), entry)).collect();
    keyed.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.tie(right)));
    keyed
}

/// Takes the entries of the next key from the front.
fn take<'s, Key: Eq, E>(rest: &mut &'s [(Key, E)], key: &Key) -> &'s [(Key, E)] {
    let (group, behind) = rest.split_at(rest.iter().take_while(|(other, _)| other == key).count());
    *rest = behind;
    group
}

/// The smallest key at the front of two sorted lists.
fn next_key<'s, Key: Ord, E>(a: &'s [(Key, E)], b: &'s [(Key, E)]) -> Option<&'s Key> {
    match (a.first(), b.first()) {
        (Some((a, _)), Some((b, _))) => Some(a.min(b)),
        (a, b) => a.or(b).map(|(key, _)| key),
    }
}

/// The template's entries that are neither removed nor shadowed nor cut off, and the overrides.
pub fn merge<'a, K: Kind>(template: &'a [K], overrides: &'a Overrides<K>) -> Merged<&'a K> {
    merge_with(template, &overrides.entries, overrides)
}

/// The same with an instance's entries that are kept elsewhere: those of `rules` are not looked at.
pub fn merge_with<'a, K: Kind>(template: &'a [K], own: &'a [K], rules: &Overrides<K>) -> Merged<&'a K> {
    let (template, own) = (sorted(template), sorted(own));
    merge_sorted(&template, &own, |key| rules.removed.contains(key), rules.replaced)
}

/// The same for whatever stands for entries, sorted by their keys.
pub(in crate::kinds) fn merge_sorted<Key: Ord, E: Copy>(
    mut template: &[(Key, E)],
    mut own: &[(Key, E)],
    is_removed: impl Fn(&Key) -> bool,
    replaced: bool,
) -> Merged<E> {
    let mut merged = Merged { entries: Vec::with_capacity(template.len() + own.len()), removed: Vec::new() };
    while let Some(key) = next_key(template, own) {
        let inherited = take(&mut template, key);
        let own = take(&mut own, key);
        let inherited = inherited.iter().map(|(_, entry)| *entry);
        if !own.is_empty() {
            merged.entries.extend(own.iter().map(|(_, entry)| Effective {
                entry: *entry,
                origin: Origin::Instance,
                shadows: inherited.clone().collect(),
            }));
        } else if is_removed(key) {
            merged.removed.extend(inherited.map(|entry| Removed { entry, by: RuleAction::Remove }));
        } else if replaced {
            merged.removed.extend(inherited.map(|entry| Removed { entry, by: RuleAction::Replace }));
        } else {
            merged.entries.extend(inherited.map(|entry| Effective {
                entry,
                origin: Origin::Template,
                shadows: Vec::new(),
            }));
        }
    }
    merged
}

impl<'a, K: Kind> Merged<&'a K> {
    /// Adds the service's own entries. Nothing else can set their keys; what was written by hand gives way.
    pub fn inject(&mut self, system: &'a [K]) {
        self.inject_by(system, |entry| entry.key());
    }
}

impl<E: Copy> Merged<E> {
    /// The same for whatever stands for entries, given their keys.
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

/// What is different under one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a, K: Kind> {
    /// The key.
    pub key: K::Key,
    /// The entries before; none when they are new.
    pub from: Vec<&'a K>,
    /// The entries after; none when they are gone.
    pub to: Vec<&'a K>,
}

/// What changes from one set of entries to another, by key.
pub fn diff<'a, K: Kind>(from: &[&'a K], to: &[&'a K]) -> Vec<Change<'a, K>> {
    let (from, to) = (sorted(from.iter().copied()), sorted(to.iter().copied()));
    let (mut from, mut to) = (from.as_slice(), to.as_slice());
    let mut changes = Vec::new();
    while let Some(key) = next_key(from, to) {
        let entries = |group: &[(K::Key, &'a K)]| group.iter().map(|(_, entry)| *entry).collect::<Vec<_>>();
        let (before, after) = (entries(take(&mut from, key)), entries(take(&mut to, key)));
        if before != after {
            changes.push(Change { key: key.clone(), from: before, to: after });
        }
    }
    changes
}

/// How an instance's overrides of one kind stand to its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries of its own.
    pub total: usize,
    /// Entries of the template that it takes away.
    pub removed: usize,
    /// Entries of its own that change nothing: the template says the same.
    pub redundant: usize,
    /// Removals of keys that the template does not have.
    pub dead: usize,
    /// True when it ignores everything that the template brings.
    pub replaced: bool,
}

/// Counts what is worth a look.
pub fn stats<K: Kind>(template: &[K], overrides: &Overrides<K>) -> Stats {
    stats_with(template, &overrides.entries, overrides)
}

/// The same with an instance's entries that are kept elsewhere: those of `overrides` are not looked at.
pub fn stats_with<K: Kind>(template: &[K], own: &[K], overrides: &Overrides<K>) -> Stats {
    let merged = merge_with(template, own, overrides);
    let is_own = |effective: &&Effective<&K>| effective.origin == Origin::Instance;
    let mut redundant = 0;
    // Under REPLACE an equal entry is not redundant: without it there would be none.
    if !overrides.replaced {
        let groups = merged.entries.chunk_by(|a, b| a.entry.key() == b.entry.key());
        for group in groups.filter(|group| group.first().is_some_and(|first| is_own(&first))) {
            let entries: Vec<&K> = group.iter().map(|effective| effective.entry).collect();
            if group[0].shadows == entries {
                redundant += group.len();
            }
        }
    }
    let inherited: std::collections::HashSet<K::Key> = template.iter().map(Kind::key).collect();
    Stats {
        total: own.len(),
        removed: merged.removed.len(),
        redundant,
        dead: overrides.removed.iter().filter(|key| !inherited.contains(key)).count(),
        replaced: overrides.replaced,
    }
}
