//! HTTP: routes, limits, pages and shutdown.
//!
//! Called by `devarch serve` and by every test. It must never hold a rule of the domain.

mod graphql;
mod nesting;
mod pages;
mod status;
mod variables;

use std::{io, time::Duration};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::{net::TcpListener, sync::oneshot, time::timeout};

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
pub fn router(app: App) -> Router {
    let service = Service { schema: schema(), app };
    Router::new()
        .route("/", get(pages::index))
        .route("/assets/{name}", get(pages::asset))
        .route("/schema.graphql", get(pages::sdl))
        .route("/graphql", post(graphql::handle).fallback(graphql::post_only))
        .route("/healthz", get(status::alive))
        .route("/readyz", get(status::ready))
        .fallback(status::nothing_here)
        .layer(axum::Extension(crate::access::Access::full()))
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
