//! A span for each request, handed to the exporter.
//!
//! A layer around all routes, where traces are wanted. It must never put into a span what the log would not say.

use std::time::Instant;

use axum::{
    Router,
    extract::{Request, State},
    http::HeaderMap,
    middleware::{Next, from_fn_with_state},
    response::Response,
};

use crate::{
    clock::Clock,
    otel::{Parent, Span, Traces},
    server::middleware::{
        access_log::{LONGEST_NAME, QUIET, word},
        metrics::{outcome, result, route},
        outcome::{CallerName, Outcome},
    },
};

/// What requests came to that somebody should look at.
const FAILED: [&str; 3] = ["internal", "unavailable", "timeout"];

/// The routes with the layer around them.
pub fn traced(routes: Router, traces: Traces, clock: Clock) -> Router {
    routes.layer(from_fn_with_state((traces, clock), trace))
}

/// A request on its way: one that is dropped without an answer leaves a span, too.
struct Open {
    span: Option<Span>,
    started: Instant,
    traces: Traces,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut span) = self.span.take() {
            span.took = self.started.elapsed();
            span.say("devarch.outcome", "abandoned");
            self.traces.hand_in([span]);
        }
    }
}

/// The caller's span. Two of them are none.
fn parent(headers: &HeaderMap) -> Option<Parent> {
    let mut found = headers.get_all("traceparent").iter();
    let only = found.next().filter(|_| found.next().is_none())?;
    Parent::parse(only.to_str().ok()?)
}

async fn trace(State((traces, clock)): State<(Traces, Clock)>, request: Request, next: Next) -> Response {
    let (method, route, parent) = (word(request.method()), route(&request), parent(request.headers()));
    // Whoever asks decides whether the whole trace is kept.
    if QUIET.contains(&route.as_str()) || parent.is_some_and(|parent| !parent.sampled) {
        return next.run(request).await;
    }
    let mut span = Span::request(parent, clock.now());
    span.name = format!("{method} {route}");
    span.say("http.request.method", method);
    span.say("http.route", route.clone());
    let mut open = Open { span: Some(span), started: Instant::now(), traces };
    let answer = next.run(request).await;
    let Some(mut span) = open.span.take() else { return answer };
    span.took = open.started.elapsed();
    span.failed = answer.status().is_server_error();
    span.count("http.response.status_code", answer.status().as_u16());
    if let Some(id) = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok()) {
        span.say("devarch.request_id", id);
    }
    if let Some(key) = answer.extensions().get::<CallerName>() {
        span.say("devarch.key", key.0.as_str());
    }
    let mut parts = Vec::new();
    if route == "/graphql" {
        parts = of_graphql(&mut span, &outcome(&answer));
    }
    open.traces.hand_in(parts.into_iter().chain([span]));
    answer
}

