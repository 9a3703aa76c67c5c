//! Ports published on the host.

use std::{
    cmp::Ordering,
    collections::HashSet,
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use super::{
    Brief, HostPort, Kind, MAX_ENTRIES,
    check::check_port,
    compose::{ReadEntry, Reading, Rendered},
    kind,
    values::UnknownWord,
};
use crate::{
    error::Problems,
    yaml::{Map, Node, Value},
};

/// Transport protocol of a port.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    async_graphql::Enum,
    DeriveValueType,
    Serialize,
    Deserialize,
)]
#[sea_orm(value_type = "String")]
pub enum Protocol {
    /// TCP, the default.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}

impl FromStr for Protocol {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "sctp" => Ok(Self::Sctp),
            _ => Err(UnknownWord::new("protocol", "tcp, udp or sctp")),
        }
    }
}

kind! {
    /// A port of the container, published on the host.
    pub struct Port in ("service_ports", "instance_ports"), input "PortInput" {
        /// Address of the host to listen on, IPv4 or IPv6 without brackets. `0.0.0.0` is every IPv4 address.
        #[graphql(default = "0.0.0.0")]
        pub host_ip: String,
        /// Port on the host, 1 to 65535; null is chosen when the container starts.
        pub host_port: HostPort,
        /// Port inside the container, 1 to 65535.
        pub container_port: i32,
        /// Transport protocol.
        #[graphql(default_with = "Protocol::Tcp")]
        pub protocol: Protocol,
    }
}

/// A port of the container with its protocol: all ports with the same one are "the same entry" when template and
/// overrides are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::InputObject)]
#[graphql(name = "PortKeyInput")]
pub struct PortKey {
    /// Port inside the container, 1 to 65535.
    pub container_port: i32,
    /// Transport protocol.
    #[graphql(default_with = "Protocol::Tcp")]
    pub protocol: Protocol,
}

impl fmt::Display for PortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.container_port, self.protocol)
    }
}

impl FromStr for PortKey {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let parts = text.split_once('/').and_then(|(port, protocol)| Some((port.parse().ok()?, protocol)));
        let (container_port, protocol) = parts.ok_or_else(|| UnknownWord::new("port", "PORT/PROTOCOL"))?;
        Ok(Self { container_port, protocol: protocol.parse()? })
    }
}

impl Kind for Port {
    const FIELD: &'static str = "ports";
    const KEY_SQL: &'static str = "container_port || '/' || protocol";
    const BRIEF_SQL: &'static str = "CASE WHEN host_ip = '0.0.0.0' THEN '' WHEN host_ip LIKE '%:%' THEN '[' || host_ip || ']:' ELSE host_ip || ':' END \
        || CASE WHEN host_port <> 0 THEN CAST(host_port AS TEXT) || ':' WHEN host_ip = '0.0.0.0' THEN '' ELSE ':' END \
        || container_port || '/' || protocol";
    /// Pads the port to six digits, so that texts sort like numbers.
    const TIE_SQL: Option<&'static str> = Some("(100000 + host_port) || host_ip");
    const ROW_IDENTITY: &'static str = "container_port || '/' || protocol || ' ' || host_port || ' ' || host_ip";
    type Key = PortKey;
    type Set = Vec<Self>;

    fn key(&self) -> PortKey {
        PortKey { container_port: self.container_port, protocol: self.protocol }
    }

