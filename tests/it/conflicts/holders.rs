//! Conflicts: which instances count as holders, the order of entries, and their cost.

use serde_json::{Value, json};

use super::{NONE, add, conflicts, enable, instance, of_stack, port, stacks};
use crate::support::{Engine, TestApp, both};

both!(
    only_live_enabled_instances_of_live_enabled_stacks_are_holders,
    a_disabled_instance_shows_what_enabling_it_would_meet,
    one_thing_claimed_twice_is_one_entry,
    an_instance_is_never_in_its_own_way,
    an_entry_names_everybody_oldest_first,
    a_stack_lists_the_conflicts_of_its_enabled_instances_in_order,
    the_cost_does_not_depend_on_how_many_conflict,
);

async fn only_live_enabled_instances_of_live_enabled_stacks_are_holders(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", port("0.0.0.0", 8080)).await;
    add(t, "blog/web", port("0.0.0.0", 8080)).await;
    let holder = ["HOST_PORT 0.0.0.0:8080/tcp: blog/web"];
    assert_eq!(conflicts(t, "shop/web").await, holder);
    enable(t, "blog/web", false).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    enable(t, "blog/web", true).await;
    for enabled in [false, true] {
        t.done("updateStack", json!({ "stack": { "name": "blog" }, "enabled": enabled }), "").await;
        assert_eq!(conflicts(t, "shop/web").await.len(), usize::from(enabled));
    }
    t.done("softDeleteInstance", json!({ "instance": instance("blog/web") }), "").await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    t.done("restoreInstance", json!({ "instance": instance("blog/web") }), "").await;
    assert_eq!(conflicts(t, "shop/web").await, holder);
    t.done("softDeleteStack", json!({ "stack": { "name": "blog" } }), "").await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
}

async fn a_disabled_instance_shows_what_enabling_it_would_meet(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", port("0.0.0.0", 8080)).await;
    add(t, "blog/web", port("0.0.0.0", 8080)).await;
    enable(t, "shop/web", false).await;
    assert_eq!(conflicts(t, "shop/web").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, NONE);
    assert_eq!(of_stack(t, "shop").await, NONE);
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "enabled": false }), "").await;
    enable(t, "shop/web", true).await;
    assert_eq!(of_stack(t, "shop").await, ["shop/web HOST_PORT 0.0.0.0:8080/tcp: blog/web"]);
    assert_eq!(of_stack(t, "blog").await, NONE);
}

async fn one_thing_claimed_twice_is_one_entry(t: &TestApp) {
    stacks(t).await;
    let twice = json!({
        "ports": [
            { "hostPort": 8080, "containerPort": 80 }, { "hostPort": 8080, "containerPort": 81 },
            { "hostIp": "127.0.0.1", "hostPort": 8080, "containerPort": 82 },
        ],
        "volumes": [
            { "source": "/srv/data", "target": "/a", "readOnly": true }, { "source": "/srv/data/", "target": "/b" },
        ],
        "domains": [{ "domain": "b.localhost" }, { "domain": "a.localhost" }],
    });
    add(t, "shop/web", twice.clone()).await;
    add(t, "blog/web", twice).await;
    // Two addresses are two claims.
    assert_eq!(
        conflicts(t, "shop/web").await,
        [
            "HOST_PORT 0.0.0.0:8080/tcp: blog/web",
            "HOST_PORT 127.0.0.1:8080/tcp: blog/web",
            "DOMAIN a.localhost: blog/web",
            "DOMAIN b.localhost: blog/web",
            "VOLUME /srv/data: blog/web",
        ]
    );
}

async fn an_instance_is_never_in_its_own_way(t: &TestApp) {
    stacks(t).await;
    let all = json!({
        "ports": [
            { "hostPort": 8080, "containerPort": 80 }, { "hostIp": "127.0.0.1", "hostPort": 8080, "containerPort": 81 },
        ],
        "volumes": [{ "source": "/srv", "target": "/a" }, { "source": "/srv", "target": "/b" }],
        "domains": [{ "domain": "a.localhost" }],
    });
    add(t, "shop/web", all).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    assert_eq!(of_stack(t, "shop").await, NONE);
}

