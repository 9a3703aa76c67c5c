//! References whose targets go, come back, or are brought back: they are told, and never empty.

use serde_json::{Value, json};

use super::{APP, DB, instance, set_variables, shop, values};
use crate::support::{TestApp, both};

both!(
    what_has_no_value_is_a_conflict,
    a_plan_tells_what_breaks,
    a_plan_tells_what_follows_and_what_is_made_anew,
    a_restoration_under_another_name_is_followed,
    a_rename_that_is_reverted_is_followed,
    an_instance_goes_back_to_texts_with_the_names_of_today,
    a_document_keeps_references,
    an_apply_refuses_references_without_a_value,
    the_file_of_a_stack_changes_nothing_in_it,
    a_fork_with_new_secrets_keeps_references,
    a_secret_that_refers_is_resolved,
    instances_have_no_names_that_mean_something_else,
);

fn by_name(name: &str) -> Value {
    TestApp::by_name("shop", name)
}

async fn plan(t: &TestApp, change: &str, input: Value) -> Value {
    let query = "query ($change: ChangeInput!) { plan(change: $change) { destructive userErrors { message } \
                 newConflicts { kind value holder { name } } solvedConflicts { kind value } \
                 effects(first: 100) { nodes { __typename severity message ... on ReferenceEffect { onReference: action target } \
                 ... on ContainerEffect { onContainer: action containerName } } } } }";
    t.data(query, json!({ "change": { change: input } })).await["plan"].take()
}

fn of_type<'p>(plan: &'p Value, name: &str) -> Vec<&'p Value> {
    plan["effects"]["nodes"].as_array().unwrap().iter().filter(|effect| effect["__typename"] == name).collect()
}

async fn what_has_no_value_is_a_conflict(t: &TestApp) {
    shop(t).await;
    let query = "{ stack(name: \"shop\") { conflicts { kind value message holderCount holder { name } holders { name } instance { name } } } \
                 instance(stack: \"shop\", name: \"app\") { conflicts { kind value } } }";
    let found = t.data(query, json!({})).await;
    assert_eq!(found["stack"]["conflicts"], json!([]));
    t.done("softDeleteInstance", json!({ "instance": by_name(DB) }), "instance { id }").await;
    let found = t.data(query, json!({})).await;
    let all = found["stack"]["conflicts"].as_array().unwrap().clone();
    assert!(all.iter().all(|one| one["kind"] == "REFERENCE" && one["instance"]["name"] == APP), "{all:?}");
    let host = all.iter().find(|one| one["value"] == "${{orders-db:host}}").unwrap();
    assert_eq!((&host["holder"], &host["holders"], &host["holderCount"]), (&json!(null), &json!([]), &json!(0)));
    let message = host["message"].as_str().unwrap();
    assert!(
        message.contains("The stack has no instance `orders-db`") && message.contains("the variable `HOST`"),
        "{message}"
    );
    assert_eq!(found["instance"]["conflicts"].as_array().unwrap().len(), all.len());
    // A disabled instance has it for itself only.
    t.done("updateInstance", json!({ "instance": by_name(APP), "enabled": false }), "instance { name }").await;
    let found = t.data(query, json!({})).await;
    assert_eq!(found["stack"]["conflicts"], json!([]));
    assert_eq!(found["instance"]["conflicts"].as_array().unwrap().len(), all.len());
}

async fn a_plan_tells_what_breaks(t: &TestApp) {
    t.freeze_time();
    shop(t).await;
    let found = plan(t, "softDeleteInstance", json!({ "instance": by_name(DB) })).await;
    assert_eq!(found["destructive"], true, "{found}");
    let broken = of_type(&found, "ReferenceEffect");
    assert!(broken.iter().all(|it| it["onReference"] == "BREAK" && it["severity"] == "DESTRUCTIVE"), "{broken:?}");
    assert!(broken.iter().any(|it| it["target"] == "${{orders-db.PASSWORD}}"), "{broken:?}");
    assert!(found["newConflicts"].as_array().unwrap().iter().any(|it| it["value"] == "${{orders-db:host}}"), "{found}");
    assert!(!found.to_string().contains("s3cret"));
    // One variable of it, and a variable of the stack.
    let reset = json!({ "instance": by_name(DB), "operations": [{ "reset": { "entry": { "envVar": "USER" } } }] });
    let found = plan(t, "patchInstanceOverrides", reset).await;
    let targets: Vec<&Value> = of_type(&found, "ReferenceEffect").iter().map(|it| &it["target"]).collect();
    assert!(
        targets.contains(&&json!("${{orders-db.USER}}")) && targets.contains(&&json!("${{self.USER}}")),
        "{targets:?}"
    );
    // A value that is written again is mended.
    t.done("softDeleteInstance", json!({ "instance": by_name(DB) }), "instance { id }").await;
    let found = plan(t, "restoreInstance", json!({ "instance": by_name(DB) })).await;
    assert!(
        found["solvedConflicts"].as_array().unwrap().iter().any(|it| it["value"] == "${{orders-db:host}}"),
        "{found}"
    );
}

