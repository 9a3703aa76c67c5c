//! Writing whole collections of overrides.

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, Engine, TestApp, both, code};

both!(
    every_column_of_every_kind_comes_back,
    many_kinds_are_written_in_few_statements,
    defaults_are_those_of_the_columns,
    an_instance_inherits_everything_until_it_says_otherwise,
    absent_kinds_are_untouched,
    an_empty_list_and_null_clear_one_kind,
    a_collection_is_replaced_whole,
    the_same_content_again_changes_nothing,
    entries_keep_the_order_in_which_they_were_given,
    several_host_ports_lead_to_one_container_port,
    an_entry_cannot_be_there_twice,
    a_config_file_knows_when_it_was_made_and_changed,
    argument_boundaries_of_a_healthcheck_survive,
    awkward_text_comes_back_byte_for_byte,
    a_file_of_a_mebibyte_comes_back_and_one_byte_more_is_refused,
    five_hundred_entries_are_accepted_and_one_more_is_refused,
    everything_wrong_is_reported_together_and_nothing_changes,
);

/// The collections, as they are answered, that leave everything to the template.
fn nothing() -> Value {
    json!({
        "ports": [], "volumes": [], "envVars": [], "labels": [], "domains": [], "healthcheck": null, "configFiles": [],
    })
}

/// Several entries of every kind, with every column, none of them its default everywhere.
fn full() -> Value {
    json!({
        "ports": [
            { "hostIp": "127.0.0.1", "hostPort": 15432, "containerPort": 5432, "protocol": "TCP" },
            { "hostIp": "::1", "hostPort": null, "containerPort": 53, "protocol": "UDP" },
            { "hostIp": "0.0.0.0", "hostPort": 65535, "containerPort": 1, "protocol": "SCTP" },
        ],
        "volumes": [
            { "volumeType": "BIND", "source": "/srv/a b", "target": "/a b", "readOnly": true, "isExternal": false },
            { "volumeType": "VOLUME", "source": "shared", "target": "/data", "readOnly": false, "isExternal": true },
            { "volumeType": "VOLUME", "source": "", "target": "/cache", "readOnly": false, "isExternal": false },
            { "volumeType": "TMPFS", "source": "", "target": "run", "readOnly": false, "isExternal": false },
        ],
        "envVars": [
            { "key": "B", "value": "plain", "isSecret": false },
            { "key": "A_1.x-y", "value": "s3cret", "isSecret": true },
            { "key": "_", "value": null, "isSecret": false },
            { "key": "EMPTY", "value": "", "isSecret": true },
        ],
        "labels": [{ "key": "z/team", "value": "orders" }, { "key": "a", "value": "" }],
        "domains": [{ "domain": "b.localhost", "proxyPort": 8080 }, { "domain": "a", "proxyPort": null }],
        "healthcheck": {
            "test": ["CMD", "true"], "intervalSeconds": 1, "timeoutSeconds": 2, "retries": 0, "startPeriodSeconds": 4,
        },
        "configFiles": [
            { "filePath": "/etc/b.conf", "content": "b\n", "fileMode": "0400", "isTemplate": true },
            { "filePath": "conf.d/a", "content": "", "fileMode": "755", "isTemplate": false },
        ],
    })
}

/// One kind alone.
fn only(kind: &str, entries: Value) -> Value {
    let mut one = json!({});
    one[kind] = entries;
    one
}

/// The kinds, by their fields.
fn kinds() -> Vec<String> {
    nothing().as_object().unwrap().keys().cloned().collect()
}

/// A write of overrides to the shop's `db`.
fn input(overrides: &Value) -> Value {
    json!({ "instance": TestApp::by_name("shop", "db"), "overrides": overrides })
}

/// Writes overrides, and gives back the collections as the answer shows them.
async fn set(t: &TestApp, overrides: &Value) -> Value {
    let done = t.done("setInstanceOverrides", input(overrides), &format!("instance {{ {COLLECTIONS} }}")).await;
    t.unmasked("shop", "db", done["instance"].clone()).await
}

/// Everything that a read shows of `db` but its collections.
async fn state(t: &TestApp) -> Value {
    let query = "{ instance(stack: \"shop\", name: \"db\") { revision updatedAt overrideCount
        configFiles { filePath createdAt updatedAt } } }";
    t.data(query, json!({})).await["instance"].take()
}

/// The collections as a read shows them.
async fn read(t: &TestApp) -> Value {
    let query = format!("{{ instance(stack: \"shop\", name: \"db\") {{ {COLLECTIONS} }} }}");
    t.unmasked("shop", "db", t.data(&query, json!({})).await["instance"].take()).await
}

async fn every_column_of_every_kind_comes_back(t: &TestApp) {
    t.shop().await;
    assert_eq!(set(t, &full()).await, full());
    assert_eq!(read(t).await, full());
    assert_eq!(state(t).await["overrideCount"], 3 + 4 + 4 + 2 + 2 + 1 + 2);
}

