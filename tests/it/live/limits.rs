//! Limits on subscriptions and connections.

use super::*;
use crate::support::{Engine, run};

const CHANGES: &str = "subscription { changes { ... on ChangeEvent { change { message } } } }";
const OPEN: &str = "devarch_subscriptions{transport=\"websocket\"}";

/// The code of the error that refuses an operation.
fn refused(message: &Value) -> &Value {
    assert_eq!(message["type"], "error", "{message}");
    &message["payload"][0]["extensions"]["code"]
}

#[test]
fn there_are_so_many_subscriptions_and_no_more() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let limits = SubscriptionLimits { all: 3, per_connection: 2, ..SubscriptionLimits::default() };
        let live = Live::with(t, quiet(), limits, TransportLimits::default()).await;
        let (mut one, mut two) = (live.client().await, live.client().await);
        one.subscribe("1", CHANGES, json!({})).await;
        one.subscribe("2", CHANGES, json!({})).await;
        one.subscribe("3", CHANGES, json!({})).await;
        let message = one.next().await;
        assert_eq!((refused(&message), &message["id"]), (&json!("LIMIT_EXCEEDED"), &json!("3")));
        two.subscribe("1", CHANGES, json!({})).await;
        live.until_metric(OPEN, 3.0).await;
        two.subscribe("2", CHANGES, json!({})).await;
        assert_eq!(refused(&two.next().await), "UNAVAILABLE");
        let full = live.events(CHANGES, &[]).await;
        assert!(full.status == 503 && full.head.contains("retry-after: 10"), "{}", full.head);
        assert_eq!(live.metric("devarch_subscription_refusals_total{transport=\"sse\"}").await, 1.0);
        one.send(json!({ "id": "1", "type": "complete" })).await;
        live.until_metric(OPEN, 2.0).await;
        let mut events = live.events(CHANGES, &[]).await;
        assert_eq!(events.status, 200);
        touch(t, shop, 1).await;
        assert_eq!([events.message().await, one.message().await, two.message().await], ["c1"; 3]);
    });
}

#[test]
fn a_socket_counts_as_a_connection_and_gives_way_when_it_only_waits() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let traffic = TransportLimits { connections: 3, ..TransportLimits::default() };
        let live = Live::with(t, quiet(), SubscriptionLimits::default(), traffic).await;
        let mut idle = live.client().await;
        let mut follows = live.client().await;
        follows.subscribe("1", CHANGES, json!({})).await;
        live.until_metric(OPEN, 1.0).await;
        let second = live.client().await;
        // The metric takes a connection of its own, so the idle ones make room.
        live.until_metric(OPEN, 1.0).await;
        live.until_metric(OPEN, 1.0).await;
        assert!(timeout(PATIENCE, idle.0.next()).await.unwrap().is_none_or(|end| end.is_err()));
        touch(t, shop, 1).await;
        assert_eq!(follows.message().await, "c1");
        drop(second);
        // If all connections are streams, the oldest one gives way.
        let mut others = Vec::new();
        for _ in 0..3 {
            others.push(live.events(CHANGES, &[]).await);
        }
        assert!(timeout(PATIENCE, follows.0.next()).await.unwrap().is_none_or(|end| end.is_err()));
        touch(t, shop, 2).await;
        assert_eq!(others[2].message().await, "c2");
    });
}

#[test]
fn an_operation_of_a_socket_waits_for_a_permit() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let traffic = TransportLimits { in_flight: 1, ..TransportLimits::default() };
        let live = Live::with(t, quiet(), SubscriptionLimits::default(), traffic).await;
        let mut ws = live.client().await;
        for number in 0..50 {
            ws.subscribe(&number.to_string(), "{ stacks { nodes { name } } }", json!({})).await;
        }
        for _ in 0..100 {
            let message = ws.next().await;
            assert_ne!(message["type"], "error", "{message}");
        }
    });
}
