//! YAML as Compose reads and writes it: a tree with lines and merge tags, its reader and its writer.
//!
//! Used by the kinds, by `compose` and by the catalogue. It must never know what a document means.

mod read;
mod scalar;
mod write;

pub use self::{
    read::{YamlError, read},
    write::write,
};

use serde::{Deserialize, Serialize};

/// How an entry of an override file is taken, beyond the usual merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: what the earlier file says is taken away.
    Reset,
    /// `!override`: this takes the place of what the earlier file says, nothing is merged.
    Override,
}

/// Where something was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Which of the files.
    pub file: usize,
    /// The line of its key, or of the entry of a list; 0 for what was never read.
    pub line: usize,
}

/// A value with the place where it was read.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it says.
    pub value: Value,
    /// Where.
    pub at: At,
    /// How it merges.
    pub tag: Option<Tag>,
}

/// What a node says. Plain scalars are what Go's YAML library, and so Compose, takes them for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
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

/// Two nodes are equal when they say the same, wherever they stand.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.tag == other.tag
    }
}

impl Node {
    /// A node that was never read.
    pub fn new(value: Value) -> Self {
        Self { value, at: At::default(), tag: None }
    }

    /// The same with a tag.
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

    /// The text that Compose makes of a scalar; none of null, lists and maps.
    pub fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(scalar::float_text(*value)),
            Value::Text(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// True for `true`, also where it was text before variables were put in.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A whole number, also one that was text before variables were put in.
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

    /// What it is, for messages.
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

    /// The same in JSON.
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

/// Keys and values, in order. Keys are text, whatever they look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(String, Node)>);

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find(|(other, _)| other == key).map(|(_, node)| node)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.0.iter_mut().find(|(other, _)| other == key).map(|(_, node)| node)
    }

    /// Takes an entry out.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let place = self.0.iter().position(|(other, _)| other == key)?;
        Some(self.0.remove(place).1)
    }

    /// Sets an entry, at the place of an earlier one with the same key or at the end.
    pub fn set(&mut self, key: impl Into<String>, node: impl Into<Node>) {
        let (key, node) = (key.into(), node.into());
        match self.get_mut(&key) {
            Some(there) => *there = node,
            None => self.0.push((key, node)),
        }
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Node)> {
        self.0.iter().map(|(key, node)| (key.as_str(), node))
    }

    /// The values, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Node)> {
        self.0.iter_mut().map(|(key, node)| (key.as_str(), node))
    }
}

impl FromIterator<(String, Node)> for Map {
    /// Keys must differ.
    fn from_iter<I: IntoIterator<Item = (String, Node)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl IntoIterator for Map {
    type Item = (String, Node);
    type IntoIter = std::vec::IntoIter<(String, Node)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