    /// Compose's short form, with the protocol: `127.0.0.1:15432:5432/tcp`.
    fn brief(&self) -> Brief<'_> {
        let address = match self.host_ip.as_str() {
            "0.0.0.0" => String::new(),
            ip if ip.contains(':') => format!("[{ip}]:"),
            ip => format!("{ip}:"),
        };
        let port = self.host_port.fixed().map(|port| port.to_string()).unwrap_or_default();
        let host = if address.is_empty() && port.is_empty() { String::new() } else { format!("{address}{port}:") };
        Brief::made(format!("{host}{}", self.key()))
    }

    fn validate_key(key: &PortKey, at: &mut Problems) {
        check_port(at, "containerPort", key.container_port);
    }

    /// Several host ports may lead to one container port, but the same mapping must not occur twice.
    fn identity(&self) -> impl Hash + Eq {
        (&self.host_ip, self.host_port, self.key())
    }

    fn row_identity(&self) -> String {
        format!("{} {} {}", self.key(), self.host_port.fixed().unwrap_or_default(), self.host_ip)
    }

    fn tie(&self, other: &Self) -> Ordering {
        (self.host_port, &self.host_ip).cmp(&(other.host_port, &other.host_ip))
    }

    fn normalize(&mut self) {
        if let Ok(ip) = self.host_ip.parse::<IpAddr>() {
            self.host_ip = ip.to_string();
        }
    }

    fn validate(&self, at: &mut Problems) {
        if self.host_ip.parse::<IpAddr>().is_err() {
            let bare = self.host_ip.trim().trim_start_matches('[').trim_end_matches(']');
            let suggestion = match bare.parse::<IpAddr>() {
                Ok(ip) => ip.to_string(),
                Err(_) if bare == "localhost" => Ipv4Addr::LOCALHOST.to_string(),
                Err(_) => Ipv4Addr::UNSPECIFIED.to_string(),
            };
            at.invalid("hostIp", "This is not an IPv4 or IPv6 address.", Some(suggestion));
        }
        if let Some(port) = self.host_port.fixed()
            && !(1..=65535).contains(&port)
        {
            at.invalid("hostPort", "The host port is 1 to 65535, or null to have one chosen at start.", None);
        }
        Self::validate_key(&self.key(), at);
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let ports = entries.iter().map(|port| {
            let mut map = Map::new();
            map.set("target", port.container_port);
            if let Some(published) = port.host_port.fixed() {
                map.set("published", published.to_string());
            }
            // Without an address Compose listens on all of them.
            if port.host_ip != ALL_ADDRESSES {
                map.set("host_ip", port.host_ip.as_str());
            }
            map.set("protocol", port.protocol.to_string());
            Node::from(map)
        });
        let ports: Vec<Node> = ports.collect();
        if !ports.is_empty() {
            to.service.set("ports", ports);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let mut found = Vec::new();
        let mut mappings = HashSet::new();
        for (index, node) in from.take_list("ports").into_iter().enumerate() {
            let part = format!("ports.{index}");
            let at = node.at;
            let read = match node.value {
                Value::Map(map) => parse_long(map, &part, from),
                _ => node.scalar().ok_or_else(|| "This is not a port.".to_owned()).and_then(|text| parse_short(&text)),
            };
            match read {
                Ok(ports) => {
                    for port in ports {
                        if !from.charge(1, port.host_ip.len()) {
                            return found;
                        }
                        if mappings.insert((port.host_ip.clone(), port.host_port, port.key())) {
                            found.push(from.found(&part, at, port));
                        } else {
                            from.change(&part, at, "The same mapping is given above; it is held once.");
                        }
                    }
                }
                Err(reason) => from.lose(&part, at, reason),
            }
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let ip = prop_oneof!["0\\.0\\.0\\.0", "127\\.0\\.0\\.1", "::1"];
        (ip, proptest::option::of(1..4i32), 1..6i32, any::<bool>())
            .prop_map(|(host_ip, host_port, container_port, tcp)| Self {
                host_ip,
                host_port: host_port.into(),
                container_port,
                protocol: if tcp { Protocol::Tcp } else { Protocol::Udp },
            })
            .boxed()
    }
}

/// All IPv4 addresses of the host; in Compose also all IPv6 addresses.
const ALL_ADDRESSES: &str = "0.0.0.0";

/// Parses `[HOST:]CONTAINER[/PROTOCOL]`, in which HOST is `[IP:]PORT`, and ports may be ranges.
fn parse_short(text: &str) -> Result<Vec<Port>, String> {
    let (mapping, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol: Protocol = protocol.parse().map_err(|error: UnknownWord| error.about(protocol))?;
    let (host, container) = mapping.rsplit_once(':').unwrap_or(("", mapping));
    let (host_ip, published) = host.rsplit_once(':').unwrap_or(("", host));
    let host_ip = host_ip.trim_start_matches('[').trim_end_matches(']');
    let host_ip = if host_ip.is_empty() { ALL_ADDRESSES } else { host_ip };
    let (first, last) = range(container).ok_or_else(|| format!("`{container}` is not a port or a range of them."))?;
    let count = usize::try_from(last - first).unwrap_or_default() + 1;
    if count > MAX_ENTRIES {
        return Err(format!("The range {container} has {count} ports; a service has at most {MAX_ENTRIES} of them."));
    }
    let port = |container_port: i32, host_port: Option<i32>| Port {
        host_ip: host_ip.to_owned(),
        host_port: host_port.into(),
        container_port,
        protocol,
    };
    if published.is_empty() {
        return Ok((first..=last).map(|container| port(container, None)).collect());
    }
    let (low, high) = range(published).ok_or_else(|| format!("`{published}` is not a port or a range of them."))?;
    if high - low == last - first {
        return Ok((first..=last).zip(low..).map(|(container, host)| port(container, Some(host))).collect());
    }
    Err(format!("One host port out of {published} for {container} cannot be held: give one, or none."))
}

fn range(text: &str) -> Option<(i32, i32)> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| !text.starts_with('+')).map(i32::from);
    match text.split_once('-') {
        None => number(text).map(|port| (port, port)),
        Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last),
    }
}

