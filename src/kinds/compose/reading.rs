//! A Compose service that is being read, and the notes about what cannot be stored unchanged.
//!
//! Created by `compose::read`; each kind takes its attributes out of it. It must not know what is stored.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::GuessedSecrets;
use crate::{
    budget::import::ReadBudget,
    kinds::Kind,
    yaml::{At, Map, Node, Value},
};

/// A reference of a service to a config or a secret of the file.
#[derive(Debug)]
pub struct Use {
    /// The name of the config or secret.
    pub source: String,
    /// The path in the container.
    pub target: Option<String>,
    /// The permissions.
    pub mode: Option<String>,
    /// Other keys.
    pub rest: Map,
}

impl Use {
    /// The name in the short or the long form.
    pub fn source_of(node: &Node) -> Option<String> {
        node.scalar().or_else(|| node.as_map()?.get("source")?.scalar())
    }

    /// Parses the short or the long form.
    pub fn read(node: Node) -> Result<Self, String> {
        if let Some(source) = node.scalar() {
            return Ok(Self { source, target: None, mode: None, rest: Map::new() });
        }
        let Value::Map(mut map) = node.value else { return Err("This is not a name or a mapping.".to_owned()) };
        let mut text = |key: &str| map.take(key).and_then(|node| node.scalar());
        let source = text("source").ok_or("This needs its source.")?;
        let target = text("target");
        let mode = map.take("mode").and_then(|node| match node.value {
            Value::Int(bits) => Some(format!("0{bits:o}")),
            _ => node.scalar(),
        });
        Ok(Self { source, target, mode, rest: map })
    }
}

/// The top-level elements of a file to which services refer.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// `volumes`
    pub volumes: Map,
    /// `configs`
    pub configs: Map,
    /// `secrets`
    pub secrets: Map,
    /// `networks`
    pub networks: Map,
    /// `models`
    pub models: Map,
}

impl Definitions {
    /// The parts, each with its name in a file.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Map)> {
        let Self { volumes, configs, secrets, models, networks } = self;
        [("volumes", volumes), ("configs", configs), ("secrets", secrets), ("models", models), ("networks", networks)]
            .into_iter()
    }

    /// Makes definitions of what `make` returns for each part.
    pub fn try_map<E>(&self, make: impl Fn(&Map) -> Result<Map, E>) -> Result<Self, E> {
        Ok(Self {
            volumes: make(&self.volumes)?,
            configs: make(&self.configs)?,
            secrets: make(&self.secrets)?,
            models: make(&self.models)?,
            networks: make(&self.networks)?,
        })
    }

    /// Joins each part with that of others.
    pub fn zip(self, others: Self, join: impl Fn(&'static str, Map, Map) -> Map) -> Self {
        Self {
            volumes: join("volumes", self.volumes, others.volumes),
            configs: join("configs", self.configs, others.configs),
            secrets: join("secrets", self.secrets, others.secrets),
            models: join("models", self.models, others.models),
            networks: join("networks", self.networks, others.networks),
        }
    }
}

/// The services of an import, as far as others refer to them.
#[derive(Clone, Debug, Default)]
pub struct Services {
    /// The names of their instances, by their keys. Services that become no template are not among them.
    pub instances: HashMap<String, String>,
    /// The keys of services that become no template.
    pub dropped: HashSet<String>,
    /// The keys of services whose instances are disabled.
    pub disabled: HashSet<String>,
    /// The keys of services by the names that the files give to their containers.
    pub containers: HashMap<String, String>,
    /// The images that services name, without the tag `latest`.
    pub images: HashSet<String>,
    /// The keys of volumes that several services use.
    pub shared_volumes: HashSet<String>,
    /// Further names of services, by their keys: those that links of other services give them.
    pub link_aliases: HashMap<String, Vec<String>>,
    /// Whether all services join the same plain networks, so that the one network of the stack is the same.
    pub fold_networks: bool,
    /// Whether services may join networks outside the stack.
    pub allow_external_networks: bool,
    /// Which variables become secrets although no file says so.
    pub guessed: GuessedSecrets,
}

impl Services {
    /// Whether links give this name to a service.
    pub fn is_link_alias(&self, service: &str, name: &str) -> bool {
        self.link_aliases.get(service).is_some_and(|aliases| aliases.iter().any(|alias| alias == name))
    }
}

