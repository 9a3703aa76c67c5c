//! The access log: one line for each request.
//!
//! A layer around all routes, which writes the line when the response is ready. It must not log what a client sent: no
//! arguments, bodies, paths or query strings; the name of the operation is the one exception.

use std::time::{Duration, Instant};

use axum::{
    extract::Request,
    http::{
        Method, StatusCode,
        header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    },
    middleware::Next,
    response::Response,
};

use crate::server::middleware::{
    metrics::{outcome, route},
    outcome::{CallerName, Outcome},
};

/// Names of operations are cut to this many bytes; they are ASCII.
pub(in crate::server) const LONGEST_NAME: usize = 80;
/// Routes that probes and monitors request every few seconds; their requests are logged at the level `debug`.
pub(in crate::server) const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Routes of the files that the pages load; their requests are logged at the level `debug`.
const ASSETS: [&str; 3] = ["/app.js", "/app.css", "/assets/{name}"];

/// The log line of a request. It is also written when the request is dropped without a response.
struct Line {
    method: &'static str,
    route: String,
    is_preflight: bool,
    started: Instant,
    answered: bool,
}

/// Middleware that logs each request.
pub(in crate::server) async fn log(request: Request, next: Next) -> Response {
    let (method, route) = (word(request.method()), route(&request));
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut line = Line { method, route, is_preflight, started: Instant::now(), answered: false };
    let answer = next.run(request).await;
    line.answered = true;
    line.write(&answer);
    answer
}

/// Logs an operation that arrived over a WebSocket.
pub(in crate::server) fn operation(id: Option<&str>, key: Option<&str>, outcome: &Outcome, took: Duration) {
    let operation = outcome.operation.as_deref().map(|name| name.get(..LONGEST_NAME).unwrap_or(name));
    let codes = (!outcome.codes.is_empty()).then(|| outcome.codes.join(","));
    tracing::info!(
        target: "devarch::access",
        id,
        method = "WEBSOCKET",
        route = "/graphql",
        operation,
        kind = outcome.kind,
        key,
        duration_ms = milliseconds(took),
        document_ms = outcome.timing.map(|timing| milliseconds(timing.document)),
        execution_ms = outcome.timing.map(|timing| milliseconds(timing.execution)),
        statements = outcome.statements,
        codes,
        refusal = outcome.refusal,
        "request"
    );
}

/// The method as one of a fixed set of words: a client may send a method of any length.
pub(in crate::server) fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Milliseconds with three decimals.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

impl Line {
    fn write(&self, answer: &Response) {
        let outcome = if self.route == "/graphql" { outcome(answer) } else { Outcome::default() };
        let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let key = answer.extensions().get::<CallerName>().map(|name| name.0.as_str());
        let operation = outcome.operation.as_deref().map(|name| name.get(..LONGEST_NAME).unwrap_or(name));
        let codes = (!outcome.codes.is_empty()).then(|| outcome.codes.join(","));
        // A browser asks whether a page of another origin may send a request, and no origin is allowed or not this one.
        let refusal = match self.is_preflight && !answer.status().is_success() {
            true => Some("preflight"),
            false => outcome.refusal,
        };
        let (method, route, status) = (self.method, self.route.as_str(), answer.status());
        // `tracing` fixes the level of an event at compile time, so each level needs its own call.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "devarch::access",
                    id,
                    method,
                    route,
                    operation,
                    kind = outcome.kind,
                    key,
                    status = status.as_u16(),
                    duration_ms = milliseconds(self.started.elapsed()),
                    document_ms = outcome.timing.map(|timing| milliseconds(timing.document)),
                    execution_ms = outcome.timing.map(|timing| milliseconds(timing.execution)),
                    statements = outcome.statements,
                    codes,
                    refusal,
                    "request"
                )
            };
        }
        // Failed requests of probes and monitors are always logged.
        let is_asset = ASSETS.contains(&route) && (status == StatusCode::OK || status == StatusCode::NOT_MODIFIED);
        if QUIET.contains(&route) && status == StatusCode::OK || is_asset {
            line!(debug);
        } else {
            line!(info);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.answered {
            let (method, route) = (self.method, self.route.as_str());
            let duration_ms = milliseconds(self.started.elapsed());
            tracing::info!(target: "devarch::access", method, route, duration_ms, "the client went away");
        }
    }
}
