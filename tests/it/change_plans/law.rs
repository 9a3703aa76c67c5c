//! The law of plans: nothing is written by a plan, and the change does what its plan has told, as an independent comparison of
//! the states before and after it shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{end, of_type, plan, with_token};
use crate::{
    history::law::generated,
    support::{Rng, TestApp, both, number_setting, samples},
};

both!(a_change_does_what_its_plan_has_told);

const STEPS: u64 = 40;

/// The instances by id: name, container, and whether there is one.
async fn instances(t: &TestApp, stack: &str) -> BTreeMap<String, (String, String, bool)> {
    let query = "query ($id: ID!) { node(id: $id) { ... on Stack { enabled instances(first: 100) { nodes { id name containerName
        enabled } } } } }";
    let found = t.data(query, json!({ "id": stack })).await;
    let runs = found["node"]["enabled"] == true;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let nodes = found["node"]["instances"]["nodes"].as_array().unwrap().iter();
    let row = |it: &Value| (text(&it["name"]), text(&it["containerName"]), runs && it["enabled"] == true);
    nodes.map(|it| (text(&it["id"]), row(it))).collect()
}

/// What differs in the instances that are there before and after, as `instance kind key change`.
async fn differing(t: &TestApp, stack: &str, before: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let query = "query ($a: StackPointInput!, $b: StackPointInput!) { diffStacks(a: $a, b: $b) { changed { name entries { kind key
        change } fields { field from to } } } }";
    let stack = json!({ "id": stack });
    let a = json!({ "version": { "stack": stack, "at": { "cursor": before } } });
    let found = t.data(query, json!({ "a": a, "b": { "stack": stack } })).await;
    let (mut entries, mut fields) = (BTreeSet::new(), BTreeSet::new());
    for changed in found["diffStacks"]["changed"].as_array().unwrap() {
        let name = changed["name"].as_str().unwrap();
        for entry in changed["entries"].as_array().unwrap() {
            entries.insert(format!("{name} {} {} {}", entry["kind"], entry["key"], entry["change"]));
        }
        for field in changed["fields"].as_array().unwrap() {
            fields.insert(format!("{name} {} {} {}", field["field"], field["from"], field["to"]));
        }
    }
    (entries, fields)
}

async fn a_change_does_what_its_plan_has_told(t: &TestApp) {
    t.freeze_time();
    let seed = number_setting("DEVARCH_SEED").unwrap_or(11);
    let mut rng = Rng(seed);
    let db = t.web().await;
    let samples = samples(&db);
    let stack = t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"].as_str().unwrap().to_owned();
    let (mut done, mut destructive) = (0, 0);
    for step in 0..number_setting("DEVARCH_STEPS").unwrap_or(STEPS) {
        let (mutation, input) = generated(t, &mut rng, &samples, &stack).await;
        let what = format!("step {step} of seed {seed}: {mutation} {input}");
        let (before, had) = (end(t).await, instances(t, &stack).await);
        let planned = plan(t, mutation, &input).await;
        assert_eq!(planned["effects"]["pageInfo"]["hasNextPage"], false, "{what}");
        assert_eq!((end(t).await, instances(t, &stack).await), (before.clone(), had.clone()), "a plan wrote: {what}");
        let payload = t.mutate(mutation, with_token(&input, &planned["token"]), "").await;
        let codes = |errors: &Value| -> Vec<Value> {
            errors.as_array().unwrap().iter().map(|error| json!([error["code"], error["message"]])).collect()
        };
        assert_eq!(codes(&planned["userErrors"]), codes(&payload["userErrors"]), "{what}");
        if payload["userErrors"] != json!([]) {
            assert_eq!((&planned["token"], &planned["effects"]["nodes"]), (&Value::Null, &json!([])), "{what}");
            continue;
        }
        done += 1;
        destructive += u64::from(planned["destructive"] == true);
        let has = instances(t, &stack).await;
        let name_of = |id: &Value| has.get(id.as_str().unwrap()).map(|(name, ..)| name.as_str());
        // Entries and fields of the instances that stay.
        let (entries, fields) = differing(t, &stack, &before).await;
        let (mut told, mut told_fields) = (BTreeSet::new(), BTreeSet::new());
        for effect in
            of_type(&planned, "ConfigEffect").into_iter().filter(|it| it["subject"]["__typename"] == "Instance")
        {
            let Some(name) = name_of(&effect["subject"]["id"]) else { continue };
            for edit in effect["edits"].as_array().unwrap() {
                told.insert(format!("{name} {} {} {}", edit["kind"], edit["key"], edit["change"]));
            }
            for field in effect["fields"].as_array().unwrap() {
                told_fields.insert(format!("{name} {} {} {}", field["field"], field["from"], field["to"]));
            }
        }
        assert_eq!(told, entries, "{what}");
        assert_eq!(told_fields, fields, "{what}");
        // Containers.
        let mut containers = BTreeSet::new();
        for id in had.keys().chain(has.keys()) {
            let running = |of: &BTreeMap<String, (String, String, bool)>| {
                of.get(id).filter(|(_, _, runs)| *runs).map(|(name, container, _)| (name.clone(), container.clone()))
            };
            containers.extend(match (running(&had), running(&has)) {
                (None, Some((_, container))) => Some(format!("CREATE {container}")),
                (Some((_, container)), None) => Some(format!("REMOVE {container}")),
                (Some((_, old)), Some((_, new))) if old != new => Some(format!("RENAME {new}")),
                (Some(_), Some((name, container))) => {
                    let differs = entries.iter().any(|entry| entry.starts_with(&format!("{name} ")));
                    differs.then(|| format!("RECREATE {container}"))
                }
                (None, None) => None,
            });
        }
        let told: BTreeSet<String> = of_type(&planned, "ContainerEffect")
            .iter()
            .map(|it| format!("{} {}", it["action"].as_str().unwrap(), it["containerName"].as_str().unwrap()))
            .collect();
        assert_eq!(told, containers, "{what}");
        let goes = containers.iter().any(|it| !it.starts_with("CREATE"));
        assert!(!goes || planned["destructive"] == true, "{what}");
    }
    assert!(done > 20 && destructive > 5, "{done} changes, {destructive} of them destructive");
}
