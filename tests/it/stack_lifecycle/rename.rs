//! Renaming a stack, with the container names of its instances.

use super::*;

both!(
    a_renamed_stack_takes_its_containers_along,
    a_rename_changes_nothing_when_the_name_is_the_same,
    a_rename_leaves_what_is_in_the_trash,
    siblings_may_take_each_others_container_names,
    a_refused_rename_of_a_stack_comes_with_an_accepted_name,
    a_rename_names_every_instance_in_its_way,
    a_rename_costs_the_same_for_1_and_30_instances,
    a_stale_rename_of_a_stack_changes_nothing,
    a_rename_that_fails_halfway_changes_nothing,
    one_of_twenty_stacks_gets_the_name,
    instances_and_renames_at_once_agree_on_the_containers,
);

async fn rename(t: &TestApp, from: &str, to: &str) -> Value {
    let input = json!({ "stack": named(from), "name": to });
    t.done("renameStack", input, &format!("stack {{ {WHOLE} }}")).await["stack"].take()
}

async fn a_renamed_stack_takes_its_containers_along(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "cache").await;
    let before = shown(t, "shop").await;
    let after = rename(t, "shop", "store").await;
    assert_eq!(after, shown(t, "store").await);
    assert_eq!(shown(t, "shop").await, json!(null));
    assert_eq!((&after["id"], &after["createdAt"]), (&before["id"], &before["createdAt"]));
    assert_eq!((&after["name"], &after["networkName"]), (&json!("store"), &json!("devarch-store-net")));
    assert_eq!(after["revision"], 2);
    assert_eq!(containers(t, "store").await, ["devarch-store-db", "devarch-store-cache"]);
    let nodes = |stack: &Value| stack["instances"]["nodes"].as_array().unwrap().clone();
    for (before, after) in nodes(&before).iter().zip(nodes(&after)) {
        assert_eq!((&before["id"], &before["createdAt"]), (&after["id"], &after["createdAt"]));
        assert_eq!(after["revision"], 2);
        assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str());
    }
    // All old names are free.
    filled(t, "shop", &["db", "cache"]).await;
    rename(t, "store", "shop-2").await;
}

async fn a_rename_changes_nothing_when_the_name_is_the_same(t: &TestApp) {
    t.shop().await;
    let before = shown(t, "shop").await;
    assert_eq!(rename(t, "shop", "shop").await, before);
    let input = json!({ "stack": { "id": before["id"] }, "name": "shop", "expectedRevision": 1 });
    t.done("renameStack", input, "").await;
    assert_eq!(shown(t, "shop").await, before);
}

async fn a_rename_leaves_what_is_in_the_trash(t: &TestApp) {
    let old = t.shop().await;
    t.instance("shop", "cache").await;
    t.done("softDeleteInstance", json!({ "instance": { "id": old["id"] } }), "").await;
    rename(t, "shop", "store").await;
    let state = "instance { name containerName revision }";
    let back = t.done("restoreInstance", json!({ "instance": { "id": old["id"] } }), state).await;
    // Created, deleted, restored: the rename went past it, its container follows now.
    assert_eq!(back["instance"], json!({ "name": "db", "containerName": "devarch-store-db", "revision": 3 }));
}

async fn siblings_may_take_each_others_container_names(t: &TestApp) {
    t.template("postgres").await;
    // As `a-b`, the second takes the name that the first has now; both orders of the rows.
    filled(t, "a", &["b-c", "c"]).await;
    rename(t, "a", "a-b").await;
    assert_eq!(containers(t, "a-b").await, ["devarch-a-b-b-c", "devarch-a-b-c"]);
    rename(t, "a-b", "a").await;
    assert_eq!(containers(t, "a").await, ["devarch-a-b-c", "devarch-a-c"]);
    filled(t, "x", &["c", "b-c", "b-b-c"]).await;
    rename(t, "x", "x-b").await;
    assert_eq!(containers(t, "x-b").await, ["devarch-x-b-c", "devarch-x-b-b-c", "devarch-x-b-b-b-c"]);
    rename(t, "x-b", "x").await;
    assert_eq!(containers(t, "x").await, ["devarch-x-c", "devarch-x-b-c", "devarch-x-b-b-c"]);
}

