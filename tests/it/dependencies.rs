//! Dependencies between the instances of a stack, without cycles.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    a_dependency_is_named_by_id_or_by_names,
    a_renamed_instance_is_still_depended_on,
    one_instance_is_depended_on_once,
    an_instance_cannot_depend_on_itself,
    what_is_not_in_the_stack_cannot_be_depended_on,
    a_circle_is_refused_with_its_way,
    every_entry_that_closes_a_circle_is_named,
    a_circle_that_the_same_change_opens_again_is_none,
    a_new_instance_closes_no_circle,
    of_two_that_would_wait_for_each_other_one_wins,
    a_trashed_instance_is_not_waited_for_until_it_is_back,
    a_circle_through_the_trash_is_a_circle,
    a_dependency_on_a_trashed_instance_is_reset_by_id,
    a_copy_depends_on_the_same_instances,
    copies_made_meanwhile_close_no_circle,
    too_many_dependencies_are_refused,
);

/// A stack `shop` with these instances; their ids.
async fn shop<const N: usize>(t: &TestApp, names: [&str; N]) -> [String; N] {
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "app" }), "").await;
    let mut ids = Vec::new();
    for name in names {
        ids.push(t.app_instance(name).await);
    }
    ids.try_into().unwrap()
}

/// A step that sets a dependency.
fn on(name: &str) -> Value {
    json!({ "set": { "dependency": { "instance": TestApp::by_name("shop", name) } } })
}

/// The names of what an instance depends on; null for what is in the trash.
async fn waits_for(t: &TestApp, name: &str) -> Value {
    let seen = t
        .see(name, "dependencies { instance { name } } effectiveConfig { dependencies { origin instance { name } } }")
        .await;
    let names = |list: &Value| -> Value {
        let names = list.as_array().unwrap().iter().map(|dependency| match &dependency["instance"] {
            Value::Null => json!(null),
            instance => instance["name"].clone(),
        });
        names.collect()
    };
    let effective = &seen["effectiveConfig"]["dependencies"];
    assert!(effective.as_array().unwrap().iter().all(|entry| entry["origin"] == "INSTANCE"));
    assert_eq!(names(effective).as_array().unwrap().len(), names(&seen["dependencies"]).as_array().unwrap().len());
    names(&seen["dependencies"])
}

/// The errors of a payload: code, path and message.
fn told(payload: &Value) -> Vec<(String, String, String)> {
    let messages = payload["userErrors"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap().to_owned());
    TestApp::codes(payload).into_iter().zip(messages).map(|((code, path), message)| (code, path, message)).collect()
}

fn input(name: &str, field: &str, value: Value) -> Value {
    let mut input = json!({ "instance": TestApp::by_name("shop", name) });
    input[field] = value;
    input
}

async fn a_dependency_is_named_by_id_or_by_names(t: &TestApp) {
    let [_, a, _, _] = shop(t, ["web", "a", "b", "c"]).await;
    let dependencies = json!([
        { "instance": { "byName": { "stack": "shop", "name": "b" } }, "condition": "SERVICE_COMPLETED_SUCCESSFULLY" },
        { "instance": { "id": a }, "condition": "SERVICE_HEALTHY" },
        { "instance": { "byName": { "stack": "shop", "name": "c" } } },
    ]);
    assert_eq!(t.set("web", json!({ "dependencies": dependencies })).await, 2);
    let seen = t
        .see(
            "web",
            "overrideCount dependencies { condition instance { name id } }
             effectiveConfig { dependencies { condition origin instance { name } shadows { condition } } }",
        )
        .await;
    let of = |list: &Value| -> Vec<(Value, Value)> {
        list.as_array().unwrap().iter().map(|d| (d["instance"]["name"].clone(), d["condition"].clone())).collect()
    };
    let [first, second, third] = [
        (json!("b"), json!("SERVICE_COMPLETED_SUCCESSFULLY")),
        (json!("a"), json!("SERVICE_HEALTHY")),
        (json!("c"), json!("SERVICE_STARTED")),
    ];
    assert_eq!(of(&seen["dependencies"]), [first.clone(), second.clone(), third.clone()], "as they were given");
    assert_eq!(of(&seen["effectiveConfig"]["dependencies"]), [second, first, third], "the oldest first");
    assert_eq!((&seen["overrideCount"], &seen["dependencies"][1]["instance"]["id"]), (&json!(3), &json!(a)));
    assert_eq!(t.set("web", json!({ "dependencies": dependencies })).await, 2, "once more");
    // Another condition replaces the first, however the instance is referred to.
    let healthy = json!({ "instance": { "id": a }, "condition": "SERVICE_STARTED" });
    t.patch("web", json!([{ "set": { "dependency": healthy } }])).await;
    let seen = t.see("web", "dependencies { condition instance { name } }").await;
    assert_eq!(seen["dependencies"][1], json!({ "condition": "SERVICE_STARTED", "instance": { "name": "a" } }));
    let reset = json!([{ "reset": { "entry": { "dependency": TestApp::by_name("shop", "a") } } }]);
    t.patch("web", reset).await;
    assert_eq!(waits_for(t, "web").await, json!(["b", "c"]));
    t.set("web", json!({ "dependencies": [] })).await;
    assert_eq!(waits_for(t, "web").await, json!([]));
}

