//! The streams against the log: nothing is missed, nothing is repeated, whatever happens in between.

use std::collections::BTreeSet;

use devarch::db::change_log::cursor::{LogCursor, Reach};

use super::*;
use crate::support::{Engine, Rng, both, number_setting, run};

both!(
    a_page_that_subscribes_after_its_cursor_misses_nothing,
    one_that_comes_back_late_reads_what_it_missed,
    what_was_dropped_is_told,
);

const CHANGES: &str = "subscription ($after: ChangeCursor) { changes(after: $after) { __typename ... on ChangeEvent { cursor \
                       change { id } } ... on HeartbeatEvent { cursor } ... on ResyncEvent { cursor reason } } }";

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

/// The revisions of the stacks and of the template, which each change raises by one.
fn revisions(found: &Value) -> i64 {
    let stacks = found["stacks"]["nodes"].as_array().unwrap().iter();
    stacks.chain([&found["template"]]).map(|of| of["revision"].as_i64().unwrap()).sum()
}

const PAGE: &str = "{ changeCursor stacks(first: 100) { nodes { revision } } template(name: \"app\") { revision } }";

/// A client that shows a page: a query, then events after its cursor, from any of the servers, with connections that are
/// cut at random moments. Returns the changes that it was told, and how many it had seen before.
async fn page(servers: &[Live], seed: u64, until: i64) -> (Vec<String>, i64) {
    let mut rng = Rng(seed);
    let found = servers[rng.below(servers.len())].app.data(PAGE, json!({})).await;
    let (mut seen, mut after) = (revisions(&found), found["changeCursor"].clone());
    let mut told = Vec::new();
    while seen + (told.len() as i64) < until {
        let mut ws = servers[rng.below(servers.len())].client().await;
        ws.subscribe("1", CHANGES, json!({ "after": after })).await;
        for _ in 0..=rng.below(12) {
            if seen + told.len() as i64 == until {
                break;
            }
            let event = ws.event().await;
            after = event["cursor"].clone();
            if event["__typename"] == "ResyncEvent" {
                assert_eq!(event["reason"], "TOO_SLOW");
                let found = servers[rng.below(servers.len())].app.data(PAGE, json!({})).await;
                (seen, after, told) = (revisions(&found), found["changeCursor"].clone(), Vec::new());
                break;
            }
            if event["__typename"] == "ChangeEvent" {
                told.push(id(&event["change"]));
            }
        }
    }
    (told, seen)
}

async fn a_page_that_subscribes_after_its_cursor_misses_nothing(t: &TestApp) {
    let (writers, pages, each) = (4, 6, 10);
    let limits = FeedLimits { ring: 8, ..FeedLimits::default() };
    let mut servers = Vec::new();
    for server in [t.clone(), t.another().await] {
        servers.push(Live::with(&server, limits, SubscriptionLimits::default(), TransportLimits::default()).await);
    }
    t.web().await;
    let stacks = [raw(&t.stack("one").await), raw(&t.stack("two").await), raw(&t.stack("three").await)];
    let before = revisions(&t.data(PAGE, json!({})).await);
    let write = async |writer: usize| {
        let mut rng = Rng(writer as u64);
        for number in 0..each {
            let server = &servers[rng.below(2)].app;
            let message = format!("{writer}-{number}");
            if rng.below(4) == 0 {
                let input = json!({ "template": { "name": "app" }, "description": message });
                server.done("updateTemplate", input, "template { id }").await;
            } else {
                let input = json!({ "stack": { "id": stack_id(stacks[rng.below(3)]) }, "description": message });
                server.done("updateStack", input, "stack { id }").await;
            }
            tokio::time::sleep(rng.below(20) as u32 * MS).await;
        }
    };
    let seed = number_setting("DEVARCH_SEED").unwrap_or(3);
    let until = before + (writers * each) as i64;
    let look = async |page_number: usize| {
        tokio::time::sleep(page_number as u32 * 30 * MS).await;
        page(&servers, seed * 100 + page_number as u64, until).await
    };
    let written = futures_util::future::join_all((0..writers).map(write));
    let looked = futures_util::future::join_all((0..pages).map(look));
    let (_, pages) = futures_util::future::join(written, looked).await;
    let all = t.data("{ changes(first: 100) { nodes { id } } }", json!({})).await["changes"]["nodes"].take();
    // Latest first.
    let all: Vec<String> = all.as_array().unwrap().iter().map(id).collect();
    for (told, seen) in pages {
        let distinct: BTreeSet<&String> = told.iter().collect();
        assert_eq!(told.len(), distinct.len(), "nothing is told twice");
        // What was told are the latest changes, but for those that are committed in another order than begun.
        let latest: BTreeSet<&String> = all.iter().take(told.len() + writers).collect();
        assert!(distinct.is_subset(&latest), "seen {seen}, told {told:?}, all {all:?}");
    }
}

