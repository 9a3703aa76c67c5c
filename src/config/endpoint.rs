//! Where traces go: the address of a collector.
//!
//! Read with the other settings. It must never show what was given: it may hold a password.

use std::{fmt, str::FromStr};

/// The base of a collector's URL, such as `http://127.0.0.1:4318`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    authority: String,
    path: String,
}

impl Endpoint {
    /// Host and port as the header `Host` has them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Host and port to connect to.
    pub fn address(&self) -> String {
        let has_port = self.authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if has_port { self.authority.clone() } else { format!("{}:80", self.authority) }
    }

    /// The path that takes traces.
    pub fn traces(&self) -> String {
        format!("{}/v1/traces", self.path)
    }
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Its own tests are part of every build.
        if !cfg!(any(feature = "otel", test)) {
            return Err("this build has no OpenTelemetry export: build it with `--features otel`, or leave this out");
        }
        let wrong = "the address of a collector for OTLP over HTTP is like http://127.0.0.1:4318";
        let rest = text.strip_prefix("http://").ok_or(wrong)?;
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
        let plain =
            |text: &str, others: &[u8]| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte));
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
        // The last colon of a bare IPv6 address is no port's.
        let (host, port) = if authority.ends_with(']') { (authority, "80") } else { (host, port) };
        let bracketed = host.starts_with('[') && host.ends_with(']');
        let good_host = plain(host, b"-._") || bracketed && plain(&host[1..host.len() - 1], b":.");
        if host.is_empty() || !good_host || port.parse::<u16>().is_err() || !plain(path, b"-._~/%") {
            return Err(wrong);
        }
        let path = path.trim_end_matches('/');
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { authority: authority.to_owned(), path })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_plain_address_of_a_collector() {
        for (given, address, path) in [
            ("http://127.0.0.1:4318", "127.0.0.1:4318", "/v1/traces"),
            ("http://collector/", "collector:80", "/v1/traces"),
            ("http://[::1]:4318/otlp/", "[::1]:4318", "/otlp/v1/traces"),
            ("http://[::1]", "[::1]:80", "/v1/traces"),
        ] {
            let endpoint: Endpoint = given.parse().unwrap();
            assert_eq!((endpoint.address().as_str(), endpoint.traces().as_str()), (address, path), "{given}");
        }
        for wrong in [
            "",
            "127.0.0.1:4318",
            "https://collector:4318",
            "http://me:secret@collector:4318",
            "http://",
            "http://:4318",
            "http://a b:4318",
            "http://a:99999",
            "http://a/x\r\ny: z",
            "http://a/?q",
            "http://::1:4318",
        ] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
    }
}
