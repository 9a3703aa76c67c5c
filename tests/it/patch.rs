//! `patchInstanceOverrides`: the order of operations, atomicity, and the paths of errors.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    steps_are_taken_in_order,
    the_last_step_on_a_key_decides,
    setting_a_port_takes_the_place_of_all_with_its_key,
    keys_are_compared_in_the_form_in_which_they_are_stored,
    when_the_last_step_is_bad_none_is_taken,
    everything_bad_is_reported_with_the_number_of_its_step,
    keys_that_no_entry_can_have_are_refused_with_better_ones,
    no_steps_change_nothing,
    steps_that_cancel_each_other_change_nothing,
    a_step_is_exactly_one_thing,
    a_stale_revision_is_refused,
    an_instance_that_is_not_there_is_not_found,
    a_thousand_steps_are_taken_and_one_more_is_refused,
    only_the_steps_that_grow_a_kind_beyond_its_limit_are_refused,
    five_hundred_removals_are_accepted_and_one_more_is_refused,
    whole_collections_keep_removals_of_other_keys,
    an_empty_collection_resets_the_rules_too,
    twenty_clients_change_twenty_keys_at_once,
    an_entry_keeps_its_place_when_it_is_set_again,
);

/// A step that sets a variable.
fn env(key: &str, value: &str) -> Value {
    json!({ "set": { "envVar": { "key": key, "value": value } } })
}

/// The variables that `web` overrides, and its effective ones.
async fn variables(t: &TestApp) -> (Value, Value, Value) {
    let seen = t
        .see("web", "envVars { key value } overrideRules { action key } effectiveConfig { envVars { key value } }")
        .await;
    let pairs = |list: &Value| {
        let pairs = list.as_array().unwrap().iter().map(|entry| (entry["key"].as_str().unwrap(), &entry["value"]));
        pairs.map(|(key, value)| json!([key, value])).collect::<Value>()
    };
    let rules = seen["overrideRules"].as_array().unwrap().iter().map(|rule| json!([rule["action"], rule["key"]]));
    (pairs(&seen["envVars"]), rules.collect(), pairs(&seen["effectiveConfig"]["envVars"]))
}

/// The overridden and the effective variables after these operations on an instance without overrides.
async fn after(t: &TestApp, steps: Value) -> (Value, Value, Value) {
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    t.patch("web", steps).await;
    variables(t).await
}

async fn steps_are_taken_in_order(t: &TestApp) {
    t.web().await;
    let set = env("MODE", "mine");
    let remove = json!({ "remove": { "envVar": "MODE" } });
    let replace = json!({ "replace": "ENV_VAR" });
    let (all, kind) = (json!({ "reset": { "all": true } }), json!({ "reset": { "kind": "ENV_VAR" } }));
    let entry = json!({ "reset": { "entry": { "envVar": "MODE" } } });
    let token = json!(["TOKEN", "t0p"]);
    let (mine, dev) = (json!(["MODE", "mine"]), json!(["MODE", "dev"]));
    let (gone, replaced) = (json!(["REMOVE", "MODE"]), json!(["REPLACE", null]));
    for (steps, own, rules, effective) in [
        (json!([set, remove]), json!([]), json!([gone]), json!([token])),
        (json!([remove, set]), json!([mine]), json!([]), json!([mine, token])),
        (json!([replace, set]), json!([mine]), json!([replaced]), json!([mine])),
        (json!([set, replace]), json!([mine]), json!([replaced]), json!([mine])),
        (json!([replace, remove]), json!([]), json!([gone, replaced]), json!([])),
        (json!([set, replace, kind]), json!([]), json!([]), json!([dev, token])),
        (json!([kind, replace, set]), json!([mine]), json!([replaced]), json!([mine])),
        (json!([replace, remove, all, set]), json!([mine]), json!([]), json!([mine, token])),
        (json!([set, all]), json!([]), json!([]), json!([dev, token])),
        (json!([remove, entry]), json!([]), json!([]), json!([dev, token])),
        (json!([replace, set, entry]), json!([]), json!([replaced]), json!([])),
        (json!([entry, remove]), json!([]), json!([gone]), json!([token])),
    ] {
        assert_eq!(after(t, steps.clone()).await, (own, rules, effective), "{steps}");
    }
}

