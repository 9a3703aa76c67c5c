//! Secrets: they are in no document, and are kept unless they are given.

use devarch::server::AuthMode;
use serde_json::json;

use super::{apply, apply_nothing, compose, document, flat, yaml};
use crate::support::{TestApp, both};

both!(secrets_are_kept, given_secrets_are_set, callers_who_may_not_reveal_learn_nothing);

const KEY: &str = "POSTGRES_PASSWORD";

async fn secret(t: &TestApp, stack: &str, name: &str) -> serde_json::Value {
    t.reveal(json!({ "instance": TestApp::by_name(stack, name) }), KEY).await
}

async fn secrets_are_kept(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [{ "key": KEY, "value": "s3cret", "isSecret": true }] })).await;
    let text = yaml(t, "shop").await;
    assert!(!text.contains("s3cret") && text.contains("isSecret: true"), "{text}");
    apply_nothing(t, document("shop", "me", &text)).await;
    let file = flat(t, "shop").await;
    assert!(!file.contains("s3cret"), "{file}");
    apply_nothing(t, compose("shop", "me", &file)).await;
    // A file that does not tell that it is a secret.
    for line in ["POSTGRES_PASSWORD:", "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}"] {
        let file = format!(
            "services:\n  db:\n    image: postgres:17\n    restart: unless-stopped\n    environment:\n      {line}\n"
        );
        let file = compose("shop", "other", &file);
        let applied = t.done("applyStack", file, "changed").await;
        assert_eq!(applied["changed"], false, "{line}");
    }
    assert_eq!(secret(t, "shop", "db").await, "s3cret");
    // Without an override the template has it.
    t.patch("db", json!([{ "reset": { "all": true } }])).await;
    apply(t, document("copy", "me", &text)).await;
    assert_eq!(secret(t, "copy", "db").await, "devarch", "what the template has is the best there is");
    let unset =
        "devarch: 1\ninstances: { db: { template: postgres, overrides: { envVars: [{ key: NEW, isSecret: true }] } } }";
    apply(t, document("copy", "me", unset)).await;
    let found =
        t.data("{ instance(stack: \"copy\", name: \"db\") { envVars { key isSecret isSet } } }", json!({})).await;
    assert_eq!(found["instance"]["envVars"], json!([{ "key": "NEW", "isSecret": true, "isSet": false }]));
}

async fn given_secrets_are_set(t: &TestApp) {
    t.shop().await;
    let text = |value: &str| {
        format!(
            "devarch: 1\ninstances: {{ db: {{ template: postgres, overrides: {{ envVars: [{{ key: {KEY}, isSecret: true, value: {value} }}] }} }} }}"
        )
    };
    apply(t, document("shop", "me", &text("one"))).await;
    assert_eq!(secret(t, "shop", "db").await, "one");
    apply_nothing(t, document("shop", "me", &text("one"))).await;
    apply(t, document("shop", "me", &text("two"))).await;
    assert_eq!(secret(t, "shop", "db").await, "two");
    // A value in a file stays a secret.
    let file = format!("services:\n  db:\n    image: postgres:17\n    environment: {{ {KEY}: three }}\n");
    apply(t, compose("shop", "me", &file)).await;
    assert_eq!(secret(t, "shop", "db").await, "three");
    let log = t.data("{ changes(first: 100) { nodes { edits { from { ... on EnvVar { value } } to { ... on EnvVar { value } } } } } }", json!({})).await;
    assert!(!log.to_string().contains("three"), "{log}");
    // To tell that it is none any more takes a value.
    let plain = format!(
        "devarch: 1\ninstances: {{ db: {{ template: postgres, overrides: {{ envVars: [{{ key: {KEY} }}] }} }} }}"
    );
    let errors = super::refused(t, document("shop", "me", &plain)).await;
    assert!(errors[0].contains("A secret is stored under this key"), "{errors:?}");
}

async fn callers_who_may_not_reveal_learn_nothing(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [{ "key": KEY, "value": "s3cret", "isSecret": true }] })).await;
    let token = t.done("createApiKey", json!({ "name": "e", "role": "EDITOR" }), "token").await["token"].clone();
    let editor = t.behind(AuthMode::Keys, token.as_str());
    let text = |value: &str| {
        format!(
            "devarch: 1\ninstances: {{ db: {{ template: postgres, overrides: {{ envVars: [{{ key: {KEY}, isSecret: true, value: {value} }}] }} }} }}"
        )
    };
    for value in ["s3cret", "s3cret", "other"] {
        let applied = apply(&editor, document("shop", "me", &text(value))).await;
        assert_eq!(applied["changed"], true, "{value}");
    }
    // Also where another owner has it.
    for value in ["other", "s3cret"] {
        let errors = editor.refused("applyStack", document("shop", "you", &text(value))).await;
        assert_eq!(errors[0].0, "OWNED_BY_OTHER", "{value}");
    }
}