async fn a_renamed_instance_is_still_depended_on(t: &TestApp) {
    shop(t, ["web", "db"]).await;
    t.patch("web", json!([on("db")])).await;
    t.done("renameInstance", input("db", "name", json!("orders")), "").await;
    assert_eq!(waits_for(t, "web").await, json!(["orders"]));
    assert_eq!(t.patch("web", json!([on("orders")])).await, 2, "it is the same dependency");
    t.app_instance("db").await;
    assert_eq!(waits_for(t, "web").await, json!(["orders"]), "another one has the old name");
}

async fn one_instance_is_depended_on_once(t: &TestApp) {
    let [_, db] = shop(t, ["web", "db"]).await;
    let (by_id, by_name) = (json!({ "id": db }), TestApp::by_name("shop", "db"));
    for pair in [[&by_id, &by_id], [&by_name, &by_name], [&by_id, &by_name], [&by_name, &by_id]] {
        let dependencies: Vec<_> = pair.iter().map(|instance| json!({ "instance": instance })).collect();
        let overrides = json!({ "dependencies": dependencies });
        let expected = [code("DUPLICATE_KEY", "input.overrides.dependencies.1")];
        let refused = t.refused("setInstanceOverrides", input("web", "overrides", overrides.clone())).await;
        assert_eq!(refused, expected, "{overrides}");
        let create = json!({
            "stack": { "name": "shop" }, "template": { "name": "app" }, "name": "new", "overrides": overrides,
        });
        assert_eq!(t.refused("createInstance", create).await, expected, "{overrides}");
    }
    // Step by step, the later one counts.
    let healthy = json!({ "set": { "dependency": { "instance": by_id, "condition": "SERVICE_HEALTHY" } } });
    t.patch("web", json!([on("db"), healthy])).await;
    let seen = t.see("web", "dependencies { condition }").await;
    assert_eq!(seen["dependencies"], json!([{ "condition": "SERVICE_HEALTHY" }]));
}

async fn an_instance_cannot_depend_on_itself(t: &TestApp) {
    let [web] = shop(t, ["web"]).await;
    for itself in [json!({ "id": web }), TestApp::by_name("shop", "web")] {
        let overrides = json!({ "dependencies": [{ "instance": itself }] });
        let refused = t.refused("setInstanceOverrides", input("web", "overrides", overrides)).await;
        assert_eq!(refused, [code("DEPENDENCY_CYCLE", "input.overrides.dependencies.0.instance")]);
        let refused = t.patch_refused("web", json!([{ "set": { "dependency": { "instance": itself } } }])).await;
        assert_eq!(refused, [code("DEPENDENCY_CYCLE", "input.operations.0.set.dependency.instance")]);
    }
    assert_eq!(t.see("web", "revision").await["revision"], 1);
}

