//! One change of the log, which one `revertChange` undoes.

use serde_json::{Value, json};

use super::{apply, apply_nothing, compose, document, outcomes, plain, said};
use crate::support::{TestApp, both};

both!(one_revert_undoes_an_apply, a_new_stack_goes_into_the_trash, an_update_is_one_change);

/// The changes of the stack `shop` that no other change has caused, the last one first.
async fn causes(t: &TestApp) -> Vec<Value> {
    let log = "{ stack(name: \"shop\") { history(first: 100) { nodes { id action subjectName cause { id } causes { nodes { action subjectName } } } } } }";
    let mut found = t.data(log, json!({})).await;
    let nodes = std::mem::take(found["stack"]["history"]["nodes"].as_array_mut().unwrap());
    nodes.into_iter().filter(|change| change["cause"].is_null()).collect()
}

async fn one_revert_undoes_an_apply(t: &TestApp) {
    plain(t).await;
    let first = "devarch: 1
description: first
instances:
  web: { template: plain, overrides: { labels: [{ key: x, value: '1' }] }, removed: { labels: [a] } }
  old: { template: plain, overrides: { labels: [{ key: y, value: '1' }], dependencies: [{ instance: web }] } }
";
    apply(t, document("shop", "me", first)).await;
    t.patch("web", json!([{ "set": { "label": { "key": "hand", "value": "h" } } }])).await;
    let before = said(t, "shop").await;
    let second = "devarch: 1
description: second
enabled: false
instances:
  web: { template: plain, enabled: false, overrides: { labels: [{ key: x, value: '2' }, { key: z, value: '3' }] } }
  new: { template: plain, overrides: { labels: [{ key: n, value: '1' }], dependencies: [{ instance: web }] } }
";
    let applied = apply(t, document("shop", "me", second)).await;
    assert_eq!(outcomes(&applied), ["web UPDATED", "new CREATED", "old TRASHED"]);
    let after = said(t, "shop").await;
    let change = causes(t).await.remove(0);
    assert_eq!((&change["action"], &change["subjectName"]), (&json!("APPLY"), &json!("shop")));
    t.done("revertChange", json!({ "change": change["id"] }), "").await;
    assert_eq!(said(t, "shop").await, before);
    // And the undoing is undone, or the file is applied once more.
    let undone = causes(t).await.remove(0);
    t.done("revertChange", json!({ "change": undone["id"] }), "").await;
    let again = said(t, "shop").await;
    let by_name = |of: &Value| {
        let mut nodes = of["instances"]["nodes"].as_array().unwrap().clone();
        nodes.sort_by_key(|node| node["name"].to_string());
        nodes
    };
    assert_eq!(by_name(&again), by_name(&after));
    apply_nothing(t, document("shop", "me", second)).await;
}

async fn a_new_stack_goes_into_the_trash(t: &TestApp) {
    apply(t, compose("shop", "me", "services: { web: { image: nginx } }")).await;
    let change = causes(t).await.remove(0);
    t.done("revertChange", json!({ "change": change["id"] }), "").await;
    assert_eq!(said(t, "shop").await, Value::Null);
    // The templates stay, so the file can be applied again.
    let applied = apply(t, compose("shop", "me", "services: { web: { image: nginx } }")).await;
    assert_eq!(applied["templates"], json!([{ "name": "shop-web", "outcome": "UNCHANGED" }]));
}

async fn an_update_is_one_change(t: &TestApp) {
    plain(t).await;
    let text = |value: &str| {
        format!(
            "devarch: 1\ninstances: {{ a: {{ template: plain, overrides: {{ labels: [{{ key: x, value: '{value}' }}] }} }}, b: {{ template: plain }} }}"
        )
    };
    apply(t, document("shop", "me", &text("1"))).await;
    let revision = "{ stack(name: \"shop\") { revision } }";
    let before = t.data(revision, json!({})).await;
    apply(t, document("shop", "me", &text("2"))).await;
    assert_eq!(t.data(revision, json!({})).await, before, "the stack itself has not changed");
    let causes = causes(t).await;
    assert_eq!(causes.len(), 2);
    assert_eq!(causes[0]["causes"]["nodes"], json!([{ "action": "APPLY", "subjectName": "a" }]));
}
