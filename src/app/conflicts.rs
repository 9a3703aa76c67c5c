//! The ledger of host ports, domains and places on the host: who else claims what an instance claims.
//!
//! Called by the loaders. What an instance claims is decided by its effective configuration alone.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
};

use super::{App, effective};
use crate::{
    db::{
        claims::{self, Wanted},
        entities::InstanceModel,
        rules, stacks,
    },
    error::Result,
    ids::{InstanceId, StackId},
    kinds::{Domain, Port, Protocol, Volume, VolumeType, clean_path},
};

/// Most holders that a conflict lists.
const MAX_HOLDERS: usize = 10;

/// What is claimed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claimed {
    /// A port of the host.
    HostPort,
    /// A host name.
    Domain,
    /// A path of the host, or a volume that exists already.
    Volume,
}

/// Something that an instance claims, and others too.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Who was asked about.
    pub instance: InstanceModel,
    /// What sort of thing.
    pub claimed: Claimed,
    /// Which one, as people write it.
    pub value: String,
    /// The others that claim it, oldest first; not all of them when there are many.
    pub holders: Vec<InstanceModel>,
    /// How many others there are.
    pub count: usize,
    /// The name of the oldest holder's stack.
    pub holder_stack: String,
}

/// Claims that can only clash when they are under the same heading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Heading {
    HostPort(Protocol, i32),
    Domain(String),
    External(String),
    /// A path is the same everywhere; a relative one only inside a stack.
    Path(Option<StackId>, String),
}

/// One claim of one instance.
#[derive(Clone, Debug)]
struct Claim {
    heading: Heading,
    value: String,
    /// The address of a host port.
    ip: Option<IpAddr>,
    /// True when the place is only read.
    read_only: bool,
}

impl Claim {
    fn sort(&self) -> Claimed {
        match self.heading {
            Heading::HostPort(..) => Claimed::HostPort,
            Heading::Domain(_) => Claimed::Domain,
            Heading::External(_) | Heading::Path(..) => Claimed::Volume,
        }
    }

    /// Whether two claims under one heading clash.
    fn clashes(&self, other: &Self) -> bool {
        let addresses = match (self.ip, other.ip) {
            // 0.0.0.0 and :: listen everywhere.
            (Some(a), Some(b)) => a == b || a.is_unspecified() || b.is_unspecified(),
            _ => true,
        };
        addresses && !(self.read_only && other.read_only)
    }

    fn port(port: &Port) -> Option<Self> {
        let number = port.host_port.fixed()?;
        let ip = port.host_ip.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let host = if port.host_ip.contains(':') { format!("[{}]", port.host_ip) } else { port.host_ip.clone() };
        let value = format!("{host}:{number}/{}", port.protocol);
        Some(Self { heading: Heading::HostPort(port.protocol, number), value, ip, read_only: false })
    }

    fn domain(domain: &Domain) -> Self {
        let heading = Heading::Domain(domain.domain.clone());
        Self { heading, value: domain.domain.clone(), ip: None, read_only: false }
    }

    fn volume(volume: &Volume, stack: StackId) -> Option<Self> {
        let heading = match volume.volume_type {
            VolumeType::Volume if volume.is_external => Heading::External(volume.source.clone()),
            VolumeType::Bind if volume.source.starts_with(['/', '~']) => {
                Heading::Path(None, clean_path(&volume.source))
            }
            VolumeType::Bind => Heading::Path(Some(stack), clean_path(&volume.source)),
            // A volume of its own instance, or memory.
            VolumeType::Volume | VolumeType::Tmpfs => return None,
        };
        Some(Self { heading, value: volume.source.clone(), ip: None, read_only: volume.read_only })
    }
}

