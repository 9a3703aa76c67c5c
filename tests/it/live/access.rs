//! Who may follow what: keys, scope, hosts and origins.

use devarch::server::AuthMode;

use super::*;
use crate::support::{Engine, both, run};

both!(a_key_is_checked_again_and_again);

/// Creates a key, and returns its text.
async fn key(t: &TestApp, name: &str, stacks: Value, expires_at: Value) -> String {
    let input = json!({ "name": name, "role": "ADMIN", "stacks": stacks, "expiresAt": expires_at });
    t.done("createApiKey", input, "token").await["token"].as_str().unwrap().to_owned()
}

fn quick() -> SubscriptionLimits {
    SubscriptionLimits { recheck: 50 * MS, ..SubscriptionLimits::default() }
}

async fn a_key_is_checked_again_and_again(t: &TestApp) {
    let (shop, cart) = (raw(&t.stack("shop").await), raw(&t.stack("cart").await));
    let other = raw(&t.stack("other").await);
    let all = key(t, "all", Value::Null, Value::Null).await;
    let ends = key(t, "ends", Value::Null, json!("2026-01-01T02:00:00Z")).await;
    let two = key(t, "two", json!([{ "name": "shop" }, { "name": "cart" }]), Value::Null).await;
    let behind = t.behind(AuthMode::Keys, None);
    let live = Live::with(&behind, quiet(), quick(), TransportLimits::default()).await;
    let query = format!("subscription {{ changes {{ {EVENT} }} }}");
    let bearer = |key: &str| format!("Bearer {key}");

    // The key comes in the payload or in a header.
    let mut of_all = Ws::connect(live.address, &[]).await.unwrap();
    of_all.init(json!({ "Authorization": bearer(&all) })).await;
    let mut of_end = Ws::connect(live.address, &[("authorization", &bearer(&ends))]).await.unwrap();
    of_end.init(json!({})).await;
    let mut of_two = Ws::connect(live.address, &[]).await.unwrap();
    of_two.init(json!({ "headers": { "authorization": bearer(&two) } })).await;
    let mut events = live.events(&query, &[("authorization", &bearer(&all))]).await;
    let stack = "subscription { stackChanges(stack: { name: \"cart\" }) { __typename ... on ResyncEvent { reason } } }";
    for ws in [&mut of_all, &mut of_end, &mut of_two] {
        ws.subscribe("1", &query, json!({})).await;
    }
    of_two.subscribe("2", stack, json!({})).await;
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 4.0).await;

    // An event is sent to those that reach its stack.
    touch(t, other, 1).await;
    touch(t, shop, 2).await;
    assert_eq!([of_all.message().await, of_all.message().await], ["c1", "c2"]);
    assert_eq!(of_two.message().await, "c2");
    assert_eq!([events.message().await, events.message().await], ["c1", "c2"]);
    assert_eq!([of_end.message().await, of_end.message().await], ["c1", "c2"]);

    // A key that reaches other stacks than before.
    for field in ["softDeleteStack", "purgeStack"] {
        let input = json!({ "stack": { "id": stack_id(cart) } });
        t.done(field, input, if field == "purgeStack" { "purgedId" } else { "stack { id }" }).await;
    }
    let mut told = Vec::new();
    while told.len() < 3 {
        let message = of_two.next().await;
        // The deletions of the stack, as far as they were sent before the key was checked again.
        if !message.to_string().contains("ChangeEvent") {
            told.push(message);
        }
    }
    told.sort_by_key(|message| format!("{}{}", message["id"], message["type"]));
    let [first, ended, second] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(first["payload"]["data"]["changes"]["reason"], "SCOPE_CHANGED");
    assert_eq!(second["payload"]["data"]["stackChanges"]["reason"], "SCOPE_CHANGED");
    assert_eq!(*ended, json!({ "id": "2", "type": "complete" }), "its stack is gone");
    touch(t, shop, 3).await;
    assert_eq!(of_two.message().await, "c3");

    // A key that expires, and one that is revoked.
    t.skip_time(3 * 3600 * 1000);
    assert_eq!(of_end.closed().await, (4403, "Forbidden".to_owned()));
    t.done("revokeApiKey", json!({ "name": "all" }), "apiKey { name }").await;
    assert_eq!(of_all.closed().await, (4403, "Forbidden".to_owned()));
    // The deletions of the stack, the change of the other one, and that of the key itself may have come before.
    loop {
        let event = events.next().await.unwrap();
        if event.name == "complete" {
            break;
        }
        assert!(event.data.to_string().contains("ChangeEvent"), "{event:?}");
    }
    assert_eq!(events.next().await, None);
    touch(t, shop, 4).await;
    assert_eq!(of_two.message().await, "c4");
}

