//! `suggestHostPort`: which host port is suggested.

use serde_json::{Value, json};

use super::{add, add_of, enable, instance, port, set, stacks, template};
use crate::support::{TestApp, both};

both!(
    a_free_port_is_suggested,
    a_port_is_taken_by_what_is_in_effect,
    ports_of_the_system_are_suggested_only_when_asked_for,
    a_full_range_leads_downwards,
    near_is_a_port,
);

async fn suggest(t: &TestApp, arguments: &str) -> Value {
    counted(t, arguments).await.1
}

/// The number of statements, and the suggested port.
async fn counted(t: &TestApp, arguments: &str) -> (u64, Value) {
    let (cost, mut data) = t.cost(&format!("{{ suggestHostPort({arguments}) }}"), json!({})).await;
    (cost, data["suggestHostPort"].take())
}

async fn a_free_port_is_suggested(t: &TestApp) {
    stacks(t).await;
    assert_eq!(suggest(t, "near: 8080").await, 8080);
    add(t, "shop/web", port("0.0.0.0", 8080)).await;
    add(t, "blog/web", port("127.0.0.1", 8081)).await;
    assert_eq!(suggest(t, "near: 8080").await, 8082);
    assert_eq!(suggest(t, "near: 8079").await, 8079);
    assert_eq!(suggest(t, "near: 8080, protocol: UDP").await, 8080);
    let udp = json!({ "ports": [{ "hostPort": 8082, "containerPort": 80, "protocol": "UDP" }] });
    add(t, "blog/udp", udp).await;
    assert_eq!(suggest(t, "near: 8080").await, 8082);
    assert_eq!(suggest(t, "near: 8082, protocol: UDP").await, 8083);
}

async fn a_port_is_taken_by_what_is_in_effect(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "web", "ports": [{ "hostPort": 8080, "containerPort": 80 }] })).await;
    // A template alone claims nothing.
    assert_eq!(suggest(t, "near: 8080").await, 8080);
    add_of(t, "web", "shop/web", json!({})).await;
    assert_eq!(suggest(t, "near: 8080").await, 8081);
    // A disabled instance counts, because it can be enabled.
    enable(t, "shop/web", false).await;
    t.done("updateStack", json!({ "stack": { "name": "shop" }, "enabled": false }), "").await;
    assert_eq!(suggest(t, "near: 8080").await, 8081);
    let remove = json!({ "remove": { "port": { "containerPort": 80 } } });
    let patch = json!({ "instance": instance("shop/web"), "operations": [remove] });
    t.done("patchInstanceOverrides", patch, "").await;
    assert_eq!(suggest(t, "near: 8080").await, 8080);
    set(t, "shop/web", port("0.0.0.0", 8081)).await;
    assert_eq!(suggest(t, "near: 8081").await, 8082);
    t.done("softDeleteInstance", json!({ "instance": instance("shop/web") }), "").await;
    assert_eq!(suggest(t, "near: 8081").await, 8081);
    add(t, "blog/web", port("0.0.0.0", 8081)).await;
    assert_eq!(suggest(t, "near: 8081").await, 8082);
    t.done("softDeleteStack", json!({ "stack": { "name": "blog" } }), "").await;
    assert_eq!(suggest(t, "near: 8081").await, 8081);
}

/// Instances that claim all these ports.
async fn fill(t: &TestApp, name: &str, ports: std::ops::RangeInclusive<i32>) {
    let ports: Vec<i32> = ports.collect();
    for (n, part) in ports.chunks(500).enumerate() {
        let ports: Vec<Value> = part.iter().map(|port| json!({ "hostPort": port, "containerPort": port })).collect();
        add(t, &format!("shop/{name}-{n}"), json!({ "ports": ports })).await;
    }
}

async fn ports_of_the_system_are_suggested_only_when_asked_for(t: &TestApp) {
    stacks(t).await;
    fill(t, "all", 1024..=2100).await;
    assert_eq!(suggest(t, "near: 1024").await, 2101);
    assert_eq!(suggest(t, "near: 80").await, 80);
    fill(t, "system", 80..=1023).await;
    assert_eq!(suggest(t, "near: 80").await, 2101);
    assert_eq!(counted(t, "near: 79").await, (1, json!(79)));
    // Windows of 100, 400 and 1,600 ports, with one statement each.
    assert_eq!(counted(t, "near: 100").await, (3, json!(2101)));
}

async fn a_full_range_leads_downwards(t: &TestApp) {
    stacks(t).await;
    assert_eq!(suggest(t, "near: 65535").await, 65535);
    fill(t, "top", 64_000..=65_535).await;
    assert_eq!(suggest(t, "near: 65535").await, 63_999);
    assert_eq!(suggest(t, "near: 64100").await, 63_999);
    add(t, "blog/last", port("0.0.0.0", 63_999)).await;
    assert_eq!(suggest(t, "near: 65535").await, 63_998);
    // Everything of one protocol: 130 instances, 500 ports each.
    fill(t, "rest", 1024..=63_998).await;
    assert_eq!(suggest(t, "near: 65535").await, json!(null));
    assert_eq!(suggest(t, "near: 1024").await, json!(null));
    assert_eq!(suggest(t, "near: 1023").await, 1023);
    fill(t, "system", 2..=1023).await;
    assert_eq!(suggest(t, "near: 1023").await, 1);
    assert_eq!(suggest(t, "near: 1024, protocol: SCTP").await, 1024);
}

async fn near_is_a_port(t: &TestApp) {
    for near in [0, -1, 65_536, i32::MAX, i32::MIN] {
        let answer = t.graphql(&format!("{{ suggestHostPort(near: {near}) }}"), json!({})).await;
        assert_eq!(answer["data"]["suggestHostPort"], json!(null));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{near}");
        assert_eq!(answer["errors"][0]["path"], json!(["suggestHostPort"]));
    }
}
