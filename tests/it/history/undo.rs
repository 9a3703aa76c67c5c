//! Undoing: one change although others followed, a whole version, and the values of a change.

use serde_json::{Value, json};

use crate::{
    history::{effective, history, last_change},
    support::{Rng, TestApp, both, code, number_setting, samples},
};

both!(
    exactly_one_change_is_undone,
    what_has_changed_since_is_a_conflict,
    a_name_that_is_taken_is_a_conflict,
    a_version_is_restored,
    what_a_template_has_changed_becomes_an_override,
    a_stack_is_restored_with_its_instances,
    a_change_of_a_template_takes_all_stacks,
    redacted_values_are_gone,
    undoing_is_undone,
);

async fn state(t: &TestApp, name: &str) -> Value {
    t.see(name, &format!("name description enabled overrideRules {{ kind action key }} {}", effective())).await
}

async fn revert(t: &TestApp, change: &str) -> Value {
    t.done("revertChange", json!({ "change": change }), "change { id action } instance { id }").await
}

fn set(key: &str, value: &str) -> Value {
    json!([{ "set": { "label": { "key": key, "value": value } } }])
}

async fn exactly_one_change_is_undone(t: &TestApp) {
    t.web().await;
    t.patch("web", set("a", "1")).await;
    let operations = json!([{ "set": { "label": { "key": "a", "value": "2" } } }, { "set": { "label": { "key": "new", "value": "x" } } },
        { "remove": { "port": { "containerPort": 443 } } }, { "replace": "DOMAIN" },
        { "set": { "envVar": { "key": "S", "value": "s3cret", "isSecret": true } } }]);
    t.patch("web", operations).await;
    let mistake = last_change(t).await;
    t.patch("web", set("b", "3")).await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "web"), "description": "kept" }), "").await;
    let undone = revert(t, &mistake).await;
    assert_eq!(undone["change"]["action"], "REVERT");
    let now = t.see("web", "description labels { key value } envVars { key } overrideRules { kind }").await;
    assert_eq!(now["labels"], json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "3" }]));
    assert_eq!((&now["description"], &now["envVars"], &now["overrideRules"]), (&json!("kept"), &json!([]), &json!([])));
    // The undoing is undone, with the secret.
    revert(t, undone["change"]["id"].as_str().unwrap()).await;
    let now = t.see("web", "labels { key value } overrideRules { kind key }").await;
    assert_eq!(now["labels"].as_array().unwrap().len(), 3);
    assert_eq!(now["overrideRules"].as_array().unwrap().len(), 2);
    let secret = t.reveal(json!({ "instance": TestApp::by_name("shop", "web") }), "S").await;
    assert_eq!(secret, "s3cret");
}

async fn what_has_changed_since_is_a_conflict(t: &TestApp) {
    t.web().await;
    t.patch("web", set("a", "1")).await;
    t.patch("web", json!([{ "set": { "label": { "key": "a", "value": "2" } } }, { "set": { "label": { "key": "b", "value": "2" } } }])).await;
    let mistake = last_change(t).await;
    t.patch("web", set("a", "3")).await;
    let since = last_change(t).await;
    let selection = "change { id } conflicts: userErrors { ... on ConflictError { code kind key since { id } } }";
    let refused = t.mutate("revertChange", json!({ "change": mistake }), selection).await;
    assert_eq!(
        refused["conflicts"],
        json!([{ "code": "CHANGED_SINCE", "kind": "LABEL", "key": "a", "since": { "id": since } }])
    );
    let labels = async || t.see("web", "labels { key value }").await["labels"].take();
    assert_eq!(
        labels().await,
        json!([{ "key": "a", "value": "3" }, { "key": "b", "value": "2" }]),
        "nothing is written"
    );
    let decide =
        |take: &str| json!({ "change": mistake, "resolutions": [{ "kind": "LABEL", "key": "a", "take": take }] });
    t.done("revertChange", decide("KEEP"), "").await;
    assert_eq!(labels().await, json!([{ "key": "a", "value": "3" }]));
    t.done("revertChange", decide("REVERT"), "").await;
    assert_eq!(labels().await, json!([{ "key": "a", "value": "1" }]));
    for (change, expected) in [("nonsense", "NOT_FOUND"), (mistake.as_str(), "STALE_REVISION")] {
        let input = json!({ "change": change, "expectedRevision": 1 });
        assert_eq!(t.refused("revertChange", input).await[0].0, expected);
    }
}

