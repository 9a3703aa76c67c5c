//! Reading Compose files: every service becomes what a template holds, and what cannot be held is noted.
//!
//! Called by the use case that imports, and by the catalogue. It must never look at a file, the environment or the
//! database.

mod definitions;
mod extends;
mod file;
mod names;
mod service;

use std::collections::{BTreeMap, HashMap};

use self::file::Parsed;
use super::merge;
use crate::{
    kinds::{
        Collections,
        compose::{Definitions, Fate, Note},
    },
    yaml::{At, Map, Node, Value},
};

/// Most text of one import, in bytes: 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;
/// Most services of one import.
pub const MAX_SERVICES: usize = 2_000;

/// A file as it was given.
#[derive(Clone, Debug, Hash)]
pub struct Source {
    /// What it is called, for messages and for `extends`.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// What is to be read.
#[derive(Clone, Debug, Default, Hash)]
pub struct Request {
    /// Files whose services become templates.
    pub files: Vec<Source>,
    /// Files that are laid over them, in order: what they change is an override, not the template.
    pub overrides: Vec<Source>,
    /// Variables that the files may refer to.
    pub variables: BTreeMap<String, String>,
    /// What the names of all templates start with.
    pub prefix: String,
}

impl Request {
    /// The name of a file by its number: first the files, then those that are laid over them.
    pub fn file(&self, number: usize) -> &str {
        self.files.iter().chain(&self.overrides).nth(number).map_or("", |source| source.name.as_str())
    }
}

/// Why files cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where.
    pub at: At,
    /// What is wrong.
    pub message: String,
}

/// A service that was read.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its key in the file.
    pub key: String,
    /// Where it begins.
    pub at: At,
    /// The name of the template that it becomes.
    pub template: String,
    /// The name of an instance that is made of it.
    pub instance: String,
    /// What it is for.
    pub description: String,
    /// Its group in the catalogue.
    pub category: String,
    /// What the template says.
    pub says: Collections,
    /// What an instance says with the override files on top; none where they say nothing.
    pub laid_over: Option<Collections>,
}

/// What files say.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The services, in the order of the files.
    pub services: Vec<Imported>,
    /// What is not held as it stands there, in the order of the files.
    pub notes: Vec<Note>,
}