/// Lists in reverse, so that every entry that stays moves.
fn reversed(overrides: &Value) -> Value {
    let mut reversed = overrides.clone();
    for entries in reversed.as_object_mut().unwrap().values_mut() {
        if let Value::Array(entries) = entries {
            entries.reverse();
        }
    }
    reversed
}

async fn many_kinds_are_written_in_few_statements(t: &TestApp) {
    t.shop().await;
    let mut costs = Vec::new();
    let (full, nothing) = (full(), nothing());
    let labels = json!({ "labels": full["labels"] });
    let none = json!({ "labels": [] });
    for wanted in [&full, &reversed(&full), &full, &nothing, &labels, &none] {
        let before = t.db.statements();
        t.done("setInstanceOverrides", input(wanted), "instance { name }").await;
        costs.push(t.db.statements() - before);
        let there = read(t).await;
        for (kind, entries) in wanted.as_object().unwrap() {
            assert_eq!(&there[kind], entries);
        }
    }
    // The stack, the instance, its rules and rows; what may equal an entry; what is deleted, updated and inserted: of all kinds
    // together on PostgreSQL. Then the instance, its claims and the log.
    let expected = if t.engine == Engine::Sqlite { [32, 44, 44, 23, 12, 12] } else { [14, 16, 16, 12, 8, 8] };
    assert_eq!(costs, expected);
}

async fn defaults_are_those_of_the_columns(t: &TestApp) {
    t.shop().await;
    let least = json!({
        "ports": [{ "containerPort": 80 }],
        "volumes": [{ "source": "./data", "target": "/data" }],
        "envVars": [{ "key": "A" }],
        "domains": [{ "domain": "A.Localhost" }],
        "healthcheck": { "test": ["NONE"] },
        "configFiles": [{ "filePath": "/etc//./app.conf", "content": "" }],
    });
    assert_eq!(
        set(t, &least).await,
        json!({
            "ports": [{ "hostIp": "0.0.0.0", "hostPort": null, "containerPort": 80, "protocol": "TCP" }],
            "volumes": [
                { "volumeType": "BIND", "source": "./data", "target": "/data", "readOnly": false, "isExternal": false },
            ],
            "envVars": [{ "key": "A", "value": null, "isSecret": false }],
            "labels": [],
            "domains": [{ "domain": "a.localhost", "proxyPort": null }],
            "healthcheck": {
                "test": ["NONE"], "intervalSeconds": 30, "timeoutSeconds": 10, "retries": 3, "startPeriodSeconds": 0,
            },
            "configFiles": [
                { "filePath": "/etc/app.conf", "content": "", "fileMode": "0644", "isTemplate": false },
            ],
        })
    );
}

async fn an_instance_inherits_everything_until_it_says_otherwise(t: &TestApp) {
    t.shop().await;
    assert_eq!(state(t).await["overrideCount"], 0);
    assert_eq!(read(t).await, nothing());
    set(t, &full()).await;
    set(t, &nothing()).await;
    assert_eq!(state(t).await["overrideCount"], 0);
    let query = "{ template(name: \"postgres\") { ports { containerPort } envVars { key value } } }";
    let template = t.data(query, json!({})).await["template"].take();
    assert_eq!(template["ports"], json!([{ "containerPort": 5432 }]));
    assert_eq!(template["envVars"][0], json!({ "key": "POSTGRES_USER", "value": "postgres" }));
}

async fn absent_kinds_are_untouched(t: &TestApp) {
    t.shop().await;
    set(t, &full()).await;
    let before = state(t).await;
    assert_eq!(set(t, &json!({})).await, full());
    assert_eq!(state(t).await, before);
    let mut expected = full();
    expected["labels"] = json!([{ "key": "only", "value": "label" }]);
    assert_eq!(set(t, &only("labels", expected["labels"].clone())).await, expected);
    // The secret's value too, which the write did not mention.
    assert_eq!(read(t).await["envVars"][1]["value"], "s3cret");
}

async fn an_empty_list_and_null_clear_one_kind(t: &TestApp) {
    t.shop().await;
    for kind in kinds() {
        for empty in [nothing()[&kind].clone(), json!(null)] {
            set(t, &full()).await;
            let mut expected = full();
            expected[&kind] = nothing()[&kind].clone();
            assert_eq!(set(t, &only(&kind, empty)).await, expected, "{kind}");
            assert_eq!(read(t).await, expected, "{kind}");
        }
    }
}

