//! Subscriptions over WebSockets and as server-sent events, over real sockets.

mod access;
mod limits;
mod log;
mod sharing;
mod sse;
mod websocket;

use std::{net::SocketAddr, time::Duration};

use axum::http::HeaderValue;
use devarch::{
    app::FeedLimits,
    ids::{AnyId, GlobalId, InstanceId, StackId, TemplateId},
    server::{SubscriptionLimits, TransportLimits, serve},
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use crate::support::TestApp;

const MS: Duration = Duration::from_millis(1);
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// All events with everything that is cheap.
const EVENT: &str = "__typename ... on ChangeEvent { cursor change { message } stack { name } instance { name } template { \
                     name } deletedIds } ... on HeartbeatEvent { cursor at } ... on ResyncEvent { cursor reason }";

/// A service on a port of its own, with a feed of its own.
struct Live {
    app: TestApp,
    address: SocketAddr,
    stop: mpsc::Sender<()>,
    done: JoinHandle<std::io::Result<()>>,
}

impl Live {
    /// With heartbeats that do not come during a test.
    async fn start(t: &TestApp) -> Self {
        Self::with(t, quiet(), SubscriptionLimits::default(), TransportLimits::default()).await
    }

    async fn with(t: &TestApp, feed: FeedLimits, limits: SubscriptionLimits, traffic: TransportLimits) -> Self {
        Self::serving(t.with_feed(feed, limits), traffic).await
    }

    /// Serves an application that has a feed.
    async fn serving(app: TestApp, traffic: TransportLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = mpsc::channel(2);
        let done = tokio::spawn(serve(listener, app.router_with(&traffic), traffic, stopped));
        Self { app, address, stop, done }
    }

    /// Waits until the feed, which has a subscriber, has read all changes.
    async fn has_read_all(&self) {
        until(async || {
            let newest = self.app.data("{ changeCursor }", json!({})).await;
            *self.app.app.feed().newest() == *newest["changeCursor"].as_str().unwrap()
        })
        .await;
    }

    /// The value of a metric, with its labels.
    async fn metric(&self, name: &str) -> f64 {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(value) = line.strip_prefix(&format!("{name} ")) {
                return value.parse().unwrap();
            }
        }
        0.0
    }

    /// Waits until a metric has a value.
    async fn until_metric(&self, name: &str, value: f64) {
        until(async || self.metric(name).await == value).await;
    }

    /// A WebSocket whose `connection_init` was accepted.
    async fn client(&self) -> Ws {
        let mut ws = Ws::connect(self.address, &[]).await.unwrap();
        ws.init(json!({})).await;
        ws
    }

    /// A stream of server-sent events for a query of a GET.
    async fn events(&self, query: &str, headers: &[(&str, &str)]) -> Sse {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
        Sse::get(self.address, &format!("/graphql?{query}"), headers).await
    }
}

/// Waits until a condition holds.
async fn until(condition: impl AsyncFn() -> bool) {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(5 * MS).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("the condition holds in time");
}

fn quiet() -> FeedLimits {
    FeedLimits { heartbeat: 600_000 * MS, ..FeedLimits::default() }
}

/// Changes a stack, with the message `c{number}`.
async fn touch(t: &TestApp, stack: i64, number: i64) {
    let input = json!({ "stack": { "id": stack_id(stack) }, "message": format!("c{number}"),
        "description": format!("{number:2000}") });
    t.done("updateStack", input, "stack { id }").await;
}

/// Changes `c{first}` to `c{last}` of a stack.
async fn touch_all(t: &TestApp, stack: i64, first: i64, last: i64) {
    for number in first..=last {
        touch(t, stack, number).await;
    }
}

/// The cursor of everything.
async fn cursor(t: &TestApp) -> String {
    t.data("{ changeCursor }", json!({})).await["changeCursor"].as_str().unwrap().to_owned()
}

/// The number in a global id of a response.
fn raw(of: &Value) -> i64 {
    match AnyId::decode(of["id"].as_str().unwrap()).unwrap() {
        AnyId::Stack(StackId(id)) | AnyId::Template(TemplateId(id)) | AnyId::Instance(InstanceId(id)) => id,
    }
}

