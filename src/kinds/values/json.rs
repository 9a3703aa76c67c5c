//! JSON values in columns: the values of attributes, and what Compose files say about mounts and networks beyond the columns.
//!
//! Used as field types by the kinds. It must not know which attributes there are.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sea_orm::DeriveValueType;
use serde_json::Value as Json;

use super::UnknownWord;
use crate::{
    error::{Code, Problems},
    yaml::Node,
};

/// Any JSON value: text, a number, a truth value, null, a list or an object. Objects are shown with sorted keys.
#[derive(Clone, Debug, Default, PartialEq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct JsonValue(pub Json);

impl JsonValue {
    /// Creates the value of a part of a file.
    pub fn of_node(node: &Node) -> Self {
        Self(sorted(node.to_json()))
    }

    /// Sorts the keys of all objects.
    pub fn sort(&mut self) {
        self.0 = sorted(std::mem::take(&mut self.0));
    }

    /// Notes what cannot be stored or imported again, and a text of more than `max` bytes.
    pub fn check(&self, at: &mut Problems, field: &str, max: usize) {
        let (bytes, depth) = (self.to_string().len(), depth(&self.0));
        if bytes > max {
            let message = format!("{bytes} bytes are too long; at most {max} are allowed.");
            at.enter(field, |at| at.note(Code::LimitExceeded, message, None));
        }
        if depth > MAX_DEPTH {
            let message = format!("{depth} levels of lists and objects are too deep; at most {MAX_DEPTH} are allowed.");
            at.enter(field, |at| at.note(Code::LimitExceeded, message, None));
        }
        if has_nul(&self.0) {
            at.invalid(field, "A NUL character cannot be stored.", None);
        }
    }
}

/// Hashes the text. The keys of objects are sorted, so equal values have equal texts.
impl Hash for JsonValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl fmt::Display for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JsonValue {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        serde_json::from_str(text).map(Self).map_err(|_| UnknownWord::new("value", "JSON"))
    }
}

/// Any JSON value: text, a number, a truth value, null, a list or an object. Objects are shown with sorted keys.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for JsonValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        let json = value.into_json().map_err(|_| InputValueError::custom("This is not JSON."))?;
        Ok(Self(sorted(json)))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// The maximum nesting of lists and objects in a value. It is below the limits of the JSON and Compose parsers, so that
/// everything that is stored can be read, rendered and imported again.
const MAX_DEPTH: usize = 32;

/// The nesting depth of lists and objects.
fn depth(json: &Json) -> usize {
    let deepest = match json {
        Json::Array(list) => list.iter().map(depth).max(),
        Json::Object(map) => map.values().map(depth).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or_default()
}

/// Whether any text or key contains a NUL character.
fn has_nul(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('\0'),
        Json::Array(list) => list.iter().any(has_nul),
        Json::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// Sorts the keys of all objects.
fn sorted(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let mut entries: Vec<(String, Json)> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Json::Object(entries.into_iter().collect())
        }
        Json::Array(list) => Json::Array(list.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

/// The maximum size of an object of details, in bytes. An entry has few of them, so they do not count among the text of
/// its kind.
pub(in crate::kinds) const MAX_DETAILS: usize = 8192;

/// The shapes that Compose accepts for a value: `b` boolean, `n` number, `s` text, `l` list, `m` mapping, `o` mapping of
/// single values.
pub(in crate::kinds) type Shapes = &'static str;

/// What a part of an object may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::kinds) enum Part {
    /// A value of one of these shapes.
    Value(Shapes),
    /// An object with these parts.
    Object(Parts),
}

/// The parts that an object may have, by their names.
pub(in crate::kinds) type Parts = &'static [(&'static str, Part)];

/// All shapes; only then may a value be null.
pub(in crate::kinds) const ANY_SHAPE: Shapes = "bnslm";

/// Whether a value has one of the shapes.
pub(in crate::kinds) fn has_shape(value: &Json, shapes: Shapes) -> bool {
    let is_single = |value: &Json| matches!(value, Json::Bool(_) | Json::Number(_) | Json::String(_));
    let shape = match value {
        Json::Null => return shapes == ANY_SHAPE,
        Json::Bool(_) => 'b',
        Json::Number(_) => 'n',
        Json::String(_) => 's',
        Json::Array(_) => 'l',
        Json::Object(map) if shapes.contains('o') => return map.values().all(is_single),
        Json::Object(_) => 'm',
    };
    shapes.contains(shape)
}

/// The shapes in words.
pub(in crate::kinds) fn describe_shapes(shapes: Shapes) -> String {
    let word = |shape| match shape {
        'b' => "true or false",
        'n' => "a number",
        's' => "text",
        'l' => "a list",
        'o' => "an object of texts and numbers",
        _ => "an object",
    };
    shapes.chars().map(word).collect::<Vec<_>>().join(" or ")
}

/// Notes what cannot be stored in an object of details, parts that it must not have, and values of other shapes.
pub(in crate::kinds) fn check_details(at: &mut Problems, field: &str, value: Option<&JsonValue>, parts: Parts) {
    let Some(value) = value else { return };
    value.check(at, field, MAX_DETAILS);
    at.enter(field, |at| check_part(at, field, &value.0, Part::Object(parts)));
}

fn check_part(at: &mut Problems, name: &str, value: &Json, part: Part) {
    let message = match (part, value) {
        (Part::Value(shapes), value) if has_shape(value, shapes) => return,
        (Part::Value(shapes), _) => format!("Compose takes {} for `{name}`.", describe_shapes(shapes)),
        (Part::Object(parts), Json::Object(map)) => {
            for (name, value) in map {
                match parts.iter().find(|(known, _)| known == name) {
                    Some((name, part)) => check_part(at, name, value, *part),
                    None => {
                        let message = format!("There is no `{}`; there are {}.", name.escape_debug(), names(parts));
                        at.note(Code::InvalidValue, message, None);
                    }
                }
            }
            return;
        }
        (Part::Object(parts), _) => format!("`{name}` is an object with {}.", names(parts)),
    };
    at.note(Code::InvalidValue, message, None);
}

fn names(parts: Parts) -> String {
    parts.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// Whether a value is more than null or an empty object.
pub(in crate::kinds) fn has_contents(value: &JsonValue) -> bool {
    !value.0.is_null() && value.0.as_object().is_none_or(|map| !map.is_empty())
}

/// Sorts an object of details, and brings its labels into the form of files. An object without parts becomes none.
pub(in crate::kinds) fn normalize_details(value: &mut Option<JsonValue>) {
    for value in value.iter_mut() {
        for place in ["/labels", "/volume/labels"] {
            if let Some(labels) = value.0.pointer_mut(place)
                && let Some(map) = labels_of(labels)
            {
                *labels = Json::Object(map);
            }
        }
        value.sort();
    }
    *value = value.take().filter(has_contents);
}

/// Labels as an object of texts; a label without a value is empty. `None` for what Compose does not take.
fn labels_of(given: &Json) -> Option<serde_json::Map<String, Json>> {
    let text = |value: &Json| match value {
        Json::Null => Some(String::new()),
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        Json::Array(_) | Json::Object(_) => None,
    };
    match given {
        Json::Object(map) => map.iter().map(|(key, value)| Some((key.clone(), text(value)?.into()))).collect(),
        Json::Array(list) => list
            .iter()
            .map(|item| {
                let line = item.as_str()?;
                let (key, value) = line.split_once('=').unwrap_or((line, ""));
                Some((key.to_owned(), value.into()))
            })
            .collect(),
        _ => None,
    }
}
