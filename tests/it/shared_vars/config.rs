//! What instances make of the variables of their stack, and what is refused.

use serde_json::{Value, json};

use super::{VARS, env, input, override_with, patch, secret, set, var};
use crate::support::{TestApp, both, code};

both!(
    shared_variables_stand_between_template_and_instance,
    instances_remove_replace_and_reset_what_is_shared,
    what_is_only_referred_to_is_in_no_environment,
    what_is_wrong_is_refused_with_its_place,
    setting_raises_the_revision_once_and_only_if_something_changes,
);

async fn shared_variables_stand_between_template_and_instance(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "other").await;
    let stack = set(t, json!([var("POSTGRES_USER", "shared"), var("REGION", "eu")])).await;
    assert_eq!(stack["sharedVars"][1]["key"], "REGION", "in the order in which they were given: {stack}");
    let inherited = ["POSTGRES_PASSWORD=*** TEMPLATE", "POSTGRES_USER=shared STACK", "REGION=eu STACK"];
    assert_eq!(env(t, "shop", "db").await, inherited);
    override_with(t, "db", var("POSTGRES_USER", "own")).await;
    override_with(t, "db", var("REGION", "eu")).await;
    assert_eq!(env(t, "shop", "other").await, inherited);
    let query = "{ instance(stack: \"shop\", name: \"db\") { effectiveConfig { envVars { key value origin shadows { key value } } }
        overrideStats { total removed redundant dead } overrideDiff { kind key change from { ... on EnvVar { value } } to { ... on
        EnvVar { value } } } } }";
    let db = t.data(query, json!({})).await["instance"].take();
    let expected = json!([
        { "key": "POSTGRES_PASSWORD", "value": null, "origin": "TEMPLATE", "shadows": [] },
        { "key": "POSTGRES_USER", "value": "own", "origin": "INSTANCE", "shadows": [
            { "key": "POSTGRES_USER", "value": "shared" }, { "key": "POSTGRES_USER", "value": "postgres" },
        ] },
        { "key": "REGION", "value": "eu", "origin": "INSTANCE", "shadows": [{ "key": "REGION", "value": "eu" }] },
    ]);
    assert_eq!(db["effectiveConfig"]["envVars"], expected);
    assert_eq!(db["overrideStats"], json!({ "total": 2, "removed": 0, "redundant": 1, "dead": 0 }));
    let diff = json!([{ "kind": "ENV_VAR", "key": "POSTGRES_USER", "change": "CHANGED", "from": [{ "value": "shared" }], "to": [
        { "value": "own" }] }]);
    assert_eq!(db["overrideDiff"], diff);
    set(t, json!([])).await;
    assert_eq!(env(t, "shop", "other").await, ["POSTGRES_PASSWORD=*** TEMPLATE", "POSTGRES_USER=postgres TEMPLATE"]);
}

async fn instances_remove_replace_and_reset_what_is_shared(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("POSTGRES_USER", "shared"), var("REGION", "eu")])).await;
    let removed = "{ instance(stack: \"shop\", name: \"db\") { effectiveConfig { removed { kind key by entry { ... on EnvVar { value } } }
        } overrideStats { removed dead } } }";
    patch(t, "db", json!([{ "remove": { "envVar": "POSTGRES_USER" } }, { "remove": { "envVar": "REGION" } }])).await;
    assert_eq!(env(t, "shop", "db").await, ["POSTGRES_PASSWORD=*** TEMPLATE"]);
    let found = t.data(removed, json!({})).await["instance"].take();
    let entry = |key: &str, by: &str, value: &str| json!({ "kind": "ENV_VAR", "key": key, "by": by, "entry": { "value": value } });
    let expected = json!([entry("POSTGRES_USER", "REMOVE", "shared"), entry("REGION", "REMOVE", "eu")]);
    assert_eq!(found["effectiveConfig"]["removed"], expected, "what would run, and not what is below that");
    assert_eq!(found["overrideStats"], json!({ "removed": 2, "dead": 0 }));
    patch(t, "db", json!([{ "reset": { "entry": { "envVar": "REGION" } } }])).await;
    assert_eq!(env(t, "shop", "db").await, ["POSTGRES_PASSWORD=*** TEMPLATE", "REGION=eu STACK"]);
    patch(t, "db", json!([{ "reset": { "all": true } }, { "replace": "ENV_VAR" }])).await;
    assert_eq!(env(t, "shop", "db").await, [""; 0]);
    assert_eq!(t.data(removed, json!({})).await["instance"]["overrideStats"]["removed"], 3);
    patch(t, "db", json!([{ "reset": { "kind": "ENV_VAR" } }])).await;
    assert_eq!(env(t, "shop", "db").await.len(), 3);
}

