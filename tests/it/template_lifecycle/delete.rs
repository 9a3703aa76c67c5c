//! Deleting a template.

use super::*;

both!(
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

/// How many rows a table has.
async fn rows(t: &TestApp, table: &str) -> i64 {
    let db = &t.db.unscoped();
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
        "template {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} networks {{ name aliases isExternal options definition }} instances {{ totalCount nodes {{ id }} }} }}"
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
    let held = templates::find_by_name(&t.db.unscoped(), "postgres").await.unwrap().unwrap();
    let tx = Tx::unscoped(t.db.writer().begin().await.unwrap());
    assert!(!templates::delete(&tx, &held).await.unwrap());
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
    let tx = Tx::unscoped(t.db.writer().begin().await.unwrap());
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
