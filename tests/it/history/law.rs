//! The law of the past: the state at a change is what was read right after that change.

use serde_json::{Value, json};

use crate::{
    history::{instance_fields, last_change},
    support::{Rng, Sample, TestApp, both, number_setting, samples},
};

both!(the_version_at_a_change_is_what_was_read_after_it);

/// The number of changes, and how often the state is noted.
const STEPS: u64 = 40;

/// What a stack and its past states show alike.
fn stack_fields(instances: &str) -> String {
    format!(
        "name description enabled sharedVars {{ key value isSecret isSet inject locked }} {instances} compose {{ text override }} layered: compose(mode: LAYERED) {{ text override }}"
    )
}

/// The stack as it is.
async fn now(t: &TestApp, id: &str) -> Option<Value> {
    let fields = stack_fields(&format!("instances(first: 8) {{ nodes {{ {} }} }}", instance_fields()));
    let query = format!("query ($id: ID!) {{ node(id: $id) {{ ... on Stack {{ {fields} }} }} }}");
    let mut found = t.data(&query, json!({ "id": id })).await["node"].take();
    if found.is_null() {
        return None;
    }
    found["instances"] = found["instances"]["nodes"].take();
    Some(found)
}

/// The stack as it was at a point.
async fn then(t: &TestApp, id: &str, at: Value) -> Option<Value> {
    let fields = stack_fields(&format!("instances {{ {} }}", instance_fields()));
    let query = format!(
        "query ($id: ID!, $at: PointInput!) {{ nodes(ids: [$id]) {{ ... on Stack {{ version(at: $at) {{ {fields} }} }} }} }}"
    );
    Some(t.data(&query, json!({ "id": id, "at": at })).await["nodes"][0]["version"].take()).filter(|it| !it.is_null())
}

/// One operation on the overrides of an instance.
fn operation(rng: &mut Rng, samples: &[Sample]) -> Value {
    let sample = &samples[rng.below(samples.len())];
    match rng.below(6) {
        0 | 1 => sample.set(&sample.own),
        2 if sample.removes() => json!({ "remove": { sample.step: sample.key.0 } }),
        3 if sample.replaces() => json!({ "replace": sample.kind }),
        4 if rng.below(4) == 0 => json!({ "reset": { "all": true } }),
        4 => json!({ "reset": { "kind": sample.kind } }),
        _ => {
            json!({ "set": { "envVar": { "key": rng.one_of(&["A", "B", "C"]), "value": format!("v{}", rng.below(9)), "isSecret": rng.below(3) == 0 } } })
        }
    }
}

/// The keys of variables of the stack.
const SHARED_KEYS: [&str; 4] = ["A", "B", "MODE", "ONLY"];

/// The variables of a stack, of which some are those that instances and the template have.
fn shared_vars(rng: &mut Rng) -> Value {
    let keys = SHARED_KEYS;
    let var = |key: &&str, rng: &mut Rng| {
        let inject = if rng.below(4) == 0 { "ON_REFERENCE" } else { "ALL" };
        json!({ "key": key, "value": format!("s{}", rng.below(9)), "isSecret": rng.below(3) == 0, "inject": inject, "locked": rng.below(5) == 0 })
    };
    keys[..=rng.below(keys.len())].iter().map(|key| var(key, rng)).collect()
}

/// An edit of the template.
fn edit(rng: &mut Rng) -> Value {
    match rng.below(4) {
        0 => json!({ "imageTag": format!("{}.0", rng.below(9)) }),
        1 => json!({ "ports": [{ "containerPort": 80, "hostPort": 9000 + rng.below(9) }] }),
        2 => {
            json!({ "envVars": [{ "key": "MODE", "value": format!("m{}", rng.below(9)), "isSecret": rng.below(2) == 0 }, { "key": "B", "value": "of the template" }] })
        }
        _ => {
            json!({ "labels": [{ "key": "tier", "value": format!("t{}", rng.below(9)) }], "description": format!("d{}", rng.below(9)) })
        }
    }
}

/// Makes one change; false if it was refused or changed nothing.
pub(crate) async fn change(t: &TestApp, rng: &mut Rng, samples: &[Sample], stack: &str) -> bool {
    let (field, input) = generated(t, rng, samples, stack).await;
    t.mutate(field, input, "").await["userErrors"].as_array().unwrap().is_empty()
}

