//! Who else claims a host port, a domain or a place on the host; and which host port is free.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    equal_host_ports_clash_across_stacks,
    wildcards_clash_with_every_address,
    a_port_without_a_number_clashes_with_nothing,
    what_the_template_brings_is_a_claim_until_it_is_taken_away,
    only_live_and_enabled_instances_hold_anything,
    a_disabled_instance_sees_what_enabling_it_would_meet,
    domains_clash_whatever_their_port,
    volumes_clash_where_they_are_the_same_place,
    the_oldest_holder_is_named_and_all_are_counted,
    a_stack_shows_the_conflicts_of_its_instances,
    conflicts_cost_the_same_for_one_and_for_many,
    a_host_port_is_suggested_that_nobody_claims,
    suggestions_stay_inside_the_range,
);

/// A stack with one instance of a template that brings nothing, with these overrides.
async fn claim(t: &TestApp, stack: &str, overrides: Value) {
    let name = if stack == "api" { "web" } else { "api" };
    if t.data("{ template(name: \"plain\") { id } }", json!({})).await["template"] == json!(null) {
        t.done("createTemplate", json!({ "name": "plain", "imageName": "nginx" }), "").await;
    }
    t.stack(stack).await;
    let input =
        json!({ "stack": { "name": stack }, "template": { "name": "plain" }, "name": name, "overrides": overrides });
    t.done("createInstance", input, "").await;
}

fn port(ip: &str, port: i32, protocol: &str) -> Value {
    json!({ "ports": [{ "hostIp": ip, "hostPort": port, "containerPort": 80, "protocol": protocol }] })
}

/// The conflicts of `api` in a stack: kind, value and the stacks of the holders.
async fn conflicts(t: &TestApp, stack: &str) -> Vec<(String, String, Vec<String>)> {
    let query = "query ($stack: String!) { instance(stack: $stack, name: \"api\") { conflicts { kind value message
        instance { name stack { name } } holder { stack { name } } holders { stack { name } } holderCount } } }";
    let mut data = t.data(query, json!({ "stack": stack })).await;
    let found = data["instance"]["conflicts"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let each = found.as_array().unwrap().iter().map(|conflict| {
        assert_eq!(conflict["instance"], json!({ "name": "api", "stack": { "name": stack } }));
        assert_eq!(conflict["holder"], conflict["holders"][0]);
        let holders = conflict["holders"].as_array().unwrap();
        let message = text(&conflict["message"]);
        assert!(message.starts_with(&format!("{}/api", text(&holders[0]["stack"]["name"]))), "{message}");
        let holders: Vec<String> = holders.iter().map(|holder| text(&holder["stack"]["name"])).collect();
        assert_eq!(conflict["holderCount"], holders.len());
        (text(&conflict["kind"]), text(&conflict["value"]), holders)
    });
    each.collect()
}

fn one(kind: &str, value: &str, holders: &[&str]) -> Vec<(String, String, Vec<String>)> {
    vec![(kind.to_owned(), value.to_owned(), holders.iter().map(|name| (*name).to_owned()).collect())]
}

async fn equal_host_ports_clash_across_stacks(t: &TestApp) {
    claim(t, "a", port("127.0.0.1", 8080, "TCP")).await;
    claim(t, "b", port("127.0.0.1", 8080, "TCP")).await;
    claim(t, "c", port("127.0.0.1", 8081, "TCP")).await;
    claim(t, "d", port("127.0.0.1", 8080, "UDP")).await;
    claim(t, "e", port("127.0.0.2", 8080, "TCP")).await;
    claim(t, "f", port("::1", 8080, "TCP")).await;
    assert_eq!(conflicts(t, "a").await, one("HOST_PORT", "127.0.0.1:8080/tcp", &["b"]));
    assert_eq!(conflicts(t, "b").await, one("HOST_PORT", "127.0.0.1:8080/tcp", &["a"]));
    for stack in ["c", "d", "e", "f"] {
        assert_eq!(conflicts(t, stack).await, [], "{stack}");
    }
}

