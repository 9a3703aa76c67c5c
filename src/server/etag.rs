//! ETags: a client that already has a response gets 304 instead of the same body again.
//!
//! Used by the handlers of GET requests. It must not be used for a response with errors.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::Response,
};
use sha2::{Digest, Sha256};

/// `Cache-Control` of responses that a client must revalidate on each request.
pub(super) const ASK_AGAIN: &str = "private, no-cache";

/// Whether the header `If-None-Match` contains this tag.
pub(super) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // A proxy that compresses responses makes the tag weak.
    given.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

/// Adds the tag to a response, which becomes 304 without a body if the client has it. `keep` is its `Cache-Control`.
pub(super) fn tagged(asked: &HeaderMap, tag: &str, keep: &'static str, answer: impl FnOnce() -> Response) -> Response {
    let known = matches(asked, tag);
    let mut answer = answer();
    if known {
        *answer.body_mut() = Body::empty();
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer.headers_mut().remove(CONTENT_TYPE);
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    answer
}

/// Computes the tag of a response from its media type and its body.
pub(super) fn tag(media_type: &str, pieces: &[Vec<u8>]) -> String {
    let mut digest = Sha256::new();
    digest.update(media_type.as_bytes());
    for piece in pieces {
        digest.update(piece);
    }
    let digest = digest.finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use crate::server::etag::*;

    #[test]
    fn a_tag_is_found_among_others() {
        let with = |value: &'static str| HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(value))]);
        for (value, expected) in
            [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"b\"", false), ("a", false)]
        {
            assert_eq!(matches(&with(value), "\"a\""), expected, "{value}");
        }
    }
}
