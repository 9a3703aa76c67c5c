//! Parses YAML into a tree, and resolves anchors and merge keys within a budget.
//!
//! Called with untrusted text. It must not recurse, nor allocate more than a few times the size of its input.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag as YamlTag};

use super::{At, Map, Node, Tag, Value, scalar};
use crate::budget::import::ReadBudget;

/// Deepest nesting, with aliases resolved.
const MAX_DEPTH: usize = 64;

/// Why a text cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The line of the error.
    pub line: usize,
    /// The message.
    pub message: String,
    /// Whether the budget is exceeded.
    pub is_limit: bool,
}

impl YamlError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into(), is_limit: false }
    }
}

/// Parses a text with one document; `file` is its number in the request. An empty text is null.
pub fn read(text: &str, file: usize) -> Result<Node, YamlError> {
    let mut documents = read_documents(text, file, &ReadBudget::default())?;
    match documents.get(1) {
        Some(second) => Err(YamlError::new(second.at.line, "a file has one document")),
        None => Ok(documents.pop().unwrap_or_else(Node::null)),
    }
}

/// Parses all documents of a text within the rest of a budget.
pub fn read_documents(text: &str, file: usize, budget: &ReadBudget) -> Result<Vec<Node>, YamlError> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut reader =
        Reader { file, budget, documents: Vec::new(), open: Vec::new(), anchors: HashMap::new(), merge_key: false };
    for event in Parser::new_from_str_with_options(text.trim_start_matches('\u{feff}'), options) {
        let (event, span) = event.map_err(|error| YamlError::new(error.marker().line(), error.info()))?;
        reader.take(event, span.start.line())?;
    }
    Ok(reader.documents)
}

/// An incomplete collection.
struct Open {
    node: Node,
    anchor: usize,
    /// In a map: the key whose value comes next, and its line.
    key: Option<(String, usize)>,
    /// Whether that key is an unquoted `<<`.
    merging: bool,
    /// The keys of a map so far.
    keys: HashSet<String>,
    /// The maps merged by `<<`.
    merged: Vec<Map>,
    height: usize,
    weight: Weight,
}

/// The size of a node, with aliases resolved.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
}

struct Reader<'b> {
    file: usize,
    budget: &'b ReadBudget,
    documents: Vec<Node>,
    open: Vec<Open>,
    /// Complete anchored nodes, their sizes and their heights.
    anchors: HashMap<usize, (Node, Weight, usize)>,
    /// Whether the current scalar is an unquoted `<<`.
    merge_key: bool,
}

