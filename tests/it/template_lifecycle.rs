//! The lifecycle of a template: edits and deletion, and their effect on its instances.

use std::time::Duration;

use devarch::db::{
    Tx,
    entities::TemplateModel,
    queries::templates::{self, TemplateLock, TemplateValues},
};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::{
    support::{COLLECTIONS, Engine, TestApp, both, code},
    templates::{file, report},
};

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
    an_unused_template_is_deleted_for_good,
    a_template_in_use_is_not_deleted,
    a_template_of_the_trash_is_not_deleted_either,
    the_foreign_key_keeps_a_template_that_is_in_use,
    a_deletion_made_from_an_older_state_is_refused,
    a_deletion_waits_for_an_edit_and_sees_it,
    a_deleted_template_of_the_catalogue_stays_deleted,
    no_instance_is_made_from_a_template_that_is_deleted_meanwhile,
    edits_of_a_template_that_is_deleted_meanwhile_find_nothing,
);

const VALUES: &str = "id name description category imageName imageTag command entrypoint user workingDir restartPolicy \
                      enabled revision createdAt updatedAt";

/// A change of the template `postgres`.
fn postgres(mut input: Value) -> Value {
    input["template"] = json!({ "name": "postgres" });
    input
}

/// A template with everything, by its name.
async fn shown(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ template(name: $name) {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["template"].take()
}

/// Edits `postgres`, which must succeed, and returns all of it.
async fn edit(t: &TestApp, input: Value) -> Value {
    let selection =
        format!("template {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} }}");
    let edited = t.done("updateTemplate", postgres(input), &selection).await["template"].take();
    assert_eq!(shown(t, edited["name"].as_str().unwrap()).await, edited);
    edited
}

/// An edit of `postgres` that must be refused for these reasons and leave it as it was.
async fn refused(t: &TestApp, input: Value, expected: &[(&str, &str)]) {
    let before = shown(t, "postgres").await;
    let expected: Vec<_> = expected.iter().map(|(error, path)| code(error, path)).collect();
    assert_eq!(t.refused("updateTemplate", postgres(input)).await, expected);
    assert_eq!(shown(t, "postgres").await, before);
}

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

fn now() -> DateTimeUtc {
    DateTimeUtc::from_timestamp_micros(1_767_225_600_000_000).unwrap()
}

/// Writes a description in a transaction that is still open.
async fn describe(tx: &Tx, name: &str) -> TemplateModel {
    let held = templates::lock_by_name(tx, name, TemplateLock::NoKeyUpdate).await.unwrap().unwrap();
    let values = TemplateValues { description: "Mine".to_owned(), ..TemplateValues::from(&held) };
    templates::update(tx, held.id, values, now()).await.unwrap()
}

/// Ends a transaction after others have had time to conflict with it.
async fn commit_soon(tx: Tx) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    tx.into_inner().commit().await.unwrap();
}

async fn an_edit_does_not_hold_up_new_instances(t: &TestApp) {
    t.shop().await;
    if t.engine == Engine::Sqlite {
        return; // It has one writer.
    }
    let tx = Tx::whole(t.db.writer().begin().await.unwrap());
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
    let tx = Tx::whole(t.db.writer().begin().await.unwrap());
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

/// How many rows a table has.
async fn rows(t: &TestApp, table: &str) -> i64 {
    let db = &t.db.whole();
    let sql = format!("SELECT COUNT(*) AS found FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "found").unwrap()
}

async fn an_unused_template_is_deleted_for_good(t: &TestApp) {
    t.template("mysql").await;
    let kept = shown(t, "mysql").await;
    t.template("postgres").await;
    edit(t, json!({ "user": "root" })).await;
    let mut expected = shown(t, "postgres").await;
    for list in ["ports", "volumes", "envVars", "labels", "domains", "configFiles"] {
        assert_ne!(expected[list], json!([]));
        expected[list] = json!([]);
    }
    expected["healthcheck"] = json!(null);
    expected["instances"] = json!({ "totalCount": 0, "nodes": [] });
    let selection = format!(
        "template {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} instances {{ totalCount nodes {{ id }} }} }}"
    );
    let deleted = t.done("deleteTemplate", postgres(json!({ "expectedRevision": 2 })), &selection).await;
    assert_eq!(deleted["template"], expected);

    let query = "query ($id: ID!) { node(id: $id) { id } template(name: \"postgres\") { id }
        templates { totalCount nodes { name } } }";
    let found = t.data(query, json!({ "id": expected["id"] })).await;
    let templates = json!({ "totalCount": 1, "nodes": [{ "name": "mysql" }] });
    assert_eq!(found, json!({ "node": null, "template": null, "templates": templates }));
    assert_eq!(rows(t, "service_ports").await, 1);
    assert_eq!(shown(t, "mysql").await, kept);
    let by_id = json!({ "template": { "id": expected["id"] } });
    assert_eq!(t.refused("deleteTemplate", by_id).await, [code("NOT_FOUND", "input.template.id")]);
    assert_eq!(t.refused("deleteTemplate", postgres(json!({}))).await, [code("NOT_FOUND", "input.template.name")]);
    // The name is free, and another template has another id.
    assert_ne!(t.template("postgres").await["id"], expected["id"]);
}

const USERS: &str = "template { id } inUse: userErrors { ... on InUseError { userCount message suggestion
    users { name deletedAt stack { name } template { name } } } }";

