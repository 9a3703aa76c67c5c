//! Renders a stack as a Compose file: a pure function of its effective configurations.
//!
//! Called by the use cases. It must not load anything, and the same input must give the same bytes.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::{layers, warnings};
use crate::{
    ids::InstanceId,
    kinds::{
        CONFIG_HASH_LABEL, DEFAULT_NETWORK, EnvVar, Kind,
        compose::{EXTENSION, Rendered, Surroundings, Warning, literal},
        for_each_kind,
    },
    name::project_name,
    yaml::{Map, Node, Value, write},
};

/// Whether a stack is rendered as one file or as two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One file with the effective configurations.
    #[default]
    Flat,
    /// Two files: the templates, and the overrides of the instances.
    Layered,
}

macro_rules! entries {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of every kind, each sorted by key.
        #[derive(Clone, Debug, Default)]
        pub struct Entries {
            $( $(#[$doc])* pub $field: Vec<crate::kinds::$kind>, )+
        }

        /// Renders the entries of every kind.
        fn render_entries(entries: &Entries, to: &mut Rendered<'_>) {
            $( <crate::kinds::$kind as Kind>::render(&entries.$field.iter().collect::<Vec<_>>(), to); )+
        }
    };
}
for_each_kind!(entries);

/// An enabled instance of the stack.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The name of its container.
    pub container_name: String,
    /// The beginning of the names of its volumes.
    pub storage_name: String,
    /// The entries of its template.
    pub template: Entries,
    /// Its effective entries.
    pub effective: Entries,
}

/// The stack's own network and names.
#[derive(Clone, Debug)]
pub struct Network {
    /// The stack's name.
    pub stack: String,
    /// The beginning of the names of its volumes and networks.
    pub storage_name: String,
    /// The name of the network that all its services join.
    pub network: String,
}

/// A rendered stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The file, or in layered mode the base file.
    pub text: String,
    /// In layered mode, the override file.
    pub layer: Option<String>,
    /// Warnings for the user of the files.
    pub warnings: Vec<Warning>,
    /// Variables that must be set, because secrets are not written out.
    pub variables: Vec<String>,
    /// The value of the label [`CONFIG_HASH_LABEL`] of each service.
    pub config_hashes: BTreeMap<String, String>,
}

/// Renders a stack. `known` contains all instances of the stack with their names, and whether they are enabled.
#[expect(clippy::implicit_hasher, reason = "made by one caller, with the usual hasher")]
pub fn render(
    stack: &Network,
    members: &[Member],
    known: HashMap<InstanceId, (String, bool)>,
    reveal: bool,
    mode: Mode,
) -> File {
    let effective = || members.iter().map(|member| (member, &member.effective));
    let mut config_hashes = BTreeMap::new();
    let storage_name = stack.storage_name.clone();
    let mut around = Surroundings { instances: known, storage_name, reveal, ..Surroundings::default() };
    if reveal {
        // A hash must be the same whether secrets are written out or not, and must not depend on their values.
        let (instances, storage_name) = (around.instances.clone(), around.storage_name.clone());
        let mut concealed = Surroundings { instances, storage_name, ..Surroundings::default() };
        document(stack, effective(), &mut concealed, &mut config_hashes);
    }
    let flat = document(stack, effective(), &mut around, &mut config_hashes);
    let mut warnings = std::mem::take(&mut around.warnings);
    warnings.extend(members.iter().flat_map(|member| warnings::of(member, members, &around.instances)));
    warnings.extend(warnings::of_names(members));
    let name = &stack.stack;
    let (text, layer) = match mode {
        Mode::Flat => (format!("# Written by DevArch from the stack {name}.\n{}", write(&flat)), None),
        Mode::Layered => {
            let base_layer: Vec<Entries> = members.iter().map(|member| base_layer(member, reveal)).collect();
            // The warnings and variables are those of the flat document.
            let base_layer = document(stack, members.iter().zip(&base_layer), &mut around, &mut config_hashes);
            let upper = layers::difference(&base_layer, &flat);
            let needs = layers::oldest(&upper)
                .map_or_else(String::new, |version| format!("# It needs Docker Compose {version} or later.\n"));
            let body = if upper.is_empty() { "services: {}\n".to_owned() } else { write(&upper) };
            let text = format!(
                "# Written by DevArch from the templates of the stack {name}. What its instances say differently is in \
                 the override file.\n{}",
                write(&base_layer)
            );
            let what = "Written by DevArch: what the instances differ in from their templates, in the stack";
            (text, Some(format!("# {what} {name}.\n{needs}{body}")))
        }
    };
    File { text, layer, warnings, variables: around.variables.into_keys().collect(), config_hashes }
}

