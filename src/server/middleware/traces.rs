//! A span for each request, for the export of traces.
//!
//! A layer around all routes, if traces are exported. A span must not contain what the log would not show.

use axum::{
    Router,
    extract::Request,
    http::HeaderMap,
    middleware::{Next, from_fn},
    response::Response,
};
use tracing::{Instrument, Span, field::Empty};

use crate::{
    server::middleware::{
        access_log::{LONGEST_NAME, QUIET, word},
        metrics::{outcome, result, route},
        outcome::{CallerName, Outcome},
    },
    telemetry::otel::{SPANS, rename, set_parent},
};

/// The outcomes of failed requests.
const FAILED: [&str; 3] = ["internal", "unavailable", "timeout"];

/// Adds the layer to the routes.
pub fn traced(routes: Router) -> Router {
    routes.layer(from_fn(trace))
}

/// The span of a request without a response yet. A request that is dropped is exported, too.
struct Open(Option<Span>);

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.record("devarch.outcome", "abandoned");
        }
    }
}

/// The header `traceparent`. A request with two of them has none.
fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let mut found = headers.get_all("traceparent").iter();
    found.next().filter(|_| found.next().is_none())?.to_str().ok()
}

async fn trace(request: Request, next: Next) -> Response {
    let (method, route) = (word(request.method()), route(&request));
    if QUIET.contains(&route.as_str()) {
        return next.run(request).await;
    }
    let span = tracing::info_span!(
        target: SPANS,
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        graphql.operation.type = Empty,
        graphql.operation.name = Empty,
        devarch.request_id = Empty,
        devarch.key = Empty,
        devarch.outcome = Empty,
        devarch.refusal = Empty,
        devarch.error_codes = Empty,
        devarch.statements = Empty,
    );
    set_parent(&span, traceparent(request.headers()));
    let mut open = Open(Some(span.clone()));
    let answer = next.run(request).instrument(span.clone()).await;
    open.0 = None;
    let mut failed = answer.status().is_server_error();
    span.record("http.response.status_code", i64::from(answer.status().as_u16()));
    if let Some(id) = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok()) {
        span.record("devarch.request_id", id);
    }
    if let Some(key) = answer.extensions().get::<CallerName>() {
        span.record("devarch.key", key.0.as_str());
    }
    if route == "/graphql" {
        failed |= record_graphql(&span, &outcome(&answer));
    }
    if failed {
        span.record("otel.status_code", "ERROR");
    }
    answer
}

