//! Networks that the container joins, with its further names in them.

use super::{
    Brief, JsonValue, Kind,
    compose::{ReadEntry, Reading, Rendered, labels, literal, literal_tree},
    kind,
    values::{
        Argv,
        json::{Part, Parts, check_details, has_contents, normalize_details},
    },
};
use crate::{
    error::{Code, Problems},
    name::is_given,
    yaml::{Map, Node, Value},
};

/// The name of the stack's own network.
pub const DEFAULT_NETWORK: &str = "default";
/// How the keys of external networks begin in a rendered file.
const EXTERNAL: &str = "external.";
/// The maximum length of the name of a network.
const MAX_NAME: usize = 255;
/// The maximum length of an alias: that of a host name.
const MAX_ALIAS: usize = 253;
/// The maximum number of aliases in a network.
const MAX_ALIASES: usize = 100;

/// The options of a service in a network.
const OPTIONS: Parts = &[
    ("driver_opts", Part::Value("o")),
    ("gw_priority", Part::Value("n")),
    ("interface_name", Part::Value("s")),
    ("ipv4_address", Part::Value("s")),
    ("ipv6_address", Part::Value("s")),
    ("link_local_ips", Part::Value("l")),
    ("mac_address", Part::Value("s")),
    ("priority", Part::Value("n")),
];

/// The attributes of the definition of a network.
const DEFINITION: Parts = &[
    ("attachable", Part::Value("bs")),
    ("driver", Part::Value("s")),
    ("driver_opts", Part::Value("o")),
    ("enable_ipv4", Part::Value("bs")),
    ("enable_ipv6", Part::Value("bs")),
    ("internal", Part::Value("bs")),
    ("ipam", Part::Value("m")),
    ("labels", Part::Value("lo")),
];

kind! {
    /// A network that the container joins. Without any it joins the network of its stack; with some, exactly these.
    pub struct Network in ("service_networks", "instance_networks"), input "NetworkInput" {
        /// Name within the stack, which other stacks do not see; `default` is the stack's own network. If the network
        /// is external, its name on the host.
        pub name: String,
        /// Further host names under which others find the container in this network; at most 100.
        #[graphql(default)]
        pub aliases: Argv,
        /// True when the network exists on the host under exactly this name. It is not isolated from other stacks.
        #[graphql(default)]
        pub is_external: bool,
        /// Further attributes of the service in this network: `driver_opts`, `gw_priority`, `interface_name`,
        /// `ipv4_address`, `ipv6_address`, `link_local_ips`, `mac_address`, `priority`.
        pub options: Option<JsonValue>,
        /// How the network is made: `attachable`, `driver`, `driver_opts`, `enable_ipv4`, `enable_ipv6`, `internal`,
        /// `ipam`, `labels`. Of several definitions in a stack, that of the oldest instance is used.
        pub definition: Option<JsonValue>,
    }
}

impl Network {
    /// The stack's own network, without options.
    fn of_stack(aliases: Vec<String>) -> Self {
        let name = DEFAULT_NETWORK.to_owned();
        Self { name, aliases: Argv(aliases), is_external: false, options: None, definition: None }
    }

    /// Whether the entry asks for certain addresses, which two networks of one host cannot both have.
    pub fn fixes_addresses(&self) -> bool {
        let has = |details: &Option<JsonValue>, keys: &[&str]| {
            details.as_ref().is_some_and(|details| keys.iter().any(|key| details.0.get(key).is_some()))
        };
        has(&self.definition, &["ipam"]) || has(&self.options, &["mac_address"])
    }

    /// Whether the entry says no more than that the container joins the network.
    fn is_plain(&self) -> bool {
        self.aliases.0.is_empty() && !self.is_external && self.options.is_none() && self.definition.is_none()
    }

    /// The key of the network in a rendered file.
    pub fn file_key(&self) -> String {
        if self.is_external { format!("{EXTERNAL}{}", self.name) } else { self.name.clone() }
    }
}