async fn an_entry_names_everybody_oldest_first(t: &TestApp) {
    stacks(t).await;
    for path in ["blog/z", "shop/a", "blog/b"] {
        add(t, path, port("0.0.0.0", 8080)).await;
    }
    assert_eq!(conflicts(t, "blog/z").await, ["HOST_PORT 0.0.0.0:8080/tcp: shop/a, blog/b"]);
    assert_eq!(conflicts(t, "shop/a").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/z, blog/b"]);
    assert_eq!(conflicts(t, "blog/b").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/z, shop/a"]);
    // With equal times, the row written first.
    t.freeze_time();
    for n in 0..12 {
        add(t, &format!("shop/i{n:02}"), port("127.0.0.1", 8080)).await;
    }
    let query = "{ instance(stack: \"blog\", name: \"b\") { conflicts { message holderCount holders { name } } } }";
    let found = t.data(query, json!({})).await["instance"]["conflicts"][0].take();
    assert_eq!(found["holderCount"], 14);
    let names: Vec<&str> =
        found["holders"].as_array().unwrap().iter().map(|holder| holder["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["z", "a", "i00", "i01", "i02", "i03", "i04", "i05", "i06", "i07"]);
    assert_eq!(
        found["message"],
        "The host port 0.0.0.0:8080/tcp is also claimed by `blog/z` and 13 other instances: publish another host port, \
         or disable one of them."
    );
    // They listen on one address, all of them on the same.
    assert_eq!(of_stack(t, "shop").await.len(), 13);
}

async fn a_stack_lists_the_conflicts_of_its_enabled_instances_in_order(t: &TestApp) {
    stacks(t).await;
    let all = |port: i32| {
        json!({
            "ports": [{ "hostPort": port, "containerPort": 80 }, { "hostPort": 10080, "containerPort": 81 }],
            "domains": [{ "domain": "a.localhost" }], "volumes": [{ "source": "~/data", "target": "/a" }],
        })
    };
    add(t, "blog/web", all(9000)).await;
    add(t, "shop/web", all(9000)).await;
    add(t, "shop/off", all(9000)).await;
    add(t, "shop/api", all(9001)).await;
    enable(t, "shop/off", false).await;
    assert_eq!(
        of_stack(t, "shop").await,
        [
            "shop/web HOST_PORT 0.0.0.0:10080/tcp: blog/web, shop/api",
            "shop/web HOST_PORT 0.0.0.0:9000/tcp: blog/web",
            "shop/web DOMAIN a.localhost: blog/web, shop/api",
            "shop/web VOLUME ~/data: blog/web",
            "shop/api HOST_PORT 0.0.0.0:10080/tcp: blog/web, shop/web",
            "shop/api DOMAIN a.localhost: blog/web, shop/web",
            "shop/api VOLUME ~/data: blog/web",
        ]
    );
    t.done("softDeleteInstance", json!({ "instance": instance("shop/web") }), "").await;
    assert_eq!(of_stack(t, "shop").await.len(), 3);
}

/// The statements of a query, and its data.
async fn cost(t: &TestApp, query: &str) -> (u64, Value) {
    t.cost(query, json!({})).await
}

async fn the_cost_does_not_depend_on_how_many_conflict(t: &TestApp) {
    stacks(t).await;
    let all = json!({
        "ports": [{ "hostPort": 8080, "containerPort": 80 }], "domains": [{ "domain": "a.localhost" }],
        "volumes": [{ "source": "/srv", "target": "/a" }, { "source": "data", "target": "/b" }],
    });
    add(t, "blog/web", all.clone()).await;
    let selection = "conflicts { value instance { name } holders { name } holderCount }";
    let list = format!("{{ stack(name: \"shop\") {{ instances(first: 100) {{ nodes {{ {selection} }} }} }} }}");
    let stack = format!("{{ stack(name: \"shop\") {{ {selection} }} }}");
    let all_stacks = format!("{{ stacks {{ nodes {{ {selection} }} }} }}");
    // Rules and claims: PostgreSQL reads seven tables in one statement.
    let rows = if t.engine == Engine::Sqlite { 7 } else { 1 };
    let mut there = 0;
    for wanted in [1, 2, 30] {
        for n in there..wanted {
            add(t, &format!("shop/i{n}"), all.clone()).await;
        }
        there = wanted;
        let (statements, data) = cost(t, &list).await;
        let nodes = data["stack"]["instances"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), wanted);
        for node in nodes {
            assert_eq!(node["conflicts"].as_array().unwrap().len(), 3);
            assert_eq!(node["conflicts"][0]["holderCount"], wanted);
        }
        // The response is cached with its version, so a plan reads the objects in one statement. Then, in the executor:
        // the objects; the instances; their rules and what they claim through three kinds; for each of these which templates and
        // which instances claim the same (two); the listed holders, and their stacks; whether any text may contain references.
        // The check that finds the cached response of the round before to be out of date.
        let all = 12 + rows + u64::from(wanted > 1);
        assert_eq!(statements, all, "{wanted}");
        assert_eq!(cost(t, &stack).await.0, all, "{wanted}");
        assert_eq!(cost(t, &all_stacks).await.0, all, "{wanted}");
    }
    let alone = json!({ "ports": [{ "hostPort": 1, "containerPort": 1 }] });
    t.stack("alone").await;
    add(t, "alone/web", alone).await;
    assert_eq!(cost(t, "{ stack(name: \"alone\") { conflicts { value } } }").await.0, 6 + rows);
}
