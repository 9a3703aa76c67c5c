//! Whether a request was meant for this service: the host that it names, and the page that it comes from.
//!
//! A browser runs pages of others beside the service. Where no API key is required, a page whose name resolves to a
//! loopback address ("DNS rebinding") would otherwise be the same origin as the service and have every right. So, while
//! no key is required, a request has to name a loopback name or address, the address that the service listens on, or a
//! name of the settings, and no page of another origin may ask for anything that changes or reveals.
//!
//! Where keys are required neither is looked at: a page has no key, and cookies are never taken. A layer around all
//! routes but the health checks, which reveal nothing and are asked by probes that know an address only.

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
    server::{graphql::refuse, middleware::auth::Authenticator},
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
    /// It names no host, several, or one that cannot be read.
    Unclear,
    /// It is for another host.
    OtherHost,
    /// It comes from a page of another origin.
    OtherOrigin,
}

impl Refusal {
    /// 421 says that the server is not the one that was meant, 403 that it may not be asked so. What the client sent is not
    /// repeated.
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
                "This request comes from a page of another origin. While no API key is required, only origins given with \
                 --cors-origin may ask.",
            ),
        };
        refuse(status, code, message)
    }
}

/// The layer's state; a clone is the same one.
#[derive(Clone)]
pub(in crate::server) struct HostGuard {
    hosts: Arc<Hosts>,
    origins: Arc<[Origin]>,
    keeper: Authenticator,
}

impl HostGuard {
    pub(in crate::server) fn new(hosts: Hosts, origins: &[Origin], keeper: Authenticator) -> Self {
        Self { hosts: Arc::new(hosts), origins: origins.into(), keeper }
    }

    fn judge(&self, request: &Request) -> Result<(), Refusal> {
        let (host, port) = self.host(request)?;
        // Pages, their files and the schema are the same for everybody: a link from elsewhere may lead there.
        let path = request.uri().path();
        let is_public = path == "/" || path == "/schema.graphql" || path.starts_with("/assets/");
        if is_public || self.is_own_page(request.headers(), &host, port) {
            return Ok(());
        }
        Err(Refusal::OtherOrigin)
    }

    /// The host that the request is for, if it is one of ours. A request target with a host counts as much as the header:
    /// both have to be ours.
    fn host(&self, request: &Request) -> Result<(HostName, Option<u16>), Refusal> {
        let mut lines = request.headers().get_all(HOST).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return Err(Refusal::Unclear) };
        let host = line.to_str().ok().and_then(authority).ok_or(Refusal::Unclear)?;
        let target = match request.uri().authority() {
            None => None,
            Some(target) => Some(authority(target.as_str()).ok_or(Refusal::Unclear)?),
        };
        let all = std::iter::once(&host).chain(&target);
        match all.map(|(host, _)| host).all(|host| self.is_ours(host)) {
            true => Ok(host),
            false => Err(Refusal::OtherHost),
        }
    }

    fn is_ours(&self, host: &HostName) -> bool {
        let listens = |address: &IpAddr| {
            // On all addresses: a page cannot make a name of an address, so any one is.
            let listen = self.hosts.listen.map(|listen| listen.ip().to_canonical());
            listen.is_some_and(|listen| listen.is_unspecified() || listen == *address)
        };
        host.is_loopback()
            || self.hosts.allowed.contains(host)
            || matches!(host, HostName::Address(address) if listens(address))
    }

    /// Whether the request comes from no page at all, from one of the service's own, or from an allowed origin.
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

/// Whether an origin is that of a host. A host without a port has the one that the origin's scheme has without one.
fn is_same(origin: &str, host: &HostName, port: Option<u16>) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    authority(rest)
        .is_some_and(|(of_origin, its_port)| of_origin == *host && its_port.unwrap_or(usual) == port.unwrap_or(usual))
}

/// Lets a request through that was meant for this service, and every one where keys are required.
pub(in crate::server) async fn check(State(guard): State<HostGuard>, request: Request, next: Next) -> Response {
    let Err(refusal) = guard.judge(&request) else { return next.run(request).await };
    match guard.keeper.requires_key().await {
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
