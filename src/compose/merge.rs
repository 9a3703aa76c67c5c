//! Merges one Compose file into another, as Compose does: for override files, for `include` and for `extends`.
//!
//! Called while files are read, after interpolation. It must not depend on the meaning of an attribute, only on how it
//! merges: the rules are those of compose-go, by the path of the attribute.

use std::collections::{HashMap, hash_map::Entry};

use crate::{
    kinds::compose::split_mount,
    yaml::{Map, Node, Tag, Value},
};

/// How Compose merges an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Mappings by key, lists one after the other; any other value replaces the lower one, except null.
    Plain,
    /// The upper value replaces the lower one, also if it is null.
    Replace,
    /// A mapping, or a list of `KEY=VALUE`.
    Pairs,
    /// Names with addresses; a name may have several.
    Hosts,
    /// A list, of which a single value is the short form.
    Sequence,
    /// A mapping, or a list of its keys. With the condition that a key in the list stands for.
    Names(Option<&'static str>),
    /// A mapping, or a text that stands for its `context`.
    Build,
    /// A mapping that is merged only if both have the same driver.
    Logging,
}

/// The rule for a path. Services are `["services", _, …]`, volumes `["volumes", _, …]`.
fn rule(path: &[&str]) -> Rule {
    match path {
        ["services", _, rest @ ..] => match rest {
            ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _] => Rule::Replace,
            // Pairs without a value take the place of those with one.
            ["annotations" | "environment" | "labels" | "sysctls", _]
            | ["build", "args" | "additional_contexts" | "labels", _]
            | ["deploy", "labels", _] => Rule::Replace,
            ["annotations" | "environment" | "labels" | "sysctls"]
            | ["build", "args" | "additional_contexts" | "labels"]
            | ["deploy", "labels"] => Rule::Pairs,
            ["extra_hosts"] | ["build", "extra_hosts"] => Rule::Hosts,
            ["dns" | "dns_opt" | "dns_search" | "env_file" | "label_file" | "tmpfs"] => Rule::Sequence,
            ["depends_on"] => Rule::Names(Some("service_started")),
            ["networks" | "models"] => Rule::Names(None),
            ["build"] => Rule::Build,
            ["logging"] => Rule::Logging,
            _ => Rule::Plain,
        },
        ["volumes" | "networks", _, "labels"] => Rule::Pairs,
        ["volumes" | "networks", _, "labels", _] => Rule::Replace,
        _ => Rule::Plain,
    }
}

/// Merges the service `above` into `below`. Consumes both: the caller copies, and charges, what it needs afterwards.
pub(super) fn services(below: Map, above: Map) -> Map {
    merge_maps(&mut vec!["services", ""], below, above)
}

/// A service without a lower one: what its tags remove is removed.
pub(super) fn alone(service: Map) -> Map {
    services(Map::new(), service)
}

/// Merges the definitions of a part of a file, such as `volumes`.
pub(super) fn parts(part: &'static str, below: Map, above: Map) -> Map {
    merge_maps(&mut vec![part], below, above)
}

/// Joins two layers of a part of a file into one layer that has the effect of both: its tags still act on what is below.
pub(super) fn joined(part: &'static str, below: Map, above: Map) -> Map {
    join_maps(&mut vec![part], below, above)
}

fn join_maps(path: &mut Vec<&str>, below: Map, above: Map) -> Map {
    combine(path, below, above, |path, there, node| Some(join(path, there, node)), Some)
}

fn join(path: &mut Vec<&str>, below: Node, above: Node) -> Node {
    let rule = rule(path);
    match (below.tag, above.tag) {
        // What is below has no effect any more.
        (_, Some(Tag::Reset | Tag::Override)) => return above,
        (Some(Tag::Reset), None) => return resolve_tags(above).tagged(Tag::Override),
        (Some(Tag::Override), None) => {
            return merge(path, Node { tag: None, ..below }, above).tagged(Tag::Override);
        }
        (None, None) => {}
    }
    if above.value == Value::Null && rule != Rule::Replace {
        return below;
    }
    let (below, above) = (normalized(rule, below), normalized(rule, above));
    match (below.value, above.value) {
        (Value::Map(there), Value::Map(more)) if rule != Rule::Replace && rule != Rule::Logging => {
            Node { at: above.at, ..Node::from(join_maps(path, there, more)) }
        }
        (there, more) => {
            merge(path, Node { value: there, at: below.at, tag: None }, Node { value: more, at: above.at, tag: None })
        }
    }
}

