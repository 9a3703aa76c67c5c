//! Property tests of the round trip: a rendered file is read again as the same model, for generated models of every
//! kind.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use proptest::prelude::*;

use super::{Entries, Member, Mode, NoteKind, Reading, Request, Secrets, Source, StackNames, read, render};
use crate::{
    ids::InstanceId,
    kinds::{Cardinality, Collections, EnvValue, Kind, Setting, SettingField, for_each_kind},
};

/// Valid entries of a template or an instance: each identity once, sorted as for a merge.
fn distinct<K: Kind>(entries: Vec<K>) -> Vec<K> {
    let mut seen = HashSet::new();
    let mut entries: Vec<K> = entries
        .into_iter()
        .filter(|entry| {
            use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
            seen.insert(BuildHasherDefault::<DefaultHasher>::default().hash_one(entry.identity()))
        })
        .collect();
    entries.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.tie(b)));
    K::Set::from_entries(entries).into_entries()
}

macro_rules! models {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        fn model() -> impl Strategy<Value = Entries> {
            let nothing = Just(Entries::default()).boxed();
            $( let nothing = (nothing, proptest::collection::vec(<crate::kinds::$kind as Kind>::arbitrary(), 0..5))
                .prop_map(|(mut entries, some)| {
                    entries.$field = distinct(some);
                    entries
                })
                .boxed(); )+
            nothing.prop_map(|mut entries| {
                // An image is required, and reading fills in the engine's defaults.
                for (field, value) in [
                    (SettingField::ImageName, "registry.example:5000/acme/api"),
                    (SettingField::ImageTag, "1.2"),
                    (SettingField::RestartPolicy, "no"),
                ] {
                    if !entries.settings.iter().any(|setting| setting.field == field) {
                        entries.settings.push(Setting { field, value: value.to_owned() });
                    }
                }
                entries.settings.sort_by_key(Kind::key);
                // Dependencies are tested elsewhere.
                entries.dependencies.clear();
                entries
            })
        }

        fn same(entries: &Entries, mut read: Collections) -> Result<(), TestCaseError> {
            // A secret without a value keeps the stored one, and here none is stored.
            for variable in read.env_vars.iter_mut().flatten().filter(|variable| variable.value == EnvValue::KeepStored) {
                variable.value = EnvValue::Unset;
            }
            $(
                let found = distinct(read.$field.map(Cardinality::into_entries).unwrap_or_default());
                prop_assert_eq!(&found, &entries.$field, "{}", stringify!($field));
            )+
            Ok(())
        }
    };
}
for_each_kind!(models);

fn file(entries: &Entries) -> String {
    let member = Member {
        name: "web".to_owned(),
        container_name: "devarch-shop-web".to_owned(),
        storage_name: "devarch-shop-web".to_owned(),
        template: entries.clone(),
        effective: entries.clone(),
    };
    let stack = StackNames {
        stack: "shop".to_owned(),
        storage_name: "devarch-shop.1".to_owned(),
        network: "devarch-shop-net".to_owned(),
    };
    render(
        &stack,
        &[member],
        HashMap::<InstanceId, (String, bool)>::new(),
        Secrets::Revealed,
        Arc::default(),
        Mode::Flat,
    )
    .text
}

fn imported(text: &str) -> Reading {
    let files = vec![Source { name: "compose.yaml".to_owned(), text: text.to_owned() }];
    let request = Request { files, variables: BTreeMap::new(), allow_external_networks: true, ..Request::default() };
    read(&request).unwrap_or_else(|refusals| panic!("{refusals:?}: {text}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_rendered_is_read_again(entries in model()) {
        let text = file(&entries);
        let mut reading = imported(&text);
        let lost: Vec<_> = reading.notes.iter().filter(|note| note.fate == NoteKind::Lost).collect();
        prop_assert!(lost.is_empty(), "{:?}\n{}", lost, text);
        prop_assert_eq!(reading.services.len(), 1, "{}", text);
        let service = reading.services.remove(0);
        prop_assert_eq!(service.instance.as_str(), "web");
        same(&entries, service.entries).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
    }
}
