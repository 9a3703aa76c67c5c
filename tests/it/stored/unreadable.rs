//! An unreadable row affects only its own field, and messages contain its place but not its contents.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{PLANTED, Poison, poisons};
use crate::{
    operations::Service,
    support::{TestApp, both},
};

both!(
    a_row_that_cannot_be_read_costs_its_own_field,
    a_template_with_such_a_row_costs_what_inherits_it,
    a_stack_with_such_a_row_is_not_rendered_and_says_why,
    such_a_row_hides_no_claims_of_others,
    the_log_names_the_row_and_not_what_it_holds,
);

/// The expected response without its errors, and the paths of these, all of which must be internal.
async fn failed(t: &TestApp, query: &str) -> (Value, Vec<Value>) {
    let mut answer = t.graphql(query, json!({})).await;
    assert!(!answer.to_string().contains("planted7"), "{answer}");
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    for error in &errors {
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{answer}");
    }
    (answer["data"].take(), errors.iter().map(|error| error["path"].clone()).collect())
}

async fn a_row_that_cannot_be_read_costs_its_own_field(t: &TestApp) {
    t.web().await;
    for (n, poison) in poisons().iter().enumerate() {
        let name = format!("bad-{n}");
        t.app_instance(&name).await;
        poison.under_instance(t, &name).await;
        let (field, selection) = (poison.field, poison.selection());
        let query = format!(
            "{{ bad: instance(stack: \"shop\", name: \"{name}\") {{ name {selection} }}
                rest: instance(stack: \"shop\", name: \"{name}\") {{ name overrideCount labels {{ key }} }}
                good: instance(stack: \"shop\", name: \"web\") {{ name {selection} }} }}"
        );
        let (data, paths) = failed(t, &query).await;
        assert_eq!(paths, [json!(["bad", field])], "{field}");
        assert_eq!(data["bad"], json!(null));
        assert_eq!(data["rest"], json!({ "name": name, "overrideCount": 1, "labels": [] }));
        assert_eq!(data["good"]["name"], "web");
        // In a list of many owners the path leads to the one; what the row is merged into fails with it.
        let list = format!(
            "{{ stack(name: \"shop\") {{ instances(first: 3, search: \"{name}\") {{ nodes {{ name {selection} }} }} }} }}"
        );
        assert_eq!(failed(t, &list).await.1, [json!(["stack", "instances", "nodes", 0, field])]);
        for inside in ["overrideStats { total }", "overrideDiff { key }", "effectiveConfig { removed { key } }"] {
            let query = format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ {inside} }} }}");
            assert_eq!(failed(t, &query).await.1.len(), 1, "{field}: {inside}");
        }
        if field != "settings" {
            let query =
                format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ effectiveConfig {{ {selection} }} }} }}");
            assert_eq!(failed(t, &query).await.1, [json!(["instance", "effectiveConfig", field])]);
        }
    }
}

