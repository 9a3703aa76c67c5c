//! Creating, updating, deleting and restoring stacks.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    a_new_stack_is_enabled_and_has_a_network_of_its_own,
    a_refused_name_comes_with_one_that_is_accepted,
    a_taken_name_comes_with_its_holder_and_a_free_one,
    an_update_changes_what_it_names_and_raises_the_revision,
    a_stale_write_changes_nothing_and_shows_the_current_state,
    deleting_a_stack_hides_its_instances_and_frees_all_names,
    a_deleted_stack_is_gone_for_every_operation,
    stacks_that_use_one_template_never_collide,
);

const WHOLE: &str =
    "stack { id name description networkName enabled revision createdAt updatedAt deletedAt instances { totalCount } }";

/// The only error of a payload.
fn only(payload: &Value) -> &Value {
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload}");
    &errors[0]
}

async fn a_new_stack_is_enabled_and_has_a_network_of_its_own(t: &TestApp) {
    let made = t.done("createStack", json!({ "name": "shop", "description": "A shop\n💾" }), WHOLE).await;
    let stack = &made["stack"];
    assert_eq!(stack["description"], "A shop\n💾");
    assert_eq!(stack["networkName"], "devarch-shop-net");
    assert_eq!((&stack["enabled"], &stack["revision"], &stack["deletedAt"]), (&json!(true), &json!(1), &json!(null)));
    assert_eq!(stack["createdAt"], stack["updatedAt"]);
    assert_eq!(stack["instances"]["totalCount"], 0);
    let query =
        "query ($id: ID!) { node(id: $id) { __typename id ... on Stack { name } } stack(name: \"shop\") { id } }";
    let found = t.data(query, json!({ "id": stack["id"] })).await;
    assert_eq!(found["node"], json!({ "__typename": "Stack", "id": stack["id"], "name": "shop" }));
    assert_eq!(found["stack"]["id"], stack["id"]);
}

