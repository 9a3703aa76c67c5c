//! Stored outcomes of idempotency keys: their owner, their format, and what happens when their subject is gone.

use std::sync::Arc;

use devarch::{
    access::{Access, Role, Scope},
    fields::{Editable, InstanceValues, StackValues, TemplateValues},
    ids::{GlobalId, InstanceId, StackId},
    kinds::{EnvVar, OfInstance},
    server::AuthMode,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{number, with};
use crate::{
    access::{error_code, key},
    support::{TestApp, both, code},
};

both!(
    a_key_of_the_same_name_never_sees_what_the_other_one_did,
    warnings_do_not_depend_on_the_first_selection,
    a_change_whose_subject_is_purged_says_so,
    defaults_that_are_written_out_are_the_same_input,
    every_value_of_an_input_counts,
    the_stored_form_is_fixed,
    what_cannot_be_read_is_refused,
    a_row_of_an_earlier_version_is_refused,
    entries_of_foreign_instances_are_not_loaded,
);

/// The user error for an outcome that is not shown.
fn not_shown() -> [crate::support::Code; 1] {
    [code("NOT_FOUND", "input.idempotencyKey")]
}

async fn a_key_of_the_same_name_never_sees_what_the_other_one_did(t: &TestApp) {
    t.template("postgres").await;
    for stack in ["aa", "bb"] {
        t.stack(stack).await;
    }
    let first = key(t, "ci", "EDITOR", Some(&["bb"])).await;
    let mut input = with(TestApp::new_instance("bb", "hidden"), "k1");
    input["overrides"] = json!({ "envVars": [{ "key": "WORD", "value": "marker" }] });
    let selection = "instance { name containerName description effectiveConfig { envVars { key value } } }";
    let keyed = t.behind(AuthMode::Keys, Some(&first));
    let made = keyed.done("createInstance", input.clone(), selection).await;
    assert_eq!(keyed.done("createInstance", input.clone(), selection).await, made, "its own key sees it");
    t.done("revokeApiKey", json!({ "name": "ci" }), "").await;
    let second = key(t, "ci", "EDITOR", Some(&["aa"])).await;
    let payload = keyed.showing(Some(&second)).mutate("createInstance", input, selection).await;
    assert_eq!(payload["instance"], Value::Null, "{payload}");
    assert_eq!(TestApp::codes(&payload), [code("NOT_FOUND", "input.stack.name")]);
    assert_eq!(number(t, "SELECT count(*) FROM service_instances").await, 1);
    // Only the API key that created a key gets its token again.
    let admins = [key(t, "boss", "ADMIN", None).await, {
        t.done("revokeApiKey", json!({ "name": "boss" }), "").await;
        key(t, "boss", "ADMIN", None).await
    }];
    let new = with(json!({ "name": "new", "role": "ADMIN" }), "k2");
    let second = t.behind(AuthMode::Keys, Some(&admins[1]));
    second.done("createApiKey", new.clone(), "token").await;
    t.done("revokeApiKey", json!({ "name": "boss" }), "").await;
    let third = second.showing(Some(&key(t, "boss", "ADMIN", None).await));
    let payload = third.mutate("createApiKey", new, "token").await;
    assert_eq!((&payload["token"], TestApp::codes(&payload)), (&Value::Null, vec![code("NAME_TAKEN", "input.name")]));
}

async fn warnings_do_not_depend_on_the_first_selection(t: &TestApp) {
    t.shop().await;
    let overrides = json!({ "ports": [{ "hostPort": 80, "containerPort": 80 }] });
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": overrides });
    t.done("setInstanceOverrides", input, "").await;
    for (field, subject) in [
        ("duplicateInstance", json!({ "instance": TestApp::by_name("shop", "db") })),
        ("duplicateStack", json!({ "stack": { "name": "shop" } })),
    ] {
        let input = with(subject, field);
        t.done(field, input.clone(), "").await;
        let again = t.done(field, input, "warnings { code message }").await;
        assert_eq!(again["warnings"][0]["code"], "HOST_PORT_SHARED", "{field}");
        assert!(again["warnings"][0]["message"].as_str().unwrap().contains("0.0.0.0:80/tcp"), "{again}");
    }
}

async fn a_change_whose_subject_is_purged_says_so(t: &TestApp) {
    t.template("postgres").await;
    let stack = with(json!({ "name": "shop", "description": "a" }), "s");
    t.done("createStack", stack.clone(), "stack { id }").await;
    let instance = with(TestApp::new_instance("shop", "db"), "i");
    t.done("createInstance", instance.clone(), "instance { id }").await;
    t.done("softDeleteStack", with(json!({ "stack": { "name": "shop" } }), "d"), "").await;
    // A subject in the trash is shown as it was.
    let again = t.done("createStack", stack.clone(), "stack { name revision compose { text } }").await;
    assert_eq!((&again["stack"]["name"], &again["stack"]["revision"]), (&json!("shop"), &json!(1)));
    let purge = with(json!({ "stack": { "name": "shop" } }), "p");
    let purged = t.done("purgeStack", purge.clone(), "purgedId").await;
    for (field, of, input, selection) in [
        (
            "createStack",
            "stack",
            stack.clone(),
            "stack { compose { text } instances { totalCount } conflicts { value } }",
        ),
        ("createStack", "stack", stack, "stack { name }"),
        ("createInstance", "instance", instance, "instance { name stack { name } template { name } labels { key } }"),
        ("softDeleteStack", "stack", with(json!({ "stack": { "name": "shop" } }), "d"), "stack { compose { hash } }"),
    ] {
        let payload = t.mutate(field, input, selection).await;
        assert_eq!((&payload[of], TestApp::codes(&payload).as_slice()), (&Value::Null, not_shown().as_slice()));
    }
    assert_eq!(t.done("purgeStack", purge, "purgedId").await, purged);
    // A deleted template is shown by the change that deleted it, and by no other.
    let made = with(json!({ "name": "app", "imageName": "app", "labels": [{ "key": "a", "value": "b" }] }), "t");
    t.done("createTemplate", made.clone(), "template { id }").await;
    let delete = with(json!({ "template": { "name": "app" } }), "x");
    let selection = "template { name labels { key } instances { totalCount } }";
    let deleted = t.done("deleteTemplate", delete.clone(), selection).await;
    assert_eq!(t.done("deleteTemplate", delete, selection).await, deleted);
    assert_eq!(t.refused("createTemplate", made).await, not_shown());
}

async fn defaults_that_are_written_out_are_the_same_input(t: &TestApp) {
    let short = json!({ "name": "app", "imageName": "app", "ports": [{ "containerPort": 80 }] });
    let long = json!({
        "name": "app", "imageName": "app", "imageTag": "latest", "restartPolicy": "unless-stopped", "description": null,
        "category": null, "command": null, "user": null, "envVars": null, "labels": [], "healthcheck": null,
        "ports": [{ "containerPort": 80, "protocol": "TCP", "hostIp": "0.0.0.0", "hostPort": null }],
    });
    let first = t.done("createTemplate", with(short, "k"), "template { id name }").await;
    assert_eq!(t.done("createTemplate", with(long, "k"), "template { id name }").await, first);
    // A null that clears a collection differs from an absent field.
    t.done("createStack", with(json!({ "name": "shop" }), "s"), "").await;
    t.done("createStack", with(json!({ "name": "shop", "description": null }), "s"), "").await;
    let update = |more: Value| {
        let mut input = with(json!({ "stack": { "name": "shop" }, "enabled": true }), "u");
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    t.done("updateStack", update(json!({})), "").await;
    t.done("updateStack", update(json!({ "expectedRevision": null })), "").await;
    for other in [json!({ "description": null }), json!({ "description": "a" }), json!({ "enabled": false })] {
        let refused = t.refused("updateStack", update(other.clone())).await;
        assert_eq!(refused, [code("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey")], "{other}");
    }
    // The order of keys inside a JSON value is not part of the input.
    let literal = |value: &str| {
        format!(
            "mutation {{ createTemplate(input: {{ idempotencyKey: \"j\", name: \"json\", imageName: \"a\", attributes: [{{ \
             name: \"x-a\", value: {value} }}] }}) {{ template {{ id }} userErrors {{ code }} }} }}"
        )
    };
    let first = t.data(&literal("{ a: 1, b: [null, {}] }"), json!({})).await;
    assert_eq!(t.data(&literal("{ b: [null, {}], a: 1 }"), json!({})).await, first);
    let other = t.data(&literal("{ a: 1, b: [null] }"), json!({})).await;
    assert_eq!(other["createTemplate"]["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
}

/// Every value inside a JSON, each once changed into another one of its type.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Bool(flag) => vec![json!(!flag)],
        Value::Number(number) => vec![json!(number.as_i64().unwrap() + 1)],
        Value::String(text) => vec![json!(format!("{text}1"))],
        Value::Array(list) => {
            let inside = list.iter().enumerate().flat_map(|(at, item)| {
                changed(item).into_iter().map(move |item| {
                    let mut list = list.clone();
                    list[at] = item;
                    Value::Array(list)
                })
            });
            inside.chain((!list.is_empty()).then(|| Value::Array(list[1..].to_vec()))).collect()
        }
        Value::Object(map) => {
            let of = |key: &String, item: Value| {
                let mut map = map.clone();
                map.insert(key.clone(), item);
                Value::Object(map)
            };
            map.iter()
                .flat_map(|(key, item)| changed(item).into_iter().map(|item| of(key, item)).collect::<Vec<_>>())
                .collect()
        }
    }
}

async fn every_value_of_an_input_counts(t: &TestApp) {
    t.shop().await;
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": TestApp::overrides() });
    t.done("setInstanceOverrides", with(input.clone(), "k"), "").await;
    let others = changed(&input);
    assert!(others.len() > 40, "{} values", others.len());
    let mut tried = 0;
    for other in others {
        let query = "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) { userErrors { code } } }";
        let answer = t.graphql(query, json!({ "input": with(other.clone(), "k") })).await;
        // The enum has no such value.
        if error_code(&answer) == Some("BAD_REQUEST") {
            continue;
        }
        tried += 1;
        let found = &answer["data"]["setInstanceOverrides"]["userErrors"][0]["code"];
        assert_eq!(found, "IDEMPOTENCY_KEY_REUSED", "{other}: {answer}");
    }
    assert!(tried > 30, "{tried} values");
}

/// The stored outcomes, by age.
async fn outcomes(t: &TestApp) -> Vec<Value> {
    let db = t.db.writer();
    let sql = "SELECT outcome FROM idempotency_keys ORDER BY created_at";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).unwrap();
    rows.iter().map(|row| serde_json::from_str(&text(row)).unwrap()).collect()
}

/// The keys of an object, sorted.
fn keys(value: &Value) -> String {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

/// The keys of a stored object without the fields of clients that were added later: older rows lack them, and are read
/// with their initial values (`fields::replays`).
fn without_later(value: &Value, first: &str, editable: &[Editable]) -> String {
    let is_later = |key: &&str| !first.split(' ').any(|known| known == *key);
    let keys = keys(value);
    let kept = keys.split(' ').filter(|key| !is_later(key) || !editable.iter().any(|field| field.column == *key));
    kept.collect::<Vec<_>>().join(" ")
}

/// Existing rows must stay readable: a change of the format needs a default for a new field, or the next version.
async fn the_stored_form_is_fixed(t: &TestApp) {
    t.template("postgres").await;
    t.freeze_time();
    let mut n = 0;
    let mut keyed = |input: Value| {
        n += 1;
        t.skip_time(1);
        with(input, &format!("k{n}"))
    };
    t.done("createStack", keyed(json!({ "name": "shop", "description": "a" })), "").await;
    t.done("createInstance", keyed(TestApp::new_instance("shop", "db")), "").await;
    let template = json!({ "name": "app", "imageName": "app", "command": ["a", "b"] });
    t.done("createTemplate", keyed(template), "").await;
    t.done("duplicateInstance", keyed(json!({ "instance": TestApp::by_name("shop", "db") })), "").await;
    t.done("createApiKey", json!({ "name": "ci", "role": "READER", "stacks": [{ "name": "shop" }] }), "").await;
    t.done("revokeApiKey", keyed(json!({ "name": "ci" })), "").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db-copy") }), "").await;
    t.done("purgeInstance", keyed(json!({ "instance": TestApp::by_name("shop", "db-copy") })), "purgedId").await;
    let found = outcomes(t).await;
    assert!(found.iter().all(|outcome| keys(outcome) == "outcome version" && outcome["version"] == 1), "{found:?}");
    let stack = "created_at deleted_at description enabled id name network_name revision storage_name \
                 updated_at";
    let instance = "container_name created_at deleted_at deleted_with_stack description enabled id instance_id \
                    override_count revision secret_seed stack_id storage_name template_service_id updated_at";
    let template = "category command created_at description enabled entrypoint id image_name image_tag name \
                    restart_policy revision updated_at user working_dir";
    let found: Vec<&Value> = found.iter().map(|outcome| &outcome["outcome"]).collect();
    assert_eq!(without_later(found[0], stack, StackValues::EDITABLE), stack);
    assert_eq!(without_later(found[1], instance, InstanceValues::EDITABLE), instance);
    assert_eq!(without_later(found[2], template, TemplateValues::EDITABLE), template);
    assert_eq!(keys(found[3]), "value warnings");
    assert_eq!(without_later(&found[3]["value"], instance, InstanceValues::EDITABLE), instance);
    assert_eq!(keys(found[4]), "role row stacks");
    assert_eq!(keys(&found[4]["row"]), "created_at expires_at hint id limited name requires_plan revoked_at role");
    assert_eq!(keys(found[5]), "value warnings");
    assert!(found[5]["value"].is_i64(), "{}", found[5]);
    assert_eq!((&found[0]["name"], &found[2]["command"]), (&json!("shop"), &json!(["a", "b"])));
}

async fn what_cannot_be_read_is_refused(t: &TestApp) {
    let input = with(json!({ "name": "shop" }), "k");
    let first = t.done("createStack", input.clone(), "stack { id name }").await;
    let stored = outcomes(t).await.remove(0);
    let write = async |text: &str| t.sql(&format!("UPDATE idempotency_keys SET outcome = {text}")).await;
    let mut more = stored.clone();
    more["outcome"]["colour"] = json!("red");
    write(&format!("'{more}'")).await;
    assert_eq!(t.done("createStack", input.clone(), "stack { id name }").await, first, "a field of a later version");
    let (mut later, mut fewer) = (stored.clone(), stored);
    later["version"] = json!(2);
    fewer["outcome"].as_object_mut().unwrap().remove("revision");
    for unreadable in
        [format!("'{later}'"), format!("'{fewer}'"), "'{\"id\":1}'".to_owned(), "''".to_owned(), "NULL".to_owned()]
    {
        write(&unreadable).await;
        assert_eq!(t.refused("createStack", input.clone()).await, not_shown(), "{unreadable}");
    }
    assert_eq!(number(t, "SELECT count(*) FROM stacks").await, 1);
    // An outcome encrypted with a key that no longer exists.
    let input = with(json!({ "name": "ci", "role": "READER" }), "s");
    t.done("createApiKey", input.clone(), "token").await;
    let prefix =
        if number(t, "SELECT count(*) FROM idempotency_keys WHERE outcome IS NULL").await == 1 { 12 } else { 0 };
    t.sql(&format!("UPDATE idempotency_keys SET outcome = substr(outcome, 1, {prefix}) WHERE outcome IS NOT NULL"))
        .await;
    assert_eq!(t.refused("createApiKey", input).await, not_shown());
}

async fn a_row_of_an_earlier_version_is_refused(t: &TestApp) {
    t.shop().await;
    // Its key was a hash of the name of the API key, of which there was none, and of the idempotency key.
    let mut hash = Sha256::new();
    for part in ["key", "", "k"] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let id: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let copy = with(json!({ "instance": TestApp::by_name("shop", "db") }), "k");
    t.done("duplicateInstance", copy.clone(), "").await;
    t.sql(&format!("UPDATE idempotency_keys SET id = '{id}', outcome = '{{\"instance\":{{\"id\":2}}}}'")).await;
    for _ in 0..2 {
        let refused = t.refused("duplicateInstance", copy.clone()).await;
        assert_eq!(refused, [code("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey")]);
    }
    assert_eq!(number(t, "SELECT count(*) FROM service_instances").await, 2, "it is not made twice");
    t.skip_time(24 * 60 * 60 * 1000 + 1000);
    t.done("duplicateInstance", copy, "").await;
}

async fn entries_of_foreign_instances_are_not_loaded(t: &TestApp) {
    let id = |made: &Value| InstanceId::decode(made["id"].as_str().unwrap()).unwrap();
    let own = id(&t.shop().await);
    let blog = StackId::decode(t.stack("blog").await["id"].as_str().unwrap()).unwrap();
    let foreign = id(&t.instance("blog", "db").await);
    for stack in ["shop", "blog"] {
        let operations = json!([
            { "set": { "envVar": { "key": "A", "value": "b" } } },
            { "remove": { "label": "org.example.tier" } },
        ]);
        let input = json!({ "instance": TestApp::by_name(stack, "db"), "operations": operations });
        t.done("patchInstanceOverrides", input, "").await;
    }
    let limited =
        |stacks: &[StackId]| Access { role: Role::Admin, scope: Scope::Stacks(Arc::from(stacks)), ..Access::full() };
    for (access, expected) in [(limited(&[]), 0), (limited(&[blog]), 1), (Access::full(), 2)] {
        let app = t.app.for_caller(access);
        let entries = app.load_entries::<OfInstance, EnvVar>(&[own, foreign]).await.unwrap();
        let rules = app.load_rules(&[own, foreign]).await.unwrap();
        assert_eq!((entries.entries.len(), rules.len()), (expected, expected));
        assert!(expected != 1 || entries.entries.contains_key(&foreign) && rules.contains_key(&foreign));
    }
}