async fn a_collection_is_replaced_whole(t: &TestApp) {
    t.shop().await;
    set(t, &full()).await;
    for kind in kinds() {
        let mut wanted = full()[&kind].take();
        match &mut wanted {
            Value::Array(entries) => drop(entries.drain(..1)),
            healthcheck => healthcheck["retries"] = json!(1000),
        }
        let mut expected = read(t).await;
        expected[&kind] = wanted.clone();
        assert_eq!(set(t, &only(&kind, wanted)).await, expected, "{kind}");
    }
}

async fn the_same_content_again_changes_nothing(t: &TestApp) {
    t.shop().await;
    set(t, &full()).await;
    let before = state(t).await;
    assert_eq!(before["revision"], 2);
    assert_eq!(set(t, &full()).await, full());
    assert_eq!(state(t).await, before);
    for kind in kinds() {
        set(t, &only(&kind, full()[&kind].take())).await;
        assert_eq!(state(t).await, before, "{kind}");
    }
}

async fn entries_keep_the_order_in_which_they_were_given(t: &TestApp) {
    t.shop().await;
    let scrambled = |step: usize| (0..31).map(move |n| n * step % 31 + 1);
    for step in [7, 12, 30] {
        let wanted = json!({
            "ports": scrambled(step).map(|n| json!({ "containerPort": n })).collect::<Vec<_>>(),
            "volumes": scrambled(step).map(|n| json!({ "source": "/s", "target": format!("/t{n}") })).collect::<Vec<_>>(),
            "envVars": scrambled(step).map(|n| json!({ "key": format!("K{n}") })).collect::<Vec<_>>(),
            "labels": scrambled(step).map(|n| json!({ "key": format!("l{n}"), "value": "" })).collect::<Vec<_>>(),
            "domains": scrambled(step).map(|n| json!({ "domain": format!("d{n}") })).collect::<Vec<_>>(),
            "configFiles": scrambled(step)
                .map(|n| json!({ "filePath": format!("/f{n}"), "content": "" }))
                .collect::<Vec<_>>(),
        });
        set(t, &wanted).await;
        let found = read(t).await;
        for (kind, entries) in wanted.as_object().unwrap() {
            for (index, entry) in entries.as_array().unwrap().iter().enumerate() {
                for (field, value) in entry.as_object().unwrap() {
                    assert_eq!(found[kind][index][field], *value, "{kind}.{index}");
                }
            }
        }
    }
}

async fn several_host_ports_lead_to_one_container_port(t: &TestApp) {
    t.shop().await;
    let ports = json!([
        { "hostIp": "0.0.0.0", "hostPort": 8080, "containerPort": 80, "protocol": "TCP" },
        { "hostIp": "0.0.0.0", "hostPort": 80, "containerPort": 80, "protocol": "TCP" },
        { "hostIp": "127.0.0.1", "hostPort": 8080, "containerPort": 80, "protocol": "TCP" },
        { "hostIp": "0.0.0.0", "hostPort": null, "containerPort": 80, "protocol": "TCP" },
    ]);
    assert_eq!(set(t, &only("ports", ports.clone())).await["ports"], ports);
    assert_eq!(read(t).await["ports"], ports);
}

async fn an_entry_cannot_be_there_twice(t: &TestApp) {
    t.shop().await;
    let twice = json!({
        "ports": [{ "containerPort": 80, "hostIp": "::1" }, { "containerPort": 80, "hostIp": "0:0:0:0:0:0:0:1" }],
        "volumes": [{ "source": "/s", "target": "/a" }, { "source": "/s", "target": "//a/" }],
        "envVars": [{ "key": "A" }, { "key": "A", "value": "x" }],
        "labels": [{ "key": "a", "value": "" }, { "key": "a", "value": "x" }],
        "domains": [{ "domain": "a.b" }, { "domain": "A.B", "proxyPort": 1 }],
        "configFiles": [{ "filePath": "/a", "content": "" }, { "filePath": "/./a", "content": "x" }],
    });
    let expected: Vec<_> = twice
        .as_object()
        .unwrap()
        .keys()
        .map(|kind| code("DUPLICATE_KEY", &format!("input.overrides.{kind}.1")))
        .collect();
    assert_eq!(t.refused("setInstanceOverrides", input(&twice)).await, expected);
    assert_eq!(read(t).await, nothing());
}

async fn a_config_file_knows_when_it_was_made_and_changed(t: &TestApp) {
    t.shop().await;
    let files = |a: &str| json!([{ "filePath": "/a", "content": a }, { "filePath": "/b", "content": "b" }]);
    set(t, &only("configFiles", files("1"))).await;
    let before = state(t).await["configFiles"].take();
    assert_eq!(before[0]["createdAt"], before[0]["updatedAt"]);
    set(t, &only("configFiles", files("2"))).await;
    let after = state(t).await;
    assert_eq!(after["configFiles"][0]["createdAt"], before[0]["createdAt"]);
    assert_eq!(after["configFiles"][0]["updatedAt"], after["updatedAt"]);
    assert_ne!(after["configFiles"][0]["updatedAt"], before[0]["updatedAt"]);
    assert_eq!(after["configFiles"][1], before[1]);
}

