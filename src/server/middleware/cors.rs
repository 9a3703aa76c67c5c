//! What browsers are told: which pages of other sites may ask, and what they must not do with answers.
//!
//! Layers around everything. They must never let a page of another site in that the settings do not name.

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
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{Any, CorsLayer},
};

use crate::{config::Origin, server::graphql::IDEMPOTENCY_KEY};

/// ResponseCache that are shorter are not worth packing.
const WORTH_PACKING: u16 = 1024;

/// Puts the layers around the routes.
pub(in crate::server) fn told(routes: Router, origins: &[Origin]) -> Router {
    let packed = CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(WORTH_PACKING));
    let routes = routes.layer(from_fn(careful)).layer(packed);
    if origins.is_empty() { routes } else { routes.layer(shared(origins)) }
}

/// No credentials are ever taken from a browser: keys travel in a header that the page sets itself.
fn shared(origins: &[Origin]) -> CorsLayer {
    let own = |name| HeaderName::from_static(name);
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IDEMPOTENCY_KEY,
            own("x-request-id"),
            own("apollo-require-preflight"),
            own("apollographql-client-name"),
            own("apollographql-client-version"),
        ])
        .expose_headers([own("x-request-id"), RETRY_AFTER])
        .max_age(Duration::from_secs(600));
    if origins.contains(&Origin::Any) {
        return layer.allow_origin(Any);
    }
    let sites = origins.iter().filter_map(|origin| match origin {
        Origin::Site(site) => Some(site.clone()),
        Origin::Any => None,
    });
    layer.allow_origin(sites.collect::<Vec<_>>())
}

/// Headers of every answer.
async fn careful(request: Request, next: Next) -> Response {
    let kept_by_nobody = request.uri().path() == "/graphql";
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if kept_by_nobody {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    answer
}