async fn what_is_not_in_the_stack_cannot_be_depended_on(t: &TestApp) {
    let [_, old] = shop(t, ["web", "old"]).await;
    t.done("softDeleteInstance", json!({ "instance": { "id": old } }), "").await;
    t.stack("other").await;
    let foreign = json!({ "stack": { "name": "other" }, "template": { "name": "app" }, "name": "db" });
    let foreign = t.done("createInstance", foreign, "instance { id stack { id } }").await;
    let (stack, foreign) = (foreign["instance"]["stack"]["id"].clone(), foreign["instance"]["id"].clone());
    let mut dependencies = Vec::new();
    let mut expected = Vec::new();
    for (instance, error) in [
        (json!({ "id": old }), "NOT_FOUND"),
        (TestApp::by_name("shop", "old"), "NOT_FOUND"),
        (TestApp::by_name("shop", "nobody"), "NOT_FOUND"),
        (TestApp::by_name("shop", "a\0"), "NOT_FOUND"),
        (json!({ "id": "x" }), "NOT_FOUND"),
        (json!({ "id": foreign }), "INVALID_VALUE"),
        (TestApp::by_name("other", "db"), "INVALID_VALUE"),
        (TestApp::by_name("nowhere", "db"), "INVALID_VALUE"),
    ] {
        expected.push(error);
        dependencies.push(json!({ "instance": instance }));
    }
    let at = |path: fn(usize) -> String| -> Vec<_> {
        expected.iter().enumerate().map(|(n, error)| code(error, &path(n))).collect()
    };
    let overrides = json!({ "dependencies": dependencies });
    let of_set = at(|n| format!("input.overrides.dependencies.{n}.instance"));
    assert_eq!(t.refused("setInstanceOverrides", input("web", "overrides", overrides.clone())).await, of_set);
    let create =
        json!({ "stack": { "name": "shop" }, "template": { "name": "app" }, "name": "new", "overrides": overrides });
    assert_eq!(t.refused("createInstance", create).await, of_set);
    let steps = dependencies.iter().map(|dependency| json!({ "set": { "dependency": dependency } })).collect();
    let of_patch = at(|n| format!("input.operations.{n}.set.dependency.instance"));
    assert_eq!(t.patch_refused("web", steps).await, of_patch);
    let refused = t.patch_refused("web", json!([{ "set": { "dependency": { "instance": { "id": stack } } } }])).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.operations.0.set.dependency.instance")], "the id of a stack");
    let nobody = json!([{ "reset": { "entry": { "dependency": TestApp::by_name("shop", "nobody") } } }]);
    let refused = t.patch_refused("web", nobody).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.operations.0.reset.entry.dependency")]);
}

async fn a_circle_is_refused_with_its_way(t: &TestApp) {
    shop(t, ["a", "b", "c", "d", "e"]).await;
    for (from, to) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("a", "d")] {
        t.patch(from, json!([on(to)])).await;
    }
    for (from, to, way) in [
        ("b", "a", "b → a → b"),
        ("c", "a", "c → a → b → c"),
        ("e", "a", "e → a → d → e"),
        ("e", "b", "e → b → c → d → e"),
    ] {
        let message = format!("These instances would wait for each other: {way}.");
        let payload = t.mutate("patchInstanceOverrides", input(from, "operations", json!([on(to)])), "").await;
        let path = "input.operations.0.set.dependency.instance".to_owned();
        assert_eq!(told(&payload), [("DEPENDENCY_CYCLE".to_owned(), path, message.clone())]);
        let overrides = json!({ "dependencies": [{ "instance": TestApp::by_name("shop", to) }] });
        let payload = t.mutate("setInstanceOverrides", input(from, "overrides", overrides), "").await;
        let path = "input.overrides.dependencies.0.instance".to_owned();
        assert_eq!(told(&payload), [("DEPENDENCY_CYCLE".to_owned(), path, message)]);
    }
    t.patch("a", json!([on("c"), on("e")])).await;
    assert_eq!(waits_for(t, "a").await, json!(["b", "d", "c", "e"]), "a detour is no circle");
}

