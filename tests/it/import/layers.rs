//! Override files: their changes become overrides of the instances, and do not change the template.

use serde_json::{Value, json};

use super::{file, outcomes, places, with};
use crate::support::{COLLECTIONS, TestApp, both};

both!(what_an_override_file_changes_is_an_override, tags_take_away_and_replace, layers_pile_up);

const BASE: &str = "services:\n  db:\n    image: postgres:16\n    ports: ['5432']\n    environment: { A: 1, B: 2 }\n    \
                    volumes: ['data:/d']\n    command: [a]\n  cache:\n    image: redis\nvolumes: { data: , fast: }\n";

fn laid(over: &[&str]) -> Value {
    let overrides: Vec<Value> =
        over.iter().enumerate().map(|(at, text)| json!({ "name": format!("over{at}.yaml"), "text": text })).collect();
    with(file(BASE), json!({ "overrides": overrides, "stack": { "name": "shop" } }))
}

async fn instance(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ instance(stack: \"shop\", name: $name) {{ overrideCount {COLLECTIONS} settings {{ \
         imageTag command }} overrideRules {{ kind action key }} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["instance"].take()
}

async fn what_an_override_file_changes_is_an_override(t: &TestApp) {
    let over = "services:\n  db:\n    image: postgres:17\n    environment: [B=3, C=4]\n    ports: ['15432:5432']\n    \
                volumes: ['fast:/d']\n    command: [b]\n";
    let report = t.import(laid(&[over])).await;
    assert_eq!(outcomes(&report["instances"]), [("db", "CREATED"), ("cache", "CREATED")]);
    let template = t.imported("db").await;
    assert_eq!((&template["imageTag"], &template["command"]), (&json!("16"), &json!(["a"])));
    let db = instance(t, "db").await;
    assert_eq!(db["settings"], json!({ "imageTag": "17", "command": ["b"] }));
    let pairs: Vec<String> =
        db["envVars"].as_array().unwrap().iter().map(|one| format!("{}{}", one["key"], one["value"])).collect();
    assert_eq!(pairs, ["\"B\"\"3\"", "\"C\"\"4\""]);
    // Compose adds a port with another host port, so both are there.
    let ports: Vec<&Value> = db["ports"].as_array().unwrap().iter().map(|port| &port["hostPort"]).collect();
    assert_eq!(ports, [&json!(null), &json!(15432)]);
    assert_eq!(db["volumes"][0]["source"], "fast");
    assert_eq!(db["overrideRules"], json!([]));
    assert_eq!(instance(t, "cache").await["overrideCount"], 0);
}

async fn tags_take_away_and_replace(t: &TestApp) {
    let over = "services:\n  db:\n    environment: { A: !reset null }\n    ports: !override ['15432:5432']\n    volumes: \
                !reset null\n";
    t.import(laid(&[over])).await;
    let db = instance(t, "db").await;
    assert_eq!(db["ports"].as_array().unwrap().len(), 1);
    assert_eq!(
        db["overrideRules"],
        json!([
            { "kind": "VOLUME", "action": "REMOVE", "key": "/d" },
            { "kind": "ENV_VAR", "action": "REMOVE", "key": "A" },
        ])
    );
    assert_eq!((&db["envVars"], &db["volumes"]), (&json!([]), &json!([])));
}

async fn layers_pile_up(t: &TestApp) {
    let first = "services:\n  db:\n    environment: { B: 3, C: 4 }\n  extra: { image: extra }\n";
    let second = "services:\n  db:\n    environment: { C: 5 }\n    scale: 2\n  extra: { labels: [a=b] }\n";
    let report = t.import(laid(&[first, second])).await;
    assert_eq!(outcomes(&report["templates"]), [("db", "CREATED"), ("cache", "CREATED"), ("extra", "CREATED")]);
    assert_eq!(places(&report["losses"]), ["10 volumes.fast", "4 services.db.scale"], "{report}");
    assert_eq!(report["losses"][1]["file"], "over1.yaml");
    let db = instance(t, "db").await;
    let values: Vec<&Value> = db["envVars"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [&json!("3"), &json!("5")]);
    assert_eq!(instance(t, "extra").await["labels"], json!([{ "key": "a", "value": "b" }]));
}
