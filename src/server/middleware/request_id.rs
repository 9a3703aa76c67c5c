//! The outermost layer: every request has an id, and a handler that panics still answers.
//!
//! Wrapped around all routes. It must never take an id from a client that could forge a line of the log.

use std::panic::AssertUnwindSafe;

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use serde_json::json;
use tracing::Instrument;

use crate::error::INTERNAL_FAILURE;

/// The header, in requests and answers.
pub(in crate::server) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that a client may give, in bytes.
const MAX_LENGTH: usize = 64;

/// The id of a request: in the log, in the answer's header, and in errors whose cause only the log tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) struct RequestId(pub(in crate::server) String);

impl RequestId {
    /// The id that the client gave, if it is a plain one, else a fresh one.
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_plain(id));
        Self(given.map_or_else(|| format!("{:016x}", fastrand::u64(..)), str::to_owned))
    }
}

fn is_plain(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Gives a request its id, runs it under that id, and answers in place of a handler that panicked.
pub(in crate::server) async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    // Of the highest level, so that no filter of the log loses the id that the client is told.
    let span = tracing::error_span!("request", id = id.0);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut answer = answered.unwrap_or_else(|_| {
        span.in_scope(|| tracing::error!("a handler panicked"));
        panicked(&id)
    });
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// What the client gets; what happened is in the log.
fn panicked(id: &RequestId) -> Response {
    let error = json!({ "message": INTERNAL_FAILURE, "extensions": { "code": "INTERNAL", "requestId": id.0 } });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "errors": [error] }))).into_response()
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::request_id::*;

    #[test]
    fn only_plain_ids_are_taken_from_a_client() {
        for plain in ["a", "2f1c-9.A_z", &"x".repeat(64)] {
            let headers = HeaderMap::from_iter([(REQUEST_ID, plain.parse().unwrap())]);
            assert_eq!(RequestId::of(&headers).0, plain);
        }
        for other in ["", "a b", "a\"b", "ü", "a/b", "a\tb", &"x".repeat(65)] {
            let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_bytes(other.as_bytes()).unwrap())]);
            let fresh = RequestId::of(&headers).0;
            assert!(fresh != other && is_plain(&fresh), "{other} became {fresh}");
        }
    }
}
