//! Host names under which a gateway reaches the container.

use std::borrow::Cow;

use super::{
    Brief, Kind,
    check::check_port,
    compose::{ReadEntry, Reading, Rendered},
    kind,
    plain::ResolvedColumn,
};
use crate::{
    error::{Code, Problems},
    references::{MalformedReference, Resolved, Segment, escaped, has_references, parse},
    yaml::{Map, Node, Value},
};

/// The longest domain, with its references, in characters.
const MAX_DOMAIN: usize = 255;

kind! {
    /// A host name under which a gateway reaches the container.
    pub struct Domain in ("service_domains", "instance_domains"), input "DomainInput" {
        /// Host name; stored in lower case. May contain references, such as `app.${{shared.DOMAIN}}`, and is then at most 255
        /// characters long as it is written.
        pub domain: String,
        /// Port of the container that the gateway talks to, 1 to 65535; null leaves the choice to the gateway.
        pub proxy_port: Option<i32>,
    }
}

impl Kind for Domain {
    const FIELD: &'static str = "domains";
    const KEY_SQL: &'static str = "domain";
    const BRIEF_SQL: &'static str = "domain || COALESCE(':' || CAST(proxy_port AS TEXT), '')";
    const REFERENCE_FIELDS: &'static [&'static str] = &["domain"];
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
        *domain = lower_case(domain);
    }

    fn validate_key(domain: &String, at: &mut Problems) {
        let message = "This is not a host name: labels of letters, digits and hyphens, 63 characters each, \
                       joined by dots, 253 in all.";
        if !has_references(domain) {
            if !is_host_name(domain) {
                at.note(Code::InvalidValue, message, suggest(domain));
            }
            return;
        }
        let (segments, malformed) = parse(domain);
        if !malformed.is_empty() {
            for MalformedReference { at: place, message } in malformed {
                at.note(Code::InvalidValue, format!("{message} It is at character {place}."), None);
            }
            return;
        }
        // A reference may stand for any part of a name.
        let sample = segments.iter().map(|segment| match segment {
            Segment::Text(plain) => plain,
            Segment::Reference(..) => "x",
        });
        if !is_host_name(&sample.collect::<String>()) {
            at.note(Code::InvalidValue, message, None);
        } else if domain.chars().count() > MAX_DOMAIN {
            let message = format!("A domain with references has at most {MAX_DOMAIN} characters.");
            at.note(Code::LimitExceeded, message, None);
        }
    }

    fn validate(&self, at: &mut Problems) {
        // References that cannot be read are noted for entries of all kinds.
        if parse(&self.domain).1.is_empty() {
            at.enter("domain", |at| Self::validate_key(&self.domain, at));
        }
        if let Some(port) = self.proxy_port {
            check_port(at, "proxyPort", port);
        }
    }

    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("domain", self.domain.as_str().into())]
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        self.domain = replace(&self.domain);
    }

    fn resolve(&mut self, resolve: &mut dyn FnMut(&str) -> Resolved) {
        if has_references(&self.domain) {
            self.domain = resolve(&self.domain).in_lower_case().displayed();
        }
    }

    fn resolved_columns(text: &str, resolve: &mut dyn FnMut(&str) -> Resolved) -> Vec<(&'static str, ResolvedColumn)> {
        vec![("domain", ResolvedColumn::Text(Some(resolve(text).in_lower_case().displayed())))]
    }

    /// Compose has no attribute for domains.
    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let domains = entries.iter().map(|domain| {
            let mut map = Map::new();
            match has_references(&domain.domain) {
                true => map.set("domain", to.host_name(&domain.domain)),
                false => map.set("domain", domain.domain.as_str()),
            }
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

/// The host name that a domain stands for; `None` if it contains a secret, has a reference without a value, or is no host
/// name.
pub fn host_name(resolved: &Resolved) -> Option<String> {
    let name = resolved.shown()?.to_lowercase();
    is_host_name(&name).then_some(name)
}

/// A domain in lower case, with each reference in its shortest form. Names of instances and keys of variables in references
/// stay as they are.
fn lower_case(domain: &str) -> String {
    let (segments, malformed) = parse(domain);
    if !malformed.is_empty() {
        return domain.to_lowercase();
    }
    let part = |segment: &Segment<'_>| match segment {
        Segment::Text(plain) => escaped(&plain.to_lowercase()).into_owned(),
        Segment::Reference(reference, _) => reference.to_string(),
    };
    segments.iter().map(part).collect()
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
