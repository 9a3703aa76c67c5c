//! Locked variables: no way to write overrides or rules leads around them.

use serde_json::{Value, json};

use super::{env, input, last_change, locked, override_with, patch, set, var};
use crate::support::{TestApp, both, code};

both!(
    no_instance_overrides_what_is_locked,
    what_instances_override_cannot_be_locked,
    nothing_brings_back_what_is_against_a_lock,
    files_obey_locks,
    only_an_injected_variable_is_locked,
);

fn of_db(field: &str, value: Value) -> Value {
    json!({ "instance": TestApp::by_name("shop", "db"), field: value })
}

async fn no_instance_overrides_what_is_locked(t: &TestApp) {
    t.shop().await;
    set(t, json!([locked("REGION", "eu"), var("FREE", "1")])).await;
    let vars = json!({ "envVars": [var("FREE", "2"), var("REGION", "us")] });
    let refused = t.refused("setInstanceOverrides", of_db("overrides", vars.clone())).await;
    assert_eq!(refused, [code("LOCKED", "input.overrides.envVars.1.key")]);
    let operations = json!([
        { "set": { "envVar": var("REGION", "us") } }, { "remove": { "envVar": "REGION" } }, { "replace": "ENV_VAR" },
        { "set": { "envVar": var("FREE", "2") } },
    ]);
    let expected = [
        code("LOCKED", "input.operations.0.set.envVar.key"),
        code("LOCKED", "input.operations.1.remove.envVar"),
        code("LOCKED", "input.operations.2.replace"),
    ];
    assert_eq!(t.refused("patchInstanceOverrides", of_db("operations", operations)).await, expected);
    let mut new = TestApp::new_instance("shop", "new");
    new["overrides"] = vars;
    assert_eq!(t.refused("createInstance", new).await, [code("LOCKED", "input.overrides.envVars.1.key")]);
    override_with(t, "db", var("FREE", "2")).await;
    patch(t, "db", json!([{ "remove": { "envVar": "FREE" } }, { "reset": { "entry": { "envVar": "REGION" } } }])).await;
    assert_eq!(env(t, "shop", "db").await[2..], ["REGION=eu STACK"]);
}

async fn what_instances_override_cannot_be_locked(t: &TestApp) {
    t.shop().await;
    for name in ["second", "third", "gone"] {
        t.instance("shop", name).await;
    }
    override_with(t, "db", var("REGION", "us")).await;
    patch(t, "second", json!([{ "remove": { "envVar": "REGION" } }])).await;
    patch(t, "third", json!([{ "replace": "ENV_VAR" }])).await;
    override_with(t, "gone", var("REGION", "us")).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "gone") }), "").await;
    let vars = json!([var("FREE", "1"), locked("REGION", "eu")]);
    let payload = t.mutate("setSharedVars", input(&vars), "stack { revision }").await;
    assert_eq!(TestApp::codes(&payload), [code("LOCKED", "input.vars.1.locked")]);
    let message = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("`db`, `second`, `third`.") && !message.contains("gone"), "{message}");
    for name in ["db", "second", "third"] {
        patch(t, name, json!([{ "reset": { "kind": "ENV_VAR" } }])).await;
    }
    set(t, vars).await;
}

async fn nothing_brings_back_what_is_against_a_lock(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "gone").await;
    override_with(t, "gone", var("REGION", "us")).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "gone") }), "").await;
    let in_trash = last_change(t).await;
    override_with(t, "db", var("REGION", "us")).await;
    let overridden = last_change(t).await;
    patch(t, "db", json!([{ "reset": { "kind": "ENV_VAR" } }])).await;
    let reset = last_change(t).await;
    set(t, json!([locked("REGION", "eu")])).await;
    let lock = last_change(t).await;
    let all = [code("LOCKED", "input")];
    assert_eq!(t.refused("restoreInstance", json!({ "instance": TestApp::by_name("shop", "gone") })).await, all);
    let trash = "{ trash { instances { nodes { obstacles { code } } } } }";
    let obstacles = t.data(trash, json!({})).await["trash"]["instances"]["nodes"][0]["obstacles"].take();
    assert_eq!(obstacles, json!([{ "code": "LOCKED" }]));
    assert_eq!(t.refused("revertChange", json!({ "change": in_trash })).await, all);
    assert_eq!(t.refused("revertChange", json!({ "change": reset })).await, all);
    let at = json!({ "change": overridden });
    assert_eq!(t.refused("restoreVersion", json!({ "instance": TestApp::by_name("shop", "db"), "at": at })).await, all);
    // The stack as a whole was unlocked then.
    t.done("restoreVersion", json!({ "stack": { "name": "shop" }, "at": at }), "").await;
    assert!(env(t, "shop", "db").await.contains(&"REGION=us INSTANCE".to_owned()));
    // To lock it again is against the instance.
    assert_eq!(t.refused("restoreVersion", json!({ "stack": { "name": "shop" }, "at": { "change": lock } })).await, []);
    assert!(env(t, "shop", "db").await.contains(&"REGION=eu STACK".to_owned()));
}

async fn files_obey_locks(t: &TestApp) {
    t.shop().await;
    set(t, json!([locked("REGION", "eu")])).await;
    let document =
        "devarch: 1\ninstances: { db: { template: postgres, overrides: { envVars: [{ key: REGION, value: us }] } } }";
    let apply = |source: Value| json!({ "stack": "shop", "owner": "me", "source": source });
    let refused = t.refused("applyStack", apply(json!({ "document": document }))).await;
    assert_eq!(refused, [code("LOCKED", "input")]);
    let file =
        |region: &str| format!("services:\n  db:\n    image: postgres:17\n    environment: {{ REGION: {region} }}\n");
    let refused = t.refused("applyStack", apply(json!({ "compose": [{ "text": file("us") }] }))).await;
    assert_eq!(refused, [code("LOCKED", "input")]);
    t.done("applyStack", apply(json!({ "compose": [{ "text": file("eu") }] })), "").await;
    // A new instance keeps what the stack gives it, although the file does not have it.
    let new = "services:\n  web:\n    image: nginx\n";
    t.done("applyStack", apply(json!({ "compose": [{ "text": new }], })), "").await;
    assert_eq!(env(t, "shop", "web").await, ["REGION=eu STACK"]);
    let import =
        |text: String| json!({ "stack": { "name": "shop" }, "onConflict": "UPDATE", "files": [{ "text": text }] });
    let text = "services:\n  api:\n    image: nginx\n    environment: { REGION: us }\n".to_owned();
    // The template of an import has the value of its file, which the stack's takes the place of.
    t.done("importCompose", import(text.clone()), "").await;
    assert_eq!(env(t, "shop", "api").await, ["REGION=eu STACK"]);
    let more = format!("{text}  more:\n    extends: {{ service: api }}\n    environment: {{ REGION: uk }}\n");
    t.mutate("importCompose", import(more), "").await;
    let found = env(t, "shop", "api").await;
    assert_eq!(found, ["REGION=eu STACK"]);
}

async fn only_an_injected_variable_is_locked(t: &TestApp) {
    t.shop().await;
    override_with(t, "db", var("REGION", "us")).await;
    let mut on_reference = locked("REGION", "eu");
    on_reference["inject"] = json!("ON_REFERENCE");
    set(t, json!([on_reference])).await;
    override_with(t, "db", var("REGION", "uk")).await;
    let refused = t.refused("setSharedVars", input(&json!([locked("REGION", "eu")]))).await;
    assert_eq!(refused, [code("LOCKED", "input.vars.0.locked")]);
}
