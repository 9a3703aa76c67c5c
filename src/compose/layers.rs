//! Computes an override file: the difference of two Compose files, which Docker Compose merges with the base file to
//! the target file.
//!
//! Called by the renderer, with files that it has written. It is pure, and follows the merge rules of Docker Compose
//! 2.40. It must not depend on the meaning of an attribute, only on how it merges.

use std::collections::HashMap;

use crate::yaml::{Map, Node, Tag, Value};

/// How Compose merges an attribute of two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Merged key by key.
    Keys,
    /// An entry replaces the one with the same target; others are kept.
    ByTarget,
    /// An entry is added unless an equal one exists; a changed one would not replace the old one.
    Whole,
    /// Replaced by the later file.
    Later,
    /// Lists are appended to, and scalars of some attributes become lists; everything else is replaced.
    Other,
}

/// Attributes of a service that are merged even if they are neither lists nor mappings.
const GROWING: [&str; 8] = ["build", "dns", "dns_search", "env_file", "gpus", "label_file", "provider", "tmpfs"];

fn rule(way: &[&str]) -> Rule {
    match way {
        ["volumes" | "configs", ..] | ["services"] | ["services", _] => Rule::Keys,
        // The lists in `ipam` are merged by their subnets, so `ipam` is written as a whole.
        ["networks"] | ["networks", _] | ["services", _, "networks"] | ["services", _, "networks", _] => Rule::Keys,
        ["services", _, "command" | "entrypoint"] | ["services", _, "healthcheck", "test"] => Rule::Later,
        ["services", _, "ports"] => Rule::Whole,
        ["services", _, "volumes" | "configs"] => Rule::ByTarget,
        ["services", _, "environment" | "labels" | "healthcheck" | "depends_on" | "deploy"]
        | ["services", _, "depends_on", _]
        | ["services", _, "deploy", "resources"]
        | ["services", _, "deploy", "resources", "limits"] => Rule::Keys,
        _ => Rule::Other,
    }
}

/// The map that Compose merges with `lower` to `wanted`.
pub(super) fn difference(lower: &Map, wanted: &Map) -> Map {
    keys(&mut Vec::new(), lower, wanted)
}

/// The oldest Docker Compose that supports the tags in a file; `None` if the file contains none of them.
pub(super) fn oldest(file: &Map) -> Option<&'static str> {
    fn has(node: &Node, tag: Tag) -> bool {
        node.tag == Some(tag)
            || match &node.value {
                Value::Map(map) => map.iter().any(|(_, node)| has(node, tag)),
                Value::List(list) => list.iter().any(|node| has(node, tag)),
                _ => false,
            }
    }
    let any = |tag| file.iter().any(|(_, node)| has(node, tag));
    if any(Tag::Override) {
        return Some("2.24.4");
    }
    any(Tag::Reset).then_some("2.18.0")
}

fn keys<'m>(way: &mut Vec<&'m str>, lower: &'m Map, wanted: &'m Map) -> Map {
    let mut gone: HashMap<&str, &Node> = lower.iter().collect();
    let mut said = Vec::new();
    for (key, wanted) in wanted.iter() {
        match gone.remove(key) {
            None => said.push((key.to_owned(), wanted.clone())),
            Some(lower) if lower == wanted => {}
            Some(lower) => {
                way.push(key);
                said.push((key.to_owned(), change(way, lower, wanted)));
                way.pop();
            }
        }
    }
    let gone = lower.iter().filter(|(key, _)| gone.contains_key(key));
    said.extend(gone.map(|(key, _)| (key.to_owned(), Node::null().tagged(Tag::Reset))));
    said.into_iter().collect()
}

/// The node that changes an attribute from `lower` to `wanted`.
fn change<'m>(way: &mut Vec<&'m str>, lower: &'m Node, wanted: &'m Node) -> Node {
    let replaced = || wanted.clone().tagged(Tag::Override);
    let rule = rule(way);
    match (&lower.value, &wanted.value) {
        // Compose splits labels at their first `=`, which may be part of the key.
        (Value::Map(a), Value::Map(b)) if way.last() == Some(&"labels") && a.iter().chain(b.iter()).any(has_equals) => {
            replaced()
        }
        (Value::Map(lower), Value::Map(wanted)) if rule == Rule::Keys => keys(way, lower, wanted).into(),
        (Value::List(lower), Value::List(wanted)) => list(rule, lower, wanted).map_or_else(replaced, Node::from),
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => replaced(),
        _ if rule == Rule::Other && way.len() == 3 && GROWING.contains(&way[2]) => replaced(),
        _ => wanted.clone(),
    }
}

