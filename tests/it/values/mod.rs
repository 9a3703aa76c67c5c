//! Validation of values, kind by kind: the code, path and suggestion of each error, and that nothing is written.

mod refusals;

use serde_json::{Value, json};

use self::refusals::refusals;
use crate::support::{Code, TestApp, both};

both!(
    every_limit_names_the_place_and_suggests_what_is_accepted,
    the_edges_of_the_limits_are_accepted,
    all_violations_of_an_input_are_reported_together,
    equal_keys_are_refused_also_after_normalization,
    a_collection_takes_500_entries,
    what_is_too_long_for_its_field_is_refused,
    a_config_file_of_many_short_lines_reaches_its_limit,
    a_nul_in_a_name_is_refused_or_finds_nothing,
    references_to_nothing_are_not_found,
);

/// The overrides with one entry, and the path to that entry.
fn overrides(kind: &str, entry: &Value) -> (Value, String) {
    let set = if kind == "healthcheck" { entry.clone() } else { json!([entry]) };
    let path = format!("input.overrides.{kind}{}", if kind == "healthcheck" { "" } else { ".0" });
    let mut out = json!({});
    out[kind] = set;
    (out, path)
}

/// A suggestion is text; in its place stands a value of the field's type.
fn put(entry: &mut Value, field: &str, suggestion: &str) {
    let value = &mut entry[field];
    *value = if value.is_string() { json!(suggestion) } else { serde_json::from_str(suggestion).unwrap() };
}

async fn every_limit_names_the_place_and_suggests_what_is_accepted(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "other").await;
    for (kind, mut entry, errors) in refusals() {
        let (set, place) = overrides(kind, &entry);
        let expected: Vec<_> =
            errors.iter().map(|(code, field, better)| json!([code, format!("{place}.{field}"), better])).collect();
        let create = json!({
            "stack": { "name": "shop" }, "template": { "name": "postgres" }, "name": "new", "overrides": set,
        });
        let write = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set });
        for (field, input) in [("createInstance", create), ("setInstanceOverrides", write)] {
            let payload = t.mutate(field, input, "instance { id }").await;
            let codes = TestApp::codes(&payload);
            let found = payload["userErrors"].as_array().unwrap().iter().zip(codes);
            let found: Vec<_> = found.map(|(error, (code, path))| json!([code, path, error["suggestion"]])).collect();
            assert_eq!(found, expected, "{field} {}", shown(&set));
            assert_eq!(payload["instance"], json!(null));
        }
        if errors.iter().all(|(.., better)| better.is_some()) {
            for (_, field, better) in errors {
                put(&mut entry, field, &better.unwrap());
            }
            let input =
                json!({ "instance": TestApp::by_name("shop", "other"), "overrides": overrides(kind, &entry).0 });
            let payload = t.mutate("setInstanceOverrides", input, "").await;
            assert_eq!(payload["userErrors"], json!([]), "suggested: {}", shown(&entry));
        }
    }
    nothing_written(t).await;
}

fn shown(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}

async fn nothing_written(t: &TestApp) {
    let query = "{ instance(stack: \"shop\", name: \"db\") { revision overrideCount } \
                   new: instance(stack: \"shop\", name: \"new\") { id } }";
    let found = t.data(query, json!({})).await;
    assert_eq!(found, json!({ "instance": { "revision": 1, "overrideCount": 0 }, "new": null }));
}

