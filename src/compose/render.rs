//! Renders a stack as a Compose file: a pure function of its effective configurations.
//!
//! Called by the use cases. It must not load anything, and the same input must give the same bytes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{config_hash::config_hash, interpolate::required, layers, warnings};
use crate::{
    ids::InstanceId,
    kinds::{
        CONFIG_HASH_LABEL, DEFAULT_NETWORK, EnvVar, Kind, UNNAMED_IMAGE,
        compose::{EXTENSION, Rendered, SecretOf, Surroundings, Warning, literal},
        for_each_kind,
    },
    name::project_name,
    references::{StackValues, has_references, without_references},
    yaml::{Map, Node, Value, write},
};

/// How each rendered file begins.
pub const RENDERED: &str = "# Written by DevArch";

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

        impl Entries {
            /// Whether a text contains a reference.
            pub fn have_references(&self) -> bool {
                $( self.$field.iter().any(|entry| entry.reference_texts().iter().any(|(_, text)| has_references(text))) )||+
            }
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

/// The names of a stack.
#[derive(Clone, Debug)]
pub struct StackNames {
    /// The stack's name.
    pub stack: String,
    /// The beginning of the names of the volumes that its instances share.
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
    /// Variables that stand for secrets, because these are not written out, each with its secret.
    pub variables: BTreeMap<String, SecretOf>,
    /// All variables without which Compose does not read the file: those, and the ones that templates of config files
    /// require.
    pub required_variables: BTreeSet<String>,
    /// The value of the label [`CONFIG_HASH_LABEL`] of each service.
    pub config_hashes: BTreeMap<String, String>,
}

/// How secrets are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As variables, which have to be set.
    Variables,
    /// As they are.
    Revealed,
    /// As variables where a secret is the whole value, and by the values of these variables inside of longer texts and where a
    /// text refers to it: as a reader of the file gets these texts.
    Given(Arc<BTreeMap<String, String>>),
}

/// Renders a stack. `known` contains all instances of the stack with their names, and whether they are enabled.
#[expect(clippy::implicit_hasher, reason = "made by one caller, with the usual hasher")]
pub fn render(
    stack: &StackNames,
    members: &[Member],
    known: HashMap<InstanceId, (String, bool)>,
    secrets: Secrets,
    values: Arc<StackValues>,
    mode: Mode,
) -> File {
    let effective = || members.iter().map(|member| (member, &member.effective));
    let mut config_hashes = BTreeMap::new();
    let storage_name = stack.storage_name.clone();
    let reveal = secrets == Secrets::Revealed;
    let given = if let Secrets::Given(given) = secrets { Some(given) } else { None };
    let mut around = Surroundings { instances: known, storage_name, reveal, given, values, ..Surroundings::default() };
    if reveal {
        // A hash must be the same whether secrets are written out or not, and must not depend on their values.
        let (instances, storage_name) = (around.instances.clone(), around.storage_name.clone());
        let values = Arc::clone(&around.values);
        let mut concealed = Surroundings { instances, storage_name, values, ..Surroundings::default() };
        document(stack, effective(), &mut concealed, &mut config_hashes);
    }
    let flat = document(stack, effective(), &mut around, &mut config_hashes);
    let mut warnings = std::mem::take(&mut around.warnings);
    warnings.extend(members.iter().flat_map(|member| warnings::of(member, members, &around.instances)));
    warnings.extend(warnings::of_names(members));
    let name = &stack.stack;
    let (text, layer) = match mode {
        Mode::Flat => (format!("{RENDERED} from the stack {name}.\n{}", write(&flat)), None),
        Mode::Layered => {
            let base_layer: Vec<Entries> = members.iter().map(|member| base_layer(member, reveal)).collect();
            // The warnings and variables are those of the flat document.
            let base_layer = document(stack, members.iter().zip(&base_layer), &mut around, &mut config_hashes);
            let upper = layers::difference(&base_layer, &flat);
            let needs = layers::oldest(&upper)
                .map_or_else(String::new, |version| format!("# It needs Docker Compose {version} or later.\n"));
            let body = if upper.is_empty() { "services: {}\n".to_owned() } else { write(&upper) };
            let text = format!(
                "{RENDERED} from the templates of the stack {name}. The overrides of its instances are in the \
                 override file.\n{}",
                write(&base_layer)
            );
            let what = "the overrides of the instances of the stack";
            (text, Some(format!("{RENDERED}: {what} {name}.\n{needs}{body}")))
        }
    };
    let templates = members.iter().flat_map(|member| &member.effective.config_files).filter(|file| file.is_template);
    let required_variables = templates.flat_map(|file| required(&without_references(&file.content)));
    let required_variables = required_variables.chain(around.variables.keys().cloned()).chain(around.unresolved);
    File {
        text,
        layer,
        warnings,
        required_variables: required_variables.collect(),
        variables: around.variables,
        config_hashes,
    }
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
    stack: &StackNames,
    members: impl Iterator<Item = (&'m Member, &'m Entries)>,
    around: &mut Surroundings,
    config_hashes: &mut BTreeMap<String, String>,
) -> Map {
    let (mut services, mut configs) = (Vec::new(), Vec::new());
    let [mut volumes, mut models, mut networks] = [Shared::default(), Shared::default(), Shared::default()];
    for (member, entries) in members {
        let mut to = Rendered::new(&member.name, &member.storage_name, around);
        render_entries(entries, &mut to);
        to.service.set("container_name", literal(&member.container_name));
        if !to.extension.is_empty() {
            let extension = std::mem::take(&mut to.extension);
            to.service.set(EXTENSION, extension);
        }
        let hash = config_hashes.entry(member.name.clone()).or_insert_with(|| config_hash(&to)).clone();
        set_label(&mut to.service, CONFIG_HASH_LABEL, &hash);
        // Volumes of instances have unique keys; other volumes, models and networks have one key for all services.
        let used = [
            ("volume", &mut volumes, std::mem::take(&mut to.volumes)),
            ("model", &mut models, std::mem::take(&mut to.models)),
            ("network", &mut networks, std::mem::take(&mut to.networks)),
        ];
        for (what, shared, definitions) in used {
            for key in shared.add(definitions) {
                let message = "otherwise than an older instance, whose definition is used.";
                to.warn(format!("It defines the {what} {key} {message}"));
            }
        }
        services.push((member.name.clone(), ordered(to.service).into()));
        configs.extend(to.configs);
    }
    leave_out_images(&mut services);
    let mut file = Map::new();
    file.set("name", project_name(&stack.stack));
    file.set("services", services.into_iter().collect::<Map>());
    file.set("networks", named_networks(networks, stack));
    for (key, entries) in [("volumes", volumes.entries), ("configs", configs), ("models", models.entries)] {
        if !entries.is_empty() {
            file.set(key, entries.into_iter().collect::<Map>());
        }
    }
    file
}