impl App {
    /// The conflicts of instances, each with those of all others; the number of statements depends on nothing.
    /// Instances without conflicts are missing.
    pub async fn load_conflicts(&self, instances: Vec<InstanceModel>) -> Result<HashMap<InstanceId, Vec<Conflict>>> {
        let own = self.claims(&instances).await?;
        let mut wanted = Wanted::default();
        for claim in own.iter().flatten() {
            match &claim.heading {
                Heading::HostPort(_, port) => wanted.host_ports.push(*port),
                Heading::Domain(domain) => wanted.domains.push(domain.clone()),
                Heading::External(_) | Heading::Path(..) => {
                    wanted.sources.push(claim.value.trim_end_matches('/').to_owned());
                }
            }
        }
        for texts in [&mut wanted.domains, &mut wanted.sources] {
            texts.sort_unstable();
            texts.dedup();
        }
        wanted.host_ports.sort_unstable();
        wanted.host_ports.dedup();
        if own.iter().all(Vec::is_empty) {
            return Ok(HashMap::new());
        }
        let others = claims::claimants(self.db.reader(), &wanted).await?;
        let mut ledger: HashMap<Heading, Vec<(usize, Claim)>> = HashMap::new();
        for (place, claims) in self.claims(&others).await?.into_iter().enumerate() {
            for claim in claims {
                ledger.entry(claim.heading.clone()).or_default().push((place, claim));
            }
        }
        let mut conflicts: HashMap<InstanceId, Vec<Conflict>> = HashMap::new();
        for (instance, claims) in instances.iter().zip(own) {
            for claim in claims {
                let under = ledger.get(&claim.heading).map(Vec::as_slice).unwrap_or_default();
                let mut holders: Vec<usize> = under
                    .iter()
                    .filter(|(place, other)| others[*place].id != instance.id && claim.clashes(other))
                    .map(|(place, _)| *place)
                    .collect();
                holders.dedup();
                if !holders.is_empty() {
                    conflicts.entry(instance.id).or_default().push(Conflict {
                        instance: instance.clone(),
                        claimed: claim.sort(),
                        value: claim.value,
                        count: holders.len(),
                        holders: holders.iter().take(MAX_HOLDERS).map(|place| others[*place].clone()).collect(),
                        holder_stack: String::new(),
                    });
                }
            }
        }
        self.name_stacks(&mut conflicts).await?;
        Ok(conflicts)
    }

    /// The conflicts of the enabled instances of stacks, oldest instance first.
    pub async fn load_stack_conflicts(&self, of: &[StackId]) -> Result<HashMap<StackId, Vec<Conflict>>> {
        let instances = claims::enabled_of(self.db.reader(), of).await?;
        let order: Vec<(StackId, InstanceId)> = instances.iter().map(|row| (row.stack_id, row.id)).collect();
        let mut found = self.load_conflicts(instances).await?;
        let mut of_stack: HashMap<StackId, Vec<Conflict>> = HashMap::new();
        for (stack, instance) in order {
            of_stack.entry(stack).or_default().extend(found.remove(&instance).unwrap_or_default());
        }
        Ok(of_stack)
    }

    /// What instances claim, sorted by sort and value; five and more statements, the same number for all.
    async fn claims(&self, instances: &[InstanceModel]) -> Result<Vec<Vec<Claim>>> {
        let db = self.db.reader();
        let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
        let rules = rules::load(db, &ids).await?;
        let ports = effective::load_with::<Port>(db, instances, &rules).await?;
        let domains = effective::load_with::<Domain>(db, instances, &rules).await?;
        let volumes = effective::load_with::<Volume>(db, instances, &rules).await?;
        let all = instances.iter().zip(ports).zip(domains).zip(volumes);
        let claims = all.map(|(((instance, ports), domains), volumes)| {
            let ports = ports.merge().values().into_iter().filter_map(Claim::port).collect::<Vec<_>>();
            let domains = domains.merge().values().into_iter().map(Claim::domain).collect::<Vec<_>>();
            let stack = instance.stack_id;
            let volumes = volumes.merge();
            let volumes = volumes.values().into_iter().filter_map(|volume| Claim::volume(volume, stack));
            let mut claims: Vec<Claim> = ports.into_iter().chain(domains).chain(volumes).collect();
            claims.sort_by(|a, b| (a.sort(), &a.value).cmp(&(b.sort(), &b.value)));
            claims
        });
        Ok(claims.collect())
    }

    async fn name_stacks(&self, conflicts: &mut HashMap<InstanceId, Vec<Conflict>>) -> Result<()> {
        let holders = || conflicts.values().flatten().filter_map(|conflict| conflict.holders.first());
        let ids: BTreeSet<StackId> = holders().map(|holder| holder.stack_id).collect();
        let ids: Vec<StackId> = ids.into_iter().collect();
        let names = stacks::load(self.db.reader(), &ids).await?;
        let names: HashMap<StackId, String> = names.into_iter().map(|stack| (stack.id, stack.name)).collect();
        for conflict in conflicts.values_mut().flatten() {
            let stack = conflict.holders.first().and_then(|holder| names.get(&holder.stack_id));
            conflict.holder_stack = stack.cloned().unwrap_or_default();
        }
        Ok(())
    }
}
