//! Imports of existing templates and instances: refused, skipped or updated; equal ones stay unchanged.

use serde_json::{Value, json};

use super::{file, outcomes, with};
use crate::support::{TestApp, both};

both!(
    the_same_files_change_nothing,
    a_template_that_says_something_else_is_in_the_way,
    a_template_that_stays_shows_through_overrides,
    what_is_there_is_brought_up_to_date,
    a_dry_run_tells_all_and_writes_nothing,
    what_is_refused_leaves_nothing,
    imports_at_once_meet_in_one_template,
);

fn web(tag: &str, rest: &str) -> String {
    format!("services:\n  web:\n    image: nginx:{tag}\n    environment: {{ A: '{tag}', B: same }}\n{rest}")
}

fn into_shop(text: &str, on_conflict: &str) -> Value {
    with(file(text), json!({ "stack": { "name": "shop" }, "onConflict": on_conflict }))
}

async fn state(t: &TestApp) -> Value {
    t.data(
        "{ templates { nodes { name revision imageTag envVars { key value } } } stacks { nodes { name revision instances { \
         nodes { name revision overrideCount template { name } } } } } }",
        json!({}),
    )
    .await
}

async fn the_same_files_change_nothing(t: &TestApp) {
    let first = t.import(into_shop(&web("1", ""), "FAIL")).await;
    assert_eq!(outcomes(&first["templates"]), [("web", "CREATED")]);
    assert_eq!(first["stack"], json!({ "name": "shop", "outcome": "CREATED" }));
    let before = state(t).await;
    for on_conflict in ["FAIL", "SKIP", "UPDATE"] {
        let again = t.import(into_shop(&web("1", ""), on_conflict)).await;
        assert_eq!(outcomes(&again["templates"]), [("web", "UNCHANGED")]);
        assert_eq!(outcomes(&again["instances"]), [("web", "UNCHANGED")]);
        assert_eq!(again["stack"]["outcome"], "UNCHANGED");
    }
    assert_eq!(state(t).await, before);
}

async fn a_template_that_says_something_else_is_in_the_way(t: &TestApp) {
    t.import(into_shop(&web("1", ""), "FAIL")).await;
    let before = state(t).await;
    let selection = "taken: userErrors { ... on NameTakenError { code path holder { __typename } } }";
    let refused = t.mutate("importCompose", into_shop(&web("2", "  other: { image: x }\n"), "FAIL"), selection).await;
    assert_eq!(
        refused["taken"][0],
        json!({ "code": "NAME_TAKEN", "path": ["input", "onConflict"], "holder": { "__typename": "Template" } })
    );
    assert_eq!(state(t).await, before);
    let prefixed = t.import(with(file(&web("2", "")), json!({ "templatePrefix": "my-" }))).await;
    assert_eq!(outcomes(&prefixed["templates"]), [("my-web", "CREATED")]);
}

async fn a_template_that_stays_shows_through_overrides(t: &TestApp) {
    t.import(file(&web("1", ""))).await;
    let report = t.import(into_shop(&web("2", ""), "SKIP")).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "SKIPPED")]);
    assert_eq!(outcomes(&report["instances"]), [("web", "CREATED")]);
    let query = "{ instance(stack: \"shop\", name: \"web\") { overrideCount settings { imageTag } envVars { key value } \
                 effectiveConfig { imageTag envVars { key value } } } }";
    let instance = t.data(query, json!({})).await["instance"].take();
    assert_eq!((&instance["overrideCount"], &instance["settings"]["imageTag"]), (&json!(2), &json!("2")));
    assert_eq!(instance["envVars"], json!([{ "key": "A", "value": "2" }]));
    assert_eq!(instance["effectiveConfig"]["imageTag"], "2", "what runs is what the file says");
}

