//! `stackByRef`, `instanceByRef` and `templateByRef`: they find what the older fields find, as fast.

use serde_json::{Value, json};

use super::fill;
use crate::support::{TestApp, both};

both!(a_reference_finds_what_its_names_and_its_id_find);

/// `stackByRef`, `instanceByRef` and `templateByRef` find by id and by name what the older fields find, in one statement, as
/// literals and as variables, and nothing that is in the trash or does not exist.
async fn a_reference_finds_what_its_names_and_its_id_find(t: &TestApp) {
    fill(t).await;
    let stack = "{ id name instances { totalCount nodes { name effectiveConfig { ports { hostPort origin } } } } }";
    let instance = "{ id name stack { name } overrideCount effectiveConfig { envVars { key value } } }";
    let template = "{ id name ports { containerPort } }";
    let ids = "{ stack(name: \"shop\") { id } instance(stack: \"shop\", name: \"web-1\") { id } template(name: \"postgres\") { id } }";
    let ids = t.data(ids, json!({})).await;
    let cases = [
        ("stack", "name: \"shop\"", "StackRef", json!({ "name": "shop" }), stack),
        ("instance", "stack: \"shop\", name: \"web-1\"", "InstanceRef", TestApp::by_name("shop", "web-1"), instance),
        ("template", "name: \"postgres\"", "TemplateRef", json!({ "name": "postgres" }), template),
    ];
    for (field, named, of, by_name, inside) in cases {
        let expected = t.data(&format!("{{ {field}({named}) {inside} }}"), json!({})).await[field].take();
        assert!(expected["id"].is_string(), "{field}");
        let query = format!("query ($ref: {of}!) {{ found: {field}ByRef(ref: $ref) {inside} }}");
        for wanted in [by_name, json!({ "id": ids[field]["id"] })] {
            let variables = json!({ "ref": wanted });
            let (cost, found) = t.cost(&query, variables.clone()).await;
            assert_eq!((cost, &found["found"]), (1, &expected), "{field} {wanted}");
            assert_eq!(t.cost_by_executor(&query, variables).await.1, found, "{field} {wanted}");
        }
        let inner = format!("query ($id: ID!) {{ found: {field}ByRef(ref: {{ id: $id }}) {inside} }}");
        assert_eq!(t.data(&inner, json!({ "id": ids[field]["id"] })).await["found"], expected);
        // The id of another type, a text that is no id, and what is not there.
        let other = if field == "stack" { "template" } else { "stack" };
        for wanted in [json!({ "id": ids[other]["id"] }), json!({ "id": "nothing" })] {
            assert_eq!(t.data(&query, json!({ "ref": wanted })).await["found"], Value::Null, "{field} {wanted}");
        }
        for (wanted, message) in [(json!({}), "exactly one"), (json!({ "id": null }), "null")] {
            let answer = t.graphql(&query, json!({ "ref": wanted })).await;
            let said = answer["errors"][0]["message"].as_str().unwrap();
            assert!(said.contains(message), "{field} {wanted}: {said}");
        }
    }
    for (field, of, wanted) in [
        ("stack", "StackRef", json!({ "name": "nowhere" })),
        ("stack", "StackRef", json!({ "name": "a\u{0}b" })),
        ("stack", "StackRef", json!({ "name": "gone" })),
        ("template", "TemplateRef", json!({ "name": "nothing" })),
        ("instance", "InstanceRef", TestApp::by_name("shop", "trashed")),
        ("instance", "InstanceRef", TestApp::by_name("nowhere", "web-1")),
    ] {
        let query = format!("query ($ref: {of}!) {{ found: {field}ByRef(ref: $ref) {{ id }} }}");
        assert_eq!(t.data(&query, json!({ "ref": wanted })).await["found"], Value::Null, "{field} {wanted}");
    }
    // By id, what is in the trash is not found either.
    let done = t.data(
        "mutation { softDeleteStack(input: { stack: { name: \"shop\" } }) { userErrors { message } } }",
        json!({}),
    );
    assert_eq!(done.await["softDeleteStack"]["userErrors"], json!([]));
    for (field, of) in [("stack", "StackRef"), ("instance", "InstanceRef")] {
        let query = format!("query ($ref: {of}!) {{ found: {field}ByRef(ref: $ref) {{ id }} }}");
        let variables = json!({ "ref": { "id": ids[field]["id"] } });
        let (_, found) = t.cost(&query, variables.clone()).await;
        assert_eq!(found["found"], Value::Null, "{field}");
        assert_eq!(t.cost_by_executor(&query, variables).await.1, found, "{field}");
    }
}