/// Reads all files, or says why one of them cannot be read.
pub fn read(request: &Request) -> Result<Reading, Vec<Refusal>> {
    let sources = || request.files.iter().chain(&request.overrides);
    let refuse = |file, line, message: String| vec![Refusal { at: At { file, line }, message }];
    if sources().map(|source| source.text.len()).sum::<usize>() > MAX_BYTES {
        return Err(refuse(0, 0, format!("The files have more than {MAX_BYTES} bytes in all.")));
    }
    let (mut parsed, mut refusals) = (Vec::new(), Vec::new());
    for (number, source) in sources().enumerate() {
        match file::parse(&source.text, number, &request.variables) {
            Ok(file) => parsed.push(file),
            Err(found) => refusals.extend(found),
        }
    }
    let count: usize = parsed.iter().map(|file| file.services.len()).sum();
    if count > MAX_SERVICES {
        refusals.extend(refuse(0, 0, format!("{count} services are too many; at most {MAX_SERVICES} are taken.")));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let mut notes: Vec<Note> = parsed.iter_mut().flat_map(|file| std::mem::take(&mut file.notes)).collect();
    extends::apply(&mut parsed, request, &mut notes);
    let above = parsed.split_off(request.files.len());
    let mut reading = assemble(parsed, above, request, &mut notes)?;
    reading.notes = notes;
    reading.notes.sort_by_key(|note| note.at);
    Ok(reading)
}

/// A service with the file that it stands in.
struct Found {
    key: String,
    file: usize,
    below: Map,
    /// With the override files on top.
    above: Option<Map>,
    at: At,
}

fn assemble(
    files: Vec<Parsed>,
    above: Vec<Parsed>,
    request: &Request,
    notes: &mut Vec<Note>,
) -> Result<Reading, Vec<Refusal>> {
    let mut found: Vec<Found> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut refusals = Vec::new();
    for (file, parsed) in files.iter().enumerate() {
        for (key, node) in parsed.services.iter() {
            let Some(below) = service_map(key, node, notes) else { continue };
            if place.insert(key.to_owned(), found.len()).is_some() {
                let message = format!("The service {key} is there twice; import the files one by one, or rename it.");
                refusals.push(Refusal { at: node.at, message });
            }
            found.push(Found { key: key.to_owned(), file, below, above: None, at: node.at });
        }
    }
    for layer in &above {
        for (key, node) in layer.services.iter() {
            let Some(map) = service_map(key, node, notes) else { continue };
            match place.get(key) {
                Some(place) => {
                    let service = &mut found[*place];
                    service.above = Some(merge::services(service.above.as_ref().unwrap_or(&service.below), &map));
                }
                None => {
                    let reason = "Only an override file has this service: it becomes a template as well.".to_owned();
                    let path = format!("services.{key}");
                    notes.push(Note { fate: Fate::Changed, path, at: node.at, reason });
                    place.insert(key.to_owned(), found.len());
                    let below = merge::services(&Map::new(), &map);
                    found.push(Found { key: key.to_owned(), file: 0, below, above: None, at: node.at });
                }
            }
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let names = names::give(&found, request, notes);
    let called: HashMap<String, String> =
        found.iter().zip(&names).map(|(service, names)| (service.key.clone(), names.instance.clone())).collect();
    let lower: Vec<Definitions> = files.iter().map(|file| file.definitions.clone()).collect();
    let upper: Vec<Definitions> = lower.iter().map(|below| laid_over(below, &above)).collect();
    definitions::look(&found, &files, &above, notes);
    let nothing = Definitions::default();
    let mut services = Vec::new();
    for (service, names) in found.into_iter().zip(names) {
        let meta = files.get(service.file).map(|file| &file.meta);
        let below = service::Part { key: &service.key, at: service.at, image: &names.template, called: &called, meta };
        let file = upper.get(service.file).filter(|_| service.file >= lower.len());
        let lower = file.or(lower.get(service.file)).unwrap_or(&nothing);
        let Some(read) = below.read(service.below, lower, notes) else { continue };
        let laid_over = match service.above {
            None => None,
            Some(map) => {
                let upper = upper.get(service.file).unwrap_or(&nothing);
                // What both say has been noted.
                let known = notes.len();
                let read = below.read(map, upper, notes);
                let fresh: Vec<Note> = notes.split_off(known);
                fresh.into_iter().filter(|note| note.at.file >= files.len()).for_each(|note| notes.push(note));
                read
            }
        };
        services.push(Imported {
            key: service.key,
            at: service.at,
            template: names.template,
            instance: names.instance,
            description: read.description,
            category: read.category,
            says: read.says,
            laid_over: laid_over.map(|read| read.says),
        });
    }
    Ok(Reading { services, notes: Vec::new() })
}

fn service_map(key: &str, node: &Node, notes: &mut Vec<Note>) -> Option<Map> {
    match &node.value {
        Value::Map(map) => Some(map.clone()),
        Value::Null => Some(Map::new()),
        _ => {
            let reason = format!("A service is a mapping, not {}.", node.what());
            notes.push(Note { fate: Fate::Lost, path: format!("services.{key}"), at: node.at, reason });
            None
        }
    }
}

fn laid_over(below: &Definitions, above: &[Parsed]) -> Definitions {
    above.iter().fold(below.clone(), |below, layer| Definitions {
        volumes: merge::parts(&below.volumes, &layer.definitions.volumes),
        configs: merge::parts(&below.configs, &layer.definitions.configs),
        secrets: merge::parts(&below.secrets, &layer.definitions.secrets),
    })
}