fn parse_long(mut map: Map, part: &str, from: &mut Reading<'_>) -> Result<Vec<Port>, String> {
    let mut text = |key: &str| map.take(key).and_then(|node| node.scalar());
    let container = text("target").ok_or("A port needs its target.")?;
    let published = text("published").unwrap_or_default();
    let host_ip = text("host_ip").unwrap_or_default();
    let protocol = text("protocol").unwrap_or_else(|| "tcp".to_owned());
    let mode = map.take("mode");
    // The default of Compose.
    if let Some(mode) = mode.filter(|mode| mode.scalar().is_some_and(|mode| mode != "ingress")) {
        let reason = "The mode of a port cannot be held; outside a cluster both modes are the same.";
        from.lose(&format!("{part}.mode"), mode.at, reason);
    }
    from.lose_rest(part, map);
    parse_short(&format!("[{host_ip}]:{published}:{container}/{protocol}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_read() {
        let read = |text: &str| {
            let ports = parse_short(text).map(|ports| {
                let shown = |port: &Port| {
                    let host = port.host_port.fixed().map_or(String::new(), |host| host.to_string());
                    format!("{}|{host}|{}", port.host_ip, port.key())
                };
                if ports.len() > 9 {
                    return format!("{} of them", ports.len());
                }
                ports.iter().map(shown).collect::<Vec<_>>().join(" ")
            });
            ports.unwrap_or_else(|reason| reason)
        };
        for (text, expected) in [
            ("3000", "0.0.0.0||3000/tcp"),
            ("8000:80", "0.0.0.0|8000|80/tcp"),
            ("3000-3001", "0.0.0.0||3000/tcp 0.0.0.0||3001/tcp"),
            ("9090-9091:8080-8081", "0.0.0.0|9090|8080/tcp 0.0.0.0|9091|8081/tcp"),
            ("127.0.0.1:5000:5000/udp", "127.0.0.1|5000|5000/udp"),
            ("127.0.0.1::5000", "127.0.0.1||5000/tcp"),
            ("[::1]:81:80", "::1|81|80/tcp"),
            ("::1:81:80", "::1|81|80/tcp"),
            ("8000-8010:80", "One host port out of 8000-8010 for 80 cannot be held: give one, or none."),
            ("1-500", "500 of them"),
            ("1-501", "The range 1-501 has 501 ports; a service has at most 500 of them."),
            ("1-65535:1-65535", "The range 1-65535 has 65535 ports; a service has at most 500 of them."),
            ("x:80", "`x` is not a port or a range of them."),
            ("70000", "`70000` is not a port or a range of them."),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
