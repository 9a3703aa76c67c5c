//! What a change says: who made it, what it did, and the values before and after.

use serde_json::{Value, json};

use crate::{
    history::history,
    support::{TestApp, both},
};

both!(
    a_change_has_an_author_a_message_and_both_values,
    a_creation_has_added_everything,
    a_rename_of_a_stack_causes_changes_of_its_instances,
    a_secret_is_never_shown,
    a_purge_leaves_one_line,
    lists_are_filtered_and_paged,
);

const ALL: &str = "id at action message actor { kind name } subjectKind subjectName subject { __typename } stack { name } \
                   edits { kind key change from { __typename ... on Label { value } } to { __typename ... on Label { value } } } \
                   fields { field from to } cause { action } revertible redacted";

async fn a_change_has_an_author_a_message_and_both_values(t: &TestApp) {
    t.web().await;
    let set = |value: &str| json!([{ "set": { "label": { "key": "tier", "value": value } } }]);
    t.patch("web", set("a")).await;
    let input =
        json!({ "instance": TestApp::by_name("shop", "web"), "operations": set("b"), "message": " because of it " });
    t.done("patchInstanceOverrides", input, "").await;
    t.done(
        "updateInstance",
        json!({ "instance": TestApp::by_name("shop", "web"), "description": "new", "enabled": false }),
        "",
    )
    .await;
    let found = history(t, "web", ALL).await;
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(
        found[0]["fields"],
        json!([
            { "field": "description", "from": "", "to": "new" }, { "field": "enabled", "from": "true", "to": "false" },
        ])
    );
    let change = &found[1];
    assert_eq!((&change["message"], &change["action"]), (&json!("because of it"), &json!("UPDATE")));
    assert_eq!(change["actor"], json!({ "kind": "ANONYMOUS", "name": null }));
    assert_eq!((&change["subjectName"], &change["subject"]["__typename"]), (&json!("web"), &json!("Instance")));
    let label = |value: &str| json!([{ "__typename": "Label", "value": value }]);
    assert_eq!(
        change["edits"],
        json!([{ "kind": "LABEL", "key": "tier", "change": "CHANGED", "from": label("a"), "to": label("b") }])
    );
    assert_eq!(found[2]["edits"][0]["change"], "ADDED");
    assert_eq!((&found[3]["action"], &found[3]["edits"]), (&json!("CREATE"), &json!([])));
    let long = json!({ "stack": { "name": "shop" }, "description": "x", "message": "x".repeat(501) });
    assert_eq!(t.refused("updateStack", long).await.len(), 1);
    // What changes nothing is no change.
    t.patch("web", set("b")).await;
    assert_eq!(history(t, "web", "id").await.len(), 4);
}

async fn a_creation_has_added_everything(t: &TestApp) {
    t.web().await;
    let overrides = json!({ "labels": [{ "key": "a", "value": "1" }, { "key": "b", "value": "2" }], "envVars": [{ "key": "A", "value": "x" }] });
    let input =
        json!({ "stack": { "name": "shop" }, "template": { "name": "app" }, "name": "new", "overrides": overrides });
    t.done("createInstance", input, "").await;
    let copy = json!({ "instance": TestApp::by_name("shop", "new"), "name": "copy" });
    t.done("duplicateInstance", copy, "").await;
    for name in ["new", "copy"] {
        // Later changes do not change what was added.
        t.patch(name, json!([{ "remove": { "label": "a" } }, { "set": { "label": { "key": "c", "value": "3" } } }]))
            .await;
        let found = history(t, name, ALL).await;
        let keys: Vec<&Value> = found[1]["edits"].as_array().unwrap().iter().map(|edit| &edit["key"]).collect();
        assert_eq!(keys, ["A", "a", "b"], "{name}");
    }
    let found = history(t, "copy", ALL).await;
    assert_eq!(found[1]["action"], "DUPLICATE");
    assert_eq!(found[1]["fields"], json!([{ "field": "copyOf", "from": null, "to": "new" }]));
}