async fn a_name_that_is_taken_is_a_conflict(t: &TestApp) {
    t.web().await;
    let point = last_change(t).await;
    let rename = json!({ "instance": TestApp::by_name("shop", "web"), "name": "other" });
    t.done("renameInstance", rename, "").await;
    let renamed = last_change(t).await;
    t.app_instance("web").await;
    let (revert, other) = (json!({ "change": renamed }), TestApp::by_name("shop", "other"));
    assert_eq!(t.refused("revertChange", revert.clone()).await[0].0, "NAME_TAKEN");
    let restore = json!({ "instance": other, "at": { "change": point } });
    assert_eq!(t.refused("restoreVersion", restore).await[0].0, "NAME_TAKEN");
    t.done("renameInstance", json!({ "instance": other, "name": "third" }), "").await;
    let selection = "conflicts: userErrors { ... on ConflictError { code kind key } }";
    let refused = t.mutate("revertChange", revert, selection).await;
    assert_eq!(refused["conflicts"], json!([{ "code": "CHANGED_SINCE", "kind": null, "key": "name" }]));
}

async fn a_version_is_restored(t: &TestApp) {
    t.web().await;
    t.patch("web", set("a", "1")).await;
    let point = last_change(t).await;
    let before = state(t, "web").await;
    t.patch("web", json!([{ "reset": { "all": true } }, { "replace": "ENV_VAR" }])).await;
    t.done(
        "updateInstance",
        json!({ "instance": TestApp::by_name("shop", "web"), "name": "other", "enabled": false }),
        "",
    )
    .await;
    let input = json!({ "instance": TestApp::by_name("shop", "other"), "at": { "change": point } });
    let done = t
        .done(
            "restoreVersion",
            input,
            "change { id action } warnings { code } instance { name version(at: { ago: \"PT0S\" }) { name } }",
        )
        .await;
    assert_eq!((&done["change"]["action"], &done["warnings"]), (&json!("RESTORE_VERSION"), &json!([])));
    assert_eq!(state(t, "web").await, before);
    let query =
        "query ($at: PointInput!) { instance(stack: \"shop\", name: \"web\") { version(at: $at) { diff { key } } } }";
    let found = t.data(query, json!({ "at": { "change": point } })).await;
    assert_eq!(found["instance"]["version"]["diff"], json!([]));
    // Restoring what is there is no change.
    let count = history(t, "web", "id").await.len();
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "at": { "change": point } });
    assert_eq!(t.done("restoreVersion", input, "change { action }").await["change"]["action"], "RESTORE_VERSION");
    assert_eq!(history(t, "web", "id").await.len(), count);
    let both =
        json!({ "instance": TestApp::by_name("shop", "web"), "stack": { "name": "shop" }, "at": { "change": point } });
    assert_eq!(t.refused("restoreVersion", both).await, [code("INVALID_VALUE", "input.instance")]);
}

async fn what_a_template_has_changed_becomes_an_override(t: &TestApp) {
    t.web().await;
    let point = last_change(t).await;
    let before = state(t, "web").await;
    let input = json!({ "template": { "name": "app" }, "imageTag": "9.9", "labels": [{ "key": "team", "value": "other" }, { "key": "more", "value": "x" }] });
    t.done("updateTemplate", input, "").await;
    let query = "query ($at: PointInput!) { instance(stack: \"shop\", name: \"web\") { version(at: $at) { diff { kind key change } } } }";
    let found = t.data(query, json!({ "at": { "change": point } })).await;
    let expected = json!([{ "kind": "LABEL", "key": "more", "change": "ADDED" }, { "kind": "LABEL", "key": "team", "change": "CHANGED" },
        { "kind": "LABEL", "key": "tier", "change": "REMOVED" }, { "kind": "SETTING", "key": "imageTag", "change": "CHANGED" }]);
    assert_eq!(found["instance"]["version"]["diff"], expected);
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "at": { "change": point } });
    let done = t.done("restoreVersion", input, "warnings { code message }").await;
    assert_eq!(done["warnings"][0]["code"], "TEMPLATE_CHANGED");
    let after = state(t, "web").await;
    for values in ["labels", "settings"] {
        let plain = |state: &Value| state["effectiveConfig"][values].to_string().replace("INSTANCE", "TEMPLATE");
        assert_eq!(
            plain(&after).contains("9.9"),
            values == "settings",
            "the shadowed value is the template's of today"
        );
        assert_eq!(plain(&before).contains("\"1.0\""), values == "settings");
    }
    let found = t.data(query, json!({ "at": { "change": point } })).await;
    assert_eq!(found["instance"]["version"]["diff"], json!([]));
}

