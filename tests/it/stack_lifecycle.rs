//! The lifecycle of a stack: rename, restore, purge, duplicate.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, TestApp, both, code};

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
    a_restored_stack_brings_back_exactly_what_went_with_it,
    a_stack_comes_back_under_another_name,
    by_name_the_last_deleted_stack_comes_back,
    a_refused_restore_of_a_stack_comes_with_an_accepted_name,
    an_instance_of_another_stack_is_in_the_way_of_a_restore,
    only_a_deleted_stack_can_be_restored,
    a_stale_restore_of_a_stack_changes_nothing,
    a_restore_costs_the_same_for_1_and_30_instances,
    one_of_twenty_restores_of_stacks_gets_the_name,
    a_copied_stack_says_everything_its_source_says,
    copies_of_a_stack_are_numbered,
    a_refused_copy_of_a_stack_comes_with_an_accepted_name,
    a_generated_stack_name_fits_and_avoids_containers,
    shared_host_ports_of_stacks_are_warned_about,
    ten_copies_of_a_stack_at_once_get_ten_names,
    a_stale_copy_of_a_stack_makes_nothing,
    a_copy_of_a_stack_that_fails_halfway_leaves_nothing,
    a_copy_costs_the_same_for_1_and_30_instances,
);

/// A live stack with its instances, oldest first.
const WHOLE: &str = "id name networkName description enabled revision createdAt updatedAt deletedAt instances(first: \
                     100) { nodes { id name containerName revision createdAt updatedAt } }";

/// The fields of a live stack.
async fn shown(t: &TestApp, name: &str) -> Value {
    let query = format!("query ($name: String!) {{ stack(name: $name) {{ {WHOLE} }} }}");
    t.data(&query, json!({ "name": name })).await["stack"].take()
}

/// The container names of a live stack, oldest instance first.
async fn containers(t: &TestApp, name: &str) -> Vec<String> {
    let stack = shown(t, name).await;
    let nodes = stack["instances"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["containerName"].as_str().unwrap().to_owned()).collect()
}

/// A stack with instances of the template `postgres`, which must exist.
async fn filled(t: &TestApp, stack: &str, instances: &[&str]) -> Value {
    let made = t.stack(stack).await;
    for name in instances {
        t.instance(stack, name).await;
    }
    made
}

/// The only error of a payload that must be refused, with the holder of what is taken.
async fn refusal(t: &TestApp, field: &str, input: Value) -> Value {
    let holder = "holders: userErrors { ... on NameTakenError { holder { id } } }";
    let payload = t.mutate(field, input, holder).await;
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload}");
    let mut error = errors[0].clone();
    error["holder"] = payload["holders"][0]["holder"]["id"].clone();
    error
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

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

