//! `Template.affected` previews an edit of a template, and `updateTemplate` then has exactly that effect.

use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

both!(
    an_edit_reaches_all_but_those_that_override_it,
    what_an_edit_would_do_to_an_instance_is_what_it_does,
    removed_and_replaced_entries_shelter,
    settings_are_sheltered_field_by_field,
    an_edit_that_changes_nothing_affects_nobody,
    what_is_wrong_with_an_edit_is_reported_as_by_the_update,
    trashed_instances_are_not_counted,
    a_preview_costs_the_same_for_one_instance_and_for_many,
);

const CHANGES: &str = "changes { kind key change
    from { ... on EnvVar { key value } ... on Setting { field text: value } ... on Port { containerPort hostPort } }
    to { ... on EnvVar { key value } ... on Setting { field text: value } ... on Port { containerPort hostPort } } }";

async fn preview(t: &TestApp, edit: &Value) -> Value {
    counted(t, edit).await.1
}

/// The number of statements, and the preview.
async fn counted(t: &TestApp, edit: &Value) -> (u64, Value) {
    let query = format!(
        "query ($edit: TemplateEditInput!) {{ template(name: \"postgres\") {{ affected(edit: $edit, first: 100) {{
         affectedCount shelteredCount {CHANGES} instances {{ instance {{ name }} {CHANGES} }}
         userErrors {{ code path }} }} }} }}"
    );
    let (cost, mut data) = t.cost(&query, json!({ "edit": edit })).await;
    (cost, data["template"]["affected"].take())
}

async fn patch(t: &TestApp, name: &str, operations: Value) {
    let input = json!({ "instance": TestApp::by_name("shop", name), "operations": operations });
    t.done("patchInstanceOverrides", input, "").await;
}

/// A shop with the instances `a`, `b` and `c`.
async fn three(t: &TestApp) {
    t.stack("shop").await;
    t.template("postgres").await;
    for name in ["a", "b", "c"] {
        t.instance("shop", name).await;
    }
}

fn names(preview: &Value) -> Vec<&str> {
    let instances = preview["instances"].as_array().unwrap();
    instances.iter().map(|affected| affected["instance"]["name"].as_str().unwrap()).collect()
}

fn env(vars: &[(&str, &str)]) -> Value {
    let vars: Vec<Value> = vars.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({ "envVars": vars })
}

async fn an_edit_reaches_all_but_those_that_override_it(t: &TestApp) {
    three(t).await;
    patch(t, "b", json!([{ "set": { "envVar": { "key": "TZ", "value": "Europe/Oslo" } } }])).await;
    let edit = env(&[("POSTGRES_USER", "postgres"), ("TZ", "UTC")]);
    let shown = preview(t, &edit).await;
    assert_eq!((&shown["affectedCount"], &shown["shelteredCount"]), (&json!(3), &json!(0)));
    // The password is removed for all instances; the new variable is a change for all but b.
    let password = json!({ "kind": "ENV_VAR", "key": "POSTGRES_PASSWORD", "change": "REMOVED",
        "from": [{ "key": "POSTGRES_PASSWORD", "value": null }], "to": [] });
    let tz = json!({ "kind": "ENV_VAR", "key": "TZ", "change": "ADDED", "from": [],
        "to": [{ "key": "TZ", "value": "UTC" }] });
    assert_eq!(shown["changes"], json!([password, tz]));
    assert_eq!(names(&shown), ["a", "b", "c"]);
    assert_eq!(shown["instances"][0]["changes"], json!([password, tz]));
    assert_eq!(shown["instances"][1]["changes"], json!([password]));
}

async fn what_an_edit_would_do_to_an_instance_is_what_it_does(t: &TestApp) {
    three(t).await;
    patch(t, "b", json!([{ "set": { "envVar": { "key": "TZ", "value": "Europe/Oslo" } } }])).await;
    let edit = env(&[("POSTGRES_USER", "postgres"), ("POSTGRES_PASSWORD", "devarch"), ("TZ", "UTC")]);
    let revisions = "{ stack(name: \"shop\") { instances { nodes { name revision effectiveConfig { envVars { key value \
                     origin } } } } } }";
    let before = t.data(revisions, json!({})).await;
    let mut update = edit.clone();
    update["template"] = json!({ "name": "postgres" });
    let secret = &mut update["envVars"][1];
    secret["isSecret"] = json!(true);
    assert_eq!(names(&preview(t, &json!({ "envVars": update["envVars"] })).await), ["a", "c"]);

    t.done("updateTemplate", update, "").await;
    let after = t.data(revisions, json!({})).await;
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        let of = |data: &Value| data["stack"]["instances"]["nodes"][n].clone();
        let (before, after) = (of(&before), of(&after));
        assert_eq!(before["revision"], after["revision"], "an edit of the template is no change of {name}");
        let tz = |instance: &Value| {
            let vars = instance["effectiveConfig"]["envVars"].as_array().unwrap();
            vars.iter().find(|var| var["key"] == "TZ").map(|var| (var["value"].clone(), var["origin"].clone()))
        };
        let expected = if name == "b" { ("Europe/Oslo", "INSTANCE") } else { ("UTC", "TEMPLATE") };
        assert_eq!(tz(&after), Some((json!(expected.0), json!(expected.1))), "{name}");
    }
}

