//! Duplicating a stack with its instances.

use super::*;

both!(
    a_copied_stack_says_everything_its_source_says,
    copies_of_a_stack_are_numbered,
    a_refused_copy_of_a_stack_comes_with_an_accepted_name,
    a_generated_stack_name_fits_and_avoids_containers,
    shared_host_ports_of_stacks_are_warned_about,
    ten_copies_of_a_stack_at_once_get_ten_names,
    a_stale_copy_of_a_stack_makes_nothing,
    a_copy_of_a_stack_that_fails_halfway_leaves_nothing,
    a_copy_costs_the_same_for_1_and_30_instances,
);

/// Copies a stack; the name of the copy.
async fn copy(t: &TestApp, input: Value) -> String {
    let made = t.done("duplicateStack", input, "stack { name } warnings { message }").await;
    made["stack"]["name"].as_str().unwrap().to_owned()
}

/// All fields of a stack and its instances, without container names and times.
async fn said(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ stack(name: $name) {{ description enabled instances(first: 100) {{ totalCount nodes \
         {{ name description enabled overrideCount template {{ name }} {COLLECTIONS} }} }} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["stack"].take()
}

async fn a_copied_stack_says_everything_its_source_says(t: &TestApp) {
    t.shop().await;
    let web = json!({ "name": "web", "imageName": "nginx" });
    t.done("createTemplate", web, "").await;
    for name in ["z", "gone", "a"] {
        let mut input = TestApp::new_instance("shop", name);
        input["overrides"] = TestApp::overrides();
        input["description"] = json!(format!("The {name}"));
        input["template"] = named(if name == "z" { "web" } else { "postgres" });
        t.done("createInstance", input, "").await;
    }
    let of = |name| TestApp::by_name("shop", name);
    t.done("updateInstance", json!({ "instance": of("z"), "enabled": false }), "").await;
    t.done("softDeleteInstance", json!({ "instance": of("gone") }), "").await;
    t.done("updateStack", json!({ "stack": named("shop"), "description": "Sells", "enabled": false }), "").await;
    let (before, said_before) = (shown(t, "shop").await, said(t, "shop").await);
    assert_eq!(copy(t, json!({ "stack": named("shop"), "name": "store", "expectedRevision": 2 })).await, "store");
    assert_eq!(said(t, "store").await, said_before);
    assert_eq!(said_before["instances"]["totalCount"], 3);
    assert_eq!(shown(t, "shop").await, before);
    let made = shown(t, "store").await;
    assert_eq!((&made["revision"], &made["networkName"]), (&json!(1), &json!("devarch-store-net")));
    assert_eq!(containers(t, "store").await, ["devarch-store-db", "devarch-store-z", "devarch-store-a"]);
    let nodes = made["instances"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|node| node["revision"] == 1 && node["createdAt"] == made["createdAt"]), "{nodes:?}");
    // From now on both change independently.
    let input = json!({ "instance": TestApp::by_name("store", "a"), "overrides": { "envVars": [] } });
    t.done("setInstanceOverrides", input, "").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("store", "z") }), "").await;
    assert_eq!(said(t, "shop").await, said_before);
}

async fn copies_of_a_stack_are_numbered(t: &TestApp) {
    t.shop().await;
    let input = json!({ "stack": named("shop") });
    for expected in ["shop-copy", "shop-copy-2", "shop-copy-3"] {
        assert_eq!(copy(t, input.clone()).await, expected);
    }
    trash(t, "shop-copy-2").await;
    assert_eq!(copy(t, input).await, "shop-copy-2");
    assert_eq!(copy(t, json!({ "stack": named("shop-copy") })).await, "shop-copy-copy");
    t.stack("empty").await;
    assert_eq!(copy(t, json!({ "stack": named("empty"), "name": null })).await, "empty-copy");
    assert_eq!(containers(t, "empty-copy").await, [""; 0]);
}

