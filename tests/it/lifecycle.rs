//! The lifecycle of an instance: update, rename, delete, restore.

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, TestApp, both, code};

both!(
    an_update_changes_what_it_names_in_one_step,
    null_is_refused_where_there_must_be_a_value,
    null_empties_the_description,
    equal_values_change_nothing,
    a_rename_keeps_the_id_and_moves_the_container,
    a_rename_to_the_same_name_changes_nothing,
    a_taken_name_leaves_everything_as_it_was,
    a_new_name_follows_the_rules_of_names,
    an_update_renames_too,
    a_deleted_instance_is_hidden_from_every_read,
    a_deleted_instance_gives_up_its_names,
    what_is_deleted_cannot_be_changed,
    a_restored_instance_has_its_overrides,
    by_names_the_last_deleted_comes_back,
    a_restore_finds_its_name_taken,
    an_instance_of_a_deleted_stack_is_not_restored,
    only_what_is_deleted_can_be_restored,
    a_delete_preview_tells_what_would_go,
    every_change_raises_the_revision,
    a_stale_writer_gets_the_current_state_and_writes_nothing,
    a_stale_restore_gets_the_current_revision,
    the_current_revision_is_accepted,
);

const STATE: &str = "instance { id name description enabled containerName revision updatedAt deletedAt }";

/// A change of the shop's `db`.
fn db(mut input: Value) -> Value {
    input["instance"] = TestApp::by_name("shop", "db");
    input
}

/// Everything that the shop shows of its instances.
async fn shown(t: &TestApp) -> Value {
    let query = format!(
        "{{ stack(name: \"shop\") {{ instances {{ totalCount nodes {{ id name description enabled containerName \
         revision updatedAt overrideCount {COLLECTIONS} }} }} }} }}"
    );
    t.data(&query, json!({})).await["stack"]["instances"].take()
}

/// A mutation that must be refused for one reason and leave the shop as it was.
async fn refused_once(t: &TestApp, field: &str, input: Value, error: &str, path: &str) {
    let before = shown(t).await;
    assert_eq!(t.refused(field, input).await, [code(error, path)], "{field}");
    assert_eq!(shown(t).await, before, "{field}");
}

async fn an_update_changes_what_it_names_in_one_step(t: &TestApp) {
    t.shop().await;
    let described = t.done("updateInstance", db(json!({ "description": "Orders" })), STATE).await;
    assert_eq!(described["instance"]["description"], "Orders");
    assert_eq!(described["instance"]["enabled"], true);
    assert_eq!(described["instance"]["revision"], 2);
    let all = json!({ "name": "orders", "description": "All orders", "enabled": false });
    let updated = t.done("updateInstance", db(all), STATE).await["instance"].take();
    assert_eq!(updated["name"], "orders");
    assert_eq!(updated["description"], "All orders");
    assert_eq!(updated["enabled"], false);
    assert_eq!(updated["revision"], 3);
    assert_eq!(shown(t).await["nodes"][0]["updatedAt"], updated["updatedAt"]);
}

async fn null_is_refused_where_there_must_be_a_value(t: &TestApp) {
    t.shop().await;
    let input = db(json!({ "name": null, "enabled": null, "description": "x".repeat(4097) }));
    let before = shown(t).await;
    assert_eq!(
        t.refused("updateInstance", input).await,
        [
            code("INVALID_VALUE", "input.name"),
            code("INVALID_VALUE", "input.enabled"),
            code("LIMIT_EXCEEDED", "input.description"),
        ]
    );
    assert_eq!(shown(t).await, before);
}

async fn null_empties_the_description(t: &TestApp) {
    t.shop().await;
    t.done("updateInstance", db(json!({ "description": "Orders" })), "").await;
    let updated = t.done("updateInstance", db(json!({ "description": null })), STATE).await;
    assert_eq!(updated["instance"]["description"], "");
    assert_eq!(updated["instance"]["revision"], 3);
}

async fn equal_values_change_nothing(t: &TestApp) {
    t.shop().await;
    let before = shown(t).await;
    for input in [json!({}), json!({ "name": "db", "description": "", "enabled": true })] {
        t.done("updateInstance", db(input), "").await;
        assert_eq!(shown(t).await, before);
    }
}

