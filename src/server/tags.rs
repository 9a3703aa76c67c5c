//! Tags of answers: a client that has one already is told so instead of getting it again.
//!
//! Used by what can be asked for with GET. It must never say so of an answer with errors.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::Response,
};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};

/// Everything is asked for again, and mostly has not changed.
pub(super) const ASK_AGAIN: &str = "private, no-cache";

/// Whether a client has what has this tag.
pub(super) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // A proxy that packs answers makes the tag a weak one.
    given.flat_map(|value| value.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

/// Gives an answer, which is in memory as a whole, the tag of its bytes; nothing else of it is left when the client has
/// it. `keep` says who may keep it until then.
pub(super) async fn tagged(asked: &HeaderMap, answer: Response, keep: &'static str) -> Response {
    let (mut parts, body) = answer.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let tag = tag(&parts.headers, &bytes);
    let known = matches(asked, &tag);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        parts.headers.insert(ETAG, tag);
    }
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    if !known {
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// The same answer in another media type is another one.
fn tag(headers: &HeaderMap, bytes: &Bytes) -> String {
    let mut digest = Sha256::new();
    if let Some(media_type) = headers.get(CONTENT_TYPE) {
        digest.update(media_type.as_bytes());
    }
    digest.update(bytes);
    let digest = digest.finalize();
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

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
