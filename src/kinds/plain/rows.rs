//! Merges and compares the rows of a template, of a stack and of an instance by their keys alone, without building entries.
//!
//! Used by read plans. It must not contain rules of its own: `kinds::merging` merges anything that represents entries.

use std::collections::BTreeSet;

use crate::kinds::{
    Kind, Names, Stats,
    merging::merge::{Effective, Removed, diff_sorted, inherited_sorted, merge_sorted, stats_sorted},
};

/// A row, represented by its key and the text that sorts rows with the same key.
pub type RowKey<'r> = (&'r str, &'r str);

/// The rows of the layers of an instance for one kind.
#[derive(Debug, Default)]
pub struct RowLayers<'r> {
    /// The rows of the template.
    pub template: Vec<RowKey<'r>>,
    /// The rows that the instances of the stack share.
    pub shared: Vec<RowKey<'r>>,
    /// The rows of the instance.
    pub own: Vec<RowKey<'r>>,
    /// The keys that the instance removes.
    pub removed: Vec<&'r str>,
    /// Whether the instance ignores all inherited entries.
    pub replaced: bool,
}

/// The source of an effective entry.
#[derive(Clone, Copy, Debug)]
pub enum RowPosition {
    /// The n-th row of the template.
    Template(usize),
    /// The n-th row that the instances of the stack share.
    Shared(usize),
    /// The n-th row of the instance.
    Own(usize),
    /// The n-th entry of the service itself.
    System(usize),
}

/// Whether two rows are the same entry.
pub type IsEqual<'e> = &'e dyn Fn(RowPosition, RowPosition) -> bool;

/// The effective entries of one kind, and the removed ones, sorted by key.
#[derive(Debug)]
pub struct MergedRows {
    /// The effective entries.
    pub entries: Vec<Effective<RowPosition>>,
    /// The inherited rows that the instance removes, with the text of their keys.
    pub removed: Vec<(String, Removed<RowPosition>)>,
    /// The columns of the entries that the service itself adds.
    pub system: Vec<Vec<(&'static str, String)>>,
}

/// The rows of one key before and after a change.
#[derive(Debug)]
pub struct RowChange {
    /// The text of the key.
    pub key: String,
    /// The rows before.
    pub from: Vec<RowPosition>,
    /// The rows after.
    pub to: Vec<RowPosition>,
}

/// Rows with their keys, sorted by key.
type Sorted<K> = Vec<(<K as Kind>::Key, RowPosition)>;

/// The rows of the template, of the stack and of the instance, sorted by key and then by tie-breaker. `None` if a row has
/// a key that no entry can have.
fn sorted<K: Kind>(layers: &RowLayers<'_>) -> Option<[Sorted<K>; 3]> {
    let sorted = |rows: &[RowKey<'_>], found: fn(usize) -> RowPosition| {
        let keyed = rows.iter().enumerate().map(|(at, (key, tie))| Some((K::row_key(key)?, *tie, found(at))));
        let mut keyed = keyed.collect::<Option<Vec<_>>>()?;
        keyed.sort_by(|(a, left, _), (b, right, _)| a.cmp(b).then_with(|| left.cmp(right)));
        Some(keyed.into_iter().map(|(key, _, found)| (key, found)).collect::<Vec<_>>())
    };
    Some([
        sorted(&layers.template, RowPosition::Template)?,
        sorted(&layers.shared, RowPosition::Shared)?,
        sorted(&layers.own, RowPosition::Own)?,
    ])
}

/// The keys that an instance removes. A key that no entry can have removes nothing.
fn removed_keys<K: Kind>(layers: &RowLayers<'_>) -> BTreeSet<K::Key> {
    layers.removed.iter().filter_map(|key| key.parse().ok()).collect()
}

/// The key of a row.
fn key_of<K: Kind>(layers: &RowLayers<'_>, found: RowPosition) -> Option<K::Key> {
    let (rows, at) = match found {
        RowPosition::Template(at) => (&layers.template, at),
        RowPosition::Shared(at) => (&layers.shared, at),
        RowPosition::Own(at) => (&layers.own, at),
        RowPosition::System(_) => return None,
    };
    rows.get(at).and_then(|(key, _)| K::row_key(key))
}

/// Implements [`PlainKind::merge`](super::PlainKind::merge) for a kind.
pub(super) fn merge_rows<K: Kind>(layers: &RowLayers<'_>, names: &Names<'_>) -> Option<MergedRows> {
    let [template, shared, own] = sorted::<K>(layers)?;
    let removed = removed_keys::<K>(layers);
    let mut merged = merge_sorted([&template, &shared], &own, |key| removed.contains(key), layers.replaced);
    let taken = std::mem::take(&mut merged.removed).into_iter();
    let removed =
        taken.filter_map(|removed| Some((key_of::<K>(layers, removed.entry)?.to_string(), removed))).collect();
    if !K::HAS_SYSTEM {
        return Some(MergedRows { entries: merged.entries, removed, system: Vec::new() });
    }
    let system = K::system(names);
    merged.inject_by((0..system.len()).map(RowPosition::System), |found| match found {
        RowPosition::System(at) => system.get(at).map(Kind::key),
        stored => key_of::<K>(layers, stored),
    });
    let owned = |entry: &K| entry.texts().into_iter().map(|(column, text)| (column, text.to_owned())).collect();
    Some(MergedRows { entries: merged.entries, removed, system: system.iter().map(owned).collect() })
}

/// Implements [`PlainKind::stats`](super::PlainKind::stats) for a kind.
pub(super) fn stats_of_rows<K: Kind>(layers: &RowLayers<'_>, is_equal: IsEqual<'_>) -> Option<Stats> {
    let [template, shared, own] = sorted::<K>(layers)?;
    let inherited = inherited_sorted(&template, &shared);
    Some(stats_sorted(&inherited, &own, &removed_keys::<K>(layers), layers.replaced, is_equal))
}

/// Implements [`PlainKind::diff`](super::PlainKind::diff) for a kind.
pub(super) fn diff_rows<K: Kind>(layers: &RowLayers<'_>, is_equal: IsEqual<'_>) -> Option<Vec<RowChange>> {
    let [template, shared, own] = sorted::<K>(layers)?;
    let removed = removed_keys::<K>(layers);
    let inherited = inherited_sorted(&template, &shared);
    let merged = merge_sorted([&inherited, &[]], &own, |key| removed.contains(key), layers.replaced);
    let merged = merged.values().into_iter().map(|found| Some((key_of::<K>(layers, found)?, found)));
    let merged = merged.collect::<Option<Vec<_>>>()?;
    let changes = diff_sorted(&inherited, &merged, is_equal).into_iter();
    Some(changes.map(|(key, from, to)| RowChange { key: key.to_string(), from, to }).collect())
}
