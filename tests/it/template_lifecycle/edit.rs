//! Editing a template.

use super::*;

both!(
    an_edit_changes_what_it_names_in_one_step,
    null_clears_what_may_be_absent,
    null_is_refused_where_there_must_be_a_value,
    equal_values_change_nothing,
    a_collection_is_replaced_whole_or_left_alone,
    all_violations_come_together_and_nothing_is_written,
    what_an_edit_leaves_alone_is_not_judged,
    a_template_that_is_not_there_is_not_edited,
    a_rename_keeps_the_id_and_frees_the_old_name,
    a_taken_name_leaves_everything_as_it_was,
    a_stale_edit_gets_the_current_state_and_writes_nothing,
    an_edit_reaches_every_instance_at_once,
    edits_made_from_the_current_revision_are_never_lost,
    edits_of_different_values_do_not_undo_each_other,
    an_edit_does_not_hold_up_new_instances,
    the_catalogue_never_overwrites_an_edit,
);

async fn an_edit_changes_what_it_names_in_one_step(t: &TestApp) {
    t.template("postgres").await;
    let mut expected = shown(t, "postgres").await;
    let edits = [
        json!({ "description": "A database" }),
        json!({ "imageTag": "18", "user": "70:70", "workingDir": "/srv" }),
        json!({ "command": ["postgres", "-c", "a b"], "entrypoint": [""] }),
        json!({ "command": [] }),
        json!({
            "name": "pg", "description": "Another", "category": "sql", "imageName": "ghcr.io/acme/pg",
            "imageTag": "1", "command": ["x"], "entrypoint": ["/y"], "user": "root", "workingDir": "/",
            "restartPolicy": "on-failure:3", "ports": [],
        }),
    ];
    for (n, input) in edits.into_iter().enumerate() {
        let edited = edit(t, input.clone()).await;
        assert_eq!(edited["revision"], n + 2, "{input}");
        assert!(edited["updatedAt"].as_str() > expected["updatedAt"].as_str(), "{input}");
        expected.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        for field in ["revision", "updatedAt"] {
            expected[field] = edited[field].clone();
        }
        assert_eq!(edited, expected);
    }
}

async fn null_clears_what_may_be_absent(t: &TestApp) {
    t.template("postgres").await;
    let given = json!({
        "description": "A database", "command": ["x"], "entrypoint": ["y"], "user": "root", "workingDir": "/",
    });
    edit(t, given).await;
    let nulls = json!({
        "description": null, "category": null, "command": null, "entrypoint": null, "user": null, "workingDir": null,
    });
    let cleared = edit(t, nulls.clone()).await;
    assert_eq!(cleared["revision"], 3);
    for (field, _) in nulls.as_object().unwrap() {
        let empty = if ["description", "category"].contains(&field.as_str()) { json!("") } else { json!(null) };
        assert_eq!(cleared[field], empty, "{field}");
    }
}

async fn null_is_refused_where_there_must_be_a_value(t: &TestApp) {
    t.template("postgres").await;
    let input = json!({
        "name": null, "imageName": null, "imageTag": null, "restartPolicy": null, "description": "lost", "user": "",
    });
    let expected = [
        ("INVALID_VALUE", "input.name"),
        ("INVALID_VALUE", "input.imageName"),
        ("INVALID_VALUE", "input.imageTag"),
        ("INVALID_VALUE", "input.restartPolicy"),
        ("INVALID_VALUE", "input.user"),
    ];
    refused(t, input, &expected).await;
}

async fn equal_values_change_nothing(t: &TestApp) {
    t.template("postgres").await;
    edit(t, TestApp::entries()).await;
    let before = shown(t, "postgres").await;
    let mut all = before.clone();
    for field in ["id", "enabled", "revision", "createdAt", "updatedAt"] {
        all.as_object_mut().unwrap().remove(field);
    }
    // A secret is not shown; sent back without a value it stays as it is.
    for var in all["envVars"].as_array_mut().unwrap() {
        let var = var.as_object_mut().unwrap();
        var.remove("isSet");
        if var["isSecret"] == true {
            var.remove("value");
        }
    }
    let mut with_revision = all.clone();
    with_revision["expectedRevision"] = json!(2);
    for input in [json!({}), json!({ "user": null }), json!({ "name": "postgres" }), all, with_revision] {
        assert_eq!(edit(t, input.clone()).await, before, "{input}");
    }
}