async fn a_rename_keeps_the_id_and_moves_the_container(t: &TestApp) {
    let before = t.shop().await;
    let renamed = t.done("renameInstance", db(json!({ "name": "orders" })), STATE).await["instance"].take();
    assert_eq!(renamed["id"], before["id"]);
    assert_eq!(renamed["name"], "orders");
    assert_eq!(renamed["containerName"], "devarch-shop-orders");
    assert_eq!(renamed["revision"], 2);
    let query = "{ old: instance(stack: \"shop\", name: \"db\") { id } new: instance(stack: \"shop\", name: \"orders\") { id } }";
    assert_eq!(t.data(query, json!({})).await, json!({ "old": null, "new": { "id": before["id"] } }));
    // Both old names are free.
    t.instance("shop", "db").await;
}

async fn a_rename_to_the_same_name_changes_nothing(t: &TestApp) {
    t.shop().await;
    let before = shown(t).await;
    t.done("renameInstance", db(json!({ "name": "db" })), "").await;
    assert_eq!(shown(t).await, before);
}

async fn a_taken_name_leaves_everything_as_it_was(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "cache").await;
    refused_once(t, "renameInstance", db(json!({ "name": "cache" })), "NAME_TAKEN", "input.name").await;
    let update = db(json!({ "name": "cache", "description": "x", "enabled": false }));
    refused_once(t, "updateInstance", update, "NAME_TAKEN", "input.name").await;
}

async fn a_new_name_follows_the_rules_of_names(t: &TestApp) {
    t.shop().await;
    t.stack("shop-x").await;
    t.instance("shop-x", "y").await;
    let cases = [
        ("", "NAME_INVALID"),
        ("DB", "NAME_INVALID"),
        ("Default", "NAME_RESERVED"),
        (&"d".repeat(51), "CONTAINER_NAME_TOO_LONG"),
        ("x-y", "CONTAINER_NAME_TAKEN"),
    ];
    for (name, error) in cases {
        refused_once(t, "renameInstance", db(json!({ "name": name })), error, "input.name").await;
        refused_once(t, "updateInstance", db(json!({ "name": name })), error, "input.name").await;
    }
}

async fn an_update_renames_too(t: &TestApp) {
    let before = t.shop().await;
    let renamed = t.done("updateInstance", db(json!({ "name": "orders" })), STATE).await;
    assert_eq!(renamed["instance"]["id"], before["id"]);
    assert_eq!(renamed["instance"]["containerName"], "devarch-shop-orders");
}