async fn a_template_with_such_a_row_costs_what_inherits_it(t: &TestApp) {
    t.web().await;
    for (n, poison) in poisons().iter().filter(|poison| poison.of_templates).enumerate() {
        let name = format!("bad-{n}");
        t.done("createTemplate", json!({ "name": name, "imageName": "a" }), "").await;
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": name }, "name": name });
        t.done("createInstance", input, "").await;
        poison.under_template(t, &name).await;
        let (field, selection) = (poison.field, poison.selection());
        let query = format!(
            "{{ bad: template(name: \"{name}\") {{ {selection} }}
                rest: template(name: \"{name}\") {{ name labels {{ key }} }}
                own: instance(stack: \"shop\", name: \"{name}\") {{ {selection} }} }}"
        );
        let (data, paths) = failed(t, &query).await;
        assert_eq!(paths, [json!(["bad", field])], "{field}");
        assert_eq!(data["rest"], json!({ "name": name, "labels": [] }));
        assert_eq!(data["own"][field], json!([]), "it says nothing itself");
        let query =
            format!("{{ instance(stack: \"shop\", name: \"{name}\") {{ effectiveConfig {{ {selection} }} }} }}");
        assert_eq!(failed(t, &query).await.1, [json!(["instance", "effectiveConfig", field])]);
    }
}

async fn a_stack_with_such_a_row_is_not_rendered_and_says_why(t: &TestApp) {
    t.web().await;
    for (n, poison) in poisons().iter().enumerate() {
        let Poison { field, .. } = poison;
        let name = format!("bad-{n}");
        t.app_instance(&name).await;
        poison.under_instance(t, &name).await;
        t.stack(&format!("sound-{n}")).await;
        let query = format!(
            "{{ bad: stack(name: \"shop\") {{ compose {{ hash }} }} sound: stack(name: \"sound-{n}\") {{ compose {{ hash }} }} }}"
        );
        let answer = t.graphql(&query, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!(
            (&errors[0]["path"], &errors[0]["extensions"]["code"]),
            (&json!(["bad", "compose"]), &json!("BAD_REQUEST"))
        );
        let told = errors[0]["message"].as_str().unwrap();
        assert!(told.contains(&format!("`{name}`")) && told.contains(field) && !told.contains("planted7"), "{told}");
        assert!(answer["data"]["sound"]["compose"]["hash"].is_string(), "{answer}");
        for path in ["compose.yaml", "compose.yaml?mode=layered", "compose.override.yaml"] {
            let request = Request::get(format!("/stacks/shop/{path}")).body(Body::empty()).unwrap();
            let answer = t.send(request).await;
            assert_eq!(answer.status(), 409, "{path}");
            let body = TestApp::text(answer).await;
            assert!(body.contains("BAD_REQUEST") && body.contains(&name) && !body.contains("planted7"), "{body}");
        }
        t.patch(&name, json!([{ "reset": { "all": true } }])).await;
        t.data("{ stack(name: \"shop\") { compose { hash } } }", json!({})).await;
    }
}

async fn such_a_row_hides_no_claims_of_others(t: &TestApp) {
    t.web().await;
    let conflicts = "{ stack(name: \"shop\") { conflicts { value } } }";
    let before = t.data(conflicts, json!({})).await;
    assert!(!before["stack"]["conflicts"].as_array().unwrap().is_empty());
    for (n, poison) in poisons().iter().enumerate() {
        let name = format!("bad-{n}");
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": "bare" }, "name": name });
        if n == 0 {
            t.done("createTemplate", json!({ "name": "bare", "imageName": "a" }), "").await;
        }
        t.done("createInstance", input, "").await;
        poison.under_instance(t, &name).await;
        assert_eq!(t.data(conflicts, json!({})).await, before);
    }
}

async fn the_log_names_the_row_and_not_what_it_holds(t: &TestApp) {
    t.stack("shop").await;
    t.done("createTemplate", json!({ "name": "app", "imageName": "a" }), "").await;
    t.app_instance("web").await;
    for poison in poisons() {
        // Its key is unique, so one of the two attributes is enough.
        if poison.values.contains(&format!("{{{PLANTED}")) {
            continue;
        }
        poison.under_instance(t, "web").await;
    }
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(&crate::operations::url(t), folder.path(), &[]);
    let tables = ["instance_attributes", "instance_ports", "instance_volumes", "instance_settings"];
    let fields = ["attributes { name }", "ports { hostPort }", "volumes { source }", "settings { user }"];
    for field in fields {
        let query = format!("{{ instance(stack: \"shop\", name: \"web\") {{ {field} }} }}");
        let answer = service.graphql("", &query, json!({}));
        assert!(answer.contains("INTERNAL") && !answer.contains("planted7content"), "{answer}");
    }
    service.graphql("", "{ stack(name: \"shop\") { compose { hash } } }", json!({}));
    let log = std::fs::read_to_string(&service.log).unwrap();
    for table in tables {
        let told = format!("the row with id 1 of the table {table}");
        assert!(log.contains(&told), "{told}");
    }
    assert!(!log.contains(PLANTED), "content is in the log");
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
}