async fn a_template_in_use_is_not_deleted(t: &TestApp) {
    t.shop().await;
    t.stack("blog").await;
    t.freeze_time();
    for n in 0..24 {
        t.instance(if n % 2 == 0 { "blog" } else { "shop" }, &format!("i{n:02}")).await;
    }
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("blog", "i00") }), "").await;
    let before = shown(t, "postgres").await;
    for (template, path) in
        [(json!({ "name": "postgres" }), "input.template.name"), (json!({ "id": before["id"] }), "input.template.id")]
    {
        let payload = t.mutate("deleteTemplate", json!({ "template": template }), USERS).await;
        assert_eq!(TestApp::codes(&payload), [code("IN_USE", path)]);
        assert_eq!(payload["userErrors"][0]["__typename"], "InUseError");
        assert_eq!(payload["template"], json!(null));
        let error = &payload["inUse"][0];
        assert_eq!((&error["userCount"], &error["suggestion"]), (&json!(25), &json!(null)));
        assert_eq!(
            error["message"],
            "25 instances use the template: `db` (stack `shop`), `i00` (stack `blog`, in the trash), `i01` (stack \
             `shop`), 22 more. It can be deleted when no instance uses it, not even one in the trash."
        );
        let users = error["users"].as_array().unwrap();
        let expected: Vec<_> = std::iter::once("db".to_owned()).chain((0..19).map(|n| format!("i{n:02}"))).collect();
        assert_eq!(users.iter().map(|user| user["name"].as_str().unwrap()).collect::<Vec<_>>(), expected);
        for user in users {
            assert_eq!(user["deletedAt"] != json!(null), user["name"] == "i00", "{user}");
            assert_eq!(user["template"]["name"], "postgres");
        }
        assert_eq!(users[1]["stack"]["name"], "blog");
        assert_eq!(shown(t, "postgres").await, before);
    }
}

async fn a_template_of_the_trash_is_not_deleted_either(t: &TestApp) {
    t.shop().await;
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    let payload = t.mutate("deleteTemplate", postgres(json!({})), USERS).await;
    assert_eq!(TestApp::codes(&payload), [code("IN_USE", "input.template.name")]);
    let error = &payload["inUse"][0];
    assert_eq!((&error["userCount"], &error["users"][0]["stack"]["name"]), (&json!(1), &json!("shop")));
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("1 instance uses the template: `db` (stack `shop`, in the trash). "), "{message}");
}

async fn the_foreign_key_keeps_a_template_that_is_in_use(t: &TestApp) {
    t.shop().await;
    let held = templates::find_by_name(&t.db.whole(), "postgres").await.unwrap().unwrap();
    let tx = Tx::whole(t.db.writer().begin().await.unwrap());
    assert!(!templates::delete(&tx, held.id).await.unwrap());
    tx.into_inner().rollback().await.unwrap();
    assert_eq!(rows(t, "services").await, 1);
}

