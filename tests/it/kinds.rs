//! Checks that the samples of these tests cover all registered kinds.

use std::collections::BTreeSet;

use devarch::kinds::FIELDS;
use serde_json::{Value, json};

use crate::support::{COLLECTIONS, MORE_COLLECTIONS, TestApp, both};

both!(every_kind_has_its_field_and_its_samples);

async fn every_kind_has_its_field_and_its_samples(t: &TestApp) {
    let kinds: BTreeSet<&str> = FIELDS.iter().copied().collect();
    let query = "{ __type(name: \"InstanceOverridesInput\") { inputFields { name } } }";
    let shown = t.data(query, json!({})).await;
    let shown = shown["__type"]["inputFields"].as_array().unwrap();
    let shown: BTreeSet<&str> = shown.iter().filter_map(|field| field["name"].as_str()).collect();
    assert_eq!(shown, kinds, "`Kind::FIELD` is the field of the API");

    let Value::Object(overrides) = TestApp::overrides() else { panic!("a map of collections") };
    // A dependency needs another instance, so it has no sample that always works.
    let samples: BTreeSet<&str> = overrides.keys().map(String::as_str).chain(["dependencies"]).collect();
    assert_eq!(samples, kinds, "`TestApp::overrides` has an entry of every kind");
    for kind in kinds {
        let reads = |selection: &str| selection.contains(&format!("{kind} {{"));
        assert!(reads(COLLECTIONS) || reads(MORE_COLLECTIONS), "`COLLECTIONS` reads {kind}");
    }
}