async fn removed_and_replaced_entries_shelter(t: &TestApp) {
    three(t).await;
    patch(t, "a", json!([{ "remove": { "port": { "containerPort": 5432 } } }])).await;
    patch(t, "b", json!([{ "replace": "PORT" }])).await;
    let shown = preview(t, &json!({ "ports": [{ "containerPort": 5432, "hostPort": 5432 }] })).await;
    assert_eq!(names(&shown), ["c"]);
    assert_eq!(shown["shelteredCount"], 2);
    assert_eq!(shown["instances"][0]["changes"][0]["from"], json!([{ "containerPort": 5432, "hostPort": null }]));
    assert_eq!(shown["instances"][0]["changes"][0]["to"], json!([{ "containerPort": 5432, "hostPort": 5432 }]));
}

async fn settings_are_sheltered_field_by_field(t: &TestApp) {
    three(t).await;
    patch(t, "a", json!([{ "set": { "setting": { "imageTag": "16" } } }])).await;
    patch(t, "b", json!([{ "set": { "setting": { "user": "1000" } } }])).await;
    let shown = preview(t, &json!({ "imageTag": "18", "user": "999" })).await;
    assert_eq!(names(&shown), ["a", "b", "c"]);
    let keys = |n: usize| {
        let changes = shown["instances"][n]["changes"].as_array().unwrap();
        changes.iter().map(|change| change["key"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((keys(0), keys(1), keys(2)), (vec!["user"], vec!["imageTag"], vec!["imageTag", "user"]));
}

async fn an_edit_that_changes_nothing_affects_nobody(t: &TestApp) {
    three(t).await;
    for edit in
        [json!({}), json!({ "imageTag": "17" }), json!({ "description": "x", "category": "y", "name": "other" })]
    {
        let shown = preview(t, &edit).await;
        assert_eq!((&shown["affectedCount"], &shown["shelteredCount"]), (&json!(0), &json!(3)), "{edit}");
        assert_eq!((&shown["changes"], &shown["instances"]), (&json!([]), &json!([])), "{edit}");
    }
}

async fn what_is_wrong_with_an_edit_is_reported_as_by_the_update(t: &TestApp) {
    three(t).await;
    let mut edit = json!({ "imageTag": "", "ports": [{ "containerPort": 0 }] });
    let shown = preview(t, &edit).await;
    let errors = json!([
        { "code": "INVALID_VALUE", "path": ["edit", "imageTag"] },
        { "code": "INVALID_VALUE", "path": ["edit", "ports", "0", "containerPort"] },
    ]);
    assert_eq!(shown["userErrors"], errors);
    assert_eq!((&shown["affectedCount"], &shown["shelteredCount"]), (&json!(0), &json!(0)));
    edit["template"] = json!({ "name": "postgres" });
    assert_eq!(
        t.refused("updateTemplate", edit).await,
        [code("INVALID_VALUE", "input.imageTag"), code("INVALID_VALUE", "input.ports.0.containerPort")]
    );
    for first in [0, 101, -1] {
        let query = format!(
            "{{ template(name: \"postgres\") {{ affected(edit: {{}}, first: {first}) {{ affectedCount }} }} }}"
        );
        let answer = t.graphql(&query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    }
}

async fn trashed_instances_are_not_counted(t: &TestApp) {
    three(t).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "b") }), "").await;
    let shown = preview(t, &json!({ "imageTag": "18" })).await;
    assert_eq!(names(&shown), ["a", "c"]);
    assert_eq!(shown["shelteredCount"], 0);
}

async fn a_preview_costs_the_same_for_one_instance_and_for_many(t: &TestApp) {
    t.stack("shop").await;
    t.template("postgres").await;
    let edit = json!({ "imageTag": "18", "envVars": [], "ports": [], "healthcheck": null });
    let mut costs = Vec::new();
    for n in 0..12 {
        t.instance("shop", &format!("i{n}")).await;
        let (cost, shown) = counted(t, &edit).await;
        costs.push(cost);
        assert_eq!(shown["affectedCount"], n + 1);
    }
    // The plan's statement, whose response is cached. The template; its instances, their rules, their entries of four
    // kinds; the template's entries of three kinds; the variables of the stacks; and the template's variables before
    // that, because a secret that the edit does not mention is kept. After the first time, the check that finds the
    // cached response to be out of date.
    assert_eq!(costs[0], 13);
    assert_eq!(costs[1..], [14; 11]);
}