async fn a_deleted_instance_is_hidden_from_every_read(t: &TestApp) {
    let id = t.shop().await["id"].take();
    t.instance("shop", "cache").await;
    let deleted = t.done("softDeleteInstance", db(json!({})), STATE).await;
    assert_eq!(deleted["instance"]["id"], id);
    assert_ne!(deleted["instance"]["deletedAt"], json!(null));
    let query = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id }
        instance(stack: \"shop\", name: \"db\") { id }
        stack(name: \"shop\") {
            instance(name: \"db\") { id }
            instances { totalCount nodes { name } }
            search: instances(search: \"d\") { totalCount nodes { name } }
            enabled: instances(enabled: true) { totalCount nodes { name } }
        } }";
    let cache = json!({ "totalCount": 1, "nodes": [{ "name": "cache" }] });
    assert_eq!(
        t.data(query, json!({ "id": id })).await,
        json!({
            "node": null, "nodes": [null], "instance": null,
            "stack": {
                "instance": null, "instances": cache, "search": { "totalCount": 0, "nodes": [] }, "enabled": cache,
            },
        })
    );
}

async fn a_deleted_instance_gives_up_its_names(t: &TestApp) {
    t.stack("shop-a").await;
    let old = t.shop().await;
    t.done("softDeleteInstance", db(json!({})), "").await;
    assert_ne!(t.instance("shop", "db").await["id"], old["id"]);
    let clash = t.instance("shop", "a-b").await;
    t.done("softDeleteInstance", json!({ "instance": { "id": clash["id"] } }), "").await;
    assert_eq!(t.instance("shop-a", "b").await["containerName"], clash["containerName"]);
}

async fn what_is_deleted_cannot_be_changed(t: &TestApp) {
    let id = t.shop().await["id"].take();
    t.done("softDeleteInstance", db(json!({})), "").await;
    let changes = [
        ("updateInstance", json!({ "description": "x" })),
        ("renameInstance", json!({ "name": "x" })),
        ("duplicateInstance", json!({})),
        ("softDeleteInstance", json!({})),
        ("setInstanceOverrides", json!({ "overrides": TestApp::overrides() })),
    ];
    for (field, mut input) in changes {
        refused_once(t, field, db(input.clone()), "NOT_FOUND", "input.instance.byName.name").await;
        input["instance"] = json!({ "id": id });
        refused_once(t, field, input, "NOT_FOUND", "input.instance.id").await;
    }
}

async fn a_restored_instance_has_its_overrides(t: &TestApp) {
    let id = t.shop().await["id"].take();
    t.done("setInstanceOverrides", db(json!({ "overrides": TestApp::overrides() })), "").await;
    let mut before = shown(t).await["nodes"][0].take();
    t.done("softDeleteInstance", db(json!({})), "").await;
    let restored = t.done("restoreInstance", json!({ "instance": { "id": id } }), STATE).await["instance"].take();
    assert_eq!(restored["deletedAt"], json!(null));
    let mut after = shown(t).await["nodes"][0].take();
    assert_eq!(after["revision"].take(), 4);
    assert_ne!(after["updatedAt"].take(), before["updatedAt"].take());
    before["revision"].take();
    assert_eq!(after, before);
}

async fn by_names_the_last_deleted_comes_back(t: &TestApp) {
    t.shop().await;
    t.freeze_time();
    t.done("softDeleteInstance", db(json!({})), "").await;
    let last = t.instance("shop", "db").await;
    t.done("softDeleteInstance", db(json!({})), "").await;
    assert_eq!(t.done("restoreInstance", db(json!({})), STATE).await["instance"]["id"], last["id"]);
}

async fn a_restore_finds_its_name_taken(t: &TestApp) {
    let id = t.shop().await["id"].take();
    t.done("softDeleteInstance", db(json!({})), "").await;
    t.instance("shop", "db").await;
    let mut input = json!({ "instance": { "id": id } });
    let payload = t.mutate("restoreInstance", input.clone(), "").await;
    assert_eq!(TestApp::codes(&payload), [code("NAME_TAKEN", "input.name")]);
    for (name, error) in [("db", "NAME_TAKEN"), ("D B", "NAME_INVALID")] {
        input["name"] = json!(name);
        refused_once(t, "restoreInstance", input.clone(), error, "input.name").await;
    }
    input["name"] = payload["userErrors"][0]["suggestion"].clone();
    let restored = t.done("restoreInstance", input, STATE).await["instance"].take();
    assert_eq!(restored["id"], id);
    assert_eq!(restored["name"], "db-2");
    assert_eq!(restored["containerName"], "devarch-shop-db-2");
}

async fn an_instance_of_a_deleted_stack_is_not_restored(t: &TestApp) {
    let id = t.shop().await["id"].take();
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    let by_id = json!({ "instance": { "id": id } });
    assert_eq!(t.refused("restoreInstance", by_id).await, [code("NOT_FOUND", "input.instance.id")]);
    assert_eq!(t.refused("restoreInstance", db(json!({}))).await, [code("NOT_FOUND", "input.instance.byName.stack")]);
    let node = t.data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
    assert_eq!(node["node"], json!(null));
}

async fn only_what_is_deleted_can_be_restored(t: &TestApp) {
    let live = t.shop().await;
    let by_id = |id: &Value| json!({ "instance": { "id": id } });
    refused_once(t, "restoreInstance", by_id(&live["id"]), "NOT_FOUND", "input.instance.id").await;
    refused_once(t, "restoreInstance", by_id(&json!("rubbish")), "NOT_FOUND", "input.instance.id").await;
    refused_once(t, "restoreInstance", db(json!({})), "NOT_FOUND", "input.instance.byName.name").await;
}

async fn a_delete_preview_tells_what_would_go(t: &TestApp) {
    t.shop().await;
    t.done("setInstanceOverrides", db(json!({ "overrides": TestApp::overrides() })), "").await;
    t.done("renameInstance", db(json!({ "name": "orders" })), "").await;
    let query = "{ instance(stack: \"shop\", name: \"orders\") {
        deletePreview { instanceName templateName overrideCount containerName } } }";
    assert_eq!(
        t.data(query, json!({})).await["instance"]["deletePreview"],
        json!({
            "instanceName": "orders", "templateName": "postgres", "overrideCount": 14,
            "containerName": "devarch-shop-orders",
        })
    );
}

