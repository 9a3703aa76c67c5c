//! Reads Compose files: converts every service to the entries of a template, and reports losses as notes.
//!
//! Called by the import and by the catalogue. It must not access files, the environment or the database.

mod definitions;
mod extends;
mod file;
mod names;
mod service;

use std::collections::{BTreeMap, HashMap};

use self::file::Parsed;
use super::merge;
use crate::{
    budget::import::{ReadBudget, ReadBudgetExceeded},
    kinds::{
        Collections,
        compose::{Definitions, Note, NoteKind, Notes},
    },
    yaml::{At, Map, Node, Value},
};

/// Most text of one import, in bytes: 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;
/// Most services of one import.
pub const MAX_SERVICES: usize = 2_000;

/// A file of a request.
#[derive(Clone, Debug, Hash)]
pub struct Source {
    /// Its name, for messages and for `extends`.
    pub name: String,
    /// Its contents.
    pub text: String,
}

/// The files to read, with their variables.
#[derive(Clone, Debug, Default, Hash)]
pub struct Request {
    /// Files whose services become templates.
    pub files: Vec<Source>,
    /// Override files, merged into the others in order. Their changes become overrides of instances.
    pub overrides: Vec<Source>,
    /// Variables that the files may refer to.
    pub variables: BTreeMap<String, String>,
    /// Prefix of the names of all templates.
    pub prefix: String,
}

impl Request {
    /// The name of a file by its number: first the files, then the override files.
    pub fn file(&self, number: usize) -> &str {
        self.files.iter().chain(&self.overrides).nth(number).map_or("", |source| source.name.as_str())
    }
}

/// Why files cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file and the line.
    pub at: At,
    /// The message.
    pub message: String,
    /// Whether a limit is exceeded.
    pub is_limit: bool,
}

impl Refusal {
    fn new(at: At, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), is_limit: false }
    }

    fn limit(at: At, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), is_limit: true }
    }

    /// The refusal for an exceeded budget.
    fn exceeded(at: At, why: ReadBudgetExceeded) -> Self {
        Self::limit(at, format!("Not read on: {why}."))
    }

    /// The refusal for a budget that is known to be exceeded.
    fn spent(at: At, budget: &ReadBudget) -> Self {
        Self::exceeded(at, budget.exceeded().unwrap_or(ReadBudgetExceeded::Text))
    }
}

/// A service of the files, converted to the entries of a template.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its key in the file.
    pub key: String,
    /// The file and the line where it begins.
    pub at: At,
    /// The name of the template that it becomes.
    pub template: String,
    /// The name of its instance.
    pub instance: String,
    /// The description of the template.
    pub description: String,
    /// The category of the template.
    pub category: String,
    /// The entries of the template.
    pub says: Collections,
    /// The entries with the override files merged in; `None` if these do not change the service.
    pub laid_over: Option<Collections>,
}

/// The result of reading files.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The services, in the order of the files.
    pub services: Vec<Imported>,
    /// Losses and changes, in the order of the files.
    pub notes: Vec<Note>,
}

/// Reads all files with the default budget.
pub fn read(request: &Request) -> Result<Reading, Vec<Refusal>> {
    read_within(request, &ReadBudget::default())
}

