//! Host and origin checks, which protect a service without API keys from DNS rebinding and cross-site requests.
//!
//! A browser on the same machine runs pages of other sites. Without these checks a page whose host name resolves to a
//! loopback address ("DNS rebinding") has the same origin as the service, and so all rights. While no key is required,
//! a request must therefore name a loopback name or address, the address that the service listens on, or a host of the
//! settings, and a page of another origin may not send requests that change or reveal anything.
//!
//! A layer around all routes but the health checks, which reveal nothing and are requested by probes that know only an
//! address. It must not refuse requests where keys are required: a page has no key, and cookies are never accepted. Only a
//! WebSocket of a page of another origin is always refused, because CORS does not apply to it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::Response,
};

use crate::{
    config::{HostName, Origin, authority},
    server::{graphql::refuse, live::is_upgrade, middleware::auth::Authenticator},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The hosts and pages for which the service answers while no key is required.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// The address that the service listens on.
    pub listen: Option<SocketAddr>,
    /// Further names and addresses of the service.
    pub allowed: Vec<HostName>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The request names no host, more than one, or one that cannot be parsed.
    Unclear,
    /// The request names another host.
    OtherHost,
    /// The request comes from a page of another origin.
    OtherOrigin,
}

impl Refusal {
    /// The response to the refused request. It does not repeat what the client sent.
    fn answer(self) -> Response {
        let (status, code, message) = match self {
            Self::Unclear => (StatusCode::BAD_REQUEST, "BAD_REQUEST", "A request needs exactly one valid Host header."),
            Self::OtherHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "FORBIDDEN",
                "This service does not answer for this host. While no API key is required it answers for localhost, \
                 loopback addresses, the address it listens on, and hosts given with --allowed-host.",
            ),
            Self::OtherOrigin => (
                StatusCode::FORBIDDEN,
                "FORBIDDEN",
                "This request comes from a page of another origin. While no API key is required, and over a WebSocket, only \
                 origins given with --cors-origin may ask.",
            ),
        };
        refuse(status, code, message)
    }
}

/// State of the host and origin check. Clones share it.
#[derive(Clone)]
pub(in crate::server) struct HostGuard {
    hosts: Arc<Hosts>,
    origins: Arc<[Origin]>,
    authenticator: Authenticator,
}

impl HostGuard {
    pub(in crate::server) fn new(hosts: Hosts, origins: &[Origin], authenticator: Authenticator) -> Self {
        Self { hosts: Arc::new(hosts), origins: origins.into(), authenticator }
    }

    fn validate(&self, request: &Request) -> Result<(), Refusal> {
        let (host, port) = self.host(request)?;
        // Pages, their assets and the schema are the same for every client, so a link from another site may lead there.
        let path = request.uri().path();
        let is_page = ["/", "/app.js", "/app.css", "/graphiql", "/schema.graphql"].contains(&path);
        let is_public = is_page || path.starts_with("/assets/");
        if is_public || self.is_own_page(request.headers(), &host, port) {
            return Ok(());
        }
        Err(Refusal::OtherOrigin)
    }

    /// The host that the request names, if it is a host of this service. If the request target contains a host as well,
    /// both must be hosts of this service.
    fn host(&self, request: &Request) -> Result<(HostName, Option<u16>), Refusal> {
        let mut lines = request.headers().get_all(HOST).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return Err(Refusal::Unclear) };
        let host = line.to_str().ok().and_then(authority).ok_or(Refusal::Unclear)?;
        let target = match request.uri().authority() {
            None => None,
            Some(target) => Some(authority(target.as_str()).ok_or(Refusal::Unclear)?),
        };
        let all = std::iter::once(&host).chain(&target);
        match all.map(|(host, _)| host).all(|host| self.is_own_host(host)) {
            true => Ok(host),
            false => Err(Refusal::OtherHost),
        }
    }

    fn is_own_host(&self, host: &HostName) -> bool {
        let listens = |address: &IpAddr| {
            // A service that listens on all addresses accepts any address: DNS rebinding needs a name.
            let listen = self.hosts.listen.map(|listen| listen.ip().to_canonical());
            listen.is_some_and(|listen| listen.is_unspecified() || listen == *address)
        };
        host.is_loopback()
            || self.hosts.allowed.contains(host)
            || matches!(host, HostName::Address(address) if listens(address))
    }

    /// Whether the request comes from no page, from a page of this service, or from an allowed origin.
    fn is_own_page(&self, headers: &HeaderMap, host: &HostName, port: Option<u16>) -> bool {
        if self.origins.contains(&Origin::Any) {
            return true;
        }
        let mut origins = headers.get_all(ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (None, _) => None,
            (Some(origin), None) => Some(origin),
            (Some(_), Some(_)) => return false,
        };
        if let Some(origin) = origin {
            if self.origins.iter().any(|allowed| matches!(allowed, Origin::Site(site) if site == origin)) {
                return true;
            }
            if !origin.to_str().is_ok_and(|origin| is_same(origin, host, port)) {
                return false;
            }
        }
        let sites = headers.get_all(SEC_FETCH_SITE).iter();
        sites.into_iter().all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"))
    }
}

/// Whether an origin belongs to a host. A missing port stands for the default port of the origin's scheme.
fn is_same(origin: &str, host: &HostName, port: Option<u16>) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    authority(rest).is_some_and(|(origin_host, origin_port)| {
        origin_host == *host && origin_port.unwrap_or(default_port) == port.unwrap_or(default_port)
    })
}

/// Middleware that refuses requests for other hosts or from other origins while no key is required.
pub(in crate::server) async fn check(State(guard): State<HostGuard>, request: Request, next: Next) -> Response {
    let Err(refusal) = guard.validate(&request) else { return next.run(request).await };
    // No browser asks for leave before a page opens a WebSocket, nor keeps its messages from the page.
    if refusal == Refusal::OtherOrigin && is_upgrade(request.method(), request.headers()) {
        return refusal.answer();
    }
    match guard.authenticator.requires_key().await {
        Ok(true) => next.run(request).await,
        Ok(false) => refusal.answer(),
        Err(unavailable) => unavailable,
    }
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::hosts::*;

    #[test]
    fn an_origin_is_the_same_with_the_usual_port_left_out() {
        let host = |text| authority(text).unwrap();
        for (origin, to, same) in [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://localhost", "localhost:80", true),
            ("https://devarch.example", "devarch.example", true),
            ("https://devarch.example:443", "devarch.example", true),
            ("http://localhost:3000", "localhost:8080", false),
            ("http://localhost:3000", "localhost", false),
            ("http://127.0.0.1:8080", "localhost:8080", false),
            ("null", "localhost", false),
            ("file://localhost", "localhost", false),
            ("http://localhost:8080/", "localhost:8080", false),
        ] {
            let (name, port) = host(to);
            assert_eq!(is_same(origin, &name, port), same, "{origin} {to}");
        }
    }
}
