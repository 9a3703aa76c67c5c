//! Headers for browsers: CORS, security headers, cache control and compression.
//!
//! Layers around all routes. They must not admit a page of another origin that the settings do not name.

use std::{str::FromStr, time::Duration};

use crate::server::graphql::IDEMPOTENCY_KEY;
use axum::{
    Router,
    extract::Request,
    http::{
        HeaderName, HeaderValue, Method, Uri,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::{
    compression::{CompressionLayer, predicate::SizeAbove},
    cors::{Any, CorsLayer},
};

/// Responses of at most this many bytes are not compressed.
const MIN_COMPRESSED_BYTES: u16 = 1024;

/// An origin that CORS allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Every origin.
    Any,
    /// One origin, written as browsers write it.
    Site(HeaderValue),
}

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "an origin is * or like https://dashboard.example:8443, without a path";
        if text == "*" {
            return Ok(Self::Any);
        }
        let uri: Uri = text.parse().map_err(|_| wrong)?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or(wrong)?;
        let host = uri.authority().filter(|host| !host.as_str().contains('@')).ok_or(wrong)?;
        // Browsers send the host in lower case and without a trailing slash.
        let origin = format!("{scheme}://{}", host.as_str().to_ascii_lowercase());
        if text.to_ascii_lowercase() != origin {
            return Err(wrong);
        }
        HeaderValue::from_str(&origin).map(Self::Site).map_err(|_| wrong)
    }
}

/// Adds security headers, compression and, if origins are allowed, CORS to the routes.
pub(in crate::server) fn told(routes: Router, origins: &[Origin]) -> Router {
    let compression = CompressionLayer::new().gzip(true).compress_when(SizeAbove::new(MIN_COMPRESSED_BYTES));
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
            header("x-request-id"),
            header("apollo-require-preflight"),
            header("apollographql-client-name"),
            header("apollographql-client-version"),
        ])
        .expose_headers([header("x-request-id"), RETRY_AFTER])
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

#[cfg(test)]
mod tests {
    use crate::server::middleware::cors::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let site = |text| Ok(Origin::Site(HeaderValue::from_static(text)));
        assert_eq!("*".parse(), Ok(Origin::Any));
        assert_eq!("https://a.example".parse(), site("https://a.example"));
        assert_eq!("http://LOCALHOST:3000".parse(), site("http://localhost:3000"));
        for wrong in [
            "",
            "a.example",
            "https://",
            "https://a.example/",
            "https://a.example/x",
            "ftp://a.example",
            "https://me@a.example",
            "null",
            "https://*.example/",
        ] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }
}