async fn a_refused_name_comes_with_one_that_is_accepted(t: &TestApp) {
    let (long, longer) = ("a".repeat(64), format!("{}-b", "A".repeat(63)));
    let cases = [
        ("", "NAME_INVALID", "my-stack"),
        ("My Shop_2", "NAME_INVALID", "my-shop-2"),
        ("-shop-", "NAME_INVALID", "shop"),
        ("shöp", "NAME_INVALID", "shp"),
        ("日本", "NAME_INVALID", "my-stack"),
        (" ", "NAME_INVALID", "my-stack"),
        ("a--", "NAME_INVALID", "a"),
        (&long, "NAME_INVALID", &long[..63]),
        (&longer, "NAME_INVALID", &long[..63]),
        ("default", "NAME_RESERVED", "my-default"),
        ("DevArch", "NAME_RESERVED", "my-devarch"),
        ("system", "NAME_RESERVED", "my-system"),
        ("None", "NAME_RESERVED", "my-none"),
        ("ALL", "NAME_RESERVED", "my-all"),
        ("graphql", "NAME_RESERVED", "my-graphql"),
    ];
    for (name, code, suggestion) in cases {
        let payload = t.mutate("createStack", json!({ "name": name }), WHOLE).await;
        let error = only(&payload);
        assert_eq!(error["code"], code, "{name}");
        assert_eq!(error["path"], json!(["input", "name"]), "{name}");
        assert_eq!(error["suggestion"], suggestion, "{name}");
        assert_eq!(payload["stack"], json!(null));
        t.done("createStack", json!({ "name": suggestion }), "").await;
        t.done("softDeleteStack", json!({ "stack": { "name": suggestion } }), "").await;
    }
    for name in ["a", "0", "a--b", &long[..63]] {
        t.stack(name).await;
    }
    let both = t.refused("createStack", json!({ "name": "A", "description": "x".repeat(4097) })).await;
    let expected = [("NAME_INVALID", "input.name"), ("LIMIT_EXCEEDED", "input.description")];
    assert_eq!(both, expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
}

async fn a_taken_name_comes_with_its_holder_and_a_free_one(t: &TestApp) {
    let shop = t.stack("shop").await;
    t.stack("shop-2").await;
    let selection = "userErrors2: userErrors { ... on NameTakenError { holder { id } } }";
    let payload = t.mutate("createStack", json!({ "name": "shop" }), selection).await;
    let error = only(&payload);
    assert_eq!((&error["code"], &error["__typename"]), (&json!("NAME_TAKEN"), &json!("NameTakenError")));
    assert_eq!((&error["path"], &error["suggestion"]), (&json!(["input", "name"]), &json!("shop-3")));
    assert_eq!(payload["userErrors2"][0]["holder"]["id"], shop["id"]);
    t.stack("shop-3").await;
    let long = "a".repeat(63);
    t.stack(&long).await;
    let payload = t.mutate("createStack", json!({ "name": long }), "").await;
    let suggestion = only(&payload)["suggestion"].as_str().unwrap().to_owned();
    assert_eq!(suggestion, format!("{}-2", "a".repeat(61)));
    t.stack(&suggestion).await;
}

async fn an_update_changes_what_it_names_and_raises_the_revision(t: &TestApp) {
    t.stack("shop").await;
    let shop = json!({ "name": "shop" });
    let first = t.done("updateStack", json!({ "stack": shop, "description": "Sells" }), WHOLE).await["stack"].take();
    assert_eq!(
        (&first["description"], &first["enabled"], &first["revision"]),
        (&json!("Sells"), &json!(true), &json!(2))
    );
    assert!(first["updatedAt"].as_str() > first["createdAt"].as_str());
    let input = json!({ "stack": { "id": first["id"] }, "enabled": false, "expectedRevision": 2 });
    let second = t.done("updateStack", input, WHOLE).await["stack"].take();
    assert_eq!(
        (&second["description"], &second["enabled"], &second["revision"]),
        (&json!("Sells"), &json!(false), &json!(3))
    );

    // Equal values, or none, change nothing.
    for same in [json!({ "stack": shop }), json!({ "stack": shop, "description": "Sells", "enabled": false })] {
        assert_eq!(t.done("updateStack", same, WHOLE).await["stack"], second);
    }
    let emptied = t.done("updateStack", json!({ "stack": shop, "description": null }), WHOLE).await;
    assert_eq!((&emptied["stack"]["description"], &emptied["stack"]["revision"]), (&json!(""), &json!(4)));

    let refused = t.refused("updateStack", json!({ "stack": shop, "enabled": null, "description": "x" })).await;
    assert_eq!(refused, [("INVALID_VALUE".to_owned(), "input.enabled".to_owned())]);
    let refused = t.refused("updateStack", json!({ "stack": { "name": "nope" }, "description": "\0" })).await;
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(t.data("{ stack(name: \"shop\") { revision } }", json!({})).await["stack"]["revision"], 4);
}

async fn a_stale_write_changes_nothing_and_shows_the_current_state(t: &TestApp) {
    t.shop().await;
    let shop = json!({ "name": "shop" });
    t.done("updateStack", json!({ "stack": shop, "description": "2" }), "").await;
    let selection = "current: userErrors { ... on StaleRevisionError { currentRevision current { ... on Stack { description } } } }";
    for (field, change) in [("updateStack", json!({ "description": "3" })), ("softDeleteStack", json!({}))] {
        for expected in [1, 3, 0, -1, i32::MAX] {
            let mut input = change.clone();
            input["stack"] = shop.clone();
            input["expectedRevision"] = json!(expected);
            let payload = t.mutate(field, input, &format!("stack {{ id }} {selection}")).await;
            let error = only(&payload);
            assert_eq!((&error["code"], &error["suggestion"]), (&json!("STALE_REVISION"), &json!("2")), "{field}");
            assert_eq!(error["path"], json!(["input", "expectedRevision"]));
            assert_eq!(payload["current"][0], json!({ "currentRevision": 2, "current": { "description": "2" } }));
            assert_eq!(payload["stack"], json!(null));
        }
    }
    let found = t.data("{ stack(name: \"shop\") { description revision instances { totalCount } } }", json!({})).await;
    assert_eq!(found["stack"], json!({ "description": "2", "revision": 2, "instances": { "totalCount": 1 } }));
}

async fn deleting_a_stack_hides_its_instances_and_frees_all_names(t: &TestApp) {
    let db = t.shop().await;
    t.instance("shop", "cache").await;
    t.stack("blog").await;
    t.instance("blog", "db").await;
    let found = t.data("{ stack(name: \"shop\") { id } }", json!({})).await;
    let old = found["stack"]["id"].clone();
    let input = json!({ "stack": { "name": "shop" }, "expectedRevision": 1 });
    let gone = t
        .done(
            "softDeleteStack",
            input,
            "stack { name revision deletedAt updatedAt instances { totalCount nodes { id } } }",
        )
        .await;
    let gone = &gone["stack"];
    assert_eq!((&gone["name"], &gone["revision"]), (&json!("shop"), &json!(2)));
    assert!(gone["deletedAt"].is_string() && gone["deletedAt"] == gone["updatedAt"], "{gone}");
    assert_eq!(gone["instances"], json!({ "totalCount": 0, "nodes": [] }));

    let query = "query ($s: ID!, $i: ID!) { stack(name: \"shop\") { id } instance(stack: \"shop\", name: \"db\") { id }
        node(id: $s) { id } nodes(ids: [$i, $s]) { id } stacks { totalCount nodes { name instances { totalCount } } } }";
    let found = t.data(query, json!({ "s": old, "i": db["id"] })).await;
    let left = json!({ "totalCount": 1, "nodes": [{ "name": "blog", "instances": { "totalCount": 1 } }] });
    let expected = json!({ "stack": null, "instance": null, "node": null, "nodes": [null, null], "stacks": left });
    assert_eq!(found, expected);

    // The names of the stack, of its instances and of their containers can be used again.
    let new = t.stack("shop").await;
    assert_ne!(new["id"], old);
    assert_eq!(new["revision"], 1);
    let again = t.instance("shop", "db").await;
    assert_eq!(again["containerName"], "devarch-shop-db");
    assert_ne!(again["id"], db["id"]);
    let found = t.data("{ stack(name: \"shop\") { instances { totalCount nodes { name } } } }", json!({})).await;
    assert_eq!(found["stack"]["instances"], json!({ "totalCount": 1, "nodes": [{ "name": "db" }] }));
    // And so once more.
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    t.stack("shop").await;
}

