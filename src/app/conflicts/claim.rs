//! Claims: which resources of the host an entry needs for itself, and when two claims clash.
//!
//! Used by the claim index. It must not know which instance makes a claim, except for the stack to which relative paths
//! belong.

use std::{
    collections::HashSet,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use sha2::{Digest, Sha256};

use crate::{
    db::{
        Session,
        entries::Mergeable,
        queries::claims::{
            fold, free_ports,
            holders::{self, WantedClaim},
            referring,
        },
    },
    error::Result,
    ids::{StackId, TemplateId},
    kinds::{
        Domain, OfInstance, OfTemplate, OverrideKind, Port, Protocol, Stored, Volume, VolumeScope, VolumeType,
        clean_path,
    },
    references::has_references,
};

/// The kind of a claimed resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// A port of the host.
    HostPort,
    /// A host name.
    Domain,
    /// An external volume or a path on the host.
    Volume,
}

/// A resource that exists once. Only claims of the same resource can clash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::app) enum Resource {
    /// A port of the host, on any address.
    HostPort { number: i32, protocol: Protocol },
    /// A host name.
    Domain(String),
    /// The host name for which a domain with references stands, which [`referring`](super::referring) resolves.
    Referring(String),
    /// An external volume, by its name.
    External(String),
    /// A path on the host. A relative path belongs to its stack.
    Path { path: String, inside: Option<StackId> },
}

/// The part of a resource that is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::app) enum Extent {
    /// All of it.
    Whole,
    /// A port on one address. The unspecified address stands for all addresses.
    Address(IpAddr),
    /// Read access, which others may have too.
    Read,
}

impl Resource {
    /// The resource as text that no other resource of its kind of override has, short enough for an index.
    pub(in crate::app) fn kept(&self) -> String {
        let text = match self {
            Self::HostPort { number, protocol } => free_ports::resource(*number, *protocol),
            Self::Domain(name) => name.clone(),
            Self::Referring(_) => referring::REFERRING.to_owned(),
            Self::External(name) => format!("volume:{name}"),
            Self::Path { path, .. } => path.clone(),
        };
        if text.len() <= MAX_KEPT_BYTES {
            return text;
        }
        let digest = Sha256::digest(text.as_bytes());
        format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

/// A longer resource is kept as its hash.
const MAX_KEPT_BYTES: usize = 255;

/// A claim of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::app) struct Claim {
    pub(in crate::app) resource: Resource,
    pub(in crate::app) extent: Extent,
}

impl Extent {
    /// Whether two claims of the same resource clash.
    pub(in crate::app) fn clashes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Address(one), Self::Address(other)) => {
                one == other || one.is_unspecified() || other.is_unspecified()
            }
            (Self::Read, Self::Read) => false,
            _ => true,
        }
    }
}

impl Extent {
    /// The extent as text.
    pub(in crate::app) fn kept(self) -> String {
        match self {
            Self::Whole => "whole".to_owned(),
            Self::Read => "read".to_owned(),
            Self::Address(address) => address.to_string(),
        }
    }

    /// All extents that clash with this one, as text; `None` if every extent does that a claim of the same resource can have.
    fn clashing(self) -> Option<Vec<String>> {
        match self {
            Self::Whole => None,
            Self::Read => Some(vec![Self::Whole.kept()]),
            Self::Address(address) if address.is_unspecified() => None,
            Self::Address(address) => {
                let every = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
                Some([address].into_iter().chain(every).map(|it| Self::Address(it).kept()).collect())
            }
        }
    }
}

impl Claim {
    /// The claim as one that instances with overrides of this kind may have as well, except those of one stack.
    pub(in crate::app) fn wanted(&self, kind: OverrideKind, outside: Option<StackId>) -> WantedClaim {
        WantedClaim { kind, resource: self.resource.kept(), extents: self.extent.clashing(), outside }
    }

    /// Whether two claims clash.
    pub(in crate::app) fn clashes(&self, other: &Self) -> bool {
        self.resource == other.resource && self.extent.clashes(other.extent)
    }

    /// Whether only instances of one stack can claim the resource.
    pub(in crate::app) fn is_inside_a_stack(&self) -> bool {
        matches!(self.resource, Resource::Path { inside: Some(_), .. })
    }

    /// Whether references tell what is claimed.
    pub(in crate::app) fn is_by_reference(&self) -> bool {
        matches!(self.resource, Resource::Referring(_))
    }

