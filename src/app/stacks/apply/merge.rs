//! Decides, key by key, what an apply makes of the overrides of one kind.
//!
//! A pure function of what is stored, what the source has, and who owns what. It must not depend on a concrete kind.

use std::{
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

use super::ownership::{Ownership, REPLACED};
use crate::{
    db::entries::owned::EntryRef,
    ids::InstanceId,
    kinds::{Kind, Overrides, Registered, merge},
};

/// What a source has of one kind of an instance.
#[derive(Clone, Debug)]
pub(super) enum Desired<K: Kind> {
    /// The overrides: a document. What it does not have any more goes back to the template.
    Overrides(Overrides<K>),
    /// The entries that run: a Compose file. What it does not have any more does not run.
    Entries(Vec<K>),
}

/// An instance of which the overrides are decided.
pub(super) struct Target<'t> {
    pub(super) id: InstanceId,
    /// Whether the instance is new. Then it runs exactly what a Compose file has.
    pub(super) is_new: bool,
    /// Keys, as text, that no document has although they are there: dependencies on instances in the trash.
    pub(super) unseen: &'t BTreeSet<String>,
    /// The keys that the instances of the stack share, of a kind that stacks have. No file takes them from an instance.
    pub(super) shared: &'t BTreeSet<String>,
}

/// The entries of an instance in the stack's own Compose file; `None` if it is not there. Computed when it is needed.
pub(super) type Exported<'x, 'e, K> = &'x dyn Fn() -> Option<&'e [K]>;

type Groups<'g, K> = BTreeMap<<K as Kind>::Key, Vec<&'g K>>;

/// The entries by key, those with the same key in a fixed order.
fn groups<'g, K: Kind>(entries: impl IntoIterator<Item = &'g K>) -> Groups<'g, K> {
    let mut groups: Groups<'g, K> = BTreeMap::new();
    for entry in entries {
        groups.entry(entry.key()).or_default().push(entry);
    }
    for group in groups.values_mut() {
        group.sort_by(|a, b| a.tie(b));
    }
    groups
}

fn cloned<K: Kind>(group: &[&K]) -> Vec<K> {
    group.iter().map(|entry| (*entry).clone()).collect()
}

