//! Networks of files: which are folded into the stack's own one, the names that links give to services in them, and the
//! notes about how they are defined.
//!
//! Called when all services are known. It must not change a service; the kind `Network` reads what a service joins.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{FoundService, file::Parsed};
use crate::{
    kinds::{
        DEFAULT_NETWORK,
        compose::{NoteKind, Notes, Services},
        network::{is_alias, is_definition_key},
    },
    name::is_given,
    yaml::{Map, Node, Value},
};

/// The networks that a service joins; `None` if it joins none.
pub(super) fn joined(service: &Map) -> Option<BTreeSet<String>> {
    if service.get("network_mode").is_some_and(|node| node.value != Value::Null) {
        return None;
    }
    let names: BTreeSet<String> = match service.get("networks").map(|node| &node.value) {
        Some(Value::List(list)) => list.iter().filter_map(Node::scalar).collect(),
        Some(Value::Map(map)) => map.iter().map(|(name, _)| name.to_owned()).collect(),
        _ => BTreeSet::new(),
    };
    Some(if names.is_empty() { BTreeSet::from([DEFAULT_NETWORK.to_owned()]) } else { names })
}

/// Both layers of all services.
fn layers(found: &[FoundService]) -> impl Iterator<Item = &Map> {
    found.iter().flat_map(|service| [Some(&service.below), service.above.as_ref()].into_iter().flatten())
}

/// Whether the one network of the stack takes the place of those of the files: all services join the same ones, and
/// nothing is said about these networks but names.
pub(super) fn fold(found: &[FoundService], files: &[&Parsed]) -> bool {
    let mut sets = layers(found).filter_map(joined);
    let Some(first) = sets.next() else { return false };
    if sets.any(|set| set != first) {
        return false;
    }
    let has_options = layers(found).any(|service| {
        let map = service.get("networks").and_then(Node::as_map);
        let options = map.into_iter().flat_map(Map::iter).filter_map(|(_, node)| node.as_map()).flat_map(Map::iter);
        options.into_iter().any(|(option, node)| option != "aliases" && node.value != Value::Null)
    });
    let is_folded = |name: &String| {
        let defined: Vec<&Node> = files.iter().filter_map(|file| file.definitions.networks.get(name)).collect();
        (name == DEFAULT_NETWORK || !defined.is_empty()) && defined.iter().all(|node| is_plain(name, node))
    };
    !has_options && first.iter().all(is_folded)
}

/// Whether a definition says nothing that the network of a stack does not have.
fn is_plain(name: &str, network: &Node) -> bool {
    let nothing = Map::new();
    network.as_map().unwrap_or(&nothing).iter().all(|(key, node)| match (key, &node.value) {
        (_, Value::Null) => true,
        // A network of a rendered stack stays one of its own.
        ("name", _) => !is_rendered(name, node),
        ("driver", _) => matches!(node.scalar().as_deref(), Some("bridge" | "default" | "")),
        ("external" | "internal" | "attachable" | "enable_ipv6", _) => node.as_bool() == Some(false),
        ("enable_ipv4", _) => node.as_bool() == Some(true),
        (_, Value::Map(map)) => map.is_empty(),
        (_, Value::List(list)) => list.is_empty(),
        _ => false,
    })
}

/// Whether a name is the one that the networks of a rendered stack have.
fn is_rendered(key: &str, name: &Node) -> bool {
    let name = name.scalar().unwrap_or_default();
    let beginning = match key {
        DEFAULT_NETWORK => Some(name.as_str()),
        key => name.strip_suffix(key).and_then(|rest| rest.strip_suffix('_')),
    };
    beginning.is_some_and(is_given)
}

/// Adds the notes about the networks that the files define.
pub(super) fn look(
    found: &[FoundService],
    files: &[&Parsed],
    folds: bool,
    allow_external: bool,
    notes: &mut Notes<'_>,
) {
    let used: HashSet<String> = layers(found).filter_map(joined).flatten().collect();
    let is_external = |node: &Node| part_of(node, "external").and_then(Node::as_bool) == Some(true);
    let all = || files.iter().flat_map(|file| file.definitions.networks.iter());
    let external: HashSet<&str> = all().filter(|(_, node)| is_external(node)).map(|(name, _)| name).collect();
    for (name, network) in all() {
        let path = format!("networks.{name}");
        if !used.contains(name) {
            notes.push(NoteKind::Changed, &path, network.at, "No service joins it.");
        } else if external.contains(name) {
            ignored(&path, network, notes);
            if is_external(network) {
                let host = part_of(network, "name").and_then(Node::scalar).unwrap_or_else(|| name.to_owned());
                outside(&path, network, &host, allow_external, notes);
            }
        } else if folds {
            let reason = "All services share it: it is the network of the stack.";
            notes.push(NoteKind::Changed, &path, network.at, reason);
        } else {
            held(name, network, notes);
        }
    }
}

