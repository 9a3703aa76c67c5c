//! HTTP: routes, limits, pages and shutdown.
//!
//! Called by `devarch serve` and by every test. It must never hold a rule of the domain.

mod accept;
mod auth;
mod client_address;
mod connection;
mod graphql;
mod nesting;
mod outcome;
mod overload;
mod pages;
mod patience;
mod request_id;
mod status;
mod traffic;
mod variables;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

use self::auth::Doorkeeper;
pub use self::{accept::serve, auth::Door, traffic::Traffic};
use crate::{
    app::App,
    graphql::{Schema, schema},
};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Service {
    app: App,
    schema: Schema,
}

/// All routes of the service.
pub fn router(app: App, door: Door, traffic: &Traffic) -> Router {
    let doorkeeper = Doorkeeper::new(app.clone(), door);
    let service = Service { schema: schema(), app };
    let routes = Router::new()
        .route("/", get(pages::index))
        .route("/assets/{name}", get(pages::asset))
        .route("/schema.graphql", get(pages::sdl))
        .route(
            "/graphql",
            post(graphql::handle)
                .fallback(graphql::post_only)
                .layer(from_fn_with_state(doorkeeper, auth::authenticate)),
        )
        .fallback(status::nothing_here);
    // Asked by those who decide whether the service lives: answered however busy it is.
    let always = Router::new().route("/healthz", get(status::alive)).route("/readyz", get(status::ready));
    guarded(routes.with_state(service.clone()), always.with_state(service), traffic)
}

/// Routes behind what every one of them gets, those in `always` even when no more requests are taken.
pub fn guarded(routes: Router, always: Router, traffic: &Traffic) -> Router {
    routes
        .layer(from_fn_with_state(overload::Places::new(traffic), overload::admit))
        .merge(always)
        .layer(from_fn(request_id::identify))
}
