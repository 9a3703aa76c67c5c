//! Health checks (`/healthz`, `/readyz`), and the response for paths without a route.
//!
//! Requested by orchestrators and load balancers. They must not reveal more than these need.

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

/// How long the readiness check waits for the database.
const READINESS_TIMEOUT: Duration = Duration::from_secs(2);

/// Handler of `/healthz`: 200 as long as the process responds.
pub(in crate::server) async fn alive() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// Handler of `/readyz`: 200 if the database responds and has every migration, and the service is not stopping.
pub(in crate::server) async fn ready(
    State(service): State<Service>,
    stopping: Option<Extension<Stopping>>,
) -> Response {
    if stopping.is_some_and(|stopping| stopping.is_true()) {
        return unready("the service is stopping");
    }
    let Ok(state) = timeout(READINESS_TIMEOUT, service.app.db().current().is_ready()).await else {
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

/// The response for a path without a route: 404.
pub(in crate::server) async fn nothing_here() -> Response {
    let message = "There is nothing here; the dashboard is at /, GraphQL at /graphql, and GraphiQL at /graphiql.";
    (StatusCode::NOT_FOUND, Json(json!({ "errors": [{ "message": message }] }))).into_response()
}
