//! Prometheus metrics of HTTP and GraphQL requests.
//!
//! A layer around all routes counts requests, and `/metrics` shows the counters. The number of label values that
//! clients choose must stay bounded.

mod show;
pub(in crate::server) mod subscriptions;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

pub(in crate::server) use crate::server::middleware::metrics::show::show;
use crate::{
    app::App,
    server::middleware::{
        metrics::{show::OfApp, subscriptions::SubscriptionFigures},
        outcome::Outcome,
    },
};

/// Most names of operations that become a label of their own.
const MAX_OPERATION_NAMES: usize = 100;
/// Longest name of an operation that becomes a label, in bytes.
const MAX_NAME_BYTES: usize = 80;
/// Buckets of request durations in seconds, up to the longest that a request may take.
const DURATION_BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Buckets of the number of statements for each request.
const STATEMENT_BUCKETS: [f64; 9] = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
/// The codes of errors and their labels, the worst first. The worst code of a request is its outcome.
const CODES: [(&str, &str); 9] = [
    ("INTERNAL", "internal"),
    ("UNAVAILABLE", "unavailable"),
    ("TIMEOUT", "timeout"),
    ("LIMIT_EXCEEDED", "limit_exceeded"),
    ("FORBIDDEN", "forbidden"),
    ("UNAUTHENTICATED", "unauthenticated"),
    ("BAD_REQUEST", "bad_request"),
    ("GRAPHQL_VALIDATION_FAILED", "validation_failed"),
    ("GRAPHQL_PARSE_FAILED", "parse_failed"),
];
/// Codes of requests that did not run. Any client can send such a request, so its operation name gets no label.
const NEVER_RAN: [&str; 4] = ["UNAUTHENTICATED", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Operation {
    #[expect(clippy::struct_field_names, reason = "the name of the label")]
    operation: String,
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Refusal {
    reason: &'static str,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

type Histograms = Family<Kind, Histogram, fn() -> Histogram>;

/// The metrics of one router. Clones share them.
#[derive(Clone)]
pub(in crate::server) struct Metrics(Arc<Figures>);

struct Figures {
    registry: Registry,
    names: Mutex<HashSet<String>>,
    requests: Family<Operation, Counter>,
    seconds: Histograms,
    statements: Histograms,
    refusals: Family<Refusal, Counter>,
    routes: Family<Route, Counter>,
    abandoned: Counter,
    in_flight: Gauge,
    subscriptions: SubscriptionFigures,
}

impl Metrics {
    /// Registers all metrics, with counters at zero.
    pub(in crate::server) fn new(app: &App) -> Self {
        let mut registry = Registry::default();
        let mut figures = Figures {
            registry: Registry::default(),
            names: Mutex::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            statements: Family::new_with_constructor(|| Histogram::new(STATEMENT_BUCKETS)),
            refusals: Family::default(),
            routes: Family::default(),
            abandoned: Counter::default(),
            in_flight: Gauge::default(),
            subscriptions: SubscriptionFigures::default(),
        };
        registry.register(
            "devarch_graphql_requests",
            "GraphQL requests by the name of the operation and what they came to",
            figures.requests.clone(),
        );
        registry.register(
            "devarch_graphql_request_duration_seconds",
            "Time from the request's head to the answer",
            figures.seconds.clone(),
        );
        registry.register(
            "devarch_graphql_request_statements",
            "Database statements for each request that ran",
            figures.statements.clone(),
        );
        registry.register(
            "devarch_graphql_refusals",
            "GraphQL requests that were turned away before anything ran",
            figures.refusals.clone(),
        );
        registry.register("devarch_http_requests", "Requests by route and status", figures.routes.clone());
        registry.register(
            "devarch_http_requests_abandoned",
            "Requests whose client went away before the answer",
            figures.abandoned.clone(),
        );
        registry.register(
            "devarch_http_requests_in_flight",
            "Requests without an answer yet, this one included",
            figures.in_flight.clone(),
        );
        figures.subscriptions.register(&mut registry);
        let build = Family::<Build, Gauge>::default();
        build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("devarch_build_info", "Always 1; the labels say what runs", build);
        let start: Gauge = Gauge::default();
        start.set(app.now().timestamp());
        registry.register("process_start_time_seconds", "When the service started, in seconds since 1970", start);
        registry.register_collector(Box::new(OfApp { db: app.db().clone(), plans: Arc::clone(app.plan_counts()) }));
        figures.registry = registry;
        Self(Arc::new(figures))
    }

    /// The metrics of subscriptions.
    pub(in crate::server) fn subscriptions(&self) -> SubscriptionFigures {
        self.0.subscriptions.clone()
    }

    /// The label for the name of an operation: one of at most [`MAX_OPERATION_NAMES`], `anonymous` or `other`.
    fn name(&self, outcome: &Outcome) -> String {
        let Some(name) = &outcome.operation else {
            return "anonymous".to_owned();
        };
        let mut names = self.0.names.lock().unwrap_or_else(PoisonError::into_inner);
        let ran = outcome.refusal.is_none() && !outcome.codes.iter().any(|code| NEVER_RAN.contains(&code.as_str()));
        if ran && names.len() < MAX_OPERATION_NAMES && name.len() <= MAX_NAME_BYTES {
            names.insert(name.clone());
        }
        if names.contains(name) { name.clone() } else { "other".to_owned() }
    }

    pub(in crate::server) fn count_graphql(&self, outcome: &Outcome, status: StatusCode, seconds: f64) {
        let kind = outcome.kind.unwrap_or("unknown");
        let operation = Operation { operation: self.name(outcome), kind, outcome: result(outcome) };
        self.0.requests.get_or_create(&operation).inc();
        self.0.seconds.get_or_create(&Kind { kind }).observe(seconds);
        if let Some(statements) = outcome.statements {
            let statements = f64::from(u32::try_from(statements).unwrap_or(u32::MAX));
            self.0.statements.get_or_create(&Kind { kind }).observe(statements);
        }
        if let Some(reason) = outcome.refusal {
            self.0.refusals.get_or_create(&Refusal { reason, status: status.as_u16().into() }).inc();
        }
    }
}

/// The label `outcome` of a GraphQL request.
pub(in crate::server) fn result(outcome: &Outcome) -> &'static str {
    if outcome.refusal.is_some() {
        return "refused";
    }
    let worst = CODES.iter().find(|(code, _)| outcome.codes.iter().any(|given| given == code));
    match worst {
        Some((_, label)) => label,
        None if outcome.codes.is_empty() => "ok",
        None => "other_error",
    }
}

/// The label `reason` of a refused request whose handler gave no reason, by its status.
fn reason(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        ..=399 => None,
        401 => Some("unauthenticated"),
        403 => Some("forbidden"),
        405 => Some("method"),
        406 => Some("not_acceptable"),
        408 => Some("timeout"),
        413 => Some("body_too_long"),
        415 => Some("media_type"),
        421 => Some("other_host"),
        429 => Some("too_many_wrong_keys"),
        503 => Some("unavailable"),
        500.. => Some("failed"),
        _ => Some("bad_request"),
    }
}

/// The outcome of a GraphQL request from its response, whether a handler or middleware made it.
pub(in crate::server) fn outcome(answer: &Response) -> Outcome {
    let mut outcome: Outcome = answer.extensions().get().cloned().unwrap_or_default();
    if outcome.refusal.is_none() && outcome.timing.is_none() {
        outcome.refusal = reason(answer.status());
    }
    outcome
}

/// The pattern of the route that a request matched, or `none`.
pub(in crate::server) fn route(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned()
}

/// A request in flight: the metrics, and whether it has been answered. Dropping one without an answer counts it as
/// abandoned.
struct InFlight(Metrics, bool);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.dec();
        if !self.1 {
            self.0.0.abandoned.inc();
        }
    }
}

/// Middleware that counts requests and measures their duration.
pub(in crate::server) async fn measure(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let (route, started) = (route(&request), Instant::now());
    metrics.0.in_flight.inc();
    let mut in_flight = InFlight(metrics.clone(), false);
    let answer = next.run(request).await;
    in_flight.1 = true;
    // The operations of a WebSocket are counted when they come.
    if route == "/graphql" && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        metrics.count_graphql(&outcome(&answer), answer.status(), started.elapsed().as_secs_f64());
    }
    metrics.0.routes.get_or_create(&Route { route, status: answer.status().as_u16().into() }).inc();
    answer
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::metrics::*;

    #[test]
    fn the_worst_code_is_what_a_request_came_to() {
        let of = |codes: &[&str]| {
            let codes = codes.iter().map(|code| (*code).to_owned()).collect();
            result(&Outcome { codes, ..Outcome::default() })
        };
        assert_eq!(of(&[]), "ok");
        assert_eq!(of(&["BAD_REQUEST", "INTERNAL", "FORBIDDEN"]), "internal");
        assert_eq!(of(&["SENT_BY_A_CLIENT"]), "other_error");
    }
}
