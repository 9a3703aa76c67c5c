//! Writes without the value of a secret keep the stored one, and a mask never replaces it.

use serde_json::{Value, json};

use super::{PLANTED, of, secret};
use crate::support::{TestApp, both, code};

both!(
    what_was_read_can_be_sent_back,
    a_value_that_is_left_out_is_that_of_the_owner_or_the_template,
    marking_a_value_as_secret_keeps_it,
    a_secret_is_not_unmarked_in_silence,
    steps_see_what_earlier_steps_did,
    a_template_keeps_its_secrets,
    a_mask_is_refused_everywhere,
);

/// A shop whose `db` has a secret `TOKEN`; its template has the secret `POSTGRES_PASSWORD`.
async fn shop(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [secret("TOKEN", PLANTED)] })).await;
}

/// The secret without a value.
fn without(key: &str) -> Value {
    json!({ "key": key, "isSecret": true })
}

async fn what_was_read_can_be_sent_back(t: &TestApp) {
    shop(t).await;
    let revision = t.see("db", "revision").await["revision"].clone();
    let seen = t.see("db", "effectiveConfig { envVars { key value isSecret isSet } }").await;
    let mut sent = seen["effectiveConfig"]["envVars"].clone();
    for var in sent.as_array_mut().unwrap() {
        let var = var.as_object_mut().unwrap();
        if var.remove("isSet") == Some(json!(true)) && var["value"].is_null() {
            var.remove("value");
        }
    }
    assert_eq!(sent.as_array().unwrap().len(), 3);
    t.set("db", json!({ "envVars": sent })).await;
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, PLANTED);
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    // Writing the same once more changes nothing.
    let once = t.see("db", "revision").await["revision"].clone();
    t.set("db", json!({ "envVars": sent })).await;
    assert_eq!(t.see("db", "revision").await["revision"], once);
    assert_ne!(once, revision);
}

async fn a_value_that_is_left_out_is_that_of_the_owner_or_the_template(t: &TestApp) {
    shop(t).await;
    t.set("db", json!({ "envVars": [without("TOKEN"), without("POSTGRES_PASSWORD"), without("NEW")] })).await;
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, PLANTED);
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    assert_eq!(t.reveal(of("shop", "db"), "NEW").await, Value::Null);
    // From now on it is the instance's own.
    let edit = json!({ "template": { "name": "postgres" }, "envVars": [secret("POSTGRES_PASSWORD", "changed")] });
    t.done("updateTemplate", edit, "").await;
    t.set("db", json!({ "envVars": [without("TOKEN"), without("POSTGRES_PASSWORD")] })).await;
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
    // An explicit null differs from an absent value.
    t.set("db", json!({ "envVars": [{ "key": "TOKEN", "value": null, "isSecret": true }] })).await;
    assert_eq!(
        t.see("db", "envVars { key isSecret isSet }").await["envVars"],
        json!([
            { "key": "TOKEN", "isSecret": true, "isSet": false }
        ])
    );
    // A new instance takes the template's.
    let mut new = TestApp::new_instance("shop", "web");
    new["overrides"] = json!({ "envVars": [without("POSTGRES_PASSWORD")] });
    t.done("createInstance", new, "").await;
    assert_eq!(t.see("web", "overrideCount").await["overrideCount"], 1);
    assert_eq!(t.reveal(of("shop", "web"), "POSTGRES_PASSWORD").await, "changed");
}

async fn marking_a_value_as_secret_keeps_it(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [{ "key": "TOKEN", "value": "was-plain" }] })).await;
    t.patch("db", json!([{ "set": { "envVar": without("TOKEN") } }])).await;
    let seen = t.see("db", "envVars { key value isSecret isSet }").await;
    assert_eq!(seen["envVars"], json!([{ "key": "TOKEN", "value": null, "isSecret": true, "isSet": true }]));
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, "was-plain");
}

