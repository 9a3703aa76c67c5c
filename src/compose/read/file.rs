//! Parses one Compose file into its parts, and interpolates variables.
//!
//! Called for every file. It must not depend on other files.

use std::collections::{BTreeMap, HashSet};

use super::{Refusal, filler::Filler};
use crate::{
    compose::merge,
    kinds::compose::{Definitions, EXTENSION, NoteKind, Notes},
    yaml::{self, At, Map, Node, Tag, Value},
};

/// A parsed file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) services: Map,
    pub(super) definitions: Definitions,
    /// The files that this one includes.
    pub(super) includes: Vec<Include>,
    /// The parts that take the place of those of lower files, by their tags.
    pub(super) replaced: HashSet<String>,
    /// The contents of `x-devarch`.
    pub(super) meta: Map,
    /// The variables of services with the value of a variable that looks like a secret, each with its place.
    pub(super) secret_places: HashSet<(At, String)>,
}

/// An entry of `include`.
#[derive(Clone, Debug, Default)]
pub(super) struct Include {
    /// The files, the second and later ones laid over the first.
    pub(super) paths: Vec<String>,
    /// The folder to which their paths are relative; by default that of the first file.
    pub(super) folder: Option<String>,
    /// Files with their variables.
    pub(super) env_files: Vec<String>,
    /// Its path in the file.
    pub(super) part: String,
    pub(super) at: At,
}

/// Parses a file and interpolates its variables. Later documents of the file are merged into the first one; those of an
/// override file into one layer, whose tags act on the files below.
pub(super) fn parse(
    text: &str,
    file: usize,
    is_override: bool,
    variables: &BTreeMap<String, String>,
    notes: &mut Notes<'_>,
) -> Result<Parsed, Vec<Refusal>> {
    let documents = yaml::read_documents(text, file, notes.budget()).map_err(|error| {
        let at = At { file, line: error.line };
        match notes.budget().exceeded() {
            Some(why) => vec![Refusal::exceeded(at, why)],
            None => vec![Refusal::new(at, format!("This is not YAML: {}.", error.message))],
        }
    })?;
    let mut whole: Option<Parsed> = None;
    for document in documents.into_iter().filter(|document| document.value != Value::Null) {
        let at = document.at;
        let parsed = parse_document(document, variables, notes)?;
        whole = Some(match whole {
            None => parsed,
            Some(first) => {
                // Merging visits all of the lower document.
                let (values, bytes) = first.weight();
                if !notes.budget().charge(values, bytes) {
                    return Err(vec![Refusal::spent(at, notes.budget())]);
                }
                first.with(parsed, if is_override { merge::joined } else { merge::parts })
            }
        });
    }
    Ok(whole.unwrap_or_default())
}

impl Parsed {
    /// Merges a later document of the same file.
    fn with(self, later: Self, merge: fn(&'static str, Map, Map) -> Map) -> Self {
        let part = |name: &'static str, below: Map, above: Map| match later.replaced.contains(name) {
            true => above,
            false => merge(name, below, above),
        };
        Self {
            services: part("services", self.services, later.services),
            definitions: self.definitions.zip(later.definitions, part),
            includes: self.includes.into_iter().chain(later.includes).collect(),
            secret_places: self.secret_places.into_iter().chain(later.secret_places.iter().cloned()).collect(),
            replaced: self.replaced.into_iter().chain(later.replaced.iter().cloned()).collect(),
            meta: if later.meta.is_empty() { self.meta } else { later.meta },
        }
    }

    /// The number of values and of bytes of text.
    fn weight(&self) -> (usize, usize) {
        let maps = self.definitions.iter().map(|(_, map)| map).chain([&self.services]);
        maps.map(Map::weight).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }
}

