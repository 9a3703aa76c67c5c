//! The variables of a stack in its document.

use serde_json::{Value, json};

use super::{VARS, env, locked, secret, set, var};
use crate::support::{TestApp, both, code};

both!(a_document_has_the_shared_variables, a_document_sets_and_prunes_shared_variables, shared_variables_have_owners);

async fn document(t: &TestApp, stack: &str) -> String {
    let found = t.data("query ($name: String!) { stack(name: $name) { document } }", json!({ "name": stack })).await;
    found["stack"]["document"].as_str().unwrap().to_owned()
}

fn apply(stack: &str, owner: &str, text: &str) -> Value {
    json!({ "stack": stack, "owner": owner, "source": { "document": text } })
}

async fn vars(t: &TestApp, stack: &str) -> Value {
    let query = format!("query ($name: String!) {{ stack(name: $name) {{ {VARS} }} }}");
    t.data(&query, json!({ "name": stack })).await["stack"]["sharedVars"].take()
}

async fn a_document_has_the_shared_variables(t: &TestApp) {
    t.shop().await;
    let mut on_reference = var("B", "2");
    on_reference["inject"] = json!("ON_REFERENCE");
    set(t, json!([secret("Z", "t0p"), locked("A", "1"), on_reference])).await;
    let text = document(t, "shop").await;
    let expected = "sharedVars:\n  - key: A\n    value: \"1\"\n    locked: true\n  - key: B\n    value: \"2\"\n    inject: ON_REFERENCE\n  - key: Z\n    isSecret: true\n";
    assert!(text.contains(expected), "{text}");
    t.done("applyStack", apply("copy", "me", &text), "").await;
    assert_eq!(vars(t, "copy").await.as_array().unwrap().len(), 3);
    // The copy has the secret without a value.
    let copy = document(t, "copy").await.replace("    value: null\n", "");
    assert_eq!(copy, text.replace("stack: shop", "stack: copy"));
    // Applying what is there changes nothing, and keeps the secret.
    let done = t.done("applyStack", apply("shop", "me", &text), "changed stack { revision }").await;
    assert_eq!((&done["changed"], &done["stack"]["revision"]), (&json!(false), &json!(2)));
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "db") }), "Z").await, "t0p");
}

async fn a_document_sets_and_prunes_shared_variables(t: &TestApp) {
    t.shop().await;
    set(t, json!([var("BY_HAND", "stays")])).await;
    let text =
        |vars: &str| format!("devarch: 1\nsharedVars: [{vars}]\ninstances: {{ db: {{ template: postgres }} }}\n");
    let done = t
        .done(
            "applyStack",
            apply("shop", "me", &text("{ key: A, value: a }, { key: B, value: b }")),
            "changed plan { summary { containersRecreated } }",
        )
        .await;
    assert_eq!((&done["changed"], &done["plan"]["summary"]["containersRecreated"]), (&json!(true), &json!(1)));
    assert_eq!(env(t, "shop", "db").await[..3], ["A=a STACK", "B=b STACK", "BY_HAND=stays STACK"]);
    t.done("applyStack", apply("shop", "me", &text("{ key: A, value: c }")), "").await;
    assert_eq!(env(t, "shop", "db").await[..2], ["A=c STACK", "BY_HAND=stays STACK"]);
    let change = super::last_change(t).await;
    t.done("revertChange", json!({ "change": change }), "").await;
    assert_eq!(env(t, "shop", "db").await[..2], ["A=a STACK", "B=b STACK"]);
    let wrong = t.mutate("applyStack", apply("shop", "me", &text("{ key: A, odd: 1 }")), "").await;
    assert!(wrong["userErrors"][0]["message"].as_str().unwrap().contains("line 2: sharedVars.0.odd"), "{wrong}");
}

async fn shared_variables_have_owners(t: &TestApp) {
    t.shop().await;
    let text = |value: &str| format!("devarch: 1\nsharedVars: [{{ key: A, value: {value} }}]\n");
    t.done("applyStack", apply("shop", "one", &text("a")), "").await;
    let payload = t.mutate("applyStack", apply("shop", "two", &text("b")), "").await;
    assert_eq!(TestApp::codes(&payload), [code("OWNED_BY_OTHER", "input.take")]);
    let message = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("`A` (env_vars) of the stack belongs to the owner `one`"), "{message}");
    let mut take = apply("shop", "two", &text("b"));
    take["take"] = json!(true);
    t.done("applyStack", take, "").await;
    assert_eq!(env(t, "shop", "db").await[0], "A=b STACK");
}
