//! The IP address of the client that sent a request.
//!
//! Set for each request by its connection; used where something is counted by address. It must not be taken from a
//! header that an untrusted client can write.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The IP address of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct ClientAddress(pub(in crate::server) IpAddr);

impl ClientAddress {
    /// The address of the peer or, behind trusted proxies, of the last hop in `X-Forwarded-For` that is not one of
    /// them. Each proxy appends the address of its own client, and an untrusted client may have sent any addresses
    /// before that.
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

/// The network by which an address is counted: the /64 of an IPv6 address, since one client usually has all of it.
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