/// What happened to an element of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NoteKind {
    /// It is not stored.
    Lost,
    /// It is stored in another form.
    Changed,
}

/// An element of a file that is not stored as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Note {
    /// What happened to it.
    pub fate: NoteKind,
    /// Its path, such as `services.web.ports.0`.
    pub path: String,
    /// Its position.
    pub at: At,
    /// The reason, and what is stored instead.
    pub reason: String,
}

/// The maximum length of a note's path and of its reason, in characters. Longer texts are truncated.
const MAX_NOTE_TEXT: usize = 400;

/// The number of values that a note is charged as, because it takes as much memory.
const VALUES_PER_NOTE: usize = 3;

/// The notes about the files that are being read, charged to a budget.
#[derive(Debug)]
pub struct Notes<'a> {
    list: Vec<Note>,
    budget: &'a ReadBudget,
}

impl<'a> Notes<'a> {
    /// Creates an empty list.
    pub fn new(budget: &'a ReadBudget) -> Self {
        Self { list: Vec::new(), budget }
    }

    /// The budget to which the notes are charged.
    pub fn budget(&self) -> &'a ReadBudget {
        self.budget
    }

    /// Adds a note, unless the budget is exceeded.
    pub fn push(&mut self, fate: NoteKind, path: &str, at: At, reason: &str) {
        let (path, reason) = (truncated(path), truncated(reason));
        if self.budget.charge(VALUES_PER_NOTE, path.len() + reason.len()) {
            self.list.push(Note { fate, path, at, reason });
        }
    }

    /// The number of notes.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no notes.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Drops those of the notes from `known` on that are among the notes from `first` to there as well.
    pub fn drop_repeated(&mut self, first: usize, known: usize) {
        let later = self.list.split_off(known);
        let earlier: HashSet<&Note> = self.list[first..].iter().collect();
        let new: Vec<Note> = later.into_iter().filter(|note| !earlier.contains(note)).collect();
        self.list.extend(new);
    }

    /// Returns all notes.
    pub fn into_list(self) -> Vec<Note> {
        self.list
    }

    /// Moves all notes to another list.
    pub fn append_to(self, others: &mut Notes<'_>) {
        others.list.extend(self.list);
    }
}

