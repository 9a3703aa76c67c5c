//! Copies of instances and stacks contain all overrides, rules and dependencies.

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, MORE_COLLECTIONS, TestApp, both};

both!(
    a_copied_instance_keeps_its_rules_and_dependencies,
    the_dependencies_of_a_copied_stack_lead_into_the_copy,
    a_dependency_on_a_trashed_instance_is_not_copied_with_the_stack,
    purging_an_instance_changes_those_that_depended_on_it,
);

async fn patch(t: &TestApp, stack: &str, name: &str, operations: Value) {
    let input = json!({ "instance": TestApp::by_name(stack, name), "operations": operations });
    t.done("patchInstanceOverrides", input, "").await;
}

fn depends_on(stack: &str, name: &str) -> Value {
    json!({ "set": { "dependency": { "instance": TestApp::by_name(stack, name), "condition": "SERVICE_HEALTHY" } } })
}

/// A shop in which `api` overrides every kind, depends on `db`, and removes inherited entries.
async fn shop(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "api").await;
    let input = json!({ "instance": TestApp::by_name("shop", "api"), "overrides": TestApp::overrides() });
    t.done("setInstanceOverrides", input, "").await;
    let steps = json!([
        depends_on("shop", "db"),
        { "remove": { "envVar": "POSTGRES_USER" } },
        { "replace": "DOMAIN" },
        { "remove": { "label": "no.such.label" } },
    ]);
    patch(t, "shop", "api", steps).await;
}

async fn said(t: &TestApp, stack: &str, name: &str) -> Value {
    let query = format!(
        "query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ description enabled
         overrideCount overrideRules {{ kind action key }} {COLLECTIONS} {MORE_COLLECTIONS}
         overrideStats {{ total removed redundant dead }} effectiveConfig {{ imageTag removed {{ kind key by }} }} }} }}"
    );
    t.data(&query, json!({ "stack": stack, "name": name })).await["instance"].take()
}

async fn a_copied_instance_keeps_its_rules_and_dependencies(t: &TestApp) {
    shop(t).await;
    let input = json!({ "instance": TestApp::by_name("shop", "api") });
    let made = t.done("duplicateInstance", input, "instance { overrideCount }").await;
    assert_eq!(made["instance"]["overrideCount"], 15);
    let source = said(t, "shop", "api").await;
    assert_eq!(source["overrideCount"], 15);
    assert_eq!(source["overrideRules"].as_array().unwrap().len(), 3);
    assert_eq!(source["dependencies"], json!([{ "condition": "SERVICE_HEALTHY", "instance": { "name": "db" } }]));
    assert_eq!(said(t, "shop", "api-copy").await, source);
}

async fn the_dependencies_of_a_copied_stack_lead_into_the_copy(t: &TestApp) {
    shop(t).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    assert_eq!(said(t, "lab", "api").await, said(t, "shop", "api").await);
    let query = "{ instance(stack: \"lab\", name: \"api\") { dependencies { instance { name stack { name } } } } }";
    let found = t.data(query, json!({})).await;
    let expected = json!([{ "instance": { "name": "db", "stack": { "name": "lab" } } }]);
    assert_eq!(found["instance"]["dependencies"], expected);
    // The copy is independent of its source.
    patch(t, "lab", "api", json!([{ "reset": { "all": true } }])).await;
    assert_eq!(said(t, "lab", "api").await["overrideCount"], 0);
    assert_eq!(said(t, "shop", "api").await["overrideCount"], 15);
}

async fn a_dependency_on_a_trashed_instance_is_not_copied_with_the_stack(t: &TestApp) {
    shop(t).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "").await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    let (copy, source) = (said(t, "lab", "api").await, said(t, "shop", "api").await);
    assert_eq!((&copy["dependencies"], &copy["overrideCount"]), (&json!([]), &json!(14)));
    assert_eq!((&source["dependencies"][0]["instance"], &source["overrideCount"]), (&json!(null), &json!(15)));
}

async fn purging_an_instance_changes_those_that_depended_on_it(t: &TestApp) {
    shop(t).await;
    let revision = "{ instance(stack: \"shop\", name: \"api\") { revision overrideCount } }";
    let before = t.data(revision, json!({})).await["instance"].take();
    let gone =
        t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "instance { id }").await;
    t.done("purgeInstance", json!({ "instance": { "id": gone["instance"]["id"] } }), "").await;
    let after = t.data(revision, json!({})).await["instance"].take();
    assert_eq!(after["overrideCount"], before["overrideCount"].as_i64().unwrap() - 1);
    assert_eq!(after["revision"], before["revision"].as_i64().unwrap() + 1);
}
