//! The stored form of a secret, for every path that writes one.

use migration::{Migrator, MigratorTrait};
use serde_json::json;

use super::{PLANTED, dump, holds, of, secret, values};
use crate::support::{TestApp, both};

both!(
    a_secret_is_nowhere_in_the_database,
    every_copy_is_sealed_for_its_owner,
    what_was_sealed_for_another_place_is_refused,
    clear_text_of_an_earlier_version_is_sealed_at_the_next_start,
);

async fn a_secret_is_nowhere_in_the_database(t: &TestApp) {
    t.stack("shop").await;
    let template = json!({
        "name": "postgres", "imageName": "postgres", "envVars": [secret("A", PLANTED), { "key": "P", "value": "plain-text" }],
    });
    t.done("createTemplate", template, "").await;
    let mut new = TestApp::new_instance("shop", "db");
    new["overrides"] = json!({ "envVars": [secret("B", PLANTED)] });
    t.done("createInstance", new, "").await;
    t.set("db", json!({ "envVars": [secret("B", PLANTED), secret("C", PLANTED)] })).await;
    t.patch("db", json!([{ "set": { "envVar": secret("D", PLANTED) } }, { "reset": { "entry": { "envVar": "B" } } }]))
        .await;
    let edit = json!({ "template": { "name": "postgres" }, "envVars": [secret("A", PLANTED), secret("E", PLANTED)] });
    t.done("updateTemplate", edit, "").await;
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "name": "two" }), "").await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;

    assert!(!holds(&dump(t).await, PLANTED));
    assert!(holds(&dump(t).await, "postgres"), "the dump shows what is there");
    // Equal values are encrypted differently in each row.
    let all = [values(t, "service_env_vars").await, values(t, "instance_env_vars").await].concat();
    assert_eq!(all.len(), 2 + 4 * 2);
    let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert!(all.iter().all(|sealed| sealed.starts_with("devarch.v1.")), "{all:?}");
    for key in ["A", "C", "D", "E"] {
        for name in ["db", "two"] {
            assert_eq!(t.reveal(of("lab", name), key).await, PLANTED, "{key} of {name}");
        }
    }
}

async fn every_copy_is_sealed_for_its_owner(t: &TestApp) {
    t.shop().await;
    // More than one batch of rows, and plain ones between, in an order that is kept.
    let vars: Vec<_> = (0..300)
        .map(|n| json!({ "key": format!("K{}", 999 - n), "value": format!("v{n}"), "isSecret": n % 2 == 0 }))
        .collect();
    t.set("db", json!({ "envVars": vars })).await;
    t.instance("shop", "web").await;
    t.set("web", json!({ "envVars": vars })).await;
    t.done("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "name": "copy" }), "").await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    let query = "query ($stack: String!, $name: String!) { instance(stack: $stack, name: $name) {
                 overrideCount envVars { key value isSecret isSet } } }";
    for (stack, name) in [("shop", "copy"), ("lab", "db"), ("lab", "web"), ("lab", "copy")] {
        let seen = t.data(query, json!({ "stack": stack, "name": name })).await["instance"].take();
        let shown = seen["envVars"].as_array().unwrap();
        assert_eq!((shown.len(), &seen["overrideCount"]), (300, &json!(300)), "{stack}/{name}");
        for (n, (shown, given)) in shown.iter().zip(&vars).enumerate() {
            assert_eq!((&shown["key"], &shown["isSet"]), (&given["key"], &json!(true)), "{stack}/{name}");
            if n == 0 || n == 298 {
                let revealed = t.reveal(of(stack, name), shown["key"].as_str().unwrap()).await;
                assert_eq!(revealed, given["value"], "{stack}/{name}");
            } else if n % 2 == 1 {
                assert_eq!(shown["value"], given["value"], "{stack}/{name}");
            }
        }
    }
}

async fn what_was_sealed_for_another_place_is_refused(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [secret("MINE", PLANTED), secret("OTHER", "harmless")] })).await;
    // An attacker with write access to the database moves a secret to a variable whose value is shown.
    t.sql(
        "UPDATE instance_env_vars SET value = (SELECT value FROM instance_env_vars WHERE key = 'MINE') \
         WHERE key = 'OTHER'",
    )
    .await;
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "key": "OTHER" });
    let query = "mutation ($input: RevealSecretInput!) { revealSecret(input: $input) { value } }";
    let answer = t.graphql(query, json!({ "input": input })).await;
    assert_eq!(answer["data"]["revealSecret"], json!(null));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    // A query that shows no secret decrypts none, and does not treat the entry as empty.
    let read = "{ instance(stack: \"shop\", name: \"db\") { envVars { key value isSet } } }";
    let mine = json!({ "key": "MINE", "value": null, "isSet": true });
    let other = json!({ "key": "OTHER", "value": null, "isSet": true });
    assert_eq!(t.data(read, json!({})).await["instance"]["envVars"], json!([mine, other]));
    for text in ["OTHER", "instance_env_vars", PLANTED, "devarch.v1"] {
        assert!(!answer.to_string().contains(text), "{answer}");
    }
}

async fn clear_text_of_an_earlier_version_is_sealed_at_the_next_start(t: &TestApp) {
    t.shop().await;
    t.set("db", json!({ "envVars": [secret("A", "x"), secret("B", "y"), { "key": "C", "value": "plain" }] })).await;
    let revisions = "SELECT revision FROM service_instances";
    let before = t.see("db", "revision updatedAt").await;
    let steps = Migrator::migrations().len() - 4;
    Migrator::down(t.db.writer(), Some(u32::try_from(steps).unwrap())).await.unwrap();
    t.sql(&format!("UPDATE instance_env_vars SET value = '{PLANTED}' WHERE key = 'A'")).await;
    t.sql(&format!("UPDATE service_env_vars SET value = '{PLANTED}' WHERE is_secret")).await;
    t.db.migrate().await.unwrap();
    assert!(holds(&dump(t).await, PLANTED), "{revisions}");

    t.app.unlock_secrets().await.unwrap();
    assert!(!holds(&dump(t).await, PLANTED));
    assert_eq!(t.reveal(of("shop", "db"), "A").await, PLANTED);
    assert_eq!(t.reveal(of("shop", "db"), "POSTGRES_PASSWORD").await, PLANTED);
    // Encrypted values are not encrypted again.
    assert_eq!(t.reveal(of("shop", "db"), "B").await, "y");
    assert_eq!(t.see("db", "revision updatedAt").await, before);
    // A second start finds nothing to do.
    let sealed = values(t, "instance_env_vars").await;
    t.app.unlock_secrets().await.unwrap();
    assert_eq!(values(t, "instance_env_vars").await, sealed);
}
