//! The ledger of host ports, domains and volumes: who else claims what an instance claims, and which port is free.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    the_same_port_on_clashing_addresses_is_a_conflict,
    ports_of_another_protocol_number_or_address_are_none,
    ports_chosen_at_start_are_none,
    a_port_of_the_template_counts_until_it_is_overridden,
    a_port_that_a_rule_takes_away_is_no_claim,
    only_live_enabled_instances_of_live_enabled_stacks_are_holders,
    a_disabled_instance_shows_what_enabling_it_would_meet,
    a_domain_is_claimed_whatever_the_port_behind_it,
    an_external_volume_is_shared_by_its_name,
    a_path_of_the_host_is_the_same_however_it_is_spelled,
    a_relative_path_belongs_to_its_stack,
    what_is_only_read_is_no_conflict,
    volumes_that_nobody_else_sees_are_none,
    one_thing_claimed_twice_is_one_entry,
    an_instance_is_never_in_its_own_way,
    an_entry_names_everybody_oldest_first,
    a_stack_lists_the_conflicts_of_its_enabled_instances_in_order,
    a_copy_conflicts_with_its_source,
    the_cost_does_not_depend_on_how_many_conflict,
    a_free_port_is_suggested,
    a_port_is_taken_by_what_is_in_effect,
    ports_of_the_system_are_suggested_only_when_asked_for,
    a_full_range_leads_downwards,
    near_is_a_port,
);

/// The stacks `shop` and `blog`, and a template `app` that claims nothing.
async fn stacks(t: &TestApp) {
    for stack in ["shop", "blog"] {
        t.stack(stack).await;
    }
    template(t, json!({ "name": "app" })).await;
}

async fn template(t: &TestApp, mut input: Value) {
    input["imageName"] = json!("app");
    t.done("createTemplate", input, "").await;
}

/// An instance, `stack/name`, of a template.
async fn add_of(t: &TestApp, template: &str, path: &str, overrides: Value) {
    let (stack, name) = path.split_once('/').unwrap();
    let input = json!({
        "stack": { "name": stack }, "template": { "name": template }, "name": name, "overrides": overrides,
    });
    t.done("createInstance", input, "").await;
}

/// An instance of the template that claims nothing.
async fn add(t: &TestApp, path: &str, overrides: Value) {
    add_of(t, "app", path, overrides).await;
}

fn instance(path: &str) -> Value {
    let (stack, name) = path.split_once('/').unwrap();
    TestApp::by_name(stack, name)
}

async fn set(t: &TestApp, path: &str, overrides: Value) {
    t.done("setInstanceOverrides", json!({ "instance": instance(path), "overrides": overrides }), "").await;
}

async fn enable(t: &TestApp, path: &str, enabled: bool) {
    t.done("updateInstance", json!({ "instance": instance(path), "enabled": enabled }), "").await;
}

/// A TCP port, as an override.
fn port(ip: &str, number: i32) -> Value {
    json!({ "ports": [{ "hostIp": ip, "hostPort": number, "containerPort": 80 }] })
}

fn bind(source: &str) -> Value {
    json!({ "volumes": [{ "source": source, "target": "/data" }] })
}

const SELECTION: &str = "conflicts { kind value message holderCount instance { name stack { name } } \
     holder { name stack { name } } holders { name stack { name } } }";

fn path(of: &Value) -> String {
    format!("{}/{}", of["stack"]["name"].as_str().unwrap(), of["name"].as_str().unwrap())
}

/// Conflicts as `shop/web HOST_PORT 0.0.0.0:80/tcp: blog/web, blog/api`, after looking at what all of them keep.
fn told(conflicts: &Value) -> Vec<String> {
    let conflicts = conflicts.as_array().unwrap().iter().map(|conflict| {
        let holders: Vec<String> = conflict["holders"].as_array().unwrap().iter().map(path).collect();
        assert_eq!(holders[0], path(&conflict["holder"]));
        let message = conflict["message"].as_str().unwrap();
        assert!(message.contains(&format!("`{}`", holders[0])) && message.ends_with('.'), "{message}");
        let [kind, value] = ["kind", "value"].map(|key| conflict[key].as_str().unwrap());
        assert!(message.contains(value), "{message}");
        if holders.len() < 10 {
            assert_eq!(conflict["holderCount"], holders.len());
        }
        format!("{} {kind} {value}: {}", path(&conflict["instance"]), holders.join(", "))
    });
    conflicts.collect()
}