/// A change that a mutation may make, and its input.
pub(crate) async fn generated(t: &TestApp, rng: &mut Rng, samples: &[Sample], stack: &str) -> (&'static str, Value) {
    let found = t
        .data("query ($id: ID!) { node(id: $id) { ... on Stack { name instances(first: 100) { nodes { id name } } } } trash { instances { nodes { instance { id } } } } }", json!({ "id": stack }))
        .await;
    let instances = found["node"]["instances"]["nodes"].as_array().unwrap().clone();
    let trashed = found["trash"]["instances"]["nodes"].as_array().unwrap().clone();
    let name = found["node"]["name"].as_str().unwrap();
    let one = |rng: &mut Rng| json!({ "id": instances[rng.below(instances.len())]["id"] });
    match rng.below(16) {
        14 | 15 => ("setSharedVars", json!({ "stack": { "name": name }, "vars": shared_vars(rng) })),
        0..=5 => {
            let operations: Vec<Value> = (0..=rng.below(3)).map(|_| operation(rng, samples)).collect();
            ("patchInstanceOverrides", json!({ "instance": one(rng), "operations": operations }))
        }
        6 => (
            "setInstanceOverrides",
            json!({ "instance": one(rng), "overrides": { "labels": [{ "key": "a", "value": format!("{}", rng.below(9)) }, { "key": "b", "value": "x" }], "ports": [] } }),
        ),
        7 => (
            "updateInstance",
            json!({ "instance": one(rng), "description": format!("d{}", rng.below(9)), "enabled": rng.below(3) > 0 }),
        ),
        8 => ("renameInstance", json!({ "instance": one(rng), "name": format!("n{}", rng.below(99)) })),
        9 => {
            let mut input = edit(rng);
            input["template"] = json!({ "name": "app" });
            ("updateTemplate", input)
        }
        10 if instances.len() < 5 => ("duplicateInstance", json!({ "instance": one(rng) })),
        10 | 11 if instances.len() > 2 => ("softDeleteInstance", json!({ "instance": one(rng) })),
        11 | 12 if !trashed.is_empty() => {
            ("restoreInstance", json!({ "instance": { "id": trashed[0]["instance"]["id"] } }))
        }
        12 => (
            "createInstance",
            json!({ "stack": { "name": name }, "template": { "name": "app" }, "name": format!("c{}", rng.below(99)), "overrides": { "labels": [{ "key": "new", "value": "x" }] } }),
        ),
        _ if rng.below(2) == 0 => {
            ("renameStack", json!({ "stack": { "name": name }, "name": format!("s{}", rng.below(99)) }))
        }
        _ => ("updateStack", json!({ "stack": { "name": name }, "description": format!("d{}", rng.below(99)) })),
    }
}

/// Where two values differ, with both values.
fn differences(path: &str, a: &Value, b: &Value) -> Vec<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => a
            .iter()
            .flat_map(|(key, value)| differences(&format!("{path}.{key}"), value, b.get(key).unwrap_or(&Value::Null)))
            .collect(),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            (0..).zip(a.iter().zip(b)).flat_map(|(at, (a, b))| differences(&format!("{path}[{at}]"), a, b)).collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{path}: past {a}, noted {b}")],
    }
}

async fn the_version_at_a_change_is_what_was_read_after_it(t: &TestApp) {
    let seed = number_setting("DEVARCH_SEED").unwrap_or(7);
    let mut rng = Rng(seed);
    let db = t.web().await;
    let samples = samples(&db);
    let stack = t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"].as_str().unwrap().to_owned();
    let mut noted = vec![(last_change(t).await, now(t, &stack).await)];
    for _ in 0..number_setting("DEVARCH_STEPS").unwrap_or(STEPS) {
        change(t, &mut rng, &samples, &stack).await;
        let last = last_change(t).await;
        let state = now(t, &stack).await;
        match noted.last_mut() {
            Some((change, before)) if *change == last => {
                assert_eq!(*before, state, "what changes nothing is no change");
            }
            _ => noted.push((last, state)),
        }
    }
    assert!(noted.len() as u64 > STEPS / 2, "{} changes", noted.len());
    for (number, (change, state)) in noted.iter().enumerate() {
        let past = then(t, &stack, json!({ "change": change })).await;
        let (past, state) = (past.unwrap_or_default(), state.clone().unwrap_or_default());
        let found = differences("", &past, &state);
        assert!(found.is_empty(), "after change {number} of {}, seed {seed}: {found:#?}", noted.len());
    }
}
