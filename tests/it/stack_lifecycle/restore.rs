//! Restoring a stack from the trash.

use super::*;

both!(
    a_restored_stack_brings_back_exactly_what_went_with_it,
    a_stack_comes_back_under_another_name,
    by_name_the_last_deleted_stack_comes_back,
    a_refused_restore_of_a_stack_comes_with_an_accepted_name,
    an_instance_of_another_stack_is_in_the_way_of_a_restore,
    only_a_deleted_stack_can_be_restored,
    a_stale_restore_of_a_stack_changes_nothing,
    a_restore_costs_the_same_for_1_and_30_instances,
    one_of_twenty_restores_of_stacks_gets_the_name,
);

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
    assert_eq!(found, json!({ "instance": { "id": db["id"], "overrideCount": 14 }, "node": null }));
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
    // One looks whether the stack is a fork, one for variables that are locked, and one keeps the claims. SQLite logs in steps.
    let more = if t.engine == Engine::Sqlite { 3 } else { 0 };
    assert_eq!(costs, [8 + more, 8 + more]);
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
