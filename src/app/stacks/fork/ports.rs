//! Finds host ports for a fork: near the old ones, in a range, or as one block.
//!
//! Called by the use case that forks a stack. It must not access the database.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use crate::{
    app::conflicts::claim::{Claims, Extent},
    db::queries::claims::free_ports::NamedPort,
    ids::StackId,
    kinds::{HostPort, Kind, Port, PortKey, Protocol},
};

/// The first port that needs no privileges.
const FIRST_UNPRIVILEGED_PORT: i32 = 1024;
/// What is added to a privileged port, to find a port near it.
const UNPRIVILEGED_OFFSET: i32 = 8000;
/// The last port.
pub(super) const LAST_PORT: i32 = 65535;
/// Where a block is looked for if the stack publishes no port.
const FIRST_OF_EMPTY_BLOCK: i32 = 10_000;
/// The bit of a port that no protocol may use.
const KEPT: u8 = 0x80;
/// The bit of a port of which it is not known whether an instance claims it.
const UNKNOWN: u8 = 0x40;
/// How many ports are looked at first, from an old one upwards.
const NEARBY: i32 = 100;

/// Ports of the host that no fork gets, because something outside the service uses them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReservedPorts(Vec<RangeInclusive<u16>>);

impl ReservedPorts {
    /// Reserves these ranges.
    pub fn new(ranges: impl IntoIterator<Item = RangeInclusive<u16>>) -> Self {
        Self(ranges.into_iter().collect())
    }

    /// Whether a port is reserved.
    pub fn contains(&self, port: i32) -> bool {
        u16::try_from(port).is_ok_and(|port| self.0.iter().any(|range| range.contains(&port)))
    }
}

/// Published ports of an instance that get the same new port of the host.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The old port.
    old: i32,
    /// The bits of the protocols.
    protocols: u8,
    /// The entries, none of which clash.
    members: Vec<Port>,
}

fn bit(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 1,
        Protocol::Udp => 2,
        Protocol::Sctp => 4,
    }
}

/// Whether two ports of one instance cannot both be published.
fn clash(one: &Port, other: &Port) -> bool {
    let extent = |port: &Port| port.claim(StackId(0)).map_or(Extent::Whole, |claim| claim.extent);
    one.protocol == other.protocol && extent(one).clashes(extent(other))
}

/// Groups the effective ports of an instance that have a host port: those with the same one on several addresses, or for
/// several protocols, stay together.
pub(super) fn groups(effective: &[&Port]) -> Vec<Group> {
    let mut fixed: Vec<(i32, &Port)> =
        effective.iter().filter_map(|port| Some((port.host_port.fixed()?, *port))).collect();
    fixed.sort_by_key(|(old, port)| (*old, port.key(), port.host_ip.clone()));
    let mut groups: Vec<Group> = Vec::new();
    for (old, port) in fixed {
        let fits = |group: &&mut Group| group.old == old && !group.members.iter().any(|other| clash(other, port));
        match groups.iter_mut().find(fits) {
            Some(group) => {
                group.protocols |= bit(port.protocol);
                group.members.push(port.clone());
            }
            None => groups.push(Group { old, protocols: bit(port.protocol), members: vec![port.clone()] }),
        }
    }
    groups
}

/// Which ports of the host are free.
#[derive(Clone)]
pub(super) struct FreePorts(Vec<u8>);

/// A port is needed of which it is not known whether it is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotKnown;

impl FreePorts {
    /// Nothing is known yet but the ports that are reserved.
    pub(super) fn new(reserved: &ReservedPorts) -> Self {
        let mut ports = vec![UNKNOWN; LAST_PORT as usize + 1];
        for (port, bits) in ports.iter_mut().enumerate() {
            if port == 0 || reserved.contains(port as i32) {
                *bits = KEPT;
            }
        }
        Self(ports)
    }

    /// Of these ports, those that are named are taken.
    pub(super) fn learn(&mut self, ports: &[i32], named: Vec<NamedPort>) {
        for port in ports {
            if let Some(bits) = self.bits(*port) {
                *bits &= !UNKNOWN;
            }
        }
        for NamedPort { host_port, protocol } in named {
            // A protocol that is none is in a row that was written by hand.
            self.mark(host_port, protocol.parse().map_or(KEPT, bit));
        }
    }

