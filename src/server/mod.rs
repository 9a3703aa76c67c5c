//! HTTP: routes, limits, pages and shutdown.
//!
//! Called by `devarch serve` and by every test. It must never hold a rule of the domain.

mod access_log;
mod auth;
mod client_address;
mod graphql;
mod metrics;
mod outcome;
mod pages;
mod request_id;
mod status;

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use tokio::{net::TcpListener, sync::oneshot, time::timeout};

pub use self::auth::Door;
use self::{auth::Doorkeeper, metrics::Metrics};
use crate::{
    app::App,
    document::Documents,
    graphql::{Schema, schema, sdl},
    limits::Limits,
};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Service {
    app: App,
    schema: Schema,
    documents: Documents,
    limits: Arc<Limits>,
}

/// How the service behaves towards its clients.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whom it lets in.
    pub door: Door,
    /// How much a request may ask for.
    pub limits: Limits,
}

/// All routes of the service.
pub fn router(app: App, options: Options) -> Router {
    let doorkeeper = Doorkeeper::new(app.clone(), options.door);
    let documents = Documents::new(sdl, options.limits.clone());
    let figures = Metrics::new(&app);
    let service = Service { schema: schema(), app, documents, limits: Arc::new(options.limits) };
    Router::new()
        .route("/", get(pages::index))
        .route("/assets/{name}", get(pages::asset))
        .route("/schema.graphql", get(pages::sdl))
        .route("/graphql", any(graphql::handle).layer(from_fn_with_state(doorkeeper, auth::authenticate)))
        .route("/healthz", get(status::alive))
        .route("/readyz", get(status::ready))
        .route("/metrics", get(metrics::show).with_state(figures.clone()))
        .fallback(status::nothing_here)
        .layer(from_fn(request_id::identify))
        // The outermost two: they see every answer, whoever gave it, with its id.
        .layer(from_fn_with_state(figures, metrics::measure))
        .layer(from_fn(access_log::log))
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