impl Kind for Network {
    const FIELD: &'static str = "networks";
    const KEY_SQL: &'static str = "name";
    const BRIEF_SQL: &'static str = "name || CASE WHEN aliases = '[]' THEN '' \
        ELSE ', alias ' || replace(substr(aliases, 3, length(aliases) - 4), '\",\"', ', alias ') END \
        || CASE WHEN is_external THEN ', external' ELSE '' END \
        || COALESCE(', options ' || options, '') || COALESCE(', definition ' || definition, '')";
    type Key = String;
    type Set = Vec<Self>;

    fn key(&self) -> String {
        self.name.clone()
    }

    /// Its name, with the aliases of the container and the details as JSON: `backend, alias db, external`.
    fn brief(&self) -> Brief<'_> {
        let mut parts = vec![self.name.clone()];
        parts.extend(self.aliases.0.iter().map(|alias| format!("alias {alias}")));
        if self.is_external {
            parts.push("external".to_owned());
        }
        parts.extend(self.options.iter().map(|options| format!("options {options}")));
        parts.extend(self.definition.iter().map(|definition| format!("definition {definition}")));
        Brief::made(parts.join(", "))
    }

    fn normalize(&mut self) {
        let mut seen = std::collections::HashSet::new();
        self.aliases.0.retain(|alias| seen.insert(alias.clone()));
        normalize_details(&mut self.options);
        normalize_details(&mut self.definition);
    }

    fn validate_key(name: &String, at: &mut Problems) {
        if !is_word(name, MAX_NAME) {
            let message = "The name of a network takes 1 to 255 letters, digits, `.`, `_` and `-`.";
            at.note(Code::InvalidValue, message, suggest(name, MAX_NAME));
        }
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("name", |at| Self::validate_key(&self.name, at));
        if let Some(rest) = self.name.strip_prefix(EXTERNAL).filter(|_| !self.is_external) {
            let suggestion = suggest(rest.trim_start_matches(EXTERNAL), MAX_NAME);
            at.invalid("name", "A network of the stack has a name that does not begin with `external.`.", suggestion);
        }
        at.enter("aliases", |at| {
            if self.aliases.0.len() > MAX_ALIASES {
                let message =
                    format!("{} aliases are too many; at most {MAX_ALIASES} are allowed.", self.aliases.0.len());
                at.note(Code::LimitExceeded, message, None);
                return;
            }
            for (index, alias) in self.aliases.0.iter().enumerate().filter(|(_, alias)| !is_alias(alias)) {
                let message = "An alias takes 1 to 253 letters, digits, `.`, `_` and `-`.";
                at.invalid(&index.to_string(), message, suggest(alias, MAX_ALIAS));
            }
        });
        check_details(at, "options", self.options.as_ref(), OPTIONS);
        check_details(at, "definition", self.definition.as_ref(), DEFINITION);
        if self.is_external && self.name == DEFAULT_NETWORK {
            let message = "`default` is the network of the stack, which is not external.";
            at.invalid("isExternal", message, Some("false".to_owned()));
        }
        if self.is_external && self.definition.is_some() {
            at.invalid("definition", "An external network exists already: it has no definition.", None);
        }
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let mut joined = Map::new();
        for network in entries {
            let mut own = Map::new();
            if !network.aliases.0.is_empty() {
                own.set("aliases", network.aliases.0.iter().map(|alias| literal(alias)).collect::<Vec<_>>());
            }
            add_all(&mut own, network.options.as_ref());
            let mut definition = Map::new();
            if network.is_external {
                definition.set("external", true);
                definition.set("name", literal(&network.name));
            }
            add_all(&mut definition, network.definition.as_ref());
            joined.set(network.file_key(), own);
            to.networks.set(network.file_key(), definition);
        }
        if !joined.is_empty() {
            to.service.set("networks", joined);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let (listed, at) = listed(from);
        if from.has_network_mode {
            if let Some((_, node)) = listed.first() {
                from.lose("networks", node.at, "Compose refuses networks beside `network_mode`.");
            }
            return Vec::new();
        }
        let own = own_names(from);
        let mut found = Vec::new();
        if from.services.fold_networks {
            let mut aliases = own.clone();
            for (key, node) in &listed {
                aliases.extend(aliases_of(key, node.as_map(), from));
            }
            if !aliases.is_empty() {
                found.push(from.found("networks", at, Self::of_stack(aliases)));
            }
            return found;
        }
        let is_implied = listed.is_empty();
        let implied = is_implied.then(|| (DEFAULT_NETWORK.to_owned(), Node { at, ..Node::null() }));
        for (key, node) in listed.into_iter().chain(implied) {
            let part = format!("networks.{key}");
            let Some(network) = read_one(&key, &node, &own, from) else { continue };
            if !is_implied || !network.is_plain() {
                found.push(from.found(&part, node.at, network));
            }
        }
        // It joins the network of the stack instead of the lost ones.
        if found.is_empty() && !own.is_empty() {
            found.push(from.found("networks", at, Self::of_stack(own)));
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        let name = proptest::sample::select(vec!["default", "front", "back"]);
        let aliases = || proptest::collection::vec("[a-z][a-z._]{0,2}", 0..3);
        let options = || {
            let value = |text: String| JsonValue(serde_json::json!({ "interface_name": text, "priority": 5 }));
            proptest::option::of("[a-z$]{1,3}".prop_map(value))
        };
        let definition = proptest::option::of(
            "[a-z$]{1,3}"
                .prop_map(|text| JsonValue(serde_json::json!({ "driver_opts": { "a": text }, "internal": true }))),
        );
        let own = (name, aliases(), options(), definition).prop_map(|(name, aliases, options, definition)| {
            let (name, is_external) = (name.to_owned(), false);
            Self { name, aliases: Argv(aliases), is_external, options, definition }
        });
        let external = (proptest::sample::select(vec!["lan", "proxy"]), aliases(), options()).prop_map(
            |(name, aliases, options)| {
                let (name, is_external) = (name.to_owned(), true);
                Self { name, aliases: Argv(aliases), is_external, options, definition: None }
            },
        );
        prop_oneof![own, external]
            .prop_map(|mut network| {
                network.normalize();
                network
            })
            .boxed()
    }
}

/// Whether a text can be an alias of a container.
pub fn is_alias(text: &str) -> bool {
    is_word(text, MAX_ALIAS)
}

/// Whether a text has only characters that Compose accepts in names of networks and services.
fn is_word(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(is_word_char)
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Suggests a name without illegal characters.
fn suggest(text: &str, most: usize) -> Option<String> {
    let legal: String = text.chars().filter(|c| is_word_char(*c)).take(most).collect();
    Some(legal).filter(|name| !name.is_empty() && !name.starts_with(EXTERNAL))
}

/// Adds the entries of an object to a map.
fn add_all(to: &mut Map, value: Option<&JsonValue>) {
    if let Some(Value::Map(map)) = value.map(|value| literal_tree(&Node::from(&value.0)).value) {
        for (key, node) in map {
            to.set(key, node);
        }
    }
}

/// Takes the networks that a service lists, each with what the service says about it.
fn listed(from: &mut Reading<'_>) -> (Vec<(String, Node)>, crate::yaml::At) {
    let Some(node) = from.take("networks") else { return (Vec::new(), from.at) };
    let at = node.at;
    let listed = match node.value {
        Value::Map(map) => map.into_iter().map(|(key, node)| (key, Node { at: node.at, ..node })).collect(),
        Value::List(list) => {
            let keys = list.into_iter().filter_map(|item| Some((item.scalar()?, Node { at: item.at, ..Node::null() })));
            keys.collect()
        }
        _ => {
            from.lose("networks", at, "This is not a list or a mapping of networks.");
            Vec::new()
        }
    };
    (listed, at)
}

/// The names under which the other services of the files find this one, besides the name of its instance.
fn own_names(from: &Reading<'_>) -> Vec<String> {
    let container = from.service.get("container_name").and_then(Node::scalar);
    let instance = from.services.instances.get(from.name);
    // A rendered file has container names that only the rendered stack has.
    let is_rendered = |name: &str| is_given(name) && instance.is_some_and(|own| name.ends_with(own));
    let mut names = vec![from.name.to_owned()];
    names.extend(container.filter(|name| !is_rendered(name)));
    names.extend(from.services.link_aliases.get(from.name).cloned().unwrap_or_default());
    names.retain(|name| is_alias(name) && Some(name) != instance);
    names
}

/// The aliases that a service has in one network. Notes those that cannot be held.
fn aliases_of(key: &str, own: Option<&Map>, from: &mut Reading<'_>) -> Vec<String> {
    let Some(node) = own.and_then(|map| map.get("aliases")).filter(|node| node.value != Value::Null) else {
        return Vec::new();
    };
    let part = format!("networks.{key}.aliases");
    let mut aliases = Vec::new();
    for item in node.as_list().unwrap_or(std::slice::from_ref(node)) {
        match item.scalar().filter(|alias| is_alias(alias)) {
            Some(alias) => aliases.push(alias),
            None => from.lose(&part, item.at, "An alias takes 1 to 253 letters, digits, `.`, `_` and `-`."),
        }
    }
    aliases
}

/// Reads one network of a service; `None` if it is lost, which has been reported.
fn read_one(key: &str, node: &Node, names: &[String], from: &mut Reading<'_>) -> Option<Network> {
    let part = format!("networks.{key}");
    let nothing = Map::new();
    let file = from.file;
    let defined = match file.networks.get(key) {
        Some(defined) => defined.as_map().unwrap_or(&nothing),
        None if key == DEFAULT_NETWORK => &nothing,
        None => {
            from.lose(&part, node.at, format!("There is no network {key}."));
            return None;
        }
    };
    let is_external = defined.get("external").and_then(Node::as_bool) == Some(true);
    if is_external && !from.services.allow_external_networks {
        // The definition has the note.
        return None;
    }
    let (mut aliases, own) = (names.to_vec(), node.as_map().unwrap_or(&nothing));
    aliases.extend(aliases_of(key, Some(own), from));
    let mut options = Map::new();
    for (option, node) in own.iter().filter(|(option, node)| *option != "aliases" && node.value != Value::Null) {
        match OPTIONS.iter().any(|(known, _)| *known == option) {
            true => options.set(option, node.clone()),
            false => from.lose(&format!("{part}.{option}"), node.at, "This cannot be held."),
        }
    }
    let name = if is_external { defined.get("name").and_then(Node::scalar) } else { None };
    let definition = if is_external { Map::new() } else { definition_of(defined) };
    let (values, bytes) = definition.weight();
    if !from.charge(values, bytes) {
        return None;
    }
    let json = |map: Map| Some(JsonValue::of_node(&Node::from(map))).filter(has_contents);
    Some(Network {
        name: name.unwrap_or_else(|| key.to_owned()),
        aliases: Argv(aliases),
        is_external,
        options: json(options),
        definition: json(definition),
    })
}

/// The attributes of a definition that are held.
fn definition_of(defined: &Map) -> Map {
    let held = defined.iter().filter(|(key, node)| is_definition_key(key) && node.value != Value::Null);
    held.map(|(key, node)| (key.to_owned(), if key == "labels" { labels(node) } else { node.clone() })).collect()
}

/// Whether an attribute of a definition is held.
pub fn is_definition_key(key: &str) -> bool {
    DEFINITION.iter().any(|(known, _)| *known == key)
}
