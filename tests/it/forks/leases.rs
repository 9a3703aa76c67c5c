//! Leases: how they are given and renewed, and what happens at their end.

use serde_json::{Value, json};

use super::{fork, see, shop};
use crate::support::{TestApp, both, code};

both!(
    a_lease_ends_in_the_trash,
    a_lease_is_renewed,
    asking_again_never_shortens_a_lease,
    a_restored_fork_has_its_lease_anew,
    several_servers_end_a_lease_once,
);

const HOUR: i64 = 3_600_000;
const LEASE: &str = "lease { expiresAt warnsAt isEnding isExpired }";

async fn lease(t: &TestApp, stack: &str) -> Value {
    see(t, stack, LEASE).await["lease"].take()
}

async fn a_lease_ends_in_the_trash(t: &TestApp) {
    shop(t).await;
    t.freeze_time();
    fork(t, json!({ "name": "lab", "key": "k", "expiresIn": "PT8H" })).await;
    fork(t, json!({ "name": "stays" })).await;
    assert_eq!(see(t, "stays", LEASE).await["lease"], Value::Null);
    let given = lease(t, "lab").await;
    assert_eq!((&given["isEnding"], &given["isExpired"]), (&json!(false), &json!(false)));
    t.skip_time(6 * HOUR);
    assert_eq!(lease(t, "lab").await["isEnding"], true, "the warning period is a quarter of it");
    assert_eq!(t.app.end_leases().await.unwrap(), 0);
    t.skip_time(2 * HOUR);
    assert_eq!(lease(t, "lab").await["isExpired"], true);
    assert_eq!(t.app.end_leases().await.unwrap(), 1);
    assert_eq!(t.app.end_leases().await.unwrap(), 0);
    assert_eq!(see(t, "lab", "name").await, Value::Null);
    let seen = t.data("{ trash { stacks { nodes { stack { name } } } } }", json!({})).await;
    assert_eq!(seen["trash"]["stacks"]["nodes"], json!([{ "stack": { "name": "lab" } }]));
    let all = "{ changes(actions: [SOFT_DELETE]) { nodes { subjectName message actor { kind name } cause { id } } } }";
    let changes = t.data(all, json!({})).await["changes"]["nodes"].take();
    let first = changes.as_array().unwrap().iter().find(|change| change["cause"].is_null()).unwrap();
    let expected = json!({ "subjectName": "lab", "message": "The lease has ended.", "actor": { "kind": "SERVICE", "name": null }, "cause": null });
    assert_eq!(first, &expected);
    // It can be restored, with everything, and then has its lease anew.
    t.done("restoreStack", json!({ "stack": { "name": "lab" } }), "").await;
    assert_eq!(t.app.end_leases().await.unwrap(), 0);
    assert_eq!(see(t, "lab", "instances { totalCount }").await["instances"]["totalCount"], 3);
}