/// Creates so many instances in a stack.
async fn many(t: &TestApp, stack: &str, n: usize) {
    for i in 0..n {
        t.instance(stack, &format!("i{i}")).await;
    }
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
    assert_eq!(costs, [6, 6]);
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

/// Puts a stack into the trash; its id.
async fn trash(t: &TestApp, name: &str) -> Value {
    t.done("softDeleteStack", json!({ "stack": named(name) }), "stack { id }").await["stack"]["id"].take()
}

async fn restore(t: &TestApp, input: Value) -> Value {
    t.done("restoreStack", input, &format!("stack {{ {WHOLE} }}")).await["stack"].take()
}

async fn a_restored_stack_brings_back_exactly_what_went_with_it(t: &TestApp) {
    let db = t.shop().await;
    filled(t, "mall", &["db"]).await;
    for name in ["cache", "queue", "web"] {
        t.instance("shop", name).await;
    }
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": TestApp::overrides() });
    t.done("setInstanceOverrides", input, "").await;
    let input = json!({ "instance": TestApp::by_name("shop", "queue") });
    let alone = t.done("softDeleteInstance", input, "instance { id revision }").await["instance"].take();
    let before = shown(t, "shop").await;
    let id = trash(t, "shop").await;
    let back = restore(t, json!({ "stack": { "id": id } })).await;
    assert_eq!(back, shown(t, "shop").await);
    assert_eq!((&back["revision"], &back["deletedAt"]), (&json!(3), &json!(null)));
    assert_eq!(containers(t, "shop").await, ["devarch-shop-db", "devarch-shop-cache", "devarch-shop-web"]);
    let nodes = |stack: &Value| stack["instances"]["nodes"].as_array().unwrap().clone();
    for (before, after) in nodes(&before).iter().zip(nodes(&back)) {
        assert_eq!((&before["id"], &before["createdAt"]), (&after["id"], &after["createdAt"]));
        assert_eq!(after["revision"], before["revision"].as_i64().unwrap() + 2);
        assert_eq!(after["updatedAt"], back["updatedAt"]);
    }
    let query =
        "query ($id: ID!) { instance(stack: \"shop\", name: \"db\") { id overrideCount } node(id: $id) { id } }";
    let found = t.data(query, json!({ "id": alone["id"] })).await;
    assert_eq!(found, json!({ "instance": { "id": db["id"], "overrideCount": 13 }, "node": null }));
    // An instance deleted on its own stays in the trash, unchanged.
    trash(t, "shop").await;
    restore(t, json!({ "stack": named("shop") })).await;
    let input = json!({ "instance": { "id": alone["id"] }, "expectedRevision": alone["revision"] });
    t.done("restoreInstance", input, "").await;
    assert_eq!(containers(t, "shop").await.len(), 4);
    assert_eq!(containers(t, "mall").await, ["devarch-mall-db"]);
}

async fn a_stack_comes_back_under_another_name(t: &TestApp) {
    t.shop().await;
    let id = trash(t, "shop").await;
    filled(t, "shop", &["db"]).await;
    let back = restore(t, json!({ "stack": { "id": id }, "name": "store", "expectedRevision": 2 })).await;
    assert_eq!((&back["id"], &back["name"]), (&id, &json!("store")));
    assert_eq!(back["networkName"], "devarch-store-net");
    assert_eq!(containers(t, "store").await, ["devarch-store-db"]);
    assert_eq!(containers(t, "shop").await, ["devarch-shop-db"]);
}

async fn by_name_the_last_deleted_stack_comes_back(t: &TestApp) {
    t.freeze_time();
    t.template("postgres").await;
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        filled(t, "shop", &[name]).await;
        ids.push(trash(t, "shop").await);
    }
    for name in ["c", "b", "a"] {
        let back = restore(t, json!({ "stack": named("shop"), "name": name })).await;
        assert_eq!(Some(back["id"].clone()), ids.pop());
    }
    assert_eq!(
        t.refused("restoreStack", json!({ "stack": named("shop") })).await,
        [code("NOT_FOUND", "input.stack.name")]
    );
}

async fn a_refused_restore_of_a_stack_comes_with_an_accepted_name(t: &TestApp) {
    t.template("postgres").await;
    filled(t, "shop", &["db", &"d".repeat(45)]).await;
    let id = trash(t, "shop").await;
    let holder = filled(t, "shop", &["db"]).await;
    let stack = json!({ "id": id });
    let cases = [
        (json!(null), "NAME_TAKEN", "shop-2"),
        (json!("shop"), "NAME_TAKEN", "shop-2"),
        (json!("SHOP"), "NAME_INVALID", "shop-2"),
        (json!("department-store"), "CONTAINER_NAME_TOO_LONG", "departmen"),
    ];
    for (name, error, suggestion) in cases {
        let input = json!({ "stack": stack, "name": name });
        let refused = refusal(t, "restoreStack", input).await;
        assert_eq!((&refused["code"], &refused["path"]), (&json!(error), &json!(["input", "name"])), "{name}");
        assert_eq!(refused["suggestion"], suggestion, "{name}");
        let expected = if error == "NAME_TAKEN" { &holder["id"] } else { &Value::Null };
        assert_eq!(&refused["holder"], expected, "{name}");
        let back = restore(t, json!({ "stack": stack, "name": suggestion })).await;
        assert_eq!(back["name"], suggestion);
        trash(t, suggestion).await;
        rename_in_trash(t, &id, "shop").await;
    }
}

