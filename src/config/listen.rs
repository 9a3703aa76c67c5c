//! The address on which the service listens, as people write it.
//!
//! A setting. It must not resolve a name other than `localhost`.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// An address and a port. Without an address it is this machine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenAddress(pub SocketAddr);

impl FromStr for ListenAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "an address with its port is like 127.0.0.1:8080, localhost:8080, :8080, 8080 or [::1]:8080";
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        let port = match text.rsplit_once(':') {
            None => text,
            Some(("" | "localhost", port)) => port,
            Some(_) => return Err(wrong),
        };
        let port = Some(port).filter(|port| port.bytes().all(|c| c.is_ascii_digit()));
        let port = port.and_then(|port| port.parse().ok()).ok_or(wrong)?;
        Ok(Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_people_write() {
        for (text, address) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:8080", "[::1]:8080"),
            ("localhost:8081", "127.0.0.1:8081"),
            (":8081", "127.0.0.1:8081"),
            ("8081", "127.0.0.1:8081"),
        ] {
            assert_eq!(text.parse::<ListenAddress>().map(|address| address.to_string()), Ok(address.to_owned()));
        }
        for wrong in ["", ":", "localhost", "here", "here:80", "127.0.0.1", "::1", "99999", ":+1", "localhost:"] {
            assert!(wrong.parse::<ListenAddress>().is_err(), "{wrong}");
        }
    }
}