async fn wildcards_clash_with_every_address(t: &TestApp) {
    for (n, wildcard) in ["0.0.0.0", "::"].into_iter().enumerate() {
        for (m, other) in ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"].into_iter().enumerate() {
            let number = 9000 + i32::try_from(n * 10 + m).unwrap();
            let (a, b) = (format!("a{n}{m}"), format!("b{n}{m}"));
            claim(t, &a, port(wildcard, number, "TCP")).await;
            claim(t, &b, port(other, number, "TCP")).await;
            let shown = |ip: &str| if ip.contains(':') { format!("[{ip}]") } else { ip.to_owned() };
            let value = format!("{}:{number}/tcp", shown(wildcard));
            assert_eq!(conflicts(t, &a).await, one("HOST_PORT", &value, &[&b]), "{wildcard} {other}");
            assert_eq!(conflicts(t, &b).await.len(), 1, "{wildcard} {other}");
        }
    }
    claim(t, "mapped", port("::ffff:127.0.0.1", 7000, "TCP")).await;
    claim(t, "plain", port("127.0.0.1", 7000, "TCP")).await;
    assert_eq!(conflicts(t, "plain").await, one("HOST_PORT", "127.0.0.1:7000/tcp", &["mapped"]));
}

async fn a_port_without_a_number_clashes_with_nothing(t: &TestApp) {
    let open = json!({ "ports": [{ "hostPort": null, "containerPort": 80 }] });
    claim(t, "a", open.clone()).await;
    claim(t, "b", open).await;
    assert_eq!(conflicts(t, "a").await, []);
}

async fn what_the_template_brings_is_a_claim_until_it_is_taken_away(t: &TestApp) {
    let template =
        json!({ "name": "db", "imageName": "postgres", "ports": [{ "hostPort": 5432, "containerPort": 5432 }] });
    t.done("createTemplate", template, "").await;
    for stack in ["a", "b"] {
        t.stack(stack).await;
        let input = json!({ "stack": { "name": stack }, "template": { "name": "db" }, "name": "api" });
        t.done("createInstance", input, "").await;
    }
    let clash = one("HOST_PORT", "0.0.0.0:5432/tcp", &["a"]);
    assert_eq!(conflicts(t, "b").await, clash);
    let mine = TestApp::by_name("a", "api");
    let key = json!({ "port": { "containerPort": 5432 } });
    let other = json!({ "port": { "hostPort": 15432, "containerPort": 5432 } });
    for step in [json!({ "remove": key }), json!({ "replace": "PORT" }), json!({ "set": other })] {
        t.done("patchInstanceOverrides", json!({ "instance": mine, "operations": [step] }), "").await;
        assert_eq!(conflicts(t, "b").await, [], "{step}");
        assert_eq!(conflicts(t, "a").await, [], "{step}");
        let reset = json!([{ "reset": { "all": true } }]);
        t.done("patchInstanceOverrides", json!({ "instance": mine, "operations": reset }), "").await;
        assert_eq!(conflicts(t, "b").await, clash, "{step}");
    }
}

async fn only_live_and_enabled_instances_hold_anything(t: &TestApp) {
    claim(t, "a", port("0.0.0.0", 8080, "TCP")).await;
    claim(t, "b", port("0.0.0.0", 8080, "TCP")).await;
    let (stack, instance) = (json!({ "name": "b" }), TestApp::by_name("b", "api"));
    let held = one("HOST_PORT", "0.0.0.0:8080/tcp", &["b"]);
    for (off, on) in [
        (
            ("updateInstance", json!({ "instance": instance, "enabled": false })),
            ("updateInstance", json!({ "instance": instance, "enabled": true })),
        ),
        (
            ("updateStack", json!({ "stack": stack, "enabled": false })),
            ("updateStack", json!({ "stack": stack, "enabled": true })),
        ),
        (("softDeleteInstance", json!({ "instance": instance })), ("restoreInstance", json!({ "instance": instance }))),
        (("softDeleteStack", json!({ "stack": stack })), ("restoreStack", json!({ "stack": stack }))),
    ] {
        assert_eq!(conflicts(t, "a").await, held);
        t.done(off.0, off.1, "").await;
        assert_eq!(conflicts(t, "a").await, [], "{}", off.0);
        t.done(on.0, on.1, "").await;
    }
    assert_eq!(conflicts(t, "a").await, held);
}

async fn a_disabled_instance_sees_what_enabling_it_would_meet(t: &TestApp) {
    claim(t, "a", port("0.0.0.0", 8080, "TCP")).await;
    claim(t, "b", port("0.0.0.0", 8080, "TCP")).await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("a", "api"), "enabled": false }), "").await;
    assert_eq!(conflicts(t, "a").await, one("HOST_PORT", "0.0.0.0:8080/tcp", &["b"]));
    let query = "{ stack(name: \"a\") { conflicts { value } } }";
    assert_eq!(t.data(query, json!({})).await["stack"]["conflicts"], json!([]));
}