async fn the_edges_of_the_limits_are_accepted(t: &TestApp) {
    t.shop().await;
    let long = |c: &str, n| c.repeat(n);
    let cases = [
        ("ports", json!({ "hostPort": null, "containerPort": 1 })),
        ("ports", json!({ "hostPort": 1, "containerPort": 65535 })),
        ("ports", json!({ "hostPort": 65535, "containerPort": 80, "hostIp": "::", "protocol": "SCTP" })),
        ("ports", json!({ "containerPort": 80, "hostIp": "1234:5678:9abc:def0:1234:5678:9abc:def0" })),
        ("volumes", json!({ "source": "/s", "target": format!("/{}", long("a", 4095)) })),
        ("volumes", json!({ "volumeType": "VOLUME", "source": long("v", 255), "target": "data" })),
        ("volumes", json!({ "volumeType": "VOLUME", "target": "/anonymous" })),
        ("volumes", json!({ "volumeType": "TMPFS", "target": "/t" })),
        ("envVars", json!({ "key": long("A", 255), "value": long("v", 65_536) })),
        ("envVars", json!({ "key": "_.-", "value": null })),
        ("labels", json!({ "key": long("ä", 255), "value": long("v", 65_536) })),
        ("labels", json!({ "key": "devarchive", "value": "" })),
        ("domains", json!({ "domain": format!("{}.a", vec![long("a", 50); 5].join(".").get(..251).unwrap()) })),
        ("domains", json!({ "domain": long("a", 63), "proxyPort": 65535 })),
        ("healthcheck", json!({ "test": ["NONE"], "intervalSeconds": 1, "timeoutSeconds": 1, "retries": 0 })),
        (
            "healthcheck",
            json!({
                "test": ["CMD", ""], "intervalSeconds": i32::MAX, "timeoutSeconds": i32::MAX, "retries": 1000,
                "startPeriodSeconds": i32::MAX,
            }),
        ),
        ("configFiles", json!({ "filePath": "conf/x..y", "content": long("ä", 524_288), "fileMode": "07777" })),
        ("configFiles", json!({ "filePath": "/💾", "content": "\u{1}\r\n\t", "fileMode": "755" })),
    ];
    for (kind, entry) in cases {
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": overrides(kind, &entry).0 });
        let payload = t.mutate("setInstanceOverrides", input, "instance { id }").await;
        assert_eq!(payload["userErrors"], json!([]), "{}", shown(&entry));
    }
}

async fn all_violations_of_an_input_are_reported_together(t: &TestApp) {
    t.shop().await;
    let set = json!({
        "ports": [{ "containerPort": 80 }, { "containerPort": 0, "hostPort": 0, "hostIp": "x" }],
        "volumes": [{ "source": "", "target": "" }],
        "envVars": [{ "key": "1", "value": "\0" }],
        "labels": [{ "key": "devarch.x", "value": "\0" }],
        "domains": [{ "domain": "_", "proxyPort": 0 }],
        "healthcheck": { "test": [], "intervalSeconds": 0, "timeoutSeconds": 0, "retries": -1, "startPeriodSeconds": -1 },
        "configFiles": [{ "filePath": "..", "content": "\0", "fileMode": "x" }],
    });
    let fields = [
        "ports.1.hostIp",
        "ports.1.hostPort",
        "ports.1.containerPort",
        "volumes.0.target",
        "volumes.0.source",
        "envVars.0.key",
        "envVars.0.value",
        "labels.0.key",
        "labels.0.value",
        "domains.0.domain",
        "domains.0.proxyPort",
        "healthcheck.test",
        "healthcheck.intervalSeconds",
        "healthcheck.timeoutSeconds",
        "healthcheck.startPeriodSeconds",
        "healthcheck.retries",
        "configFiles.0.filePath",
        "configFiles.0.content",
        "configFiles.0.fileMode",
    ];
    let of_entries: Vec<Code> = fields
        .iter()
        .map(|field| {
            let code = if *field == "labels.0.key" { "RESERVED_LABEL" } else { "INVALID_VALUE" };
            (code.to_owned(), format!("input.overrides.{field}"))
        })
        .collect();
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set });
    assert_eq!(t.refused("setInstanceOverrides", input).await, of_entries);

    let input = json!({
        "stack": { "name": "nope" }, "template": { "name": "nope" }, "name": "New", "description": "\0",
        "overrides": set,
    });
    let of_itself = [
        ("NOT_FOUND", "input.stack.name"),
        ("NOT_FOUND", "input.template.name"),
        ("NAME_INVALID", "input.name"),
        ("INVALID_VALUE", "input.description"),
    ];
    let mut expected: Vec<Code> = of_itself.map(|(code, path)| (code.to_owned(), path.to_owned())).to_vec();
    expected.extend(of_entries);
    assert_eq!(t.refused("createInstance", input).await, expected);
    nothing_written(t).await;
}

async fn equal_keys_are_refused_also_after_normalization(t: &TestApp) {
    t.shop().await;
    let cases = [
        ("ports", json!([{ "containerPort": 80, "hostIp": "::1" }, { "containerPort": 80, "hostIp": "0:0::0:1" }])),
        ("volumes", json!([{ "source": "/a", "target": "/a//b/" }, { "source": "/b", "target": "/a/./b" }])),
        ("envVars", json!([{ "key": "A", "value": "1" }, { "key": "A", "value": "2" }])),
        ("labels", json!([{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }])),
        ("domains", json!([{ "domain": "Shop.Localhost" }, { "domain": "shop.localhost", "proxyPort": 1 }])),
        ("configFiles", json!([{ "filePath": "/a//b", "content": "" }, { "filePath": "/a/b", "content": "" }])),
    ];
    for (kind, entries) in &cases {
        let mut set = json!({});
        set[*kind] = entries.clone();
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set });
        let expected = ("DUPLICATE_KEY".to_owned(), format!("input.overrides.{kind}.1"));
        assert_eq!(t.refused("setInstanceOverrides", input).await, [expected]);
    }
    nothing_written(t).await;

    // These differ: keys of variables and labels have a case, and several host ports lead to one container port.
    let different = json!({
        "ports": [
            { "containerPort": 80, "hostPort": 1 }, { "containerPort": 80, "hostPort": 2 },
            { "containerPort": 80, "hostPort": 1, "protocol": "UDP" },
        ],
        "envVars": [{ "key": "A", "value": "" }, { "key": "a", "value": "" }],
        "labels": [{ "key": "A", "value": "" }, { "key": "a", "value": "" }],
    });
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": different });
    t.done("setInstanceOverrides", input, "").await;
}

