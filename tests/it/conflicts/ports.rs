//! When two claims of a host port conflict.

use serde_json::{Value, json};

use super::{NONE, add, add_of, conflicts, instance, port, set, stacks, template};
use crate::support::{TestApp, both};

both!(
    the_same_port_on_clashing_addresses_is_a_conflict,
    ports_of_another_protocol_number_or_address_are_none,
    ports_chosen_at_start_are_none,
    a_port_of_the_template_counts_until_it_is_overridden,
    a_port_that_a_rule_takes_away_is_no_claim,
    a_copy_conflicts_with_its_source,
);

async fn the_same_port_on_clashing_addresses_is_a_conflict(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", json!({})).await;
    add(t, "blog/web", json!({})).await;
    for (one, other, value) in [
        ("0.0.0.0", "0.0.0.0", "0.0.0.0:8080/tcp"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1:8080/tcp"),
        ("127.0.0.1", "0.0.0.0", "127.0.0.1:8080/tcp"),
        ("0.0.0.0", "127.0.0.1", "0.0.0.0:8080/tcp"),
        ("::", "127.0.0.1", "[::]:8080/tcp"),
        ("10.0.0.1", "::", "10.0.0.1:8080/tcp"),
        ("::1", "0.0.0.0", "[::1]:8080/tcp"),
        ("::", "0.0.0.0", "[::]:8080/tcp"),
        ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1:8080/tcp"),
        ("0:0:0:0:0:0:0:1", "::1", "[::1]:8080/tcp"),
    ] {
        set(t, "shop/web", port(one, 8080)).await;
        set(t, "blog/web", port(other, 8080)).await;
        assert_eq!(conflicts(t, "shop/web").await, [format!("HOST_PORT {value}: blog/web")], "{one} {other}");
        assert_eq!(conflicts(t, "blog/web").await.len(), 1, "{one} {other}");
    }
    // In one stack as well.
    add(t, "shop/api", port("0.0.0.0", 9090)).await;
    set(t, "shop/web", port("127.0.0.1", 9090)).await;
    assert_eq!(conflicts(t, "shop/web").await, ["HOST_PORT 127.0.0.1:9090/tcp: shop/api"]);
}

async fn ports_of_another_protocol_number_or_address_are_none(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", port("127.0.0.1", 8080)).await;
    add(t, "blog/web", json!({})).await;
    let udp = json!({ "ports": [{ "hostPort": 8080, "containerPort": 80, "protocol": "UDP" }] });
    for other in [udp, port("127.0.0.1", 8081), port("127.0.0.2", 8080), port("::1", 8080)] {
        set(t, "blog/web", other.clone()).await;
        assert_eq!(conflicts(t, "shop/web").await, NONE, "{other}");
        assert_eq!(conflicts(t, "blog/web").await, NONE, "{other}");
    }
}

async fn ports_chosen_at_start_are_none(t: &TestApp) {
    stacks(t).await;
    let free = json!({ "ports": [{ "containerPort": 80 }] });
    add(t, "shop/web", free.clone()).await;
    add(t, "blog/web", free).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
}

async fn a_port_of_the_template_counts_until_it_is_overridden(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "web", "ports": [{ "hostPort": 8080, "containerPort": 80 }] })).await;
    add_of(t, "web", "shop/web", json!({})).await;
    add_of(t, "web", "blog/web", json!({})).await;
    add(t, "blog/api", port("127.0.0.1", 8080)).await;
    assert_eq!(conflicts(t, "shop/web").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/web, blog/api"]);
    assert_eq!(conflicts(t, "blog/api").await, ["HOST_PORT 127.0.0.1:8080/tcp: shop/web, blog/web"]);
    set(t, "blog/web", port("0.0.0.0", 18080)).await;
    assert_eq!(conflicts(t, "shop/web").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/api"]);
    assert_eq!(conflicts(t, "blog/web").await, NONE);
    // Another container port does not take the template's place.
    let beside = json!({ "ports": [{ "hostPort": 18080, "containerPort": 81 }] });
    set(t, "blog/web", beside).await;
    assert_eq!(conflicts(t, "blog/web").await, ["HOST_PORT 0.0.0.0:8080/tcp: shop/web, blog/api"]);
}

async fn a_port_that_a_rule_takes_away_is_no_claim(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "web", "ports": [{ "hostPort": 8080, "containerPort": 80 }] })).await;
    add_of(t, "web", "shop/web", json!({})).await;
    add_of(t, "web", "blog/web", json!({})).await;
    let rules = [json!({ "remove": { "port": { "containerPort": 80 } } }), json!({ "replace": "PORT" })];
    for rule in rules {
        let patch = |step: &Value| json!({ "instance": instance("blog/web"), "operations": [step] });
        t.done("patchInstanceOverrides", patch(&rule), "").await;
        assert_eq!(conflicts(t, "shop/web").await, NONE, "{rule}");
        assert_eq!(conflicts(t, "blog/web").await, NONE, "{rule}");
        t.done("patchInstanceOverrides", patch(&json!({ "reset": { "all": true } })), "").await;
        assert_eq!(conflicts(t, "shop/web").await, ["HOST_PORT 0.0.0.0:8080/tcp: blog/web"], "{rule}");
    }
}

async fn a_copy_conflicts_with_its_source(t: &TestApp) {
    stacks(t).await;
    add(t, "shop/web", port("0.0.0.0", 8080)).await;
    let made = t
        .done(
            "duplicateInstance",
            json!({ "instance": instance("shop/web") }),
            "warnings { code } instance { conflicts { value holder { name } } }",
        )
        .await;
    assert_eq!(made["warnings"], json!([{ "code": "HOST_PORT_SHARED" }]));
    assert_eq!(made["instance"]["conflicts"], json!([{ "value": "0.0.0.0:8080/tcp", "holder": { "name": "web" } }]));
}
