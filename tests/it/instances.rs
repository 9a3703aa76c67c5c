//! Creating, reading and listing instances.

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, TestApp, both, code};

both!(
    a_new_instance_has_no_overrides,
    an_instance_is_created_with_overrides_of_every_kind,
    a_missing_stack_and_template_are_reported_with_everything_else,
    an_id_of_another_type_refers_to_nothing,
    a_refused_name_comes_with_one_that_is_accepted,
    a_container_name_that_is_too_long_tells_what_is_left,
    a_stack_without_room_for_a_container_name_says_so,
    a_suggestion_is_free_and_fits,
    two_stacks_cannot_claim_one_container,
    a_name_is_taken_once_a_stack,
    a_name_is_free_in_another_stack,
    everything_wrong_is_reported_together_and_nothing_is_written,
    an_instance_is_found_by_its_id,
    ids_that_lead_nowhere_are_null,
);

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
    assert_eq!(made["overrideCount"], 14);
    assert_eq!(made["description"], "Orders");
    assert_eq!(made["ports"][0]["hostIp"], "0.0.0.0");
    assert_eq!(made["ports"][1]["hostPort"], json!(null));
    assert_eq!(
        made["envVars"][1],
        json!({ "key": "POSTGRES_PASSWORD", "value": null, "isSecret": true, "isSet": true })
    );
    assert_eq!(made["healthcheck"]["test"], json!(["CMD", "pg_isready", "-d", "or ders"]));
    assert_eq!(made["healthcheck"]["timeoutSeconds"], 10);
    assert_eq!(made["configFiles"][0]["content"], "a=$b\n");
}

/// Creates an instance that must be refused for its name alone, and gives back the error.
async fn refused_name(t: &TestApp, stack: &str, name: &str) -> Value {
    let selection = "userErrors { ... on NameTakenError { holder { ... on Instance { name stack { name } } } } }";
    let payload = t.mutate("createInstance", TestApp::new_instance(stack, name), selection).await;
    assert_eq!(payload["userErrors"].as_array().map(Vec::len), Some(1), "{name}: {payload}");
    let error = payload["userErrors"][0].clone();
    assert_eq!(error["path"], json!(["input", "name"]), "{name}");
    error
}

/// Creates an instance under the name that a refusal suggests.
async fn accept(t: &TestApp, stack: &str, refused: &Value) -> Value {
    let suggestion = refused["suggestion"].as_str().unwrap_or_else(|| panic!("no suggestion in {refused}"));
    t.instance(stack, suggestion).await
}

async fn a_missing_stack_and_template_are_reported_with_everything_else(t: &TestApp) {
    let input = json!({
        "stack": { "name": "nowhere" }, "template": { "name": "nothing" }, "name": "Bad Name",
        "description": "x".repeat(4097), "overrides": { "ports": [{ "containerPort": 0 }] },
    });
    assert_eq!(
        t.refused("createInstance", input).await,
        [
            code("NOT_FOUND", "input.stack.name"),
            code("NOT_FOUND", "input.template.name"),
            code("NAME_INVALID", "input.name"),
            code("LIMIT_EXCEEDED", "input.description"),
            code("INVALID_VALUE", "input.overrides.ports.0.containerPort"),
        ]
    );
}

async fn an_id_of_another_type_refers_to_nothing(t: &TestApp) {
    let db = t.shop().await;
    let input = json!({ "stack": { "id": db["id"] }, "template": { "id": "rubbish" }, "name": "x" });
    let expected = [code("NOT_FOUND", "input.stack.id"), code("NOT_FOUND", "input.template.id")];
    assert_eq!(t.refused("createInstance", input).await, expected);
}

async fn a_refused_name_comes_with_one_that_is_accepted(t: &TestApp) {
    t.shop().await;
    // `AbAb…` and `DevArch` break later rules as well: the first broken one counts.
    let cases = [
        ("", "NAME_INVALID", "empty"),
        (&"Ab".repeat(32), "NAME_INVALID", "too long"),
        ("DevArch", "NAME_RESERVED", "reserved"),
        ("SYSTEM", "NAME_RESERVED", "reserved"),
        ("all", "NAME_RESERVED", "reserved"),
        ("My DB_1", "NAME_INVALID", "lower-case"),
        ("-cache-", "NAME_INVALID", "lower-case"),
        ("größe\u{0}\n", "NAME_INVALID", "lower-case"),
    ];
    for (name, expected, word) in cases {
        let error = refused_name(t, "shop", name).await;
        assert_eq!(error["code"], expected, "{name}");
        assert!(error["message"].as_str().unwrap().contains(word), "{error}");
        accept(t, "shop", &error).await;
    }
}

async fn a_container_name_that_is_too_long_tells_what_is_left(t: &TestApp) {
    t.template("postgres").await;
    for (stack, name, left) in [("s".repeat(50), "orders", "4 characters"), ("s".repeat(53), "db", "1 character ")] {
        t.stack(&stack).await;
        let error = refused_name(t, &stack, name).await;
        assert_eq!(error["code"], "CONTAINER_NAME_TOO_LONG");
        assert!(error["message"].as_str().unwrap().contains(left), "{error}");
        let accepted = accept(t, &stack, &error).await;
        assert_eq!(accepted["containerName"].as_str().unwrap().len(), 63);
    }
}

async fn a_stack_without_room_for_a_container_name_says_so(t: &TestApp) {
    t.template("postgres").await;
    let stack = "s".repeat(63);
    t.stack(&stack).await;
    let error = refused_name(t, &stack, "d").await;
    assert_eq!(error["code"], "CONTAINER_NAME_TOO_LONG");
    assert!(error["message"].as_str().unwrap().contains("leaves no character"), "{error}");
    assert_eq!(error["suggestion"], json!(null));
}

