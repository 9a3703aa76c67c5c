//! Property tests of merging, for every kind of the registry. A new kind is tested automatically.

use std::collections::{BTreeSet, HashSet};

use proptest::{prelude::*, sample::subsequence, test_runner::TestRunner};

use crate::kinds::{
    Inherited, Kind, Origin, OverrideKind, Overrides, Registered, diff, for_each_kind, inherited, merge, stats,
};

const ENTRIES: usize = 8;

/// A strategy for collections that can be stored, without duplicates.
fn collection<K: Kind>() -> impl Strategy<Value = Vec<K>> {
    prop::collection::vec(K::arbitrary(), 0..ENTRIES).prop_map(|entries| {
        let mut seen = Vec::new();
        entries.into_iter().fold(Vec::new(), |mut kept: Vec<K>, entry| {
            // Entries that differ in key or in order differ in identity.
            if !seen.iter().any(|other: &K| other.key() == entry.key() && other.tie(&entry).is_eq()) {
                seen.push(entry.clone());
                kept.push(entry);
            }
            kept
        })
    })
}

/// A strategy for overrides: entries, removals of keys that are not set, and possibly a replacement.
fn overrides<K: Kind>(template: &[K]) -> impl Strategy<Value = Overrides<K>> + use<K> {
    let inherited: Vec<K::Key> = template.iter().map(Kind::key).collect();
    let removed = subsequence(inherited.clone(), 0..=inherited.len());
    (collection::<K>(), removed, K::arbitrary(), any::<bool>()).prop_map(|(entries, removed, stranger, replaced)| {
        let set: HashSet<K::Key> = entries.iter().map(Kind::key).collect();
        let removed = removed.into_iter().chain([stranger.key()]);
        let removed = removed.filter(|key| !set.contains(key) && K::refuses_rule(Some(key)).is_none()).collect();
        Overrides { entries, removed, replaced: replaced && K::refuses_rule(None).is_none() }
    })
}

fn case<K: Kind>() -> impl Strategy<Value = (Vec<K>, Overrides<K>)> {
    collection::<K>().prop_flat_map(|template| (Just(template.clone()), overrides(&template)))
}

fn values<K: Kind>(template: &[K], overrides: &Overrides<K>) -> Vec<K> {
    merge(template, overrides).values().into_iter().cloned().collect()
}

fn keys<K: Kind>(entries: &[K]) -> BTreeSet<K::Key> {
    entries.iter().map(Kind::key).collect()
}

fn check<S: Strategy>(strategy: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if let Err(broken) = TestRunner::new(ProptestConfig::with_cases(200)).run(&strategy, law) {
        panic!("{broken}");
    }
}

/// effective(template, no overrides) = template.
fn nothing_said_is_the_template<K: Kind>() {
    check(collection::<K>(), |template| {
        let nothing = Overrides::default();
        let merged = merge(&template, &nothing);
        prop_assert!(merged.entries.iter().all(|e| e.origin == Origin::Template && e.shadows.is_empty()));
        prop_assert!(merged.removed.is_empty());
        prop_assert_eq!(merged.entries.len(), template.len());
        prop_assert!(template.iter().all(|entry| merged.values().contains(&entry)));
        prop_assert!(diff(&template.iter().collect::<Vec<_>>(), &merged.values()).is_empty());
        Ok(())
    });
}

/// Merging the result again changes nothing.
fn merging_is_idempotent<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        let once = values(&template, &overrides);
        let again = values(&once, &overrides);
        prop_assert_eq!(if overrides.replaced { values(&[], &overrides) } else { again }, once);
        Ok(())
    });
}

/// The order of rows does not matter.
fn row_order_means_nothing<K: Kind>() {
    let shuffled = case::<K>().prop_flat_map(|(template, overrides)| {
        let rows = overrides.entries.clone();
        (Just((template.clone(), overrides)), Just(template).prop_shuffle(), Just(rows).prop_shuffle())
    });
    check(shuffled, |((template, overrides), other_template, entries)| {
        let other = Overrides { entries, ..overrides.clone() };
        prop_assert_eq!(merge(&template, &overrides), merge(&other_template, &other));
        Ok(())
    });
}

