//! HTTP: routes, limits, pages and shutdown.
//!
//! Called by `devarch serve` and by every test. It must never hold a rule of the domain.

mod auth;
mod client_address;
mod graphql;
mod nesting;
mod outcome;
mod pages;
mod request_id;
mod status;
mod variables;

use std::{io, time::Duration};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tokio::{net::TcpListener, sync::oneshot, time::timeout};

pub use self::auth::Door;
use self::auth::Doorkeeper;
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
pub fn router(app: App, door: Door) -> Router {
    guarded(routes(app, door))
}

/// Routes behind what every one of them gets.
pub fn guarded(routes: Router) -> Router {
    routes.layer(from_fn(request_id::identify))
}

fn routes(app: App, door: Door) -> Router {
    let doorkeeper = Doorkeeper::new(app.clone(), door);
    let service = Service { schema: schema(), app };
    Router::new()
        .route("/", get(pages::index))
        .route("/assets/{name}", get(pages::asset))
        .route("/schema.graphql", get(pages::sdl))
        .route(
            "/graphql",
            post(graphql::handle)
                .fallback(graphql::post_only)
                .layer(from_fn_with_state(doorkeeper, auth::authenticate)),
        )
        .route("/healthz", get(status::alive))
        .route("/readyz", get(status::ready))
        .fallback(status::nothing_here)
        .with_state(service)
}

/// Serves until `stop`, then takes no new connections and gives running requests `grace` to finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        drop(stopping);
    });
    let server = server.into_future();
    tokio::pin!(server);
    tokio::select! {
        done = &mut server => return done,
        _ = stopped => {}
    }
    match timeout(grace, server).await {
        Ok(done) => done,
        Err(_) => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    }
}