async fn the_last_step_on_a_key_decides(t: &TestApp) {
    t.web().await;
    let remove = json!({ "remove": { "envVar": "MODE" } });
    let steps = json!([env("MODE", "1"), env("NEW", "n"), remove, env("MODE", "2"), remove, env("MODE", "3")]);
    let own = json!([["NEW", "n"], ["MODE", "3"]]);
    let effective = json!([["MODE", "3"], ["NEW", "n"], ["TOKEN", "t0p"]]);
    assert_eq!(after(t, steps).await, (own, json!([]), effective));
}

async fn setting_a_port_takes_the_place_of_all_with_its_key(t: &TestApp) {
    t.web().await;
    let port = |host: i32, protocol: &str| json!({ "containerPort": 80, "hostPort": host, "protocol": protocol });
    let own = "ports { hostPort protocol }";
    t.set("web", json!({ "ports": [port(1, "TCP"), port(2, "TCP"), port(3, "UDP"), port(4, "TCP")] })).await;
    t.patch("web", json!([{ "set": { "port": port(5, "TCP") } }])).await;
    let expected = json!([{ "hostPort": 5, "protocol": "TCP" }, { "hostPort": 3, "protocol": "UDP" }]);
    assert_eq!(t.see("web", own).await["ports"], expected);
    // Of two operations with the same key the second applies.
    t.patch("web", json!([{ "set": { "port": port(6, "UDP") } }, { "set": { "port": port(7, "UDP") } }])).await;
    let expected = json!([{ "hostPort": 5, "protocol": "TCP" }, { "hostPort": 7, "protocol": "UDP" }]);
    assert_eq!(t.see("web", own).await["ports"], expected);
}

async fn keys_are_compared_in_the_form_in_which_they_are_stored(t: &TestApp) {
    t.web().await;
    let steps = json!([
        { "remove": { "volume": "//data/./" } }, { "remove": { "domain": "APP.Localhost" } },
        { "remove": { "configFile": "/etc/./a.conf" } }, { "remove": { "port": { "containerPort": 80 } } },
    ]);
    t.patch("web", steps.clone()).await;
    let seen = t.see("web", "overrideRules { key } overrideStats { dead removed }").await;
    let keys = [
        json!({ "key": "80/tcp" }),
        json!({ "key": "/data" }),
        json!({ "key": "app.localhost" }),
        json!({ "key": "/etc/a.conf" }),
    ];
    assert_eq!(seen["overrideRules"], json!(keys));
    assert_eq!(seen["overrideStats"], json!({ "dead": 0, "removed": 5 }));
    let reset = |step: &Value| json!({ "reset": { "entry": step["remove"] } });
    t.patch("web", steps.as_array().unwrap().iter().map(reset).collect()).await;
    assert_eq!(t.see("web", "overrideRules { key }").await["overrideRules"], json!([]));
}

async fn when_the_last_step_is_bad_none_is_taken(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([env("MODE", "mine"), { "replace": "LABEL" }])).await;
    let state = "revision updatedAt overrideCount overrideRules { kind action key } envVars { key value }";
    let before = t.see("web", state).await;
    let bad = json!({ "set": { "port": { "containerPort": 80, "hostPort": 70000 } } });
    let steps =
        json!([env("MODE", "other"), { "reset": { "kind": "LABEL" } }, { "remove": { "volume": "/data" } }, bad]);
    let refused = t.patch_refused("web", steps).await;
    assert_eq!(refused, [code("INVALID_VALUE", "input.operations.3.set.port.hostPort")]);
    assert_eq!(t.see("web", state).await, before);
}

