//! The HTTP server: the router, its middleware, and the accept loop.
//!
//! Called by `devarch serve` and by the integration tests. It must not contain rules of the domain.

mod etag;
mod graphql;
mod live;
mod middleware;
mod routes;
mod transport;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state, map_request},
    routing::{any, get},
};
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};

#[cfg(feature = "otel")]
pub use crate::server::middleware::traces::traced;
use crate::{
    app::App,
    budget::{Budget, ProcessMemory},
    document::Documents,
    graphql::{Schema, schema, sdl},
    limits::Limits,
    random::Random,
    read::{Plans, ResponseCache},
    server::{
        live::Live,
        middleware::{auth::Authenticator, hosts::HostGuard, metrics::Metrics, request_id},
    },
};
pub use crate::{
    config::{Audience, Audiences, HostName, Origin},
    server::{
        live::SubscriptionLimits,
        middleware::{auth::AuthMode, hosts::Hosts},
        transport::{accept::serve, limits::TransportLimits},
    },
};

/// State that the handlers share.
#[derive(Clone)]
pub(crate) struct Service {
    app: App,
    schema: Schema,
    documents: Documents<Plans>,
    answers: ResponseCache,
    limits: Arc<Limits>,
    memory: ProcessMemory,
    introspection: Audience,
    live: Live,
    metrics: Metrics,
}

impl Service {
    /// The budget of a query that begins now: its memory, and its deadline.
    fn budget(&self) -> Budget {
        let deadline = tokio::time::Instant::now() + self.limits.request_timeout();
        Budget::new(self.limits.request_memory(), &self.memory, Some(deadline))
    }

    /// The budget of a mutation. It has no deadline, because a mutation that has begun is always finished.
    fn budget_of_change(&self) -> Budget {
        Budget::new(self.limits.request_memory(), &self.memory, None)
    }
}

/// Settings of the HTTP server.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether requests need an API key.
    pub auth_mode: AuthMode,
    /// Limits on one request.
    pub limits: Limits,
    /// Limits on connections and concurrent requests, and timeouts.
    pub traffic: TransportLimits,
    /// Size of the response cache in bytes; 0 disables it.
    pub answer_cache: u64,
    /// Origins that CORS allows. The default is none.
    pub origins: Vec<Origin>,
    /// Hosts that a request may name while no key is required.
    pub hosts: Hosts,
    /// Who may use introspection, the pages, the schema file and the metrics.
    pub audiences: Audiences,
    /// Limits on subscriptions.
    pub subscriptions: SubscriptionLimits,
}

/// Request extension that disables read plans, so that the executor answers the request. Tests set it to compare both
/// ways; a client cannot set it.
#[derive(Clone, Copy, Debug)]
pub struct ByExecutor;

/// Builds the router with all routes and middleware.
pub fn router(app: App, options: Options) -> Router {
    let authenticator = Authenticator::new(app.clone(), options.auth_mode);
    let documents = Documents::new(sdl, options.limits.clone(), Plans::new);
    let (figures, random) = (Metrics::new(&app), app.db().random().clone());
    let limits = Arc::new(options.limits);
    let memory = ProcessMemory::new(limits.memory());
    let Audiences { introspection, pages, schema_route, metrics } = options.audiences;
    let answers = ResponseCache::within(options.answer_cache);
    let live = Live::new(options.subscriptions, &options.traffic, authenticator.clone(), figures.subscriptions());
    let service = Service {
        schema: schema(),
        app,
        documents,
        answers,
        limits,
        memory: memory.clone(),
        introspection,
        live,
        metrics: figures.clone(),
    };
    let guard = HostGuard::new(options.hosts, &options.origins, authenticator.clone());
    let check_host = || from_fn_with_state(guard.clone(), middleware::hosts::check);
    let restrict_to = |audience| from_fn_with_state((authenticator.clone(), audience), middleware::audience::admit);
    let authenticate = || from_fn_with_state(authenticator.clone(), middleware::auth::authenticate);
    let response_memory = transport::response_memory::ResponseMemory::new(&memory);
    let reserve_memory = || from_fn_with_state(response_memory.clone(), transport::response_memory::reserve);
    let routes = Router::new()
        .route("/", get(routes::pages::dashboard).layer(restrict_to(pages)))
        .route("/app.js", get(routes::pages::script).layer(restrict_to(pages)))
        .route("/app.css", get(routes::pages::style).layer(restrict_to(pages)))
        .route("/graphiql", get(routes::pages::graphiql).layer(restrict_to(pages)))
        .route("/assets/{name}", get(routes::pages::asset).layer(restrict_to(pages)))
        .route("/schema.graphql", get(routes::pages::sdl).layer(restrict_to(schema_route)))
        .route("/graphql", any(graphql::handle).layer(authenticate()).layer(reserve_memory()))
        .route("/stacks/{name}/compose.yaml", any(routes::compose::file).layer(authenticate()).layer(reserve_memory()))
        .route(
            "/stacks/{name}/compose.override.yaml",
            any(routes::compose::layer).layer(authenticate()).layer(reserve_memory()),
        )
        .fallback(routes::status::nothing_here)
        .layer(check_host());
    let metrics_route =
        get(middleware::metrics::show).layer(restrict_to(metrics)).layer(check_host()).with_state(figures.clone());
    // Probes and monitors use these routes, so admission control does not apply to them.
    let always = Router::new()
        .route("/healthz", get(routes::status::alive))
        .route("/readyz", get(routes::status::ready))
        .route("/metrics", metrics_route);
    let routes = guarded(routes.with_state(service.clone()), always.with_state(service), random, &options.traffic);
    middleware::cors::with_browser_headers(routes, &options.origins)
        // The outermost two layers: they see every response, including those of other layers, with its request id.
        .layer(from_fn_with_state(figures, middleware::metrics::measure))
        .layer(from_fn(middleware::access_log::log))
}

/// Adds request ids to all routes, and admission control to all routes but those in `always`.
pub fn guarded(routes: Router, always: Router, random: Random, traffic: &TransportLimits) -> Router {
    routes
        .layer(from_fn_with_state(middleware::admission::AdmissionControl::new(traffic), middleware::admission::admit))
        .merge(always)
        // From the outside in.
        .layer((
            map_request(request_id::remove_unless_plain),
            SetRequestIdLayer::x_request_id(request_id::MakeShortId(random)),
            PropagateRequestIdLayer::x_request_id(),
            from_fn(request_id::identify),
        ))
}
