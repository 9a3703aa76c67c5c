//! The history of the variables of a stack, past states, and how they are undone.

use serde_json::{Value, json};

use super::{VARS, env, input, last_change, locked, override_with, secret, set, var};
use crate::support::{TestApp, both, code};

both!(
    a_change_of_shared_variables_is_in_the_history,
    past_states_have_the_shared_variables_of_their_time,
    changes_of_shared_variables_are_reverted,
    restoring_a_version_restores_shared_variables,
    since_names_the_change_of_the_stack,
    stacks_are_compared_with_their_shared_variables,
    a_redacted_change_has_no_values_of_shared_variables,
);

async fn last(t: &TestApp, selection: &str) -> Value {
    let query = format!("{{ stack(name: \"shop\") {{ history(first: 1) {{ nodes {{ {selection} }} }} }} }}");
    t.data(&query, json!({})).await["stack"]["history"]["nodes"][0].take()
}

const EDITS: &str = "subjectKind edits { kind key change from { ... on SharedVar { value isSet locked inject } } to { ... on SharedVar { value
    isSet locked inject } } }";

async fn a_change_of_shared_variables_is_in_the_history(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("A", "1"), secret("B", "x"), var("C", "3")])).await;
    set(t, json!([locked("A", "2"), secret("B", "y")])).await;
    let side =
        |value: Value, locked: bool| json!([{ "value": value, "isSet": true, "locked": locked, "inject": "ALL" }]);
    let edit = |key: &str, change: &str, from: Value, to: Value| json!({ "kind": "ENV_VAR", "key": key, "change": change, "from": from, "to": to });
    let mut found = last(t, EDITS).await;
    found["edits"].as_array_mut().unwrap().sort_by_key(|edit| edit["key"].as_str().unwrap().to_owned());
    let expected = json!({ "subjectKind": "STACK", "edits": [
        edit("A", "CHANGED", side(json!("1"), false), side(json!("2"), true)),
        edit("B", "CHANGED", side(Value::Null, false), side(Value::Null, false)),
        edit("C", "REMOVED", side(json!("3"), false), json!([])),
    ] });
    assert_eq!(found, expected);
    let filtered = "{ stack(name: \"shop\") { history(kinds: [ENV_VAR], key: \"C\") { nodes { id } } } }";
    assert_eq!(t.data(filtered, json!({})).await["stack"]["history"]["nodes"].as_array().unwrap().len(), 2);
}

async fn past_states_have_the_shared_variables_of_their_time(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("REGION", "eu"), secret("TOKEN", "t0p")])).await;
    let at = last_change(t).await;
    set(t, json!([var("REGION", "us")])).await;
    let query = format!(
        "query ($at: PointInput!) {{ stack(name: \"shop\") {{ version(at: $at) {{ {VARS} compose {{ text }} diff {{ same sharedVars {{ key change }}
         changed {{ name entries {{ kind key change }} }} }} instances {{ effectiveConfig {{ envVars {{ key value origin isSet }} }} }} }} }}
         instance(stack: \"shop\", name: \"db\") {{ version(at: $at) {{ effectiveConfig {{ envVars {{ key origin }} }} diff {{ key }} }} }} }}"
    );
    let found = t.data(&query, json!({ "at": { "change": at } })).await;
    let past = &found["stack"]["version"];
    assert_eq!(past["sharedVars"][0]["value"], "eu");
    assert_eq!((&past["sharedVars"][1]["value"], &past["sharedVars"][1]["isSet"]), (&Value::Null, &json!(true)));
    assert!(past["compose"]["text"].as_str().unwrap().contains("REGION: eu"));
    let vars = &past["instances"][0]["effectiveConfig"]["envVars"];
    assert_eq!(vars[2], json!({ "key": "REGION", "value": "eu", "origin": "STACK", "isSet": true }));
    let diff = json!({ "same": false,
        "sharedVars": [{ "key": "REGION", "change": "CHANGED" }, { "key": "TOKEN", "change": "REMOVED" }],
        "changed": [{ "name": "db", "entries": [
            { "kind": "ENV_VAR", "key": "REGION", "change": "CHANGED" }, { "kind": "ENV_VAR", "key": "TOKEN", "change": "REMOVED" },
        ] }] });
    assert_eq!(past["diff"], diff);
    let instance = &found["instance"]["version"];
    assert_eq!(instance["effectiveConfig"]["envVars"][3], json!({ "key": "TOKEN", "origin": "STACK" }));
    assert_eq!(instance["diff"], json!([{ "key": "REGION" }, { "key": "TOKEN" }]));
}

