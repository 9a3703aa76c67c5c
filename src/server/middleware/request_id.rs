//! The outermost layers: every request has an id, and a request whose handler panics is answered.
//!
//! Wrapped around all routes. They must not accept an id from a client that could forge a line of the log.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_http::{
    catch_panic::CatchPanic,
    request_id::{MakeRequestId, RequestId},
};
use tower_service::Service;
use tracing::Instrument;

use crate::random::Random;

/// The header, in requests and responses.
pub(in crate::server) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The maximum length of an id from a client, in bytes.
const MAX_LENGTH: usize = 64;

/// Generates the id of a request without one: 16 hexadecimal digits.
#[derive(Clone, Debug)]
pub(in crate::server) struct MakeShortId(pub(in crate::server) Random);

impl MakeRequestId for MakeShortId {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(format!("{:016x}", self.0.distinct())).ok().map(RequestId::new)
    }
}

/// The id as text.
pub(in crate::server) fn text(id: &RequestId) -> &str {
    id.header_value().to_str().unwrap_or_default()
}

/// Removes the id of the client, unless it is valid.
pub(in crate::server) async fn remove_unless_plain(mut request: Request) -> Request {
    keep_plain(request.headers_mut());
    request
}

fn keep_plain(headers: &mut HeaderMap) {
    if headers.get(REQUEST_ID).is_some_and(|id| !id.to_str().is_ok_and(is_plain)) {
        headers.remove(REQUEST_ID);
    }
}

fn is_plain(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Runs a request under its id, and answers in place of a handler that panicked.
pub(in crate::server) async fn identify(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| text(id).to_owned()).unwrap_or_default();
    // Of the highest level, so that no filter of the log removes the id that the response shows.
    let span = tracing::error_span!("request", id);
    let mut caught = CatchPanic::custom(next, move |_| panicked(&id));
    match caught.call(request).instrument(span).await {
        Ok(answer) => answer.map(Body::new),
    }
}

/// The response to a request whose handler panicked. The panic hook has logged the panic.
fn panicked(id: &str) -> Response {
    tracing::error!("a handler panicked");
    let message = "Something went wrong inside; the log tells more under the request id.";
    let error = json!({ "message": message, "extensions": { "code": "INTERNAL", "requestId": id } });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "errors": [error] }))).into_response()
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::request_id::*;

    #[test]
    fn only_plain_ids_are_taken_from_a_client() {
        for plain in ["a", "2f1c-9.A_z", &"x".repeat(64)] {
            let mut headers = HeaderMap::from_iter([(REQUEST_ID, plain.parse().unwrap())]);
            keep_plain(&mut headers);
            assert_eq!(headers[REQUEST_ID], plain);
        }
        for other in ["", "a b", "a\"b", "ü", "a/b", "a\tb", &"x".repeat(65)] {
            let mut headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_bytes(other.as_bytes()).unwrap())]);
            keep_plain(&mut headers);
            assert!(headers.is_empty(), "{other}");
        }
        let fresh = MakeShortId(Random::system()).make_request_id(&Request::new(Body::empty())).unwrap();
        assert!(text(&fresh).len() == 16 && is_plain(text(&fresh)), "{fresh:?}");
    }
}