async fn a_rename_of_a_stack_causes_changes_of_its_instances(t: &TestApp) {
    t.web().await;
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    let query = "{ stack(name: \"store\") { history(first: 3) { nodes { action subjectName fields { field from to } cause { action }
        causes { nodes { subjectName action } } } } } }";
    let found = t.data(query, json!({})).await["stack"]["history"]["nodes"].take();
    assert_eq!(found[2]["action"], "RENAME");
    assert_eq!(found[2]["fields"], json!([{ "field": "name", "from": "shop", "to": "store" }]));
    assert_eq!(found[2]["causes"]["nodes"].as_array().unwrap().len(), 2);
    for of_instance in [&found[0], &found[1]] {
        let name = of_instance["subjectName"].as_str().unwrap();
        assert_eq!(of_instance["cause"]["action"], "RENAME");
        let (from, to) = (format!("devarch-shop-{name}"), format!("devarch-store-{name}"));
        assert_eq!(of_instance["fields"], json!([{ "field": "containerName", "from": from, "to": to }]));
    }
}

async fn a_secret_is_never_shown(t: &TestApp) {
    t.web().await;
    let set = |value: &str| json!([{ "set": { "envVar": { "key": "PASSWORD", "value": value, "isSecret": true } } }]);
    t.patch("web", set("first-s3cret")).await;
    t.patch("web", set("second-s3cret")).await;
    let query = "{ instance(stack: \"shop\", name: \"web\") { history { nodes { edits { key change from { ... on EnvVar { value isSet } } to { ... on EnvVar { value isSet } } } } }
        version(at: { ago: \"PT0S\" }) { envVars { key value isSet } effectiveConfig { envVars { key value } } } } }";
    let found = t.data(query, json!({})).await["instance"].take();
    assert!(!found.to_string().contains("s3cret"), "{found}");
    let hidden = json!([{ "value": null, "isSet": true }]);
    let edit = &found["history"]["nodes"][0]["edits"][0];
    assert_eq!((&edit["change"], &edit["from"], &edit["to"]), (&json!("CHANGED"), &hidden, &hidden));
    let stored = t.text_of("SELECT value_before || value_after || secret_before || secret_after FROM change_entries WHERE value_before IS NOT NULL").await;
    assert!(stored.contains("devarch.v1.") && !stored.contains("s3cret"), "{stored}");
}

async fn a_purge_leaves_one_line(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "set": { "label": { "key": "a", "value": "1" } } }])).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "web") }), "").await;
    t.done("purgeInstance", json!({ "instance": TestApp::by_name("shop", "web"), "message": "gone" }), "purgedId")
        .await;
    let query = "{ stack(name: \"shop\") { history(first: 100) { nodes { action subjectName message subject { __typename } edits { key } } } } }";
    let found = t.data(query, json!({})).await["stack"]["history"]["nodes"].take();
    let of_web: Vec<&Value> =
        found.as_array().unwrap().iter().filter(|change| change["subjectName"] == "web").collect();
    assert_eq!(
        of_web,
        [&json!({ "action": "PURGE", "subjectName": "web", "message": "gone", "subject": null, "edits": [] })]
    );
    let left = t.text_of("SELECT CAST(count(*) AS TEXT) FROM change_entries").await;
    assert_eq!(left, "0");
}

async fn lists_are_filtered_and_paged(t: &TestApp) {
    t.web().await;
    for value in 0..5 {
        let value = value.to_string();
        t.patch("web", json!([{ "set": { "label": { "key": "tier", "value": value } } }])).await;
        t.patch("web", json!([{ "set": { "envVar": { "key": "A", "value": value } } }])).await;
    }
    let count = async |filter: &str| {
        let query = format!(
            "{{ instance(stack: \"shop\", name: \"web\") {{ history(first: 100{filter}) {{ nodes {{ id }} }} }} }}"
        );
        t.data(&query, json!({})).await["instance"]["history"]["nodes"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 11);
    assert_eq!(count(", kinds: [LABEL]").await, 5);
    assert_eq!(count(", kinds: [LABEL, ENV_VAR]").await, 10);
    assert_eq!(count(", key: \"A\"").await, 5);
    assert_eq!(count(", actions: [CREATE]").await, 1);
    assert_eq!(count(", actor: \"nobody\"").await, 0);
    assert_eq!(count(", kinds: []").await, 0);
    let query = "query ($after: String) { stack(name: \"shop\") { history(first: 4, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = t.data(query, json!({ "after": after })).await["stack"]["history"].take();
        ids.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    // Ten changes of labels and variables, two instances and the stack.
    assert_eq!(ids.len(), 13);
    let whole = t.data("{ changes(first: 100) { nodes { id } } }", json!({})).await["changes"]["nodes"].take();
    // And the template.
    assert_eq!(whole.as_array().unwrap().len(), 14);
}
