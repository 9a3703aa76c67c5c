//! Forks in the change log, and who may make them.

use serde_json::{Value, json};

use super::{fork, see, shop};
use crate::support::{TestApp, both};

both!(a_fork_is_logged_as_what_it_is, the_past_of_a_fork_has_its_own_ports, undoing_a_fork_moves_it_to_the_trash);

async fn a_fork_is_logged_as_what_it_is(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "lab", "message": "for a worktree" })).await;
    let log = "history(first: 100) { nodes { action message subjectName fields { field to } cause { action } } }";
    let changes = see(t, "lab", log).await["history"]["nodes"].take();
    let changes = changes.as_array().unwrap();
    assert_eq!(changes.len(), 4);
    assert!(changes.iter().all(|change| change["action"] == "FORK" && change["message"] == "for a worktree"));
    let of_stack = changes.iter().find(|change| change["cause"].is_null()).unwrap();
    let copy = json!({ "field": "copyOf", "to": "shop" });
    assert_eq!(of_stack["subjectName"], "lab");
    assert!(of_stack["fields"].as_array().unwrap().contains(&copy), "{of_stack}");
    let of_source = see(t, "shop", "history(actions: [FORK]) { nodes { action } }").await;
    assert_eq!(of_source["history"]["nodes"], json!([]), "nothing of the source has changed");
}

async fn the_past_of_a_fork_has_its_own_ports(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "lab" })).await;
    let cursor = see(t, "lab", "changeCursor").await["changeCursor"].take();
    let reset = json!({ "instance": TestApp::by_name("lab", "web"), "operations": [{ "reset": { "all": true } }] });
    t.done("patchInstanceOverrides", reset, "").await;
    let query = "query ($at: PointInput!) { instance(stack: \"lab\", name: \"web\") { version(at: $at) {
        ports { hostPort } domains { domain } effectiveConfig { ports { hostPort } } } } }";
    let version = t.data(query, json!({ "at": { "cursor": cursor } })).await["instance"]["version"].take();
    assert_eq!(version["ports"][0]["hostPort"], 8080);
    assert_eq!(version["domains"][0]["domain"], "shop-lab.test");
}

async fn undoing_a_fork_moves_it_to_the_trash(t: &TestApp) {
    shop(t).await;
    fork(t, json!({ "name": "lab", "key": "k" })).await;
    let log = "history { nodes { id cause { id } revertible } }";
    let changes = see(t, "lab", log).await["history"]["nodes"].take();
    let change = changes.as_array().unwrap().iter().find(|change| change["cause"].is_null()).unwrap();
    assert_eq!(change["revertible"], true);
    t.done("revertChange", json!({ "change": change["id"] }), "").await;
    assert_eq!(see(t, "lab", "name").await, Value::Null);
    assert_eq!(fork(t, json!({ "key": "k" })).await["created"], true, "its key is free");
}