#[test]
fn without_a_valid_key_nothing_is_followed() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let valid = key(t, "all", Value::Null, Value::Null).await;
        let live = Live::start(&t.behind(AuthMode::Keys, None)).await;
        let wrong = format!("Bearer {}", &valid[..valid.len() - 1]);
        for payload in
            [json!({}), json!({ "authorization": wrong }), json!({ "Authorization": "x\ny" }), json!({ "headers": 1 })]
        {
            let mut ws = Ws::connect(live.address, &[]).await.unwrap();
            ws.send(json!({ "type": "connection_init", "payload": payload })).await;
            assert_eq!(ws.closed().await, (4403, "Forbidden".to_owned()), "{payload}");
        }
        let refused = Ws::connect(live.address, &[("authorization", &wrong)]).await.err().unwrap();
        assert!(matches!(refused, Error::Http(answer) if answer.status() == 401));
        assert_eq!(live.events("subscription { changes { __typename } }", &[]).await.status, 401);
        // The address is slowed down as for requests.
        let unknown = format!("Bearer {}", devarch::access::api_key::ApiKey::generate(t.db.random()).unwrap().reveal());
        let mut reasons = Vec::new();
        for _ in 0..21 {
            let mut ws = Ws::connect(live.address, &[]).await.unwrap();
            ws.send(json!({ "type": "connection_init", "payload": { "authorization": unknown } })).await;
            reasons.push(ws.closed().await.1);
        }
        assert_eq!((reasons[19].as_str(), reasons[20].as_str()), ("Forbidden", "Forbidden: too many wrong keys"));
        let mut ws = Ws::connect(live.address, &[]).await.unwrap();
        ws.init(json!({ "authorization": format!("bearer {valid}") })).await;
    });
}

#[test]
fn streams_end_when_a_key_is_needed_from_now_on() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let behind = t.behind(AuthMode::OpenUntilFirstKey, None);
        let live = Live::with(&behind, quiet(), quick(), TransportLimits::default()).await;
        let mut ws = live.client().await;
        ws.subscribe("1", "subscription { changes { __typename } }", json!({})).await;
        key(t, "first", Value::Null, Value::Null).await;
        t.skip_time(2000);
        assert_eq!(ws.closed().await, (4403, "Forbidden".to_owned()));
    });
}

#[test]
fn a_page_of_another_origin_opens_no_socket() {
    run(Engine::Sqlite, async |t: &TestApp| {
        key(t, "all", Value::Null, Value::Null).await;
        let subscription = "subscription { changes { __typename } }";
        let own = |live: &Live| format!("http://{}", live.address);
        for mode in [AuthMode::Open, AuthMode::Keys] {
            let live = Live::start(&t.behind(mode, None)).await;
            for (name, value, status) in [
                ("origin", "https://evil.example", 403),
                ("origin", "null", 403),
                ("sec-fetch-site", "cross-site", 403),
                ("sec-fetch-site", "same-site", 403),
                ("origin", &own(&live), 101),
                ("sec-fetch-site", "same-origin", 101),
            ] {
                match Ws::connect(live.address, &[(name, value)]).await {
                    Ok(_) => assert_eq!(status, 101, "{value} {mode:?}"),
                    Err(Error::Http(answer)) => assert_eq!(answer.status(), status, "{value} {mode:?}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
        let live = Live::start(t).await;
        let Err(Error::Http(answer)) = Ws::connect(live.address, &[("host", "evil.example")]).await else {
            panic!("another host")
        };
        assert_eq!(answer.status(), 421);
        assert_eq!(live.events(subscription, &[("origin", "https://evil.example")]).await.status, 403);
        let live = Live::start(&t.with_origins(&["https://dashboard.example"])).await;
        let dashboard = [("origin", "https://dashboard.example"), ("sec-fetch-site", "cross-site")];
        Ws::connect(live.address, &dashboard).await.unwrap();
        let events = live.events(subscription, &dashboard).await;
        assert!(events.head.contains("access-control-allow-origin: https://dashboard.example"), "{}", events.head);
    });
}