/// Merges the entries of both. Entries with `!reset` are removed.
fn merge_maps(path: &mut Vec<&str>, below: Map, above: Map) -> Map {
    let is_kept = |node: &Node| node.tag != Some(Tag::Reset);
    let both = |path: &mut Vec<&str>, there, node: Node| is_kept(&node).then(|| merge(path, there, node));
    combine(path, below, above, both, |node| is_kept(&node).then(|| resolve_tags(node)))
}

/// The entries of both maps, in the order of `below`: what `both` makes of the two with the same key, and what `new` makes
/// of those that only `above` has.
fn combine(
    path: &[&str],
    below: Map,
    above: Map,
    both: impl Fn(&mut Vec<&str>, Node, Node) -> Option<Node>,
    new: impl Fn(Node) -> Option<Node>,
) -> Map {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(above.len());
    let mut changes: Vec<Option<(String, Node)>> = Vec::with_capacity(above.len());
    for (key, node) in above {
        places.insert(key.clone(), changes.len());
        changes.push(Some((key, node)));
    }
    let mut combined: Vec<(String, Node)> = Vec::with_capacity(below.len());
    for (key, there) in below {
        let node = match places.get(&key).and_then(|place| changes[*place].take()) {
            None => Some(there),
            Some((_, node)) => within(path, &key, |path| both(path, there, node)),
        };
        combined.extend(node.map(|node| (key, node)));
    }
    combined.extend(changes.into_iter().flatten().filter_map(|(key, node)| Some((key, new(node)?))));
    combined.into_iter().collect()
}

fn within<T>(path: &[&str], key: &str, what: impl FnOnce(&mut Vec<&str>) -> T) -> T {
    // A path with the key has a shorter life than the path itself.
    let mut longer: Vec<&str> = path.to_vec();
    longer.push(key);
    what(&mut longer)
}

/// A new node, with the tags in it resolved.
fn resolve_tags(node: Node) -> Node {
    let value = match node.value {
        Value::Map(map) => {
            let kept = map.into_iter().filter(|(_, node)| node.tag != Some(Tag::Reset));
            Value::Map(kept.map(|(key, node)| (key, resolve_tags(node))).collect())
        }
        Value::List(list) => {
            let kept = list.into_iter().filter(|node| node.tag != Some(Tag::Reset));
            Value::List(kept.map(resolve_tags).collect())
        }
        plain => plain,
    };
    Node { value, at: node.at, tag: None }
}

fn merge(path: &mut Vec<&str>, below: Node, above: Node) -> Node {
    let rule = rule(path);
    if above.tag == Some(Tag::Override) || rule == Rule::Replace {
        return resolve_tags(above);
    }
    if above.value == Value::Null {
        return match rule {
            Rule::Plain => below,
            _ => normalized(rule, below),
        };
    }
    let (below, above) = (normalized(rule, below), normalized(rule, resolved_list(above)));
    let at = above.at;
    let value = match (below.value, above.value) {
        (Value::Map(below), Value::Map(above)) if rule == Rule::Logging && differ(&below, &above, "driver") => {
            return resolve_tags(Node { at, ..Node::from(above) });
        }
        (Value::Map(there), Value::Map(more)) => Value::Map(merge_maps(path, there, more)),
        (Value::List(there), Value::List(more)) => Value::List(merge_lists(path, there, more)),
        (_, value) => return resolve_tags(Node { value, at, tag: None }),
    };
    Node { value, at, tag: None }
}

