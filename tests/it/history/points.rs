//! Points of the past, and the cursors that name them.

use devarch::db::change_log::cursor::{LogCursor, Position};
use serde_json::{Value, json};

use crate::{
    history::last_change,
    support::{TestApp, both},
};

both!(
    an_undoing_without_fields_hides_no_version,
    no_point_lies_inside_a_transaction,
    a_cursor_is_of_one_history,
    a_cursor_is_of_one_stack
);

async fn label(t: &TestApp, value: &str) -> String {
    t.patch("web", json!([{ "set": { "label": { "key": "a", "value": value } } }])).await;
    last_change(t).await
}

/// The label of the instance in the stack, as of a point.
async fn label_at(t: &TestApp, at: Value) -> Value {
    let query = "query ($at: PointInput!) { stack(name: \"shop\") { version(at: $at) { instances { name labels { value } } } } }";
    let mut found = t.data(query, json!({ "at": at })).await["stack"]["version"].take();
    let instances = found["instances"].as_array_mut().map(std::mem::take).unwrap_or_default();
    instances.into_iter().find(|it| it["name"] == "web").map(|mut it| it["labels"].take()).unwrap_or_default()
}

/// The row of the stack is never written here, so it keeps its first revision.
async fn an_undoing_without_fields_hides_no_version(t: &TestApp) {
    t.web().await;
    let one = label(t, "1").await;
    let two = label(t, "2").await;
    let restore = json!({ "stack": { "name": "shop" }, "at": { "change": one } });
    let restored = t.done("restoreVersion", restore, "change { id } stack { revision }").await;
    assert_eq!(restored["stack"]["revision"], 1);
    let undone = t.done("revertChange", json!({ "change": restored["change"]["id"] }), "change { id }").await;
    let expected = [
        (one.as_str(), "1"),
        (&two, "2"),
        (restored["change"]["id"].as_str().unwrap(), "1"),
        (undone["change"]["id"].as_str().unwrap(), "2"),
    ];
    for (change, value) in expected {
        assert_eq!(label_at(t, json!({ "change": change })).await, json!([{ "value": value }]), "after {change}");
    }
}

async fn cursor_of(t: &TestApp, change: &str) -> LogCursor {
    let found = t.data("{ changes(first: 50) { nodes { id cursor } } }", json!({})).await["changes"]["nodes"].take();
    let change = found.as_array().unwrap().iter().find(|it| it["id"] == change).unwrap();
    LogCursor::decode(change["cursor"].as_str().unwrap()).unwrap()
}

/// The message of a refused point.
async fn refused(t: &TestApp, cursor: &str) -> String {
    let query = "query ($at: PointInput!) { stack(name: \"shop\") { version(at: $at) { name } } }";
    let answer = t.graphql(query, json!({ "at": { "cursor": cursor } })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

async fn a_cursor_is_of_one_history(t: &TestApp) {
    t.web().await;
    let one = label(t, "1").await;
    label(t, "2").await;
    let cursor = cursor_of(t, &one).await;
    assert_eq!(label_at(t, json!({ "cursor": cursor.encode() })).await, json!([{ "value": "1" }]));
    let foreign = LogCursor { epoch: cursor.epoch ^ 1, ..cursor.clone() };
    assert_eq!(refused(t, &foreign.encode()).await, "This cursor is of a history that the database does not have.");
    for place in 0..cursor.positions.len() {
        let mut ahead = cursor.clone();
        ahead.positions[place].seq += 100;
        assert_eq!(
            refused(t, &ahead.encode()).await,
            "This cursor is of a history that the database does not have.",
            "{place}"
        );
    }
    let all: Vec<Position> = cursor.positions.iter().copied().filter(|position| position.part == 0).collect();
    let elsewhere = LogCursor { positions: all, ..cursor };
    assert!(refused(t, &elsewhere.encode()).await.starts_with("This cursor says nothing about the stack"));
    assert_eq!(refused(t, "nonsense").await, "This is not a cursor of changes.");
}

/// The cursor of the template's change has no position of the stack.
async fn a_cursor_is_of_one_stack(t: &TestApp) {
    t.web().await;
    t.done("updateTemplate", json!({ "template": { "name": "app" }, "description": "x" }), "").await;
    let of_template = cursor_of(t, &last_change(t).await).await;
    assert!(refused(t, &of_template.encode()).await.starts_with("This cursor says nothing about the stack"));
}

/// A change and those that it caused are one step: no point lies between them.
async fn no_point_lies_inside_a_transaction(t: &TestApp) {
    t.web().await;
    t.done("renameStack", json!({ "stack": { "name": "shop" }, "name": "store" }), "").await;
    t.done("renameStack", json!({ "stack": { "name": "store" }, "name": "shop" }), "").await;
    let query = "{ changes(first: 6, actions: [RENAME, UPDATE]) { nodes { id cursor stack { id } } } }";
    let found = t.data(query, json!({})).await["changes"]["nodes"].take();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 6, "{found:?}");
    for (place, change) in found.iter().enumerate() {
        let name = if place < 3 { "shop" } else { "store" };
        let query = "query ($at: PointInput!) { stack(name: \"shop\") { version(at: $at) { name instances { name containerName } } } }";
        for at in [json!({ "change": change["id"] }), json!({ "cursor": change["cursor"] })] {
            let version = t.data(query, json!({ "at": at })).await["stack"]["version"].take();
            let instance = |of: &str| json!({ "name": of, "containerName": format!("devarch-{name}-{of}") });
            let expected = json!({ "name": name, "instances": [instance("web"), instance("db")] });
            assert_eq!(version, expected, "{place}: {at}");
        }
    }
}