/// Changes the name of a stack in the trash.
async fn rename_in_trash(t: &TestApp, id: &Value, name: &str) {
    use devarch::{
        db::entities::stack,
        ids::{GlobalId, StackId},
    };
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
    let id = StackId::decode(id.as_str().unwrap()).unwrap();
    stack::Entity::update_many()
        .col_expr(stack::Column::Name, Expr::value(name))
        .filter(stack::Column::Id.eq(id))
        .exec(t.db.writer())
        .await
        .unwrap();
}

async fn an_instance_of_another_stack_is_in_the_way_of_a_restore(t: &TestApp) {
    t.template("postgres").await;
    filled(t, "a", &["x", "b-c"]).await;
    let id = trash(t, "a").await;
    filled(t, "a-b", &["c"]).await;
    let refused = refusal(t, "restoreStack", json!({ "stack": { "id": id } })).await;
    assert_eq!((&refused["code"], &refused["suggestion"]), (&json!("CONTAINER_NAME_TAKEN"), &json!("a-2")));
    let holder = t.data("{ instance(stack: \"a-b\", name: \"c\") { id } }", json!({})).await;
    assert_eq!(refused["holder"], holder["instance"]["id"]);
    // Nothing was restored, not even the stack, and it can still be restored.
    let found = t.data("{ stacks { totalCount } stack(name: \"a\") { id } }", json!({})).await;
    assert_eq!(found, json!({ "stacks": { "totalCount": 1 }, "stack": null }));
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("a-b", "c") }), "").await;
    let back = restore(t, json!({ "stack": { "id": id }, "expectedRevision": 2 })).await;
    assert_eq!(back["revision"], 3);
    assert_eq!(containers(t, "a").await, ["devarch-a-x", "devarch-a-b-c"]);
    assert_eq!(containers(t, "a-b").await, [""; 0]);
}

async fn only_a_deleted_stack_can_be_restored(t: &TestApp) {
    let db = t.shop().await;
    let before = shown(t, "shop").await;
    for reference in [
        json!({ "id": before["id"] }),
        json!({ "id": db["id"] }),
        json!({ "id": "rubbish" }),
        named("shop"),
        named("nope"),
        named("\0"),
    ] {
        let how = reference.as_object().unwrap().keys().next().unwrap().clone();
        let refused = t.refused("restoreStack", json!({ "stack": reference })).await;
        assert_eq!(refused, [code("NOT_FOUND", &format!("input.stack.{how}"))]);
    }
    let both = t.refused("restoreStack", json!({ "stack": named("nope"), "name": "UP" })).await;
    assert_eq!(both, [code("NOT_FOUND", "input.stack.name"), code("NAME_INVALID", "input.name")]);
    assert_eq!(shown(t, "shop").await, before);
    // The message about an instance whose stack is in the trash says how to restore it.
    trash(t, "shop").await;
    let refused = refusal(t, "restoreInstance", json!({ "instance": { "id": db["id"] } })).await;
    assert_eq!((&refused["code"], &refused["path"]), (&json!("NOT_FOUND"), &json!(["input", "instance", "id"])));
    assert!(refused["message"].as_str().unwrap().contains("restoreStack"));
}

async fn a_stale_restore_of_a_stack_changes_nothing(t: &TestApp) {
    t.shop().await;
    let id = trash(t, "shop").await;
    for expected in [1, 3] {
        let input = json!({ "stack": { "id": id }, "expectedRevision": expected });
        let current = "current: userErrors { ... on StaleRevisionError { currentRevision } }";
        let payload = t.mutate("restoreStack", input, current).await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
        assert_eq!(payload["current"][0]["currentRevision"], 2);
    }
    assert_eq!(shown(t, "shop").await, json!(null));
    restore(t, json!({ "stack": { "id": id }, "expectedRevision": 2 })).await;
}

async fn a_restore_costs_the_same_for_1_and_30_instances(t: &TestApp) {
    t.template("postgres").await;
    let mut costs = Vec::new();
    for (stack, n) in [("one", 1), ("thirty", 30)] {
        filled(t, stack, &[]).await;
        many(t, stack, n).await;
        let id = trash(t, stack).await;
        let before = t.db.statements();
        t.done("restoreStack", json!({ "stack": { "id": id } }), "").await;
        costs.push(t.db.statements() - before);
    }
    assert_eq!(costs, [5, 5]);
}

