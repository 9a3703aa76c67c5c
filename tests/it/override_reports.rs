//! Every patch operation on every kind: its effect on overrides, rules, the effective configuration and the reports.

use devarch::limits::Limits;
use serde_json::{Value, json};

use crate::support::{TestApp, both, code, samples};

both!(
    an_instance_that_says_nothing_is_its_template,
    setting_an_entry_shadows_the_templates,
    removing_an_entry_takes_away_the_templates,
    removing_an_entry_takes_away_the_override_too,
    replacing_a_kind_leaves_the_instances_own_entries,
    resetting_an_entry_or_a_kind_or_everything_goes_back_to_the_template,
    an_override_that_repeats_the_template_is_redundant_except_under_replace,
    a_removal_of_what_is_not_there_is_dead_and_changes_nothing,
    a_removed_entry_that_is_set_comes_back,
    what_no_template_brings_cannot_be_taken_away,
    a_copy_reports_what_its_source_reports,
    an_instance_comes_back_from_the_trash_with_its_rules,
    reports_are_made_at_the_end_of_a_long_way,
);

fn stats(total: usize, removed: usize) -> Value {
    json!({ "total": total, "removed": removed, "redundant": 0, "dead": 0, "replaced": false })
}

async fn an_instance_that_says_nothing_is_its_template(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db) {
        assert_eq!(sample.look(t, "web").await, sample.untouched(), "{}", sample.field);
    }
    assert_eq!(samples(&db).len(), devarch::kinds::OverrideKind::ALL.len(), "a sample of every kind");
}

async fn setting_an_entry_shadows_the_templates(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db) {
        let before = t.patch("web", json!([{ "reset": { "all": true } }])).await;
        assert_eq!(t.patch("web", json!([sample.set(&sample.own)])).await, before + 1, "{}", sample.field);
        let mut effective = vec![json!([sample.own, "INSTANCE", sample.first])];
        effective.extend(sample.rest.iter().map(|entry| json!([entry, "TEMPLATE", []])));
        let change = if sample.first.is_empty() { "ADDED" } else { "CHANGED" };
        let expected = json!({
            "own": [sample.own], "rules": [], "effective": effective, "removed": [], "stats": stats(1, 0),
            "diff": [[sample.key.1, change, sample.first, [sample.own]]],
        });
        assert_eq!(sample.look(t, "web").await, expected, "{}", sample.field);
        // Repeating it changes nothing.
        assert_eq!(t.patch("web", json!([sample.set(&sample.own)])).await, before + 1, "{}", sample.field);
    }
}

async fn removing_an_entry_takes_away_the_templates(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db).into_iter().filter(|sample| sample.removes()) {
        let before = t.patch("web", json!([{ "reset": { "all": true } }])).await;
        let remove = json!([{ "remove": { sample.step: sample.key.0 } }]);
        assert_eq!(t.patch("web", remove.clone()).await, before + 1, "{}", sample.field);
        let effective: Vec<_> = sample.rest.iter().map(|entry| json!([entry, "TEMPLATE", []])).collect();
        let removed: Vec<_> = sample.first.iter().map(|entry| json!([sample.key.1, "REMOVE", entry])).collect();
        let expected = json!({
            "own": [], "rules": [["REMOVE", sample.key.1]], "effective": effective, "removed": removed,
            "stats": stats(0, removed.len()), "diff": [[sample.key.1, "REMOVED", sample.first, []]],
        });
        assert_eq!(sample.look(t, "web").await, expected, "{}", sample.field);
        assert_eq!(t.patch("web", remove).await, before + 1, "{}", sample.field);
    }
}

async fn removing_an_entry_takes_away_the_override_too(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db).into_iter().filter(|sample| sample.removes()) {
        t.patch("web", json!([{ "reset": { "all": true } }, { "remove": { sample.step: sample.key.0 } }])).await;
        let removed = sample.look(t, "web").await;
        t.patch("web", json!([sample.set(&sample.own)])).await;
        assert_ne!(sample.look(t, "web").await, removed, "{}", sample.field);
        t.patch("web", json!([{ "remove": { sample.step: sample.key.0 } }])).await;
        assert_eq!(sample.look(t, "web").await, removed, "{}", sample.field);
    }
}