/// What is known of a GraphQL request, and its parts.
fn of_graphql(span: &mut Span, outcome: &Outcome) -> Vec<Span> {
    let came_to = result(outcome);
    span.failed |= FAILED.contains(&came_to);
    span.say("devarch.outcome", came_to);
    if let Some(kind) = outcome.kind {
        span.name = kind.to_owned();
        span.say("graphql.operation.type", kind);
    }
    if let Some(name) = &outcome.operation {
        span.say("graphql.operation.name", name.get(..LONGEST_NAME).unwrap_or(name));
    }
    if let Some(refusal) = outcome.refusal {
        span.say("devarch.refusal", refusal);
    }
    if !outcome.codes.is_empty() {
        span.say("devarch.error_codes", outcome.codes.join(","));
    }
    if let Some(statements) = outcome.statements {
        span.count("devarch.statements", statements);
    }
    let Some(timing) = outcome.timing else { return Vec::new() };
    // They are the last that was done; writing the answer down takes next to nothing.
    let after = span.took.saturating_sub(timing.document + timing.execution);
    vec![span.part("document", after, timing.document), span.part("execute", after + timing.document, timing.execution)]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{Router, body::Body, http::StatusCode, response::IntoResponse, routing::get};
    use serde_json::Value;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use tower::ServiceExt;

    use crate::server::middleware::traces::*;
    use crate::{otel::Exporter, server::middleware::outcome::Timing};

    const PLANTED: &str = "planted7secret";
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// A collector that refuses the first attempt; the body of the next one.
    async fn collected(listener: TcpListener) -> (String, Value) {
        for status in ["503 Service Unavailable", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            let (head, body) = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).await.unwrap();
                seen.extend(&part[..read]);
                let text = String::from_utf8_lossy(&seen).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.split("Content-Length: ").nth(1).unwrap().lines().next().unwrap();
                if body.len() == length.parse::<usize>().unwrap() {
                    break (head.to_owned(), serde_json::from_str(body).unwrap());
                }
            };
            stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.unwrap();
            if status.starts_with('2') {
                return (head, body);
            }
        }
        unreachable!("the second attempt is taken");
    }

    /// What the handler says of a request that ran, or that was refused.
    async fn graphql(request: Request) -> Response {
        let ran = Outcome {
            operation: Some("Shops".to_owned()),
            kind: Some("query"),
            statements: Some(3),
            timing: Some(Timing { document: Duration::from_micros(5), execution: Duration::from_micros(7) }),
            ..Outcome::default()
        };
        let failed = Outcome { codes: vec!["INTERNAL".to_owned()], ..Outcome::default() };
        let fails = request.uri().query().is_some_and(|query| query.contains("fail"));
        let mut answer = StatusCode::OK.into_response();
        answer.extensions_mut().insert(if fails { failed } else { ran });
        answer.extensions_mut().insert(CallerName("ops".to_owned()));
        answer
    }

    fn said(span: &Value, key: &str) -> Value {
        let all = span["attributes"].as_array().unwrap();
        let found = all.iter().find(|attribute| attribute["key"] == key);
        found.map(|found| found["value"].as_object().unwrap().values().next().unwrap().clone()).unwrap_or_default()
    }

    #[tokio::test]
    async fn requests_become_spans_that_a_collector_gets_before_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/otlp", listener.local_addr().unwrap()).parse().unwrap();
        let collector = tokio::spawn(collected(listener));
        let (traces, exporter) = Exporter::start(endpoint, "shop".to_owned());
        let routes = Router::new()
            .route("/graphql", get(graphql))
            .route("/healthz", get(async || "alive"))
            .route("/never", get(std::future::pending::<()>));
        let routes = traced(routes, traces, Clock::system());
        let unsampled = CALLER.replace("-01", "-00");
        for (path, traceparent) in [
            (format!("/graphql?{PLANTED}"), CALLER),
            (format!("/graphql?{PLANTED}=fail"), PLANTED),
            ("/graphql".to_owned(), unsampled.as_str()),
            ("/healthz".to_owned(), CALLER),
            (format!("/{PLANTED}"), CALLER),
        ] {
            let request = Request::get(path).header("traceparent", traceparent).header("cookie", PLANTED);
            routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        }
        let never = Request::get("/never").body(Body::empty()).unwrap();
        drop(tokio::time::timeout(Duration::from_millis(5), routes.clone().oneshot(never)).await);
        drop(routes);
        exporter.finish().await;

        let (head, body) = collector.await.unwrap();
        assert!(head.starts_with("POST /otlp/v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(!body.to_string().contains(PLANTED), "{body}");
        let resource = &body["resourceSpans"][0];
        assert_eq!(said(&resource["resource"], "service.name"), "shop");
        let spans = resource["scopeSpans"][0]["spans"].as_array().unwrap();
        let names: Vec<&str> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["document", "execute", "query", "GET /graphql", "GET none", "GET /never"]);
        let (document, execute, query, failed) = (&spans[0], &spans[1], &spans[2], &spans[3]);
        for span in [document, execute, query] {
            assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        }
        assert_eq!((&query["parentSpanId"], &query["kind"]), (&Value::from("00f067aa0ba902b7"), &Value::from(2)));
        assert_eq!((&document["parentSpanId"], &execute["parentSpanId"]), (&query["spanId"], &query["spanId"]));
        assert_eq!(execute["startTimeUnixNano"], document["endTimeUnixNano"]);
        let attributes = ["graphql.operation.name", "devarch.outcome", "devarch.statements", "devarch.key"];
        assert_eq!(attributes.map(|key| said(query, key)), ["Shops", "ok", "3", "ops"].map(Value::from));
        assert_eq!(said(failed, "devarch.outcome"), "internal");
        assert_eq!((&failed["status"]["code"], failed.get("parentSpanId")), (&Value::from(2), None), "of its own");
        assert_ne!(failed["traceId"], query["traceId"]);
        assert_eq!(said(&spans[5], "devarch.outcome"), "abandoned");
    }
}