async fn domains_clash_whatever_their_port(t: &TestApp) {
    claim(t, "a", json!({ "domains": [{ "domain": "Shop.localhost", "proxyPort": 80 }] })).await;
    claim(t, "b", json!({ "domains": [{ "domain": "shop.LOCALHOST", "proxyPort": 81 }, { "domain": "b.localhost" }] }))
        .await;
    claim(t, "c", json!({ "domains": [{ "domain": "c.localhost" }] })).await;
    assert_eq!(conflicts(t, "b").await, one("DOMAIN", "shop.localhost", &["a"]));
    assert_eq!(conflicts(t, "c").await, []);
}

fn mount(kind: &str, source: &str, read_only: bool, is_external: bool) -> Value {
    json!({ "volumes": [{ "volumeType": kind, "source": source, "target": "/data", "readOnly": read_only,
        "isExternal": is_external }] })
}

async fn volumes_clash_where_they_are_the_same_place(t: &TestApp) {
    let cases = [
        (mount("BIND", "/srv/data", false, false), mount("BIND", "/srv//data/", false, false), Some("/srv/data")),
        (mount("BIND", "/srv/ro", true, false), mount("BIND", "/srv/ro", true, false), None),
        (mount("BIND", "/srv/rw", true, false), mount("BIND", "/srv/rw", false, false), Some("/srv/rw")),
        (mount("BIND", "~/data", false, false), mount("BIND", "~/data/", false, false), Some("~/data")),
        (mount("BIND", "./data", false, false), mount("BIND", "./data", false, false), None),
        (mount("VOLUME", "data", false, false), mount("VOLUME", "data", false, false), None),
        (mount("VOLUME", "shared", false, true), mount("VOLUME", "shared", false, true), Some("shared")),
        (mount("VOLUME", "mixed", false, true), mount("VOLUME", "mixed", false, false), None),
        (mount("VOLUME", "", false, false), mount("VOLUME", "", false, false), None),
        (mount("TMPFS", "", false, false), mount("TMPFS", "", false, false), None),
    ];
    for (n, (mine, other, clash)) in cases.into_iter().enumerate() {
        let (a, b) = (format!("a{n}"), format!("b{n}"));
        claim(t, &a, mine.clone()).await;
        claim(t, &b, other).await;
        let expected = clash.map_or(Vec::new(), |value| one("VOLUME", value, &[&b]));
        assert_eq!(conflicts(t, &a).await, expected, "{mine}");
    }
    // Inside one stack a relative path is one place.
    let second = json!({ "stack": { "name": "a4" }, "template": { "name": "plain" }, "name": "web",
        "overrides": mount("BIND", "./data/", false, false) });
    t.done("createInstance", second, "").await;
    let query = "{ instance(stack: \"a4\", name: \"api\") { conflicts { value holder { name } } } }";
    let found = t.data(query, json!({})).await;
    assert_eq!(found["instance"]["conflicts"], json!([{ "value": "./data", "holder": { "name": "web" } }]));
}

async fn the_oldest_holder_is_named_and_all_are_counted(t: &TestApp) {
    for n in 0..13 {
        claim(t, &format!("s{n:02}"), port("0.0.0.0", 8080, "TCP")).await;
    }
    let query = "{ instance(stack: \"s01\", name: \"api\") { conflicts { message holderCount holder { stack { name } }
        holders { stack { name } } } } }";
    let mut data = t.data(query, json!({})).await;
    let found = data["instance"]["conflicts"].take();
    assert_eq!(found.as_array().unwrap().len(), 1, "one entry for each of its own claims");
    assert_eq!(found[0]["holderCount"], 12);
    assert_eq!(
        found[0]["message"],
        "s00/api (and 11 more) publishes a port that clashes with 0.0.0.0:8080/tcp; give one of them another host port."
    );
    let holders = found[0]["holders"].as_array().unwrap();
    let names: Vec<&str> = holders.iter().map(|holder| holder["stack"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["s00", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10"]);
}

async fn a_stack_shows_the_conflicts_of_its_instances(t: &TestApp) {
    claim(t, "a", port("0.0.0.0", 8080, "TCP")).await;
    claim(
        t,
        "b",
        json!({ "ports": [{ "hostPort": 9090, "containerPort": 80 }],
        "domains": [{ "domain": "x.localhost" }] }),
    )
    .await;
    for (name, overrides) in [
        (
            "one",
            json!({ "ports": [{ "hostPort": 8080, "containerPort": 80 }], "domains": [{ "domain": "x.localhost" }] }),
        ),
        ("two", json!({ "ports": [{ "hostIp": "127.0.0.1", "hostPort": 8080, "containerPort": 80 }] })),
        ("three", json!({ "ports": [{ "hostPort": 7070, "containerPort": 80 }] })),
    ] {
        let input =
            json!({ "stack": { "name": "b" }, "template": { "name": "plain" }, "name": name, "overrides": overrides });
        t.done("createInstance", input, "").await;
    }
    let query =
        "{ stack(name: \"b\") { conflicts { kind instance { name } holder { name stack { name } } holderCount } } }";
    let conflict = |kind: &str, name: &str, holder: (&str, &str), count: i32| {
        json!({ "kind": kind, "instance": { "name": name }, "holder": { "name": holder.1, "stack": { "name": holder.0 } },
            "holderCount": count })
    };
    assert_eq!(
        t.data(query, json!({})).await["stack"]["conflicts"],
        json!([
            conflict("DOMAIN", "api", ("b", "one"), 1),
            conflict("HOST_PORT", "one", ("a", "api"), 2),
            conflict("DOMAIN", "one", ("b", "api"), 1),
            conflict("HOST_PORT", "two", ("a", "api"), 2),
        ])
    );
}

async fn conflicts_cost_the_same_for_one_and_for_many(t: &TestApp) {
    let mut costs = Vec::new();
    for n in 0..6 {
        claim(t, &format!("s{n}"), port("0.0.0.0", 8080 + n / 3, "TCP")).await;
        let query = "{ stacks(first: 100) { nodes { conflicts { value holder { name } } instances(first: 100) { nodes {
            conflicts { value holders { name } } } } } } }";
        let before = t.db.statements();
        t.data(query, json!({})).await;
        costs.push(t.db.statements() - before);
    }
    assert_eq!(costs[1..], [costs[1]; 5], "{costs:?}");
    assert!(costs[1] <= 2 + 2 * 18, "{costs:?}");
}