    /// The claim of a host name.
    pub(in crate::app) fn of_host_name(name: String) -> Self {
        Self { resource: Resource::Domain(name), extent: Extent::Whole }
    }

    /// Whether the instances of one stack may have it together.
    pub(in crate::app) fn is_shared_inside_a_stack(&self) -> bool {
        self.kind() == ClaimKind::Volume
    }

    pub(in crate::app) fn kind(&self) -> ClaimKind {
        match self.resource {
            Resource::HostPort { .. } => ClaimKind::HostPort,
            Resource::Domain(_) | Resource::Referring(_) => ClaimKind::Domain,
            Resource::External(_) | Resource::Path { .. } => ClaimKind::Volume,
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.resource, self.extent) {
            (Resource::HostPort { number, protocol }, Extent::Address(IpAddr::V6(ip))) => {
                write!(f, "[{ip}]:{number}/{protocol}")
            }
            (Resource::HostPort { number, protocol }, Extent::Address(ip)) => write!(f, "{ip}:{number}/{protocol}"),
            (Resource::HostPort { number, protocol }, _) => write!(f, "{number}/{protocol}"),
            (Resource::Domain(name) | Resource::Referring(name) | Resource::External(name), _) => f.write_str(name),
            (Resource::Path { path, .. }, _) => f.write_str(path),
        }
    }
}

/// A kind whose entries can make claims.
pub(in crate::app) trait Claims: Mergeable + Stored<OfTemplate> + Stored<OfInstance> {
    /// Whether entries can make claims by references.
    const CAN_REFER: bool = false;

    /// The claim of an entry in an instance of this stack.
    fn claim(&self, stack: StackId) -> Option<Claim>;

    /// The templates that may claim one of these resources, which are no relative paths, and those that may claim something
    /// by references: of each resource a limited number, those with the lowest ids.
    fn templates(
        db: &impl Session,
        wanted: &HashSet<&Resource>,
    ) -> impl Future<Output = Result<Vec<TemplateId>>> + Send;
}

impl Claims for Port {
    fn claim(&self, _: StackId) -> Option<Claim> {
        let number = self.host_port.fixed()?;
        // An invalid address, in a row written by hand, may be any address.
        let address = self.host_ip.parse().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let resource = Resource::HostPort { number, protocol: self.protocol };
        Some(Claim { resource, extent: Extent::Address(address.to_canonical()) })
    }

    async fn templates(db: &impl Session, wanted: &HashSet<&Resource>) -> Result<Vec<TemplateId>> {
        let port = |resource: &&Resource| match resource {
            Resource::HostPort { number, protocol } => Some((*number, *protocol)),
            _ => None,
        };
        let ports: Vec<(i32, Protocol)> = wanted.iter().filter_map(port).collect();
        Ok(holders::templates_by_host_port(db, &ports).await?)
    }
}

impl Claims for Domain {
    const CAN_REFER: bool = true;

    fn claim(&self, _: StackId) -> Option<Claim> {
        let of = if has_references(&self.domain) { Resource::Referring } else { Resource::Domain };
        Some(Claim { resource: of(self.domain.clone()), extent: Extent::Whole })
    }

    async fn templates(db: &impl Session, wanted: &HashSet<&Resource>) -> Result<Vec<TemplateId>> {
        let name = |resource: &&Resource| match resource {
            Resource::Domain(name) => Some(name.clone()),
            _ => None,
        };
        Ok(holders::templates_by_domain(db, wanted.iter().filter_map(name).collect()).await?)
    }
}

impl Claims for Volume {
    /// Named volumes are private to their instance or stack, and anonymous volumes and tmpfs cannot be shared.
    fn claim(&self, stack: StackId) -> Option<Claim> {
        let resource = match self.volume_type {
            VolumeType::Volume if self.is_external || self.scope == VolumeScope::Host => {
                Resource::External(self.source.clone())
            }
            VolumeType::Bind => host_path(&self.source, stack),
            VolumeType::Volume | VolumeType::Tmpfs | VolumeType::Image => return None,
        };
        Some(Claim { resource, extent: if self.read_only { Extent::Read } else { Extent::Whole } })
    }

    async fn templates(db: &impl Session, wanted: &HashSet<&Resource>) -> Result<Vec<TemplateId>> {
        let source = |resource: &&Resource| match resource {
            Resource::External(source) | Resource::Path { path: source, inside: None } => Some(fold(source)),
            _ => None,
        };
        let mut sources: Vec<String> = wanted.iter().filter_map(source).collect();
        sources.sort_unstable();
        sources.dedup();
        Ok(holders::templates_by_source(db, sources).await?)
    }
}