async fn a_stack_is_restored_with_its_instances(t: &TestApp) {
    t.web().await;
    t.patch("web", set("a", "1")).await;
    let point = last_change(t).await;
    let whole = "{ stacks { nodes { name description instances { nodes { name labels { key value } } } } } }";
    let before = t.data(whole, json!({})).await;
    t.app_instance("later").await;
    t.patch("web", set("a", "2")).await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "").await;
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    t.done("updateStack", json!({ "stack": { "name": "store" }, "description": "x" }), "").await;
    let last = last_change(t).await;
    let bad = t.data(whole, json!({})).await;
    let input = json!({ "stack": { "name": "store" }, "at": { "change": point }, "message": "back to Monday" });
    let done = t
        .done(
            "restoreVersion",
            input,
            "stack { name version(at: { ago: \"PT0S\" }) { diff { same } } } change { id message }",
        )
        .await;
    assert_eq!(t.data(whole, json!({})).await, before);
    let query = "query ($at: PointInput!) { stack(name: \"shop\") { version(at: $at) { diff { same fields { field } onlyInA { name } onlyInB { name } changed { name } } } } }";
    let found = t.data(query, json!({ "at": { "change": point } })).await;
    assert_eq!(found["stack"]["version"]["diff"]["same"], true, "{found}");
    let found = t.data(query, json!({ "at": { "change": last } })).await["stack"]["version"]["diff"].take();
    assert_eq!(
        (&found["same"], &found["onlyInA"], &found["onlyInB"]),
        (&json!(false), &json!([{ "name": "later" }]), &json!([{ "name": "db" }]))
    );
    // The restoration of a whole stack is one change, and is undone like one.
    t.done("revertChange", json!({ "change": done["change"]["id"] }), "").await;
    assert_eq!(t.data(whole, json!({})).await, bad);
}

async fn a_change_of_a_template_takes_all_stacks(t: &TestApp) {
    t.web().await;
    let edit = json!({ "template": { "name": "app" }, "imageTag": "9.9", "user": null, "labels": [{ "key": "team", "value": "other" }] });
    t.done("updateTemplate", edit, "").await;
    let mistake = last_change(t).await;
    t.done("updateTemplate", json!({ "template": { "name": "app" }, "description": "kept" }), "").await;
    let done = t
        .done(
            "revertChange",
            json!({ "change": mistake }),
            "template { description imageTag user labels { key value } } instance { id }",
        )
        .await;
    let expected = json!({ "description": "kept", "imageTag": "1.0", "user": "app", "labels": [{ "key": "team", "value": "core" }, { "key": "tier", "value": "web" }] });
    assert_eq!((&done["template"], &done["instance"]), (&expected, &Value::Null));
}

async fn redacted_values_are_gone(t: &TestApp) {
    t.web().await;
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "operations": set("a", "pa55word"), "message": "pa55word" });
    t.done("patchInstanceOverrides", input, "").await;
    t.patch("web", set("a", "fine")).await;
    for change in history(t, "web", "id").await.iter().take(2) {
        let input = json!({ "change": change["id"], "reason": "it was a password" });
        t.done("redactChange", input, "change { action message }").await;
    }
    let found = history(t, "web", "action message redacted revertible edits { key from { ... on Label { value } } to { ... on Label { value } } }").await;
    assert!(!json!(found).to_string().contains("pa55word"), "{found:?}");
    assert_eq!((&found[0]["action"], &found[0]["message"]), (&json!("REDACT"), &json!("it was a password")));
    assert_eq!(found[2]["edits"], json!([{ "key": "a", "from": [], "to": [] }]));
    assert_eq!((&found[2]["redacted"], &found[2]["revertible"]), (&json!(true), &json!(false)));
    let left = t.text_of("SELECT CAST(count(*) AS TEXT) FROM change_entries WHERE value_before LIKE '%pa55word%' OR value_after LIKE '%pa55word%'").await;
    assert_eq!(left, "0");
    assert_eq!(
        t.refused("redactChange", json!({ "change": "x", "reason": "y" })).await,
        [code("NOT_FOUND", "input.change")]
    );
    assert_eq!(
        t.refused("redactChange", json!({ "change": "x", "reason": " " })).await,
        [code("INVALID_VALUE", "input.reason")]
    );
    assert_eq!(t.see("web", "labels { value }").await["labels"], json!([{ "value": "fine" }]), "what is stored stays");
}

/// Generated changes, each undone, and its undoing undone.
async fn undoing_is_undone(t: &TestApp) {
    let mut rng = Rng(number_setting("DEVARCH_SEED").unwrap_or(11));
    let db = t.web().await;
    let samples = samples(&db);
    for step in 0..number_setting("DEVARCH_STEPS").unwrap_or(25) {
        let before = state(t, "web").await;
        let sample = &samples[rng.below(samples.len())];
        let operations = match rng.below(5) {
            0 | 1 => json!([sample.set(&sample.own)]),
            2 if sample.removes() => json!([{ "remove": { sample.step: sample.key.0 } }]),
            3 if sample.replaces() => json!([{ "replace": sample.kind }, { "reset": { "kind": "LABEL" } }]),
            _ => json!([{ "reset": { "kind": sample.kind } }]),
        };
        let last = last_change(t).await;
        t.patch("web", operations.clone()).await;
        let change = last_change(t).await;
        if change == last {
            continue;
        }
        let after = state(t, "web").await;
        revert(t, &change).await;
        assert_eq!(state(t, "web").await, before, "step {step}: {operations} undone");
        revert(t, &last_change(t).await).await;
        assert_eq!(state(t, "web").await, after, "step {step}: {operations} undone twice");
    }
}