async fn suggest(t: &TestApp, near: i32, protocol: &str) -> Value {
    let query = format!("{{ suggestHostPort(near: {near}, protocol: {protocol}) }}");
    t.data(&query, json!({})).await["suggestHostPort"].take()
}

async fn a_host_port_is_suggested_that_nobody_claims(t: &TestApp) {
    assert_eq!(suggest(t, 8080, "TCP").await, 8080);
    claim(t, "a", port("127.0.0.1", 8080, "TCP")).await;
    claim(t, "b", port("0.0.0.0", 8081, "TCP")).await;
    claim(t, "c", port("0.0.0.0", 8083, "TCP")).await;
    assert_eq!(suggest(t, 8080, "TCP").await, 8082);
    assert_eq!(suggest(t, 8080, "UDP").await, 8080);
    // A disabled instance may be enabled again; a trashed one has given up what it had, until it is restored.
    t.done("updateInstance", json!({ "instance": TestApp::by_name("a", "api"), "enabled": false }), "").await;
    assert_eq!(suggest(t, 8080, "TCP").await, 8082);
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("a", "api") }), "").await;
    assert_eq!(suggest(t, 8080, "TCP").await, 8080);
    // What a rule takes away is free.
    let template =
        json!({ "name": "db", "imageName": "postgres", "ports": [{ "hostPort": 5432, "containerPort": 5432 }] });
    t.done("createTemplate", template, "").await;
    assert_eq!(suggest(t, 5432, "TCP").await, 5432, "a template alone claims nothing");
    let input = json!({ "stack": { "name": "b" }, "template": { "name": "db" }, "name": "db" });
    t.done("createInstance", input, "").await;
    assert_eq!(suggest(t, 5432, "TCP").await, 5433);
    let gone = json!({ "instance": TestApp::by_name("b", "db"), "operations": [{ "replace": "PORT" }] });
    t.done("patchInstanceOverrides", gone, "").await;
    assert_eq!(suggest(t, 5432, "TCP").await, 5432);
}

async fn suggestions_stay_inside_the_range(t: &TestApp) {
    let all = |from: i32, to: i32| {
        let ports: Vec<Value> = (from..=to).map(|n| json!({ "hostPort": n, "containerPort": n })).collect();
        json!({ "ports": ports })
    };
    // A full window of numbers and more, up to the end.
    claim(t, "a", all(65_136, 65_535)).await;
    claim(t, "b", all(64_700, 65_135)).await;
    claim(t, "c", all(64_300, 64_699)).await;
    assert_eq!(suggest(t, 65_535, "TCP").await, 64_299);
    assert_eq!(suggest(t, 64_299, "TCP").await, 64_299);
    assert_eq!(suggest(t, 64_300, "TCP").await, 64_299);
    claim(t, "d", all(80, 80)).await;
    assert_eq!(suggest(t, 80, "TCP").await, 81);
    for near in [0, -1, 65_536] {
        let answer = t.graphql(&format!("{{ suggestHostPort(near: {near}) }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{near}");
        assert_eq!(answer["data"], json!({ "suggestHostPort": null }));
    }
}