async fn a_collection_takes_500_entries(t: &TestApp) {
    t.shop().await;
    for kind in ["ports", "volumes", "envVars", "labels", "domains", "configFiles"] {
        let entry = |n: usize| match kind {
            "ports" => json!({ "containerPort": n + 1 }),
            "volumes" => json!({ "source": "/s", "target": format!("/{n}") }),
            "envVars" => json!({ "key": format!("A{n}"), "value": null }),
            "labels" => json!({ "key": format!("a{n}"), "value": "" }),
            "domains" => json!({ "domain": format!("a{n}.localhost") }),
            _ => json!({ "filePath": format!("/{n}"), "content": "" }),
        };
        let write = |n: usize| {
            let mut set = json!({});
            set[kind] = (0..n).map(entry).collect();
            json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set })
        };
        let expected = ("LIMIT_EXCEEDED".to_owned(), format!("input.overrides.{kind}"));
        assert_eq!(t.refused("setInstanceOverrides", write(501)).await, [expected]);
        t.done("setInstanceOverrides", write(500), "").await;
    }
    let found = t.data("{ instance(stack: \"shop\", name: \"db\") { overrideCount revision } }", json!({})).await;
    assert_eq!(found["instance"], json!({ "overrideCount": 3000, "revision": 7 }));
}

async fn what_is_too_long_for_its_field_is_refused(t: &TestApp) {
    t.shop().await;
    let text = "x".repeat(65_537);
    let cases = [
        ("volumes", json!({ "source": text, "target": "/t" }), "source"),
        ("envVars", json!({ "key": "A", "value": text }), "value"),
        ("labels", json!({ "key": "a", "value": text }), "value"),
        ("healthcheck", json!({ "test": ["CMD-SHELL", text] }), "test"),
        ("configFiles", json!({ "filePath": "/f", "content": "x".repeat(1_048_577) }), "content"),
    ];
    for (kind, entry, field) in cases {
        let (set, place) = overrides(kind, &entry);
        let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set });
        let expected = ("LIMIT_EXCEEDED".to_owned(), format!("{place}.{field}"));
        assert_eq!(t.refused("setInstanceOverrides", input).await, [expected]);
    }
    let long = json!({ "name": "long", "description": "x".repeat(4097) });
    let expected = ("LIMIT_EXCEEDED".to_owned(), "input.description".to_owned());
    assert_eq!(t.refused("createStack", long).await, [expected]);
    nothing_written(t).await;
}

async fn a_config_file_of_many_short_lines_reaches_its_limit(t: &TestApp) {
    t.shop().await;
    // JSON writes each line break and quote as two bytes: the body is longer than the file.
    let content = "k = \"v\"\n".repeat(1_048_576 / 8);
    let set = json!({ "configFiles": [{ "filePath": "/f", "content": content }] });
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": set });
    let done = t.done("setInstanceOverrides", input, "instance { configFiles { content } }").await;
    assert_eq!(done["instance"]["configFiles"][0]["content"], json!(content));
}

