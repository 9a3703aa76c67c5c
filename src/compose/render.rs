//! Writing a stack as a Compose file: a pure function of what would run.
//!
//! Called by the use cases. It must never look anything up, and the same input gives the same bytes.

use std::collections::HashMap;

use crate::{
    ids::InstanceId,
    kinds::{
        Kind,
        compose::{EXTENSION, Rendered, Surroundings, Warning, literal},
        for_each_kind,
    },
    yaml::{Map, Node, write},
};

/// How many files a stack becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    _mode: Mode,
) -> File {
    let mut around = Surroundings { instances: known, reveal, ..Surroundings::default() };
    let file = document(stack, members, |member| &member.effective, &mut around);
    let text = format!("# Written by DevArch from the stack {}.\n{}", stack.stack, write(&file));
    File { text, layer: None, warnings: around.warnings, variables: around.variables.into_keys().collect() }
}

/// The whole file, with one of the layers of every member.
fn document<'m>(
    stack: &Network,
    members: &'m [Member],
    layer: impl Fn(&'m Member) -> &'m Entries,
    around: &mut Surroundings,
) -> Map {
    let (mut services, mut volumes, mut configs) = (Map::new(), Map::new(), Map::new());
    for member in members {
        let mut to = Rendered::new(&member.name, around);
        render_entries(layer(member), &mut to);
        to.service.set("container_name", literal(&member.container_name));
        if !to.extension.is_empty() {
            let extension = std::mem::take(&mut to.extension);
            to.service.set(EXTENSION, extension);
        }
        services.set(member.name.as_str(), ordered(to.service));
        for (all, own) in [(&mut volumes, to.volumes), (&mut configs, to.configs)] {
            for (key, node) in own {
                all.set(key, node);
            }
        }
    }
    let mut network = Map::new();
    network.set("name", stack.network.as_str());
    let mut file = Map::new();
    file.set("name", format!("devarch-{}", stack.stack));
    file.set("services", services);
    file.set("networks", Map::from_iter([("default".to_owned(), Node::from(network))]));
    for (key, map) in [("volumes", volumes), ("configs", configs)] {
        if !map.is_empty() {
            file.set(key, map);
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
