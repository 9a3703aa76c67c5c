//! The host ports of a fork beside those of its source, also as lines of an `.env` file.
//!
//! Used by the use case that forks a stack. It must not access the database.

use std::{collections::HashMap, fmt::Write as _};

use serde::{Deserialize, Serialize};

use crate::kinds::{Kind, Port, PortKey, Protocol};

/// A published port of an instance in a fork and in its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedPort {
    /// The name of the instance in both stacks.
    pub instance: String,
    /// The port inside the container.
    pub container_port: i32,
    /// The protocol.
    pub protocol: Protocol,
    /// The address of the host.
    pub host_ip: String,
    /// The host port in the source; `None` if it has none there.
    pub from: Option<i32>,
    /// The host port in the fork; `None` if it has none there.
    pub to: Option<i32>,
}

/// The effective ports of the instances of a stack, by their names.
pub(super) type PortsOf = Vec<(String, Vec<Port>)>;

/// The host ports by what they lead to, in ascending order.
fn by_key(ports: &[Port]) -> HashMap<(PortKey, &str), Vec<i32>> {
    let mut found: HashMap<(PortKey, &str), Vec<i32>> = HashMap::new();
    for port in ports {
        if let Some(number) = port.host_port.fixed() {
            found.entry((port.key(), port.host_ip.as_str())).or_default().push(number);
        }
    }
    for numbers in found.values_mut() {
        numbers.sort_unstable();
    }
    found
}

/// Pairs the ports of the instances with the same names, in the order of the fork's instances. Of several host ports that
/// lead to one port of a container, the lowest one belongs to the lowest one.
pub(super) fn pair(source: &PortsOf, fork: &PortsOf) -> Vec<MappedPort> {
    let mut map = Vec::new();
    for (name, ports) in fork {
        let of_source = source.iter().find(|(other, _)| other == name);
        let old = of_source.map(|(_, ports)| by_key(ports)).unwrap_or_default();
        let new = by_key(ports);
        let mut keys: Vec<(PortKey, &str)> = old.keys().chain(new.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let numbers = |of: &HashMap<_, Vec<i32>>| of.get(&key).cloned().unwrap_or_default();
            let (from, to) = (numbers(&old), numbers(&new));
            for place in 0..from.len().max(to.len()) {
                let (from, to) = (from.get(place).copied(), to.get(place).copied());
                let (PortKey { container_port, protocol }, host_ip) = (key.0, key.1.to_owned());
                map.push(MappedPort { instance: name.clone(), container_port, protocol, host_ip, from, to });
            }
        }
    }
    map
}

/// The lines of an `.env` file: the stack's name, and the host port of each published port as
/// `{INSTANCE}_{CONTAINER PORT}_{PROTOCOL}`, from the second one on with `_2`, `_3` and so on. All values are digits, lower-case
/// letters and hyphens, which no reader of such files takes for anything else.
pub(super) fn environment(stack: &str, map: &[MappedPort]) -> String {
    let mut text = format!("DEVARCH_STACK={stack}\n");
    let mut seen: HashMap<String, Vec<i32>> = HashMap::new();
    for port in map {
        let Some(number) = port.to else { continue };
        let instance = port.instance.to_ascii_uppercase().replace('-', "_");
        // A variable does not begin with a digit.
        let begin = if instance.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let name = format!("{begin}{instance}_{}_{}", port.container_port, port.protocol.to_string().to_uppercase());
        let known = seen.entry(name.clone()).or_default();
        // The same port on another address is no other port.
        if known.contains(&number) {
            continue;
        }
        known.push(number);
        // Writing to a string cannot fail.
        let _ = match known.len() {
            1 => writeln!(text, "{name}={number}"),
            n => writeln!(text, "{name}_{n}={number}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(host: i32, container_port: i32, protocol: Protocol) -> Port {
        Port {
            host_ip: "0.0.0.0".to_owned(),
            host_port: Some(host).filter(|it| *it > 0).into(),
            container_port,
            protocol,
        }
    }

    fn shown(map: &[MappedPort]) -> Vec<(&str, i32, Option<i32>, Option<i32>)> {
        map.iter().map(|port| (port.instance.as_str(), port.container_port, port.from, port.to)).collect()
    }

    #[test]
    fn ports_of_the_same_instances_are_pairs() {
        let (tcp, udp) = (Protocol::Tcp, Protocol::Udp);
        let source = vec![
            ("web".to_owned(), vec![port(443, 443, tcp), port(81, 80, tcp), port(80, 80, tcp), port(0, 7, tcp)]),
            ("gone".to_owned(), vec![port(1, 1, tcp)]),
        ];
        let fork = vec![
            ("web".to_owned(), vec![port(8081, 80, tcp), port(8080, 80, tcp), port(9, 9, udp)]),
            ("1-db".to_owned(), vec![port(5433, 5432, tcp), port(5433, 5432, udp)]),
        ];
        let map = pair(&source, &fork);
        let expected = [
            ("web", 9, None, Some(9)),
            ("web", 80, Some(80), Some(8080)),
            ("web", 80, Some(81), Some(8081)),
            ("web", 443, Some(443), None),
            ("1-db", 5432, None, Some(5433)),
            ("1-db", 5432, None, Some(5433)),
        ];
        assert_eq!(shown(&map), expected);
        let lines = "DEVARCH_STACK=shop-x\nWEB_9_UDP=9\nWEB_80_TCP=8080\nWEB_80_TCP_2=8081\n_1_DB_5432_TCP=5433\n\
                     _1_DB_5432_UDP=5433\n";
        assert_eq!(environment("shop-x", &map), lines);
    }
}
