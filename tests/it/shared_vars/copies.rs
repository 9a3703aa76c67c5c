//! Copies of a stack have its variables.

use serde_json::json;

use super::{VARS, env, locked, secret, set, var};
use crate::support::{TestApp, both};

both!(copies_have_the_shared_variables, forks_change_shared_secrets_as_they_are_asked_to);

async fn copies_have_the_shared_variables(t: &TestApp) {
    t.shop().await;
    let source = set(t, json!([locked("REGION", "eu"), secret("TOKEN", "t0p"), var("POSTGRES_USER", "shared")])).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "").await;
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "fork" }), "").await;
    for name in ["copy", "fork"] {
        let query = format!(
            "query ($name: String!) {{ stack(name: $name) {{ revision {VARS} instances {{ nodes {{ envVars {{ key }} }} }} }} }}"
        );
        let copy = t.data(&query, json!({ "name": name })).await["stack"].take();
        assert_eq!(copy["sharedVars"], source["sharedVars"], "{name}");
        assert_eq!(copy["revision"], 1);
        assert_eq!(copy["instances"]["nodes"][0]["envVars"], json!([]), "nothing is an override");
        assert_eq!(env(t, name, "db").await, env(t, "shop", "db").await);
        let of = json!({ "instance": TestApp::by_name(name, "db") });
        assert_eq!(t.reveal(of, "TOKEN").await, "t0p");
        // The creation shows them.
        let history = "query ($name: String!) { stack(name: $name) { history(first: 10) { nodes { subjectKind edits { key to { ... on
            SharedVar { key locked } } } } } } }";
        let changes = t.data(history, json!({ "name": name })).await["stack"]["history"]["nodes"].take();
        let creation = changes.as_array().unwrap().iter().find(|change| change["subjectKind"] == "STACK").unwrap();
        let edits = &creation["edits"];
        assert_eq!(edits[0], json!({ "key": "REGION", "to": [{ "key": "REGION", "locked": true }] }));
    }
    // Each is on its own.
    set(t, json!([])).await;
    assert_eq!(env(t, "copy", "db").await.len(), 4);
}

async fn forks_change_shared_secrets_as_they_are_asked_to(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "api").await;
    let mut lock = secret("TOKEN", "correct-horse");
    lock["locked"] = json!(true);
    let mut on_reference = secret("URL", "https://correct-horse@host");
    on_reference["inject"] = json!("ON_REFERENCE");
    set(t, json!([lock, on_reference])).await;
    super::override_with(t, "api", secret("COPY_OF_TOKEN", "correct-horse")).await;
    let reveal = async |stack: &str, name: &str, key: &str| {
        t.reveal(json!({ "instance": TestApp::by_name(stack, name) }), key).await
    };
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "new", "secrets": "GENERATE" }), "").await;
    let new = reveal("new", "db", "TOKEN").await;
    assert_ne!(new, "correct-horse");
    assert_eq!(reveal("new", "api", "TOKEN").await, new, "all instances share it");
    assert_eq!(reveal("new", "api", "COPY_OF_TOKEN").await, new, "equal secrets stay equal");
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "bare", "secrets": "UNSET" }), "").await;
    let found = t.data(&format!("{{ stack(name: \"bare\") {{ {VARS} }} }}"), json!({})).await["stack"].take();
    assert!(found["sharedVars"].as_array().unwrap().iter().all(|var| var["isSet"] == false), "{found}");
    assert_eq!(reveal("shop", "db", "TOKEN").await, "correct-horse");
}
