//! The hash of what a service runs, by which a container can be compared with its instance.
//!
//! Called by the renderer. It must not depend on the values of secrets.

use sha2::{Digest, Sha256};

use crate::{
    kinds::{RESERVED_PREFIX, compose::Rendered},
    yaml::{Map, Node, Value},
};

/// The length of a hash in bytes: no two are equal by accident.
const HASH_BYTES: usize = 16;

/// The hash of a service with the config files, volumes, networks and models that it uses, in hexadecimal. The names of the
/// stack, of the container, of volumes and of networks do not count, and neither do the labels of the system. A later
/// version may compute it differently.
pub(super) fn config_hash(rendered: &Rendered<'_>) -> String {
    let mut digest = Sha256::new();
    for (key, node) in rendered.service.iter().filter(|(key, _)| *key != "container_name") {
        let own: Map = match (key, &node.value) {
            ("labels", Value::Map(labels)) => {
                let own = labels.iter().filter(|(label, _)| !label.starts_with(RESERVED_PREFIX));
                own.map(|(label, node)| (label.to_owned(), node.clone())).collect()
            }
            _ => Map::from_iter([(key.to_owned(), node.clone())]),
        };
        feed_map(&own, &mut digest);
    }
    for (part, definitions) in [
        ("volumes", &rendered.volumes),
        ("configs", &rendered.configs),
        ("networks", &rendered.networks),
        ("models", &rendered.models),
    ] {
        feed_text(part, &mut digest);
        for (key, definition) in definitions.iter() {
            let mut definition = definition.as_map().cloned().unwrap_or_default();
            definition.take("name");
            feed_text(key, &mut digest);
            feed_map(&definition, &mut digest);
        }
    }
    digest.finalize().iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Each text begins with its length, so that two different trees never feed the same bytes.
fn feed_text(text: &str, to: &mut Sha256) {
    to.update((text.len() as u64).to_le_bytes());
    to.update(text);
}

fn feed_map(map: &Map, to: &mut Sha256) {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    to.update([b'm']);
    to.update((entries.len() as u64).to_le_bytes());
    for (key, node) in entries {
        feed_text(key, to);
        feed(node, to);
    }
}

fn feed(node: &Node, to: &mut Sha256) {
    match &node.value {
        Value::Map(map) => feed_map(map, to),
        Value::List(list) => {
            to.update([b'l']);
            to.update((list.len() as u64).to_le_bytes());
            for node in list {
                feed(node, to);
            }
        }
        Value::Null => to.update([b'n']),
        _ => {
            to.update([b's']);
            feed_text(&node.scalar().unwrap_or_default(), to);
        }
    }
}
