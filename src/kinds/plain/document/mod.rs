//! Overrides of instances as nodes of a document, with the names and the types of the API: an entry is written as an
//! input would be, without what has its default.
//!
//! Used by `stack_document`. It is generated from the registry, so that no kind is forgotten.

mod types;

use std::collections::BTreeSet;

use async_graphql::{InputType, Name, Value, indexmap::IndexMap};

use self::types::{Types, unknown_key};
use crate::{
    error::{Code, Problems},
    kinds::{Cardinality, InstanceOverrides, Kind, MAX_ENTRIES, Overrides, Shape, SharedVar, check, for_each_kind},
    yaml::{Map, Node},
};

/// The column of a secret; see [`Kind::HAS_SECRETS`].
const SECRET: &str = "value";

/// The overrides of an instance as nodes.
#[derive(Debug, Default)]
pub struct OverrideNodes {
    /// The entries by kind.
    pub overrides: Map,
    /// The removed keys by kind.
    pub removed: Map,
    /// The replaced kinds.
    pub replaced: Vec<Node>,
}

/// An entry as an input, without its secret and without what has its default.
fn to_input<K: Kind + InputType>(entry: &K) -> IndexMap<Name, Value> {
    let Value::Object(mut all) = InputType::to_value(entry) else { return IndexMap::new() };
    if K::HAS_SECRETS {
        if entry.holds_secret() {
            all.shift_remove(SECRET);
        } else if let Some(value) = entry.to_log().remove(SECRET) {
            all.insert(Name::new(SECRET), Value::from_json(value).unwrap_or_default());
        }
    }
    let parsed = |object: &IndexMap<Name, Value>| K::parse(Some(Value::Object(object.clone()))).ok();
    let Some(whole) = parsed(&all) else { return all };
    let fields: Vec<Name> = all.keys().cloned().collect();
    for field in fields {
        let mut without = all.clone();
        without.shift_remove(&field);
        if parsed(&without).as_ref() == Some(&whole) {
            all = without;
        }
    }
    all
}

/// The entries of a kind as a node, sorted by key; `None` without any.
fn entries_node<K>(overrides: &Overrides<K>) -> Option<Node>
where
    K: Kind + InputType,
    K::Set: InputType,
{
    let mut entries: Vec<&K> = overrides.entries.iter().collect();
    entries.sort_by(|a, b| a.key().cmp(&b.key()).then_with(|| a.tie(b)));
    let types = Types::get();
    let name = <K as InputType>::type_name();
    let written = |entry: &K| types.write(&Value::Object(to_input(entry)), &name);
    Some(match K::Set::SHAPE {
        _ if entries.is_empty() => return None,
        Shape::List => entries.into_iter().map(written).collect::<Vec<_>>().into(),
        Shape::One => written(entries[0]),
        Shape::Fields => {
            let set = K::Set::from_entries(overrides.entries.clone());
            let Value::Object(mut fields) = InputType::to_value(&set) else { return None };
            fields.retain(|_, value| *value != Value::Null);
            types.write(&Value::Object(fields), &<K::Set as InputType>::type_name())
        }
    })
}

/// The removed keys of a kind as a node; `None` without any.
fn removed_node<K: Kind>(overrides: &Overrides<K>) -> Option<Node>
where
    K::Key: InputType,
{
    let name = <K::Key as InputType>::type_name();
    // A key with entries of its own is not removed.
    let own: BTreeSet<K::Key> = overrides.entries.iter().map(Kind::key).collect();
    let keys = overrides.removed.difference(&own).map(|key| Types::get().write(&InputType::to_value(key), &name));
    let mut keys: Vec<Node> = keys.collect();
    match K::Set::SHAPE {
        _ if keys.is_empty() => None,
        Shape::One => keys.pop(),
        Shape::List | Shape::Fields => Some(keys.into()),
    }
}

/// Reads the entries of a kind. Notes what is wrong with them.
fn read_entries<K: Kind>(node: &Node, at: &mut Problems) -> Vec<K>
where
    K::Set: InputType,
{
    let name = <K::Set as InputType>::qualified_type_name();
    let before = at.count();
    let mut value = None;
    at.enter(K::FIELD, |at| value = Types::get().read(node, &name, at));
    let Some(value) = value.filter(|_| at.count() == before) else { return Vec::new() };
    match <K::Set as InputType>::parse(Some(value)) {
        Ok(set) => {
            let mut entries = set.into_entries();
            check::<K>(&mut entries, at);
            entries
        }
        Err(_) => {
            at.invalid(K::FIELD, "This is not a value of its type.", None);
            Vec::new()
        }
    }
}

/// Reads the removed keys of a kind. Notes what is wrong with them.
fn read_removed<K: Kind>(node: &Node, at: &mut Problems) -> BTreeSet<K::Key>
where
    K::Key: InputType,
{
    let mut keys = BTreeSet::new();
    let name = <K::Key as InputType>::qualified_type_name();
    let mut read = |node: &Node, at: &mut Problems| {
        let Some(value) = Types::get().read(node, &name, at) else { return };
        let Ok(mut key) = <K::Key as InputType>::parse(Some(value)) else {
            return at.note(Code::InvalidValue, "This is not a key.", None);
        };
        K::normalize_key(&mut key);
        K::validate_key(&key, at);
        match K::refuses_rule(Some(&key)) {
            Some(message) => at.note(Code::InvalidValue, message, None),
            None if !keys.insert(key) => at.note(Code::DuplicateKey, "An earlier entry has the same key.", None),
            None => {}
        }
    };
    at.enter(K::FIELD, |at| match (K::Set::SHAPE, node.as_list()) {
        (Shape::One, _) => read(node, at),
        (_, Some(list)) if list.len() > MAX_ENTRIES => {
            let message = format!("{} keys are too many; at most {MAX_ENTRIES} are allowed.", list.len());
            at.note(Code::LimitExceeded, message, None);
        }
        (_, Some(list)) => {
            for (index, node) in list.iter().enumerate() {
                at.enter(index.to_string(), |at| read(node, at));
            }
        }
        (_, None) => {
            at.note(Code::InvalidValue, format!("This has to be a list of keys, and is {}.", node.what()), None);
        }
    });
    keys
}