/// The resource of a path. A relative path is shown with `./`, so that it does not look like the name of a volume.
fn host_path(source: &str, stack: StackId) -> Resource {
    let path = clean_path(source);
    if path.starts_with(['/', '~']) {
        return Resource::Path { path, inside: None };
    }
    let path = match path.as_str() {
        "" => ".".to_owned(),
        climbing if climbing == ".." || climbing.starts_with("../") => path,
        _ => format!("./{path}"),
    };
    Resource::Path { path, inside: Some(stack) }
}

/// Sorts and deduplicates claims. Claims to read and to write the same path become one claim to write.
pub(in crate::app) fn deduplicate(mut claims: Vec<Claim>) -> Vec<Claim> {
    claims.sort_unstable();
    claims.dedup_by(|next, kept| {
        next.resource == kept.resource && (next.extent == kept.extent || next.extent == Extent::Read)
    });
    claims
}

#[cfg(test)]
mod tests {
    use crate::app::conflicts::claim::*;

    fn bind(source: &str, read_only: bool) -> Claim {
        let target = "/x".to_owned();
        let volume = Volume {
            volume_type: VolumeType::Bind,
            source: source.into(),
            target,
            read_only,
            is_external: false,
            scope: VolumeScope::Instance,
            options: None,
            definition: None,
        };
        volume.claim(StackId(1)).unwrap_or_else(|| panic!("{source} claims nothing"))
    }

    #[test]
    fn addresses_clash_when_they_are_equal_or_one_is_every_address() {
        let address = |text: &str| {
            let port =
                Port { host_ip: text.into(), host_port: Some(1).into(), container_port: 1, protocol: Protocol::Tcp };
            port.claim(StackId(1)).unwrap_or_else(|| panic!("{text} claims nothing")).extent
        };
        for (one, other, expected) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1", "::1", false),
            ("::ffff:127.0.0.1", "127.0.0.1", true),
            ("0:0:0:0:0:0:0:1", "::1", true),
            ("0.0.0.0", "::1", true),
            ("::", "127.0.0.1", true),
            ("::", "0.0.0.0", true),
            ("::ffff:0.0.0.0", "10.0.0.1", true),
        ] {
            assert_eq!(address(one).clashes(address(other)), expected, "{one} {other}");
            assert_eq!(address(other).clashes(address(one)), expected, "{other} {one}");
        }
    }

    #[test]
    fn the_extents_that_are_looked_for_are_those_that_clash() {
        let address = |text: &str| Extent::Address(text.parse().unwrap());
        for all in [
            vec![Extent::Whole, Extent::Read],
            ["0.0.0.0", "::", "127.0.0.1", "127.0.0.2", "::1"].map(address).to_vec(),
        ] {
            for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (*one, *other))) {
                let found = one.clashing().is_none_or(|extents| extents.contains(&other.kept()));
                assert_eq!(found, one.clashes(other), "{one:?} {other:?}");
                assert!(one.clashing().is_none_or(|extents| extents.len() <= holders::MAX_EXTENTS));
            }
        }
    }

    #[test]
    fn a_resource_is_kept_as_text_of_its_own() {
        let path = |length: usize| Resource::Path { path: format!("/{}", "a".repeat(length)), inside: None };
        let port = Resource::HostPort { number: 80, protocol: Protocol::Udp };
        assert_eq!((port.kept(), path(1).kept()), ("80/udp".to_owned(), "/a".to_owned()));
        assert_eq!(Resource::External("a".into()).kept(), "volume:a");
        assert_eq!(path(4000).kept().len(), 71);
        assert_ne!(path(4000).kept(), path(4001).kept());
    }

    #[test]
    fn paths_are_shown_clean() {
        for (raw, clean) in [
            ("/srv//data/", "/srv/data"),
            ("~//data", "~/data"),
            ("data", "./data"),
            ("./data/", "./data"),
            (".", "."),
            ("..", ".."),
            ("../data", "../data"),
            ("..data", "./..data"),
        ] {
            assert_eq!(bind(raw, false).to_string(), clean, "{raw}");
        }
    }

    #[test]
    fn what_is_read_and_written_is_written() {
        let claims = deduplicate(vec![bind("/a", true), bind("/b", true), bind("/a/", false)]);
        assert_eq!(claims, [bind("/a", false), bind("/b", true)]);
    }
}
