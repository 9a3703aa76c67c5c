//! Attributes of a Compose service that no other kind holds, stored and rendered unchanged.

use serde_json::Value as Json;

use super::{
    Brief, JsonValue, Kind,
    check::MAX_TEXT,
    compose::{EXTENSION, ReadEntry, Reading, Rendered, literal_tree},
    kind,
    values::json::{ANY_SHAPE, Shapes, describe_shapes, has_shape},
};
use crate::{
    error::{Code, Problems},
    yaml::{Map, Node, Value as Yaml},
};

kind! {
    /// A further attribute of the Compose service, such as `cap_add` or `ulimits`: it is kept and rendered as it is.
    pub struct Attribute in ("service_attributes", "instance_attributes"), input "AttributeInput" {
        /// An attribute of the Compose specification that no other collection or field holds, or `x-…`.
        pub name: String,
        /// Its value, of a shape that Compose accepts; at most 64 KiB, and at most 32 levels of lists and
        /// objects.
        pub value: JsonValue,
    }
}

/// The attributes with the shapes that Compose accepts.
const ATTRIBUTES: &[(&str, Shapes)] = &[
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
fn shapes(name: &str) -> Option<Shapes> {
    if name.starts_with("x-") && name.len() > 2 && name != EXTENSION {
        return Some(ANY_SHAPE);
    }
    ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, shapes)| *shapes)
}

impl Kind for Attribute {
    const FIELD: &'static str = "attributes";
    const KEY_SQL: &'static str = "name";
    const BRIEF_SQL: &'static str = "value";
    const LONG_COLUMN: Option<&'static str> = Some("value");
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.value.to_string().len()
    }

    fn key(&self) -> String {
        self.name.clone()
    }

    fn brief(&self) -> Brief<'_> {
        Brief::made(self.value.to_string())
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
        self.value.check(at, "value", MAX_TEXT);
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
            let value = JsonValue::of_node(&node);
            found.push(from.found(&name, node.at, Self { name: name.clone(), value }));
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let text = (proptest::sample::select(vec!["hostname", "runtime", "x-a", "x-b"]), "[a-z$ ]{1,3}")
            .prop_map(|(name, text)| Self { name: name.to_owned(), value: JsonValue(text.into()) });
        let list = (proptest::sample::select(vec!["cap_add", "x-a"]), proptest::collection::vec("[A-Z$]{1,3}", 0..3))
            .prop_map(|(name, list)| Self { name: name.to_owned(), value: JsonValue(list.into()) });
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