async fn a_secret_is_not_unmarked_in_silence(t: &TestApp) {
    shop(t).await;
    let plain = json!({ "key": "TOKEN" });
    let refused = |path: &str| vec![code("INVALID_VALUE", path)];
    let set = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "envVars": [plain] } });
    assert_eq!(t.refused("setInstanceOverrides", set).await, refused("input.overrides.envVars.0.value"));
    let step = json!([{ "set": { "envVar": plain } }]);
    assert_eq!(t.patch_refused("db", step).await, refused("input.operations.0.set.envVar.value"));
    let edit = json!({ "template": { "name": "postgres" }, "envVars": [{ "key": "POSTGRES_PASSWORD" }] });
    assert_eq!(t.refused("updateTemplate", edit.clone()).await, refused("input.envVars.0.value"));
    let inherited = json!([{ "set": { "envVar": { "key": "POSTGRES_PASSWORD" } } }]);
    assert_eq!(t.patch_refused("db", inherited).await, refused("input.operations.0.set.envVar.value"));
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, PLANTED);
    // An explicit change is made.
    t.set("db", json!({ "envVars": [{ "key": "TOKEN", "value": null }] })).await;
    t.set("db", json!({ "envVars": [secret("TOKEN", PLANTED)] })).await;
    t.set("db", json!({ "envVars": [{ "key": "TOKEN", "value": "shown" }] })).await;
    assert_eq!(t.see("db", "envVars { value }").await["envVars"], json!([{ "value": "shown" }]));
}

async fn steps_see_what_earlier_steps_did(t: &TestApp) {
    t.shop().await;
    let steps = json!([
        { "set": { "envVar": secret("TOKEN", "one") } },
        { "set": { "envVar": without("TOKEN") } },
        { "set": { "envVar": secret("POSTGRES_PASSWORD", "own") } },
        { "reset": { "entry": { "envVar": "POSTGRES_PASSWORD" } } },
        { "set": { "envVar": without("POSTGRES_PASSWORD") } },
    ]);
    t.patch("db", steps).await;
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, "one");
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, "devarch");
}

async fn a_template_keeps_its_secrets(t: &TestApp) {
    t.shop().await;
    let before = t.data("{ template(name: \"postgres\") { revision } }", json!({})).await;
    let same = json!([{ "key": "POSTGRES_USER", "value": "postgres" }, without("POSTGRES_PASSWORD")]);
    let preview = "query ($edit: TemplateEditInput!) { template(name: \"postgres\") {
                   affected(edit: $edit) { affectedCount changes { key } userErrors { code path } } } }";
    let seen = t.data(preview, json!({ "edit": { "envVars": same } })).await["template"]["affected"].take();
    assert_eq!(seen, json!({ "affectedCount": 0, "changes": [], "userErrors": [] }));
    t.done("updateTemplate", json!({ "template": { "name": "postgres" }, "envVars": same }), "").await;
    assert_eq!(t.data("{ template(name: \"postgres\") { revision } }", json!({})).await, before);
    let template = json!({ "template": { "name": "postgres" } });
    assert_eq!(t.reveal(template, "POSTGRES_PASSWORD").await, "devarch");
    let wrong = json!({ "edit": { "envVars": [{ "key": "POSTGRES_PASSWORD" }] } });
    let seen = t.data(preview, wrong).await["template"]["affected"].take();
    assert_eq!(seen["userErrors"], json!([{ "code": "INVALID_VALUE", "path": ["edit", "envVars", "0", "value"] }]));
}

async fn a_mask_is_refused_everywhere(t: &TestApp) {
    shop(t).await;
    for mask in ["***", "********", "••••••"] {
        let masked = secret("TOKEN", mask);
        let refused = |path: &str| vec![code("INVALID_VALUE", path)];
        let set = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "envVars": [masked] } });
        assert_eq!(t.refused("setInstanceOverrides", set).await, refused("input.overrides.envVars.0.value"));
        let step = json!([{ "set": { "envVar": masked } }]);
        assert_eq!(t.patch_refused("db", step).await, refused("input.operations.0.set.envVar.value"));
        let mut new = TestApp::new_instance("shop", "web");
        new["overrides"] = json!({ "envVars": [masked] });
        assert_eq!(t.refused("createInstance", new).await, refused("input.overrides.envVars.0.value"));
        let template = json!({ "name": "other", "imageName": "x", "envVars": [masked] });
        assert_eq!(t.refused("createTemplate", template).await, refused("input.envVars.0.value"));
        let edit = json!({ "template": { "name": "postgres" }, "envVars": [masked] });
        assert_eq!(t.refused("updateTemplate", edit).await, refused("input.envVars.0.value"));
    }
    assert_eq!(t.reveal(of("shop", "db"), "TOKEN").await, PLANTED);
}
