//! Host and origin checks, which protect a service without API keys from DNS rebinding and cross-site requests.
//!
//! A browser on the same machine runs pages of other sites. Without these checks a page whose host name resolves to a
//! loopback address ("DNS rebinding") has the same origin as the service, and so all rights. While no key is required,
//! a request must therefore name a loopback name or address, the address that the service listens on, or a host of the
//! settings, and a page of another origin may not send requests that change or reveal anything.
//!
//! A layer around all routes but the health checks, which reveal nothing and are requested by probes that know only an
//! address. It must not refuse requests where keys are required: a page has no key, and cookies are never accepted.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
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

use crate::server::{
    graphql::refuse,
    middleware::{auth::Authenticator, cors::Origin},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A host name or address in normalized form: lower case, without the trailing dot of the DNS root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostName {
    /// An address.
    Address(IpAddr),
    /// A name.
    Name(String),
}

impl FromStr for HostName {
    type Err = &'static str;

    /// Parses a host without a port. An IPv6 address may be in brackets.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a host is a name such as devarch.example, or an address such as 192.0.2.7 or [2001:db8::7], without \
                     a port";
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(Self::Address(address.to_canonical())),
            Err(_) => match authority(text) {
                Some((host, None)) if !text.ends_with(':') => Ok(host),
                _ => Err(wrong),
            },
        }
    }
}

impl HostName {
    fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            // Subdomains of localhost are loopback names, too: resolvers must not query the network for them (RFC
            // 6761).
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

/// Parses the host and port of an authority, such as `localhost:8080` or `[::1]`. `None` for anything that a browser
/// would not send.
fn authority(text: &str) -> Option<(HostName, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            (HostName::Address(IpAddr::V6(address).to_canonical()), rest)
        }
        None => {
            let end = text.find(':').unwrap_or(text.len());
            let (name, rest) = text.split_at(end);
            (name_or_ipv4(name)?, rest)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        None => return None,
        Some("") => None,
        Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
    };
    Some((host, port))
}

fn name_or_ipv4(text: &str) -> Option<HostName> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    };
    if name.len() > 253 || !name.split('.').all(is_label) {
        return None;
    }
    // With a trailing dot, an address is a name.
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Some(HostName::Address(address.into())),
        Err(_) => Some(HostName::Name(name.to_ascii_lowercase())),
    }
}

/// The hosts that a request may name while no key is required.
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
                "This request comes from a page of another origin. While no API key is required, only origins given with \
                 --cors-origin may ask.",
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
        let is_public = path == "/" || path == "/schema.graphql" || path.starts_with("/assets/");
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
    fn an_authority_is_read_as_browsers_write_it() {
        let name = |name: &str| HostName::Name(name.to_owned());
        let address = |address: &str| HostName::Address(address.parse().unwrap());
        for (text, expected) in [
            ("localhost", (name("localhost"), None)),
            ("LOCALHOST:8080", (name("localhost"), Some(8080))),
            ("localhost.:8080", (name("localhost"), Some(8080))),
            ("localhost:", (name("localhost"), None)),
            ("a.b_c-d.example", (name("a.b_c-d.example"), None)),
            ("127.0.0.1:80", (address("127.0.0.1"), Some(80))),
            ("127.0.0.1.", (name("127.0.0.1"), None)),
            ("127.1", (name("127.1"), None)),
            ("[::1]:8080", (address("::1"), Some(8080))),
            ("[::ffff:127.0.0.1]", (address("127.0.0.1"), None)),
            ("[0:0:0:0:0:0:0:1]", (address("::1"), None)),
        ] {
            assert_eq!(authority(text), Some(expected), "{text}");
        }
        for wrong in [
            "",
            ":80",
            ".",
            "a..b",
            "a b",
            "me@localhost",
            "localhost:x",
            "localhost:99999",
            "localhost:+1",
            "::1",
            "[::1",
            "[::1]x",
            "[fe80::1%25lo]",
            "localhost/",
            "localhost#",
            "localhost\\x",
            "lo\u{301}calhost",
            "a,b",
            "*.localhost",
        ] {
            assert_eq!(authority(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_host_of_the_settings_has_no_port() {
        assert_eq!("Devarch.Example.".parse(), Ok(HostName::Name("devarch.example".to_owned())));
        assert_eq!("::1".parse::<HostName>(), "[::1]".parse());
        for wrong in ["", "devarch.example:80", "devarch.example:", "http://devarch.example", "*", "*.example", "a/b"] {
            assert!(wrong.parse::<HostName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn loopback_is_what_no_network_resolves() {
        for (text, is) in [
            ("localhost", true),
            ("app.localhost", true),
            ("127.255.0.9", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("localhost.example", false),
            ("notlocalhost", false),
            ("127.0.0.1.example", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(text.parse::<HostName>().unwrap().is_loopback(), is, "{text}");
        }
    }

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
