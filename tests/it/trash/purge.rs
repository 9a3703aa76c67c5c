//! Purging stacks and instances.

use super::*;

both!(
    a_purged_instance_leaves_no_rows,
    a_purged_stack_takes_all_its_instances,
    only_what_is_in_the_trash_is_purged,
    by_names_the_last_deleted_is_purged,
    an_instance_of_a_trashed_stack_is_purged_by_its_id,
    a_stale_purge_removes_nothing,
    of_purges_and_restores_at_once_one_wins,
);

/// The child tables of instances.
const CHILDREN: [&str; 13] = [
    "instance_ports",
    "instance_volumes",
    "instance_env_vars",
    "instance_labels",
    "instance_domains",
    "instance_healthchecks",
    "instance_config_files",
    "instance_resource_limits",
    "instance_attributes",
    "instance_networks",
    "instance_settings",
    "instance_dependencies",
    "instance_override_rules",
];

/// How many rows the instances have in all their tables.
async fn children(t: &TestApp) -> i64 {
    let mut all = 0;
    for table in CHILDREN {
        all += rows(t, table).await;
    }
    all
}

/// An instance of the shop with nine overrides.
async fn overriding(t: &TestApp, name: &str) -> Value {
    let mut input = TestApp::new_instance("shop", name);
    input["overrides"] = TestApp::overrides();
    t.done("createInstance", input, "instance { id }").await["instance"]["id"].take()
}

async fn a_purged_instance_leaves_no_rows(t: &TestApp) {
    t.shop().await;
    let (kept, gone) = (overriding(t, "kept").await, overriding(t, "gone").await);
    delete(t, "shop", "gone").await;
    assert_eq!((children(t).await, rows(t, "service_instances").await), (28, 3));
    let purged = t.done("purgeInstance", json!({ "instance": by_id(&gone) }), "purgedId").await;
    assert_eq!(purged["purgedId"], gone);
    assert_eq!((children(t).await, rows(t, "service_instances").await), (14, 2));
    for field in ["purgeInstance", "restoreInstance", "updateInstance"] {
        let refused = t.refused(field, json!({ "instance": by_id(&gone) })).await;
        assert_eq!(refused, [code("NOT_FOUND", "input.instance.id")], "{field}");
    }
    let found =
        t.data("query ($id: ID!) { node(id: $id) { id ... on Instance { overrideCount } } }", by_id(&kept)).await;
    assert_eq!(found["node"], json!({ "id": kept, "overrideCount": 14 }));
}

async fn a_purged_stack_takes_all_its_instances(t: &TestApp) {
    t.shop().await;
    t.stack("mall").await;
    t.instance("mall", "db").await;
    overriding(t, "a").await;
    let alone = overriding(t, "b").await;
    delete(t, "shop", "b").await;
    let id = delete_stack(t, "shop").await;
    assert_eq!((children(t).await, rows(t, "service_instances").await, rows(t, "stacks").await), (28, 4, 2));
    let purged = t.done("purgeStack", json!({ "stack": by_id(&id), "expectedRevision": 2 }), "purgedId").await;
    assert_eq!(purged["purgedId"], id);
    assert_eq!((children(t).await, rows(t, "service_instances").await, rows(t, "stacks").await), (0, 1, 1));
    let refused = t.refused("restoreInstance", json!({ "instance": by_id(&alone) })).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.instance.id")]);
    for field in ["purgeStack", "restoreStack", "updateStack"] {
        let refused = t.refused(field, json!({ "stack": by_id(&id) })).await;
        assert_eq!(refused, [code("NOT_FOUND", "input.stack.id")], "{field}");
    }
    assert!(rows(t, "service_ports").await > 0, "the template stays");
}