async fn a_collection_is_replaced_whole_or_left_alone(t: &TestApp) {
    t.template("postgres").await;
    let mut expected = shown(t, "postgres").await;
    let overrides = TestApp::entries();
    let replaced = edit(t, overrides.clone()).await;
    assert_eq!(replaced["revision"], 2);
    assert_eq!(replaced["envVars"].as_array().unwrap().len(), 2);
    assert_eq!(replaced["configFiles"][0]["content"], "a=$b\n");
    for (kind, _) in overrides.as_object().unwrap() {
        expected[kind] = replaced[kind].clone();
    }
    for (n, (kind, _)) in overrides.as_object().unwrap().iter().enumerate() {
        let single = ["healthcheck", "resourceLimits"].contains(&kind.as_str());
        // Null and the empty list say the same; some kinds have no list.
        let nothing = if single || n % 2 == 0 { json!(null) } else { json!([]) };
        let edited = edit(t, json!({ kind: nothing })).await;
        expected[kind] = if single { json!(null) } else { json!([]) };
        for field in ["revision", "updatedAt"] {
            expected[field] = edited[field].clone();
        }
        assert_eq!(edited["revision"], n + 3, "{kind}");
        assert_eq!(edited, expected, "{kind}");
    }
}

async fn all_violations_come_together_and_nothing_is_written(t: &TestApp) {
    t.template("postgres").await;
    let input = json!({
        "name": "A", "description": "x".repeat(4097), "category": "a\nb", "imageName": "nginx:1", "imageTag": "",
        "command": ["x".repeat(65_537)], "entrypoint": ["\u{0}"], "user": "", "workingDir": "srv",
        "restartPolicy": "x",
        "ports": [{ "containerPort": 80, "hostPort": 0 }, { "containerPort": 0 }],
        "volumes": [{ "source": "/a", "target": "/../b" }],
        "envVars": [{ "key": "A", "value": "" }, { "key": "A", "value": "" }],
        "labels": [{ "key": "devarch.stack_id", "value": "1" }],
        "healthcheck": { "test": [] },
        "configFiles": [{ "filePath": "/../x", "content": "" }],
    });
    let expected = [
        ("NAME_INVALID", "input.name"),
        ("LIMIT_EXCEEDED", "input.description"),
        ("INVALID_VALUE", "input.category"),
        ("INVALID_VALUE", "input.imageName"),
        ("INVALID_VALUE", "input.imageTag"),
        ("INVALID_VALUE", "input.command"),
        ("INVALID_VALUE", "input.entrypoint"),
        ("INVALID_VALUE", "input.user"),
        ("INVALID_VALUE", "input.workingDir"),
        ("INVALID_VALUE", "input.restartPolicy"),
        ("INVALID_VALUE", "input.ports.0.hostPort"),
        ("INVALID_VALUE", "input.ports.1.containerPort"),
        ("INVALID_VALUE", "input.volumes.0.target"),
        ("DUPLICATE_KEY", "input.envVars.1"),
        ("RESERVED_LABEL", "input.labels.0.key"),
        ("INVALID_VALUE", "input.healthcheck.test"),
        ("INVALID_VALUE", "input.configFiles.0.filePath"),
    ];
    refused(t, input.clone(), &expected).await;
    // One invalid value prevents the whole write.
    refused(t, json!({ "imageTag": "18", "ports": [], "user": "" }), &[("INVALID_VALUE", "input.user")]).await;

    // The same values are refused for a new template, with the same suggestions.
    let edited = t.mutate("updateTemplate", postgres(input.clone()), "").await;
    assert_eq!(t.mutate("createTemplate", input, "").await["userErrors"], edited["userErrors"]);
}

async fn what_an_edit_leaves_alone_is_not_judged(t: &TestApp) {
    t.template("postgres").await;
    let odd = "UPDATE services SET image_name = 'Not An Image', restart_policy = 'sometimes'";
    t.db.writer().execute_unprepared(odd).await.unwrap();
    let edited = edit(t, json!({ "description": "Odd" })).await;
    assert_eq!((&edited["imageName"], &edited["restartPolicy"]), (&json!("Not An Image"), &json!("sometimes")));
    let same = json!({ "imageName": "Not An Image" });
    refused(t, same, &[("INVALID_VALUE", "input.imageName")]).await;
}

