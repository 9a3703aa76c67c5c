//! Host names under which a gateway reaches the container.

use super::{Kind, check::check_port, kind};
use crate::error::{Code, Problems};

kind! {
    /// A host name under which a gateway reaches the container.
    pub struct Domain in ("service_domains", "instance_domains"), input "DomainInput" {
        /// Host name; stored in lower case.
        pub domain: String,
        /// Port of the container that the gateway talks to, 1 to 65535; null leaves the choice to the gateway.
        pub proxy_port: Option<i32>,
    }
}

impl Kind for Domain {
    const FIELD: &'static str = "domains";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.domain.clone()
    }

    fn normalize(&mut self) {
        Self::normalize_key(&mut self.domain);
    }

    fn normalize_key(domain: &mut String) {
        *domain = domain.to_lowercase();
    }

    fn validate_key(domain: &String, at: &mut Problems) {
        if !is_host_name(domain) {
            let message = "This is not a host name: labels of letters, digits and hyphens, 63 characters each, \
                           joined by dots, 253 in all.";
            at.note(Code::InvalidValue, message, suggest(domain));
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("domain", |at| Self::validate_key(&self.domain, at));
        if let Some(port) = self.proxy_port {
            check_port(at, "proxyPort", port);
        }
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[a-c]{1,2}\\.localhost", proptest::option::of(1..65536i32))
            .prop_map(|(domain, proxy_port)| Self { domain, proxy_port })
            .boxed()
    }
}

fn is_host_name(name: &str) -> bool {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && legal(bytes[0])
            && legal(bytes[bytes.len() - 1])
            && bytes.iter().all(|c| legal(*c) || *c == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// The host of a URL, without what a host name does not take.
fn suggest(text: &str) -> Option<String> {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let labels: Vec<String> = host
        .split('.')
        .map(|label| {
            let legal = label.replace('_', "-").replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "");
            legal.trim_matches('-').to_owned()
        })
        .filter(|label| !label.is_empty())
        .collect();
    Some(labels.join(".")).filter(|name| is_host_name(name))
}