async fn changes_of_shared_variables_are_reverted(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("A", "1"), secret("B", "x")])).await;
    set(t, json!([var("A", "2"), secret("B", "y"), var("C", "3")])).await;
    let change = last_change(t).await;
    t.done("revertChange", json!({ "change": change }), "").await;
    let shown = t.data(&format!("{{ stack(name: \"shop\") {{ revision {VARS} }} }}"), json!({})).await["stack"].take();
    assert_eq!((&shown["revision"], shown["sharedVars"].as_array().unwrap().len()), (&json!(4), 2));
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "db") }), "B").await, "x");
    assert_eq!(last(t, "action").await["action"], "REVERT");
    // The undoing is undone, and then something has changed since.
    let undoing = last_change(t).await;
    t.done("revertChange", json!({ "change": undoing }), "").await;
    set(t, json!([var("A", "other"), secret("B", "y"), var("C", "3")])).await;
    assert_eq!(t.refused("revertChange", json!({ "change": change })).await, [code("CHANGED_SINCE", "input.change")]);
    let keep = json!({ "change": change, "resolutions": [{ "kind": "ENV_VAR", "key": "A", "take": "KEEP" }] });
    t.done("revertChange", keep, "").await;
    assert_eq!(env(t, "shop", "db").await[..2], ["A=other STACK", "B=*** STACK"]);
    // A lock that comes back is against an override.
    set(t, json!([locked("A", "1")])).await;
    set(t, json!([])).await;
    let unlocked = last_change(t).await;
    override_with(t, "db", var("A", "own")).await;
    assert_eq!(t.refused("revertChange", json!({ "change": unlocked })).await, [code("LOCKED", "input")]);
}

async fn restoring_a_version_restores_shared_variables(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("REGION", "eu"), secret("TOKEN", "t0p")])).await;
    let at = json!({ "change": last_change(t).await });
    let before = env(t, "shop", "db").await;
    set(t, json!([var("REGION", "us")])).await;
    // An instance alone runs as it did, with overrides.
    t.done("restoreVersion", json!({ "instance": TestApp::by_name("shop", "db"), "at": at }), "").await;
    let own: Vec<String> = before.iter().map(|line| line.replace("STACK", "INSTANCE")).collect();
    assert_eq!(env(t, "shop", "db").await, own);
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "db") }), "TOKEN").await, "t0p");
    // The stack with its instances is as it was.
    t.done("restoreVersion", json!({ "stack": { "name": "shop" }, "at": at }), "").await;
    assert_eq!(env(t, "shop", "db").await, before);
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "db") }), "TOKEN").await, "t0p");
    // What is locked now stays as the stack says.
    set(t, json!([locked("REGION", "us"), secret("TOKEN", "t0p")])).await;
    t.done("restoreVersion", json!({ "instance": TestApp::by_name("shop", "db"), "at": at }), "").await;
    assert_eq!(env(t, "shop", "db").await[2], "REGION=us STACK");
}

async fn since_names_the_change_of_the_stack(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("REGION", "eu"), var("POSTGRES_USER", "shared")])).await;
    let given = last_change(t).await;
    let since = async || {
        let query = "{ instance(stack: \"shop\", name: \"db\") { effectiveConfig { envVars { key since { id } } } } }";
        let found = t.data(query, json!({})).await["instance"]["effectiveConfig"]["envVars"].take();
        found.as_array().unwrap().iter().map(|var| var["since"]["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(since().await[1..], [given.clone(), given.clone()]);
    override_with(t, "db", var("REGION", "own")).await;
    let own = last_change(t).await;
    assert_eq!(since().await[1..], [given.clone(), own]);
    set(t, json!([var("REGION", "eu")])).await;
    assert_eq!(since().await[1], last_change(t).await, "the template's is back since then");
}

async fn stacks_are_compared_with_their_shared_variables(t: &TestApp) {
    t.shop().await;
    let mut on_reference = var("ONLY", "here");
    on_reference["inject"] = json!("ON_REFERENCE");
    set(t, json!([on_reference, secret("TOKEN", "t0p")])).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "").await;
    let query = "{ diffStacks(a: { stack: { name: \"shop\" } }, b: { stack: { name: \"copy\" } }) { fields { field } sharedVars { key change from {
        ... on SharedVar { inject } } } changed { name } } }";
    let found = t.data(query, json!({})).await["diffStacks"].take();
    assert_eq!(found, json!({ "fields": [{ "field": "name" }], "sharedVars": [], "changed": [] }));
    set(t, json!([{ "key": "ONLY", "value": "here" }, secret("TOKEN", "other")])).await;
    let found = t.data(query, json!({})).await["diffStacks"].take();
    let expected = json!([
        { "key": "ONLY", "change": "CHANGED", "from": [{ "inject": "ALL" }] },
        { "key": "TOKEN", "change": "CHANGED", "from": [{ "inject": "ALL" }] },
    ]);
    assert_eq!(found["sharedVars"], expected);
    assert_eq!(found["changed"], json!([{ "name": "db" }]));
}

async fn a_redacted_change_has_no_values_of_shared_variables(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("A", "not meant for this")])).await;
    let change = last_change(t).await;
    t.done("redactChange", json!({ "change": change, "reason": "a mistake" }), "").await;
    let query = "query ($id: ID!) { node(id: $id) { ... on Change { redacted edits { key to { __typename } } } } }";
    let found = t.data(query, json!({ "id": change })).await["node"].take();
    assert_eq!(found, json!({ "redacted": true, "edits": [{ "key": "A", "to": [] }] }));
    let stale = input(&json!([]));
    t.done("setSharedVars", stale, "").await;
}