async fn a_deleted_stack_is_gone_for_every_operation(t: &TestApp) {
    let db = t.shop().await;
    let found = t.data("{ stack(name: \"shop\") { id } }", json!({})).await;
    let id = json!({ "id": found["stack"]["id"] });
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    let of_stack = [("id", id), ("name", json!({ "name": "shop" }))];
    for (how, stack) in of_stack {
        let expected = [("NOT_FOUND".to_owned(), format!("input.stack.{how}"))];
        assert_eq!(t.refused("updateStack", json!({ "stack": stack, "enabled": true })).await, expected);
        assert_eq!(t.refused("softDeleteStack", json!({ "stack": stack })).await, expected);
        let input = json!({ "stack": stack, "template": { "name": "postgres" }, "name": "x" });
        assert_eq!(t.refused("createInstance", input).await, expected);
    }
    let instance = json!({ "id": db["id"] });
    let expected = [("NOT_FOUND".to_owned(), "input.instance.id".to_owned())];
    for (field, rest) in [
        ("updateInstance", json!({ "enabled": false })),
        ("renameInstance", json!({ "name": "x" })),
        ("duplicateInstance", json!({})),
        ("softDeleteInstance", json!({})),
        ("setInstanceOverrides", json!({ "overrides": {} })),
    ] {
        let mut input = rest;
        input["instance"] = instance.clone();
        assert_eq!(t.refused(field, input).await, expected, "{field}");
    }
    // An instance cannot come back into a stack that is not there.
    let payload = t.mutate("restoreInstance", json!({ "instance": instance }), "instance { id }").await;
    assert_eq!(only(&payload)["code"], "NOT_FOUND");
    assert_eq!(payload["instance"], json!(null));
}

async fn stacks_that_use_one_template_never_collide(t: &TestApp) {
    t.template("postgres").await;
    let mut seen = std::collections::BTreeSet::new();
    for stack in ["a", "b", "a-b"] {
        t.stack(stack).await;
        let made = t.instance(stack, "db").await;
        assert!(seen.insert(made["containerName"].to_string()));
        let query = format!("{{ stack(name: \"{stack}\") {{ networkName }} }}");
        assert!(seen.insert(t.data(&query, json!({})).await["stack"]["networkName"].to_string()));
    }
    // `a` + `b-db` would be the container of `a-b` + `db`.
    let input = json!({ "stack": { "name": "a" }, "template": { "name": "postgres" }, "name": "b-db" });
    let payload = t.mutate("createInstance", input, "").await;
    let error = only(&payload);
    assert_eq!(error["code"], "CONTAINER_NAME_TAKEN");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`db`") && message.contains("`a-b`"), "{message}");
    t.instance("a", error["suggestion"].as_str().unwrap()).await;
}
