//! Networks of files: a stack has one of its own; every difference that this makes is reported.
//!
//! Called when all services are known. It must not change a service; it only adds notes.

use std::collections::{BTreeSet, HashSet};

use super::{FoundService, file::Parsed};
use crate::{
    kinds::compose::{NoteKind, Notes, Reading},
    yaml::{Map, Node, Value},
};

/// The networks that a service joins; `None` if it joins none.
fn joined(service: &Map) -> Option<BTreeSet<String>> {
    if service.get("network_mode").is_some_and(|node| node.value != Value::Null) {
        return None;
    }
    let names: BTreeSet<String> = match service.get("networks").map(|node| &node.value) {
        Some(Value::List(list)) => list.iter().filter_map(Node::scalar).collect(),
        Some(Value::Map(map)) => map.iter().map(|(name, _)| name.to_owned()).collect(),
        _ => BTreeSet::new(),
    };
    Some(if names.is_empty() { BTreeSet::from(["default".to_owned()]) } else { names })
}

/// Whether all services join the same networks, so that each reaches each other one.
pub(super) fn share(found: &[FoundService]) -> bool {
    let mut sets = found.iter().filter_map(|service| joined(service.whole()));
    let Some(first) = sets.next() else { return true };
    sets.all(|set| set == first)
}

/// Adds the notes about the networks that a service joins.
pub(super) fn of_service(node: &Node, from: &mut Reading<'_>) {
    let reason = "All services of a stack join its one network, and no other.";
    let mut is_default = true;
    match &node.value {
        Value::List(list) => is_default = list.iter().all(|node| node.scalar().as_deref() == Some("default")),
        Value::Map(map) => {
            for (name, options) in map.iter() {
                is_default &= name == "default";
                let Some(options) = options.as_map() else { continue };
                for (option, node) in options.iter().filter(|(_, node)| node.value != Value::Null) {
                    from.lose(&format!("networks.{name}.{option}"), node.at, lost(option, node));
                }
            }
        }
        _ => return from.lose("networks", node.at, "This is not a list or a mapping of networks."),
    }
    match (from.services.share_networks, is_default) {
        (true, _) => {}
        (false, true) => from.change("networks", node.at, reason),
        (false, false) => from.lose("networks", node.at, reason),
    }
}

fn lost(option: &str, node: &Node) -> String {
    let words: Vec<String> = node.as_list().unwrap_or_default().iter().filter_map(Node::scalar).take(20).collect();
    match option {
        "aliases" => format!("Other services find it by its own name only, not as {}.", words.join(", ")),
        _ => "A service joins the network of its stack without options.".to_owned(),
    }
}

/// Adds the notes about the networks that the files define.
pub(super) fn look(found: &[FoundService], files: &[&Parsed], notes: &mut Notes<'_>) {
    let shared = share(found);
    let used: HashSet<String> = found.iter().filter_map(|service| joined(service.whole())).flatten().collect();
    for file in files {
        for (name, network) in file.networks.iter() {
            let path = format!("networks.{name}");
            let nothing = Map::new();
            for (key, node) in network.as_map().unwrap_or(&nothing).iter() {
                let is_plain = match (key, &node.value) {
                    (_, Value::Null) | ("name", _) => true,
                    ("driver", _) => matches!(node.scalar().as_deref(), Some("bridge" | "default" | "")),
                    ("external" | "internal" | "attachable" | "enable_ipv6", _) => node.as_bool() == Some(false),
                    ("enable_ipv4", _) => node.as_bool() == Some(true),
                    (_, Value::Map(map)) => map.is_empty(),
                    (_, Value::List(list)) => list.is_empty(),
                    _ => false,
                };
                if !is_plain {
                    let reason = "The network of a stack is its own, and has no options.";
                    notes.push(NoteKind::Lost, &format!("{path}.{key}"), node.at, reason);
                }
            }
            let (kind, reason) = match (used.contains(name), shared || name == "default") {
                (false, _) => (NoteKind::Changed, "No service joins it."),
                (true, true) => (NoteKind::Changed, "All services share it: it is the network of the stack."),
                (true, false) => (NoteKind::Lost, "A stack has one network of its own."),
            };
            notes.push(kind, &path, network.at, reason);
        }
    }
}