/// Reads whether a kind is replaced. Notes why it cannot be.
fn read_replaced<K: Kind>(replaced: &[Node], at: &mut Problems) -> bool {
    let place = replaced.iter().position(|node| node.scalar().as_deref() == Some(K::FIELD));
    if let (Some(place), Some(message)) = (place, K::refuses_rule(None)) {
        at.enter(place.to_string(), |at| at.note(Code::InvalidValue, message, None));
    }
    place.is_some()
}

/// Reads the overrides of one kind.
fn read_kind<K: Kind>([overrides, removed]: [Option<&Map>; 2], replaced: &[Node], at: &mut Problems) -> Overrides<K>
where
    K::Set: InputType,
    K::Key: InputType,
{
    let mut wanted = Overrides::<K>::default();
    if let Some(node) = overrides.and_then(|map| map.get(K::FIELD)) {
        at.enter("overrides", |at| wanted.entries = read_entries(node, at));
    }
    if let Some(node) = removed.and_then(|map| map.get(K::FIELD)) {
        at.enter("removed", |at| {
            wanted.removed = read_removed::<K>(node, at);
            if wanted.entries.iter().any(|entry| wanted.removed.contains(&entry.key())) {
                let message = "A key is removed here that has an entry in `overrides`.";
                at.enter(K::FIELD, |at| at.note(Code::DuplicateKey, message, None));
            }
        });
    }
    at.enter("replaced", |at| wanted.replaced = read_replaced::<K>(replaced, at));
    wanted
}

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The fields of all kinds.
        const KINDS: &[&str] = &[$( <$crate::kinds::$kind as Kind>::FIELD ),+];

        /// Writes overrides. Secrets are left out. Dependencies are written by name, so the caller has replaced their ids.
        pub fn write_overrides(all: &InstanceOverrides) -> OverrideNodes {
            let mut nodes = OverrideNodes::default();
            $( if let Some(overrides) = &all.$field {
                let field = <$crate::kinds::$kind as Kind>::FIELD;
                if let Some(node) = entries_node::<$crate::kinds::$kind>(overrides) {
                    nodes.overrides.set(field, node);
                }
                if let Some(node) = removed_node::<$crate::kinds::$kind>(overrides) {
                    nodes.removed.set(field, node);
                }
                if overrides.replaced {
                    nodes.replaced.push(Node::text(field));
                }
            } )+
            nodes
        }

        /// Reads overrides: entries by kind, removed keys by kind, and replaced kinds. Notes all problems, with the way to
        /// each from the instance.
        pub fn read_overrides(
            [overrides, removed, replaced]: [Option<&Node>; 3],
            at: &mut Problems,
        ) -> InstanceOverrides {
            let mut all = InstanceOverrides::default();
            let overrides = map_of(overrides, "overrides", at);
            let removed = map_of(removed, "removed", at);
            let replaced = replaced_of(replaced, at);
            $( {
                let wanted = read_kind::<$crate::kinds::$kind>([overrides, removed], replaced, at);
                if wanted != Overrides::default() {
                    all.$field = Some(wanted);
                }
            } )+
            all
        }
    };
}
for_each_kind!(all_kinds);

/// Writes the variables of a stack, without secrets; `None` without any.
pub fn write_shared_vars(vars: &[SharedVar]) -> Option<Node> {
    entries_node(&Overrides { entries: vars.to_vec(), ..Overrides::default() })
}

/// Reads the variables of a stack. Notes all problems, with the way to each from the stack.
pub fn read_shared_vars(node: &Node, at: &mut Problems) -> Vec<SharedVar> {
    read_entries(node, at)
}

/// The mapping with a key for each kind. Notes other keys.
fn map_of<'n>(node: Option<&'n Node>, name: &str, at: &mut Problems) -> Option<&'n Map> {
    let map = node?.as_map();
    at.enter(name, |at| match map {
        Some(map) => {
            for (key, _) in map.iter().filter(|(key, _)| !KINDS.contains(key)) {
                at.enter(key, |at| unknown_key(KINDS.iter().copied(), at));
            }
        }
        None => at.note(Code::InvalidValue, "This has to be a mapping with a key for each kind.", None),
    });
    map
}

/// The list of replaced kinds. Notes other entries.
fn replaced_of<'n>(node: Option<&'n Node>, at: &mut Problems) -> &'n [Node] {
    let Some(node) = node else { return &[] };
    let list = node.as_list();
    at.enter("replaced", |at| match list {
        Some(list) => {
            let mut seen = BTreeSet::new();
            for (index, node) in list.iter().enumerate() {
                let kind = node.scalar().unwrap_or_default();
                at.enter(index.to_string(), |at| match KINDS.contains(&kind.as_str()) {
                    true if !seen.insert(kind) => at.note(Code::DuplicateKey, "This kind is there twice.", None),
                    true => {}
                    false => unknown_key(KINDS.iter().copied(), at),
                });
            }
        }
        None => at.note(Code::InvalidValue, "This has to be a list of kinds.", None),
    });
    list.unwrap_or_default()
}
