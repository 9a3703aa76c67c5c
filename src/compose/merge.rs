//! Merges one Compose file into another, as Compose does: for override files and for `extends`.
//!
//! Called while files are read, after interpolation. It must not depend on the meaning of an attribute, only on how it
//! merges.

use std::collections::{HashMap, hash_map::Entry};

use crate::yaml::{Map, Node, Tag, Value};

/// Attributes that are pairs: a list of `KEY=VALUE` is equivalent to a mapping.
const PAIRS: [&str; 5] = ["annotations", "environment", "extra_hosts", "labels", "sysctls"];
/// Attributes for which a single value is equivalent to a list of one.
const LISTS: [&str; 6] = ["dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs"];
/// Attributes that are replaced, not merged.
const REPLACED: [&str; 2] = ["command", "entrypoint"];

/// Merges the service `above` into `below`. Consumes both: the caller copies, and charges, what it needs afterwards.
pub(super) fn services(below: Map, above: Map) -> Map {
    let merged = merge_entries(below, above, |key, there, node| {
        let node = normalize(key, node);
        match there {
            Some(there) if node.tag.is_none() && !REPLACED.contains(&key) => {
                merge_node(key, normalize(key, there), node)
            }
            _ => resolve_tags(node),
        }
    });
    merged.into_iter().map(|(key, node)| (key, Node { tag: None, ..node })).collect()
}

/// Merges other parts of a file, such as `volumes`.
pub(super) fn parts(below: Map, above: Map) -> Map {
    merge_maps("", below, above)
}

/// Merges the entries of both, in the order of `below`. `join` merges two entries, or adapts a new one. Entries with
/// `!reset` are removed.
fn merge_entries(below: Map, above: Map, join: impl Fn(&str, Option<Node>, Node) -> Node) -> Map {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(above.len());
    let mut changes: Vec<Option<(String, Node)>> = Vec::with_capacity(above.len());
    for (key, node) in above {
        places.insert(key.clone(), changes.len());
        changes.push(Some((key, node)));
    }
    let mut merged: Vec<(String, Node)> = Vec::with_capacity(below.len());
    for (key, there) in below {
        match places.get(&key).and_then(|place| changes[*place].take()) {
            None => merged.push((key, there)),
            Some((_, node)) if node.tag == Some(Tag::Reset) => {}
            Some((_, node)) => {
                let joint = join(&key, Some(there), node);
                merged.push((key, joint));
            }
        }
    }
    for (key, node) in changes.into_iter().flatten().filter(|(_, node)| node.tag != Some(Tag::Reset)) {
        let joint = join(&key, None, node);
        merged.push((key, joint));
    }
    merged.into_iter().collect()
}

/// A new node, with the tags in it resolved.
fn resolve_tags(node: Node) -> Node {
    let value = match node.value {
        Value::Map(map) => {
            let kept = map.into_iter().filter(|(_, node)| node.tag != Some(Tag::Reset));
            Value::Map(kept.map(|(key, node)| (key, resolve_tags(node))).collect())
        }
        Value::List(list) => Value::List(list.into_iter().map(resolve_tags).collect()),
        plain => plain,
    };
    Node { value, at: node.at, tag: None }
}

fn merge_node(key: &str, below: Node, above: Node) -> Node {
    if above.tag == Some(Tag::Override) {
        return resolve_tags(above);
    }
    let at = above.at;
    let value = match (below.value, above.value) {
        (Value::Map(below), Value::Map(above)) if key == "logging" && differ(&below, &above, "driver") => {
            return Node::from(above);
        }
        (Value::Map(there), Value::Map(more)) => Value::Map(merge_maps(key, there, more)),
        (Value::List(there), Value::List(more)) => Value::List(merge_lists(key, there, more)),
        // Null does not change a collection.
        (value @ (Value::Map(_) | Value::List(_)), Value::Null) => return Node { value, ..below },
        (_, value) => return resolve_tags(Node { value, ..above }),
    };
    Node { value, at, tag: None }
}

fn merge_maps(key: &str, there: Map, more: Map) -> Map {
    merge_entries(there, more, |inner, there, node| match there {
        Some(there) if !(key == "healthcheck" && inner == "test") => merge_node(inner, there, node),
        _ => resolve_tags(node),
    })
}

fn merge_lists(key: &str, there: Vec<Node>, more: Vec<Node>) -> Vec<Node> {
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, item) in there.iter().enumerate() {
        if let Some(same) = identity(key, item) {
            places.entry(same).or_insert(place);
        }
    }
    let mut list = there;
    for item in more.into_iter().map(resolve_tags) {
        match identity(key, &item).map(|same| places.entry(same)) {
            Some(Entry::Occupied(place)) => list[*place.get()] = item,
            Some(Entry::Vacant(new)) => {
                new.insert(list.len());
                list.push(item);
            }
            None => list.push(item),
        }
    }
    list
}

fn differ(below: &Map, above: &Map, key: &str) -> bool {
    let text = |map: &Map| map.get(key).and_then(Node::scalar);
    matches!((text(below), text(above)), (Some(below), Some(above)) if below != above)
}

