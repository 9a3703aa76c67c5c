//! Imports with a stack: dependencies, and what only an instance can represent.

use serde_json::json;

use super::{file, outcomes, with};
use crate::support::{TestApp, both};

both!(dependencies_lead_to_the_other_instances, a_stack_that_is_there_gets_more);

const SHOP: &str = "services:\n  web:\n    image: nginx\n    depends_on:\n      db: { condition: service_healthy, \
                    required: true }\n      cache: { condition: service_started }\n  db: { image: postgres }\n  cache:\n    \
                    image: redis\n    depends_on: [db]\n";

async fn dependencies_lead_to_the_other_instances(t: &TestApp) {
    let report = t.import(with(file(SHOP), json!({ "stack": { "name": "shop" } }))).await;
    assert_eq!((&report["losses"], &report["changes"]), (&json!([]), &json!([])));
    let query = "{ stack(name: \"shop\") { instances { nodes { name revision dependencies { condition instance { name } } } } } }";
    let nodes = t.data(query, json!({})).await["stack"]["instances"]["nodes"].take();
    let dependency = |name: &str, condition: &str| json!({ "condition": condition, "instance": { "name": name } });
    assert_eq!(
        nodes,
        json!([
            { "name": "web", "revision": 1, "dependencies": [dependency("db", "SERVICE_HEALTHY"), dependency("cache", "SERVICE_STARTED")] },
            { "name": "db", "revision": 1, "dependencies": [] },
            { "name": "cache", "revision": 1, "dependencies": [dependency("db", "SERVICE_STARTED")] },
        ])
    );
    let again = t.import(with(file(SHOP), json!({ "stack": { "name": "shop" } }))).await;
    assert!(outcomes(&again["instances"]).iter().all(|(_, outcome)| *outcome == "UNCHANGED"), "{again}");
}

async fn a_stack_that_is_there_gets_more(t: &TestApp) {
    let stack = t.stack("shop").await;
    let input = with(file("services: { cache: { image: redis } }"), json!({ "stack": { "id": stack["id"] } }));
    let report = t
        .done(
            "importCompose",
            input,
            "stack { outcome stack { name } } instances { outcome instance { containerName } }",
        )
        .await;
    assert_eq!(report["stack"], json!({ "outcome": "UNCHANGED", "stack": { "name": "shop" } }));
    assert_eq!(
        report["instances"],
        json!([{ "outcome": "CREATED", "instance": { "containerName": "devarch-shop-cache" } }])
    );
    let missing = with(file("services: { cache: { image: redis } }"), json!({ "stack": { "id": "bm8=" } }));
    assert_eq!(t.import_refused(missing).await[0].0, "NOT_FOUND");
}