async fn a_template_that_is_not_there_is_not_edited(t: &TestApp) {
    let stack = t.stack("shop").await;
    let cases = [
        (json!({ "name": "nothing" }), "input.template.name"),
        (json!({ "name": "a\u{0}" }), "input.template.name"),
        (json!({ "id": "rubbish" }), "input.template.id"),
        (json!({ "id": stack["id"] }), "input.template.id"),
    ];
    for (template, path) in cases {
        let input = json!({ "template": template, "name": "B", "expectedRevision": 7 });
        let expected = [code("NOT_FOUND", path), code("NAME_INVALID", "input.name")];
        assert_eq!(t.refused("updateTemplate", input).await, expected, "{template}");
    }
}

async fn a_rename_keeps_the_id_and_frees_the_old_name(t: &TestApp) {
    let before = t.template("postgres").await;
    let renamed = edit(t, json!({ "name": "pg" })).await;
    assert_eq!((&renamed["id"], &renamed["revision"]), (&before["id"], &json!(2)));
    assert_eq!(shown(t, "postgres").await, json!(null));
    t.template("postgres").await;
}

async fn a_taken_name_leaves_everything_as_it_was(t: &TestApp) {
    t.template("postgres").await;
    let holder = t.template("mysql").await;
    let input = json!({ "name": "mysql", "imageTag": "18", "ports": [], "envVars": [{ "key": "A", "value": "b" }] });
    refused(t, input.clone(), &[("NAME_TAKEN", "input.name")]).await;
    let selection = "taken: userErrors { ... on NameTakenError { suggestion holder { id } } }";
    let payload = t.mutate("updateTemplate", postgres(input.clone()), selection).await;
    assert_eq!(payload["template"], json!(null));
    assert_eq!(payload["taken"], json!([{ "suggestion": "mysql-2", "holder": { "id": holder["id"] } }]));
    let mut free = input;
    free["name"] = json!("mysql-2");
    edit(t, free).await;
}

async fn a_stale_edit_gets_the_current_state_and_writes_nothing(t: &TestApp) {
    t.template("postgres").await;
    edit(t, json!({ "description": "Mine" })).await;
    let before = shown(t, "postgres").await;
    let current = "stale: userErrors { ... on StaleRevisionError { currentRevision current { \
                   ... on Template { name description revision } } } }";
    for input in [json!({ "description": "x" }), json!({ "description": "Mine" }), json!({ "ports": [] }), json!({})] {
        let mut input = postgres(input);
        input["expectedRevision"] = json!(1);
        let payload = t.mutate("updateTemplate", input, current).await;
        assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
        let state = json!({ "name": "postgres", "description": "Mine", "revision": 2 });
        assert_eq!(payload["stale"], json!([{ "currentRevision": 2, "current": state }]));
        assert_eq!(shown(t, "postgres").await, before);
    }
    let edited = edit(t, json!({ "description": "x", "expectedRevision": 2 })).await;
    assert_eq!(edited["revision"], 3);
}

async fn an_edit_reaches_every_instance_at_once(t: &TestApp) {
    let db = t.shop().await;
    edit(t, json!({ "imageTag": "18", "ports": [{ "containerPort": 5433 }] })).await;
    let query = "{ instance(stack: \"shop\", name: \"db\") { revision updatedAt
        template { revision imageTag ports { containerPort } } } }";
    let found = t.data(query, json!({})).await["instance"].take();
    assert_eq!(found["template"], json!({ "revision": 2, "imageTag": "18", "ports": [{ "containerPort": 5433 }] }));
    // The instance itself has not changed.
    assert_eq!((&found["revision"], &found["updatedAt"]), (&db["revision"], &db["updatedAt"]));
    // Also in the same request, which has read the old state before.
    let twice = "mutation ($one: UpdateTemplateInput!, $two: UpdateTemplateInput!) {
        one: updateTemplate(input: $one) { template { imageTag ports { containerPort } } }
        two: updateTemplate(input: $two) { template { imageTag ports { containerPort } } } }";
    let (one, two) = (json!({ "ports": [{ "containerPort": 1 }] }), json!({ "ports": [{ "containerPort": 2 }] }));
    let done = t.data(twice, json!({ "one": postgres(one), "two": postgres(two) })).await;
    for (field, port) in [("one", 1), ("two", 2)] {
        assert_eq!(done[field]["template"], json!({ "imageTag": "18", "ports": [{ "containerPort": port }] }));
    }
}

