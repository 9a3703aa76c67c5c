//! Attributes of a Compose service that no other kind holds, stored and rendered unchanged.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sea_orm::DeriveValueType;
use serde_json::Value as Json;

use super::{
    Kind,
    check::MAX_TEXT,
    compose::{EXTENSION, ReadEntry, Reading, Rendered, literal_tree},
    kind,
    values::UnknownWord,
};
use crate::{
    error::{Code, Problems},
    yaml::{Map, Node, Value as Yaml},
};

/// Any JSON value: text, a number, a truth value, null, a list or an object. Objects are shown with sorted keys.
#[derive(Clone, Debug, Default, PartialEq, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct AttributeValue(pub Json);

impl AttributeValue {
    /// Creates the value of a part of a file.
    pub fn of_node(node: &Node) -> Self {
        Self(sorted(node.to_json()))
    }

    /// Sorts the keys of all objects.
    pub fn sort(&mut self) {
        self.0 = sorted(std::mem::take(&mut self.0));
    }

    /// Notes what cannot be stored or imported again.
    pub fn check(&self, at: &mut Problems, field: &str) {
        let (bytes, depth) = (self.to_string().len(), depth(&self.0));
        if bytes > MAX_TEXT {
            let message = format!("{bytes} bytes are too long; at most {MAX_TEXT} are allowed.");
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
impl Hash for AttributeValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AttributeValue {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        serde_json::from_str(text).map(Self).map_err(|_| UnknownWord::new("value", "JSON"))
    }
}

/// Any JSON value: text, a number, a truth value, null, a list or an object. Objects are shown with sorted keys.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for AttributeValue {
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
pub const MAX_DEPTH: usize = 32;

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

kind! {
    /// A further attribute of the Compose service, such as `cap_add` or `ulimits`: it is kept and rendered as it is.
    pub struct Attribute in ("service_attributes", "instance_attributes"), input "AttributeInput" {
        /// An attribute of the Compose specification that no other collection or field holds, or `x-…`.
        pub name: String,
        /// Its value, of a shape that Compose takes for it; at most 64 KiB, and at most 32 levels of lists and
        /// objects.
        pub value: AttributeValue,
    }
}

/// The attributes with the shapes that Compose accepts: `b` boolean, `n` number, `s` text, `l` list, `m` mapping.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("annotations", "lm"),
    ("attach", "bs"),
    ("blkio_config", "m"),
    ("build", "sm"),
    ("cap_add", "l"),
    ("cap_drop", "l"),
    ("cgroup", "s"),
    ("cgroup_parent", "s"),
    ("cpu_count", "ns"),
    ("cpu_percent", "ns"),
    ("cpu_period", "ns"),
    ("cpu_quota", "ns"),
    ("cpu_rt_period", "ns"),
    ("cpu_rt_runtime", "ns"),
    ("cpu_shares", "ns"),
    ("cpuset", "s"),
    ("credential_spec", "m"),
    ("deploy", "m"),
    ("develop", "m"),
    ("device_cgroup_rules", "l"),
    ("devices", "l"),
    ("dns", "sl"),
    ("dns_opt", "l"),
    ("dns_search", "sl"),
    ("domainname", "s"),
    ("env_file", "sl"),
    ("expose", "l"),
    ("external_links", "l"),
    ("extra_hosts", "lm"),
    ("gpus", "sl"),
    ("group_add", "l"),
    ("hostname", "s"),
    ("init", "bs"),
    ("ipc", "s"),
    ("isolation", "s"),
    ("label_file", "sl"),
    ("logging", "m"),
    ("mac_address", "s"),
    ("mem_reservation", "ns"),
    ("mem_swappiness", "ns"),
    ("memswap_limit", "ns"),
    ("models", "m"),
    ("network_mode", "s"),
    ("oom_kill_disable", "bs"),
    ("oom_score_adj", "ns"),
    ("pid", "s"),
    ("pids_limit", "ns"),
    ("platform", "s"),
    ("post_start", "l"),
    ("pre_stop", "l"),
    ("privileged", "bs"),
    ("profiles", "l"),
    ("provider", "m"),
    ("pull_policy", "s"),
    ("read_only", "bs"),
    ("runtime", "s"),
    ("security_opt", "l"),
    ("shm_size", "ns"),
    ("stdin_open", "bs"),
    ("stop_grace_period", "s"),
    ("stop_signal", "s"),
    ("storage_opt", "m"),
    ("sysctls", "lm"),
    ("tmpfs", "sl"),
    ("tty", "bs"),
    ("ulimits", "m"),
    ("use_api_socket", "b"),
    ("userns_mode", "s"),
    ("uts", "s"),
    ("volumes_from", "l"),
];

/// Attributes that are held by another collection or field, with its name.
const HELD_ELSEWHERE: &[(&str, &str)] = &[
    ("command", "settings.command"),
    ("configs", "configFiles"),
    ("cpus", "resourceLimits.cpu"),
    ("depends_on", "dependencies"),
    ("entrypoint", "settings.entrypoint"),
    ("environment", "envVars"),
    ("healthcheck", "healthcheck"),
    ("image", "settings.imageName and settings.imageTag"),
    ("labels", "labels"),
    ("links", "dependencies"),
    ("mem_limit", "resourceLimits.memory"),
    ("networks", "networks"),
    ("ports", "ports"),
    ("restart", "settings.restartPolicy"),
    ("secrets", "volumes"),
    ("user", "settings.user"),
    ("volumes", "volumes"),
    ("working_dir", "settings.workingDir"),
];

/// The names of all attributes of a service that are held, here or elsewhere.
pub fn held_names() -> impl Iterator<Item = &'static str> {
    ATTRIBUTES.iter().map(|(name, _)| *name).chain(HELD_ELSEWHERE.iter().map(|(name, _)| *name))
}