async fn a_nul_in_a_name_is_refused_or_finds_nothing(t: &TestApp) {
    t.shop().await;
    let query = "query ($s: String!, $c: ID!) {
        stack(name: $s) { id } template(name: $s) { id } instance(stack: $s, name: $s) { id }
        inside: instance(stack: \"shop\", name: $s) { id } node(id: $c) { id } nodes(ids: [$c]) { id }
        stacks(search: $s) { nodes { id } totalCount }
        templates(search: $s) { nodes { id } totalCount } of: templates(category: $s) { nodes { id } totalCount }
        shop: stack(name: \"shop\") { instance(name: $s) { id } instances(search: $s) { nodes { id } totalCount } }
    }";
    let none = json!({ "nodes": [], "totalCount": 0 });
    // Longer than any name, and longer than a pattern may be.
    for text in ["\0".to_owned(), "shop\0".to_owned(), "a".repeat(100_000), "\u{1F4BE}".repeat(20_000)] {
        let found = t.data(query, json!({ "s": text, "c": text })).await;
        let expected = json!({
            "stack": null, "template": null, "instance": null, "inside": null, "node": null, "nodes": [null],
            "stacks": none, "templates": none, "of": none, "shop": { "instance": null, "instances": none },
        });
        assert_eq!(found, expected, "{:?}", text.chars().take(10).collect::<String>());
    }

    let code = |code: &str, path: &str| (code.to_owned(), format!("input.{path}"));
    let of_instance = [
        (json!({ "id": "\0" }), code("NOT_FOUND", "instance.id")),
        (TestApp::by_name("sho\0p", "db"), code("NOT_FOUND", "instance.byName.stack")),
        (TestApp::by_name("shop", "d\0b"), code("NOT_FOUND", "instance.byName.name")),
    ];
    for (instance, expected) in of_instance {
        for (field, rest) in [
            ("updateInstance", json!({ "enabled": false })),
            ("renameInstance", json!({ "name": "x" })),
            ("duplicateInstance", json!({})),
            ("softDeleteInstance", json!({})),
            ("restoreInstance", json!({})),
            ("setInstanceOverrides", json!({ "overrides": {} })),
        ] {
            let mut input = rest;
            input["instance"] = instance.clone();
            assert_eq!(t.refused(field, input).await, std::slice::from_ref(&expected), "{field}");
        }
    }
    let db = TestApp::by_name("shop", "db");
    let cases = [
        ("createStack", json!({ "name": "a\0" }), code("NAME_INVALID", "name")),
        ("createStack", json!({ "name": "a", "description": "\0" }), code("INVALID_VALUE", "description")),
        ("updateStack", json!({ "stack": { "name": "\0" } }), code("NOT_FOUND", "stack.name")),
        (
            "updateStack",
            json!({ "stack": { "name": "shop" }, "description": "\0" }),
            code("INVALID_VALUE", "description"),
        ),
        ("softDeleteStack", json!({ "stack": { "name": "shop\0" } }), code("NOT_FOUND", "stack.name")),
        ("softDeleteStack", json!({ "stack": { "id": "\0" } }), code("NOT_FOUND", "stack.id")),
        ("updateInstance", json!({ "instance": db, "name": "\0" }), code("NAME_INVALID", "name")),
        ("updateInstance", json!({ "instance": db, "description": "\0" }), code("INVALID_VALUE", "description")),
        ("renameInstance", json!({ "instance": db, "name": "a\0" }), code("NAME_INVALID", "name")),
        ("duplicateInstance", json!({ "instance": db, "name": "a\0" }), code("NAME_INVALID", "name")),
    ];
    for (field, input, expected) in cases {
        assert_eq!(t.refused(field, input.clone()).await, [expected], "{field} {input}");
    }
    let template = json!({ "name": "tpl", "imageName": "nginx" });
    for (field, value) in [
        ("description", json!("\0")),
        ("category", json!("\0")),
        ("imageName", json!("ngi\0nx")),
        ("imageTag", json!("\0")),
        ("command", json!(["\0"])),
        ("entrypoint", json!(["a", "\0"])),
        ("user", json!("\0")),
        ("workingDir", json!("/\0")),
        ("restartPolicy", json!("no\0")),
    ] {
        let mut input = template.clone();
        input[field] = value;
        assert_eq!(t.refused("createTemplate", input).await, [code("INVALID_VALUE", field)]);
    }
    nothing_written(t).await;
}

async fn references_to_nothing_are_not_found(t: &TestApp) {
    let shop = t.shop().await;
    let query = "{ stack(name: \"shop\") { id } template(name: \"postgres\") { id } }";
    let found = t.data(query, json!({})).await;
    let (stack, template, instance) = (&found["stack"]["id"], &found["template"]["id"], &shop["id"]);
    for (stack, template) in [(template, stack), (instance, instance)] {
        let input = json!({ "stack": { "id": stack }, "template": { "id": template }, "name": "new" });
        let expected = [
            ("NOT_FOUND".to_owned(), "input.stack.id".to_owned()),
            ("NOT_FOUND".to_owned(), "input.template.id".to_owned()),
        ];
        assert_eq!(t.refused("createInstance", input).await, expected);
    }
    let input = json!({ "stack": { "id": stack }, "template": { "id": template }, "name": "by-ids" });
    t.done("createInstance", input, "").await;
}