async fn every_entry_that_closes_a_circle_is_named(t: &TestApp) {
    shop(t, ["a", "b", "c", "d"]).await;
    t.patch("a", json!([on("d")])).await;
    t.patch("c", json!([on("d")])).await;
    let steps = json!([on("a"), on("b"), { "set": { "label": { "key": "x", "value": "" } } }, on("c")]);
    let expected = [0, 3].map(|n| code("DEPENDENCY_CYCLE", &format!("input.operations.{n}.set.dependency.instance")));
    assert_eq!(t.patch_refused("d", steps).await, expected);
    let dependencies: Vec<_> = ["a", "b", "c"].map(|name| json!({ "instance": TestApp::by_name("shop", name) })).into();
    let overrides = json!({ "dependencies": dependencies });
    let expected = [0, 2].map(|n| code("DEPENDENCY_CYCLE", &format!("input.overrides.dependencies.{n}.instance")));
    assert_eq!(t.refused("setInstanceOverrides", input("d", "overrides", overrides)).await, expected);
    assert_eq!(waits_for(t, "d").await, json!([]));
}

async fn a_circle_that_the_same_change_opens_again_is_none(t: &TestApp) {
    shop(t, ["a", "b", "c"]).await;
    t.patch("a", json!([on("b")])).await;
    t.patch("b", json!([on("c")])).await;
    // The old dependency of the writer itself does not count when it writes another.
    let other = json!({ "dependencies": [{ "instance": TestApp::by_name("shop", "c") }] });
    t.set("a", other).await;
    t.patch("b", json!([{ "reset": { "kind": "DEPENDENCY" } }, on("a")])).await;
    assert_eq!((waits_for(t, "a").await, waits_for(t, "b").await), (json!(["c"]), json!(["a"])));
}

async fn a_new_instance_closes_no_circle(t: &TestApp) {
    shop(t, ["a", "b"]).await;
    t.patch("a", json!([on("b")])).await;
    let create = |name: &str, to: &str| {
        json!({
            "stack": { "name": "shop" }, "template": { "name": "app" }, "name": name,
            "overrides": { "dependencies": [{ "instance": TestApp::by_name("shop", to) }] },
        })
    };
    let refused = t.refused("createInstance", create("new", "new")).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.overrides.dependencies.0.instance")]);
    t.done("createInstance", create("new", "a"), "").await;
    assert_eq!(waits_for(t, "new").await, json!(["a"]));
    let refused = t.patch_refused("b", json!([on("new")])).await;
    assert_eq!(refused, [code("DEPENDENCY_CYCLE", "input.operations.0.set.dependency.instance")]);
}

async fn of_two_that_would_wait_for_each_other_one_wins(t: &TestApp) {
    shop(t, []).await;
    for round in 0..10 {
        let names = [format!("a{round}"), format!("b{round}")];
        for name in &names {
            t.app_instance(name).await;
        }
        let payloads = t
            .at_once(2, |t: TestApp, n| {
                let (from, to) = (names[n].clone(), names[1 - n].clone());
                async move {
                    // One step by step, the other as a whole.
                    let dependency = json!({ "instance": TestApp::by_name("shop", &to) });
                    if (round + n) % 2 == 0 {
                        let steps = json!([{ "set": { "dependency": dependency } }]);
                        t.mutate("patchInstanceOverrides", input(&from, "operations", steps), "").await
                    } else {
                        let overrides = json!({ "dependencies": [dependency] });
                        t.mutate("setInstanceOverrides", input(&from, "overrides", overrides), "").await
                    }
                }
            })
            .await;
        let errors: Vec<String> = payloads.iter().flat_map(TestApp::codes).map(|(code, _)| code).collect();
        assert_eq!(errors, ["DEPENDENCY_CYCLE"], "round {round}");
    }
}

async fn a_trashed_instance_is_not_waited_for_until_it_is_back(t: &TestApp) {
    let [_, db, _] = shop(t, ["web", "db", "cache"]).await;
    t.patch("web", json!([on("db"), on("cache")])).await;
    t.done("softDeleteInstance", json!({ "instance": { "id": db } }), "").await;
    assert_eq!(waits_for(t, "web").await, json!([null, "cache"]));
    let seen = t.see("web", "revision overrideCount").await;
    assert_eq!(seen, json!({ "revision": 2, "overrideCount": 2 }), "the override is still there");
    t.patch("web", json!([{ "set": { "label": { "key": "a", "value": "" } } }])).await;
    t.done("restoreInstance", json!({ "instance": { "id": db }, "name": "orders" }), "").await;
    assert_eq!(waits_for(t, "web").await, json!(["orders", "cache"]));
    // The same when it is the dependent that goes and comes back.
    let web = t.see("web", "id").await;
    t.done("softDeleteInstance", json!({ "instance": web }), "").await;
    t.done("restoreInstance", json!({ "instance": web }), "").await;
    assert_eq!(waits_for(t, "web").await, json!(["orders", "cache"]));
}