/// The key under which a model of the attribute `models` has its definition, which Compose has at the top of a file.
const DEFINITION: &str = "x-definition";

/// The shapes that an attribute accepts. Extensions (`x-…`) accept all shapes.
fn shapes(name: &str) -> Option<&'static str> {
    if name.starts_with("x-") && name.len() > 2 && name != EXTENSION {
        return Some("bnslm");
    }
    ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, shapes)| *shapes)
}

pub(super) fn has_shape(value: &Json, shapes: &str) -> bool {
    let shape = match value {
        // Only extensions may be null.
        Json::Null => return shapes == "bnslm",
        Json::Bool(_) => 'b',
        Json::Number(_) => 'n',
        Json::String(_) => 's',
        Json::Array(_) => 'l',
        Json::Object(_) => 'm',
    };
    shapes.contains(shape)
}

pub(super) fn describe_shapes(shapes: &str) -> String {
    let word = |shape| match shape {
        'b' => "true or false",
        'n' => "a number",
        's' => "text",
        'l' => "a list",
        _ => "an object",
    };
    shapes.chars().map(word).collect::<Vec<_>>().join(" or ")
}

impl Kind for Attribute {
    const FIELD: &'static str = "attributes";
    const KEY_SQL: &'static str = "name";
    const LONG_COLUMN: Option<&'static str> = Some("value");
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.value.to_string().len()
    }

    fn key(&self) -> String {
        self.name.clone()
    }

    fn normalize(&mut self) {
        self.value.sort();
    }

    fn validate_key(name: &String, at: &mut Problems) {
        if let Some((_, held)) = HELD_ELSEWHERE.iter().find(|(known, _)| known == name) {
            at.note(Code::InvalidValue, format!("This attribute is held by {held}."), None);
        } else if shapes(name).is_none() || name.chars().count() > 63 || name.chars().any(char::is_control) {
            let message = "This is not an attribute of a Compose service that can be kept; those of your own start with \
                           `x-` and have at most 63 characters.";
            at.note(Code::InvalidValue, message, None);
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("name", |at| Self::validate_key(&self.name, at));
        self.value.check(at, "value");
        if let Some(shapes) = shapes(&self.name)
            && !has_shape(&self.value.0, shapes)
        {
            at.invalid("value", format!("Compose takes {} here.", describe_shapes(shapes)), None);
        }
        if self.name == "models" {
            let is_model = |model: &Json| model[DEFINITION]["model"].is_string();
            if !self.value.0.as_object().is_some_and(|models| models.values().all(is_model)) {
                let message = format!("Each model has its definition, with at least `model`, under `{DEFINITION}`.");
                at.invalid("value", message, None);
            }
        }
        if self.name == "deploy" {
            let limits = &self.value.0["resources"]["limits"];
            if ["cpus", "memory"].iter().any(|limit| !limits[limit].is_null()) {
                at.invalid("value", "Limits of CPUs and memory are held by resourceLimits.", None);
            }
            if !matches!(&self.value.0["replicas"], Json::Null) && self.value.0["replicas"] != 1 {
                at.invalid("value", "An instance is one container: replicas is 1.", None);
            }
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        for entry in entries {
            let mut node = literal_tree(&Node::from(&entry.value.0));
            if entry.name == "models" {
                move_definitions(&mut node, to);
            }
            match (to.service.get_mut(&entry.name).map(|there| &mut there.value), &node.value) {
                // The limits of CPU and memory are part of `deploy` too.
                (Some(Yaml::Map(there)), Yaml::Map(more)) => merge_missing(there, more),
                _ => to.service.set(entry.name.as_str(), node),
            }
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let (own, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut from.service).into_iter().partition(|(name, _)| shapes(name).is_some());
        from.service = rest.into_iter().collect();
        let mut found = Vec::new();
        for (name, mut node) in own.into_iter().filter(|(_, node)| node.value != Yaml::Null) {
            if name == "models" {
                node = with_definitions(node, from);
                if node.as_map().is_some_and(Map::is_empty) {
                    continue;
                }
            }
            remove_definitions(&name, &mut node, from);
            if node.as_map().is_some_and(Map::is_empty) && matches!(name.as_str(), "deploy" | "credential_spec") {
                continue;
            }
            let value = AttributeValue::of_node(&node);
            found.push(from.found(&name, node.at, Self { name: name.clone(), value }));
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let text = (proptest::sample::select(vec!["hostname", "runtime", "x-a", "x-b"]), "[a-z$ ]{1,3}")
            .prop_map(|(name, text)| Self { name: name.to_owned(), value: AttributeValue(text.into()) });
        let list = (proptest::sample::select(vec!["cap_add", "x-a"]), proptest::collection::vec("[A-Z$]{1,3}", 0..3))
            .prop_map(|(name, list)| Self { name: name.to_owned(), value: AttributeValue(list.into()) });
        prop_oneof![text, list].boxed()
    }
}

/// Moves the definitions of models to the top of the file.
fn move_definitions(models: &mut Node, to: &mut Rendered<'_>) {
    let Yaml::Map(map) = &mut models.value else { return };
    for (key, model) in map.iter_mut() {
        let Yaml::Map(model) = &mut model.value else { continue };
        if let Some(definition) = model.take(DEFINITION) {
            to.models.set(key, definition);
        }
    }
}

/// The models of a service, with their definitions.
fn with_definitions(node: Node, from: &mut Reading<'_>) -> Node {
    let at = node.at;
    let used: Vec<(String, Node)> = match node.value {
        Yaml::Map(map) => map.into_iter().collect(),
        Yaml::List(list) => list.into_iter().filter_map(|item| Some((item.scalar()?, Node::null()))).collect(),
        _ => Vec::new(),
    };
    let mut kept = Map::new();
    for (key, node) in used {
        let defined =
            from.file.models.get(&key).filter(|node| node.as_map().is_some_and(|map| map.get("model").is_some()));
        let Some(definition) = defined.cloned() else {
            from.lose(&format!("models.{key}"), at, format!("There is no model {key}."));
            continue;
        };
        let mut model = node.as_map().cloned().unwrap_or_default();
        model.set(DEFINITION, definition);
        kept.set(key, model);
    }
    Node { at, ..Node::from(kept) }
}

/// Adds the keys of `more` that are missing, at all levels.
fn merge_missing(there: &mut Map, more: &Map) {
    for (key, node) in more.iter() {
        match (there.get_mut(key).map(|there| &mut there.value), &node.value) {
            (Some(Yaml::Map(there)), Yaml::Map(more)) => merge_missing(there, more),
            (Some(_), _) => {}
            (None, _) => there.set(key, node.clone()),
        }
    }
}

/// Removes what refers to secrets or configs of the file, which only services themselves can use.
fn remove_definitions(name: &str, node: &mut Node, from: &mut Reading<'_>) {
    let Yaml::Map(map) = &mut node.value else { return };
    let (part, reason) = match name {
        "build" => ("secrets", "Secrets of a build cannot be held; without them a build that needs them fails."),
        "credential_spec" => ("config", "A credential spec in a config cannot be held; give it as a file."),
        _ => return,
    };
    if let Some(used) = map.take(part).filter(|node| node.value != Yaml::Null) {
        from.lose(&format!("{name}.{part}"), used.at, reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_once_and_in_order() {
        for list in [ATTRIBUTES, HELD_ELSEWHERE] {
            assert!(list.is_sorted_by(|(a, _), (b, _)| a < b));
        }
        assert!(HELD_ELSEWHERE.iter().all(|(name, _)| shapes(name).is_none()));
    }
}
