//! Keys: asked again, it is the same fork.

use serde_json::{Value, json};

use super::{fork, input, see, shop};
use crate::support::{TestApp, both};

both!(
    asked_again_it_is_the_same_fork,
    a_key_is_that_of_a_live_fork_of_one_stack,
    a_restored_fork_does_without_its_key_if_another_one_has_it,
    a_fork_knows_its_source_and_a_stack_its_forks,
    an_idempotency_key_gives_the_first_answer,
    a_block_and_a_key_are_free_once_a_fork_is_in_the_trash,
);

async fn asked_again_it_is_the_same_fork(t: &TestApp) {
    shop(t).await;
    let wish = json!({ "key": "/home/me/src/shop-feature-x", "portBlock": 5 });
    let first = fork(t, wish.clone()).await;
    assert_eq!((&first["created"], &first["stack"]["name"]), (&json!(true), &json!("shop-feature-x")));
    // Other wishes do not count any more.
    for more in [wish, json!({ "key": "/home/me/src/shop-feature-x", "name": "shop-feature-x", "ports": "DROP" })] {
        let again = fork(t, more).await;
        assert_eq!(again["created"], false);
        for same in ["stack", "portMap", "environment", "portBlock"] {
            assert_eq!(again[same], first[same], "{same}");
        }
    }
    // The answer is what holds now.
    let instance = TestApp::by_name("shop-feature-x", "web");
    let set = json!({ "instance": instance, "overrides": { "ports": [{ "hostPort": 7777, "containerPort": 443 }] } });
    t.done("setInstanceOverrides", set, "").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "api") }), "").await;
    let again = fork(t, json!({ "key": "/home/me/src/shop-feature-x" })).await;
    let expected = [
        "web 80/TCP 0.0.0.0: 80 > 80",
        "web 443/TCP 0.0.0.0: 8443 > 7777",
        "web 443/UDP 0.0.0.0: 8443 > 8443",
        "api 5432/TCP 0.0.0.0: null > 8082",
    ];
    assert_eq!(super::mapped(&again), expected);
}

async fn a_key_is_that_of_a_live_fork_of_one_stack(t: &TestApp) {
    shop(t).await;
    let first = fork(t, json!({ "key": "k" })).await;
    assert_eq!(first["stack"]["name"], "shop-k");
    let of_fork = super::fork_of(t, "shop-k", json!({ "key": "k" })).await;
    assert_eq!((&of_fork["created"], &of_fork["stack"]["name"]), (&json!(true), &json!("shop-k-k")));
    t.done("softDeleteStack", json!({ "stack": { "name": "shop-k" } }), "").await;
    let second = fork(t, json!({ "key": "k" })).await;
    assert_eq!((&second["created"], &second["stack"]["name"]), (&json!(true), &json!("shop-k")));
    assert_ne!(first["stack"]["id"], second["stack"]["id"]);
    // Renaming changes nothing about it.
    t.done("renameStack", json!({ "stack": { "name": "shop-k" }, "name": "lab" }), "").await;
    let again = fork(t, json!({ "key": "k" })).await;
    assert_eq!((&again["created"], &again["stack"]["name"]), (&json!(false), &json!("lab")));
}

async fn a_restored_fork_does_without_its_key_if_another_one_has_it(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "key": "k", "name": "one" })).await;
    t.done("softDeleteStack", json!({ "stack": { "name": "one" } }), "").await;
    t.done("restoreStack", json!({ "stack": { "name": "one" } }), "").await;
    assert_eq!(fork(t, json!({ "key": "k" })).await["stack"]["name"], "one", "it has its key again");
    t.done("softDeleteStack", json!({ "stack": { "name": "one" } }), "").await;
    fork(t, json!({ "key": "k", "name": "two" })).await;
    t.done("restoreStack", json!({ "stack": { "name": "one" } }), "").await;
    assert_eq!(
        see(t, "one", "forkKey forkedFrom { name }").await,
        json!({ "forkKey": null, "forkedFrom": { "name": "shop" } })
    );
    assert_eq!(fork(t, json!({ "key": "k" })).await["stack"]["name"], "two");
}