async fn one_of_twenty_restores_of_stacks_gets_the_name(t: &TestApp) {
    t.template("postgres").await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        filled(t, "shop", &["db"]).await;
        ids.push(trash(t, "shop").await);
    }
    let payloads = t
        .at_once(20, |t: TestApp, n| {
            let id = ids[n].clone();
            async move { t.mutate("restoreStack", json!({ "stack": { "id": id } }), "").await }
        })
        .await;
    let (done, refused): (Vec<_>, Vec<_>) =
        payloads.iter().map(TestApp::codes).partition(|codes: &Vec<_>| codes.is_empty());
    assert_eq!((done.len(), refused.len()), (1, 19));
    assert!(refused.iter().all(|codes| *codes == [code("NAME_TAKEN", "input.name")]), "{refused:?}");
    assert_eq!(containers(t, "shop").await, ["devarch-shop-db"]);
}

/// Copies a stack; the name of the copy.
async fn copy(t: &TestApp, input: Value) -> String {
    let made = t.done("duplicateStack", input, "stack { name } warnings { message }").await;
    made["stack"]["name"].as_str().unwrap().to_owned()
}

/// All fields of a stack and its instances, without container names and times.
async fn said(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ stack(name: $name) {{ description enabled instances(first: 100) {{ totalCount nodes \
         {{ name description enabled overrideCount template {{ name }} {COLLECTIONS} }} }} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["stack"].take()
}

async fn a_copied_stack_says_everything_its_source_says(t: &TestApp) {
    t.shop().await;
    let web = json!({ "name": "web", "imageName": "nginx" });
    t.done("createTemplate", web, "").await;
    for name in ["z", "gone", "a"] {
        let mut input = TestApp::new_instance("shop", name);
        input["overrides"] = TestApp::overrides();
        input["description"] = json!(format!("The {name}"));
        input["template"] = named(if name == "z" { "web" } else { "postgres" });
        t.done("createInstance", input, "").await;
    }
    let of = |name| TestApp::by_name("shop", name);
    t.done("updateInstance", json!({ "instance": of("z"), "enabled": false }), "").await;
    t.done("softDeleteInstance", json!({ "instance": of("gone") }), "").await;
    t.done("updateStack", json!({ "stack": named("shop"), "description": "Sells", "enabled": false }), "").await;
    let (before, said_before) = (shown(t, "shop").await, said(t, "shop").await);
    assert_eq!(copy(t, json!({ "stack": named("shop"), "name": "store", "expectedRevision": 2 })).await, "store");
    assert_eq!(said(t, "store").await, said_before);
    assert_eq!(said_before["instances"]["totalCount"], 3);
    assert_eq!(shown(t, "shop").await, before);
    let made = shown(t, "store").await;
    assert_eq!((&made["revision"], &made["networkName"]), (&json!(1), &json!("devarch-store-net")));
    assert_eq!(containers(t, "store").await, ["devarch-store-db", "devarch-store-z", "devarch-store-a"]);
    let nodes = made["instances"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|node| node["revision"] == 1 && node["createdAt"] == made["createdAt"]), "{nodes:?}");
    // From now on both change independently.
    let input = json!({ "instance": TestApp::by_name("store", "a"), "overrides": { "envVars": [] } });
    t.done("setInstanceOverrides", input, "").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("store", "z") }), "").await;
    assert_eq!(said(t, "shop").await, said_before);
}

async fn copies_of_a_stack_are_numbered(t: &TestApp) {
    t.shop().await;
    let input = json!({ "stack": named("shop") });
    for expected in ["shop-copy", "shop-copy-2", "shop-copy-3"] {
        assert_eq!(copy(t, input.clone()).await, expected);
    }
    trash(t, "shop-copy-2").await;
    assert_eq!(copy(t, input).await, "shop-copy-2");
    assert_eq!(copy(t, json!({ "stack": named("shop-copy") })).await, "shop-copy-copy");
    t.stack("empty").await;
    assert_eq!(copy(t, json!({ "stack": named("empty"), "name": null })).await, "empty-copy");
    assert_eq!(containers(t, "empty-copy").await, [""; 0]);
}