async fn a_lease_is_renewed(t: &TestApp) {
    shop(t).await;
    t.freeze_time();
    fork(t, json!({ "name": "lab", "expiresIn": "PT1H" })).await;
    let revision = see(t, "lab", "revision").await;
    let renew = |span: &str| json!({ "stack": { "name": "lab" }, "expiresIn": span, "message": "still needed" });
    let renewed = t.done("renewLease", renew("PT3H"), &format!("stack {{ name {LEASE} }}")).await;
    assert_eq!(renewed["stack"]["lease"], lease(t, "lab").await);
    t.skip_time(2 * HOUR);
    assert_eq!(t.app.end_leases().await.unwrap(), 0);
    assert_eq!(see(t, "lab", "revision").await, revision, "a lease is no configuration");
    let log = "history(actions: [RENEW_LEASE]) { nodes { action message revertible fields { field } edits { key } } }";
    let change = see(t, "lab", log).await["history"]["nodes"][0].take();
    let expected =
        json!({ "action": "RENEW_LEASE", "message": "still needed", "revertible": false, "fields": [], "edits": [] });
    assert_eq!(change, expected);
    // Also earlier than before.
    t.done("renewLease", renew("PT1M"), "").await;
    t.skip_time(60_000);
    assert_eq!(t.app.end_leases().await.unwrap(), 1);
    assert_eq!(t.refused("renewLease", renew("PT1H")).await, [code("NOT_FOUND", "input.stack.name")]);
    let no_fork = json!({ "stack": { "name": "shop" }, "expiresIn": "PT1H" });
    assert_eq!(t.refused("renewLease", no_fork).await, [code("INVALID_VALUE", "input.stack")]);
    fork(t, json!({ "name": "other" })).await;
    let short = json!({ "stack": { "name": "other" }, "expiresIn": "PT1S" });
    assert_eq!(t.refused("renewLease", short).await, [code("INVALID_VALUE", "input.expiresIn")]);
    let given = json!({ "stack": { "name": "other" }, "expiresIn": "P7D" });
    t.done("renewLease", given, "").await;
    assert_eq!(lease(t, "other").await["isEnding"], false, "a fork without a lease gets one");
}

async fn asking_again_never_shortens_a_lease(t: &TestApp) {
    shop(t).await;
    t.freeze_time();
    let wish = |span: &str| json!({ "key": "k", "name": "lab", "expiresIn": span });
    fork(t, wish("PT2H")).await;
    let first = lease(t, "lab").await;
    fork(t, wish("PT1H")).await;
    assert_eq!(lease(t, "lab").await, first);
    fork(t, json!({ "key": "k" })).await;
    assert_eq!(lease(t, "lab").await, first);
    t.skip_time(HOUR);
    fork(t, wish("PT2H")).await;
    assert_ne!(lease(t, "lab").await["expiresAt"], first["expiresAt"]);
    t.skip_time(HOUR);
    assert_eq!(t.app.end_leases().await.unwrap(), 0);
}

async fn a_restored_fork_has_its_lease_anew(t: &TestApp) {
    shop(t).await;
    t.freeze_time();
    fork(t, json!({ "name": "lab", "expiresIn": "PT4H" })).await;
    let before = lease(t, "lab").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "lab" } }), "").await;
    t.done("restoreStack", json!({ "stack": { "name": "lab" } }), "").await;
    assert_eq!(lease(t, "lab").await, before, "a lease that has not ended goes on");
    t.skip_time(4 * HOUR);
    t.app.end_leases().await.unwrap();
    t.skip_time(100 * HOUR);
    // Undoing the change restores it as well.
    let last = "{ changes(actions: [SOFT_DELETE]) { nodes { id subjectName cause { id } } } }";
    let changes = t.data(last, json!({})).await["changes"]["nodes"].take();
    let change = changes.as_array().unwrap().iter().find(|change| change["cause"].is_null()).unwrap()["id"].clone();
    t.done("revertChange", json!({ "change": change }), "").await;
    assert_eq!(lease(t, "lab").await["isExpired"], false);
    t.skip_time(4 * HOUR);
    assert_eq!(t.app.end_leases().await.unwrap(), 1);
}

async fn several_servers_end_a_lease_once(t: &TestApp) {
    shop(t).await;
    for n in 0..5 {
        fork(t, json!({ "name": format!("f{n}"), "expiresIn": "PT1H" })).await;
    }
    let other = t.another().await;
    t.skip_time(2 * HOUR);
    other.skip_time(2 * HOUR);
    let (one, two) = tokio::join!(t.app.end_leases(), other.app.end_leases());
    assert_eq!(one.unwrap() + two.unwrap(), 5);
    let deletions = "{ changes(first: 100, actions: [SOFT_DELETE]) { nodes { subjectName cause { id } } } }";
    let changes = t.data(deletions, json!({})).await["changes"]["nodes"].take();
    assert_eq!(changes.as_array().unwrap().iter().filter(|change| change["cause"].is_null()).count(), 5);
    other.db.close().await;
}