/// Increments the number in the description with `expectedRevision`, and tries again until no other write came between.
async fn add_one(t: TestApp, _: usize) {
    loop {
        let read = t.data("{ template(name: \"postgres\") { description revision } }", json!({})).await;
        let sum = read["template"]["description"].as_str().unwrap().parse().unwrap_or(0) + 1;
        let input = json!({
            "description": sum.to_string(), "envVars": [{ "key": "SUM", "value": sum.to_string() }],
            "expectedRevision": read["template"]["revision"],
        });
        match TestApp::codes(&t.mutate("updateTemplate", postgres(input), "").await).as_slice() {
            [] => return,
            errors => assert_eq!(errors, [code("STALE_REVISION", "input.expectedRevision")]),
        }
    }
}

async fn edits_made_from_the_current_revision_are_never_lost(t: &TestApp) {
    t.template("postgres").await;
    t.at_once(20, add_one).await;
    let after = shown(t, "postgres").await;
    assert_eq!((&after["description"], &after["revision"]), (&json!("20"), &json!(21)));
    assert_eq!(after["envVars"][0]["value"], "20");
}

async fn edits_of_different_values_do_not_undo_each_other(t: &TestApp) {
    t.template("postgres").await;
    let fields = ["description", "category", "user", "imageTag"];
    t.at_once(20, move |t: TestApp, n| async move {
        if n < fields.len() {
            return t.done("updateTemplate", postgres(json!({ fields[n]: "given" })), "").await;
        }
        t.done("updateTemplate", postgres(json!({ "ports": [{ "containerPort": n }] })), "").await
    })
    .await;
    let after = shown(t, "postgres").await;
    for field in fields {
        assert_eq!(after[field], "given", "{field}");
    }
    assert_eq!(after["ports"].as_array().unwrap().len(), 1);
    assert_eq!(after["revision"], 21);
}

async fn an_edit_does_not_hold_up_new_instances(t: &TestApp) {
    t.shop().await;
    if t.engine == Engine::Sqlite {
        return; // It has one writer.
    }
    let tx = Tx::unscoped(t.db.writer().begin().await.unwrap());
    describe(&tx, "postgres").await;
    let create = t.instance("shop", "meanwhile");
    tokio::time::timeout(Duration::from_secs(5), create).await.expect("the edit is still open");
    tx.into_inner().commit().await.unwrap();
    assert_eq!(shown(t, "postgres").await["description"], "Mine");
}

async fn the_catalogue_never_overwrites_an_edit(t: &TestApp) {
    let load = async |tag| t.app.load_catalog(&[file("api", tag), file("web", tag)]).await.unwrap();
    assert_eq!(load("1").await, report(2, 0, 0, 0));
    // While the catalogue is about to write.
    let tx = Tx::unscoped(t.db.writer().begin().await.unwrap());
    describe(&tx, "api").await;
    let (loaded, ()) = tokio::join!(load("2"), commit_soon(tx));
    assert_eq!(loaded, report(0, 1, 0, 1));
    let edited = shown(t, "api").await;
    assert_eq!((&edited["description"], &edited["imageTag"]), (&json!("Mine"), &json!("1")));
    // And before.
    t.done("updateTemplate", json!({ "template": { "name": "web" }, "ports": [] }), "").await;
    assert_eq!(load("3").await, report(0, 0, 0, 2));
    let edited = shown(t, "web").await;
    assert_eq!((&edited["ports"], &edited["imageTag"], &edited["revision"]), (&json!([]), &json!("2"), &json!(3)));
    // A file whose template has another name now brings no second one.
    t.done("updateTemplate", json!({ "template": { "name": "web" }, "name": "site" }), "").await;
    assert_eq!(load("4").await, report(0, 0, 0, 2));
    assert_eq!(shown(t, "web").await, json!(null));
}
