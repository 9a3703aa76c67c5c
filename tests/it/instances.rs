//! Creating, reading and listing instances.

use serde_json::json;

use crate::support::{COLLECTIONS, TestApp, both};

both!(a_new_instance_has_no_overrides, an_instance_is_created_with_overrides_of_every_kind);

async fn a_new_instance_has_no_overrides(t: &TestApp) {
    t.shop().await;
    let query = format!(
        "{{ instance(stack: \"shop\", name: \"db\") {{ name enabled description revision containerName deletedAt \
         overrideCount stack {{ name }} template {{ name }} {COLLECTIONS} }} }}"
    );
    let found = t.data(&query, json!({})).await;
    assert_eq!(
        found["instance"],
        json!({
            "name": "db", "enabled": true, "description": "", "revision": 1,
            "containerName": "devarch-shop-db", "deletedAt": null, "overrideCount": 0,
            "stack": { "name": "shop" }, "template": { "name": "postgres" },
            "ports": [], "volumes": [], "envVars": [], "labels": [], "domains": [], "healthcheck": null,
            "configFiles": [],
        })
    );
}

async fn an_instance_is_created_with_overrides_of_every_kind(t: &TestApp) {
    t.stack("shop").await;
    t.template("postgres").await;
    let input = json!({
        "stack": { "name": "shop" }, "template": { "name": "postgres" }, "name": "orders-db",
        "description": "Orders", "overrides": TestApp::overrides(),
    });
    let made =
        t.done("createInstance", input, &format!("instance {{ overrideCount description {COLLECTIONS} }}")).await;
    let made = &made["instance"];
    assert_eq!(made["overrideCount"], 9);
    assert_eq!(made["description"], "Orders");
    assert_eq!(made["ports"][0]["hostIp"], "0.0.0.0");
    assert_eq!(made["ports"][1]["hostPort"], json!(null));
    assert_eq!(made["envVars"][1], json!({ "key": "POSTGRES_PASSWORD", "value": "s3cret", "isSecret": true }));
    assert_eq!(made["healthcheck"]["test"], json!(["CMD", "pg_isready", "-d", "or ders"]));
    assert_eq!(made["healthcheck"]["timeoutSeconds"], 10);
    assert_eq!(made["configFiles"][0]["content"], "a=$b\n");
}
