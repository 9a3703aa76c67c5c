//! Host names under which a gateway reaches the container.

use super::{
    Brief, Kind,
    check::check_port,
    compose::{ReadEntry, Reading, Rendered},
    kind,
};
use crate::{
    error::{Code, Problems},
    yaml::{Map, Node, Value},
};

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
    const KEY_SQL: &'static str = "domain";
    const BRIEF_SQL: &'static str = "domain || COALESCE(':' || CAST(proxy_port AS TEXT), '')";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.domain.clone()
    }

    /// With the port of the container that a gateway talks to: `shop.localhost:8080`.
    fn brief(&self) -> Brief<'_> {
        match self.proxy_port {
            Some(port) => Brief::made(format!("{}:{port}", self.domain)),
            None => Brief::of(&self.domain),
        }
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

    /// Compose has no attribute for domains.
    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let domains = entries.iter().map(|domain| {
            let mut map = Map::new();
            map.set("domain", domain.domain.as_str());
            if let Some(port) = domain.proxy_port {
                map.set("proxy_port", port);
            }
            Node::from(map)
        });
        let domains: Vec<Node> = domains.collect();
        if !domains.is_empty() {
            to.extension.set("domains", domains);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        let Some(Node { value: Value::List(list), .. }) = from.extension.take("domains") else { return found };
        for (index, node) in list.into_iter().enumerate() {
            let (part, at) = (format!("x-devarch.domains.{index}"), node.at);
            let mut map = match node.value {
                Value::Map(map) => map,
                value => Map::from_iter([("domain".to_owned(), Node::new(value))]),
            };
            let Some(domain) = map.take("domain").and_then(|node| node.scalar()) else {
                from.lose(&part, at, "A domain needs its host name.");
                continue;
            };
            let proxy_port = map.take("proxy_port").and_then(|node| node.as_int());
            from.lose_rest(&part, map);
            // A number out of range becomes one that is refused as an invalid port.
            let proxy_port = proxy_port.map(|port| i32::try_from(port).unwrap_or(i32::MAX));
            found.push(from.found(&part, at, Self { domain, proxy_port }));
        }
        found
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

/// Suggests the host of a URL, without illegal characters.
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