async fn what_is_only_referred_to_is_in_no_environment(t: &TestApp) {
    t.shop().await;
    let mut on_reference = var("REGION", "eu");
    on_reference["inject"] = json!("ON_REFERENCE");
    let stack = set(t, json!([on_reference])).await;
    let shown = json!([{ "key": "REGION", "value": "eu", "isSecret": false, "isSet": true, "inject": "ON_REFERENCE", "locked": false }]);
    assert_eq!(stack["sharedVars"], shown);
    assert_eq!(env(t, "shop", "db").await, ["POSTGRES_PASSWORD=*** TEMPLATE", "POSTGRES_USER=postgres TEMPLATE"]);
}

async fn what_is_wrong_is_refused_with_its_place(t: &TestApp) {
    t.shop().await;
    let vars =
        json!([var("A", "1"), var("1 A", "x"), var("A", "2"), secret("S", "*****"), { "key": "N", "value": "a\u{0}" }]);
    let expected = [
        code("INVALID_VALUE", "input.vars.1.key"),
        code("DUPLICATE_KEY", "input.vars.2"),
        code("INVALID_VALUE", "input.vars.3.value"),
        code("INVALID_VALUE", "input.vars.4.value"),
    ];
    assert_eq!(t.refused("setSharedVars", input(&vars)).await, expected);
    let many: Vec<Value> = (0..501).map(|n| var(&format!("V{n}"), "x")).collect();
    assert_eq!(t.refused("setSharedVars", input(&json!(many))).await, [code("LIMIT_EXCEEDED", "input.vars")]);
    set(t, json!(many[..500])).await;
    let nowhere = json!({ "stack": { "name": "nowhere" }, "vars": [] });
    assert_eq!(t.refused("setSharedVars", nowhere).await, [code("NOT_FOUND", "input.stack.name")]);
    set(t, json!([secret("S", "t0p")])).await;
    let public = input(&json!([{ "key": "S" }]));
    assert_eq!(t.refused("setSharedVars", public).await, [code("INVALID_VALUE", "input.vars.0.value")]);
}

async fn setting_raises_the_revision_once_and_only_if_something_changes(t: &TestApp) {
    t.shop().await;
    let vars = json!([var("A", "1"), var("B", "2")]);
    assert_eq!(set(t, vars.clone()).await["revision"], 2);
    assert_eq!(set(t, vars.clone()).await["revision"], 2);
    let mut stale = input(&json!([]));
    stale["expectedRevision"] = json!(1);
    assert_eq!(t.refused("setSharedVars", stale).await, [code("STALE_REVISION", "input.expectedRevision")]);
    let mut once = input(&json!([var("A", "3")]));
    once["idempotencyKey"] = json!("once");
    once["message"] = json!("why");
    for _ in 0..2 {
        let done = t.done("setSharedVars", once.clone(), "stack { revision }").await;
        assert_eq!(done["stack"]["revision"], 3);
    }
    let history = "{ stack(name: \"shop\") { history(first: 1) { nodes { action message } } } }";
    let found = t.data(history, json!({})).await["stack"]["history"]["nodes"][0].take();
    assert_eq!(found, json!({ "action": "UPDATE", "message": "why" }));
    let shown = t.data(&format!("{{ stack(name: \"shop\") {{ {VARS} }} }}"), json!({})).await;
    assert_eq!(shown["stack"]["sharedVars"].as_array().unwrap().len(), 1);
}
