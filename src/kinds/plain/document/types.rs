//! The input types of the API, as far as documents need them: the names and the types of fields, and the words of enums.
//!
//! Used by the conversions of entries. It must not know a kind, except through the registry.

use std::{collections::HashMap, sync::OnceLock};

use async_graphql::{
    InputType, Name, Value,
    indexmap::IndexMap,
    registry::{MetaType, Registry},
};

use crate::{
    error::{Code, Problems},
    kinds::for_each_kind,
    reference::InstanceRef,
    yaml::{self, Map, Node},
};

/// A type, apart from lists and null.
enum Shape {
    /// An object: its fields with their types, and whether each has a default.
    Object(IndexMap<String, (String, bool)>),
    /// One of these words.
    Words(Vec<String>),
}

/// The input types of all kinds and of their keys.
pub(super) struct Types(HashMap<String, Shape>);

macro_rules! registered {
    (($registry:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
        <<$crate::kinds::$kind as $crate::kinds::Kind>::Set as InputType>::create_type_info(&mut $registry);
        <<$crate::kinds::$kind as $crate::kinds::Kind>::Key as InputType>::create_type_info(&mut $registry);
    )+ };
}

impl Types {
    /// The types. They are the same for the whole life of the process.
    pub(super) fn get() -> &'static Self {
        static TYPES: OnceLock<Types> = OnceLock::new();
        TYPES.get_or_init(|| {
            let mut registry = Registry::default();
            for_each_kind!(registered, registry);
            registered! { (registry) shared_vars: SharedVar, }
            Self(registry.types.into_iter().filter_map(|(name, of)| Some((name, shape(of)?))).collect())
        })
    }

    fn fields(&self, of: &str) -> Option<&IndexMap<String, (String, bool)>> {
        match self.0.get(bare(of)) {
            Some(Shape::Object(fields)) => Some(fields),
            _ => None,
        }
    }

    /// Converts a node to a value of a type. Notes what does not fit, and is `None` then.
    pub(super) fn read(&self, node: &Node, of: &str, at: &mut Problems) -> Option<Value> {
        let (name, required) = match of.strip_suffix('!') {
            Some(name) => (name, true),
            None => (of, false),
        };
        let mut wrong = |expected: &str| {
            at.note(Code::InvalidValue, format!("This has to be {expected}, and is {}.", node.what()), None);
            None
        };
        if matches!(node.value, yaml::Value::Null) && !is_free(name) {
            return if required { wrong(&self.called(name)) } else { Some(Value::Null) };
        }
        if let Some(inner) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            let Some(list) = node.as_list() else { return wrong("a list") };
            let mut items = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                at.enter(index.to_string(), |at| items.extend(self.read(item, inner, at)));
            }
            return (items.len() == list.len()).then_some(Value::List(items));
        }
        match (name, &node.value) {
            // An instance of the same stack, by its name.
            ("InstanceRef", yaml::Value::Text(name)) => {
                let by_name = InstanceRef::Name { stack: String::new(), name: name.clone() };
                Some(InputType::to_value(&by_name))
            }
            ("String" | "ID", yaml::Value::Text(text)) => Some(Value::String(text.clone())),
            ("String" | "ID", yaml::Value::Bool(_) | yaml::Value::Int(_) | yaml::Value::Float(_)) => {
                wrong("text, which is written in quotes here")
            }
            ("Boolean", yaml::Value::Bool(flag)) => Some(Value::Boolean(*flag)),
            ("Int", yaml::Value::Int(number)) => match i32::try_from(*number) {
                Ok(number) => Some(Value::Number(number.into())),
                Err(_) => wrong("a number of at most 32 bits"),
            },
            ("InstanceRef" | "String" | "ID" | "Boolean" | "Int", _) => wrong(&self.called(name)),
            _ => match self.0.get(name) {
                Some(Shape::Words(words)) => match &node.value {
                    yaml::Value::Text(word) if words.contains(word) => Some(Value::Enum(Name::new(word))),
                    _ => wrong(&self.called(name)),
                },
                Some(Shape::Object(fields)) => match node.as_map() {
                    Some(map) => self.read_object(map, fields, at),
                    None => wrong("a mapping"),
                },
                // Any value, such as that of an attribute.
                None => Value::from_json(node.to_json()).ok().or_else(|| wrong("a value of JSON")),
            },
        }
    }

    fn read_object(&self, map: &Map, fields: &IndexMap<String, (String, bool)>, at: &mut Problems) -> Option<Value> {
        let before = at.count();
        let mut object = IndexMap::new();
        for (key, node) in map.iter() {
            match fields.get(key) {
                Some((of, _)) => at.enter(key, |at| {
                    if let Some(value) = self.read(node, of, at) {
                        object.insert(Name::new(key), value);
                    }
                }),
                None => at.enter(key, |at| unknown_key(fields.keys().map(String::as_str), at)),
            }
        }
        for (field, (of, has_default)) in fields {
            if of.ends_with('!') && !has_default && map.get(field).is_none() {
                at.enter(field, |at| at.note(Code::InvalidValue, "This is missing.", None));
            }
        }
        (at.count() == before).then_some(Value::Object(object))
    }

    /// What a type is called in messages.
    fn called(&self, name: &str) -> String {
        match (name, self.0.get(name)) {
            (_, Some(Shape::Words(words))) => format!("one of {}", words.join(", ")),
            (_, Some(Shape::Object(_))) => "a mapping".to_owned(),
            ("Boolean", _) => "true or false".to_owned(),
            ("Int", _) => "a whole number".to_owned(),
            ("InstanceRef", _) => "the name of an instance".to_owned(),
            (name, _) if name.starts_with('[') => "a list".to_owned(),
            _ => "text".to_owned(),
        }
    }

    /// Converts a value of a type to a node.
    pub(super) fn write(&self, value: &Value, of: &str) -> Node {
        match value {
            Value::Null => Node::null(),
            Value::Boolean(flag) => (*flag).into(),
            Value::Number(number) => Node::from(&serde_json::Value::Number(number.clone())),
            Value::String(text) => Node::text(text.as_str()),
            Value::Enum(word) => Node::text(word.as_str()),
            Value::Binary(_) => Node::null(),
            Value::List(items) => {
                let of = of.trim_end_matches('!').trim_start_matches('[');
                let of = of.strip_suffix(']').unwrap_or(of);
                items.iter().map(|item| self.write(item, of)).collect::<Vec<_>>().into()
            }
            Value::Object(object) if bare(of) == "InstanceRef" => {
                let name = object.get("byName").and_then(|names| match names {
                    Value::Object(names) => names.get("name"),
                    _ => None,
                });
                name.or_else(|| object.get("id")).map_or_else(Node::null, |name| self.write(name, "String!"))
            }
            Value::Object(object) => {
                let fields = self.fields(of);
                let node = |(key, value): (&Name, &Value)| {
                    let of = fields.and_then(|fields| fields.get(key.as_str()));
                    (key.to_string(), self.write(value, of.map_or("", |(of, _)| of)))
                };
                object.iter().map(node).collect::<Map>().into()
            }
        }
    }
}

/// Notes a key that is not one of these.
pub(super) fn unknown_key<'k>(known: impl Iterator<Item = &'k str>, at: &mut Problems) {
    let known: Vec<&str> = known.collect();
    at.note(Code::InvalidValue, format!("There is no such key here; it is one of {}.", known.join(", ")), None);
}

/// A type without lists and `!`.
fn bare(of: &str) -> &str {
    of.trim_matches(['[', ']', '!'])
}

/// Whether null is a value of the type.
fn is_free(name: &str) -> bool {
    name == "JSON"
}

fn shape(of: MetaType) -> Option<Shape> {
    match of {
        MetaType::InputObject { input_fields, .. } => Some(Shape::Object(
            input_fields.into_iter().map(|(name, field)| (name, (field.ty, field.default_value.is_some()))).collect(),
        )),
        MetaType::Enum { enum_values, .. } => Some(Shape::Words(enum_values.into_keys().collect())),
        _ => None,
    }
}