async fn a_plan_tells_what_follows_and_what_is_made_anew(t: &TestApp) {
    t.freeze_time();
    shop(t).await;
    let found = plan(t, "renameInstance", json!({ "instance": by_name(DB), "name": "main-db" })).await;
    let follows = of_type(&found, "ReferenceEffect");
    assert_eq!((follows.len(), &follows[0]["onReference"]), (1, &json!("FOLLOW")), "{found}");
    assert_eq!(follows[0]["message"], "`shop/app` refers to `orders-db`, and follows it to its new name `main-db`.");
    assert_eq!(found["newConflicts"], json!([]));
    // Another value of a variable, and another secret, change the container that refers to them.
    for var in
        [json!({ "key": "USER", "value": "other" }), json!({ "key": "PASSWORD", "value": "new", "isSecret": true })]
    {
        let set = json!({ "instance": by_name(DB), "operations": [{ "set": { "envVar": var } }] });
        let found = plan(t, "patchInstanceOverrides", set).await;
        let anew: Vec<&Value> = of_type(&found, "ContainerEffect").iter().map(|it| &it["containerName"]).collect();
        assert_eq!(anew, [&json!("devarch-shop-app"), &json!("devarch-shop-orders-db")], "{var}: {found}");
        assert!(!found.to_string().contains("s3cret"));
    }
    // A description does not.
    let found = plan(t, "updateInstance", json!({ "instance": by_name(DB), "description": "new" })).await;
    assert_eq!(of_type(&found, "ContainerEffect"), Vec::<&Value>::new());
}

async fn a_restoration_under_another_name_is_followed(t: &TestApp) {
    shop(t).await;
    let before = values(t, "shop", APP).await;
    let gone = t.done("softDeleteInstance", json!({ "instance": by_name(DB) }), "instance { id }").await;
    let id = gone["instance"]["id"].clone();
    t.done("restoreInstance", json!({ "instance": { "id": id }, "name": "main-db" }), "instance { name }").await;
    let expected: Value = serde_json::from_str(&before.to_string().replace(DB, "main-db")).unwrap();
    assert_eq!(values(t, "shop", APP).await, expected);
    // Another instance has the name by now: it is the one that is meant.
    t.done("softDeleteInstance", json!({ "instance": by_name("main-db") }), "instance { id }").await;
    instance(t, "main-db", "web", json!({ "envVars": [{ "key": "USER", "value": "second" }] })).await;
    t.done("restoreInstance", json!({ "instance": { "id": id }, "name": "third" }), "instance { name }").await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { envVars { key value } } }";
    let found = t.data(query, json!({})).await;
    assert_eq!(found["instance"]["envVars"][0], json!({ "key": "HOST", "value": "${{main-db:host}}" }), "{found}");
}

async fn a_rename_that_is_reverted_is_followed(t: &TestApp) {
    shop(t).await;
    let before = values(t, "shop", APP).await;
    t.done("renameInstance", json!({ "instance": by_name(DB), "name": "main-db" }), "instance { name }").await;
    let query =
        "{ instance(stack: \"shop\", name: \"main-db\") { history(first: 1, actions: [RENAME]) { nodes { id } } } }";
    let change = t.data(query, json!({})).await["instance"]["history"]["nodes"][0]["id"].take();
    t.done("revertChange", json!({ "change": change }), "").await;
    assert_eq!(values(t, "shop", APP).await, before);
}

async fn an_instance_goes_back_to_texts_with_the_names_of_today(t: &TestApp) {
    shop(t).await;
    let before = values(t, "shop", APP).await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { history(first: 1) { nodes { id } } } }";
    let point = t.data(query, json!({})).await["instance"]["history"]["nodes"][0]["id"].take();
    t.done("renameInstance", json!({ "instance": by_name(DB), "name": "main-db" }), "instance { name }").await;
    set_variables(t, APP, json!([])).await;
    let input = json!({ "instance": by_name(APP), "at": { "change": point } });
    t.done("restoreVersion", input, "").await;
    let expected: Value = serde_json::from_str(&before.to_string().replace(DB, "main-db")).unwrap();
    assert_eq!(values(t, "shop", APP).await, expected);
    // What was then is shown as it was then.
    let query = "query($at: ChangeID) { instance(stack: \"shop\", name: \"app\") { version(at: { change: $at }) { \
                 effectiveConfig { envVars { key value isSecret } } } } }";
    let query = query.replace("ChangeID", "ID!");
    let found = t.data(&query, json!({ "at": point })).await;
    let vars = found["instance"]["version"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let of = |key: &str| vars.iter().find(|var| var["key"] == key).unwrap().clone();
    assert_eq!(of("HOST")["value"], DB);
    assert_eq!(of("DSN"), json!({ "key": "DSN", "value": null, "isSecret": true }));
}