async fn everything_bad_is_reported_with_the_number_of_its_step(t: &TestApp) {
    t.web().await;
    let steps = json!([
        env("1A", "\0"),
        env("GOOD", "1"),
        { "set": { "label": { "key": "devarch.x", "value": "" } } },
        { "set": { "healthcheck": { "test": [], "retries": 2000 } } },
        { "remove": { "setting": "IMAGE_TAG" } },
        { "replace": "DEPENDENCY" },
        { "reset": { "all": false } },
        { "reset": { "entry": { "port": { "containerPort": 0 } } } },
        { "set": { "setting": { "imageTag": "a b", "workingDir": "srv" } } },
        { "set": { "dependency": { "instance": TestApp::by_name("shop", "nobody") } } },
        { "remove": { "healthcheck": false } },
    ]);
    let expected = [
        ("NOT_FOUND", "input.instance.byName.name"),
        ("INVALID_VALUE", "input.operations.0.set.envVar.key"),
        ("INVALID_VALUE", "input.operations.0.set.envVar.value"),
        ("RESERVED_LABEL", "input.operations.2.set.label.key"),
        ("INVALID_VALUE", "input.operations.3.set.healthcheck.test"),
        ("INVALID_VALUE", "input.operations.3.set.healthcheck.retries"),
        ("INVALID_VALUE", "input.operations.4.remove.setting"),
        ("INVALID_VALUE", "input.operations.5.replace"),
        ("INVALID_VALUE", "input.operations.6.reset.all"),
        ("INVALID_VALUE", "input.operations.7.reset.entry.port.containerPort"),
        ("INVALID_VALUE", "input.operations.8.set.setting.imageTag"),
        ("INVALID_VALUE", "input.operations.8.set.setting.workingDir"),
        ("NOT_FOUND", "input.operations.9.set.dependency.instance"),
        ("INVALID_VALUE", "input.operations.10.remove.healthcheck"),
    ]
    .map(|(c, path)| code(c, path));
    assert_eq!(t.patch_refused("web", steps.clone()).await, expected[1..]);
    // Without its instance the dependency leads nowhere that could be wrong.
    let without: Vec<_> = expected.into_iter().filter(|(_, path)| !path.contains("dependency")).collect();
    assert_eq!(t.patch_refused("nobody", steps).await, without);
}

async fn keys_that_no_entry_can_have_are_refused_with_better_ones(t: &TestApp) {
    t.web().await;
    for (step, bad, expected, better) in [
        ("envVar", json!("A B"), "INVALID_VALUE", Some("A_B")),
        ("label", json!("devarch.x"), "RESERVED_LABEL", Some("my.x")),
        ("volume", json!("/a/../b"), "INVALID_VALUE", Some("/a/b")),
        ("configFile", json!(""), "INVALID_VALUE", None),
        ("domain", json!("my_shop"), "INVALID_VALUE", Some("my-shop")),
        ("resourceLimits", json!(false), "INVALID_VALUE", Some("true")),
    ] {
        for (steps, path) in [
            (json!([{ "remove": { step: bad } }]), format!("input.operations.0.remove.{step}")),
            (json!([{ "reset": { "entry": { step: bad } } }]), format!("input.operations.0.reset.entry.{step}")),
        ] {
            let input = json!({ "instance": TestApp::by_name("shop", "web"), "operations": steps });
            let payload = t.mutate("patchInstanceOverrides", input, "").await;
            assert_eq!(TestApp::codes(&payload), [code(expected, &path)]);
            assert_eq!(payload["userErrors"][0]["suggestion"], json!(better), "{path}");
        }
        if let (Some(better), false) = (better, bad.is_boolean()) {
            t.patch("web", json!([{ "remove": { step: better } }])).await;
        }
    }
}

async fn no_steps_change_nothing(t: &TestApp) {
    t.web().await;
    let before = t.see("web", "revision updatedAt").await;
    assert_eq!(t.patch("web", json!([])).await, 1);
    assert_eq!(t.see("web", "revision updatedAt").await, before);
}

async fn steps_that_cancel_each_other_change_nothing(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([env("A", "1"), { "remove": { "label": "team" } }])).await;
    let before = t.see("web", "revision updatedAt").await;
    let steps = json!([
        env("A", "2"), env("A", "1"), { "set": { "label": { "key": "team", "value": "x" } } },
        { "remove": { "label": "team" } }, { "replace": "PORT" }, { "reset": { "kind": "PORT" } },
    ]);
    t.patch("web", steps).await;
    assert_eq!(t.see("web", "revision updatedAt").await, before);
}