async fn a_refused_copy_of_a_stack_comes_with_an_accepted_name(t: &TestApp) {
    let db = t.shop().await;
    let shop = shown(t, "shop").await["id"].clone();
    filled(t, "a", &["b-c", "c", &"d".repeat(40)]).await;
    filled(t, "x-y", &["c"]).await;
    filled(t, "source", &["y-c"]).await;
    let inner = t.data("{ instance(stack: \"a\", name: \"b-c\") { id } }", json!({})).await["instance"]["id"].take();
    let third = t.data("{ instance(stack: \"x-y\", name: \"c\") { id } }", json!({})).await["instance"]["id"].take();
    let cases = [
        ("shop", "shop", "NAME_TAKEN", "shop-2", &shop),
        ("a", "shop", "NAME_TAKEN", "shop-3", &shop),
        // The copy would take a container of its own source.
        ("a", "a-b", "CONTAINER_NAME_TAKEN", "a-b-2", &inner),
        ("source", "x", "CONTAINER_NAME_TAKEN", "x-2", &third),
        ("a", "abcdefghij-klmno", "CONTAINER_NAME_TOO_LONG", "abcdefghij-klm", &Value::Null),
        ("a", "Shop", "NAME_INVALID", "shop-4", &Value::Null),
    ];
    for (source, name, error, suggestion, holder) in cases {
        let before = shown(t, source).await;
        let stacks = t.data("{ stacks { totalCount } }", json!({})).await;
        let refused = refusal(t, "duplicateStack", json!({ "stack": named(source), "name": name })).await;
        assert_eq!((&refused["code"], &refused["path"]), (&json!(error), &json!(["input", "name"])), "{name}");
        assert_eq!((&refused["suggestion"], &refused["holder"]), (&json!(suggestion), holder), "{name}");
        assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await, stacks, "{name}");
        assert_eq!(copy(t, json!({ "stack": named(source), "name": suggestion })).await, suggestion);
        assert_eq!(shown(t, source).await, before);
    }
    let refused = t.refused("duplicateStack", json!({ "stack": { "id": db["id"] }, "name": "UP" })).await;
    assert_eq!(refused, [code("NOT_FOUND", "input.stack.id"), code("NAME_INVALID", "input.name")]);
}

async fn a_generated_stack_name_fits_and_avoids_containers(t: &TestApp) {
    t.template("postgres").await;
    // Instances of 41 characters leave 13 for the stack.
    filled(t, "storehouse", &["db", &"d".repeat(41)]).await;
    let input = json!({ "stack": named("storehouse") });
    assert_eq!(copy(t, input.clone()).await, "storehou-copy");
    assert_eq!(copy(t, input).await, "storeh-copy-2");
    // `s` + `copy-db` is the container of `s-copy` + `db`.
    filled(t, "s", &["db", "copy-db", "copy-2-db"]).await;
    assert_eq!(copy(t, json!({ "stack": named("s") })).await, "s-copy-3");
    // No room for a word: bare numbers.
    filled(t, "s1", &[&"d".repeat(52)]).await;
    assert_eq!(copy(t, json!({ "stack": named("s1") })).await, "1");
    assert_eq!(copy(t, json!({ "stack": named("s1") })).await, "2");
    filled(t, "q", &[&"d".repeat(53)]).await;
    for n in 3..=9 {
        assert_eq!(copy(t, json!({ "stack": named("q") })).await, n.to_string());
    }
    let refused = refusal(t, "duplicateStack", json!({ "stack": named("q") })).await;
    assert_eq!((&refused["code"], &refused["path"]), (&json!("CONTAINER_NAME_TOO_LONG"), &json!(["input", "name"])));
}

