//! Ports published on the host.

use std::{
    cmp::Ordering,
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use sea_orm::DeriveValueType;

use super::{HostPort, Kind, check::check_port, kind, values::UnknownWord};
use crate::error::Problems;

/// Transport protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum, DeriveValueType)]
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
            _ => Err(UnknownWord::new("protocol", text, "tcp, udp or sctp")),
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
        let (container_port, protocol) = parts.ok_or_else(|| UnknownWord::new("port", text, "PORT/PROTOCOL"))?;
        Ok(Self { container_port, protocol: protocol.parse()? })
    }
}

impl Kind for Port {
    const FIELD: &'static str = "ports";
    type Key = PortKey;
    type Set = Vec<Self>;

    fn key(&self) -> PortKey {
        PortKey { container_port: self.container_port, protocol: self.protocol }
    }

    fn validate_key(key: &PortKey, at: &mut Problems) {
        check_port(at, "containerPort", key.container_port);
    }

    /// Several host ports may lead to one container port; the same mapping twice makes no sense.
    fn identity(&self) -> impl Hash + Eq {
        (&self.host_ip, self.host_port, self.key())
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