async fn conflicts(t: &TestApp, path: &str) -> Vec<String> {
    let (stack, name) = path.split_once('/').unwrap();
    let query =
        format!("query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ {SELECTION} }} }}");
    let data = t.data(&query, json!({ "stack": stack, "name": name })).await;
    let subject = format!("{path} ");
    let strip = |line: String| line.strip_prefix(&subject).unwrap_or_else(|| panic!("{line}")).to_owned();
    told(&data["instance"]["conflicts"]).into_iter().map(strip).collect()
}

async fn of_stack(t: &TestApp, stack: &str) -> Vec<String> {
    let query = format!("query ($stack: String!) {{ stack(name: $stack) {{ {SELECTION} }} }}");
    told(&t.data(&query, json!({ "stack": stack })).await["stack"]["conflicts"])
}

const NONE: [&str; 0] = [];

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

async fn a_domain_is_claimed_whatever_the_port_behind_it(t: &TestApp) {
    stacks(t).await;
    let domain = |name: &str, port: Value| json!({ "domains": [{ "domain": name, "proxyPort": port }] });
    template(t, json!({ "name": "web", "domains": [{ "domain": "shop.localhost" }] })).await;
    add(t, "shop/web", domain("Shop.Localhost", json!(8080))).await;
    add(t, "blog/web", domain("shop.localhost", json!(9090))).await;
    add(t, "blog/other", domain("www.shop.localhost", json!(null))).await;
    add_of(t, "web", "blog/inherits", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN shop.localhost: blog/web, blog/inherits"]);
    assert_eq!(conflicts(t, "blog/other").await, NONE);
    let remove = json!({ "remove": { "domain": "shop.localhost" } });
    let patch = json!({ "instance": instance("blog/inherits"), "operations": [remove] });
    t.done("patchInstanceOverrides", patch, "").await;
    assert_eq!(conflicts(t, "shop/web").await, ["DOMAIN shop.localhost: blog/web"]);
    assert_eq!(conflicts(t, "blog/inherits").await, NONE);
}

async fn an_external_volume_is_shared_by_its_name(t: &TestApp) {
    stacks(t).await;
    let volume = |source: &str, external: bool| json!({ "volumes": [{ "volumeType": "VOLUME", "source": source, "target": "/data", "isExternal": external }] });
    template(t, json!({ "name": "store", "volumes": volume("files", true)["volumes"] })).await;
    add(t, "shop/web", volume("files", true)).await;
    add_of(t, "store", "blog/web", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["VOLUME files: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, ["VOLUME files: shop/web"]);
    // A volume of its own takes the place of the template's.
    set(t, "blog/web", volume("files", false)).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    // A volume's name is no path, and another dot makes another name.
    set(t, "blog/web", bind("files")).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    set(t, "blog/web", volume("fi.les", true)).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
}

async fn a_path_of_the_host_is_the_same_however_it_is_spelled(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "store", "volumes": [{ "source": "/srv//data/", "target": "/x" }] })).await;
    add(t, "shop/web", bind("/srv/data")).await;
    add_of(t, "store", "blog/web", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, ["VOLUME /srv/data: blog/web"]);
    assert_eq!(conflicts(t, "blog/web").await, ["VOLUME /srv/data: shop/web"]);
    for (one, other, value) in [
        ("/srv/data/", "//srv/./data", Some("/srv/data")),
        ("~/data", "~//data/", Some("~/data")),
        ("/", "//", Some("/")),
        ("/srv/data", "/srv/da/ta", None),
        ("/srv/data", "/srv/data2", None),
        ("/srv/data", "/srv/Data", None),
    ] {
        set(t, "shop/web", bind(one)).await;
        // The template mounts its own somewhere else.
        set(t, "blog/web", json!({ "volumes": [{ "source": other, "target": "/x" }] })).await;
        let expected: Vec<String> = value.map(|value| format!("VOLUME {value}: blog/web")).into_iter().collect();
        assert_eq!(conflicts(t, "shop/web").await, expected, "{one} {other}");
    }
    let long = format!("/srv/{}", "a/".repeat(2000));
    set(t, "shop/web", bind(&format!("{long}b"))).await;
    set(t, "blog/web", json!({ "volumes": [{ "source": format!("{long}c"), "target": "/x" }] })).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    set(t, "shop/web", bind(&format!("{long}c"))).await;
    assert_eq!(conflicts(t, "shop/web").await.len(), 1);
}

