//! What services refer to: parts of definitions that cannot be held, those that nobody uses, and volumes that several
//! services share.
//!
//! Called once all services are known. It only makes notes.

use std::collections::{HashMap, HashSet};

use super::{Found, file::Parsed};
use crate::{
    kinds::compose::{Fate, Note, Use},
    yaml::{Map, Node, Value},
};

/// Notes everything about the definitions of all files.
pub(super) fn look(found: &[Found], files: &[Parsed], above: &[Parsed], notes: &mut Vec<Note>) {
    let maps = |service: &Found| service.above.clone().unwrap_or_else(|| service.below.clone());
    let services: Vec<(&str, Map)> = found.iter().map(|service| (service.key.as_str(), maps(service))).collect();
    let mut volumes: HashMap<String, Vec<&str>> = HashMap::new();
    let (mut configs, mut secrets) = (HashSet::new(), HashSet::new());
    for (key, service) in &services {
        for node in list(service, "volumes") {
            let source = match node.as_map() {
                Some(map) => map.get("source").and_then(Node::scalar),
                None => node.scalar().and_then(|text| Some(text.split_once(':')?.0.to_owned())),
            };
            let users = volumes.entry(source.unwrap_or_default()).or_default();
            if !users.contains(key) {
                users.push(key);
            }
        }
        for (attribute, used) in [("configs", &mut configs), ("secrets", &mut secrets)] {
            used.extend(
                list(service, attribute).iter().filter_map(|node| Use::read(node.clone()).ok()).map(|used| used.source),
            );
        }
    }
    for file in files.iter().chain(above) {
        for (name, node) in file.definitions.volumes.iter() {
            volume(name, node, volumes.get(name).map(Vec::as_slice), notes);
        }
        for (part, defined, used) in
            [("configs", &file.definitions.configs, &configs), ("secrets", &file.definitions.secrets, &secrets)]
        {
            for (name, node) in defined.iter().filter(|(name, _)| !used.contains(*name)) {
                lose(notes, format!("{part}.{name}"), node, "No service uses it.".to_owned());
            }
        }
    }
}

fn lose(notes: &mut Vec<Note>, path: String, node: &Node, reason: String) {
    notes.push(Note { fate: Fate::Lost, path, at: node.at, reason });
}

fn list<'a>(service: &'a Map, attribute: &str) -> &'a [Node] {
    service.get(attribute).and_then(Node::as_list).unwrap_or_default()
}

fn volume(name: &str, node: &Node, users: Option<&[&str]>, notes: &mut Vec<Note>) {
    let path = format!("volumes.{name}");
    let nothing = Map::new();
    let defined = node.as_map().unwrap_or(&nothing);
    let external = defined.get("external").is_some_and(|node| node.as_bool() == Some(true) || node.as_map().is_some());
    match users {
        None => return lose(notes, path, node, "No service uses it.".to_owned()),
        Some(users) if users.len() > 1 && !external => {
            let reason = format!(
                "{} share this volume; here each instance has its own. What is external is shared.",
                users.join(", ")
            );
            lose(notes, path.clone(), node, reason);
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
            let reason = "A volume of an instance has a name of its own and no options.".to_owned();
            lose(notes, format!("{path}.{key}"), part, reason);
        }
    }
}