/// The overrides after an apply; `None` if they stay as they are.
pub(super) fn decide<K: Registered>(
    (target, exported): (&Target<'_>, Exported<'_, '_, K>),
    template: &[K],
    own: &Overrides<K>,
    desired: &Desired<K>,
    ownership: &mut Ownership<'_>,
) -> Option<Overrides<K>> {
    let next = match desired {
        Desired::Overrides(wanted) => of_overrides(target, own, wanted, ownership),
        Desired::Entries(wanted) => of_entries((target, exported), template, own, wanted, ownership),
    };
    (next != *own).then_some(next)
}

fn entry_of<K: Registered>(target: &Target<'_>, key: &K::Key) -> EntryRef {
    EntryRef { instance: Some(target.id), kind: K::KIND.as_str(), key: key.to_string() }
}

/// The keys that the owner has applied before and the source does not have.
fn gone<K: Registered>(target: &Target<'_>, mentioned: &BTreeSet<K::Key>, ownership: &Ownership<'_>) -> Vec<K::Key> {
    let before = ownership.prunable(Some(target.id), K::KIND.as_str()).into_iter();
    let mut keys: Vec<K::Key> = before.filter_map(|key| key.parse().ok()).collect();
    keys.retain(|key| !mentioned.contains(key));
    keys.sort();
    keys
}

fn of_overrides<K: Registered>(
    target: &Target<'_>,
    own: &Overrides<K>,
    wanted: &Overrides<K>,
    ownership: &mut Ownership<'_>,
) -> Overrides<K> {
    let mut next = own.clone();
    let replaced = EntryRef { instance: Some(target.id), kind: REPLACED, key: K::KIND.as_str().to_owned() };
    if wanted.replaced {
        if ownership.writes(replaced, own.replaced) {
            next.replace();
        }
    } else if ownership.is_prunable(&replaced) {
        next.replaced = false;
        ownership.release(&replaced);
    }
    let (stored, given) = (groups(&own.entries), groups(&wanted.entries));
    for (key, group) in &given {
        if ownership.writes(entry_of::<K>(target, key), stored.get(key) == Some(group)) {
            next.set(cloned(group));
        }
    }
    for key in wanted.removed.iter().filter(|key| !given.contains_key(key)) {
        let is_removed = own.removed.contains(key) && !stored.contains_key(key);
        if ownership.writes(entry_of::<K>(target, key), is_removed) {
            next.remove(key.clone());
        }
    }
    let mentioned = given.into_keys().chain(wanted.removed.iter().cloned()).collect();
    for key in gone::<K>(target, &mentioned, ownership) {
        if target.unseen.contains(&key.to_string()) {
            continue;
        }
        next.reset(&key);
        ownership.release(&entry_of::<K>(target, &key));
    }
    next
}

fn of_entries<K: Registered>(
    (target, exported): (&Target<'_>, Exported<'_, '_, K>),
    template: &[K],
    own: &Overrides<K>,
    wanted: &[K],
    ownership: &mut Ownership<'_>,
) -> Overrides<K> {
    let mut next = own.clone();
    let merged = merge(template, own);
    let (inherited, runs, given) = (groups(template), groups(merged.values()), groups(wanted));
    let is_inherited = |key: &K::Key| !own.replaced && inherited.contains_key(key);
    let is_shared = |key: &K::Key| K::HAS_SHARED && target.shared.contains(&key.to_string());
    // What a file cannot say, such as two definitions of one network, is as wanted if the stack's own file says the same.
    let said = LazyCell::new(|| exported().map(groups::<K>));
    for (key, group) in &given {
        let is_as_wanted =
            runs.get(key) == Some(group) || said.as_ref().is_some_and(|said| said.get(key) == Some(group));
        if !ownership.writes(entry_of::<K>(target, key), is_as_wanted) {
            continue;
        }
        match is_inherited(key) && inherited.get(key) == Some(group) {
            true => next.reset(key),
            false => next.set(cloned(group)),
        }
    }
    let mentioned: BTreeSet<K::Key> = given.into_keys().collect();
    for key in gone::<K>(target, &mentioned, ownership) {
        // No file has it, such as a dependency on a disabled instance.
        if runs.contains_key(&key) && said.as_ref().is_some_and(|said| !said.contains_key(&key)) {
            continue;
        }
        if runs.contains_key(&key) {
            // A setting that always has a value goes back to that of the template.
            match is_inherited(&key) && !is_shared(&key) && K::refuses_rule(Some(&key)).is_none() {
                true => next.remove(key.clone()),
                false => next.reset(&key),
            }
        }
        // A removal stays the owner's.
        if !next.removed.contains(&key) {
            ownership.release(&entry_of::<K>(target, &key));
        }
    }
    if target.is_new {
        for key in inherited.keys().filter(|key| !mentioned.contains(key) && !is_shared(key)) {
            if K::refuses_rule(Some(key)).is_none() && ownership.writes(entry_of::<K>(target, key), false) {
                next.remove(key.clone());
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::stacks::apply::ownership::Prune, db::entities::OwnedEntryModel, ids::StackId, kinds::Label};

    const ID: InstanceId = InstanceId(7);

    fn label(key: &str, value: &str) -> Label {
        Label { key: key.to_owned(), value: value.to_owned() }
    }

    /// The rows of owners: `KEY=OWNER`.
    fn owned(rows: &[&str]) -> Vec<OwnedEntryModel> {
        let row = |(id, text): (i64, &&str)| {
            let (key, owner) = text.split_once('=').unwrap();
            OwnedEntryModel {
                id,
                stack_id: StackId(1),
                instance_id: Some(ID),
                kind: "labels".to_owned(),
                entry_key: key.to_owned(),
                owner: owner.to_owned(),
            }
        };
        (0..).zip(rows).map(row).collect()
    }

    fn shown(overrides: &Overrides<Label>) -> String {
        let entries = overrides.entries.iter().map(|label| format!("{}={}", label.key, label.value));
        entries.chain(overrides.removed.iter().map(|key| format!("-{key}"))).collect::<Vec<_>>().join(" ")
    }

    /// What `me` makes of the overrides of labels, how many entries change hands, and how many conflicts there are.
    fn decided(own: &str, desired: &Desired<Label>, rows: &[&str], is_new: bool) -> (String, usize, usize, usize) {
        let mut overrides = Overrides::default();
        for word in own.split_whitespace() {
            match word.strip_prefix('-') {
                Some(key) => overrides.remove(key.to_owned()),
                None => overrides.set(vec![word.split_once('=').map(|(key, value)| label(key, value)).unwrap()]),
            }
        }
        let template = [label("a", "1"), label("b", "1")];
        let mut ownership = Ownership::new(owned(rows), "me", false, Prune::Owned);
        let target = Target { id: ID, is_new, unseen: &BTreeSet::new(), shared: &BTreeSet::new() };
        let next = decide((&target, &|| None), &template, &overrides, desired, &mut ownership).unwrap_or(overrides);
        let (released, claimed) = ownership.changes();
        let counts = (released.len(), claimed.len(), ownership.problems(&std::collections::HashMap::new()).len());
        (shown(&next), counts.0, counts.1, counts.2)
    }

    fn entries(words: &[(&str, &str)]) -> Desired<Label> {
        Desired::Entries(words.iter().map(|(key, value)| label(key, value)).collect())
    }

    fn overrides(words: &[(&str, &str)], removed: &[&str]) -> Desired<Label> {
        let entries = words.iter().map(|(key, value)| label(key, value)).collect();
        let removed = removed.iter().map(|key| (*key).to_owned()).collect();
        Desired::Overrides(Overrides { entries, removed, replaced: false })
    }

    #[test]
    fn a_file_is_about_what_runs() {
        for (own, file, rows, is_new, expected) in [
            // What is inherited and mentioned becomes the owner's without an override.
            ("", entries(&[("a", "1"), ("c", "3")]), &[][..], false, ("c=3", 0, 2, 0)),
            // What is not mentioned and has no owner stays.
            ("x=1", entries(&[("a", "1")]), &[], false, ("x=1", 0, 1, 0)),
            // A new instance runs exactly the file.
            ("", entries(&[("a", "2")]), &[], true, ("a=2 -b", 0, 2, 0)),
            // What the owner does not mention any more is removed, and hidden if it is inherited.
            ("c=3", entries(&[]), &["a=me", "c=me"], false, ("-a", 1, 0, 0)),
            ("-a", entries(&[]), &["a=me"], false, ("-a", 0, 0, 0)),
            // An override that equals the template is none.
            ("a=2", entries(&[("a", "1")]), &["a=me"], false, ("", 0, 0, 0)),
            // Of others only what is the same is left alone.
            ("a=2", entries(&[("a", "2")]), &["a=you"], false, ("a=2", 0, 0, 0)),
            ("a=2", entries(&[("a", "3")]), &["a=you"], false, ("a=2", 0, 0, 1)),
        ] {
            let (shown, released, claimed, conflicts) = decided(own, &file, rows, is_new);
            assert_eq!((shown.as_str(), released, claimed, conflicts), expected, "{own} {file:?}");
        }
    }

    #[test]
    fn a_document_is_about_overrides() {
        for (own, document, rows, expected) in [
            ("", overrides(&[("a", "2")], &["b"]), &[][..], ("a=2 -b", 0, 2, 0)),
            ("x=1 -b", overrides(&[], &[]), &[], ("x=1 -b", 0, 0, 0)),
            // What the owner does not mention any more goes back to the template.
            ("a=2 -b x=1", overrides(&[], &[]), &["a=me", "b=me"], ("x=1", 2, 0, 0)),
            // An override that equals that of the template is kept as it is.
            ("a=1", overrides(&[("a", "1")], &[]), &[], ("a=1", 0, 1, 0)),
            ("a=2", overrides(&[], &["a"]), &["a=you"], ("a=2", 0, 0, 1)),
            ("-a", overrides(&[], &["a"]), &["a=you"], ("-a", 0, 0, 0)),
        ] {
            let (shown, released, claimed, conflicts) = decided(own, &document, rows, false);
            assert_eq!((shown.as_str(), released, claimed, conflicts), expected, "{own} {document:?}");
        }
    }
}