fn parse_document(
    document: Node,
    variables: &BTreeMap<String, String>,
    notes: &mut Notes<'_>,
) -> Result<Parsed, Vec<Refusal>> {
    let document = match document.value {
        Value::Map(map) => map,
        Value::Null => Map::new(),
        _ => {
            let message = format!("A Compose file is a mapping, not {}.", document.what());
            return Err(vec![Refusal::new(document.at, message)]);
        }
    };
    let mut filler = Filler {
        variables,
        path: Vec::new(),
        notes,
        refusals: Vec::new(),
        secrets: HashSet::new(),
        secret_places: HashSet::new(),
    };
    let mut parsed = Parsed::default();
    for (key, mut node) in document {
        if node.tag.is_some() {
            parsed.replaced.insert(key.clone());
        }
        if node.tag == Some(Tag::Reset) {
            continue;
        }
        let part = match key.as_str() {
            "services" | "volumes" | "configs" | "secrets" | "networks" | "models" => {
                filler.within(&key, |filler| filler.fill(&mut node));
                map_of(&key, node).map_err(|refusal| vec![refusal])?
            }
            "include" => {
                filler.within(&key, |filler| filler.fill(&mut node));
                parsed.includes = includes(node, filler.notes);
                continue;
            }
            EXTENSION => {
                parsed.meta = map_of(&key, node).map_err(|refusal| vec![refusal])?;
                continue;
            }
            _ => {
                other(&key, &node, filler.notes);
                continue;
            }
        };
        match key.as_str() {
            "services" => parsed.services = part,
            "volumes" => parsed.definitions.volumes = canonical(part),
            "configs" => parsed.definitions.configs = canonical(part),
            "secrets" => parsed.definitions.secrets = canonical(part),
            "models" => parsed.definitions.models = part,
            _ => parsed.definitions.networks = canonical(part),
        }
    }
    parsed.secret_places = filler.secret_places;
    if filler.refusals.is_empty() { Ok(parsed) } else { Err(filler.refusals) }
}

fn map_of(key: &str, node: Node) -> Result<Map, Refusal> {
    match node.value {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(Refusal::new(node.at, format!("`{key}` is a mapping, not {}.", node.what()))),
    }
}

/// Definitions in which `external: { name: … }`, of old files, is `external: true` and a name.
fn canonical(definitions: Map) -> Map {
    let canonical = definitions.into_iter().map(|(key, mut node)| {
        if let Value::Map(map) = &mut node.value
            && let Some(Node { value: Value::Map(mut old), at, .. }) =
                map.get("external").filter(|node| node.as_map().is_some()).cloned()
        {
            map.set("external", Node { at, ..Node::from(true) });
            if let Some(name) = old.take("name").filter(|_| map.get("name").is_none()) {
                map.set("name", name);
            }
        }
        (key, node)
    });
    canonical.collect()
}

/// The entries of `include`.
fn includes(node: Node, notes: &mut Notes<'_>) -> Vec<Include> {
    let texts = |node: Option<Node>| match node.map(|node| node.value) {
        Some(Value::List(list)) => list.iter().filter_map(Node::scalar).collect(),
        Some(value) => Node::new(value).scalar().into_iter().collect(),
        None => Vec::new(),
    };
    let Value::List(list) = node.value else {
        notes.push(NoteKind::Lost, "include", node.at, "This is not a list of files.");
        return Vec::new();
    };
    let read = list.into_iter().enumerate().map(|(index, item)| {
        let (part, at) = (format!("include.{index}"), item.at);
        match item.value {
            Value::Map(mut map) => Include {
                paths: texts(map.take("path")),
                folder: map.take("project_directory").and_then(|node| node.scalar()),
                env_files: texts(map.take("env_file")),
                part,
                at,
            },
            value => Include { paths: texts(Some(Node::new(value))), part, at, ..Include::default() },
        }
    });
    read.collect()
}

/// Adds a note about a top-level part that holds neither services nor what they use.
fn other(key: &str, node: &Node, notes: &mut Notes<'_>) {
    let mut note = |fate, reason: &str| notes.push(fate, key, node.at, reason);
    match key {
        "name" => note(NoteKind::Changed, "The project is called devarch-STACK here."),
        "version" => note(NoteKind::Changed, "It is obsolete, and Compose ignores it."),
        key if key.starts_with("x-") => {
            note(NoteKind::Changed, "An extension of the file itself is not held; what services take of it is.");
        }
        _ => note(NoteKind::Lost, "This part of a file cannot be held."),
    }
}