/// A list without the entries that its tags remove.
fn resolved_list(node: Node) -> Node {
    if node.as_list().is_some() { Node { tag: node.tag, ..resolve_tags(node) } } else { node }
}

fn merge_lists(path: &[&str], there: Vec<Node>, more: Vec<Node>) -> Vec<Node> {
    if matches!(path, ["networks", _, "ipam", "config"]) {
        return merge_subnets(path, there, &more);
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut list: Vec<Node> = Vec::with_capacity(there.len() + more.len());
    for item in there.into_iter().chain(more) {
        match identity(path, &item).map(|same| places.entry(same)) {
            // An equal address counts once.
            Some(Entry::Occupied(_)) if rule(path) == Rule::Hosts => {}
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

/// The most pairs of subnets that are compared, each with all that are kept. Longer lists are appended to one another.
const MAX_SUBNET_PAIRS: usize = 1000;

/// Merges lists of subnets as Compose does it: each entry of `below` is compared with each of `above`, and only what these
/// comparisons give is kept. An entry of `below` is changed by each comparison, also where it has been kept before.
fn merge_subnets(path: &[&str], mut below: Vec<Node>, above: &[Node]) -> Vec<Node> {
    /// The place of a kept entry.
    #[derive(Clone, Copy)]
    enum Kept {
        Below(usize),
        Above(usize),
    }
    if below.len().saturating_mul(above.len()) > MAX_SUBNET_PAIRS {
        below.extend_from_slice(above);
        return below;
    }
    let subnet = |node: &Node| node.as_map().and_then(|map| map.get("subnet")).and_then(Node::scalar);
    let mut kept: Vec<Kept> = Vec::new();
    for right in 0..below.len() {
        for (left, node) in above.iter().enumerate() {
            let place = |kept: &[Kept], below: &[Node], wanted: Option<String>| {
                kept.iter().position(|place| match place {
                    Kept::Below(at) => subnet(&below[*at]) == wanted,
                    Kept::Above(at) => subnet(&above[*at]) == wanted,
                })
            };
            if subnet(node) != subnet(&below[right]) && place(&kept, &below, subnet(node)).is_none() {
                kept.push(Kept::Above(left));
                continue;
            }
            let joint = merge(&mut path.to_vec(), below[right].clone(), node.clone());
            let wanted = subnet(&joint);
            below[right] = joint;
            match place(&kept, &below, wanted) {
                Some(place) => kept[place] = Kept::Below(right),
                None => kept.push(Kept::Below(right)),
            }
        }
    }
    let node = |place: Kept| match place {
        Kept::Below(at) => below[at].clone(),
        Kept::Above(at) => above[at].clone(),
    };
    kept.into_iter().map(node).collect()
}

fn differ(below: &Map, above: &Map, key: &str) -> bool {
    let text = |map: &Map| map.get(key).and_then(Node::scalar);
    matches!((text(below), text(above)), (Some(below), Some(above)) if below != above)
}

/// The identity of an entry of a list: of entries with the same one the last counts. `None` where all are kept.
fn identity(path: &[&str], item: &Node) -> Option<String> {
    let ["services", _, rest @ ..] = path else { return None };
    let text = |map: &Map, key: &str| map.get(key).and_then(Node::scalar);
    let mount = |folder: &str| match &item.value {
        Value::Map(map) => {
            let source = || text(map, "source").unwrap_or_default();
            Some(text(map, "target").unwrap_or_else(|| format!("{folder}/{}", source())))
        }
        _ => item.scalar().map(|name| format!("{folder}/{name}")),
    };
    match (rest, &item.value) {
        (["configs"], _) => mount(""),
        (["secrets"], _) => mount("/run/secrets"),
        (["ports"], Value::Map(map)) => {
            let protocol = text(map, "protocol").unwrap_or_else(|| "tcp".to_owned());
            let host = text(map, "host_ip").unwrap_or_else(|| "0.0.0.0".to_owned());
            let [published, target] = ["published", "target"].map(|key| text(map, key).unwrap_or_default());
            Some(format!("{host}:{published}:{target}/{protocol}"))
        }
        (["volumes" | "devices"], Value::Map(map)) => text(map, "target"),
        (["volumes"], _) => {
            let text = item.scalar()?;
            Some(split_mount(&text).map_or(text.clone(), |mount| mount.target))
        }
        (["devices"], _) => {
            let text = item.scalar()?;
            Some(text.split(':').nth(usize::from(text.contains(':'))).unwrap_or_default().to_owned())
        }
        (["env_file"], Value::Map(map)) => text(map, "path"),
        (["ports" | "env_file" | "expose" | "extra_hosts"] | ["build", "extra_hosts"], _) => item.scalar(),
        (
            ["cap_add" | "cap_drop" | "dns" | "dns_opt" | "dns_search" | "links" | "profiles" | "tmpfs"]
            | ["build", "tags"]
            | ["networks", _, "aliases" | "link_local_ips"],
            _,
        ) => {
            let text = item.scalar()?;
            Some(text.split_once('=').map_or(text.as_str(), |(key, _)| key).to_owned())
        }
        _ => None,
    }
}

/// Converts an attribute to the form in which it merges.
fn normalized(rule: Rule, node: Node) -> Node {
    let (at, tag) = (node.at, node.tag);
    let value = match (rule, node.value) {
        (Rule::Pairs, Value::List(list)) => Value::Map(pairs(list)),
        (Rule::Hosts, Value::Map(map)) => Value::List(hosts(map)),
        (Rule::Names(condition), Value::List(list)) => {
            let names = list.into_iter().filter_map(|item| {
                let node = match condition {
                    None => Node::null(),
                    Some(word) => Map::from_iter([
                        ("condition".to_owned(), Node { at: item.at, ..Node::text(word) }),
                        ("required".to_owned(), Node { at: item.at, ..Node::from(true) }),
                    ])
                    .into(),
                };
                Some((item.scalar()?, Node { at: item.at, ..node }))
            });
            let mut map = Map::new();
            names.for_each(|(name, node)| map.set(name, node));
            Value::Map(map)
        }
        (Rule::Build, Value::Text(context)) => {
            Value::Map(Map::from_iter([("context".to_owned(), Node { at, ..Node::text(context) })]))
        }
        (Rule::Sequence, value @ (Value::Text(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_))) => {
            Value::List(vec![Node { value, at, tag: None }])
        }
        (_, value) => value,
    };
    Node { value, at, tag }
}

/// A list of `KEY=VALUE` as a mapping.
fn pairs(list: Vec<Node>) -> Map {
    let mut map = Map::new();
    for item in list {
        let Some(text) = item.scalar() else { continue };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Value::Text(value.to_owned())),
            None => (text.as_str(), Value::Null),
        };
        map.set(name, Node { value, at: item.at, tag: item.tag });
    }
    map
}

/// A mapping of names to one or more addresses as a list of `NAME=ADDRESS`.
fn hosts(map: Map) -> Vec<Node> {
    let mut list: Vec<(String, Node)> = Vec::with_capacity(map.len());
    let line = |name: &str, address: &Node| {
        let text = address.scalar().map_or_else(|| name.to_owned(), |address| format!("{name}={address}"));
        (text.clone(), Node { at: address.at, ..Node::text(text) })
    };
    for (name, node) in map {
        match node.as_list() {
            Some(addresses) => list.extend(addresses.iter().map(|address| line(&name, address))),
            None => list.push(line(&name, &node)),
        }
    }
    list.sort_by(|(a, _), (b, _)| a.cmp(b));
    list.into_iter().map(|(_, node)| node).collect()
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
            ("{command: [a, b]}", "{command: }", r#"{"command":null}"#),
            ("{ports: ['80:80']}", "{ports: ['81:80']}", r#"{"ports":["80:80","81:80"]}"#),
            ("{ports: ['80:80']}", "{ports: !override ['81:80']}", r#"{"ports":["81:80"]}"#),
            ("{ports: ['80:80'], image: x}", "{ports: !reset null}", r#"{"image":"x"}"#),
            ("{volumes: ['aa:/d']}", "{volumes: ['bb:/d']}", r#"{"volumes":["bb:/d"]}"#),
            ("{volumes: ['D:/m:/m:ro']}", "{volumes: ['E:/o:/m']}", r#"{"volumes":["E:/o:/m"]}"#),
            ("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", r#"{"environment":{"B":2}}"#),
            (
                "{healthcheck: {test: [CMD, b], retries: 1}}",
                "{healthcheck: {test: [CMD, c]}}",
                r#"{"healthcheck":{"test":["CMD","c"],"retries":1}}"#,
            ),
            ("{dns: 1.1.1.1}", "{dns: [2.2.2.2]}", r#"{"dns":["1.1.1.1","2.2.2.2"]}"#),
            ("{build: ./a}", "{build: {target: x}}", r#"{"build":{"context":"./a","target":"x"}}"#),
            ("{image: a, labels: {x: y}}", "{image: b, labels:}", r#"{"image":"b","labels":{"x":"y"}}"#),
            // Null lays nothing over a value.
            (
                "{image: a, init: true, mem_limit: 1g}",
                "{image: , init: , mem_limit: }",
                r#"{"image":"a","init":true,"mem_limit":"1g"}"#,
            ),
            (
                "{healthcheck: {retries: 1, test: [a]}}",
                "{healthcheck: {retries: , test: }}",
                r#"{"healthcheck":{"retries":1,"test":null}}"#,
            ),
            // A list over a mapping, and the other way round.
            (
                "{build: {context: ., args: [NODE=20, MODE=prod]}}",
                "{build: {args: {MODE: dev}}}",
                r#"{"build":{"context":".","args":{"NODE":"20","MODE":"dev"}}}"#,
            ),
            (
                "{deploy: {labels: {zone: eu}}}",
                "{deploy: {labels: [rank=2]}}",
                r#"{"deploy":{"labels":{"zone":"eu","rank":"2"}}}"#,
            ),
            (
                "{build: {context: ., additional_contexts: [a=./a]}}",
                "{build: {additional_contexts: {b: ./b}}}",
                r#"{"build":{"context":".","additional_contexts":{"a":"./a","b":"./b"}}}"#,
            ),
            ("{networks: [a]}", "{networks: {b: {aliases: [c]}}}", r#"{"networks":{"a":null,"b":{"aliases":["c"]}}}"#),
            // A name may have several addresses; equal lines count once.
            (
                "{extra_hosts: ['a:1.1.1.1']}",
                "{extra_hosts: ['a:2.2.2.2', 'a:1.1.1.1']}",
                r#"{"extra_hosts":["a:1.1.1.1","a:2.2.2.2"]}"#,
            ),
            (
                "{extra_hosts: {a: 1.1.1.1}}",
                "{extra_hosts: ['b:2.2.2.2']}",
                r#"{"extra_hosts":["a=1.1.1.1","b:2.2.2.2"]}"#,
            ),
            ("{cap_add: [A, B]}", "{cap_add: [B, C]}", r#"{"cap_add":["A","B","C"]}"#),
            ("{volumes_from: [a]}", "{volumes_from: [b]}", r#"{"volumes_from":["a","b"]}"#),
            ("{devices: ['/a:/x']}", "{devices: ['/b:/x:r']}", r#"{"devices":["/b:/x:r"]}"#),
            (
                "{secrets: [a]}",
                "{secrets: [{source: b, target: /run/secrets/a}]}",
                r#"{"secrets":[{"source":"b","target":"/run/secrets/a"}]}"#,
            ),
            ("{ulimits: {nofile: {soft: 1, hard: 2}}}", "{ulimits: {nofile: 3}}", r#"{"ulimits":{"nofile":3}}"#),
            ("{cap_add: [A]}", "{cap_add: [!reset A, B]}", r#"{"cap_add":["A","B"]}"#),
        ];
        for (below, above, expected) in cases {
            assert_eq!(laid(below, above).to_string(), expected, "{below} {above}");
        }
    }
}