async fn replacing_a_kind_leaves_the_instances_own_entries(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db).into_iter().filter(|sample| sample.replaces()) {
        let before = t.patch("web", json!([{ "reset": { "all": true } }])).await;
        assert_eq!(t.patch("web", json!([{ "replace": sample.kind }])).await, before + 1);
        let all: Vec<&Value> = sample.first.iter().chain(&sample.rest).collect();
        let seen = sample.look(t, "web").await;
        assert_eq!(seen["effective"], json!([]), "{}", sample.field);
        assert_eq!(seen["rules"], json!([["REPLACE", null]]), "{}", sample.field);
        let removed: Vec<&Value> = seen["removed"].as_array().unwrap().iter().map(|removed| &removed[2]).collect();
        assert_eq!(removed, all, "{}", sample.field);
        assert!(seen["removed"].as_array().unwrap().iter().all(|removed| removed[1] == "REPLACE"));
        let mut expected = stats(0, all.len());
        expected["replaced"] = json!(true);
        assert_eq!(seen["stats"], expected, "{}", sample.field);
        assert!(seen["diff"].as_array().unwrap().iter().all(|change| change[1] == "REMOVED" && change[3] == json!([])));
        assert_eq!(t.patch("web", json!([{ "replace": sample.kind }])).await, before + 1, "once more");

        t.patch("web", json!([sample.set(&sample.own)])).await;
        let seen = sample.look(t, "web").await;
        assert_eq!(seen["effective"], json!([[sample.own, "INSTANCE", sample.first]]), "{}", sample.field);
        let mut expected = stats(1, sample.rest.len());
        expected["replaced"] = json!(true);
        assert_eq!(seen["stats"], expected, "{}", sample.field);
        assert_eq!(seen["own"], json!([sample.own]), "{}", sample.field);
    }
}

async fn resetting_an_entry_or_a_kind_or_everything_goes_back_to_the_template(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db) {
        let mut said = vec![sample.set(&sample.own)];
        if sample.removes() {
            said.push(json!({ "remove": { sample.step: sample.key.0 } }));
        }
        let entry = json!({ "reset": { "entry": { sample.step: sample.key.0 } } });
        let kind = json!({ "reset": { "kind": sample.kind } });
        for reset in [entry.clone(), kind.clone(), json!({ "reset": { "all": true } })] {
            for step in &said {
                let before = t.patch("web", json!([step])).await;
                assert_eq!(t.patch("web", json!([reset])).await, before + 1, "{reset}");
                assert_eq!(sample.look(t, "web").await, sample.untouched(), "{reset}");
                assert_eq!(t.patch("web", json!([reset])).await, before + 1, "{reset}: nothing is left to reset");
            }
        }
        if sample.replaces() {
            t.patch("web", json!([{ "replace": sample.kind }, sample.set(&sample.own), entry])).await;
            let seen = sample.look(t, "web").await;
            assert_eq!((&seen["own"], &seen["effective"]), (&json!([]), &json!([])), "an entry alone is reset");
            t.patch("web", json!([kind])).await;
            assert_eq!(sample.look(t, "web").await, sample.untouched());
        }
    }
}

async fn an_override_that_repeats_the_template_is_redundant_except_under_replace(t: &TestApp) {
    let db = t.web().await;
    // Of two ports with one key a step can set only one, so it never repeats both.
    for sample in samples(&db).into_iter().filter(|sample| sample.first.len() == 1) {
        t.patch("web", json!([{ "reset": { "all": true } }, sample.set(&sample.first[0])])).await;
        let seen = sample.look(t, "web").await;
        assert_eq!(seen["effective"][0], json!([sample.first[0], "INSTANCE", sample.first]), "{}", sample.field);
        assert_eq!((&seen["stats"]["redundant"], &seen["diff"]), (&json!(1), &json!([])), "{}", sample.field);
        if sample.replaces() {
            t.patch("web", json!([{ "replace": sample.kind }])).await;
            assert_eq!(sample.look(t, "web").await["stats"]["redundant"], 0, "{}", sample.field);
        }
    }
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    let ports = json!([{ "containerPort": 80, "hostPort": 8080 }, { "containerPort": 80, "hostPort": 8081 }]);
    t.set("web", json!({ "ports": ports })).await;
    let sample = samples(&db).remove(0);
    let seen = sample.look(t, "web").await;
    assert_eq!((&seen["stats"]["redundant"], &seen["diff"]), (&json!(2), &json!([])), "in another order");
}

async fn a_removal_of_what_is_not_there_is_dead_and_changes_nothing(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db).into_iter().filter(|sample| !sample.stranger.0.is_null()) {
        let before = t.patch("web", json!([{ "reset": { "all": true } }])).await;
        let remove = json!([{ "remove": { sample.step: sample.stranger.0 } }]);
        assert_eq!(t.patch("web", remove).await, before + 1);
        let mut expected = sample.untouched();
        expected["rules"] = json!([["REMOVE", sample.stranger.1]]);
        expected["stats"] = json!({ "total": 0, "removed": 0, "redundant": 0, "dead": 1, "replaced": false });
        assert_eq!(sample.look(t, "web").await, expected, "{}", sample.field);
    }
    // Neither user nor command are there to be removed.
    t.sql("UPDATE services SET command = NULL, \"user\" = NULL").await;
    t.patch("web", json!([{ "reset": { "all": true } }, { "remove": { "setting": "USER" } }])).await;
    let seen = t
        .see(
            "web",
            "overrideStats { dead removed } effectiveConfig { user settings { user { value origin shadows } } }",
        )
        .await;
    assert_eq!(seen["overrideStats"], json!({ "dead": 1, "removed": 0 }));
    let user = json!({ "value": null, "origin": "TEMPLATE", "shadows": null });
    assert_eq!(seen["effectiveConfig"], json!({ "user": null, "settings": { "user": user } }));
}

