//! The protocol "GraphQL over SSE" in distinct connections mode.

use super::*;
use crate::support::{Engine, both, run};

both!(a_browser_goes_on_where_it_was);

/// An event without an id, as single results have it.
fn result(data: Value) -> SseEvent {
    SseEvent { name: "next".to_owned(), id: String::new(), data }
}

fn complete() -> SseEvent {
    SseEvent { name: "complete".to_owned(), id: String::new(), data: Value::Null }
}

#[test]
fn single_results_are_one_event_and_the_end() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let live = Live::start(t).await;
        let create = "mutation { createStack(input: { name: \"shop\" }) { stack { name } } }";
        for (query, data) in [
            (create, json!({ "data": { "createStack": { "stack": { "name": "shop" } } } })),
            ("{ stack(name: \"shop\") { name } }", json!({ "data": { "stack": { "name": "shop" } } })),
        ] {
            let mut answer = Sse::post(live.address, json!({ "query": query }), &[]).await;
            assert_eq!(answer.status, 200);
            assert!(answer.head.contains("content-type: text/event-stream"), "{}", answer.head);
            assert_eq!(answer.next().await, Some(result(data)));
            assert_eq!(answer.next().await, Some(complete()));
        }
        for (query, code) in [
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { stackChanges(stack: { name: \"no\" }) { __typename } }", "BAD_REQUEST"),
        ] {
            for mut answer in
                [Sse::post(live.address, json!({ "query": query }), &[]).await, live.events(query, &[]).await]
            {
                assert_eq!(answer.status, 200, "{query}");
                let refused = answer.next().await.unwrap();
                assert_eq!(refused.data["errors"][0]["extensions"]["code"], code, "{refused:?}");
                assert_eq!(refused.data.get("data"), None);
                assert_eq!(answer.next().await, Some(complete()));
            }
        }
        // What is no GraphQL request is refused as always.
        let create = "mutation { createStack(input: { name: \"cart\" }) { stack { name } } }";
        assert_eq!(live.events(create, &[]).await.status, 405);
        assert_eq!(live.events(" ", &[]).await.status, 400);
        assert_eq!(Sse::post(live.address, json!([]), &[]).await.status, 400);
        let subscription = "subscription { changes { __typename } }";
        assert_eq!(live.events(subscription, &[("accept", "application/json")]).await.status, 406);
        assert_eq!(live.events(subscription, &[("accept", "text/html")]).await.status, 406);
        let urql = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        for accept in [urql, "*/*"] {
            let answer = live.events(subscription, &[("accept", accept), ("accept-encoding", "gzip")]).await;
            assert!(answer.status == 200 && answer.head.contains("content-type: text/event-stream"));
            assert!(!answer.head.contains("content-encoding"));
            let answer = live.events("{ __typename }", &[("accept", accept)]).await;
            assert!(answer.head.contains("json"), "{}", answer.head);
        }
    });
}

async fn a_browser_goes_on_where_it_was(t: &TestApp) {
    let shop = raw(&t.stack("shop").await);
    let live = Live::start(t).await;
    touch(t, shop, 1).await;
    let begin = t.data("{ stack(name: \"shop\") { changeCursor } }", json!({})).await["stack"]["changeCursor"].take();
    let query = format!("subscription {{ stackChanges(stack: {{ name: \"shop\" }}, after: {begin}) {{ {EVENT} }} }}");
    touch_all(t, shop, 2, 3).await;
    let events = async |headers: &[(&str, &str)], count: usize| {
        let mut events = live.events(&query, headers).await;
        assert_eq!(events.status, 200);
        let (mut ids, mut messages) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (id, event) = events.event().await;
            assert_eq!(event["cursor"], id.as_str());
            assert_eq!(event["stack"]["name"], "shop");
            ids.push(id);
            messages.push(event["change"]["message"].as_str().unwrap().to_owned());
        }
        (ids, messages)
    };
    let (ids, messages) = events(&[], 2).await;
    assert_eq!(messages, ["c2", "c3"]);
    assert_eq!(events(&[("last-event-id", &ids[0])], 1).await.1, ["c3"], "the header wins");
    let mut last = live.events(&query, &[("last-event-id", &ids[1])]).await;
    touch(t, shop, 4).await;
    assert_eq!(last.message().await, "c4");
    let mut events = live.events(&query, &[("last-event-id", "zz")]).await;
    assert_eq!(events.next().await.unwrap().data["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    let mut events = live.events(&query, &[("last-event-id", &ids[1])]).await;
    assert_eq!(events.message().await, "c4");
    live.until_metric("devarch_subscriptions{transport=\"sse\"}", 2.0).await;
    drop((events, last));
    live.until_metric("devarch_subscriptions{transport=\"sse\"}", 0.0).await;
}

#[test]
fn an_idle_stream_outlives_the_timeouts_of_requests() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let traffic = TransportLimits {
            idle: 100 * MS,
            head: 100 * MS,
            body: 100 * MS,
            write: 200 * MS,
            in_flight: 1,
            ..TransportLimits::default()
        };
        let live = Live::with(t, quiet(), SubscriptionLimits::default(), traffic).await;
        let shop = raw(&t.stack("shop").await);
        let changes = "subscription { changes { ... on ChangeEvent { change { message } } } }";
        let mut events = live.events(changes, &[]).await;
        let mut ws = live.client().await;
        ws.subscribe("1", changes, json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        tokio::time::sleep(600 * MS).await;
        touch(t, shop, 1).await;
        assert_eq!([events.message().await, ws.message().await], ["c1", "c1"]);
        // Nothing of a stream counts as a request that runs.
        assert_eq!(live.app.graphql("{ __typename }", json!({})).await["data"]["__typename"], "Query");
        assert_eq!(live.events("{ __typename }", &[]).await.status, 200);
    });
}