    /// Takes a port for all protocols.
    pub(super) fn keep(&mut self, port: i32) {
        self.mark(port, KEPT);
    }

    fn mark(&mut self, port: i32, bits: u8) {
        if let Some(taken) = self.bits(port) {
            *taken |= bits;
        }
    }

    fn bits(&mut self, port: i32) -> Option<&mut u8> {
        usize::try_from(port).ok().and_then(|port| self.0.get_mut(port))
    }

    fn is_free(&self, port: i32, protocols: u8) -> Result<bool, NotKnown> {
        let taken = usize::try_from(port).ok().and_then(|port| self.0.get(port)).copied().unwrap_or(KEPT);
        match (taken & (protocols | KEPT), taken & UNKNOWN) {
            (0, UNKNOWN) => Err(NotKnown),
            (0, _) => Ok(true),
            _ => Ok(false),
        }
    }

    /// The first of some ports that is free for these protocols.
    fn first(&self, mut ports: impl Iterator<Item = i32>, protocols: u8) -> Result<Option<i32>, NotKnown> {
        ports
            .find_map(|port| self.is_free(port, protocols).map(|is_free| is_free.then_some(port)).transpose())
            .transpose()
    }
}

/// Where new ports are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The first and the last port; `None` for ports near the old ones.
    pub(super) range: Option<(i32, i32)>,
    /// The size of one block for all of them.
    pub(super) block: Option<i32>,
}

/// The new ports of the groups, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) ports: Vec<i32>,
    /// The first and the last port of the block.
    pub(super) block: Option<(i32, i32)>,
}

/// Where to look for a port near an old one.
fn near(old: i32) -> i32 {
    if old < FIRST_UNPRIVILEGED_PORT { old + UNPRIVILEGED_OFFSET } else { old }
}