/// Reads all files within a budget, or returns why some cannot be read.
pub fn read_within(request: &Request, budget: &ReadBudget) -> Result<Reading, Vec<Refusal>> {
    let sources = || request.files.iter().chain(&request.overrides);
    let of_variables: usize = request.variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if sources().map(|source| source.text.len() + source.name.len()).sum::<usize>() + of_variables > MAX_BYTES {
        let message = format!("The files and variables have more than {MAX_BYTES} bytes in all.");
        return Err(vec![Refusal::limit(At::default(), message)]);
    }
    let mut notes = Notes::new(budget);
    let (mut parsed, mut refusals) = (Vec::new(), Vec::new());
    for (number, source) in sources().enumerate() {
        match file::parse(&source.text, number, &request.variables, &mut notes) {
            Ok(file) => parsed.push(file),
            Err(found) => refusals.extend(found),
        }
        if budget.is_exceeded() {
            break;
        }
    }
    let count: usize = parsed.iter().map(|file| file.services.len()).sum();
    if count > MAX_SERVICES {
        let message = format!("{count} services are too many; at most {MAX_SERVICES} are taken.");
        refusals.push(Refusal::limit(At::default(), message));
    }
    // An exceeded limit is reported alone, because the rest has not been read.
    if let Some(place) = refusals.iter().position(|refusal| refusal.is_limit) {
        refusals = vec![refusals.swap_remove(place)];
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let read = extends::apply(&mut parsed, request, &mut notes).map_err(|refusal| vec![refusal]);
    let above = read.map(|()| parsed.split_off(request.files.len()))?;
    let mut reading = assemble(parsed, above, request, &mut notes)?;
    reading.notes = notes.into_list();
    reading.notes.sort_by_key(|note| note.at);
    Ok(reading)
}

/// A service with the number of its file.
struct FoundService {
    key: String,
    file: usize,
    below: Map,
    /// The service with the override files merged in.
    above: Option<Map>,
    at: At,
}

/// The services of all files, with the override files merged in.
fn services(
    files: &mut [Parsed],
    above: &mut [Parsed],
    notes: &mut Notes<'_>,
) -> Result<Vec<FoundService>, Vec<Refusal>> {
    let mut found: Vec<FoundService> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut refusals = Vec::new();
    for (file, parsed) in files.iter_mut().enumerate() {
        for (key, node) in std::mem::take(&mut parsed.services) {
            let at = node.at;
            let Some(below) = service_map(&key, node, notes) else { continue };
            if place.insert(key.clone(), found.len()).is_some() {
                let message = format!("The service {key} is there twice; import the files one by one, or rename it.");
                refusals.push(Refusal::new(at, message));
            }
            found.push(FoundService { key, file, below, above: None, at });
        }
    }
    for layer in above {
        for (key, node) in std::mem::take(&mut layer.services) {
            let at = node.at;
            let Some(map) = service_map(&key, node, notes) else { continue };
            match place.get(&key) {
                Some(place) => {
                    let service = &mut found[*place];
                    let below = match service.above.take() {
                        Some(above) => above,
                        None => copied(&service.below, at, notes.budget()).map_err(|refusal| vec![refusal])?,
                    };
                    service.above = Some(merge::services(below, map));
                }
                None => {
                    let reason = "Only an override file has this service: it becomes a template as well.";
                    notes.push(NoteKind::Changed, &format!("services.{key}"), at, reason);
                    place.insert(key.clone(), found.len());
                    let below = merge::services(Map::new(), map);
                    found.push(FoundService { key, file: 0, below, above: None, at });
                }
            }
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals) }
}

fn assemble(
    mut files: Vec<Parsed>,
    mut above: Vec<Parsed>,
    request: &Request,
    notes: &mut Notes<'_>,
) -> Result<Reading, Vec<Refusal>> {
    let found = services(&mut files, &mut above, notes)?;
    let names = names::give(&found, request, notes);
    let called: HashMap<String, String> =
        found.iter().zip(&names).map(|(service, names)| (service.key.clone(), names.instance.clone())).collect();
    let laid_over = files.iter().map(|file| laid_over(&file.definitions, &above, notes.budget()));
    let upper: Vec<Option<Definitions>> = laid_over.collect::<Result<_, _>>()?;
    definitions::look(&found, &files, &above, notes);
    let nothing = Definitions::default();
    let mut services = Vec::new();
    for (service, names) in found.into_iter().zip(names) {
        let file = files.get(service.file);
        let meta = file.map(|file| &file.meta);
        let part = service::Part { key: &service.key, at: service.at, image: &names.template, called: &called, meta };
        let lower = file.map_or(&nothing, |file| &file.definitions);
        let read = part.read(service.below, lower, notes);
        let laid_over = service.above.filter(|_| read.is_some()).and_then(|map| {
            let upper = upper.get(service.file).and_then(Option::as_ref).unwrap_or(lower);
            // The first read has reported the notes about what both contain.
            let known = notes.len();
            let read = part.read(map, upper, notes);
            notes.retain_after(known, |note| note.at.file >= files.len());
            read
        });
        if notes.budget().is_exceeded() {
            return Err(vec![Refusal::spent(service.at, notes.budget())]);
        }
        let Some(read) = read else { continue };
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
    if notes.budget().is_exceeded() {
        return Err(vec![Refusal::spent(At::default(), notes.budget())]);
    }
    Ok(Reading { services, notes: Vec::new() })
}

fn service_map(key: &str, node: Node, notes: &mut Notes<'_>) -> Option<Map> {
    let (at, what) = (node.at, node.what());
    match node.value {
        Value::Map(map) => Some(map),
        Value::Null => Some(Map::new()),
        _ => {
            let reason = format!("A service is a mapping, not {what}.");
            notes.push(NoteKind::Lost, &format!("services.{key}"), at, &reason);
            None
        }
    }
}

/// Copies a map, and charges it to the budget.
fn copied(map: &Map, at: At, budget: &ReadBudget) -> Result<Map, Refusal> {
    let (values, bytes) = map.weight();
    if budget.charge(values, bytes) { Ok(map.clone()) } else { Err(Refusal::spent(at, budget)) }
}

/// Merges the definitions of the override files; `None` if they have none.
fn laid_over(below: &Definitions, above: &[Parsed], budget: &ReadBudget) -> Result<Option<Definitions>, Vec<Refusal>> {
    if above.is_empty() {
        return Ok(None);
    }
    let copied = |map: &Map| copied(map, At::default(), budget).map_err(|refusal| vec![refusal]);
    let mut whole = Definitions {
        volumes: copied(&below.volumes)?,
        configs: copied(&below.configs)?,
        secrets: copied(&below.secrets)?,
    };
    for Parsed { definitions: layer, .. } in above {
        for (part, layer) in [
            (&mut whole.volumes, &layer.volumes),
            (&mut whole.configs, &layer.configs),
            (&mut whole.secrets, &layer.secrets),
        ] {
            *part = merge::parts(std::mem::take(part), copied(layer)?);
        }
    }
    Ok(Some(whole))
}
