//! What browsers are told: which pages of other sites may ask, and what they must not do with answers.
//!
//! Layers around everything. They must never let a page of another site in that the settings do not name.

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

/// ResponseCache that are shorter are not worth packing.
const WORTH_PACKING: u16 = 1024;

/// Where a page that may ask comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From anywhere.
    Any,
    /// From here, written as browsers write it.
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
        // Browsers send the host in lower case and without a slash behind it.
        let origin = format!("{scheme}://{}", host.as_str().to_ascii_lowercase());
        if text.to_ascii_lowercase() != origin {
            return Err(wrong);
        }
        HeaderValue::from_str(&origin).map(Self::Site).map_err(|_| wrong)
    }
}

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
