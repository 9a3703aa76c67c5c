//! What subscriptions share, and how slow ones are treated.

use std::collections::BTreeSet;

use super::*;
use crate::support::{Engine, both, run};

both!(the_events_of_different_subscriptions_are_read_together, long_events_leave_those_beside_them_alone);

const EXECUTIONS: &str = "devarch_subscription_executions_total";

#[test]
fn subscriptions_that_are_the_same_share_one_execution() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let live = Live::start(t).await;
        let query = "subscription ($after: ChangeCursor, $x: Boolean!) { changes(after: $after) { ... on ChangeEvent { change { message } \
                     stack { name id @include(if: $x) } } } }";
        let (mut same, begin) = (Vec::new(), cursor(t).await);
        for number in 0..20 {
            let mut ws = live.client().await;
            // Where a client begins makes no difference.
            let after = if number % 2 == 0 { json!(null) } else { json!(begin) };
            ws.subscribe("1", query, json!({ "after": after, "x": false })).await;
            same.push(ws);
        }
        let mut other = live.client().await;
        other.subscribe("1", query, json!({ "x": true })).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 21.0).await;
        touch_all(t, shop, 1, 5).await;
        for ws in &mut same {
            for number in 1..=5 {
                let event = json!({ "change": { "message": format!("c{number}") }, "stack": { "name": "shop" } });
                assert_eq!(ws.event().await, event);
            }
        }
        for _ in 1..=5 {
            assert_eq!(other.event().await["stack"]["id"], stack_id(shop));
        }
        assert_eq!(live.metric(EXECUTIONS).await, 10.0, "five for each of two");
        assert_eq!(live.metric("devarch_subscription_events_total{transport=\"websocket\"}").await, 105.0);
        // One that comes back shares, too.
        let mut events =
            live.events(&query.replace("$x: Boolean!", "$x: Boolean! = false"), &[("last-event-id", &begin)]).await;
        for number in 1..=5 {
            assert_eq!(events.message().await, format!("c{number}"));
        }
        assert_eq!(live.metric(EXECUTIONS).await, 15.0, "another document");
    });
}

async fn the_events_of_different_subscriptions_are_read_together(t: &TestApp) {
    let shop = raw(&t.stack("shop").await);
    let live = Live::start(t).await;
    let mut ws = live.client().await;
    for number in 0..48 {
        let query = format!(
            "subscription {{ changes {{ ... on ChangeEvent {{ cursor change {{ m{number}: message }} stack {{ changeCursor name }} }} }} }}"
        );
        ws.subscribe(&number.to_string(), &query, json!({})).await;
    }
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 48.0).await;
    let before = t.db.statements();
    touch(t, shop, 1).await;
    let (mut seen, mut cursors) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..48 {
        let event = ws.event().await;
        cursors.insert(event["stack"]["changeCursor"].as_str().unwrap().to_owned());
        assert_eq!(event["stack"]["name"], "shop");
        let change = event["change"].as_object().unwrap();
        assert!(change.values().all(|message| *message == "c1"), "{event}");
        seen.extend(change.keys().cloned());
    }
    assert_eq!((seen.len(), cursors.len()), (48, 1), "{seen:?} {cursors:?}");
    // One by one there would be 4 for each, and those of the write and of the reader of the log.
    let statements = t.db.statements() - before;
    assert!(statements < 4 * 48 / 3, "{statements}");
    assert_eq!(live.metric(EXECUTIONS).await, 48.0);
}

async fn long_events_leave_those_beside_them_alone(t: &TestApp) {
    let stack = t.done("createStack", json!({ "name": "shop", "description": "x".repeat(2000) }), "stack { id }").await;
    let shop = raw(&stack["stack"]);
    let live = Live::start(t).await;
    let mut ws = live.client().await;
    // Some 100 KB for each of the first ones: more than a batch may have together.
    for number in 0..24 {
        let query = match number % 2 {
            0 => long_events().replacen("d0:", &format!("other{number}:"), 1),
            _ => format!("subscription {{ changes {{ ... on ChangeEvent {{ change {{ m{number}: message }} }} }} }}"),
        };
        ws.subscribe(&number.to_string(), &query, json!({})).await;
    }
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 24.0).await;
    for number in 1..=3 {
        touch(t, shop, number).await;
        let (mut long, mut short) = (0, 0);
        for _ in 0..24 {
            let event = ws.event().await;
            match event["stack"].as_object() {
                Some(fields) => long += usize::from(fields.len() == 50),
                None => {
                    let change = event["change"].as_object().unwrap();
                    short += usize::from(change.values().all(|message| *message == format!("c{number}")));
                }
            }
        }
        assert_eq!((long, short), (12, 12));
    }
}

#[test]
fn those_that_come_back_share_the_events_that_they_have_missed() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let (shop, other) = (raw(&t.stack("shop").await), raw(&t.stack("other").await));
        let live = Live::start(t).await;
        let query = "subscription ($after: ChangeCursor) { stackChanges(stack: { name: \"shop\" }, after: $after) { ... on ChangeEvent { \
                     cursor change { message } } } }";
        let mut first = live.client().await;
        first.subscribe("1", query, json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        let mut cursors = vec![cursor(t).await];
        for number in 1..=12 {
            touch(t, shop, number).await;
            touch(t, other, 100 + number).await;
            let event = first.event().await;
            assert_eq!(event["change"]["message"], format!("c{number}"));
            cursors.push(event["cursor"].as_str().unwrap().to_owned());
        }
        assert_eq!(live.metric(EXECUTIONS).await, 12.0);
        // Each has seen more than the one before.
        for (seen, after) in cursors.iter().enumerate().take(12) {
            let mut ws = live.client().await;
            ws.subscribe("1", query, json!({ "after": after })).await;
            for (number, known) in cursors.iter().enumerate().skip(seen + 1) {
                let event = ws.event().await;
                assert_eq!(event["change"]["message"], format!("c{number}"));
                assert_eq!(event["cursor"], known.as_str());
            }
        }
        assert_eq!(live.metric(EXECUTIONS).await, 12.0, "none was executed again");
    });
}