/// The identity of an entry of a list: entries with the same one are merged.
fn identity(attribute: &str, item: &Node) -> Option<String> {
    let text = |map: &Map, key: &str| map.get(key).and_then(Node::scalar).unwrap_or_default();
    match (&item.value, attribute) {
        (Value::Map(map), "ports") => {
            let protocol = Some(text(map, "protocol")).filter(|protocol| !protocol.is_empty());
            let protocol = protocol.unwrap_or_else(|| "tcp".to_owned());
            Some(format!("{}:{}:{}/{protocol}", text(map, "host_ip"), text(map, "published"), text(map, "target")))
        }
        (Value::Map(map), "volumes") => Some(text(map, "target")),
        (Value::Map(map), "configs" | "secrets") => {
            Some(Some(text(map, "target")).filter(|target| !target.is_empty()).unwrap_or_else(|| text(map, "source")))
        }
        (Value::Map(map), "env_file") => Some(text(map, "path")),
        (Value::Map(_), _) => None,
        (_, "volumes") => {
            let text = item.scalar()?;
            Some(text.split(':').nth(usize::from(text.contains(':'))).unwrap_or_default().to_owned())
        }
        _ => item.scalar(),
    }
}

/// Converts an attribute to the form in which it merges.
fn normalize(key: &str, node: Node) -> Node {
    let (at, tag) = (node.at, node.tag);
    let value = match (node.value, key) {
        (Value::List(list), key) if PAIRS.contains(&key) => {
            let mut map = Map::new();
            for item in list {
                let Some(text) = item.scalar() else { continue };
                let separator = if key == "extra_hosts" && !text.contains('=') { ':' } else { '=' };
                let (name, value) = match text.split_once(separator) {
                    Some((name, value)) => (name, Value::Text(value.to_owned())),
                    None => (text.as_str(), Value::Null),
                };
                map.set(name, Node { value, at: item.at, tag: item.tag });
            }
            Value::Map(map)
        }
        (Value::List(list), "depends_on") => {
            let mut map = Map::new();
            for item in &list {
                let Some(name) = item.scalar() else { continue };
                let condition = Node { at: item.at, ..Node::text("service_started") };
                let condition = Map::from_iter([("condition".to_owned(), condition)]);
                map.set(name, Node { at: item.at, ..Node::from(condition) });
            }
            Value::Map(map)
        }
        (Value::Text(context), "build") => Value::Map(Map::from_iter([("context".to_owned(), Node::text(context))])),
        (Value::Text(text), key) if LISTS.contains(&key) => {
            Value::List(vec![Node { value: Value::Text(text), at, tag: None }])
        }
        (value, _) => value,
    };
    Node { value, at, tag }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    fn laid(below: &str, above: &str) -> serde_json::Value {
        let map = |text| read(text, 0).unwrap().as_map().cloned().unwrap();
        Node::from(services(map(below), map(above))).to_json()
    }

    #[test]
    fn files_merge_as_compose_merges_them() {
        // Each case was checked with Docker Compose 2.40.
        let cases = [
            ("{environment: [A=1, B=2]}", "{environment: {B: 3}}", r#"{"environment":{"A":"1","B":3}}"#),
            ("{environment: {A: 1}}", "{environment: {A: }}", r#"{"environment":{"A":null}}"#),
            ("{logging: {driver: a, options: {x: y}}}", "{logging: {driver: b}}", r#"{"logging":{"driver":"b"}}"#),
            ("{command: [a, b]}", "{command: [c]}", r#"{"command":["c"]}"#),
            ("{ports: ['80:80']}", "{ports: ['81:80']}", r#"{"ports":["80:80","81:80"]}"#),
            ("{ports: ['80:80']}", "{ports: !override ['81:80']}", r#"{"ports":["81:80"]}"#),
            ("{ports: ['80:80'], image: x}", "{ports: !reset null}", r#"{"image":"x"}"#),
            ("{volumes: ['a:/d']}", "{volumes: ['b:/d']}", r#"{"volumes":["b:/d"]}"#),
            ("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", r#"{"environment":{"B":2}}"#),
            (
                "{healthcheck: {test: [CMD, b], retries: 1}}",
                "{healthcheck: {test: [CMD, c]}}",
                r#"{"healthcheck":{"test":["CMD","c"],"retries":1}}"#,
            ),
            ("{dns: 1.1.1.1}", "{dns: [2.2.2.2]}", r#"{"dns":["1.1.1.1","2.2.2.2"]}"#),
            ("{build: ./a}", "{build: {target: x}}", r#"{"build":{"context":"./a","target":"x"}}"#),
            ("{image: a, labels: {x: y}}", "{image: b, labels:}", r#"{"image":"b","labels":{"x":"y"}}"#),
        ];
        for (below, above, expected) in cases {
            assert_eq!(laid(below, above).to_string(), expected, "{below} {above}");
        }
    }
}