async fn a_removed_entry_that_is_set_comes_back(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db).into_iter().filter(|sample| sample.removes()) {
        t.patch("web", json!([{ "reset": { "all": true } }, sample.set(&sample.own)])).await;
        let expected = sample.look(t, "web").await;
        t.patch("web", json!([{ "remove": { sample.step: sample.key.0 } }])).await;
        t.patch("web", json!([sample.set(&sample.own)])).await;
        assert_eq!(sample.look(t, "web").await, expected, "{}", sample.field);
    }
}

async fn what_no_template_brings_cannot_be_taken_away(t: &TestApp) {
    let db = t.web().await;
    for sample in samples(&db) {
        if !sample.removes() {
            let refused = t.patch_refused("web", json!([{ "remove": { sample.step: sample.key.0 } }])).await;
            assert_eq!(refused, [code("INVALID_VALUE", &format!("input.operations.0.remove.{}", sample.step))]);
        }
        if !sample.replaces() {
            let refused = t.patch_refused("web", json!([{ "replace": sample.kind }])).await;
            assert_eq!(refused, [code("INVALID_VALUE", "input.operations.0.replace")]);
        }
    }
    for always in ["IMAGE_NAME", "IMAGE_TAG", "RESTART_POLICY"] {
        let refused = t.patch_refused("web", json!([{ "remove": { "setting": always } }])).await;
        assert_eq!(refused, [code("INVALID_VALUE", "input.operations.0.remove.setting")], "{always}");
    }
    assert_eq!(t.see("web", "revision overrideRules { key }").await, json!({ "revision": 1, "overrideRules": [] }));
}

const REPORTS: &str = "overrideRules { kind action key } overrideStats { total removed redundant dead byKind { kind \
     total removed redundant dead replaced } } overrideDiff { kind key change from { __typename } to { __typename } } \
     overrideCount effectiveConfig { removed { kind key by } dependencies { condition instance { name } } }";

/// `web` sets, removes or replaces something of every kind.
async fn full(t: &TestApp) -> Value {
    let db = t.web().await;
    let mut steps = Vec::new();
    for (index, sample) in samples(&db).iter().enumerate() {
        steps.push(match index % 3 {
            1 if sample.removes() => json!({ "remove": { sample.step: sample.key.0 } }),
            2 if sample.replaces() => json!({ "replace": sample.kind }),
            _ => sample.set(&sample.own),
        });
        if sample.replaces() && index > 4 {
            steps.push(json!({ "replace": sample.kind }));
        }
    }
    t.patch("web", json!(steps)).await;
    let seen = t.see("web", REPORTS).await;
    assert_eq!(seen["overrideStats"]["byKind"].as_array().unwrap().len(), 12, "{seen}");
    seen
}

async fn a_copy_reports_what_its_source_reports(t: &TestApp) {
    let source = full(t).await;
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "name": "copy" });
    t.done("duplicateInstance", input, "").await;
    assert_eq!(t.see("copy", REPORTS).await, source);
    t.patch("web", json!([{ "reset": { "all": true } }])).await;
    assert_eq!(t.see("copy", REPORTS).await, source);
}

async fn an_instance_comes_back_from_the_trash_with_its_rules(t: &TestApp) {
    let before = full(t).await;
    let web = t.see("web", "id").await;
    let trashed = t.done("softDeleteInstance", json!({ "instance": web }), &format!("instance {{ {REPORTS} }}")).await;
    assert_eq!(trashed["instance"], before, "the trash changes nothing");
    t.done("restoreInstance", json!({ "instance": web }), "").await;
    assert_eq!(t.see("web", REPORTS).await, before);
}

async fn reports_are_made_at_the_end_of_a_long_way(t: &TestApp) {
    full(t).await;
    // As deep as the nesting of brackets allows, where the setting for the depth of fields does.
    let t = &t.with_limits(Limits { max_depth: 100, ..Limits::default() });
    let deeper = |query: String, _| format!("stack {{ instance(name: \"web\") {{ {query} }} }}");
    let query = (0..13).fold(REPORTS.to_owned(), deeper);
    let mut seen = t.see("web", &query).await;
    for _ in 0..13 {
        seen = seen["stack"]["instance"].take();
    }
    assert_eq!(seen, t.see("web", REPORTS).await);
}