#[test]
fn a_client_that_takes_nothing_does_not_hold_up_others() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let stack =
            t.done("createStack", json!({ "name": "shop", "description": "x".repeat(2000) }), "stack { id }").await;
        let shop = raw(&stack["stack"]);
        let live = Live::start(t).await;
        let mut slow = live.client().await;
        for id in 0..12 {
            // None is the same as another.
            let query = long_events().replacen("d0:", &format!("other{id}:"), 1);
            slow.subscribe(&id.to_string(), &query, json!({})).await;
        }
        let mut other = live.client().await;
        other.subscribe("1", "subscription { changes { ... on ChangeEvent { change { message } } } }", json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 13.0).await;
        for number in 1..=60 {
            touch(t, shop, number).await;
            assert_eq!(other.message().await, format!("c{number}"));
        }
        drop(slow);
    });
}

#[test]
fn objects_are_shown_as_they_are_when_an_event_is_sent() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let live = Live::start(t).await;
        let mut ws = live.client().await;
        ws.subscribe("1", "subscription { changes { ... on ChangeEvent { stack { name } } } }", json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        for name in ["cart", "till"] {
            t.done("renameStack", json!({ "stack": { "id": stack_id(shop) }, "name": name }), "stack { id }").await;
            assert_eq!(ws.event().await["stack"]["name"], name);
        }
        t.done("softDeleteStack", json!({ "stack": { "id": stack_id(shop) } }), "stack { id }").await;
        assert_eq!(ws.event().await["stack"], json!(null));
    });
}

/// A subscription whose events have some 100 KB.
fn long_events() -> String {
    let fields: String = (0..50).map(|n| format!("d{n}: description ")).collect();
    format!(
        "subscription {{ changes {{ __typename ... on ChangeEvent {{ change {{ message }} stack {{ {fields} }} }} ... on ResyncEvent {{ cursor reason }} }} }}"
    )
}

#[test]
fn a_slow_client_is_told_once_and_goes_on() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let stack =
            t.done("createStack", json!({ "name": "shop", "description": "x".repeat(2000) }), "stack { id }").await;
        let shop = raw(&stack["stack"]);
        let feed = FeedLimits { ring: 20, ..quiet() };
        let live = Live::with(t, feed, SubscriptionLimits::default(), TransportLimits::default()).await;
        let mut slow = live.client().await;
        slow.subscribe("1", &long_events(), json!({})).await;
        let mut events = live.events(&long_events(), &[]).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        // Both take events until the buffers between them and the service are full.
        let (mut last, mut first_missed) = (0, 0);
        while first_missed == 0 {
            last += 1;
            touch(t, shop, last).await;
            live.has_read_all().await;
            for _ in 0..100 {
                if live.metric(EXECUTIONS).await >= last as f64 {
                    break;
                }
                tokio::time::sleep(5 * MS).await;
            }
            if live.metric(EXECUTIONS).await < last as f64 {
                first_missed = last;
            }
        }
        touch_all(t, shop, last + 1, last + 100).await;
        live.has_read_all().await;
        let newest = cursor(t).await;
        let too_slow = |event: &Value| event["__typename"] == "ResyncEvent" && event["reason"] == "TOO_SLOW";
        let mut number = 0;
        let resync = loop {
            let event = slow.event().await;
            if too_slow(&event) {
                break event;
            }
            number += 1;
            assert_eq!(event["change"]["message"], format!("c{number}"));
        };
        assert_eq!(resync["cursor"], newest.as_str());
        loop {
            let (id, event) = events.event().await;
            if too_slow(&event) {
                break assert_eq!(id, newest);
            }
        }
        touch(t, shop, last + 101).await;
        let next = format!("c{}", last + 101);
        assert_eq!([slow.message().await, events.message().await], [next.as_str(); 2]);
        assert_eq!(live.metric("devarch_subscription_resyncs_total{reason=\"too_slow\"}").await, 2.0);
    });
}

#[test]
fn a_client_that_takes_nothing_is_closed() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let stack =
            t.done("createStack", json!({ "name": "shop", "description": "x".repeat(2000) }), "stack { id }").await;
        let shop = raw(&stack["stack"]);
        let traffic = TransportLimits { write: 300 * MS, ..TransportLimits::default() };
        let live = Live::with(t, quiet(), SubscriptionLimits::default(), traffic).await;
        let mut ws = live.client().await;
        ws.subscribe("1", &long_events(), json!({})).await;
        let events = live.events(&long_events(), &[]).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        touch_all(t, shop, 1, 300).await;
        for transport in ["websocket", "sse"] {
            live.until_metric(&format!("devarch_subscriptions{{transport=\"{transport}\"}}"), 0.0).await;
        }
        drop((ws, events));
    });
}
