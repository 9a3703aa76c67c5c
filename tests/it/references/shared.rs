//! References to the variables of a stack.

use serde_json::{Value, json};

use super::{APP, set_variables, shop, values};
use crate::support::{TestApp, both};

both!(
    a_variable_of_the_stack_is_referred_to,
    a_reference_to_a_secret_of_the_stack_is_a_secret,
    variables_of_the_stack_refer_to_instances,
    what_is_wrong_with_a_variable_of_the_stack_is_told_with_its_place,
    the_uses_of_a_variable_are_paged,
);

async fn set_shared(t: &TestApp, vars: Value) -> Value {
    t.mutate("setSharedVars", json!({ "stack": { "name": "shop" }, "vars": vars }), "").await
}

async fn stack_with_variables(t: &TestApp) {
    shop(t).await;
    let done = set_shared(
        t,
        json!([
            { "key": "DOMAIN", "value": "shop.localhost", "inject": "ON_REFERENCE" },
            { "key": "TOKEN", "value": "t0p-s3cret$", "isSecret": true, "inject": "ON_REFERENCE" },
            { "key": "REGION", "value": "eu" },
            { "key": "DB", "value": "${{orders-db:url(5432)}}/${{shared.REGION}}", "inject": "ON_REFERENCE" },
        ]),
    )
    .await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    let done = set_variables(
        t,
        APP,
        json!([
            { "key": "PUBLIC", "value": "https://${{shared.DOMAIN}}/${{self.REGION}}" },
            { "key": "AUTH", "value": "Bearer ${{shared.TOKEN}}" },
            { "key": "DB", "value": "${{shared.DB}}" },
        ]),
    )
    .await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
}

async fn a_variable_of_the_stack_is_referred_to(t: &TestApp) {
    stack_with_variables(t).await;
    // One that is not injected is in no environment.
    let expected = json!({
        "PUBLIC": "https://shop.localhost/eu", "AUTH": null, "DB": "postgresql://orders-db:5432/eu", "REGION": "eu",
    });
    assert_eq!(values(t, "shop", APP).await, expected);
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key segments { ... on ReferenceSegment \
                 { text value isSecret targetInstance { name } target { __typename ... on SharedVar { key value isSet usedBy(first: 5) \
                 { nodes { key instance { name } } } } } } } } } } }";
    let found = t.data(query, json!({})).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let public = vars.iter().find(|var| var["key"] == "PUBLIC").unwrap();
    assert_eq!(
        public["segments"][1],
        json!({
            "text": "${{shared.DOMAIN}}", "value": "shop.localhost", "isSecret": false, "targetInstance": null,
            "target": {
                "__typename": "SharedVar", "key": "DOMAIN", "value": "shop.localhost", "isSet": true,
                "usedBy": { "nodes": [{ "key": "PUBLIC", "instance": { "name": "app" } }] },
            },
        })
    );
    // A change of it reaches the instance at once.
    set_shared(
        t,
        json!([{ "key": "DOMAIN", "value": "other.localhost" }, { "key": "TOKEN", "value": "x", "isSecret": true },
        { "key": "DB", "value": "none" }]),
    )
    .await;
    assert_eq!(values(t, "shop", APP).await["PUBLIC"], json!(null), "REGION is gone");
    let compose = t.data("{ stack(name: \"shop\") { compose { text } } }", json!({})).await;
    assert!(compose["stack"]["compose"]["text"].as_str().unwrap().contains("DB: \"none\""), "{compose}");
}

async fn a_reference_to_a_secret_of_the_stack_is_a_secret(t: &TestApp) {
    stack_with_variables(t).await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key value isSecret isSet } entries: removed { key } } \
                 references { key text state } overrideDiff { key to { ... on EnvVar { value } } } } \
                 stack(name: \"shop\") { document compose { text requiredVariables variables { name instance key } } } }";
    let found = t.data(query, json!({})).await;
    assert!(!found.to_string().contains("t0p"), "{found}");
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let auth = vars.iter().find(|var| var["key"] == "AUTH").unwrap();
    assert_eq!(*auth, json!({ "key": "AUTH", "value": null, "isSecret": true, "isSet": true }));
    let compose = &found["stack"]["compose"];
    let text = compose["text"].as_str().unwrap();
    assert!(text.contains("AUTH: \"Bearer ${SHARED__TOKEN:?the secret TOKEN of the stack}\""), "{text}");
    assert!(
        compose["variables"]
            .as_array()
            .unwrap()
            .contains(&json!({ "name": "SHARED__TOKEN", "instance": null, "key": "TOKEN" })),
        "{compose}"
    );
    assert!(found["stack"]["document"].as_str().unwrap().contains("Bearer ${{shared.TOKEN}}"), "{found}");
    let revealed = t.data("{ stack(name: \"shop\") { compose(revealSecrets: true) { text } } }", json!({})).await;
    let text = revealed["stack"]["compose"]["text"].as_str().unwrap();
    assert!(text.contains("AUTH: \"Bearer t0p-s3cret$$\""), "{text}");
}

