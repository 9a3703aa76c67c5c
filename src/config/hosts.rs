//! Host names and addresses, as settings and requests write them.
//!
//! A setting, which the server compares with the hosts of requests. It must not resolve a name.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A host name or address in its canonical form: lower case, without the trailing dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostName {
    /// An IP address.
    Address(IpAddr),
    /// A name.
    Name(String),
}

impl FromStr for HostName {
    type Err = &'static str;

    /// Parses a host without a port; an IPv6 address may have brackets.
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
    /// Whether it always refers to this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        match self {
            Self::Address(address) => address.is_loopback(),
            // Names below `localhost` are loopback names, too: resolvers must not send queries for them (RFC 6761).
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
        }
    }
}

/// Parses the host and port of an authority, such as `localhost:8080` or `[::1]`. `None` for a form that browsers do
/// not send.
pub(crate) fn authority(text: &str) -> Option<(HostName, Option<u16>)> {
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
    // With a trailing dot an address is a name.
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Some(HostName::Address(address.into())),
        Err(_) => Some(HostName::Name(name.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