async fn shared_host_ports_of_stacks_are_warned_about(t: &TestApp) {
    t.stack("shop").await;
    let web = json!({ "name": "web", "imageName": "nginx", "ports": [
        { "containerPort": 80, "hostPort": 8080 }, { "containerPort": 443, "hostPort": 8443 }, { "containerPort": 9000 },
    ] });
    t.done("createTemplate", web, "").await;
    for (name, ports) in [
        ("plain", json!([])),
        ("own", json!([{ "containerPort": 80, "hostPort": 18080 }, { "containerPort": 443, "hostPort": null }])),
        ("gone", json!([])),
    ] {
        let input = json!({
            "stack": named("shop"), "template": named("web"), "name": name, "overrides": { "ports": ports },
        });
        t.done("createInstance", input, "").await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "gone") }), "").await;
    let made = t.done("duplicateStack", json!({ "stack": named("shop") }), "warnings { code message }").await;
    let warnings = made["warnings"].as_array().unwrap();
    let ports: Vec<_> = warnings
        .iter()
        .map(|warning| {
            assert_eq!(warning["code"], "HOST_PORT_SHARED");
            let message = warning["message"].as_str().unwrap();
            assert!(message.contains("`shop`") && message.contains("`shop-copy`"), "{message}");
            let name = ["plain", "own"].into_iter().find(|name| message.contains(&format!("`{name}`"))).unwrap();
            let port = ["8080", "8443", "18080"].into_iter().find(|port| message.contains(&format!(":{port}/tcp")));
            (name, port.unwrap())
        })
        .collect();
    assert_eq!(ports, [("plain", "8080"), ("plain", "8443"), ("own", "18080")]);
}

async fn ten_copies_of_a_stack_at_once_get_ten_names(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "cache").await;
    let copies = t.at_once(10, |t: TestApp, _| async move { copy(&t, json!({ "stack": named("shop") })).await });
    let names: BTreeSet<String> = copies.await.into_iter().collect();
    let expected = (2..=10).map(|n| format!("shop-copy-{n}")).chain(["shop-copy".to_owned()]).collect();
    assert_eq!(names, expected);
    // Copies of two stacks that are shortened to the same names.
    let sources = ["a", "b"].map(|end| format!("{}{end}", "e".repeat(60)));
    for source in &sources {
        t.stack(source).await;
    }
    let copies = t.at_once(10, |t: TestApp, n| {
        let source = sources[n % 2].clone();
        async move { copy(&t, json!({ "stack": named(&source) })).await }
    });
    assert_eq!(copies.await.into_iter().collect::<BTreeSet<_>>().len(), 10);
    for name in &names {
        assert_eq!(containers(t, name).await, [format!("devarch-{name}-db"), format!("devarch-{name}-cache")]);
    }
}

async fn a_stale_copy_of_a_stack_makes_nothing(t: &TestApp) {
    t.shop().await;
    for name in [json!(null), json!("store")] {
        let input = json!({ "stack": named("shop"), "name": name, "expectedRevision": 2 });
        let payload = t.mutate("duplicateStack", input, "stack { id } warnings { message }").await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
        assert_eq!((&payload["stack"], &payload["warnings"]), (&json!(null), &json!([])));
    }
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 1);
}

async fn a_copy_of_a_stack_that_fails_halfway_leaves_nothing(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_config_files").await;
    let query = "mutation ($input: DuplicateStackInput!) { duplicateStack(input: $input) { stack { id } } }";
    let answer = t.graphql(query, json!({ "input": { "stack": named("shop") } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    let left = t.data("{ stacks { totalCount nodes { name instances { totalCount } } } }", json!({})).await;
    assert_eq!(
        left["stacks"],
        json!({ "totalCount": 1, "nodes": [{ "name": "shop", "instances": { "totalCount": 1 } }] })
    );
}

async fn a_copy_costs_the_same_for_1_and_30_instances(t: &TestApp) {
    t.template("postgres").await;
    let mut costs = Vec::new();
    for (stack, n) in [("one", 1), ("thirty", 30)] {
        filled(t, stack, &[]).await;
        many(t, stack, n).await;
        let before = t.db.statements();
        copy(t, json!({ "stack": named(stack) })).await;
        costs.push(t.db.statements() - before);
    }
    // The source, its instances' names, names that are taken, containers that are; the stack, the instances, twelve
    // kinds, of which the secrets are read, and their key held, to be sealed anew; the rules;
    // the instances, their rules, their ports and those of their templates; the variables of the stack, and whether
    // one of them is locked; and that the new stack has changed.
    // PostgreSQL reads several tables in one statement, and writes the log in one.
    let all = if t.engine == Engine::Sqlite { 35 } else { 26 };
    assert_eq!(costs, [all, all]);
}
