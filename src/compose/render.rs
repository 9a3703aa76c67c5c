//! Writing a stack as a Compose file: a pure function of what would run.
//!
//! Called by the use cases. It must never look anything up, and the same input gives the same bytes.

use std::collections::{HashMap, HashSet};

use super::{layers, warnings};
use crate::{
    ids::InstanceId,
    kinds::{
        EnvVar, Kind,
        compose::{EXTENSION, Rendered, Surroundings, Warning, literal},
        for_each_kind,
    },
    yaml::{Map, Node, write},
};

/// How many files a stack becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One file with what would run.
    #[default]
    Flat,
    /// Two files: what the templates say, and what the instances say differently.
    Layered,
}

macro_rules! entries {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of every kind, each sorted by key.
        #[derive(Clone, Debug, Default)]
        pub struct Entries {
            $( $(#[$doc])* pub $field: Vec<crate::kinds::$kind>, )+
        }

        /// Lets every kind write its entries.
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
    /// What its template says.
    pub template: Entries,
    /// What would run.
    pub effective: Entries,
}

/// The stack's own network and names.
#[derive(Clone, Debug)]
pub struct Network {
    /// The stack's name.
    pub stack: String,
    /// The name of the network that all its services join.
    pub network: String,
}

/// A rendered stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The file; with layers, what the templates say.
    pub text: String,
    /// With layers: what the instances say differently.
    pub layer: Option<String>,
    /// What its reader should know.
    pub warnings: Vec<Warning>,
    /// Variables that have to be set, because secrets are not written out.
    pub variables: Vec<String>,
}

/// Writes a stack. `known` has all instances of the stack with their names, and whether they are enabled.
pub fn render(
    stack: &Network,
    members: &[Member],
    known: HashMap<InstanceId, (String, bool)>,
    reveal: bool,
    mode: Mode,
) -> File {
    let mut around = Surroundings { instances: known, reveal, ..Surroundings::default() };
    let flat = document(stack, members.iter().map(|member| (member, &member.effective)), &mut around);
    let mut warnings = std::mem::take(&mut around.warnings);
    warnings.extend(members.iter().flat_map(|member| warnings::of(member, members, &around.instances)));
    let name = &stack.stack;
    let (text, layer) = match mode {
        Mode::Flat => (format!("# Written by DevArch from the stack {name}.\n{}", write(&flat)), None),
        Mode::Layered => {
            let lower: Vec<Entries> = members.iter().map(|member| lower(member, reveal)).collect();
            // What it warns of and asks for is known from the other one.
            let lower = document(stack, members.iter().zip(&lower), &mut around);
            let upper = layers::difference(&lower, &flat);
            let needs = layers::oldest(&upper)
                .map_or_else(String::new, |version| format!("# It needs Docker Compose {version} or later.\n"));
            let body = if upper.is_empty() { "services: {}\n".to_owned() } else { write(&upper) };
            let text = format!(
                "# Written by DevArch from the templates of the stack {name}. What its instances say differently is in \
                 the override file.\n{}",
                write(&lower)
            );
            let what = "Written by DevArch: what the instances differ in from their templates, in the stack";
            (text, Some(format!("# {what} {name}.\n{needs}{body}")))
        }
    };
    File { text, layer, warnings, variables: around.variables.into_keys().collect() }
}

/// What the template of a member says, without what Compose would have to put in although it is overridden, and without
/// secrets that are overridden: they belong to others.
fn lower(member: &Member, reveal: bool) -> Entries {
    let (mut entries, effective) = (member.template.clone(), &member.effective);
    entries.env_vars.retain(|var| {
        let same = |other: &&EnvVar| other.key == var.key && other.holds_secret() && (!reveal || *other == var);
        !var.holds_secret() || effective.env_vars.iter().any(|other| same(&other))
    });
    entries.config_files.retain(|file| !file.is_template || effective.config_files.contains(file));
    entries
}

/// The whole file, with one of the layers of every member.
fn document<'m>(
    stack: &Network,
    members: impl Iterator<Item = (&'m Member, &'m Entries)>,
    around: &mut Surroundings,
) -> Map {
    let (mut services, mut volumes, mut configs) = (Vec::new(), Vec::new(), Vec::new());
    for (member, entries) in members {
        let mut to = Rendered::new(&member.name, around);
        render_entries(entries, &mut to);
        to.service.set("container_name", literal(&member.container_name));
        if !to.extension.is_empty() {
            let extension = std::mem::take(&mut to.extension);
            to.service.set(EXTENSION, extension);
        }
        services.push((member.name.clone(), ordered(to.service).into()));
        volumes.extend(to.volumes);
        configs.extend(to.configs);
    }
    let mut network = Map::new();
    network.set("name", literal(&stack.network));
    let mut file = Map::new();
    file.set("name", format!("devarch-{}", stack.stack));
    file.set("services", services.into_iter().collect::<Map>());
    file.set("networks", Map::from_iter([("default".to_owned(), Node::from(network))]));
    // Instances have keys of their own; external volumes are the same wherever they are used.
    let mut seen = HashSet::new();
    volumes.retain(|(key, _)| seen.insert(key.clone()));
    for (key, entries) in [("volumes", volumes), ("configs", configs)] {
        if !entries.is_empty() {
            file.set(key, entries.into_iter().collect::<Map>());
        }
    }
    file
}

/// The attributes of a service in the order in which people read them; all others follow by name.
const ORDER: [&str; 18] = [
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