async fn what_is_there_is_brought_up_to_date(t: &TestApp) {
    t.import(into_shop(&web("1", ""), "FAIL")).await;
    t.set("web", json!({ "labels": [{ "key": "mine", "value": "x" }] })).await;
    let report = t.import(into_shop(&web("2", ""), "UPDATE")).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "UPDATED")]);
    assert_eq!(outcomes(&report["instances"]), [("web", "UPDATED")]);
    let after = state(t).await;
    assert_eq!(after["templates"]["nodes"][0]["imageTag"], "2");
    assert_eq!(after["stacks"]["nodes"][0]["instances"]["nodes"][0]["overrideCount"], 0);
    let skipped = t.import(into_shop(&web("3", ""), "SKIP")).await;
    assert_eq!(outcomes(&skipped["instances"]), [("web", "SKIPPED")]);
    assert_eq!(state(t).await, after);
}

async fn a_dry_run_tells_all_and_writes_nothing(t: &TestApp) {
    t.import(file(&web("1", ""))).await;
    let before = state(t).await;
    let dry = |text: &str| with(into_shop(text, "UPDATE"), json!({ "dryRun": true }));
    let text = web("2", "    networks: [x]\n  new: { image: y }\n");
    let selection = format!(
        "{} more: templates {{ template {{ name imageTag }} }} made: stack {{ stack {{ id }} }}",
        super::REPORT
    );
    let report = t.done("importCompose", dry(&text), &selection).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "UPDATED"), ("new", "CREATED")]);
    assert_eq!(outcomes(&report["instances"]), [("web", "CREATED"), ("new", "CREATED")]);
    assert_eq!((&report["lossCount"], &report["stack"]["outcome"]), (&json!(1), &json!("CREATED")));
    // Existing objects are shown as they are; new ones do not exist.
    assert_eq!(report["more"], json!([{ "template": { "name": "web", "imageTag": "1" } }, { "template": null }]));
    assert_eq!(report["made"], json!({ "stack": null }));
    assert_eq!(state(t).await, before);
    let done = t.import(into_shop(&text, "UPDATE")).await;
    for part in ["stack", "templates", "instances", "losses", "changes"] {
        assert_eq!(done[part], report[part], "{part}");
    }
}

async fn what_is_refused_leaves_nothing(t: &TestApp) {
    let before = state(t).await;
    let circle = "services:\n  a: { image: x, depends_on: [b] }\n  b: { image: y, depends_on: [a] }\n";
    let refused = t.import_refused(into_shop(circle, "FAIL")).await;
    assert_eq!(
        refused,
        [("DEPENDENCY_CYCLE".to_owned(), "These instances would wait for each other: a, b.".to_owned())]
    );
    let long = format!("services:\n  {}: {{ image: x }}\n", "a".repeat(60));
    assert_eq!(t.import_refused(into_shop(&long, "FAIL")).await[0].0, "CONTAINER_NAME_TOO_LONG");
    let unnamed = with(file(&web("1", "")), json!({ "stack": { "name": "Not A Name" } }));
    assert_eq!(t.import_refused(unnamed).await[0].0, "NAME_INVALID");
    assert_eq!(state(t).await, before);
    // The container's name belongs to another stack.
    t.stack("shop-a").await;
    t.import(with(file("services: { b: { image: x } }"), json!({ "stack": { "name": "shop-a" } }))).await;
    let taken = t.import_refused(into_shop("services: { a-b: { image: x } }", "FAIL")).await;
    assert_eq!(taken[0].0, "CONTAINER_NAME_TAKEN", "{taken:?}");
}

async fn imports_at_once_meet_in_one_template(t: &TestApp) {
    let reports = t.at_once(8, |t, _| async move { t.import(into_shop(&web("1", ""), "FAIL")).await }).await;
    let created = reports.iter().filter(|report| report["templates"][0]["outcome"] == "CREATED").count();
    assert_eq!(created, 1, "{reports:?}");
    assert_eq!(state(t).await["stacks"]["nodes"][0]["instances"]["nodes"].as_array().unwrap().len(), 1);
}