async fn variables_of_the_stack_refer_to_instances(t: &TestApp) {
    stack_with_variables(t).await;
    // They follow a rename.
    let rename = json!({ "instance": TestApp::by_name("shop", "orders-db"), "name": "main-db" });
    t.done("renameInstance", rename, "instance { name }").await;
    let found = t.data("{ stack(name: \"shop\") { sharedVars { key value } } }", json!({})).await;
    let vars = found["stack"]["sharedVars"].as_array().unwrap();
    let db = vars.iter().find(|var| var["key"] == "DB").unwrap();
    assert_eq!(db["value"], "${{main-db:url(5432)}}/${{shared.REGION}}");
    assert_eq!(values(t, "shop", APP).await["DB"], "postgresql://main-db:5432/eu");
    // And a copy has its own.
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { name }").await;
    assert_eq!(values(t, "copy", APP).await["DB"], "postgresql://main-db:5432/eu");
}

async fn what_is_wrong_with_a_variable_of_the_stack_is_told_with_its_place(t: &TestApp) {
    stack_with_variables(t).await;
    for (value, code, suggestion) in [
        ("${{order-db:host}}", "REFERENCE_NOT_FOUND", json!("${{orders-db:host}}")),
        ("${{orders-db:port(1)}}", "REFERENCE_NO_SUCH_PORT", json!("${{orders-db:port(5432)}}")),
        ("${{self.REGION}}", "REFERENCE_NOT_FOUND", json!(null)),
        ("${{shared.OTHER}}", "REFERENCE_CYCLE", json!(null)),
        ("${{shared:host}}", "INVALID_VALUE", json!(null)),
    ] {
        let refused =
            set_shared(t, json!([{ "key": "REGION", "value": "eu" }, { "key": "OTHER", "value": value }])).await;
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], code, "{value}: {refused}");
        assert_eq!(error["path"], json!(["input", "vars", "1", "value"]), "{value}");
        assert_eq!(error["suggestion"], suggestion, "{value}");
    }
    // A circle through an instance.
    let refused = set_shared(t, json!([{ "key": "DB", "value": "${{app.DB}}" }])).await;
    assert_eq!(refused["userErrors"][0]["code"], "REFERENCE_CYCLE", "{refused}");
    assert!(refused.to_string().contains("app.DB → shared.DB → app.DB"), "{refused}");
    assert_eq!(values(t, "shop", APP).await["DB"], "postgresql://orders-db:5432/eu");
}

async fn the_uses_of_a_variable_are_paged(t: &TestApp) {
    shop(t).await;
    set_shared(t, json!([{ "key": "X", "value": "x", "inject": "ON_REFERENCE" }, { "key": "Y", "value": "y" }])).await;
    let vars: Vec<Value> = (0..5).map(|n| json!({ "key": format!("V{n}"), "value": "${{shared.X}}" })).collect();
    set_variables(t, APP, json!(vars)).await;
    let query = "query($after: String) { stack(name: \"shop\") { sharedVars { key usedBy(first: 2, after: $after) { \
                 edges { cursor node { key } } nodes { kind } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let found = t.data(query, json!({ "after": after })).await;
        let vars = found["stack"]["sharedVars"].as_array().unwrap().clone();
        assert_eq!(vars[1]["usedBy"]["edges"], json!([]));
        let page = &vars[0]["usedBy"];
        seen.extend(
            page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["key"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, ["V0", "V1", "V2", "V3", "V4"]);
    // In the log and in past states nothing is asked of it.
    let past = "{ stack(name: \"shop\") { history(first: 1, kinds: [ENV_VAR]) { nodes { edits { to { ... on SharedVar { key usedBy { nodes { key } } } } } } } } }";
    let found = t.data(past, json!({})).await;
    assert!(!found.to_string().contains("\"nodes\":[{\"key\""), "{found}");
}
