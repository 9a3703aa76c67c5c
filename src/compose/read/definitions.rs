//! Reports losses in definitions (volumes, configs, secrets, networks): options without an equivalent, unused
//! definitions, and volumes that several services share.
//!
//! Called when all services are known. It must not change anything; it only adds notes.

use std::collections::{HashMap, HashSet};

use super::{FoundService, file::Parsed, networks};
use crate::{
    kinds::compose::{NoteKind, Notes, Use, split_mount},
    yaml::{Map, Node, Value},
};

/// Most services that a note names.
const MAX_NAMED_SERVICES: usize = 5;

/// Adds the notes about the definitions of all files.
pub(super) fn look(found: &[FoundService], files: &[&Parsed], notes: &mut Notes<'_>) {
    let mut volumes: HashMap<String, Vec<&str>> = HashMap::new();
    let (mut configs, mut secrets) = (HashSet::new(), HashSet::new());
    for service in found {
        let key = service.key.as_str();
        // What only the lower one of two layers uses is used as well.
        for map in [Some(&service.below), service.above.as_ref()].into_iter().flatten() {
            for node in list(map, "volumes") {
                let users = volumes.entry(source(node)).or_default();
                // Services are visited one after the other, so a repeated key can only be the last one.
                if users.last() != Some(&key) {
                    users.push(key);
                }
            }
            for (attribute, used) in [("configs", &mut configs), ("secrets", &mut secrets)] {
                used.extend(list(map, attribute).iter().filter_map(Use::source_of));
            }
            let of = |attribute: &str, part: &str| map.get(attribute)?.as_map()?.get(part).cloned();
            let build = of("build", "secrets");
            secrets
                .extend(build.as_ref().and_then(Node::as_list).unwrap_or_default().iter().filter_map(Use::source_of));
            configs.extend(of("credential_spec", "config").and_then(|node| node.scalar()));
        }
    }
    let all = files.iter().flat_map(|file| file.definitions.volumes.iter());
    let external: HashSet<&str> = all.filter(|(_, node)| is_external(node)).map(|(name, _)| name).collect();
    for file in files {
        for (name, node) in file.definitions.volumes.iter() {
            if notes.budget().is_exceeded() {
                return;
            }
            // A higher layer may say that a volume is external.
            volume(name, node, volumes.get(name).map(Vec::as_slice), external.contains(name), notes);
        }
        for (part, defined, used) in
            [("configs", &file.definitions.configs, &configs), ("secrets", &file.definitions.secrets, &secrets)]
        {
            for (name, node) in defined.iter() {
                let path = format!("{part}.{name}");
                if !used.contains(name) {
                    notes.push(NoteKind::Lost, &path, node.at, "No service uses it.");
                    continue;
                }
                for (key, node) in node.as_map().into_iter().flat_map(Map::iter) {
                    if ["driver", "driver_opts", "labels", "template_driver"].contains(&key)
                        && node.value != Value::Null
                    {
                        let reason = "Of a config or a secret only the content is held.";
                        notes.push(NoteKind::Lost, &format!("{path}.{key}"), node.at, reason);
                    }
                }
            }
        }
    }
}

/// The names of the definitions that a service uses.
pub(super) fn used(service: &Map) -> impl Iterator<Item = String> {
    let files = ["configs", "secrets"].into_iter().flat_map(|part| list(service, part)).filter_map(Use::source_of);
    let networks = networks::joined(service).unwrap_or_default();
    list(service, "volumes").iter().map(source).chain(files).chain(networks)
}

/// The volume or path that a mount names.
fn source(mount: &Node) -> String {
    let source = match mount.as_map() {
        Some(map) => map.get("source").and_then(Node::scalar),
        None => mount.scalar().and_then(|text| split_mount(&text).ok()).map(|mount| mount.source),
    };
    source.unwrap_or_default()
}

fn list<'a>(service: &'a Map, attribute: &str) -> &'a [Node] {
    service.get(attribute).and_then(Node::as_list).unwrap_or_default()
}

fn is_external(node: &Node) -> bool {
    node.as_map().and_then(|map| map.get("external")).and_then(Node::as_bool) == Some(true)
}

fn volume(name: &str, node: &Node, users: Option<&[&str]>, external: bool, notes: &mut Notes<'_>) {
    let path = format!("volumes.{name}");
    let nothing = Map::new();
    let defined = node.as_map().unwrap_or(&nothing);
    match users {
        None => return notes.push(NoteKind::Lost, &path, node.at, "No service uses it."),
        Some(users) if users.len() > 1 && !external => {
            let more = users.len().saturating_sub(MAX_NAMED_SERVICES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = users[..users.len().min(MAX_NAMED_SERVICES)].join(", ");
            let reason =
                format!("{named}{more} share this volume; here each instance has its own. What is external is shared.");
            notes.push(NoteKind::Lost, &path, node.at, &reason);
        }
        Some(_) => {}
    }
    for (key, part) in defined.iter() {
        let plain = match (key, &part.value) {
            (_, Value::Null) | ("external", _) => true,
            ("name", _) => external,
            ("driver", _) => part.scalar().as_deref() == Some("local"),
            _ => false,
        };
        if !plain {
            let reason = "A volume of an instance has a name of its own and no options.";
            notes.push(NoteKind::Lost, &format!("{path}.{key}"), part.at, reason);
        }
    }
}