async fn a_deletion_made_from_an_older_state_is_refused(t: &TestApp) {
    t.shop().await;
    edit(t, json!({ "description": "Mine" })).await;
    let before = shown(t, "postgres").await;
    let current = "stale: userErrors { ... on StaleRevisionError { currentRevision current { \
                   ... on Template { description } } } }";
    let payload = t.mutate("deleteTemplate", postgres(json!({ "expectedRevision": 1 })), current).await;
    assert_eq!(TestApp::codes(&payload), [code("STALE_REVISION", "input.expectedRevision")]);
    let stale = json!([{ "currentRevision": 2, "current": { "description": "Mine" } }]);
    assert_eq!(payload["stale"], stale);
    assert_eq!(shown(t, "postgres").await, before);
}

async fn a_deletion_waits_for_an_edit_and_sees_it(t: &TestApp) {
    t.template("postgres").await;
    let tx = Tx::whole(t.db.writer().begin().await.unwrap());
    describe(&tx, "postgres").await;
    let (refused, ()) =
        tokio::join!(t.refused("deleteTemplate", postgres(json!({ "expectedRevision": 1 }))), commit_soon(tx));
    assert_eq!(refused, [code("STALE_REVISION", "input.expectedRevision")]);
    assert_eq!(shown(t, "postgres").await["description"], "Mine");
}

async fn a_deleted_template_of_the_catalogue_stays_deleted(t: &TestApp) {
    let load = async |tag| t.app.load_catalog(&[file("api", tag), file("web", "1")]).await.unwrap();
    assert_eq!(load("1").await, report(2, 0, 0, 0));
    t.done("deleteTemplate", json!({ "template": { "name": "api" } }), "").await;
    assert_eq!(load("1").await, report(0, 0, 2, 0));
    assert_eq!(load("2").await, report(0, 0, 1, 1));
    assert_eq!(shown(t, "api").await, json!(null));
    // A template that takes the name keeps it.
    t.done("createTemplate", json!({ "name": "api", "imageName": "mine" }), "").await;
    assert_eq!(load("3").await, report(0, 0, 1, 1));
    assert_eq!(shown(t, "api").await["imageName"], "mine");
}

async fn no_instance_is_made_from_a_template_that_is_deleted_meanwhile(t: &TestApp) {
    t.stack("shop").await;
    for place in [0, 3, 6, 12, 20] {
        t.template("postgres").await;
        let payloads = t
            .at_once(21, move |t: TestApp, n| async move {
                if n == place {
                    return (true, t.mutate("deleteTemplate", postgres(json!({})), "").await);
                }
                let input = TestApp::new_instance("shop", &format!("r{place}-{n}"));
                (false, t.mutate("createInstance", input, "").await)
            })
            .await;
        let (deletion, creations): (Vec<_>, Vec<_>) = payloads.into_iter().partition(|(deletes, _)| *deletes);
        let done = creations.iter().filter(|(_, payload)| payload["userErrors"] == json!([])).count();
        let live = instance_count(t).await;
        assert_eq!(live, done);
        let errors: Vec<_> = creations.iter().flat_map(|(_, payload)| TestApp::codes(payload)).collect();
        match TestApp::codes(&deletion[0].1).as_slice() {
            [] => assert_eq!((done, errors), (0, vec![code("NOT_FOUND", "input.template.name"); 20])),
            refused => {
                assert_eq!(refused, [code("IN_USE", "input.template.name")]);
                assert_eq!((done, errors), (20, vec![]));
                t.db.writer().execute_unprepared("DELETE FROM service_instances").await.unwrap();
                t.done("deleteTemplate", postgres(json!({})), "").await;
            }
        }
    }
}

/// How many instances there are of templates that there are.
async fn instance_count(t: &TestApp) -> usize {
    let all = rows(t, "service_instances").await;
    assert_eq!(rows(t, "service_instances i JOIN services s ON s.id = i.template_service_id").await, all);
    usize::try_from(all).unwrap()
}

async fn edits_of_a_template_that_is_deleted_meanwhile_find_nothing(t: &TestApp) {
    t.template("postgres").await;
    let payloads = t
        .at_once(20, |t: TestApp, n| async move {
            if n == 9 {
                return t.done("deleteTemplate", postgres(json!({})), "").await;
            }
            let input = json!({ "description": n.to_string(), "ports": [{ "containerPort": n + 1 }] });
            t.mutate("updateTemplate", postgres(input), "").await
        })
        .await;
    for error in payloads.iter().flat_map(TestApp::codes) {
        assert_eq!(error, code("NOT_FOUND", "input.template.name"));
    }
    assert_eq!((rows(t, "services").await, rows(t, "service_ports").await), (0, 0));
}
