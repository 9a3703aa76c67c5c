//! The address that a request came from.
//!
//! Put there by the accept loop, used where something is counted by address. It must never be taken from a header that
//! anybody can write.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct ClientAddress(pub(in crate::server) IpAddr);

impl ClientAddress {
    /// The peer; behind trusted proxies the last address that none of them has made up: each proxy appends whom it
    /// was asked by, and what stands before an untrusted one may be a lie.
    pub(in crate::server) fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
        let mut client = peer.to_canonical();
        let hops = headers.get_all(FORWARDED_FOR).iter().rev().flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
        for hop in hops {
            let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
            if !is_trusted(&client) {
                break;
            }
            client = hop.to_canonical();
        }
        Self(client)
    }
}

/// An address as it is counted: with IPv6, one who has an address has 2^64 of them.
pub(in crate::server) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::client_address::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for (peer, lines, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", "10.9.9.9"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
        ] {
            let headers = lines.iter().map(|line| (FORWARDED_FOR, line.parse().unwrap())).collect::<HeaderMap>();
            let seen = ClientAddress::of(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(seen, ClientAddress(expected.parse().unwrap()), "{peer} {lines:?}");
        }
    }
}