async fn a_refused_rename_of_a_stack_comes_with_an_accepted_name(t: &TestApp) {
    let db = t.shop().await;
    let blog = t.stack("blog").await;
    t.stack("blog-2").await;
    let other = filled(t, "shop-x", &["y"]).await;
    let holder = t.data("{ instance(stack: \"shop-x\", name: \"y\") { id } }", json!({})).await["instance"].take();
    filled(t, "long", &["d", &"d".repeat(40), &"e".repeat(40), "f"]).await;
    filled(t, "sh", &["op-x-y", "z"]).await;
    assert_ne!(other["id"], db["id"]);
    // The stack `long` leaves 14 characters for its own name.
    let cases = [
        ("shop", "Blog", "NAME_INVALID", "blog-3", json!(null)),
        ("shop", "default", "NAME_RESERVED", "my-default", json!(null)),
        ("shop", "blog", "NAME_TAKEN", "blog-3", blog["id"].clone()),
        ("long", "abcdefghij-klmno", "CONTAINER_NAME_TOO_LONG", "abcdefghij-klm", json!(null)),
        ("long", "abcdefghij-klm-no", "CONTAINER_NAME_TOO_LONG", "abcdefghij-k-2", json!(null)),
        ("sh", "shop", "NAME_TAKEN", "shop-2", json!("shop")),
    ];
    t.stack("abcdefghij-klm").await;
    t.done("softDeleteStack", json!({ "stack": named("abcdefghij-klm") }), "").await;
    for (stack, name, error, suggestion, taken_by) in cases {
        let before = shown(t, stack).await;
        let refused = refusal(t, "renameStack", json!({ "stack": named(stack), "name": name })).await;
        assert_eq!((&refused["code"], &refused["path"]), (&json!(error), &json!(["input", "name"])), "{name}");
        assert_eq!(refused["suggestion"], suggestion, "{name}");
        if taken_by == "shop" {
            assert_eq!(refused["holder"], shown(t, "shop").await["id"]);
        } else {
            assert_eq!(refused["holder"], taken_by, "{name}");
        }
        assert_eq!(shown(t, stack).await, before, "{name}");
        if error == "CONTAINER_NAME_TOO_LONG" {
            let message = refused["message"].as_str().unwrap();
            let over = format!("{} too many", name.len() - 14);
            assert!(message.contains(&"d".repeat(40)) && message.contains(&over), "{message}");
            t.stack(suggestion).await;
        }
    }
    // `shop` + `x-y` is the container of `shop-x` + `y`.
    t.done("softDeleteStack", json!({ "stack": named("shop") }), "").await;
    filled(t, "mall", &["z", "x-y"]).await;
    let input = json!({ "stack": named("mall"), "name": "shop" });
    let refused = refusal(t, "renameStack", input.clone()).await;
    assert_eq!((&refused["code"], &refused["holder"]), (&json!("CONTAINER_NAME_TAKEN"), &holder["id"]));
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("`y`") && message.contains("`shop-x`"), "{message}");
    assert_eq!(containers(t, "mall").await, ["devarch-mall-z", "devarch-mall-x-y"]);
    rename(t, "mall", refused["suggestion"].as_str().unwrap()).await;
    for reference in [json!({ "id": db["id"] }), json!({ "id": "rubbish" }), named("nope"), named("\0")] {
        let how = reference.as_object().unwrap().keys().next().unwrap().clone();
        let refused = t.refused("renameStack", json!({ "stack": reference, "name": "UP" })).await;
        assert_eq!(refused, [code("NOT_FOUND", &format!("input.stack.{how}")), code("NAME_INVALID", "input.name")]);
    }
}

async fn a_rename_names_every_instance_in_its_way(t: &TestApp) {
    t.template("postgres").await;
    filled(t, "a-b", &["c", "d", "e"]).await;
    filled(t, "x", &["b-d", "b-c", "free"]).await;
    let holders = "holders: userErrors { message ... on NameTakenError { holder { ... on Instance { name } } } }";
    let payload = t.mutate("renameStack", json!({ "stack": named("x"), "name": "a" }), holders).await;
    let expected = code("CONTAINER_NAME_TAKEN", "input.name");
    assert_eq!(TestApp::codes(&payload), [expected.clone(), expected]);
    assert_eq!(payload["holders"][0]["holder"]["name"], "d");
    assert_eq!(payload["holders"][1]["holder"]["name"], "c");
    assert_eq!(payload["userErrors"][1]["suggestion"], "a-2");
}

