//! What becomes of secrets in a fork.

use serde_json::{Value, json};

use super::{fork, shop};
use crate::support::{TestApp, both};

both!(secrets_are_copied_generated_or_unset, equal_secrets_stay_equal);

async fn secret(t: &TestApp, stack: &str, name: &str, key: &str) -> Value {
    t.reveal(json!({ "instance": TestApp::by_name(stack, name) }), key).await
}

async fn secrets_are_copied_generated_or_unset(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "same" })).await;
    fork(t, json!({ "name": "new", "secrets": "GENERATE" })).await;
    fork(t, json!({ "name": "bare", "secrets": "UNSET" })).await;
    for (name, key, old) in [
        ("api", "POSTGRES_PASSWORD", "s3cret"),
        ("db", "POSTGRES_PASSWORD", "devarch"),
        ("web", "TOKEN", "a-token-of-the-template"),
    ] {
        assert_eq!(secret(t, "same", name, key).await, old);
        let new = secret(t, "new", name, key).await;
        let new = new.as_str().unwrap();
        assert!(new != old && new.len() >= 16 && new.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{new}");
        assert_eq!(secret(t, "bare", name, key).await, Value::Null);
        assert_eq!(secret(t, "shop", name, key).await, old, "the source has what it had");
    }
    let query = "query ($stack: String!) { instance(stack: $stack, name: \"api\") { overrideCount envVars { key value isSecret isSet } } }";
    for (stack, is_set) in [("same", true), ("new", true), ("bare", false)] {
        let api = t.data(query, json!({ "stack": stack })).await["instance"].take();
        let expected = json!([
            { "key": "POSTGRES_DB", "value": "orders", "isSecret": false, "isSet": true },
            { "key": "POSTGRES_PASSWORD", "value": null, "isSecret": true, "isSet": is_set },
        ]);
        assert_eq!(api["envVars"], expected, "{stack}: nothing else has changed");
    }
    let inherited = "{ stack(name: \"same\") { instance(name: \"web\") { envVars { key } } } }";
    assert_eq!(t.data(inherited, json!({})).await["stack"]["instance"]["envVars"], json!([]));
}

async fn equal_secrets_stay_equal(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "api").await;
    for (name, key, value) in [
        ("db", "POSTGRES_PASSWORD", "correct-horse"),
        ("api", "DB_PASSWORD", "correct-horse"),
        ("api", "DATABASE_URL", "postgres://shop:correct-horse@db:5432/shop"),
        ("api", "EMPTY", ""),
    ] {
        let step = json!({ "set": { "envVar": { "key": key, "value": value, "isSecret": true } } });
        let input = json!({ "instance": TestApp::by_name("shop", name), "operations": [step] });
        t.done("patchInstanceOverrides", input, "").await;
    }
    fork(t, json!({ "name": "lab", "secrets": "GENERATE" })).await;
    let password = secret(t, "lab", "db", "POSTGRES_PASSWORD").await;
    assert_eq!(secret(t, "lab", "api", "DB_PASSWORD").await, password);
    let url = format!("postgres://shop:{}@db:5432/shop", password.as_str().unwrap());
    assert_eq!(secret(t, "lab", "api", "DATABASE_URL").await, url);
    assert_eq!(secret(t, "lab", "api", "EMPTY").await, "");
    assert_ne!(secret(t, "lab", "api", "POSTGRES_PASSWORD").await, password, "another one is another one");
}
