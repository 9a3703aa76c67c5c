//! Headers for browsers: CORS, security headers, cache control and compression.
//!
//! Layers around all routes. They must not admit a page of another origin that the settings do not name.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::{
        HeaderName, HeaderValue, Method,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    cors::{Any, CorsLayer},
};

use crate::{config::Origin, server::graphql::IDEMPOTENCY_KEY};

/// Responses that are shorter are not worth compressing.
const MIN_COMPRESSED_BYTES: u16 = 1024;

/// Puts the layers around the routes.
pub(in crate::server) fn with_browser_headers(routes: Router, origins: &[Origin]) -> Router {
    // A compressed stream of events would arrive late.
    let worth_it = SizeAbove::new(MIN_COMPRESSED_BYTES).and(NotForContentType::SSE);
    let compression = CompressionLayer::new().gzip(true).compress_when(worth_it);
    let routes = routes.layer(from_fn(security_headers)).layer(compression);
    if origins.is_empty() { routes } else { routes.layer(cors_layer(origins)) }
}

/// The CORS layer. It never allows credentials: the page itself sends its key in a header.
fn cors_layer(origins: &[Origin]) -> CorsLayer {
    let header = |name| HeaderName::from_static(name);
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IDEMPOTENCY_KEY,
            header("last-event-id"),
            header("x-request-id"),
            header("apollo-require-preflight"),
            header("apollographql-client-name"),
            header("apollographql-client-version"),
        ])
        .expose_headers([header("x-request-id"), RETRY_AFTER])
        .max_age(Duration::from_mins(10));
    if origins.contains(&Origin::Any) {
        return layer.allow_origin(Any);
    }
    let sites = origins.iter().filter_map(|origin| match origin {
        Origin::Site(site) => Some(site.clone()),
        Origin::Any => None,
    });
    layer.allow_origin(sites.collect::<Vec<_>>())
}

/// Adds the security headers to every response, and `no-store` to those of `/graphql`.
async fn security_headers(request: Request, next: Next) -> Response {
    let is_graphql = request.uri().path() == "/graphql";
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if is_graphql {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    answer
}