/// Leaves out the images of services that are built and have no name, so that Compose names what it builds after the project:
/// two stacks with the same template must not build the same image from two folders.
fn leave_out_images(services: &mut [(String, Node)]) {
    for (_, service) in services {
        let Value::Map(service) = &mut service.value else { continue };
        let image = service.get("image").and_then(Node::scalar);
        let is_unnamed = image.is_some_and(|image| image.starts_with(UNNAMED_IMAGE) && image.ends_with(":latest"));
        if is_unnamed && service.get("build").is_some() {
            service.take("image");
        }
    }
}

/// The networks of a file with their names, the stack's own first. Names of projects contain no underscore, so no two
/// stacks derive the same name for a network.
fn named_networks(networks: Shared, stack: &StackNames) -> Map {
    let own = (DEFAULT_NETWORK.to_owned(), Node::from(Map::new()));
    let mut all: Map = Map::from_iter([own]);
    for (key, definition) in networks.entries {
        all.set(key, definition);
    }
    let named = all.into_iter().map(|(key, definition)| {
        let Value::Map(definition) = definition.value else { return (key, definition) };
        if definition.get("external").is_some() {
            return (key, definition.into());
        }
        let name = match key.as_str() {
            DEFAULT_NETWORK => stack.network.clone(),
            key => format!("{}_{key}", project_name(&stack.stack)),
        };
        let named: Map = [("name".to_owned(), literal(&name))].into_iter().chain(definition).collect();
        (key, named.into())
    });
    named.collect()
}

/// Definitions of a file that several services may use.
#[derive(Default)]
struct Shared {
    entries: Vec<(String, Node)>,
    places: HashMap<String, usize>,
}

impl Shared {
    /// Adds the definitions of a service. Returns the keys that are already defined in another way. A definition without
    /// contents says nothing.
    fn add(&mut self, definitions: Map) -> Vec<String> {
        let mut unlike = Vec::new();
        let is_empty = |node: &Node| node.as_map().is_some_and(Map::is_empty);
        for (key, definition) in definitions {
            match self.places.get(&key).map(|place| &mut self.entries[*place].1) {
                None => {
                    self.places.insert(key.clone(), self.entries.len());
                    self.entries.push((key, definition));
                }
                Some(first) if is_empty(first) => *first = definition,
                Some(first) if is_empty(&definition) || *first == definition => {}
                Some(_) => unlike.push(key),
            }
        }
        unlike
    }
}

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
