//! Laying one file over another, as Compose does it: for override files and for `extends`.
//!
//! Called while files are read, with variables put in. It must never know what an attribute means, only how it merges.

use crate::yaml::{Map, Node, Tag, Value};

/// Attributes that are pairs: a list of `KEY=VALUE` is as good as a mapping.
const PAIRS: [&str; 5] = ["annotations", "environment", "extra_hosts", "labels", "sysctls"];
/// Attributes of which one value is as good as a list of one.
const LISTS: [&str; 6] = ["dns", "dns_opt", "dns_search", "env_file", "label_file", "tmpfs"];
/// Attributes that are replaced, not merged.
const REPLACED: [&str; 2] = ["command", "entrypoint"];

/// Lays a service over another one.
pub(super) fn services(below: &Map, above: &Map) -> Map {
    let mut merged = below.clone();
    for (key, node) in above.iter() {
        if node.tag == Some(Tag::Reset) {
            merged.take(key);
            continue;
        }
        let there = merged.get(key).map(|there| normal(key, there));
        let node = normal(key, node);
        let joint = match there {
            Some(there) if node.tag.is_none() && !REPLACED.contains(&key) => joined(key, &there, &node),
            _ => settled(node),
        };
        merged.set(key, joint);
    }
    for (_, node) in merged.iter_mut() {
        if node.tag.is_some() {
            node.tag = None;
        }
    }
    merged
}

/// Lays other parts of a file, such as `volumes`, over those of another one.
pub(super) fn parts(below: &Map, above: &Map) -> Map {
    match joined("", &Node::from(below.clone()), &Node::from(above.clone())).value {
        Value::Map(map) => map,
        _ => below.clone(),
    }
}

/// A node that is taken as it is, without the tags in it.
fn settled(node: Node) -> Node {
    let value = match node.value {
        Value::Map(map) => {
            let kept = map.into_iter().filter(|(_, node)| node.tag != Some(Tag::Reset));
            Value::Map(kept.map(|(key, node)| (key, settled(node))).collect())
        }
        Value::List(list) => Value::List(list.into_iter().map(settled).collect()),
        plain => plain,
    };
    Node { value, at: node.at, tag: None }
}

fn joined(key: &str, below: &Node, above: &Node) -> Node {
    if above.tag == Some(Tag::Override) {
        return settled(above.clone());
    }
    match (&below.value, &above.value) {
        (Value::Map(below), Value::Map(above)) if key == "logging" && differ(below, above, "driver") => {
            Node::from(above.clone())
        }
        (Value::Map(there), Value::Map(more)) => {
            let mut map = there.clone();
            for (inner, node) in more.iter() {
                if node.tag == Some(Tag::Reset) {
                    map.take(inner);
                    continue;
                }
                let joint = match map.get(inner) {
                    Some(there) if !(key == "healthcheck" && inner == "test") => joined(inner, there, node),
                    _ => settled(node.clone()),
                };
                map.set(inner, joint);
            }
            Node { value: Value::Map(map), at: above.at, tag: None }
        }
        (Value::List(there), Value::List(more)) => {
            let mut list = there.clone();
            for item in more.iter().cloned().map(settled) {
                let same = identity(key, &item);
                match list.iter().position(|other| same.is_some() && identity(key, other) == same) {
                    Some(place) => list[place] = item,
                    None => list.push(item),
                }
            }
            Node { value: Value::List(list), at: above.at, tag: None }
        }
        // Saying nothing about a collection leaves it.
        (Value::Map(_) | Value::List(_), Value::Null) => below.clone(),
        _ => settled(above.clone()),
    }
}

fn differ(below: &Map, above: &Map, key: &str) -> bool {
    let text = |map: &Map| map.get(key).and_then(Node::scalar);
    matches!((text(below), text(above)), (Some(below), Some(above)) if below != above)
}

/// What makes two entries of a list the same.
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

/// The form of an attribute in which it merges.
fn normal(key: &str, node: &Node) -> Node {
    let with = |value| Node { value, at: node.at, tag: node.tag };
    match (&node.value, key) {
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
            with(Value::Map(map))
        }
        (Value::List(list), "depends_on") => {
            let started = |item: &Node| {
                let condition = Node { at: item.at, ..Node::text("service_started") };
                let condition = Map::from_iter([("condition".to_owned(), condition)]);
                Some((item.scalar()?, Node { at: item.at, ..Node::from(condition) }))
            };
            with(Value::Map(list.iter().filter_map(started).collect()))
        }
        (Value::Text(context), "build") => {
            with(Value::Map(Map::from_iter([("context".to_owned(), Node::text(context.as_str()))])))
        }
        (Value::Text(_), key) if LISTS.contains(&key) => with(Value::List(vec![Node { tag: None, ..node.clone() }])),
        _ => node.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    fn laid(below: &str, above: &str) -> serde_json::Value {
        let map = |text| read(text, 0).unwrap().as_map().cloned().unwrap();
        Node::from(services(&map(below), &map(above))).to_json()
    }

    #[test]
    fn files_merge_as_compose_merges_them() {
        // Each seen with Docker Compose 2.40.
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
