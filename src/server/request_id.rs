//! The id of a request: the client is told it, and the log has it on every line.
//!
//! A layer around everything, read by the handlers. It must never be a secret.

use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};
use tracing::Instrument;

const HEADER: &str = "x-request-id";
/// Longest id that is taken over from a client or a proxy.
const LONGEST: usize = 64;

/// The id of a request.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// The client's own id where it has the form of one, else a new one.
    fn of(request: &Request) -> Self {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match given.filter(|id| (1..=LONGEST).contains(&id.len()) && id.chars().all(legal)) {
            Some(id) => Self(id.to_owned()),
            None => Self(format!("{:016x}", fastrand::u64(..))),
        }
    }
}

/// Gives every request an id.
pub(super) async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    // Of the highest level, so that no filter of the log loses the id that the client is told.
    let span = tracing::error_span!("request", id = id.0);
    request.extensions_mut().insert(id.clone());
    let mut answer = next.run(request).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        answer.headers_mut().insert(HEADER, id);
    }
    answer
}