async fn a_fork_knows_its_source_and_a_stack_its_forks(t: &TestApp) {
    shop(t).await;
    for name in ["c", "a", "b"] {
        fork(t, json!({ "name": name, "key": name })).await;
    }
    super::fork_of(t, "a", json!({ "name": "a-2" })).await;
    let forks = "forkedFrom { name } forkKey lease { expiresAt } forks { totalCount nodes { name forkKey forkedFrom { name } } }";
    let seen = see(t, "shop", forks).await;
    let of_shop = |name: &str| json!({ "name": name, "forkKey": name, "forkedFrom": { "name": "shop" } });
    let expected = json!({ "forkedFrom": null, "forkKey": null, "lease": null,
        "forks": { "totalCount": 3, "nodes": [of_shop("a"), of_shop("b"), of_shop("c")] } });
    assert_eq!(seen, expected);
    let page = "forks(first: 2) { nodes { name } pageInfo { hasNextPage endCursor } }";
    let first = see(t, "shop", page).await["forks"].take();
    assert_eq!((&first["nodes"][1]["name"], &first["pageInfo"]["hasNextPage"]), (&json!("b"), &json!(true)));
    let rest = format!("forks(last: 2, after: {}) {{ nodes {{ name }} }}", first["pageInfo"]["endCursor"]);
    assert_eq!(see(t, "shop", &rest).await["forks"]["nodes"], json!([{ "name": "c" }]));
    // Of all stacks at once, in one statement each.
    let all = "{ stacks { nodes { name forks(first: 2) { totalCount nodes { name } } } } }";
    let (few, seen) = t.cost_by_executor(all, json!({})).await;
    let counts: Vec<&Value> =
        seen["stacks"]["nodes"].as_array().unwrap().iter().map(|stack| &stack["forks"]["totalCount"]).collect();
    assert_eq!(counts, [1, 0, 0, 0, 3]);
    for name in ["x", "y"] {
        fork(t, json!({ "name": name })).await;
    }
    assert_eq!(t.cost_by_executor(all, json!({})).await.0, few);
    // A fork in the trash does not count; its source in the trash, or gone, is no harm.
    t.done("softDeleteStack", json!({ "stack": { "name": "c" } }), "").await;
    let gone =
        t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "stack { id forks { totalCount } }").await;
    assert_eq!(gone["stack"]["forks"]["totalCount"], 4);
    assert_eq!(see(t, "a", "forkedFrom { name }").await["forkedFrom"], json!({ "name": "shop" }));
    t.done("purgeStack", json!({ "stack": { "id": gone["stack"]["id"] } }), "").await;
    assert_eq!(see(t, "a", "forkedFrom { name }").await["forkedFrom"], Value::Null);
}

async fn an_idempotency_key_gives_the_first_answer(t: &TestApp) {
    shop(t).await;
    let wish = json!({ "name": "lab", "idempotencyKey": "once" });
    let first = fork(t, wish.clone()).await;
    assert_eq!(fork(t, wish).await, first);
    let renewed = json!({ "stack": { "name": "lab" }, "expiresIn": "P1D", "idempotencyKey": "twice" });
    let lease = "stack { lease { expiresAt } }";
    assert_eq!(
        t.done("renewLease", renewed.clone(), lease).await,
        t.done("renewLease", renewed, lease).await,
        "a repeated request does not renew it again"
    );
}

async fn a_block_and_a_key_are_free_once_a_fork_is_in_the_trash(t: &TestApp) {
    shop(t).await;
    let block = json!({ "key": "k", "portBlock": 10, "portRange": { "from": 20000, "to": 20009 } });
    fork(t, block.clone()).await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop-k" } }), "").await;
    let made = fork(t, block).await;
    assert_eq!((&made["created"], &made["portBlock"]["from"]), (&json!(true), &json!(20000)));
    // The first one comes back without its block.
    let trash = "{ trash { stacks { nodes { stack { id } } } } }";
    let id = t.data(trash, json!({})).await["trash"]["stacks"]["nodes"][0]["stack"]["id"].take();
    t.done("restoreStack", json!({ "stack": { "id": id }, "name": "old" }), "").await;
    let next = input("shop", json!({ "name": "next", "portBlock": 10, "portRange": { "from": 20000, "to": 20019 } }));
    assert_eq!(t.done("forkStack", next, "portBlock { from }").await["portBlock"]["from"], 20010);
}