async fn a_step_is_exactly_one_thing(t: &TestApp) {
    t.web().await;
    let query = "mutation ($input: PatchInstanceOverridesInput!) {
        patchInstanceOverrides(input: $input) { instance { id } userErrors { code } } }";
    for bad in [
        json!({}),
        json!({ "set": null }),
        json!({ "replace": "PORT", "reset": { "all": true } }),
        json!({ "set": {} }),
        json!({ "set": { "label": { "key": "a", "value": "" }, "envVar": { "key": "A" } } }),
        json!({ "remove": { "envVar": "A", "label": "a" } }),
        json!({ "reset": { "all": true, "kind": "PORT" } }),
        json!({ "reset": { "entry": { "envVar": null } } }),
        json!({ "replace": "NOTHING" }),
        json!({ "set": { "dependency": { "instance": {} } } }),
    ] {
        let input = json!({ "instance": TestApp::by_name("shop", "web"), "operations": [env("A", "1"), bad] });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let request = http::Request::post("/graphql").header("content-type", "application/json");
        let answer = t.send(request.body(body.into()).unwrap()).await;
        let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{bad}: {answer}"));
        let code = errors[0]["extensions"]["code"].as_str().unwrap();
        assert!(["BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{bad}: {answer}");
    }
    assert_eq!(t.see("web", "revision").await["revision"], 1);
}

async fn a_stale_revision_is_refused(t: &TestApp) {
    t.web().await;
    let input = |expected: i64| {
        json!({
            "instance": TestApp::by_name("shop", "web"), "operations": [env("A", "1")], "expectedRevision": expected,
        })
    };
    let payload = t.mutate("patchInstanceOverrides", input(2), "instance { id }").await;
    assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
    assert_eq!((&payload["userErrors"][0]["suggestion"], &payload["instance"]), (&json!("1"), &json!(null)));
    let done = t.done("patchInstanceOverrides", input(1), "instance { revision overrideCount }").await;
    assert_eq!(done["instance"], json!({ "revision": 2, "overrideCount": 1 }));
    assert_eq!(t.refused("patchInstanceOverrides", input(1)).await.len(), 1);
}

async fn an_instance_that_is_not_there_is_not_found(t: &TestApp) {
    let db = t.web().await;
    t.done("softDeleteInstance", json!({ "instance": { "id": db } }), "").await;
    for (instance, path) in [
        (json!({ "id": db }), "input.instance.id"),
        (json!({ "id": "x" }), "input.instance.id"),
        (TestApp::by_name("shop", "db"), "input.instance.byName.name"),
        (TestApp::by_name("s\0", "db"), "input.instance.byName.stack"),
    ] {
        let input = json!({ "instance": instance, "operations": [env("A", "1")] });
        assert_eq!(t.refused("patchInstanceOverrides", input).await, [code("NOT_FOUND", path)]);
    }
}

async fn a_thousand_steps_are_taken_and_one_more_is_refused(t: &TestApp) {
    t.web().await;
    let steps = |n: usize| (0..n).map(|n| env(&format!("K{}", n % 400), &n.to_string())).collect::<Value>();
    assert_eq!(t.patch_refused("web", steps(1001)).await, [code("LIMIT_EXCEEDED", "input.operations")]);
    assert_eq!(t.patch("web", steps(1000)).await, 2);
    let seen = t.see("web", "overrideCount envVars { value }").await;
    assert_eq!((&seen["overrideCount"], &seen["envVars"][0]["value"]), (&json!(400), &json!("800")));
}

async fn only_the_steps_that_grow_a_kind_beyond_its_limit_are_refused(t: &TestApp) {
    t.web().await;
    let mut steps: Vec<Value> = (0..502).map(|n| env(&format!("K{n}"), "")).collect();
    steps.push(json!({ "set": { "label": { "key": "fine", "value": "" } } }));
    steps.push(env("K0", "fine"));
    let expected = [500, 501].map(|n| code("LIMIT_EXCEEDED", &format!("input.operations.{n}")));
    assert_eq!(t.patch_refused("web", json!(steps)).await, expected);
    t.patch("web", json!(steps[..500])).await;
    assert_eq!(t.patch_refused("web", json!([env("K500", "")])).await, [code("LIMIT_EXCEEDED", "input.operations.0")]);
    // Replacing an entry does not increase the number.
    t.patch("web", json!([{ "remove": { "envVar": "K7" } }, env("K500", ""), env("K1", "x")])).await;
    assert_eq!(t.see("web", "overrideCount").await["overrideCount"], 500);
}

