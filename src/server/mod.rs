//! HTTP: routes, limits, pages and shutdown.
//!
//! Called by `devarch serve` and by every test. It must never hold a rule of the domain.

mod etag;
mod graphql;
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
pub use crate::server::{
    middleware::{
        audience::{Audience, Audiences},
        auth::AuthMode,
        cors::Origin,
        hosts::{HostName, Hosts},
    },
    transport::{accept::serve, limits::TransportLimits},
};
use crate::{
    app::App,
    budget::{Budget, ProcessMemory},
    document::Documents,
    graphql::{
        Schema,
        direct::{Plans, ResponseCache},
        schema, sdl,
    },
    limits::Limits,
    server::middleware::{auth::Authenticator, hosts::HostGuard, metrics::Metrics, request_id},
};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Service {
    app: App,
    schema: Schema,
    documents: Documents<Plans>,
    answers: ResponseCache,
    limits: Arc<Limits>,
    memory: ProcessMemory,
    introspection: Audience,
}

impl Service {
    /// What a request may use that begins now.
    fn budget(&self) -> Budget {
        let deadline = tokio::time::Instant::now() + self.limits.request_timeout();
        Budget::new(self.limits.request_memory(), &self.memory, Some(deadline))
    }

    /// The same for a change, which is finished once it has begun.
    fn budget_of_change(&self) -> Budget {
        Budget::new(self.limits.request_memory(), &self.memory, None)
    }
}

/// How the service behaves towards its clients.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom it lets in.
    pub auth_mode: AuthMode,
    /// How much a request may ask for.
    pub limits: Limits,
    /// How many requests it takes, and how long it waits for them.
    pub traffic: TransportLimits,
    /// How much memory kept answers may take, in bytes; 0 keeps none.
    pub answer_cache: u64,
    /// Pages of other sites that may ask; none unless it is set.
    pub origins: Vec<Origin>,
    /// The hosts for which it answers while no key is required.
    pub hosts: Hosts,
    /// For whom introspection, pages, schema and figures are there.
    pub audiences: Audiences,
}

/// In the extensions of a request: it is answered by the executor even where its answer could be written straight from
/// rows. For those who look whether both are the same; no client can send it.
#[derive(Clone, Copy, Debug)]
pub struct ByExecutor;

/// All routes of the service.
pub fn router(app: App, options: Options) -> Router {
    let authenticator = Authenticator::new(app.clone(), options.auth_mode);
    let documents = Documents::new(sdl, options.limits.clone(), Plans::new);
    let figures = Metrics::new(&app);
    let limits = Arc::new(options.limits);
    let memory = ProcessMemory::new(limits.memory());
    let Audiences { introspection, pages, schema_route, metrics } = options.audiences;
    let answers = ResponseCache::within(options.answer_cache);
    let service = Service { schema: schema(), app, documents, answers, limits, memory: memory.clone(), introspection };
    let guard = HostGuard::new(options.hosts, &options.origins, authenticator.clone());
    let meant = || from_fn_with_state(guard.clone(), middleware::hosts::check);
    let there_for = |whom| from_fn_with_state((authenticator.clone(), whom), middleware::audience::admit);
    let auth_mode = || from_fn_with_state(authenticator.clone(), middleware::auth::authenticate);
    let unread = transport::response_memory::ResponseMemory::new(&memory);
    let weighed = || from_fn_with_state(unread.clone(), transport::response_memory::reserve);
    let routes = Router::new()
        .route("/", get(routes::pages::index).layer(there_for(pages)))
        .route("/assets/{name}", get(routes::pages::asset).layer(there_for(pages)))
        .route("/schema.graphql", get(routes::pages::sdl).layer(there_for(schema_route)))
        .route("/graphql", any(graphql::handle).layer(auth_mode()).layer(weighed()))
        .route("/stacks/{name}/compose.yaml", any(routes::compose::file).layer(auth_mode()).layer(weighed()))
        .route("/stacks/{name}/compose.override.yaml", any(routes::compose::layer).layer(auth_mode()).layer(weighed()))
        .fallback(routes::status::nothing_here)
        .layer(meant());
    let figures_shown =
        get(middleware::metrics::show).layer(there_for(metrics)).layer(meant()).with_state(figures.clone());
    // Asked by those who decide whether the service lives: answered however busy it is.
    let always = Router::new()
        .route("/healthz", get(routes::status::alive))
        .route("/readyz", get(routes::status::ready))
        .route("/metrics", figures_shown);
    let routes = guarded(routes.with_state(service.clone()), always.with_state(service), &options.traffic);
    middleware::cors::told(routes, &options.origins)
        // The outermost two: they see every answer, whoever gave it, with its id.
        .layer(from_fn_with_state(figures, middleware::metrics::measure))
        .layer(from_fn(middleware::access_log::log))
}

/// Routes behind what every one of them gets, those in `always` even when no more requests are taken.
pub fn guarded(routes: Router, always: Router, traffic: &TransportLimits) -> Router {
    routes
        .layer(from_fn_with_state(middleware::admission::AdmissionControl::new(traffic), middleware::admission::admit))
        .merge(always)
        // From the outside in.
        .layer((
            map_request(request_id::remove_unless_plain),
            SetRequestIdLayer::x_request_id(request_id::MakeShortId),
            PropagateRequestIdLayer::x_request_id(),
            from_fn(request_id::identify),
        ))
}