async fn only_what_is_in_the_trash_is_purged(t: &TestApp) {
    let db = t.shop().await;
    let found = t.data("{ stack(name: \"shop\") { id } }", json!({})).await;
    let cases = [
        ("purgeStack", "stack", by_id(&found["stack"]["id"]), "id"),
        ("purgeStack", "stack", json!({ "name": "shop" }), "name"),
        ("purgeStack", "stack", json!({ "name": "\0" }), "name"),
        ("purgeStack", "stack", json!({ "id": "rubbish" }), "id"),
        ("purgeInstance", "instance", by_id(&db["id"]), "id"),
        ("purgeInstance", "instance", json!({ "id": "rubbish" }), "id"),
        ("purgeInstance", "instance", TestApp::by_name("shop", "db"), "byName.name"),
        ("purgeInstance", "instance", TestApp::by_name("nope", "db"), "byName.stack"),
    ];
    for (field, what, reference, path) in cases {
        let mut input = json!({});
        input[what] = reference;
        let payload = t.mutate(field, input, "purgedId").await;
        assert_eq!(TestApp::codes(&payload), [code("NOT_FOUND", &format!("input.{what}.{path}"))]);
        assert_eq!(payload["purgedId"], json!(null));
        let message = payload["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("in the trash"), "{message}");
    }
    assert_eq!((rows(t, "stacks").await, rows(t, "service_instances").await), (1, 1));
}

async fn by_names_the_last_deleted_is_purged(t: &TestApp) {
    t.shop().await;
    t.freeze_time();
    let mut expected = vec![delete(t, "shop", "db").await];
    t.instance("shop", "db").await;
    expected.push(delete(t, "shop", "db").await);
    while let Some(id) = expected.pop() {
        let input = json!({ "instance": TestApp::by_name("shop", "db") });
        assert_eq!(t.done("purgeInstance", input, "purgedId").await["purgedId"], id);
    }
    let mut expected = vec![delete_stack(t, "shop").await];
    t.stack("shop").await;
    expected.push(delete_stack(t, "shop").await);
    t.stack("shop").await;
    while let Some(id) = expected.pop() {
        let purged = t.done("purgeStack", json!({ "stack": { "name": "shop" } }), "purgedId").await;
        assert_eq!(purged["purgedId"], id);
    }
    assert_eq!(rows(t, "stacks").await, 1);
}

async fn an_instance_of_a_trashed_stack_is_purged_by_its_id(t: &TestApp) {
    let db = t.shop().await;
    let gone = overriding(t, "gone").await;
    let id = delete_stack(t, "shop").await;
    let by_name = json!({ "instance": TestApp::by_name("shop", "gone") });
    assert_eq!(t.refused("purgeInstance", by_name).await, [code("NOT_FOUND", "input.instance.byName.stack")]);
    t.done("purgeInstance", json!({ "instance": by_id(&gone) }), "").await;
    assert_eq!((children(t).await, rows(t, "service_instances").await), (0, 1));
    let back = t.done("restoreStack", json!({ "stack": by_id(&id) }), "stack { instances { nodes { id } } }").await;
    assert_eq!(back["stack"]["instances"]["nodes"], json!([{ "id": db["id"] }]));
}

async fn a_stale_purge_removes_nothing(t: &TestApp) {
    t.shop().await;
    let stack = delete_stack(t, "shop").await;
    t.stack("mall").await;
    t.instance("mall", "db").await;
    let instance = delete(t, "mall", "db").await;
    for (field, what, id) in [("purgeStack", "stack", stack), ("purgeInstance", "instance", instance)] {
        for expected in [1, 3] {
            let mut input = json!({ "expectedRevision": expected });
            input[what] = by_id(&id);
            let current = "current: userErrors { ... on StaleRevisionError { currentRevision } }";
            let payload = t.mutate(field, input, current).await;
            assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
            assert_eq!(payload["current"][0]["currentRevision"], 2);
        }
    }
    assert_eq!((rows(t, "stacks").await, rows(t, "service_instances").await), (2, 2));
}

async fn of_purges_and_restores_at_once_one_wins(t: &TestApp) {
    t.template("postgres").await;
    for n in 0..5 {
        let name = format!("s{n}");
        t.stack(&name).await;
        let instance = t.instance(&name, "db").await["id"].take();
        let id = delete_stack(t, &name).await;
        let payloads = t
            .at_once(9, |t: TestApp, n| {
                let (id, instance) = (id.clone(), instance.clone());
                async move {
                    match n % 3 {
                        0 => t.mutate("restoreStack", json!({ "stack": by_id(&id) }), "").await,
                        1 => t.mutate("purgeStack", json!({ "stack": by_id(&id) }), "").await,
                        _ => t.mutate("purgeInstance", json!({ "instance": by_id(&instance) }), "").await,
                    }
                }
            })
            .await;
        let refused = payloads.iter().flat_map(TestApp::codes);
        assert!(refused.clone().all(|(code, _)| code == "NOT_FOUND"), "{:?}", refused.collect::<Vec<_>>());
    }
    // No orphaned rows are left.
    let sql = "(SELECT 1 FROM service_instances i LEFT JOIN stacks s ON s.id = i.stack_id WHERE s.id IS NULL OR \
               (s.deleted_at IS NULL) <> (i.deleted_at IS NULL)) AS lost";
    assert_eq!(rows(t, sql).await, 0);
}