/// A WebSocket of a client.
struct Ws(WebSocketStream<TcpStream>);

impl Ws {
    /// Connects with the subprotocol and further headers; a header with an empty value is left out.
    async fn connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        for (name, value) in headers {
            request.headers_mut().remove(*name);
            if !value.is_empty() {
                request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
            }
        }
        Ok(Self(client_async(request, stream).await?.0))
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn init(&mut self, payload: Value) {
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.next().await, json!({ "type": "connection_ack" }));
    }

    async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query, "variables": variables } }))
            .await;
    }

    /// The next message. The WebSocket must not be closed.
    async fn next(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a message in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message, but {other:?}"),
            }
        }
    }

    /// The next event of a subscription.
    async fn event(&mut self) -> Value {
        let mut message = self.next().await;
        assert_eq!(message["type"], "next", "{message}");
        let data = message["payload"]["data"].take();
        data.as_object().unwrap_or_else(|| panic!("{message}")).values().next().unwrap().clone()
    }

    /// The message of the change of the next event.
    async fn message(&mut self) -> String {
        let event = self.event().await;
        event["change"]["message"].as_str().unwrap_or_else(|| panic!("{event}")).to_owned()
    }

    /// Skips messages until the WebSocket is closed, and returns the code and the reason.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("it is closed in time") {
                Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Ok(_)) => {}
                other => panic!("no close frame, but {other:?}"),
            }
        }
    }
}

/// A response as a browser reads it.
struct Sse {
    status: u16,
    head: String,
    lines: tokio::io::Lines<BufReader<TcpStream>>,
}

/// One event of a stream: its name, its id and its data.
#[derive(Debug, PartialEq)]
struct SseEvent {
    name: String,
    id: String,
    data: Value,
}

impl Sse {
    async fn get(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Self {
        Self::ask(address, &format!("GET {target} HTTP/1.1\r\n"), headers, "").await
    }

    async fn post(address: SocketAddr, body: Value, headers: &[(&str, &str)]) -> Self {
        let body = body.to_string();
        let head =
            format!("POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", body.len());
        Self::ask(address, &head, headers, &body).await
    }

    /// Accepts a stream of events unless the headers say something else.
    async fn ask(address: SocketAddr, head: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut request = format!("{head}host: localhost\r\n");
        if headers.iter().all(|(name, _)| *name != "accept") {
            request += "accept: text/event-stream\r\n";
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut head = String::new();
        loop {
            let line = timeout(PATIENCE, lines.next_line()).await.expect("a head in time").unwrap().unwrap();
            if line.is_empty() {
                break;
            }
            head += &format!("{}\n", line.to_lowercase());
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, lines }
    }

    /// The next event; `None` at the end of the response. Lengths of chunks look like fields without a name.
    async fn next(&mut self) -> Option<SseEvent> {
        let mut event = SseEvent { name: String::new(), id: String::new(), data: Value::Null };
        while let Ok(Some(line)) = timeout(PATIENCE, self.lines.next_line()).await.expect("an event in time") {
            if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut event.name);
            } else if let Some(id) = line.strip_prefix("id: ") {
                id.clone_into(&mut event.id);
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data = serde_json::from_str(data).unwrap();
            } else if line.is_empty() && !event.name.is_empty() {
                return Some(event);
            } else if line == "0" {
                // The last chunk.
                return None;
            }
        }
        None
    }

    /// The message of the change of the next event.
    async fn message(&mut self) -> String {
        let (_, event) = self.event().await;
        event["change"]["message"].as_str().unwrap_or_else(|| panic!("{event}")).to_owned()
    }

    /// The id and the one field of the next event, which must be a `next`.
    async fn event(&mut self) -> (String, Value) {
        let mut event = self.next().await.expect("an event");
        assert_eq!(event.name, "next", "{event:?}");
        let data = event.data["data"].take();
        let field = data.as_object().unwrap_or_else(|| panic!("{event:?}")).values().next().unwrap().clone();
        (event.id, field)
    }
}

/// The global id of a stack.
fn stack_id(id: i64) -> String {
    StackId(id).encode()
}