async fn a_document_keeps_references(t: &TestApp) {
    shop(t).await;
    let document = t.data("{ stack(name: \"shop\") { document } }", json!({})).await["stack"]["document"].take();
    let text = document.as_str().unwrap();
    assert!(text.contains("${{orders-db:url(5432)}}/${{orders-db.DATABASE}}") && !text.contains("s3cret"), "{text}");
    let input = json!({ "stack": "other", "source": { "document": text.replace("stack: shop", "stack: other") }, "owner": "git" });
    let done = t.mutate("applyStack", input, "stack { name }").await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    let there = values(t, "other", APP).await;
    assert_eq!(there["URL"], "postgresql://orders-db:5432/orders-live");
    assert!(there["NAMES"].as_str().unwrap().starts_with("devarch-other-orders-db "), "{there}");
}

async fn an_apply_refuses_references_without_a_value(t: &TestApp) {
    shop(t).await;
    let document = t.data("{ stack(name: \"shop\") { document } }", json!({})).await["stack"]["document"].take();
    let text = document.as_str().unwrap().replace("${{orders-db:url(5432)}}", "${{orders-db:url(5433)}}");
    let input = json!({ "stack": "shop", "source": { "document": text }, "owner": "git" });
    let refused = t.mutate("applyStack", input, "").await;
    let error = &refused["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("REFERENCE_NO_SUCH_PORT"), &json!(["input", "source", "document"])),
        "{refused}"
    );
    assert!(error["message"].as_str().unwrap().starts_with("app: "), "{refused}");
}

async fn the_file_of_a_stack_changes_nothing_in_it(t: &TestApp) {
    shop(t).await;
    let query = "{ stack(name: \"shop\") { compose { text requiredVariables } } \
                 instance(stack: \"shop\", name: \"app\") { revision envVars { key value } } }";
    let before = t.data(query, json!({})).await;
    let text = &before["stack"]["compose"]["text"];
    // A secret inside of a text is a variable of the file, which a reader needs, whatever its value is.
    let input = json!({
        "stack": "shop", "source": { "compose": [{ "text": text }] }, "owner": "git",
        "variables": [{ "name": "ORDERS_DB__PASSWORD", "value": "of a reader" }],
    });
    let done = t.mutate("applyStack", input, "stack { name }").await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    let after = t.data(query, json!({})).await;
    assert_eq!(after["instance"]["envVars"], before["instance"]["envVars"]);
    assert_eq!(after["instance"]["revision"], before["instance"]["revision"]);
}

async fn a_fork_with_new_secrets_keeps_references(t: &TestApp) {
    shop(t).await;
    let secret = json!([{ "key": "DSN", "value": "${{orders-db.USER}}:${{orders-db.PASSWORD}}", "isSecret": true }]);
    set_variables(t, APP, secret).await;
    let reveal = async |stack: &str| {
        let query = "query($name: String!) { stack(name: $name) { compose(revealSecrets: true) { text } } }";
        let found = t.data(query, json!({ "name": stack })).await;
        found["stack"]["compose"]["text"].as_str().unwrap().to_owned()
    };
    assert!(reveal("shop").await.contains("DSN: \"orders:s3cret$$\"\n"), "{}", reveal("shop").await);
    t.done(
        "forkStack",
        json!({ "stack": { "name": "shop" }, "name": "fork", "secrets": "GENERATE" }),
        "stack { name }",
    )
    .await;
    let password = t.reveal(json!({ "instance": TestApp::by_name("fork", DB) }), "PASSWORD").await;
    let password = password.as_str().unwrap_or_default().to_owned();
    assert_ne!(password, "s3cret$");
    let text = reveal("fork").await;
    assert!(text.contains(&format!("DSN: orders:{password}\n")), "{text}");
}

async fn a_secret_that_refers_is_resolved(t: &TestApp) {
    shop(t).await;
    let secret = json!([{ "key": "DSN", "value": "x:${{orders-db.USER}}", "isSecret": true }]);
    set_variables(t, APP, secret).await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key value text segments { __typename } state isSecret isSet } } \
                 references { key text } conflicts { value } } stack(name: \"shop\") { compose { text warnings { message } } } }";
    let found = t.data(query, json!({})).await;
    let dsn = json!({ "key": "DSN", "value": null, "text": null, "segments": [], "state": "RESOLVED", "isSecret": true, "isSet": true });
    assert_eq!(found["instance"]["effectiveConfig"]["envVars"][0], dsn);
    assert!(found["instance"]["references"].to_string().contains("DSN"), "what a secret refers to is known: {found}");
    // Its target goes.
    t.done("softDeleteInstance", json!({ "instance": by_name(DB) }), "instance { id }").await;
    let found = t.data(query, json!({})).await;
    assert_eq!(found["instance"]["effectiveConfig"]["envVars"][0]["state"], "UNRESOLVED");
    assert!(found["instance"]["conflicts"].to_string().contains("${{orders-db.USER}}"), "{found}");
    let warnings = found["stack"]["compose"]["warnings"].to_string();
    assert!(warnings.contains("Its secret DSN has no value"), "{warnings}");
}

async fn instances_have_no_names_that_mean_something_else(t: &TestApp) {
    shop(t).await;
    for name in ["self", "shared"] {
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": "web" }, "name": name });
        let refused = t.mutate("createInstance", input, "").await;
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["suggestion"]), (&json!("NAME_RESERVED"), &json!(format!("my-{name}"))));
    }
}