/// Truncates a text to the limit.
fn truncated(text: &str) -> String {
    if text.len() <= MAX_NOTE_TEXT {
        return text.to_owned();
    }
    match text.char_indices().nth(MAX_NOTE_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// An entry that was read, with its position.
#[derive(Clone, Debug)]
pub struct ReadEntry<K> {
    /// The entry.
    pub entry: K,
    /// Its path.
    pub path: String,
    /// Its position.
    pub at: At,
}

/// A service that is being read. Every kind takes out the attributes that it supports.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The key of the service in the file.
    pub name: &'a str,
    /// The position of the service.
    pub at: At,
    /// The name of its image, if the file has none.
    pub image: &'a str,
    /// The attributes that no kind has taken yet.
    pub service: Map,
    /// The contents of the extension `x-devarch` that no kind has taken yet.
    pub extension: Map,
    /// Whether `${{` begins a reference in the texts of the service: its `x-devarch` has `references: true`.
    pub has_references: bool,
    /// The top-level elements of the file.
    pub file: &'a Definitions,
    /// The position of `build`, if the service is built instead of pulled.
    pub built: Option<At>,
    /// Whether the service has a `network_mode`, so that it joins no networks.
    pub has_network_mode: bool,
    /// The services of the import.
    pub services: &'a Services,
    /// The notes.
    pub notes: Notes<'a>,
}

impl Reading<'_> {
    /// The path of a part of the service.
    pub fn path(&self, part: &str) -> String {
        format!("services.{}.{}", truncated(self.name), truncated(part))
    }

    /// Charges values and bytes to the budget. Returns false if the budget is exceeded.
    #[must_use]
    pub fn charge(&self, values: usize, bytes: usize) -> bool {
        self.notes.budget().charge(values, bytes)
    }

    /// Notes that an element is not stored.
    pub fn lose(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(NoteKind::Lost, &path, at, &reason.into());
    }

    /// Notes that an element is stored in another form.
    pub fn change(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(NoteKind::Changed, &path, at, &reason.into());
    }

    /// Creates an entry at a part of the service.
    pub fn found<K: Kind>(&self, part: &str, at: At, entry: K) -> ReadEntry<K> {
        ReadEntry { entry, path: self.path(part), at }
    }

    /// Takes an attribute with its position. Null counts as absent.
    pub fn take(&mut self, attribute: &str) -> Option<Node> {
        self.service.take(attribute).filter(|node| node.value != Value::Null)
    }

    /// Takes the text of an attribute. Notes an attribute that is not a text.
    pub fn take_text(&mut self, attribute: &str) -> Option<(String, At)> {
        let node = self.take(attribute)?;
        match node.scalar() {
            Some(text) => Some((text, node.at)),
            None => {
                self.lose(attribute, node.at, format!("This is {}, not text.", node.what()));
                None
            }
        }
    }

    /// Takes an attribute that is a mapping or a list of `KEY=VALUE`. Values may be absent.
    pub fn take_pairs(&mut self, attribute: &str) -> Vec<(String, Option<String>, At)> {
        let Some(node) = self.take(attribute) else { return Vec::new() };
        let (at, what) = (node.at, node.what());
        match node.value {
            Value::Map(map) => self.pairs_of_map(attribute, map),
            Value::List(list) => self.pairs_of_list(attribute, list),
            _ => {
                self.lose(attribute, at, format!("This is {what}, not a mapping or a list."));
                Vec::new()
            }
        }
    }

    fn pairs_of_map(&mut self, attribute: &str, map: Map) -> Vec<(String, Option<String>, At)> {
        let mut pairs = Vec::with_capacity(map.len());
        for (key, value) in map {
            match (&value.value, value.scalar()) {
                (Value::Null, _) => pairs.push((key, None, value.at)),
                (_, Some(text)) => pairs.push((key, Some(text), value.at)),
                (_, None) => {
                    let reason = format!("The value is {}, not text.", value.what());
                    self.lose(&format!("{attribute}.{key}"), value.at, reason);
                }
            }
        }
        pairs
    }

    fn pairs_of_list(&mut self, attribute: &str, list: Vec<Node>) -> Vec<(String, Option<String>, At)> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut pairs: Vec<Option<(String, Option<String>, At)>> = Vec::with_capacity(list.len());
        for (index, item) in list.into_iter().enumerate() {
            let Some(text) = item.scalar() else {
                let reason = format!("This is {}, not KEY=VALUE.", item.what());
                self.lose(&format!("{attribute}.{index}"), item.at, reason);
                continue;
            };
            let (key, value) = match text.split_once('=') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                None => (text, None),
            };
            // Compose uses the last one.
            if let Some((_, _, at)) = places.insert(key.clone(), pairs.len()).and_then(|place| pairs[place].take()) {
                let reason = format!("{key} is given again below; the last one wins.");
                self.lose(&format!("{attribute}.{key}"), at, reason);
            }
            pairs.push(Some((key, value, item.at)));
        }
        pairs.into_iter().flatten().collect()
    }

    /// The instance of another service. Notes that it has none.
    pub fn instance_of(&mut self, service: &str, part: &str, at: At) -> Option<String> {
        if let Some(instance) = self.services.instances.get(service) {
            return Some(instance.clone());
        }
        let reason = if self.services.dropped.contains(service) {
            format!("The service {service} becomes no template: nothing can refer to it.")
        } else {
            format!("There is no service {service}.")
        };
        self.lose(part, at, reason);
        None
    }

    /// Takes an attribute that is a list. A single value counts as a list of one.
    pub fn take_list(&mut self, attribute: &str) -> Vec<Node> {
        match self.take(attribute) {
            None => Vec::new(),
            Some(Node { value: Value::List(list), .. }) => list,
            Some(node) if node.scalar().is_some() => vec![node],
            Some(node) => {
                self.lose(attribute, node.at, format!("This is {}, not a list.", node.what()));
                Vec::new()
            }
        }
    }

    /// Notes the keys of an entry that were not taken.
    pub fn lose_rest(&mut self, part: &str, rest: Map) {
        for (key, node) in rest {
            self.lose(&format!("{part}.{key}"), node.at, "This cannot be held.");
        }
    }
}