async fn every_change_raises_the_revision(t: &TestApp) {
    let mut before = t.shop().await;
    let overrides = TestApp::overrides();
    let each_kind = overrides.as_object().unwrap().iter().map(|(kind, entries)| {
        let mut one = json!({});
        one[kind] = entries.clone();
        ("setInstanceOverrides", json!({ "overrides": one }))
    });
    let others = [
        ("updateInstance", json!({ "description": "x" })),
        ("updateInstance", json!({ "enabled": false })),
        ("renameInstance", json!({ "name": "x" })),
        ("setInstanceOverrides", json!({ "overrides": { "healthcheck": null } })),
        ("softDeleteInstance", json!({})),
        ("restoreInstance", json!({})),
    ];
    let id = before["id"].clone();
    for (field, mut input) in each_kind.chain(others) {
        input["instance"] = json!({ "id": id });
        let after = t.done(field, input, STATE).await["instance"].take();
        assert_eq!(after["revision"], before["revision"].as_i64().unwrap() + 1, "{field}");
        assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str(), "{field}");
        before = after;
    }
}

async fn a_stale_writer_gets_the_current_state_and_writes_nothing(t: &TestApp) {
    t.shop().await;
    t.done("updateInstance", db(json!({ "description": "Orders" })), "").await;
    let before = shown(t).await;
    let current = "userErrors { ... on StaleRevisionError { currentRevision current {
        ... on Instance { name description revision } ... on Stack { name revision } } } }";
    let instance = json!({ "name": "db", "description": "Orders", "revision": 2 });
    let stack = json!({ "name": "shop", "revision": 1 });
    let shop = json!({ "name": "shop" });
    let writes = [
        ("updateInstance", db(json!({ "description": "x" })), &instance),
        ("updateInstance", db(json!({ "description": "Orders" })), &instance),
        ("renameInstance", db(json!({ "name": "x" })), &instance),
        ("renameInstance", db(json!({ "name": "db" })), &instance),
        ("duplicateInstance", db(json!({})), &instance),
        ("duplicateInstance", db(json!({ "name": "x" })), &instance),
        ("softDeleteInstance", db(json!({})), &instance),
        ("setInstanceOverrides", db(json!({ "overrides": TestApp::overrides() })), &instance),
        ("updateStack", json!({ "stack": shop, "description": "x" }), &stack),
        ("softDeleteStack", json!({ "stack": shop }), &stack),
    ];
    for (field, mut input, expected) in writes {
        input["expectedRevision"] = json!(7);
        let payload = t.mutate(field, input, current).await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")], "{field}");
        let error = &payload["userErrors"][0];
        assert_eq!(error["current"], *expected, "{field}");
        assert_eq!(error["currentRevision"], expected["revision"], "{field}");
        assert_eq!(shown(t).await, before, "{field}");
    }
}

async fn a_stale_restore_gets_the_current_revision(t: &TestApp) {
    t.shop().await;
    t.done("softDeleteInstance", db(json!({})), "").await;
    // What is in the trash is not shown, so there is no current state to show.
    let current = "userErrors { ... on StaleRevisionError { currentRevision current { id } } }";
    let payload = t.mutate("restoreInstance", db(json!({ "expectedRevision": 1 })), current).await;
    assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
    assert_eq!(payload["userErrors"][0]["currentRevision"], 2);
    assert_eq!(payload["userErrors"][0]["current"], json!(null));
    assert_eq!(shown(t).await["totalCount"], 0);
}

async fn the_current_revision_is_accepted(t: &TestApp) {
    let id = t.shop().await["id"].take();
    let changes = [
        ("duplicateInstance", json!({})),
        ("updateInstance", json!({ "enabled": false })),
        ("renameInstance", json!({ "name": "x" })),
        ("setInstanceOverrides", json!({ "overrides": TestApp::overrides() })),
        ("softDeleteInstance", json!({})),
        ("restoreInstance", json!({})),
    ];
    for (revision, (field, mut input)) in [1, 1, 2, 3, 4, 5].into_iter().zip(changes) {
        input["instance"] = json!({ "id": id });
        input["expectedRevision"] = json!(revision);
        t.done(field, input, "").await;
    }
}