/// The result is sorted by key.
fn the_result_is_sorted<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        let merged = merge(&template, &overrides);
        prop_assert!(merged.entries.is_sorted_by_key(|effective| effective.entry.key()));
        prop_assert!(merged.removed.is_sorted_by_key(|removed| removed.entry.key()));
        Ok(())
    });
}

/// Removing a key that the template lacks changes nothing, and is counted as dead.
fn a_dead_removal_changes_nothing<K: Kind>() {
    check((case::<K>(), K::arbitrary()), |((template, overrides), stranger)| {
        let key = stranger.key();
        let template: Vec<K> = template.into_iter().filter(|entry| entry.key() != key).collect();
        let mut overrides = overrides;
        overrides.reset(&key);
        let mut with = overrides.clone();
        with.removed.insert(key.clone());
        let without = overrides;
        prop_assert_eq!(merge(&template, &with), merge(&template, &without));
        prop_assert_eq!(stats(&template, &with).dead, stats(&template, &without).dead + 1);
        Ok(())
    });
}

/// Setting and then resetting an entry equals having no override for its key.
fn set_and_reset_is_nothing<K: Kind>() {
    check((case::<K>(), K::arbitrary()), |((template, overrides), entry)| {
        let mut before = overrides.clone();
        before.reset(&entry.key());
        let mut after = before.clone();
        after.set(vec![entry.clone()]);
        prop_assert!(values(&template, &after).contains(&entry));
        after.reset(&entry.key());
        prop_assert_eq!(&before, &after);
        prop_assert_eq!(merge(&template, &before), merge(&template, &after));
        Ok(())
    });
}

/// After a removal no entry has the key; after a reset the template's entry is back.
fn removed_is_gone_until_reset<K: Kind>() {
    check((case::<K>(), K::arbitrary()), |((template, mut overrides), entry)| {
        let key = entry.key();
        overrides.remove(key.clone());
        prop_assert!(!keys(&values(&template, &overrides)).contains(&key));
        overrides.reset(&key);
        overrides.replaced = false;
        prop_assert_eq!(keys(&values(&template, &overrides)).contains(&key), keys(&template).contains(&key));
        Ok(())
    });
}

/// An override takes precedence over everything else.
fn overrides_win<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        let merged = merge(&template, &overrides);
        let own: Vec<&K> =
            merged.entries.iter().filter(|e| e.origin == Origin::Instance).map(|effective| effective.entry).collect();
        prop_assert_eq!(own.len(), overrides.entries.len());
        prop_assert!(overrides.entries.iter().all(|entry| own.contains(&entry)));
        for effective in &merged.entries {
            prop_assert!(effective.shadows.iter().all(|shadowed| shadowed.key() == effective.entry.key()));
        }
        Ok(())
    });
}

/// Every entry of the template is exactly one of effective, overridden and removed.
fn nothing_inherited_is_lost_in_silence<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        let merged = merge(&template, &overrides);
        for entry in &template {
            let in_effect = merged.entries.iter().any(|e| e.origin == Origin::Template && std::ptr::eq(e.entry, entry));
            let shadowed = merged.entries.iter().any(|e| e.shadows.iter().any(|other| std::ptr::eq(*other, entry)));
            let removed = merged.removed.iter().any(|removed| std::ptr::eq(removed.entry, entry));
            prop_assert_eq!(usize::from(in_effect) + usize::from(shadowed) + usize::from(removed), 1);
        }
        prop_assert_eq!(stats(&template, &overrides).removed, merged.removed.len());
        Ok(())
    });
}