async fn a_refused_copy_of_a_stack_comes_with_an_accepted_name(t: &TestApp) {
    let db = t.shop().await;
    let shop = shown(t, "shop").await["id"].clone();
    filled(t, "a", &["b-c", "c", &"d".repeat(40)]).await;
    filled(t, "x-y", &["c"]).await;
    filled(t, "source", &["y-c"]).await;
    let inner = t.data("{ instance(stack: \"a\", name: \"b-c\") { id } }", json!({})).await["instance"]["id"].take();
    let third = t.data("{ instance(stack: \"x-y\", name: \"c\") { id } }", json!({})).await["instance"]["id"].take();
    let cases = [
        ("shop", "shop", "NAME_TAKEN", "shop-2", &shop),
        ("a", "shop", "NAME_TAKEN", "shop-3", &shop),
        // The copy would take a container of its own source.
        ("a", "a-b", "CONTAINER_NAME_TAKEN", "a-b-2", &inner),
        ("source", "x", "CONTAINER_NAME_TAKEN", "x-2", &third),
        ("a", "abcdefghij-klmno", "CONTAINER_NAME_TOO_LONG", "abcdefghij-klm", &Value::Null),
        ("a", "Shop", "NAME_INVALID", "shop-4", &Value::Null),
    ];
    for (source, name, error, suggestion, holder) in cases {
        let before = shown(t, source).await;
        let stacks = t.data("{ stacks { totalCount } }", json!({})).await;
        let refused = refusal(t, "duplicateStack", json!({ "stack": named(source), "name": name })).await;
        assert_eq!((&refused["code"], &refused["path"]), (&json!(error), &json!(["input", "name"])), "{name}");
        assert_eq!((&refused["suggestion"], &refused["holder"]), (&json!(suggestion), holder), "{name}");
        assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await, stacks, "{name}");
        assert_eq!(copy(t, json!({ "stack": named(source), "name": suggestion })).await, suggestion);
        assert_eq!(shown(t, source).await, before);
    }
    let refused = t.refused("duplicateStack", json!({ "stack": { "id": db["id"] }, "name": "UP" })).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.stack.id"), code("NAME_INVALID", "input.name")]);
}

async fn a_generated_stack_name_fits_and_avoids_containers(t: &TestApp) {
    t.template("postgres").await;
    // Instances of 41 characters leave 13 for the stack.
    filled(t, "storehouse", &["db", &"d".repeat(41)]).await;
    let input = json!({ "stack": named("storehouse") });
    assert_eq!(copy(t, input.clone()).await, "storehou-copy");
    assert_eq!(copy(t, input).await, "storeh-copy-2");
    // `s` + `copy-db` is the container of `s-copy` + `db`.
    filled(t, "s", &["db", "copy-db", "copy-2-db"]).await;
    assert_eq!(copy(t, json!({ "stack": named("s") })).await, "s-copy-3");
    // No room for a word: bare numbers.
    filled(t, "s1", &[&"d".repeat(52)]).await;
    assert_eq!(copy(t, json!({ "stack": named("s1") })).await, "1");
    assert_eq!(copy(t, json!({ "stack": named("s1") })).await, "2");
    filled(t, "q", &[&"d".repeat(53)]).await;
    for n in 3..=9 {
        assert_eq!(copy(t, json!({ "stack": named("q") })).await, n.to_string());
    }
    let refused = refusal(t, "duplicateStack", json!({ "stack": named("q") })).await;
    assert_eq!((&refused["code"], &refused["path"]), (&json!("CONTAINER_NAME_TOO_LONG"), &json!(["input", "name"])));
}

