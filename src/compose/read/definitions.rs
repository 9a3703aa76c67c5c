//! Reports losses in definitions (volumes, configs, secrets, networks): unused ones, and options without an equivalent; and finds
//! the volumes that several services share.
//!
//! Called when all services are known. It must not change anything; it only adds notes.

use std::collections::{HashMap, HashSet};

use super::{FoundService, file::Parsed, networks};
use crate::{
    kinds::{
        compose::{NoteKind, Notes, Use, split_mount},
        volume::rendered_storage,
    },
    yaml::{Map, Node, Value},
};

/// The services that use each volume, by the key of the volume.
fn users(found: &[FoundService]) -> HashMap<String, Vec<&str>> {
    let mut volumes: HashMap<String, Vec<&str>> = HashMap::new();
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
        }
    }
    volumes
}

/// The keys of the volumes that several services use.
pub(super) fn shared_volumes(found: &[FoundService]) -> HashSet<String> {
    users(found).into_iter().filter(|(_, users)| users.len() > 1).map(|(key, _)| key).collect()
}

/// Adds the notes about the definitions of all files.
pub(super) fn look(found: &[FoundService], files: &[&Parsed], notes: &mut Notes<'_>) {
    let volumes = users(found);
    let (mut configs, mut secrets) = (HashSet::new(), HashSet::new());
    for service in found {
        for map in [Some(&service.below), service.above.as_ref()].into_iter().flatten() {
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
    for file in files {
        for (name, node) in file.definitions.volumes.iter() {
            if notes.budget().is_exceeded() {
                return;
            }
            volume(name, node, volumes.get(name).map(Vec::as_slice), notes);
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
    let models = service.get("models").map(|node| match &node.value {
        Value::Map(map) => map.iter().map(|(key, _)| key.to_owned()).collect(),
        Value::List(list) => list.iter().filter_map(Node::scalar).collect(),
        _ => Vec::new(),
    });
    let networks = networks::joined(service).unwrap_or_default();
    let volumes = list(service, "volumes").iter().map(source);
    volumes.chain(files).chain(models.into_iter().flatten()).chain(networks)
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

fn volume(key: &str, node: &Node, users: Option<&[&str]>, notes: &mut Notes<'_>) {
    let path = format!("volumes.{key}");
    let Some(users) = users else { return notes.push(NoteKind::Lost, &path, node.at, "No service uses it.") };
    let name = node.as_map().and_then(|map| map.get("name"));
    if let Some((name, at)) = name.and_then(|node| Some((node.scalar()?, node.at)))
        && users.iter().any(|service| rendered_storage(service, key, &name).is_some())
    {
        let reason = "It is the storage of another instance or stack; what is imported has its own, which is empty.";
        notes.push(NoteKind::Changed, &format!("{path}.name"), at, reason);
    }
}
