//! Instances: which are created, which go into the trash, and which stay.

use serde_json::json;

use super::{apply, apply_nothing, compose, document, outcomes, plain, refused, with};
use crate::support::{TestApp, both};

both!(
    what_the_owner_has_created_goes_into_the_trash,
    what_others_need_stays,
    what_was_there_stays,
    disabled_instances_stay_although_files_have_none,
    names_can_be_used_again,
    the_number_of_statements_for_many_instances_is_bounded,
);

fn instances(list: &str) -> String {
    format!("devarch: 1\ninstances: {{ {list} }}\n")
}

async fn names(t: &TestApp) -> Vec<String> {
    let found = super::said(t, "shop").await;
    let mut names: Vec<String> = found["instances"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

async fn what_the_owner_has_created_goes_into_the_trash(t: &TestApp) {
    plain(t).await;
    apply(t, document("shop", "me", &instances("a: { template: plain }, b: { template: plain }"))).await;
    let applied = apply(t, document("shop", "me", &instances("a: { template: plain }"))).await;
    assert_eq!(outcomes(&applied), ["a UNCHANGED", "b TRASHED"]);
    let warning = json!([{ "code": "STILL_RUNNING",
        "message": "The instance `b` is in the trash. Its container devarch-shop-b may still be running." }]);
    assert_eq!(applied["warnings"], warning);
    assert_eq!(names(t).await, ["a"]);
    let trash = t.data("{ trash { instances { nodes { instance { name } } } } }", json!({})).await;
    assert_eq!(trash["trash"]["instances"]["nodes"], json!([{ "instance": { "name": "b" } }]));
    apply_nothing(t, document("shop", "me", &instances("a: { template: plain }"))).await;
}

async fn what_others_need_stays(t: &TestApp) {
    plain(t).await;
    let mine = "b: { template: plain, overrides: { labels: [{ key: m, value: x }] } }";
    apply(t, document("shop", "me", &instances(mine))).await;
    let yours = "b: { template: plain, overrides: { labels: [{ key: y, value: x }] } }";
    apply(t, document("shop", "you", &instances(yours))).await;
    let applied = apply(t, document("shop", "me", "devarch: 1")).await;
    assert_eq!(outcomes(&applied), ["b UPDATED"]);
    assert_eq!(super::labels(t, "b").await, "a=1 b=1 y=x");
    assert_eq!(super::owners(t, "shop").await, json!(["you"]));
    apply_nothing(t, document("shop", "me", "devarch: 1")).await;
}

async fn what_was_there_stays(t: &TestApp) {
    plain(t).await;
    t.stack("shop").await;
    for name in ["web", "db"] {
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": "plain" }, "name": name });
        t.done("createInstance", input, "").await;
    }
    let text = "web: { template: plain, overrides: { labels: [{ key: m, value: x }] } }";
    let applied = apply(t, document("shop", "me", &instances(text))).await;
    assert_eq!(outcomes(&applied), ["web UPDATED"]);
    // Only what the owner has applied goes, not the instance.
    let applied = apply(t, document("shop", "me", "devarch: 1")).await;
    assert_eq!(outcomes(&applied), ["web UPDATED"]);
    assert_eq!((names(t).await.join(" "), super::labels(t, "web").await), ("db web".to_owned(), "a=1 b=1".to_owned()));
}

async fn disabled_instances_stay_although_files_have_none(t: &TestApp) {
    let file = |services: &str| compose("shop", "me", &format!("services:\n{services}"));
    let (web, db) = ("  web:\n    image: nginx\n    depends_on: [db]\n", "  db:\n    image: postgres\n");
    apply(t, file(&format!("{web}{db}"))).await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "db"), "enabled": false }), "").await;
    apply_nothing(t, compose("shop", "me", &super::flat(t, "shop").await)).await;
    let applied = apply(t, file("  web:\n    image: nginx\n")).await;
    assert_eq!(applied["warnings"][0]["code"], "NOT_IN_SOURCE");
    assert_eq!(names(t).await, ["db", "web"]);
    // Replicas say that there is none.
    let applied = apply(t, file(&format!("{web}    scale: 0\n{db}    scale: 1\n"))).await;
    assert_eq!(outcomes(&applied), ["web UPDATED", "db UPDATED"]);
    let enabled = t.data("{ stack(name: \"shop\") { instances { nodes { name enabled } } } }", json!({})).await;
    for instance in enabled["stack"]["instances"]["nodes"].as_array().unwrap() {
        assert_eq!(instance["enabled"], json!(instance["name"] == "db"));
    }
    apply(t, file(&format!("{web}{db}"))).await;
    assert_eq!(t.see("web", "enabled").await["enabled"], true);
}

async fn names_can_be_used_again(t: &TestApp) {
    plain(t).await;
    let text = instances("a: { template: plain }");
    apply(t, document("shop", "me", &text)).await;
    apply(t, document("shop", "me", "devarch: 1")).await;
    assert_eq!(outcomes(&apply(t, document("shop", "me", &text)).await), ["a CREATED"]);
    // A container name that another stack has is refused as everywhere.
    t.stack("shop-a").await;
    let input = json!({ "stack": { "name": "shop-a" }, "template": { "name": "plain" }, "name": "b" });
    t.done("createInstance", input, "").await;
    let errors =
        refused(t, document("shop", "me", &instances("a: { template: plain }, a-b: { template: plain }"))).await;
    assert!(errors[0].starts_with("CONTAINER_NAME_TAKEN"), "{errors:?}");
}

async fn the_number_of_statements_for_many_instances_is_bounded(t: &TestApp) {
    plain(t).await;
    let text = |count: usize| {
        let one =
            |n: usize| format!("i{n}: {{ template: plain, overrides: {{ labels: [{{ key: n, value: '{n}' }}] }} }}");
        instances(&(0..count).map(one).collect::<Vec<_>>().join(", "))
    };
    let mut costs = Vec::new();
    for count in [2, 20] {
        let stack = format!("s{count}");
        apply(t, document(&stack, "me", &text(count))).await;
        let before = t.db.statements();
        let again = t.mutate("applyStack", document(&stack, "me", &text(count)), "changed").await;
        assert_eq!(again["changed"], false);
        costs.push(t.db.statements() - before);
    }
    assert_eq!(costs[0], costs[1], "an apply that changes nothing does not depend on the number of instances");
    let again = with(document("s2", "me", &text(2)), json!({ "idempotencyKey": "k" }));
    apply_nothing(t, again.clone()).await;
    apply_nothing(t, again).await;
}