fn has_equals((key, _): (&str, &Node)) -> bool {
    key.contains('=')
}

/// The entries that Compose merges with `lower` to `wanted`; `None` if no entries do, because one must be removed.
fn list(rule: Rule, lower: &[Node], wanted: &[Node]) -> Option<Vec<Node>> {
    let target = |node: &Node| node.as_map().and_then(|map| map.get("target")).cloned();
    match rule {
        Rule::Later => Some(wanted.to_vec()),
        Rule::ByTarget => {
            let stays = |node: &Node| wanted.iter().any(|other| target(other) == target(node));
            let news = wanted.iter().filter(|node| !lower.contains(node));
            lower.iter().all(stays).then(|| news.cloned().collect())
        }
        Rule::Whole => {
            let news = wanted.iter().filter(|node| !lower.contains(node));
            lower.iter().all(|node| wanted.contains(node)).then(|| news.cloned().collect())
        }
        Rule::Keys | Rule::Other => wanted.strip_prefix(lower).map(<[Node]>::to_vec),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{read, write};

    /// The override for two texts of one service.
    fn between(lower: &str, wanted: &str) -> String {
        let of = |text: &str| {
            let indented: String = text.lines().map(|line| format!("    {line}\n")).collect();
            let node = read(&format!("services:\n  a:\n    image: b\n{indented}"), 0).unwrap_or_else(|_| Node::null());
            node.as_map().cloned().unwrap_or_default()
        };
        let text = write(&difference(&of(lower), &of(wanted)));
        let text = text.strip_prefix("services:\n  a:\n").unwrap_or(&text);
        text.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
    }

    #[test]
    fn only_what_differs_is_said() {
        for (lower, wanted, said) in [
            ("user: a", "user: a", ""),
            ("user: a", "user: b", "user: b\n"),
            ("user: a", "", "user: !reset null\n"),
            ("", "user: a", "user: a\n"),
            ("environment: {A: x, B: y}", "environment: {A: x, B: z, C:}", "environment:\n  B: z\n  C: null\n"),
            ("environment: {A: x, B: y}", "environment: {B: y}", "environment:\n  A: !reset null\n"),
            ("labels: {a=b: x, c: y}", "labels: {a=b: x, c: z}", "labels: !override\n  \"a=b\": x\n  c: z\n"),
            ("command: [a, b]", "command: [a]", "command:\n  - a\n"),
            ("cap_add: [a]", "cap_add: [a, b]", "cap_add:\n  - b\n"),
            ("cap_add: [a, b]", "cap_add: [b]", "cap_add: !override\n  - b\n"),
            ("cap_add: [a, b]", "cap_add: []", "cap_add: !override []\n"),
            ("dns: a", "dns: b", "dns: !override b\n"),
            ("hostname: a", "hostname: b", "hostname: b\n"),
            ("ulimits: {a: 1}", "ulimits: {a: 1, b: c}", "ulimits: !override\n  a: 1\n  b: c\n"),
            ("init: true", "init: [a]", "init: !override\n  - a\n"),
            (
                "ports: [{target: 1, published: a}]",
                "ports: [{target: 1, published: a}, {target: 2}]",
                "ports:\n  - target: 2\n",
            ),
            (
                "ports: [{target: 1, published: a}, {target: 2}]",
                "ports: [{target: 1, published: b}, {target: 2}]",
                "ports: !override\n  - target: 1\n    published: b\n  - target: 2\n",
            ),
            (
                "volumes: [{target: /a, source: x}, {target: /b}]",
                "volumes: [{target: /a, source: z}, {target: /b}, {target: /c}]",
                "volumes:\n  - target: /a\n    source: z\n  - target: /c\n",
            ),
            (
                "volumes: [{target: /a}, {target: /b}]",
                "volumes: [{target: /b}]",
                "volumes: !override\n  - target: /b\n",
            ),
        ] {
            assert_eq!(between(lower, wanted), said, "{lower} -> {wanted}");
        }
    }

    #[test]
    fn the_oldest_version_is_that_of_the_tags() {
        let file = |text: &str| read(text, 0).ok().and_then(|node| node.as_map().cloned()).unwrap_or_default();
        assert_eq!(oldest(&file("a: {b: [c]}")), None);
        assert_eq!(oldest(&file("a: {b: !reset null}")), Some("2.18.0"));
        assert_eq!(oldest(&file("a: {b: !reset null, c: !override [x]}")), Some("2.24.4"));
    }
}