/// The base layer of a member: the entries of its template, without overridden secrets and overridden config files with
/// variables, since Compose would require their variables.
fn base_layer(member: &Member, reveal: bool) -> Entries {
    let (mut entries, effective) = (member.template.clone(), &member.effective);
    entries.env_vars.retain(|var| {
        let same = |other: &&EnvVar| other.key == var.key && other.holds_secret() && (!reveal || *other == var);
        !var.holds_secret() || effective.env_vars.iter().any(|other| same(&other))
    });
    entries.config_files.retain(|file| !file.is_template || effective.config_files.contains(file));
    entries
}

/// The whole document, with one of the layers of every member. Adds the hashes of services that have none yet.
fn document<'m>(
    stack: &Network,
    members: impl Iterator<Item = (&'m Member, &'m Entries)>,
    around: &mut Surroundings,
    config_hashes: &mut BTreeMap<String, String>,
) -> Map {
    let (mut services, mut volumes, mut configs) = (Vec::new(), Vec::<(String, Node)>::new(), Vec::new());
    let (mut networks, mut defined) = (Networks::default(), HashMap::new());
    for (member, entries) in members {
        let mut to = Rendered::new(&member.name, &member.storage_name, around);
        render_entries(entries, &mut to);
        to.service.set("container_name", literal(&member.container_name));
        if !to.extension.is_empty() {
            let extension = std::mem::take(&mut to.extension);
            to.service.set(EXTENSION, extension);
        }
        let hash = config_hashes.entry(member.name.clone()).or_insert_with(|| config_hash(&to.service)).clone();
        set_label(&mut to.service, CONFIG_HASH_LABEL, &hash);
        // Volumes of instances have unique keys; others have one key for all services.
        for (key, definition) in std::mem::take(&mut to.volumes) {
            match defined.get(&key).map(|place: &usize| &volumes[*place]) {
                None => {
                    defined.insert(key.clone(), volumes.len());
                    volumes.push((key, definition));
                }
                Some((_, first)) if *first == definition => {}
                Some(_) => to.warn(format!(
                    "It defines the volume {key} otherwise than an older instance, whose definition is used."
                )),
            }
        }
        services.push((member.name.clone(), ordered(to.service).into()));
        configs.extend(to.configs);
        let defined = to.networks;
        networks.add(defined, &member.name, &mut around.warnings);
    }
    let mut file = Map::new();
    file.set("name", project_name(&stack.stack));
    file.set("services", services.into_iter().collect::<Map>());
    file.set("networks", networks.into_map(stack));
    for (key, entries) in [("volumes", volumes), ("configs", configs)] {
        if !entries.is_empty() {
            file.set(key, entries.into_iter().collect::<Map>());
        }
    }
    file
}

/// The networks of a file, by the keys that services use.
#[derive(Default)]
struct Networks {
    /// The definitions without names, in the order in which services join them.
    defined: Vec<(String, Map)>,
    places: HashMap<String, usize>,
}