async fn a_relative_path_belongs_to_its_stack(t: &TestApp) {
    stacks(t).await;
    template(t, json!({ "name": "store", "volumes": [{ "source": "data", "target": "/x" }] })).await;
    add(t, "shop/web", bind("./data")).await;
    add(t, "blog/web", bind("./data")).await;
    add_of(t, "store", "blog/inherits", json!({})).await;
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    add(t, "shop/api", bind("data/")).await;
    add(t, "blog/api", bind("/data")).await;
    assert_eq!(conflicts(t, "shop/web").await, ["VOLUME ./data: shop/api"]);
    assert_eq!(conflicts(t, "blog/web").await, ["VOLUME ./data: blog/inherits"]);
    assert_eq!(conflicts(t, "blog/api").await, NONE);
    // One list, in which the same text means several things.
    add(t, "shop/root", bind("/data")).await;
    assert_eq!(
        of_stack(t, "shop").await,
        ["shop/web VOLUME ./data: shop/api", "shop/api VOLUME ./data: shop/web", "shop/root VOLUME /data: blog/api",]
    );
}

async fn what_is_only_read_is_no_conflict(t: &TestApp) {
    stacks(t).await;
    let mount = |kind: &str, source: &str, read_only: bool| {
        json!({ "volumes": [{
            "volumeType": kind, "source": source, "target": "/data", "readOnly": read_only,
            "isExternal": kind == "VOLUME",
        }] })
    };
    add(t, "shop/web", json!({})).await;
    add(t, "blog/web", json!({})).await;
    for (kind, source) in [("BIND", "/srv/data"), ("VOLUME", "files")] {
        for (one, other) in [(true, true), (true, false), (false, true), (false, false)] {
            set(t, "shop/web", mount(kind, source, one)).await;
            set(t, "blog/web", mount(kind, source, other)).await;
            let expected = usize::from(!(one && other));
            assert_eq!(conflicts(t, "shop/web").await.len(), expected, "{kind} {one} {other}");
            assert_eq!(conflicts(t, "blog/web").await.len(), expected, "{kind} {one} {other}");
        }
    }
}

async fn volumes_that_nobody_else_sees_are_none(t: &TestApp) {
    stacks(t).await;
    let own = json!({ "volumes": [
        { "volumeType": "VOLUME", "source": "data", "target": "/named" },
        { "volumeType": "VOLUME", "target": "/anonymous" },
        { "volumeType": "TMPFS", "target": "/memory" },
    ] });
    for path in ["shop/web", "shop/api", "blog/web"] {
        add(t, path, own.clone()).await;
    }
    assert_eq!(conflicts(t, "shop/web").await, NONE);
    assert_eq!(of_stack(t, "shop").await, NONE);
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
    // Of the same moment, the one that was written first.
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
            "shop/web VOLUME ~/data: blog/web, shop/api",
            "shop/api HOST_PORT 0.0.0.0:10080/tcp: blog/web, shop/web",
            "shop/api DOMAIN a.localhost: blog/web, shop/web",
            "shop/api VOLUME ~/data: blog/web, shop/web",
        ]
    );
    t.done("softDeleteInstance", json!({ "instance": instance("shop/web") }), "").await;
    assert_eq!(of_stack(t, "shop").await.len(), 3);
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

/// The statements of a query, and its data.
async fn cost(t: &TestApp, query: &str) -> (u64, Value) {
    let before = t.db.statements();
    let data = t.data(query, json!({})).await;
    (t.db.statements() - before, data)
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
            assert_eq!(node["conflicts"].as_array().unwrap().len(), if wanted == 1 { 3 } else { 4 });
            assert_eq!(node["conflicts"][0]["holderCount"], wanted);
        }
        // The stack and its page; the instances and their rules; for each of three kinds what they claim (two), who
        // else may, and the rules and claims of those (three); those who are told of, and their stacks.
        assert_eq!(statements, 24, "{wanted}");
        assert_eq!(cost(t, &stack).await.0, 23, "{wanted}");
        // Nobody is there who is not asked about.
        assert_eq!(cost(t, &all_stacks).await.0, 14, "{wanted}");
    }
    let alone = json!({ "ports": [{ "hostPort": 1, "containerPort": 1 }] });
    t.stack("alone").await;
    add(t, "alone/web", alone).await;
    assert_eq!(cost(t, "{ stack(name: \"alone\") { conflicts { value } } }").await.0, 10);
}

async fn suggest(t: &TestApp, arguments: &str) -> Value {
    t.data(&format!("{{ suggestHostPort({arguments}) }}"), json!({})).await["suggestHostPort"].take()
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
    // What is disabled can be enabled.
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
    let before = t.db.statements();
    assert_eq!(suggest(t, "near: 79").await, 79);
    assert_eq!(t.db.statements() - before, 1);
    // Two windows: of the numbers that are named, and of who may claim them.
    let before = t.db.statements();
    assert_eq!(suggest(t, "near: 100").await, 2101);
    assert_eq!(t.db.statements() - before, 10);
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