/// The ports that are looked at first, sorted.
pub(super) fn nearby(groups: &[Group], place: Place) -> Vec<i32> {
    let size = NEARBY + place.block.unwrap_or_default();
    let starts: Vec<i32> = match place {
        Place { range: Some((first, _)), .. } => vec![first],
        Place { block: Some(_), .. } => vec![start_of_block(groups)],
        _ => groups.iter().map(|group| near(group.old)).collect(),
    };
    let last = place.range.map_or(LAST_PORT, |(_, last)| last);
    let mut ports: Vec<i32> =
        starts.into_iter().flat_map(|start| start..=start.saturating_add(size).min(last)).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Finds a free port for each group, different ones; `None` if there are not enough.
pub(super) fn find(groups: &[Group], mut free: FreePorts, place: Place) -> Result<Option<Found>, NotKnown> {
    if let Some(size) = place.block {
        let Some(first) = find_block(groups, &free, size, place.range)? else { return Ok(None) };
        let ports = (first..).take(groups.len()).collect();
        return Ok(Some(Found { ports, block: Some((first, first + size - 1)) }));
    }
    let mut ports = Vec::with_capacity(groups.len());
    for group in groups {
        let found = match place.range {
            Some((first, last)) => free.first(first..=last, group.protocols)?,
            None => {
                let start = near(group.old);
                let below = (FIRST_UNPRIVILEGED_PORT..start).rev();
                free.first((start..=LAST_PORT).chain(below), group.protocols)?
            }
        };
        let Some(port) = found else { return Ok(None) };
        // Other groups may not have it for another protocol either: one port of a fork is one thing.
        free.keep(port);
        ports.push(port);
    }
    Ok(Some(Found { ports, block: None }))
}

/// Where a block is looked for, unless in a range.
fn start_of_block(groups: &[Group]) -> i32 {
    groups.iter().map(|group| near(group.old)).min().unwrap_or(FIRST_OF_EMPTY_BLOCK)
}

/// The first port of a block in which every port is free for all protocols.
fn find_block(
    groups: &[Group],
    free: &FreePorts,
    size: i32,
    range: Option<(i32, i32)>,
) -> Result<Option<i32>, NotKnown> {
    let within = |(first, last): (i32, i32)| {
        let mut length = 0;
        for port in first..=last {
            length = if free.is_free(port, !(KEPT | UNKNOWN))? { length + 1 } else { 0 };
            if length == size {
                return Ok(Some(port - size + 1));
            }
        }
        Ok(None)
    };
    if let Some(range) = range {
        return within(range);
    }
    match within((start_of_block(groups), LAST_PORT))? {
        None => within((FIRST_UNPRIVILEGED_PORT, LAST_PORT)),
        found => Ok(found),
    }
}

/// The new ports of the host for the published ports of one instance.
#[derive(Debug, Default)]
pub(super) struct NewPorts {
    /// By the identity of the entry.
    ports: HashMap<String, HostPort>,
    keys: HashSet<PortKey>,
}

impl NewPorts {
    /// Gives the members of a group a new port; `None` for one that is chosen at start.
    pub(super) fn give(&mut self, group: &Group, port: Option<i32>) {
        self.ports.extend(group.members.iter().map(|member| (member.row_identity(), port.into())));
        self.keys.extend(group.members.iter().map(Kind::key));
    }

    /// The entry as the fork has it.
    pub(super) fn changed(&self, port: &Port) -> Port {
        let host_port = self.ports.get(&port.row_identity()).copied().unwrap_or(port.host_port);
        Port { host_port, ..port.clone() }
    }

    /// The overrides of the fork's instance: its own entries, and those inherited ones that get another port, together
    /// with all others of the same key, which they replace.
    pub(super) fn overrides(&self, own: &[Port], effective: &[&Port]) -> Vec<Port> {
        let is_own = |port: &Port| own.iter().any(|own| own.key() == port.key());
        let inherited = effective.iter().copied().filter(|port| !is_own(port) && self.keys.contains(&port.key()));
        let mut entries: Vec<Port> = Vec::new();
        for entry in own.iter().chain(inherited).map(|port| self.changed(port)) {
            // Ports that are chosen at start are no longer different.
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(host_ip: &str, host: i32, container_port: i32, protocol: Protocol) -> Port {
        Port {
            host_ip: host_ip.to_owned(),
            host_port: Some(host).filter(|it| *it > 0).into(),
            container_port,
            protocol,
        }
    }

    fn tcp(host: i32, container: i32) -> Port {
        port("0.0.0.0", host, container, Protocol::Tcp)
    }

    fn of(ports: &[Port]) -> Vec<Group> {
        groups(&ports.iter().collect::<Vec<_>>())
    }

    const NEAR: Place = Place { range: None, block: None };

    fn named(host_port: i32, protocol: Protocol) -> NamedPort {
        NamedPort { host_port, protocol: protocol.to_string() }
    }

    /// Everything is known, and these ports are taken.
    fn all_but(reserved: &ReservedPorts, taken: &[i32]) -> FreePorts {
        let mut free = FreePorts::new(reserved);
        let all: Vec<i32> = (1..=LAST_PORT).collect();
        free.learn(&all, taken.iter().map(|port| named(*port, Protocol::Tcp)).collect());
        free
    }

    fn free(taken: &[i32]) -> FreePorts {
        all_but(&ReservedPorts::default(), taken)
    }

    /// The result of a search in which everything is known.
    fn found(groups: &[Group], free: &FreePorts, place: Place) -> Option<Found> {
        find(groups, free.clone(), place).unwrap()
    }

    #[test]
    fn a_port_is_near_the_old_one() {
        for (old, taken, expected) in [
            (8080, vec![8080], 8081),
            (8080, vec![8080, 8081, 8083], 8082),
            (80, vec![80], 8080),
            (443, vec![443, 8443], 8444),
            (65535, vec![65535], 65534),
        ] {
            let found = found(&of(&[tcp(old, 80)]), &free(&taken), NEAR).unwrap();
            assert_eq!(found.ports, [expected], "{old}");
        }
    }

    #[test]
    fn what_is_reserved_is_not_given() {
        let reserved = ReservedPorts::new([22..=22, 8081..=8099]);
        let free = all_but(&reserved, &[8080]);
        assert_eq!(found(&of(&[tcp(8080, 80)]), &free, NEAR).unwrap().ports, [8100]);
    }

    #[test]
    fn the_same_port_of_several_addresses_and_protocols_stays_one() {
        let dns = [
            port("127.0.0.1", 5353, 53, Protocol::Tcp),
            port("127.0.0.1", 5353, 53, Protocol::Udp),
            port("::1", 5353, 53, Protocol::Tcp),
        ];
        let one = of(&dns);
        assert_eq!((one.len(), one[0].protocols), (1, 3));
        let mut free = free(&[5353]);
        free.learn(&[], vec![named(5354, Protocol::Udp)]);
        assert_eq!(found(&one, &free, NEAR).unwrap().ports, [5355]);
        assert_eq!(of(&[tcp(80, 1), tcp(80, 2)]).len(), 2, "two that clash get different ports");
    }

    #[test]
    fn a_range_ends() {
        let groups = of(&[tcp(80, 80), tcp(443, 443)]);
        let place = |first, last| Place { range: Some((first, last)), block: None };
        assert_eq!(found(&groups, &free(&[20001]), place(20000, 20002)).unwrap().ports, [20000, 20002]);
        assert_eq!(found(&groups, &free(&[20001]), place(20000, 20001)), None);
    }

    #[test]
    fn a_block_has_no_gap() {
        let groups = of(&[tcp(8080, 80), tcp(9090, 90)]);
        let block = |range| Place { range, block: Some(4) };
        let first = found(&groups, &free(&[8080, 8083, 9090]), block(None)).unwrap();
        assert_eq!((first.ports, first.block), (vec![8084, 8085], Some((8084, 8087))));
        let within = found(&groups, &free(&[20004]), block(Some((20001, 20008)))).unwrap();
        assert_eq!(within.block, Some((20005, 20008)));
        assert_eq!(found(&groups, &free(&[20004]), block(Some((20001, 20007)))), None);
    }

    #[test]
    fn what_is_not_known_changes_no_result() {
        let mut rng = fastrand::Rng::with_seed(7);
        let (mut not_known, mut equal) = (0, 0);
        for _ in 0..500 {
            let taken: Vec<i32> = (0..rng.i32(0..400)).map(|_| rng.i32(8000..8300)).collect();
            let groups = of(&[tcp(rng.i32(7990..8200), 1), tcp(rng.i32(7990..8200), 2), tcp(rng.i32(1..100), 3)]);
            let range = rng.bool().then(|| (8000, rng.i32(8001..8400)));
            let place = Place { range, block: rng.bool().then(|| rng.i32(3..20)) };
            let mut some = FreePorts::new(&ReservedPorts::default());
            let looked_at = nearby(&groups, place);
            let known = taken.iter().filter(|port| looked_at.contains(port));
            some.learn(&looked_at, known.map(|port| named(*port, Protocol::Tcp)).collect());
            match find(&groups, some, place) {
                Err(NotKnown) => not_known += 1,
                result => {
                    equal += 1;
                    assert_eq!(result, find(&groups, free(&taken), place), "{groups:?} {place:?} {taken:?}");
                }
            }
        }
        assert!(not_known > 20 && equal > 100, "{not_known} {equal}");
    }

    #[test]
    fn an_inherited_port_becomes_an_override_with_all_of_its_key() {
        let (template, own) = ([tcp(80, 80), tcp(0, 80), tcp(90, 90), tcp(0, 7)], [tcp(443, 443), tcp(0, 8)]);
        let effective: Vec<&Port> = template.iter().chain(&own).collect();
        let mut new = NewPorts::default();
        for (group, port) in groups(&effective).iter().zip([1001, 1002, 1003]) {
            new.give(group, Some(port));
        }
        let expected = [tcp(1003, 443), tcp(0, 8), tcp(1001, 80), tcp(0, 80), tcp(1002, 90)];
        assert_eq!(new.overrides(&own, &effective), expected);
        let mut dropped = NewPorts::default();
        for group in groups(&effective) {
            dropped.give(&group, None);
        }
        assert_eq!(dropped.overrides(&own, &effective), [tcp(0, 443), tcp(0, 8), tcp(0, 80), tcp(0, 90)]);
    }
}