async fn five_hundred_removals_are_accepted_and_one_more_is_refused(t: &TestApp) {
    t.web().await;
    let remove = |n: usize| json!({ "remove": { "label": format!("l{n}") } });
    t.patch("web", (0..500).map(remove).collect()).await;
    let refused = t.patch_refused("web", json!([remove(7), remove(500)])).await;
    assert_eq!(refused, [code("LIMIT_EXCEEDED", "input.operations.1")]);
    let seen = t.see("web", "overrideStats { dead } overrideRules { key }").await;
    assert_eq!((&seen["overrideStats"]["dead"], seen["overrideRules"].as_array().unwrap().len()), (&json!(500), 500));
}

async fn whole_collections_keep_removals_of_other_keys(t: &TestApp) {
    t.web().await;
    let remove = |key: &str| json!({ "remove": { "envVar": key } });
    t.patch("web", json!([remove("MODE"), remove("TOKEN"), { "replace": "ENV_VAR" }, env("OLD", "")])).await;
    t.set("web", json!({ "envVars": [{ "key": "MODE", "value": "mine" }] })).await;
    let expected =
        (json!([["MODE", "mine"]]), json!([["REMOVE", "TOKEN"], ["REPLACE", null]]), json!([["MODE", "mine"]]));
    assert_eq!(variables(t).await, expected);
    t.set("web", json!({ "labels": [{ "key": "other", "value": "kind" }] })).await;
    assert_eq!(variables(t).await, expected);
}

async fn an_empty_collection_resets_the_rules_too(t: &TestApp) {
    t.web().await;
    for empty in [json!([]), json!(null)] {
        t.patch("web", json!([{ "remove": { "envVar": "MODE" } }, { "replace": "ENV_VAR" }, { "replace": "LABEL" }]))
            .await;
        t.set("web", json!({ "envVars": empty })).await;
        let inherited = json!([["MODE", "dev"], ["TOKEN", "t0p"]]);
        assert_eq!(variables(t).await, (json!([]), json!([["REPLACE", null]]), inherited), "labels stay replaced");
    }
    t.patch("web", json!([{ "replace": "HEALTHCHECK" }])).await;
    t.set("web", json!({ "healthcheck": null })).await;
    assert_eq!(
        t.see("web", "effectiveConfig { healthcheck { origin } }").await["effectiveConfig"]["healthcheck"]["origin"],
        "TEMPLATE"
    );
}

async fn twenty_clients_change_twenty_keys_at_once(t: &TestApp) {
    t.web().await;
    t.at_once(20, |t: TestApp, n| async move {
        let step = match n % 4 {
            0 => json!({ "remove": { "envVar": format!("K{n}") } }),
            1 => json!({ "set": { "label": { "key": format!("k{n}"), "value": "" } } }),
            _ => env(&format!("K{n}"), "x"),
        };
        t.patch("web", json!([step])).await
    })
    .await;
    let seen = t.see("web", "revision overrideCount overrideStats { dead byKind { kind total dead } }").await;
    let expected = json!({
        "revision": 21, "overrideCount": 15, "overrideStats": { "dead": 5, "byKind": [
            { "kind": "ENV_VAR", "total": 10, "dead": 5 }, { "kind": "LABEL", "total": 5, "dead": 0 },
        ] },
    });
    assert_eq!(seen, expected);
}

async fn an_entry_keeps_its_place_when_it_is_set_again(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([env("C", "1"), env("A", "1"), env("B", "1")])).await;
    t.patch("web", json!([env("A", "2"), env("D", "1")])).await;
    assert_eq!(variables(t).await.0, json!([["C", "1"], ["A", "2"], ["B", "1"], ["D", "1"]]));
}