/// A replaced collection consists of the overrides alone.
fn replaced_is_only_what_is_said<K: Kind>() {
    check(case::<K>(), |(template, mut overrides)| {
        overrides.replace();
        let alone = Overrides { replaced: false, removed: BTreeSet::new(), entries: overrides.entries.clone() };
        prop_assert_eq!(values(&template, &overrides), values(&[], &alone));
        Ok(())
    });
}

/// Dropping the overrides counted as redundant changes no value.
fn redundant_overrides_can_go<K: Kind>() {
    // Overrides that equal the template are rare by chance, so some are taken from it.
    let repeating = case::<K>().prop_flat_map(|(template, overrides)| {
        let repeated = subsequence(template.clone(), 0..=template.len());
        (Just(template), Just(overrides), repeated)
    });
    check(repeating, |(template, mut overrides, repeated)| {
        overrides.set(repeated);
        let counted = stats(&template, &overrides).redundant;
        let mut lean = overrides.clone();
        for key in keys(&overrides.entries) {
            let mut without = lean.clone();
            without.reset(&key);
            if !lean.replaced && values(&template, &without) == values(&template, &lean) {
                lean = without;
            }
        }
        prop_assert_eq!(overrides.entries.len() - lean.entries.len(), counted);
        Ok(())
    });
}

/// The difference contains exactly the keys whose entries differ.
fn a_difference_is_exact<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        let before: Vec<&K> = template.iter().collect();
        let after = merge(&template, &overrides);
        let changes = diff(&before, &after.values());
        let changed: BTreeSet<K::Key> = changes.iter().map(|change| change.key.clone()).collect();
        let with = |entries: &[&K], key: &K::Key| {
            let mut found: Vec<K> = entries.iter().filter(|e| e.key() == *key).map(|e| (*e).clone()).collect();
            found.sort_by(K::tie);
            found
        };
        for key in keys(&template).union(&keys(&overrides.entries)) {
            let same = with(&before, key) == with(&after.values(), key);
            prop_assert_eq!(changed.contains(key), !same);
        }
        Ok(())
    });
}

/// Rules are read as they were stored.
fn rules_are_read_as_they_were_written<K: Registered>() {
    check(case::<K>(), |(_, overrides)| {
        let stored = overrides.rules(K::KIND);
        prop_assert_eq!(Overrides::new(overrides.entries.clone(), K::KIND, &stored), overrides);
        Ok(())
    });
}

/// A case with a layer between the template and the overrides.
fn layered<K: Kind>() -> impl Strategy<Value = (Vec<K>, Vec<K>, Overrides<K>)> {
    (case::<K>(), collection::<K>()).prop_map(|((template, overrides), shared)| (template, shared, overrides))
}

fn below<'a, K>(template: &'a [K], shared: &'a [K]) -> Inherited<'a, K> {
    Inherited { template, shared }
}

/// effective(template, shared, overrides) = effective(effective(template, shared, nothing), overrides): what is shared is
/// a part of what is inherited, with the same statistics. Only the origin tells both layers apart.
fn the_middle_layer_is_inherited<K: Kind>() {
    check(layered::<K>(), |(template, shared, overrides)| {
        let joint: Vec<K> = inherited(below(&template, &shared)).into_iter().cloned().collect();
        let (merged, of_joint) = (merge(below(&template, &shared), &overrides), merge(&joint, &overrides));
        prop_assert_eq!(merged.values(), of_joint.values());
        let removed = |merged: &crate::kinds::Merged<&K>| {
            merged.removed.iter().map(|removed| (removed.entry.clone(), removed.by)).collect::<Vec<_>>()
        };
        prop_assert_eq!(removed(&merged), removed(&of_joint));
        prop_assert_eq!(stats(below(&template, &shared), &overrides), stats(&joint, &overrides));
        for effective in &merged.entries {
            let key = effective.entry.key();
            let has = |entries: &[K]| entries.iter().any(|entry| entry.key() == key);
            let origin = match () {
                () if has(&overrides.entries) => Origin::Instance,
                () if has(&shared) => Origin::Stack,
                () => Origin::Template,
            };
            prop_assert_eq!(effective.origin, origin);
            let below = |entries: &[K]| entries.iter().filter(|entry| entry.key() == key).count();
            let shadowed = match origin {
                Origin::Instance => below(&shared) + below(&template),
                Origin::Stack => below(&template),
                Origin::Template | Origin::System => 0,
            };
            prop_assert_eq!(effective.shadows.len(), shadowed);
        }
        Ok(())
    });
}

