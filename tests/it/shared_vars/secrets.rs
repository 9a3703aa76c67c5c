//! Secret variables of a stack follow the rules of secret overrides.

use devarch::{server::AuthMode, vault::Vault};
use serde_json::{Value, json};

use super::{env, input, override_with, secret, set, var};
use crate::{
    access::key,
    secrets::keys::with_file,
    support::{TestApp, both},
};

both!(
    a_shared_secret_is_hidden_kept_and_revealed,
    a_shared_secret_is_encrypted_anew_by_a_rotation,
    a_shared_secret_is_never_compared_for_those_who_may_not_reveal,
    a_shared_secret_is_a_variable_of_the_file,
);

async fn texts(t: &TestApp, sql: &str) -> Vec<String> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = t.db.writer();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql.to_owned())).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

const STORED: &str = "SELECT value FROM stack_env_vars WHERE is_secret AND value IS NOT NULL ORDER BY id";

async fn revealed(t: &TestApp, key: &str) -> Value {
    t.reveal(json!({ "instance": TestApp::by_name("shop", "db") }), key).await
}

async fn a_shared_secret_is_hidden_kept_and_revealed(t: &TestApp) {
    t.shop().await;
    let stack = set(t, json!([secret("TOKEN", "PLANTED"), secret("POSTGRES_PASSWORD", "of the stack")])).await;
    let token =
        json!({ "key": "TOKEN", "value": null, "isSecret": true, "isSet": true, "inject": "ALL", "locked": false });
    assert_eq!(stack["sharedVars"][0], token);
    assert!(texts(t, STORED).await.iter().all(|text| text.starts_with("devarch.v1.")));
    assert_eq!(revealed(t, "TOKEN").await, "PLANTED");
    assert_eq!(revealed(t, "POSTGRES_PASSWORD").await, "of the stack");
    // Without its value it keeps the stored one; nothing has changed then.
    let same =
        set(t, json!([{ "key": "TOKEN", "isSecret": true }, { "key": "POSTGRES_PASSWORD", "isSecret": true }])).await;
    assert_eq!((&same["revision"], revealed(t, "TOKEN").await), (&json!(2), json!("PLANTED")));
    // An instance that takes it over without a value has the stack's.
    override_with(t, "db", json!({ "key": "POSTGRES_PASSWORD", "isSecret": true })).await;
    set(t, json!([{ "key": "TOKEN", "isSecret": true, "locked": true }])).await;
    assert_eq!(revealed(t, "POSTGRES_PASSWORD").await, "of the stack");
    set(t, json!([{ "key": "TOKEN", "isSecret": true, "value": null }])).await;
    assert_eq!(env(t, "shop", "db").await[2], "TOKEN=- STACK");
    set(t, json!([secret("TOKEN", "again")])).await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "name": "shop" } }), "").await;
    assert_eq!(texts(t, "SELECT key FROM stack_env_vars").await, [""; 0]);
}

async fn a_shared_secret_is_encrypted_anew_by_a_rotation(t: &TestApp) {
    let (_folder, file, t) = with_file(t);
    let t = &t;
    t.app.unlock_secrets().await.unwrap();
    t.shop().await;
    set(t, json!([secret("TOKEN", "first")])).await;
    set(t, json!([secret("TOKEN", "PLANTED")])).await;
    let before = texts(t, STORED).await;
    Vault::add_to_file(&file).unwrap();
    let done = t.app.rotate_secrets().await.unwrap();
    // The template's, the stack's, and the three of its changes in the log.
    assert_eq!(done.sealed, 5, "{done:?}");
    assert_ne!(texts(t, STORED).await, before);
    assert_eq!(revealed(t, "TOKEN").await, "PLANTED");
    let query = "{ stack(name: \"shop\") { version(at: { ago: \"PT0S\" }) { sharedVars { isSet } } } }";
    assert_eq!(t.data(query, json!({})).await["stack"]["version"]["sharedVars"], json!([{ "isSet": true }]));
}

async fn a_shared_secret_is_never_compared_for_those_who_may_not_reveal(t: &TestApp) {
    t.shop().await;
    set(t, json!([secret("PIN", "4711")])).await;
    let editor = key(t, "editor", "EDITOR", Some(&["shop"])).await;
    let editor = t.behind(AuthMode::Keys, Some(&editor));
    let mut revision = 2;
    for guess in ["4711", "0815"] {
        let done = editor.done("setSharedVars", input(&json!([secret("PIN", guess)])), "stack { revision }").await;
        revision += 1;
        assert_eq!(done["stack"]["revision"], revision, "each is written");
    }
    let same = set(t, json!([secret("PIN", "0815")])).await;
    assert_eq!(same["revision"], revision, "who may reveal it sees that nothing changes");
    // An override that equals it is not redundant.
    override_with(t, "db", secret("PIN", "0815")).await;
    let stats = "{ instance(stack: \"shop\", name: \"db\") { overrideStats { redundant } } }";
    assert_eq!(t.data(stats, json!({})).await["instance"]["overrideStats"]["redundant"], 0);
}

async fn a_shared_secret_is_a_variable_of_the_file(t: &TestApp) {
    t.shop().await;
    set(t, json!([secret("TOKEN", "PLANTED"), var("REGION", "eu")])).await;
    let query = "query ($reveal: Boolean!) { stack(name: \"shop\") { compose(revealSecrets: $reveal) { text requiredVariables } } }";
    let file = t.data(query, json!({ "reveal": false })).await["stack"]["compose"].take();
    let text = file["text"].as_str().unwrap();
    assert!(text.contains("REGION: eu") && text.contains("${DB__TOKEN:?") && !text.contains("PLANTED"), "{text}");
    assert_eq!(file["requiredVariables"], json!(["DB__POSTGRES_PASSWORD", "DB__TOKEN"]));
    let file = t.data(query, json!({ "reveal": true })).await["stack"]["compose"].take();
    assert!(file["text"].as_str().unwrap().contains("TOKEN: PLANTED"), "{file}");
}
