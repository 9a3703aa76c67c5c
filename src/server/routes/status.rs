//! Whether the service is alive and ready, and the answer for paths that do not exist.
//!
//! Asked by orchestrators and load balancers. It must never tell more than they need.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::time::timeout;

use crate::server::{Service, transport::connection::Stopping};

/// How long the database may take to say that it is ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub(in crate::server) async fn alive() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// The database answers and has every migration, and the service is not stopping.
pub(in crate::server) async fn ready(
    State(service): State<Service>,
    stopping: Option<Extension<Stopping>>,
) -> Response {
    if stopping.is_some_and(|stopping| stopping.is_true()) {
        return unready("the service is stopping");
    }
    let Ok(state) = timeout(PATIENCE, service.app.db().current().is_ready()).await else {
        return unready("the database does not answer in time");
    };
    match state {
        Ok(true) => Json(json!({ "status": "ready" })).into_response(),
        Ok(false) => unready("migrations are missing"),
        Err(cause) => {
            tracing::warn!(%cause, "not ready");
            unready("the database does not answer")
        }
    }
}

fn unready(reason: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unready", "reason": reason }))).into_response()
}

/// A path without a route.
pub(in crate::server) async fn nothing_here() -> Response {
    let message = "There is nothing here; GraphQL is at /graphql, its page at /.";
    (StatusCode::NOT_FOUND, Json(json!({ "errors": [{ "message": message }] }))).into_response()
}