/// Without shared entries there are two layers; with those of the template there is no other result.
fn sharing_nothing_new_changes_nothing<K: Kind>() {
    check(case::<K>(), |(template, overrides)| {
        prop_assert_eq!(merge(below(&template, &[]), &overrides), merge(&template, &overrides));
        let same = merge(below(&template, &template), &overrides);
        prop_assert_eq!(same.values(), merge(&template, &overrides).values());
        prop_assert_eq!(stats(below(&template, &template), &overrides), stats(&template, &overrides));
        Ok(())
    });
}

/// The order of shared rows does not matter.
fn the_order_of_shared_rows_means_nothing<K: Kind>() {
    let shuffled = layered::<K>().prop_flat_map(|(template, shared, overrides)| {
        (Just((template, shared.clone(), overrides)), Just(shared).prop_shuffle())
    });
    check(shuffled, |((template, shared, overrides), other)| {
        prop_assert_eq!(merge(below(&template, &shared), &overrides), merge(below(&template, &other), &overrides));
        Ok(())
    });
}

/// Setting and then resetting an entry brings back what is shared.
fn reset_brings_back_what_is_shared<K: Kind>() {
    check((layered::<K>(), K::arbitrary()), |((template, shared, overrides), entry)| {
        let mut before = overrides;
        before.reset(&entry.key());
        let mut after = before.clone();
        after.set(vec![entry.clone()]);
        after.reset(&entry.key());
        prop_assert_eq!(merge(below(&template, &shared), &before), merge(below(&template, &shared), &after));
        Ok(())
    });
}

macro_rules! law {
    ($kind:ty: $( $law:ident, )+) => { $(
        #[test]
        fn $law() {
            super::$law::<$kind>();
        }
    )+ };
}
macro_rules! laws {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
        mod $field {
            law! { $crate::kinds::$kind:
                nothing_said_is_the_template, merging_is_idempotent, row_order_means_nothing, the_result_is_sorted,
                a_dead_removal_changes_nothing, set_and_reset_is_nothing, removed_is_gone_until_reset, overrides_win,
                nothing_inherited_is_lost_in_silence, replaced_is_only_what_is_said, redundant_overrides_can_go,
                a_difference_is_exact, rules_are_read_as_they_were_written, the_middle_layer_is_inherited,
                sharing_nothing_new_changes_nothing, the_order_of_shared_rows_means_nothing,
                reset_brings_back_what_is_shared,
            }
        }
    )+ };
}
for_each_kind!(laws);

#[test]
fn every_kind_has_a_word_of_its_own_in_the_database() {
    let words: BTreeSet<&str> = OverrideKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(words.len(), OverrideKind::ALL.len());
    for kind in OverrideKind::ALL {
        assert_eq!(OverrideKind::read(kind.as_str()), Some(*kind));
        assert!(kind.as_str().len() <= 32, "fits its column");
    }
}

#[test]
fn arbitrary_entries_are_valid() {
    macro_rules! valid {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
            check(<crate::kinds::$kind as Kind>::arbitrary(), |entry| {
                let mut entries = vec![entry.clone()];
                let mut problems = crate::error::Problems::default();
                crate::kinds::check_entries(&mut entries, &mut problems);
                prop_assert!(problems.finish().is_ok(), "{entry:?}");
                prop_assert_eq!(&entries[0], &entry, "in the form in which it is stored");
                let key = Kind::key(&entry);
                prop_assert_eq!(key.to_string().parse().ok(), Some(key), "a key survives as text");
                Ok(())
            });
        )+ };
    }
    for_each_kind!(valid);
}
