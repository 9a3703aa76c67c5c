//! The subprotocol `graphql-transport-ws`.

use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use devarch::db::change_log::cursor::LogCursor;

use super::*;
use crate::support::{Engine, Service, both, run};

both!(a_stack_is_followed);

/// A message that a client may send.
fn text(message: &str) -> Message {
    Message::text(message.to_owned())
}

const SUBSCRIBE: &str =
    r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { changes { __typename } }"}}"#;
const INIT: &str = r#"{"type":"connection_init"}"#;

#[test]
fn what_breaks_the_protocol_closes_the_socket_with_its_code() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let limits = SubscriptionLimits { init: 300 * MS, ..SubscriptionLimits::default() };
        let traffic = TransportLimits { idle: 300 * MS, body: 300 * MS, ..TransportLimits::default() };
        let live = Live::with(t, quiet(), limits, traffic).await;
        let long = format!(r#"{{"type":"connection_init","payload":{{"x":"{}"}}}}"#, "x".repeat(20_000));
        let longer = format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(17_000_000));
        let medium = format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(3_000_000));
        let wide = format!(r#"{{"type":"ping","payload":{{"x":[{}1]}}}}"#, "1,".repeat(50_000));
        for (messages, code, reason) in [
            (vec![], 4408, "Connection initialisation timeout"),
            (vec![text(INIT), text(INIT)], 4429, "Too many initialisation requests"),
            (vec![text(SUBSCRIBE)], 4401, "Unauthorized"),
            (vec![text(INIT), text(SUBSCRIBE), text(SUBSCRIBE)], 4409, "Subscriber for 1 already exists"),
            (vec![text("{")], 4400, "Message is not a JSON object of the protocol"),
            (vec![text("[]")], 4400, "Message is not a JSON object of the protocol"),
            (vec![text(r#"{"type":"start"}"#)], 4400, "Message has an unknown type"),
            (vec![text(r#"{"type":"connection_ack"}"#)], 4400, "Message has an unknown type"),
            (
                vec![text(r#"{"type":"connection_init","payload":1}"#)],
                4400,
                "Message payload must be an object or null",
            ),
            (vec![text(INIT), text(r#"{"type":"subscribe","payload":{}}"#)], 4400, "Message needs a non-empty id"),
            (vec![text(INIT), text(r#"{"id":"1","type":"subscribe"}"#)], 4400, "Message needs a payload with a query"),
            (vec![text(INIT), text(r#"{"id":1,"type":"complete"}"#)], 4400, "Message needs a non-empty id"),
            (vec![text(INIT), text(&wide)], 4400, "Message with too many values"),
            (vec![Message::binary(vec![1])], 4400, "Message is not a text"),
            (vec![text(&long)], 1009, "Message too long"),
            (vec![text(INIT), text(&medium)], 1009, "Message too long"),
            (vec![text(INIT), text(&longer)], 1009, "Message too long"),
            (vec![text(INIT)], 1000, "Idle"),
            (vec![text(INIT), Message::Close(None)], 1000, ""),
        ] {
            let mut ws = Ws::connect(live.address, &[]).await.unwrap();
            for message in messages {
                // The server may close the socket before it has read all of a long message.
                drop(ws.0.send(message).await);
            }
            assert_eq!(ws.closed().await, (code, reason.to_owned()), "{reason}");
        }
        let mut ws = Ws::connect(live.address, &[("sec-websocket-protocol", "")]).await.unwrap();
        assert_eq!(ws.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 0.0).await;
    });
}

#[test]
fn broken_frames_close_the_socket() {
    use tokio::io::AsyncReadExt;
    run(Engine::Sqlite, async |t: &TestApp| {
        let traffic = TransportLimits { body: 300 * MS, ..TransportLimits::default() };
        let live = Live::with(t, quiet(), SubscriptionLimits::default(), traffic).await;
        let handshake = "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\
                         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                         sec-websocket-protocol: other, graphql-transport-ws\r\n\r\n";
        let mask = [0; 4];
        let frame = |head: &[u8], payload: &[u8]| [head, &mask[..], payload].concat();
        let init = frame(&[0x81, 0x9a], INIT.as_bytes());
        for (bytes, code) in [
            (frame(&[0x81, 0x81], &[0xff]), 1007),
            (vec![0x81, 1, b'{'], 1002),
            (frame(&[0xc1, 0x81], b"{"), 1002),
            (frame(&[0x83, 0x80], b""), 1002),
            (frame(&[0x80, 0x80], b""), 1002),
            (frame(&[0x09, 0x80], b""), 1002),
            (frame(&[0x89, 0xfe, 0, 126], &[0; 126]), 1002),
            ([frame(&[0x01, 0x81], b"{"), frame(&[0x81, 0x81], b"}")].concat(), 1002),
            (frame(&[0x88, 0x81], &[3]), 1002),
            (frame(&[0x88, 0x82], &1005_u16.to_be_bytes()), 1002),
            (frame(&[0x88, 0x82], &1000_u16.to_be_bytes()), 1000),
            (frame(&[0x81, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0], b""), 1009),
            ([init.clone(), vec![0x81, 0x85]].concat(), 4400),
        ] {
            let mut stream = TcpStream::connect(live.address).await.unwrap();
            stream.write_all(&[handshake.as_bytes(), &bytes].concat()).await.unwrap();
            let mut said = Vec::new();
            timeout(PATIENCE, stream.read_to_end(&mut said)).await.unwrap().unwrap();
            let text = String::from_utf8_lossy(&said).to_lowercase();
            assert!(text.starts_with("http/1.1 101") && text.contains("s3pplmbitxaq9kygzzhzrbk+xoo="), "{text}");
            let at = said.windows(4).rposition(|it| it == b"\r\n\r\n").unwrap() + 4;
            let ack = if said[at..].starts_with(&[0x81, 25]) { 27 } else { 0 };
            let (head, rest) = said[at + ack..].split_at(2);
            assert_eq!((head[0], u16::from_be_bytes([rest[0], rest[1]])), (0x88, code), "{bytes:?}");
        }
        // A message in fragments, with a ping between them, each byte on its own.
        let mut stream = TcpStream::connect(live.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(handshake.as_bytes()).await.unwrap();
        let (first, second) = INIT.as_bytes().split_at(7);
        let parts = [frame(&[0x01, 0x87], first), frame(&[0x89, 0x81], b"p"), frame(&[0x80, 0x93], second)].concat();
        for byte in parts {
            stream.write_all(&[byte]).await.unwrap();
        }
        let mut said = Vec::new();
        while !said.ends_with(br#"{"type":"connection_ack"}"#) {
            assert_ne!(timeout(PATIENCE, stream.read_buf(&mut said)).await.unwrap().unwrap(), 0);
        }
        assert!(said.windows(3).any(|it| it == [0x8a, 1, b'p']));
        let mut stream = TcpStream::connect(live.address).await.unwrap();
        stream.write_all(handshake.replace("13", "8").as_bytes()).await.unwrap();
        let mut said = [0; 12];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"HTTP/1.1 426");
    });
}

#[test]
fn queries_and_mutations_run_over_the_socket() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let live = Live::start(t).await;
        let mut ws = live.client().await;
        let create = "mutation { createStack(input: { name: \"shop\" }) { stack { name } userErrors { message } } }";
        for (query, answer) in [
            (create, json!({ "createStack": { "stack": { "name": "shop" }, "userErrors": [] } })),
            (
                "{ stack(name: \"shop\") { name conflicts { value } } }",
                json!({ "stack": { "name": "shop", "conflicts": [] } }),
            ),
            ("query A { stacks { nodes { name } } }", json!({ "stacks": { "nodes": [{ "name": "shop" }] } })),
            ("{ __typename }", json!({ "__typename": "Query" })),
        ] {
            ws.subscribe("a", query, json!({})).await;
            assert_eq!(ws.next().await, json!({ "id": "a", "type": "next", "payload": { "data": answer } }), "{query}");
            assert_eq!(ws.next().await, json!({ "id": "a", "type": "complete" }));
        }
        for (query, code) in [
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("query ($x: Int!) { stacks(first: $x) { totalCount } }", "BAD_REQUEST"),
            ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
            ("subscription { changes { __typename } other: changes { __typename } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { changes @skip(if: false) { __typename } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { changes(after: 1) { __typename } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { changes(after: \"\") { __typename } }", "BAD_REQUEST"),
            ("subscription { stackChanges(stack: { name: \"no\" }) { __typename } }", "BAD_REQUEST"),
            ("subscription { stackChanges(stack: { id: \"no\" }) { __typename } }", "BAD_REQUEST"),
        ] {
            ws.subscribe("b", query, json!({})).await;
            let mut message = ws.next().await;
            assert_eq!((&message["id"], &message["type"]), (&json!("b"), &json!("error")), "{query}");
            assert_eq!(message["payload"][0]["extensions"]["code"].take(), code, "{query}: {message}");
        }
        ws.send(json!({ "type": "ping", "payload": { "n": 1 } })).await;
        assert_eq!(ws.next().await, json!({ "type": "pong", "payload": { "n": 1 } }));
        ws.send(json!({ "type": "ping" })).await;
        ws.send(json!({ "type": "pong" })).await;
        ws.send(json!({ "id": "unknown", "type": "complete" })).await;
        assert_eq!(ws.next().await, json!({ "type": "pong" }));
        let deep =
            (0..20).fold("id".to_owned(), |inside, _| format!("stack {{ instance(name: \"a\") {{ {inside} }} }}"));
        ws.subscribe("c", &format!("subscription {{ changes {{ ... on ChangeEvent {{ {deep} }} }} }}"), json!({}))
            .await;
        assert_eq!(ws.next().await["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    });
}

async fn a_stack_is_followed(t: &TestApp) {
    t.shop().await;
    let (shop, other) =
        (raw(&t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]), raw(&t.stack("other").await));
    let live = Live::start(t).await;
    let query = format!(
        "subscription ($after: ChangeCursor) {{ stackChanges(stack: {{ name: \"shop\" }}, after: $after) {{ {EVENT} }} }}"
    );
    let all = format!("subscription {{ changes {{ {EVENT} }} }}");
    let (mut ws, mut second) = (live.client().await, live.client().await);
    ws.subscribe("s", &query, json!({})).await;
    second.subscribe("all", &all, json!({})).await;
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 2.0).await;
    t.done("softDeleteStack", json!({ "stack": { "id": stack_id(other) }, "message": "c1" }), "stack { id }").await;
    let of_db = json!({ "instance": TestApp::by_name("shop", "db"), "description": "x", "message": "c2" });
    let db = t.done("updateInstance", of_db, "instance { id }").await["instance"]["id"].take();
    let of_template = json!({ "template": { "name": "postgres" }, "description": "x", "message": "c3" });
    t.done("updateTemplate", of_template, "template { id }").await;
    let deleted = json!({ "instance": { "id": db }, "message": "c4" });
    t.done("softDeleteInstance", deleted, "instance { id }").await;
    let event = |message: &str, stack: Value, instance: Value, template: Value, deleted: Value| {
        json!({ "__typename": "ChangeEvent", "change": { "message": message }, "stack": stack, "instance": instance,
            "template": template, "deletedIds": deleted })
    };
    // Objects are shown as they are when the event is sent, which may be after the next change.
    let without = |mut event: Value| {
        let cursor = event.as_object_mut().unwrap().remove("cursor").unwrap();
        if event["change"]["message"] == "c2" {
            event["instance"].take();
        }
        (event, cursor)
    };
    let [of_db, of_template, of_deleted] = [
        event("c2", json!({ "name": "shop" }), json!(null), json!(null), json!([])),
        event("c3", json!(null), json!(null), json!({ "name": "postgres" }), json!([])),
        event("c4", json!({ "name": "shop" }), json!(null), json!(null), json!([db])),
    ];
    let of_other = event("c1", json!(null), json!(null), json!(null), json!([stack_id(other)]));
    for expected in [&of_other, &of_db, &of_template, &of_deleted] {
        assert_eq!(without(second.event().await).0, *expected);
    }
    let mut cursors = Vec::new();
    for expected in [&of_db, &of_template, &of_deleted] {
        let (event, cursor) = without(ws.event().await);
        assert_eq!(event, *expected);
        cursors.push(cursor);
    }
    // Another one goes on where it was, by a variable or an argument.
    let mut third = live.client().await;
    third.subscribe("again", &query, json!({ "after": cursors[1] })).await;
    assert_eq!(without(third.event().await).0, of_deleted);
    let mut lost = LogCursor::decode(cursors[2].as_str().unwrap()).unwrap();
    lost.epoch += 1;
    third.subscribe("lost", &query, json!({ "after": lost.encode() })).await;
    let newest = cursor(t).await;
    assert_eq!(third.event().await, json!({ "__typename": "ResyncEvent", "cursor": newest, "reason": "EPOCH" }));
    // A completed subscription sends nothing more, and its id is free.
    ws.send(json!({ "id": "s", "type": "complete" })).await;
    ws.subscribe("s", &all, json!({})).await;
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 4.0).await;
    touch(t, shop, 5).await;
    assert_eq!(ws.message().await, "c5");
    ws.0.close(Some(tokio_tungstenite::tungstenite::protocol::CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    }))
    .await
    .unwrap();
    live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 3.0).await;
    assert_eq!(live.metric("devarch_subscription_resyncs_total{reason=\"epoch\"}").await, 1.0);
}

#[test]
fn heartbeats_have_the_newest_cursor() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let shop = raw(&t.stack("shop").await);
        let feed = FeedLimits { heartbeat: 60 * MS, ..FeedLimits::default() };
        let live = Live::with(t, feed, SubscriptionLimits::default(), TransportLimits::default()).await;
        let mut ws = live.client().await;
        ws.subscribe("1", &format!("subscription {{ changes {{ {EVENT} }} }}"), json!({})).await;
        let beat = ws.event().await;
        assert_eq!((&beat["__typename"], &beat["cursor"]), (&json!("HeartbeatEvent"), &json!(cursor(t).await)));
        assert!(beat["at"].as_str().unwrap().starts_with("2026-01-01T"), "{beat}");
        touch(t, shop, 1).await;
        let newest = cursor(t).await;
        while ws.event().await["cursor"] != newest.as_str() {}
        // A client that answers no ping is gone. This library answers when it reads.
        let mut silent = live.client().await;
        silent.subscribe("1", "subscription { changes { __typename } }", json!({})).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 2.0).await;
        let reading = tokio::spawn(async move { while let Some(Ok(_)) = ws.0.next().await {} });
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        reading.abort();
    });
}

#[test]
fn a_stop_closes_sockets_so_that_their_clients_come_back() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let live = Live::start(t).await;
        let mut ws = live.client().await;
        ws.subscribe("1", "subscription { changes { __typename } }", json!({})).await;
        let mut fresh = Ws::connect(live.address, &[]).await.unwrap();
        let mut events = live.events("subscription { changes { __typename } }", &[]).await;
        live.until_metric("devarch_subscriptions{transport=\"websocket\"}", 1.0).await;
        live.stop.send(()).await.unwrap();
        assert_eq!(ws.closed().await, (1012, "Service Restart".to_owned()));
        assert_eq!(fresh.closed().await.0, 1012);
        assert_eq!(events.next().await, None, "without `complete`");
        drop((ws, fresh));
        timeout(5000 * MS, live.done).await.expect("the server ends").unwrap().unwrap();
    });
}

#[cfg(unix)]
#[tokio::test]
async fn the_binary_takes_its_settings_and_ends_its_streams_at_sigterm() {
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--listen", "127.0.0.1:0", "--no-catalog", "--max-subscriptions", "2"]);
    command.args(["--max-subscriptions-per-connection", "1", "--database-url", "sqlite://devarch.db"]);
    command.current_dir(&folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let service = Service::start(command);
    let address = service.address.parse().unwrap();
    let mut ws = Ws::connect(address, &[]).await.unwrap();
    ws.init(json!({})).await;
    let changes = "subscription { changes { __typename } }";
    ws.subscribe("1", changes, json!({})).await;
    ws.subscribe("2", changes, json!({})).await;
    assert_eq!(ws.next().await["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    let body = json!({ "query": changes });
    let mut events = Sse::post(address, body.clone(), &[]).await;
    assert_eq!((events.status, Sse::post(address, body, &[]).await.status), (200, 503));
    let ended = tokio::task::spawn_blocking(|| service.terminate());
    assert_eq!(ws.closed().await, (1012, "Service Restart".to_owned()));
    assert_eq!(events.next().await, None);
    drop((ws, events));
    assert_eq!(timeout(5000 * MS, ended).await.expect("it ends at once").unwrap(), Some(0));
}