async fn a_rename_costs_the_same_for_1_and_30_instances(t: &TestApp) {
    t.template("postgres").await;
    let mut costs = Vec::new();
    for (stack, n) in [("one", 1), ("thirty", 30)] {
        filled(t, stack, &[]).await;
        many(t, stack, n).await;
        let before = t.db.statements();
        t.done("renameStack", json!({ "stack": named(stack), "name": format!("new-{stack}") }), "").await;
        costs.push(t.db.statements() - before);
    }
    // SQLite logs in steps.
    let more = if t.engine == Engine::Sqlite { 4 } else { 0 };
    assert_eq!(costs, [6 + more, 6 + more]);
}

async fn a_stale_rename_of_a_stack_changes_nothing(t: &TestApp) {
    t.shop().await;
    let before = shown(t, "shop").await;
    let current = "current: userErrors { ... on StaleRevisionError { currentRevision current { id } } }";
    for name in ["store", "shop"] {
        let input = json!({ "stack": named("shop"), "name": name, "expectedRevision": 2 });
        let payload = t.mutate("renameStack", input, current).await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
        assert_eq!(payload["current"][0], json!({ "currentRevision": 1, "current": { "id": before["id"] } }));
        assert_eq!(shown(t, "shop").await, before);
    }
    t.done("renameStack", json!({ "stack": named("shop"), "name": "store", "expectedRevision": 1 }), "").await;
}

async fn a_rename_that_fails_halfway_changes_nothing(t: &TestApp) {
    t.template("postgres").await;
    filled(t, "a-b", &["z"]).await;
    filled(t, "x", &["1", "2", "b-z"]).await;
    let before = shown(t, "x").await;
    let refused = t.refused("renameStack", json!({ "stack": named("x"), "name": "a" })).await;
    assert_eq!(refused, [code("CONTAINER_NAME_TAKEN", "input.name")]);
    assert_eq!(shown(t, "x").await, before);
    assert_eq!(shown(t, "a").await, json!(null));
}

async fn one_of_twenty_stacks_gets_the_name(t: &TestApp) {
    t.template("postgres").await;
    for n in 0..20 {
        filled(t, &format!("s{n}"), &["db"]).await;
    }
    let payloads = t
        .at_once(20, |t: TestApp, n| async move {
            t.mutate("renameStack", json!({ "stack": named(&format!("s{n}")), "name": "x" }), "").await
        })
        .await;
    let (done, refused): (Vec<_>, Vec<_>) =
        payloads.iter().map(TestApp::codes).partition(|codes: &Vec<_>| codes.is_empty());
    assert_eq!((done.len(), refused.len()), (1, 19));
    assert!(refused.iter().all(|codes| *codes == [code("NAME_TAKEN", "input.name")]), "{refused:?}");
    assert_eq!(containers(t, "x").await, ["devarch-x-db"]);
    let count = t.data("{ stacks { totalCount } all: stacks(search: \"s\") { totalCount } }", json!({})).await;
    assert_eq!(count, json!({ "stacks": { "totalCount": 20 }, "all": { "totalCount": 19 } }));
}

async fn instances_and_renames_at_once_agree_on_the_containers(t: &TestApp) {
    t.shop().await;
    let id = shown(t, "shop").await["id"].clone();
    t.at_once(24, |t: TestApp, n| {
        let stack = json!({ "id": id });
        async move {
            if n % 3 == 0 {
                t.done("renameStack", json!({ "stack": stack, "name": format!("shop-{n}") }), "").await;
            } else {
                let mut input = TestApp::new_instance("", &format!("i{n}"));
                input["stack"] = stack;
                t.done("createInstance", input, "").await;
            }
        }
    })
    .await;
    let stacks = t.data("{ stacks { nodes { name } } }", json!({})).await;
    let name = stacks["stacks"]["nodes"][0]["name"].as_str().unwrap();
    let all = containers(t, name).await;
    assert_eq!(all.len(), 17);
    assert!(all.iter().all(|container| container.starts_with(&format!("devarch-{name}-"))), "{all:?}");
}