/// Records what is known of a GraphQL request, and tells whether it failed.
fn record_graphql(span: &Span, outcome: &Outcome) -> bool {
    let result = result(outcome);
    span.record("devarch.outcome", result);
    if let Some(kind) = outcome.kind {
        rename(span, kind);
        span.record("graphql.operation.type", kind);
    }
    if let Some(name) = &outcome.operation {
        span.record("graphql.operation.name", name.get(..LONGEST_NAME).unwrap_or(name));
    }
    if let Some(refusal) = outcome.refusal {
        span.record("devarch.refusal", refusal);
    }
    if !outcome.codes.is_empty() {
        span.record("devarch.error_codes", outcome.codes.join(","));
    }
    if let Some(statements) = outcome.statements {
        span.record("devarch.statements", i64::try_from(statements).unwrap_or(i64::MAX));
    }
    FAILED.contains(&result)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{Router, body::Body, http::StatusCode, response::IntoResponse, routing::get};
    use tower::ServiceExt;
    use tracing_subscriber::layer::SubscriberExt;

    use crate::{
        server::middleware::{outcome::Timing, traces::*},
        telemetry::otel::{SpanData, collected},
    };

    const PLANTED: &str = "planted7secret";
    const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// A handler whose request ran, or failed.
    async fn graphql(request: Request) -> Response {
        tracing::error!(secret = PLANTED, "an event");
        tracing::info_span!("of another target", secret = PLANTED).in_scope(|| ());
        let execute = tracing::info_span!(target: SPANS, "execute");
        let ran = Outcome {
            operation: Some("Shops".to_owned()),
            kind: Some("query"),
            statements: Some(3),
            timing: Some(Timing { document: Duration::from_micros(5), execution: Duration::from_micros(7) }),
            ..Outcome::default()
        };
        drop(execute);
        let failed = Outcome { codes: vec!["INTERNAL".to_owned()], ..Outcome::default() };
        let fails = request.uri().query().is_some_and(|query| query.contains("fail"));
        let mut answer = StatusCode::OK.into_response();
        answer.extensions_mut().insert(if fails { failed } else { ran });
        answer.extensions_mut().insert(CallerName("ops".to_owned()));
        answer
    }

    fn attribute(span: &SpanData, key: &str) -> Option<String> {
        span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|found| found.value.to_string())
    }

    #[tokio::test]
    async fn requests_become_spans_with_the_parent_that_they_name() {
        let (exporter, spans) = collected();
        let _log = tracing::subscriber::set_default(tracing_subscriber::registry().with(exporter.layer()));
        let routes = traced(
            Router::new()
                .route("/graphql", get(graphql))
                .route("/healthz", get(async || "alive"))
                .route("/never", get(std::future::pending::<()>)),
        );
        let unsampled = CALLER.replace("-01", "-00");
        for (path, traceparent) in [
            (format!("/graphql?{PLANTED}"), CALLER),
            (format!("/graphql?{PLANTED}=fail"), PLANTED),
            ("/graphql".to_owned(), unsampled.as_str()),
            ("/healthz".to_owned(), CALLER),
            (format!("/{PLANTED}"), CALLER),
        ] {
            let request = Request::get(path).header("traceparent", traceparent).header("cookie", PLANTED);
            let request = request.header("tracestate", format!("a={PLANTED}")).body(Body::empty()).unwrap();
            routes.clone().oneshot(request).await.unwrap();
        }
        let twice = Request::get("/graphql").header("traceparent", CALLER).header("traceparent", CALLER);
        routes.clone().oneshot(twice.body(Body::empty()).unwrap()).await.unwrap();
        let never = Request::get("/never").body(Body::empty()).unwrap();
        drop(tokio::time::timeout(Duration::from_millis(5), routes.clone().oneshot(never)).await);
        exporter.finish();

        let spans = spans.lock().unwrap();
        assert!(!format!("{spans:?}").contains(PLANTED), "{spans:#?}");
        let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
        let expected = ["execute", "query", "execute", "GET /graphql", "GET none", "execute", "query", "GET /never"];
        assert_eq!(names, expected);
        let (execute, query, failed, twice) = (&spans[0], &spans[1], &spans[3], &spans[6]);
        let context = |span: &SpanData| (span.span_context.trace_id().to_string(), span.parent_span_id.to_string());
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736".to_owned();
        assert_eq!(context(query), (trace.clone(), "00f067aa0ba902b7".to_owned()));
        assert_eq!(context(execute), (trace.clone(), query.span_context.span_id().to_string()));
        assert_eq!(format!("{:?} {:?}", query.span_kind, query.status), "Server Unset");
        let attributes = ["graphql.operation.name", "devarch.outcome", "devarch.statements", "devarch.key"];
        let values = ["Shops", "ok", "3", "ops"].map(|value| Some(value.to_owned()));
        assert_eq!(attributes.map(|key| attribute(query, key)), values);
        assert_eq!(attribute(failed, "devarch.outcome").as_deref(), Some("internal"));
        assert!(format!("{:?}", failed.status).starts_with("Error"), "{:?}", failed.status);
        for own in [failed, twice] {
            assert_eq!(context(own).1, "0000000000000000");
            assert_ne!(context(own).0, trace);
        }
        assert_eq!(attribute(&spans[7], "devarch.outcome").as_deref(), Some("abandoned"));
        assert!(spans.iter().all(|span| span.events.is_empty() && span.links.is_empty()));
    }
}