async fn a_circle_through_the_trash_is_a_circle(t: &TestApp) {
    let [a, ..] = shop(t, ["a", "b", "c"]).await;
    t.patch("a", json!([on("b")])).await;
    t.patch("c", json!([on("a")])).await;
    t.done("softDeleteInstance", json!({ "instance": { "id": a } }), "").await;
    // If it were accepted, restoring `a` would close the cycle.
    let refused = t.patch_refused("b", json!([on("c")])).await;
    assert_eq!(refused, [code("DEPENDENCY_CYCLE", "input.operations.0.set.dependency.instance")]);
    t.done("restoreInstance", json!({ "instance": { "id": a } }), "").await;
    assert_eq!(waits_for(t, "c").await, json!(["a"]));
}

async fn a_dependency_on_a_trashed_instance_is_reset_by_id(t: &TestApp) {
    let [_, db] = shop(t, ["web", "db"]).await;
    t.patch("web", json!([on("db")])).await;
    t.done("softDeleteInstance", json!({ "instance": { "id": db } }), "").await;
    t.app_instance("db").await;
    let by = |instance: Value| json!([{ "reset": { "entry": { "dependency": instance } } }]);
    t.patch("web", by(TestApp::by_name("shop", "db"))).await;
    assert_eq!(waits_for(t, "web").await, json!([null]), "another one has the name now");
    t.patch("web", by(json!({ "id": db }))).await;
    assert_eq!(waits_for(t, "web").await, json!([]));
}

async fn a_copy_depends_on_the_same_instances(t: &TestApp) {
    let [_, _, cache] = shop(t, ["web", "db", "cache"]).await;
    let healthy = json!({ "instance": { "id": cache }, "condition": "SERVICE_HEALTHY" });
    t.patch("web", json!([on("db"), { "set": { "dependency": healthy } }])).await;
    t.done("softDeleteInstance", json!({ "instance": { "id": cache } }), "").await;
    t.done("duplicateInstance", input("web", "name", json!("copy")), "").await;
    assert_eq!(waits_for(t, "copy").await, json!(["db", null]));
    t.done("restoreInstance", json!({ "instance": { "id": cache } }), "").await;
    assert_eq!(waits_for(t, "copy").await, json!(["db", "cache"]));
    assert_eq!(t.see("copy", "dependencies { condition }").await, t.see("web", "dependencies { condition }").await);
}

async fn copies_made_meanwhile_close_no_circle(t: &TestApp) {
    shop(t, ["a", "b"]).await;
    t.patch("a", json!([on("b")])).await;
    let payloads = t
        .at_once(10, |t: TestApp, n| async move {
            if n % 2 == 0 {
                t.done("duplicateInstance", input("a", "name", json!(format!("a{n}"))), "").await
            } else {
                t.mutate("patchInstanceOverrides", input("b", "operations", json!([on(&format!("a{}", n - 1))])), "")
                    .await
            }
        })
        .await;
    for (error, _) in payloads.iter().flat_map(TestApp::codes) {
        assert!(["DEPENDENCY_CYCLE", "NOT_FOUND"].contains(&error.as_str()), "{error}");
    }
    assert_eq!(waits_for(t, "b").await, json!([]));
}

async fn too_many_dependencies_are_refused(t: &TestApp) {
    shop(t, ["web"]).await;
    let dependencies: Vec<_> =
        (0..501).map(|n| json!({ "instance": TestApp::by_name("shop", &format!("x{n}")) })).collect();
    let overrides = json!({ "dependencies": dependencies });
    let refused = t.refused("setInstanceOverrides", input("web", "overrides", overrides)).await;
    assert_eq!(refused, [code("LIMIT_EXCEEDED", "input.overrides.dependencies")]);
}