impl Reader<'_> {
    /// Charges the size of a node to the budget, before it is allocated.
    fn charge(&self, Weight { nodes, bytes }: Weight, line: usize) -> Result<(), YamlError> {
        if self.budget.charge(nodes, bytes) {
            return Ok(());
        }
        let message = self.budget.exceeded().map_or_else(String::new, |why| why.to_string());
        Err(YamlError { line, message, is_limit: true })
    }

    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        let fail = |message: &str| Err(YamlError::new(line, message));
        match event {
            Event::DocumentStart(..) => {
                // An alias means a node of its own document.
                self.anchors.clear();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let weight = Weight { nodes: 1, bytes: text.len() };
                self.charge(weight, line)?;
                let mut node = scalar_node(&text, style, tag.as_deref(), line)?;
                node.at.file = self.file;
                self.merge_key = text == "<<" && style == ScalarStyle::Plain && tag.is_none();
                self.complete(node, anchor, weight, 1, line)
            }
            Event::SequenceStart(_, anchor, tag) => self.start(Value::List(Vec::new()), anchor, tag, line),
            Event::MappingStart(_, anchor, tag) => self.start(Value::Map(Map::new()), anchor, tag, line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(mut open) = self.open.pop() else { return fail("a collection ends that never began") };
                if let Value::Map(map) = &mut open.node.value {
                    merge(map, std::mem::take(&mut open.merged), &open.keys);
                }
                self.complete(open.node, open.anchor, open.weight, open.height + 1, line)
            }
            Event::Alias(anchor) => {
                self.merge_key = false;
                let Some((node, weight, height)) = self.anchors.get(&anchor) else {
                    return fail("an alias stands inside the node that it names");
                };
                let (weight, height) = (*weight, *height);
                self.charge(weight, line)?;
                let mut node = node.clone();
                node.at.line = line;
                self.complete(node, 0, weight, height, line)
            }
            _ => Ok(()),
        }
    }

    fn start(
        &mut self,
        value: Value,
        anchor: usize,
        tag: Option<Cow<'_, YamlTag>>,
        line: usize,
    ) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(YamlError::new(line, format!("more than {MAX_DEPTH} levels are nested")));
        }
        self.charge(Weight { nodes: 1, bytes: 0 }, line)?;
        let tag = tag.as_deref().map(|tag| merge_tag(tag, line)).transpose()?.flatten();
        self.open.push(Open {
            node: Node { value, at: At { file: self.file, line }, tag },
            anchor,
            key: None,
            merging: false,
            keys: HashSet::new(),
            merged: Vec::new(),
            height: 0,
            weight: Weight { nodes: 1, bytes: 0 },
        });
        Ok(())
    }

    /// Adds a complete node to its parent.
    fn complete(
        &mut self,
        mut node: Node,
        anchor: usize,
        weight: Weight,
        height: usize,
        line: usize,
    ) -> Result<(), YamlError> {
        let fail = |message: String| Err(YamlError::new(line, message));
        if self.open.len() + height > MAX_DEPTH + 1 {
            return fail(format!("more than {MAX_DEPTH} levels are nested"));
        }
        if anchor != 0 {
            // An anchored node is stored twice.
            self.charge(weight, line)?;
            self.anchors.insert(anchor, (node.clone(), weight, height));
        }
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        parent.weight.nodes += weight.nodes;
        parent.weight.bytes += weight.bytes;
        parent.height = parent.height.max(height);
        match &mut parent.node.value {
            Value::List(list) => list.push(node),
            Value::Map(map) => match parent.key.take() {
                None => match key_of(&node) {
                    Some(key) => {
                        parent.merging = self.merge_key;
                        parent.key = Some((key, line));
                    }
                    None => return fail(format!("a key is text, not {}", node.what())),
                },
                Some(_) if parent.merging => parent.merged.extend(merge_sources(node, line)?),
                Some((key, line)) => {
                    node.at.line = line;
                    if !parent.keys.insert(key.clone()) {
                        return Err(YamlError::new(line, format!("the key `{}` is there twice", shown(&key))));
                    }
                    map.push(key, node);
                }
            },
            _ => {}
        }
        Ok(())
    }
}

/// Adds the entries merged by `<<`. The map's own keys and earlier sources take precedence.
fn merge(map: &mut Map, sources: Vec<Map>, own: &HashSet<String>) {
    let mut keys: HashSet<String> = HashSet::new();
    for (key, node) in sources.into_iter().flatten() {
        if !own.contains(&key) && keys.insert(key.clone()) {
            map.push(key, node);
        }
    }
}

fn merge_sources(node: Node, line: usize) -> Result<Vec<Map>, YamlError> {
    let wrong = || YamlError::new(line, "`<<` takes a mapping or a list of mappings");
    match node.value {
        Value::Map(map) => Ok(vec![map]),
        Value::List(list) => list
            .into_iter()
            .map(|node| match node.value {
                Value::Map(map) => Ok(map),
                _ => Err(wrong()),
            })
            .collect(),
        _ => Err(wrong()),
    }
}

fn key_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Null => Some(String::new()),
        _ => node.scalar(),
    }
}

fn shown(key: &str) -> String {
    key.chars().take(64).collect()
}