async fn argument_boundaries_of_a_healthcheck_survive(t: &TestApp) {
    t.shop().await;
    for test in [
        json!(["CMD", "sh", "-c", "a b", "", " ", "\"q\" 'r'", "$X ${Y} $$", "back\\slash", "[1,2]", "ü\n\t"]),
        json!(["CMD-SHELL", "curl -f \"http://localhost/?a=b&c=$D\" || exit 1"]),
        json!(["CMD", "[\"CMD\"]"]),
        json!(["NONE"]),
    ] {
        set(t, &only("healthcheck", json!({ "test": test }))).await;
        assert_eq!(read(t).await["healthcheck"]["test"], test);
    }
}

async fn awkward_text_comes_back_byte_for_byte(t: &TestApp) {
    t.shop().await;
    let awkward = [
        "$HOME ${X:-y} $$ $",
        "'single' \"double\" `back`",
        "%s %_ \\ \\n ; -- '); DROP TABLE stacks; --",
        "line\nline\r\nline\r\ttab",
        " around ",
        "\u{feff}Grüße 日本語 🦀 e\u{301} \u{202e}\u{1}\u{7f}",
        "**",
        "null",
        "{}",
    ];
    for text in awkward {
        let wanted = json!({
            "envVars": [{ "key": "A", "value": text, "isSecret": true }, { "key": "B", "value": text, "isSecret": false }],
            "labels": [{ "key": "a", "value": text }],
            "configFiles": [{ "filePath": "/a", "content": text, "fileMode": "0644", "isTemplate": false }],
        });
        set(t, &wanted).await;
        let found = read(t).await;
        for (kind, entries) in wanted.as_object().unwrap() {
            assert_eq!(found[kind], *entries, "{text:?}");
        }
    }
}

async fn a_file_of_a_mebibyte_comes_back_and_one_byte_more_is_refused(t: &TestApp) {
    t.shop().await;
    // Two bytes, one byte, and what JSON writes with two: a mebibyte of UTF-8, not of characters.
    let content = "ü$\"\n\\ab".repeat(1_048_576 / 8);
    assert_eq!(content.len(), 1_048_576);
    let file = |content: &str| only("configFiles", json!([{ "filePath": "/a", "content": content }]));
    set(t, &file(&content)).await;
    assert!(read(t).await["configFiles"][0]["content"] == content, "a mebibyte has changed on its way");
    let refused = t.refused("setInstanceOverrides", input(&file(&format!("{content}x")))).await;
    assert_eq!(refused, [code("LIMIT_EXCEEDED", "input.overrides.configFiles.0.content")]);
}

async fn five_hundred_entries_are_accepted_and_one_more_is_refused(t: &TestApp) {
    t.shop().await;
    let many = |count: usize| {
        json!({
            "ports": (1..=count).map(|n| json!({ "containerPort": n })).collect::<Vec<_>>(),
            "envVars": (1..=count).map(|n| json!({ "key": format!("K{n}"), "value": "v" })).collect::<Vec<_>>(),
        })
    };
    set(t, &many(500)).await;
    assert_eq!(state(t).await["overrideCount"], 1000);
    let expected = [code("LIMIT_EXCEEDED", "input.overrides.ports"), code("LIMIT_EXCEEDED", "input.overrides.envVars")];
    assert_eq!(t.refused("setInstanceOverrides", input(&many(501))).await, expected);
}

async fn everything_wrong_is_reported_together_and_nothing_changes(t: &TestApp) {
    t.shop().await;
    set(t, &full()).await;
    let before = state(t).await;
    let mut wrong = input(&json!({
        "ports": [{ "containerPort": 80 }, { "containerPort": 0 }],
        "labels": [{ "key": "DevArch.x", "value": "" }],
        "configFiles": [{ "filePath": "/ok", "content": "" }, { "filePath": "/a/../../b", "content": "" }],
    }));
    wrong["instance"] = TestApp::by_name("shop", "nobody");
    assert_eq!(
        t.refused("setInstanceOverrides", wrong).await,
        [
            code("NOT_FOUND", "input.instance.byName.name"),
            code("INVALID_VALUE", "input.overrides.ports.1.containerPort"),
            code("RESERVED_LABEL", "input.overrides.labels.0.key"),
            code("INVALID_VALUE", "input.overrides.configFiles.1.filePath"),
        ]
    );
    let partly = json!({ "envVars": [], "ports": [{ "containerPort": -1 }] });
    let expected = [code("INVALID_VALUE", "input.overrides.ports.0.containerPort")];
    assert_eq!(t.refused("setInstanceOverrides", input(&partly)).await, expected);
    assert_eq!(read(t).await, full());
    assert_eq!(state(t).await, before);
}
