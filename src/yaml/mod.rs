//! YAML as Compose reads and writes it: a tree with line numbers and merge tags, its reader and its writer.
//!
//! Used by the kinds and by `compose`. It must not depend on the meaning of a document.

mod read;
mod scalar;
mod write;

pub use self::{
    read::{YamlError, read, read_documents},
    write::write,
};

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

/// A merge tag of Compose on a node of an override file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: removes the value of the earlier file.
    Reset,
    /// `!override`: replaces the value of the earlier file without merging.
    Override,
}

/// A position: a file and a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// The number of the file in the request.
    pub file: usize,
    /// The line of the key, or of the entry of a list; 0 for a node that was not parsed.
    pub line: usize,
}

/// A value with its position and merge tag.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// The position.
    pub at: At,
    /// The merge tag.
    pub tag: Option<Tag>,
}

/// The value of a node. Plain scalars are resolved as by Go's YAML library, which Compose uses.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An empty value, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// `- a`
    List(Vec<Node>),
    /// `a: b`, in the order of the file.
    Map(Map),
}

/// Two nodes are equal if their values and tags are, regardless of their positions.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.tag == other.tag
    }
}

impl Node {
    /// Makes a node without a position.
    pub fn new(value: Value) -> Self {
        Self { value, at: At::default(), tag: None }
    }

    /// Adds a merge tag.
    pub fn tagged(self, tag: Tag) -> Self {
        Self { tag: Some(tag), ..self }
    }

    /// Null.
    pub fn null() -> Self {
        Self::new(Value::Null)
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Value::Text(text.into()))
    }

    /// A scalar as text, as Compose converts it; `None` for null, lists and maps.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(scalar::float_text(*value)),
            Value::Text(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value as a boolean, also if it is text (after interpolation).
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The value as an integer, also if it is text (after interpolation).
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Int(value) => i64::try_from(*value).ok(),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The number of values, including itself, and the bytes of their texts and keys.
    pub fn weight(&self) -> (usize, usize) {
        match &self.value {
            Value::Text(text) => (1, text.len()),
            Value::List(list) => list.iter().map(Self::weight).fold((1, 0), add),
            Value::Map(map) => add((1, 0), map.weight()),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => (1, 0),
        }
    }

    /// The name of its type, for messages.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Converts it to JSON.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => Json::String(value.to_string()),
            },
            Value::Float(value) => (*value).into(),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(list) => list.iter().map(Self::to_json).collect(),
            Value::Map(map) => map.iter().map(|(key, node)| (key.to_owned(), node.to_json())).collect(),
        }
    }
}

fn add(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0 + b.0, a.1 + b.1)
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}
impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::new(Value::Bool(value))
    }
}
impl From<i32> for Node {
    fn from(value: i32) -> Self {
        Self::new(Value::Int(value.into()))
    }
}
impl From<Vec<Self>> for Node {
    fn from(list: Vec<Self>) -> Self {
        Self::new(Value::List(list))
    }
}
impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::new(Value::Map(map))
    }
}
impl From<&serde_json::Value> for Node {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        Self::new(match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Value::Int(value.into()),
                (_, Some(value)) => Value::Int(value.into()),
                _ => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(list) => Value::List(list.iter().map(Self::from).collect()),
            Json::Object(map) => {
                Value::Map(map.iter().map(|(key, value)| (key.clone(), Self::from(value))).collect::<Map>())
            }
        })
    }
}

/// From this many entries on, a map has an index of its keys.
const MIN_INDEXED_ENTRIES: usize = 16;

/// A map that keeps the order of its entries. Keys are always text.
#[derive(Debug, Default)]
pub struct Map {
    entries: Vec<(String, Node)>,
    /// Positions by the hash of the key, built by the first lookup in a long map; cleared when entries move.
    index: OnceLock<HashMap<u64, usize, RandomState>>,
}

impl Clone for Map {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), index: OnceLock::new() }
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The position of a key.
    fn place(&self, key: &str) -> Option<usize> {
        if self.entries.len() < MIN_INDEXED_ENTRIES {
            return self.entries.iter().position(|(other, _)| other == key);
        }
        let index = self.index.get_or_init(|| {
            let mut index = HashMap::with_capacity_and_hasher(self.entries.len(), RandomState::new());
            for (place, (key, _)) in self.entries.iter().enumerate() {
                let hash = index.hasher().hash_one(key);
                index.entry(hash).or_insert(place);
            }
            index
        });
        let place = *index.get(&index.hasher().hash_one(key))?;
        if self.entries[place].0 == key {
            return Some(place);
        }
        // Two keys have the same hash.
        self.entries.iter().position(|(other, _)| other == key)
    }

    /// The number of values, and the bytes of their texts and keys.
    pub fn weight(&self) -> (usize, usize) {
        self.entries.iter().map(|(key, node)| add(node.weight(), (0, key.len()))).fold((0, 0), add)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.place(key).map(|place| &self.entries[place].1)
    }

    /// The value of a key, mutable.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let place = self.place(key)?;
        Some(&mut self.entries[place].1)
    }

    /// Removes an entry. Later entries move, so use [`Map::into_iter`] for many keys of a long map.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let place = self.place(key)?;
        self.index.take();
        Some(self.entries.remove(place).1)
    }

    /// Sets an entry: replaces the one with the same key, or appends it.
    pub fn set(&mut self, key: impl Into<String>, node: impl Into<Node>) {
        let (key, node) = (key.into(), node.into());
        match self.place(&key) {
            Some(place) => self.entries[place].1 = node,
            None => self.push(key, node),
        }
    }

    /// Appends an entry whose key does not exist yet.
    fn push(&mut self, key: String, node: Node) {
        if let Some(index) = self.index.get_mut() {
            let hash = index.hasher().hash_one(&key);
            index.entry(hash).or_insert(self.entries.len());
        }
        self.entries.push((key, node));
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(key, node)| (key.as_str(), node))
    }

    /// The entries in order, with mutable values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.entries.iter_mut().map(|(key, node)| (key.as_str(), node))
    }
}

impl FromIterator<(String, Node)> for Map {
    /// Keys must differ.
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(entries: I) -> Self {
        Self { entries: entries.into_iter().collect(), index: OnceLock::new() }
    }
}

impl IntoIterator for Map {
    type Item = (String, Node);
    type IntoIter = std::vec::IntoIter<(String, Node)>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