async fn one_that_comes_back_late_reads_what_it_missed(t: &TestApp) {
    let shop = raw(&t.stack("shop").await);
    let other = raw(&t.stack("other").await);
    let before = cursor(t).await;
    let limits = FeedLimits { ring: 4, missed: 20, ..quiet() };
    let live = Live::with(t, limits, SubscriptionLimits::default(), TransportLimits::default()).await;
    // A first subscriber follows, so the reader runs, and its ring has lost the first changes.
    let mut witness = live.client().await;
    witness.subscribe("1", "subscription { changes { ... on ChangeEvent { change { message } } } }", json!({})).await;
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
    for number in 1..=16 {
        touch(t, if number <= 12 { shop } else { other }, number).await;
        assert_eq!(witness.message().await, format!("c{number}"));
    }
    let query = format!("subscription ($after: ChangeCursor) {{ changes(after: $after) {{ {EVENT} }} }}");
    let of_stack = query.replace("changes(after", "stackChanges(stack: { name: \"shop\" }, after");
    let mut ws = live.client().await;
    ws.subscribe("1", &query, json!({ "after": before })).await;
    let mut middle = Value::Null;
    for number in 1..=16 {
        let event = ws.event().await;
        assert_eq!(event["change"]["message"], format!("c{number}"));
        if number == 5 {
            middle = event["cursor"].clone();
        }
    }
    ws.subscribe("2", &of_stack, json!({ "after": middle })).await;
    for number in 6..=12 {
        assert_eq!(ws.message().await, format!("c{number}"));
    }
    // What comes next follows what was missed.
    touch(t, shop, 17).await;
    assert_eq!([ws.message().await, ws.message().await], ["c17", "c17"]);
    // More than may be read again.
    touch_all(t, shop, 18, 24).await;
    let mut late = live.client().await;
    late.subscribe("1", &query, json!({ "after": before })).await;
    assert_eq!(late.event().await["reason"], "TOO_OLD");
    late.subscribe("2", &of_stack, json!({ "after": middle })).await;
    assert_eq!(late.message().await, "c6", "only changes of the stack are counted");
    // A cursor of one stack says nothing about the others.
    let own = t.data("{ stack(name: \"shop\") { changeCursor } }", json!({})).await["stack"]["changeCursor"].take();
    assert_eq!(LogCursor::decode(own.as_str().unwrap()).unwrap().reach, Reach::Some);
    let mut lost = live.client().await;
    lost.subscribe("1", &query, json!({ "after": own })).await;
    assert_eq!(lost.next().await["payload"][0]["extensions"]["code"], "BAD_REQUEST");
    lost.subscribe("2", &of_stack, json!({ "after": own })).await;
    touch(t, shop, 25).await;
    assert_eq!(lost.message().await, "c25");
}

async fn what_was_dropped_is_told(t: &TestApp) {
    let shop = raw(&t.stack("shop").await);
    let live = Live::start(t).await;
    touch_all(t, shop, 1, 2).await;
    let old = cursor(t).await;
    touch_all(t, shop, 3, 4).await;
    t.skip_time(48 * 3600 * 1000);
    touch(t, shop, 5).await;
    let kept = cursor(t).await;
    touch(t, shop, 6).await;
    assert_eq!(t.app.drop_changes(t.app.now() - chrono::TimeDelta::days(1)).await.unwrap(), 5);
    let query = format!("subscription ($after: ChangeCursor) {{ changes(after: $after) {{ {EVENT} }} }}");
    let mut ws = live.client().await;
    ws.subscribe("1", &query, json!({ "after": old })).await;
    assert_eq!(ws.event().await["reason"], "TOO_OLD");
    ws.subscribe("2", &query, json!({ "after": kept })).await;
    assert_eq!(ws.message().await, "c6");
    // The past before that is no longer known.
    let messages = t.data("{ changes { nodes { message } } }", json!({})).await["changes"]["nodes"].take();
    assert_eq!(messages, json!([{ "message": "c6" }, { "message": "c5" }]));
    let at = "query ($at: PointInput!) { stack(name: \"shop\") { version(at: $at) { description } } }";
    let refused = t.graphql(at, json!({ "at": { "ago": "P2D" } })).await;
    assert!(refused["errors"][0]["message"].as_str().unwrap().starts_with("The history begins at"), "{refused}");
    let refused = t.graphql(at, json!({ "at": { "cursor": old } })).await;
    assert_eq!(refused["errors"][0]["message"], "The changes behind this cursor are no longer stored.");
    let known = t.data(at, json!({ "at": { "ago": "PT23H" } })).await["stack"]["version"]["description"].take();
    assert_eq!(known.as_str().unwrap().trim(), "4");
}

#[test]
fn another_process_on_the_same_file_is_followed() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let live = Live::start(t).await;
        let mut ws = live.client().await;
        ws.subscribe("1", "subscription { changes { ... on ChangeEvent { change { message } } } }", json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        // A handle of its own, which tells the other one of nothing.
        touch(&t.another().await, shop, 1).await;
        assert_eq!(ws.message().await, "c1");
    });
}

#[test]
fn a_restored_history_is_told_to_all() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let live = Live::start(t).await;
        let mut ws = live.client().await;
        let query = format!("subscription ($after: ChangeCursor) {{ changes(after: $after) {{ {EVENT} }} }}");
        ws.subscribe("1", &query, json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        touch_all(t, shop, 1, 3).await;
        for number in 1..=3 {
            assert_eq!(ws.message().await, format!("c{number}"));
        }
        let before = cursor(t).await;
        // A standby without the last change is promoted, and another change takes its position.
        for sql in [
            "DELETE FROM change_log WHERE message = 'c3'",
            "UPDATE change_heads SET seq = seq - 1, last_change = (SELECT id FROM change_log WHERE message = 'c2')",
        ] {
            t.sql(sql).await;
        }
        assert_eq!(ws.event().await["reason"], "EPOCH");
        touch(t, shop, 4).await;
        assert_eq!(ws.message().await, "c4");
        ws.subscribe("2", &query, json!({ "after": before })).await;
        assert_eq!(ws.event().await["reason"], "EPOCH", "the change at its position is another one");
    });
}