fn scalar_node(text: &str, style: ScalarStyle, tag: Option<&YamlTag>, line: usize) -> Result<Node, YamlError> {
    let node = |value, tag| Ok(Node { value, at: At { file: 0, line }, tag });
    let plain = |text: &str| match style {
        ScalarStyle::Plain => scalar::resolve(text),
        _ => Value::Text(text.to_owned()),
    };
    match tag {
        None => node(plain(text), None),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix() == "str" => node(Value::Text(text.to_owned()), None),
        Some(tag) if tag.is_yaml_core_schema() => node(scalar::resolve(text), None),
        Some(tag) => node(plain(text), merge_tag(tag, line)?),
    }
}

fn merge_tag(tag: &YamlTag, line: usize) -> Result<Option<Tag>, YamlError> {
    if tag.is_yaml_core_schema() {
        return Ok(None);
    }
    match (tag.handle(), tag.suffix()) {
        ("!", "reset") => Ok(Some(Tag::Reset)),
        ("!", "override") => Ok(Some(Tag::Override)),
        (handle, suffix) => {
            let message = format!("the tag {handle}{} is none of Compose's", shown(suffix));
            Err(YamlError::new(line, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> serde_json::Value {
        read(text, 0).unwrap_or_else(|error| panic!("{error:?}")).to_json()
    }

    fn refused(text: &str) -> String {
        let error = read(text, 0).expect_err("refused");
        format!("{}: {}", error.line, error.message)
    }

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let text = "x: &a {p: 1, q: 2}\ny: &b {q: 3}\nz:\n  <<: [*a, *b]\n  p: 5\nl: [*a]\n";
        let z = serde_json::json!({ "p": 5, "q": 2 });
        let read = json(text);
        assert_eq!((&read["z"], &read["l"][0]["q"]), (&z, &2.into()));
    }

    #[test]
    fn a_quoted_merge_key_is_a_key() {
        assert_eq!(json("\"<<\": {a: 1}\n"), serde_json::json!({ "<<": { "a": 1 } }));
        assert_eq!(json("<<: {a: 1}\n"), serde_json::json!({ "a": 1 }));
    }

    #[test]
    fn every_node_knows_its_line() {
        let node = read("a:\n  b:\n    - x\n    - y\n", 0).unwrap();
        let b = node.as_map().and_then(|map| map.get("a")?.as_map()?.get("b").cloned()).unwrap();
        let lines: Vec<usize> = b.as_list().unwrap().iter().map(|node| node.at.line).collect();
        assert_eq!((b.at.line, lines), (2, vec![3, 4]));
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_line() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", "3: the key `a` is there twice"),
            ("a: 1\n---\nb: 2\n", "3: a file has one document"),
            ("a: !vault x\n", "1: the tag !vault is none of Compose's"),
            ("a: &x [*x]\n", "1: an alias stands inside the node that it names"),
            ("? [a]\n: b\n", "1: a key is text, not a list"),
        ] {
            assert_eq!(refused(text), expected);
        }
        assert_eq!(refused("a: [1\n"), "1: unclosed bracket '['");
    }

    #[test]
    fn bombs_are_refused() {
        let doubling: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
        let heavy = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1000));
        let deep = format!("a: {}{}", "[".repeat(100), "]".repeat(100));
        let tower: String = (1..100).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
        for bomb in [format!("a0: &a0 [x, x]\n{doubling}"), heavy, deep, format!("a0: &a0 [x]\n{tower}")] {
            let message = refused(&bomb);
            assert!(message.contains("too much") || message.contains("nested"), "{message}");
        }
    }

    #[test]
    fn merge_tags_are_kept() {
        let node = read("a: !reset null\nb: !override [x]\n", 0).unwrap();
        let tag = |key| node.as_map().and_then(|map| map.get(key)).and_then(|node| node.tag);
        assert_eq!((tag("a"), tag("b")), (Some(Tag::Reset), Some(Tag::Override)));
    }
}