impl Networks {
    /// Adds the networks of a service. The first definition of a network counts, if it says anything.
    fn add(&mut self, networks: Map, instance: &str, warnings: &mut Vec<Warning>) {
        for (key, node) in networks {
            let Value::Map(definition) = node.value else { continue };
            let Some(place) = self.places.get(&key) else {
                self.places.insert(key.clone(), self.defined.len());
                self.defined.push((key, definition));
                continue;
            };
            let known = &mut self.defined[*place].1;
            if known.is_empty() {
                *known = definition;
            } else if !definition.is_empty() && *known != definition {
                let message =
                    format!("It defines the network {key} otherwise than an older instance, whose definition is used.");
                warnings.push(Warning { instance: Some(instance.to_owned()), message });
            }
        }
    }

    /// The networks with their names, the stack's own first. Names of projects contain no underscore, so that no two
    /// stacks have a network of the same name.
    fn into_map(self, stack: &Network) -> Map {
        let mut map = Map::from_iter([(DEFAULT_NETWORK.to_owned(), Node::from(Map::new()))]);
        for (key, definition) in self.defined {
            map.set(key, definition);
        }
        let named = map.into_iter().map(|(key, node)| {
            let Value::Map(definition) = node.value else { return (key, node) };
            if definition.get("external").is_some() {
                return (key, Node::from(definition));
            }
            let name = match key.as_str() {
                DEFAULT_NETWORK => stack.network.clone(),
                key => format!("{}_{key}", project_name(&stack.stack)),
            };
            let named = [("name".to_owned(), literal(&name))].into_iter().chain(definition);
            (key, Node::from(named.collect::<Map>()))
        });
        named.collect()
    }
}

/// The hash of what a service runs: equal as long as its attributes are. A later version may compute it differently.
fn config_hash(service: &Map) -> String {
    fn feed(node: &Node, to: &mut Sha256) {
        // Each part begins with its kind and length, so that two different trees never feed the same bytes.
        let mut part = |kind: u8, text: &str| {
            to.update([kind]);
            to.update((text.len() as u64).to_le_bytes());
            to.update(text);
        };
        match &node.value {
            Value::Map(map) => feed_map(map, to),
            Value::List(list) => {
                part(b'l', &list.len().to_string());
                list.iter().for_each(|node| feed(node, to));
            }
            Value::Null => part(b'n', ""),
            _ => part(b's', &node.scalar().unwrap_or_default()),
        }
    }
    fn feed_map(map: &Map, to: &mut Sha256) {
        let mut entries: Vec<_> = map.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        to.update([b'm']);
        to.update((entries.len() as u64).to_le_bytes());
        for (key, node) in entries {
            to.update((key.len() as u64).to_le_bytes());
            to.update(key);
            feed(node, to);
        }
    }
    let mut digest = Sha256::new();
    feed_map(service, &mut digest);
    digest.finalize().iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// The length of a configuration hash: short enough to be read, long enough that no two are equal by accident.
const HASH_BYTES: usize = 16;

/// Sets a label of a service, in the order of the keys.
fn set_label(service: &mut Map, key: &str, value: &str) {
    let labels = service.take("labels");
    let mut labels: Vec<(String, Node)> = match labels.map(|node| node.value) {
        Some(Value::Map(labels)) => labels.into_iter().collect(),
        _ => Vec::new(),
    };
    labels.push((key.to_owned(), Node::text(value)));
    labels.sort_by(|(one, _), (other, _)| one.cmp(other));
    service.set("labels", labels.into_iter().collect::<Map>());
}

/// The attributes of a service in their usual order; all others follow by name.
const ORDER: [&str; 19] = [
    "image",
    "build",
    "platform",
    "container_name",
    "hostname",
    "entrypoint",
    "command",
    "user",
    "working_dir",
    "restart",
    "depends_on",
    "networks",
    "ports",
    "volumes",
    "configs",
    "environment",
    "labels",
    "healthcheck",
    "deploy",
];

fn ordered(service: Map) -> Map {
    let rank = |key: &str| {
        let known = ORDER.iter().position(|known| *known == key);
        (known.unwrap_or(ORDER.len() + usize::from(key == EXTENSION)), key.to_owned())
    };
    let mut entries: Vec<(String, Node)> = service.into_iter().collect();
    entries.sort_by_cached_key(|(key, _)| rank(key));
    entries.into_iter().collect()
}