async fn shared_host_ports_of_stacks_are_warned_about(t: &TestApp) {
    t.stack("shop").await;
    let web = json!({ "name": "web", "imageName": "nginx", "ports": [
        { "containerPort": 80, "hostPort": 8080 }, { "containerPort": 443, "hostPort": 8443 }, { "containerPort": 9000 },
    ] });
    t.done("createTemplate", web, "").await;
    for (name, ports) in [
        ("plain", json!([])),
        ("own", json!([{ "containerPort": 80, "hostPort": 18080 }, { "containerPort": 443, "hostPort": null }])),
        ("gone", json!([])),
    ] {
        let input = json!({
            "stack": named("shop"), "template": named("web"), "name": name, "overrides": { "ports": ports },
        });
        t.done("createInstance", input, "").await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "gone") }), "").await;
    let made = t.done("duplicateStack", json!({ "stack": named("shop") }), "warnings { code message }").await;
    let warnings = made["warnings"].as_array().unwrap();
    let ports: Vec<_> = warnings
        .iter()
        .map(|warning| {
            assert_eq!(warning["code"], "HOST_PORT_SHARED");
            let message = warning["message"].as_str().unwrap();
            assert!(message.contains("`shop`") && message.contains("`shop-copy`"), "{message}");
            let name = ["plain", "own"].into_iter().find(|name| message.contains(&format!("`{name}`"))).unwrap();
            let port = ["8080", "8443", "18080"].into_iter().find(|port| message.contains(&format!(":{port}/tcp")));
            (name, port.unwrap())
        })
        .collect();
    assert_eq!(ports, [("plain", "8080"), ("plain", "8443"), ("own", "18080")]);
}

async fn ten_copies_of_a_stack_at_once_get_ten_names(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "cache").await;
    let copies = t.at_once(10, |t: TestApp, _| async move { copy(&t, json!({ "stack": named("shop") })).await });
    let names: BTreeSet<String> = copies.await.into_iter().collect();
    let expected = (2..=10).map(|n| format!("shop-copy-{n}")).chain(["shop-copy".to_owned()]).collect();
    assert_eq!(names, expected);
    // Copies of two stacks that are shortened to the same names.
    let sources = ["a", "b"].map(|end| format!("{}{end}", "e".repeat(60)));
    for source in &sources {
        t.stack(source).await;
    }
    let copies = t.at_once(10, |t: TestApp, n| {
        let source = sources[n % 2].clone();
        async move { copy(&t, json!({ "stack": named(&source) })).await }
    });
    assert_eq!(copies.await.into_iter().collect::<BTreeSet<_>>().len(), 10);
    for name in &names {
        assert_eq!(containers(t, name).await, [format!("devarch-{name}-db"), format!("devarch-{name}-cache")]);
    }
}

async fn a_stale_copy_of_a_stack_makes_nothing(t: &TestApp) {
    t.shop().await;
    for name in [json!(null), json!("store")] {
        let input = json!({ "stack": named("shop"), "name": name, "expectedRevision": 2 });
        let payload = t.mutate("duplicateStack", input, "stack { id } warnings { message }").await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
        assert_eq!((&payload["stack"], &payload["warnings"]), (&json!(null), &json!([])));
    }
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 1);
}

async fn a_copy_of_a_stack_that_fails_halfway_leaves_nothing(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_config_files").await;
    let query = "mutation ($input: DuplicateStackInput!) { duplicateStack(input: $input) { stack { id } } }";
    let answer = t.graphql(query, json!({ "input": { "stack": named("shop") } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    let left = t.data("{ stacks { totalCount nodes { name instances { totalCount } } } }", json!({})).await;
    assert_eq!(
        left["stacks"],
        json!({ "totalCount": 1, "nodes": [{ "name": "shop", "instances": { "totalCount": 1 } }] })
    );
}

async fn a_copy_costs_the_same_for_1_and_30_instances(t: &TestApp) {
    t.template("postgres").await;
    let mut costs = Vec::new();
    for (stack, n) in [("one", 1), ("thirty", 30)] {
        filled(t, stack, &[]).await;
        many(t, stack, n).await;
        let before = t.db.statements();
        copy(t, json!({ "stack": named(stack) })).await;
        costs.push(t.db.statements() - before);
    }
    // The source, its instances' names, names that are taken, containers that are; the stack, the instances, eleven
    // kinds, of which the secrets are read, and their key held, to be sealed anew; the rules;
    // the instances, their rules, their ports and those of their templates; and that the new stack has changed.
    assert_eq!(costs, [25, 25]);
}