async fn a_suggestion_is_free_and_fits(t: &TestApp) {
    t.shop().await;
    for name in ["DB", "DB", "Db!"] {
        accept(t, "shop", &refused_name(t, "shop", name).await).await;
    }
    let stack = "s".repeat(50);
    t.stack(&stack).await;
    for name in ["Orders DB", "orders", "ALL", "", "orders"] {
        accept(t, &stack, &refused_name(t, &stack, name).await).await;
    }
}

async fn two_stacks_cannot_claim_one_container(t: &TestApp) {
    t.template("postgres").await;
    t.stack("a").await;
    t.stack("a-b").await;
    t.instance("a", "b-c").await;
    let error = refused_name(t, "a-b", "c").await;
    assert_eq!(error["code"], "CONTAINER_NAME_TAKEN");
    assert_eq!(error["holder"], json!({ "name": "b-c", "stack": { "name": "a" } }));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`b-c`") && message.contains("`a`"), "{message}");
    accept(t, "a-b", &error).await;
}

async fn a_name_is_taken_once_a_stack(t: &TestApp) {
    t.shop().await;
    for _ in 0..3 {
        let error = refused_name(t, "shop", "db").await;
        assert_eq!(error["code"], "NAME_TAKEN");
        assert_eq!(error["holder"], json!({ "name": "db", "stack": { "name": "shop" } }));
        accept(t, "shop", &error).await;
    }
}

async fn a_name_is_free_in_another_stack(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    assert_eq!(t.instance("blog", "db").await["containerName"], "devarch-blog-db");
}

async fn everything_wrong_is_reported_together_and_nothing_is_written(t: &TestApp) {
    t.shop().await;
    let mut input = TestApp::new_instance("shop", "Bad Name");
    input["overrides"] = json!({
        "ports": [{ "containerPort": 80 }, { "containerPort": 70000, "hostPort": 0, "hostIp": "here" }],
        "volumes": [{ "source": "", "target": "/a/../b" }],
        "envVars": [{ "key": "OK", "value": "1" }, { "key": "1 BAD" }, { "key": "OK" }],
        "labels": [{ "key": "devarch.stack_id", "value": "7" }, { "key": "a b", "value": "" }],
        "domains": [{ "domain": "no host", "proxyPort": 0 }],
        "healthcheck": { "test": [], "intervalSeconds": 0, "retries": 1001 },
        "configFiles": [{ "filePath": "/", "content": "a\u{0}", "fileMode": "0999" }],
    });
    let at = |error: &str, path: &str| code(error, &format!("input.overrides.{path}"));
    let mut expected = vec![
        code("NAME_INVALID", "input.name"),
        at("INVALID_VALUE", "ports.1.containerPort"),
        at("INVALID_VALUE", "ports.1.hostPort"),
        at("INVALID_VALUE", "ports.1.hostIp"),
        at("INVALID_VALUE", "volumes.0.source"),
        at("INVALID_VALUE", "volumes.0.target"),
        at("INVALID_VALUE", "envVars.1.key"),
        at("DUPLICATE_KEY", "envVars.2"),
        at("RESERVED_LABEL", "labels.0.key"),
        at("INVALID_VALUE", "labels.1.key"),
        at("INVALID_VALUE", "domains.0.domain"),
        at("INVALID_VALUE", "domains.0.proxyPort"),
        at("INVALID_VALUE", "healthcheck.test"),
        at("INVALID_VALUE", "healthcheck.intervalSeconds"),
        at("INVALID_VALUE", "healthcheck.retries"),
        at("INVALID_VALUE", "configFiles.0.filePath"),
        at("INVALID_VALUE", "configFiles.0.content"),
        at("INVALID_VALUE", "configFiles.0.fileMode"),
    ];
    let mut found = t.refused("createInstance", input).await;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let stack = t.data("{ stack(name: \"shop\") { instances { totalCount } } }", json!({})).await;
    assert_eq!(stack["stack"]["instances"]["totalCount"], 1);
}

async fn an_instance_is_found_by_its_id(t: &TestApp) {
    let db = t.shop().await;
    let cache = t.instance("shop", "cache").await;
    let query = "query ($id: ID!, $ids: [ID!]!) { node(id: $id) { ... on Instance { name } } nodes(ids: $ids) { id } }";
    let ids = json!([cache["id"], db["id"], cache["id"]]);
    let found = t.data(query, json!({ "id": db["id"], "ids": ids })).await;
    assert_eq!(
        found,
        json!({
            "node": { "name": "db" },
            "nodes": [{ "id": cache["id"] }, { "id": db["id"] }, { "id": cache["id"] }],
        })
    );
}

async fn ids_that_lead_nowhere_are_null(t: &TestApp) {
    let db = t.shop().await;
    // Invalid text, another type's prefix, no number, a negative and a too large number, and an unknown id.
    let ids = json!([
        "",
        "42",
        "Instance:1",
        "!!!",
        "SW5zdGFuY2U6eA",
        "SW5zdGFuY2U6LTE",
        "VXNlcjox",
        "SW5zdGFuY2U6OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
        "SW5zdGFuY2U6OTIyMzM3MjAzNjg1NDc3NTgwNw",
        db["id"],
    ]);
    let found = t.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    let (last, others) = found["nodes"].as_array().unwrap().split_last().unwrap();
    assert!(others.iter().all(Value::is_null), "{others:?}");
    assert_eq!(last["id"], db["id"]);
    for id in ids.as_array().unwrap().split_last().unwrap().1 {
        let found = t.data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(found["node"], json!(null), "{id}");
    }
}