/// Adds the note about a network of the host.
fn outside(path: &str, network: &Node, host: &str, allow: bool, notes: &mut Notes<'_>) {
    let (kind, reason) = match allow {
        true => (NoteKind::Changed, format!("Its services join the network {host} of the host, outside their stack.")),
        false => (
            NoteKind::Lost,
            format!(
                "The network {host} of the host is outside the stack. To join it, import with \
                 `allowExternalNetworks: true` (--external-networks)."
            ),
        ),
    };
    notes.push(kind, path, network.at, &reason);
}

/// Adds notes about what the files say about a network of the host besides its name.
fn ignored(path: &str, network: &Node, notes: &mut Notes<'_>) {
    for (key, node) in network.as_map().into_iter().flat_map(Map::iter) {
        if !matches!(key, "name" | "external") && node.value != Value::Null {
            let reason = "The network exists already, so this changes nothing.";
            notes.push(NoteKind::Changed, &format!("{path}.{key}"), node.at, reason);
        }
    }
}

/// Adds the notes about a network that is held as one of the stack.
fn held(name: &str, network: &Node, notes: &mut Notes<'_>) {
    for (key, node) in network.as_map().into_iter().flat_map(Map::iter) {
        let path = format!("networks.{name}.{key}");
        match key {
            "name" if name == DEFAULT_NETWORK => {
                let reason = "The network of a stack is called devarch-STACK-net, or as the stack says.";
                notes.push(NoteKind::Changed, &path, node.at, reason);
            }
            "name" if !is_rendered(name, node) => {
                let reason = format!("It is called devarch-STACK_{name} here: no other stack has it.");
                notes.push(NoteKind::Changed, &path, node.at, &reason);
            }
            "name" | "external" => {}
            _ if node.value == Value::Null || is_definition_key(key) => {}
            _ => notes.push(NoteKind::Lost, &path, node.at, "This attribute of a network cannot be held."),
        }
    }
}

fn part_of<'n>(network: &'n Node, key: &str) -> Option<&'n Node> {
    network.as_map().and_then(|map| map.get(key))
}

/// The names that links of other services give to services, by their keys: in a stack they are aliases. A name that
/// something else has, or that would lead to different services, is left out.
pub(super) fn link_aliases(found: &[FoundService], context: &Services) -> HashMap<String, Vec<String>> {
    let taken: HashSet<&str> = found.iter().map(|service| service.key.as_str()).collect();
    let instances: HashSet<&str> = context.instances.values().map(String::as_str).collect();
    // `None` for a name that two services would have.
    let mut targets: BTreeMap<String, Option<String>> = BTreeMap::new();
    for service in found {
        for attribute in ["links", "external_links"] {
            let list = service.whole().get(attribute).and_then(Node::as_list).unwrap_or_default();
            for link in list.iter().filter_map(Node::scalar) {
                let Some((name, alias)) = link.split_once(':').filter(|(name, alias)| name != alias) else { continue };
                let target = match attribute {
                    "links" => Some(name.to_owned()),
                    _ => context.containers.get(name).cloned(),
                };
                let Some(target) = target.filter(|target| context.instances.contains_key(target)) else { continue };
                let is_free = !taken.contains(alias)
                    && !instances.contains(alias)
                    && context.containers.get(alias).is_none_or(|other| *other == target);
                if is_free && is_alias(alias) {
                    let known = targets.entry(alias.to_owned()).or_insert_with(|| Some(target.clone()));
                    if known.as_ref() != Some(&target) {
                        *known = None;
                    }
                }
            }
        }
    }
    let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
    for (alias, target) in targets {
        if let Some(target) = target {
            aliases.entry(target).or_default().push(alias);
        }
    }
    aliases
}
