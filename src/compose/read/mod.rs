//! Reads Compose files: converts every service to the entries of a template, and reports losses as notes.
//!
//! Called by the import and by the catalogue. It must not access files, the environment or the database.

mod definitions;
mod extends;
mod file;
mod filler;
mod links;
mod names;
mod networks;
mod paths;
mod references;
mod scale;
mod service;

use std::collections::{BTreeMap, HashMap, HashSet};

use self::{
    file::Parsed,
    links::{Links, variables_of, without},
};
pub use self::{
    links::{Missing, missing_files, project_name, stack_name},
    paths::{folder, joined},
};
use super::merge;
use crate::{
    budget::import::{ReadBudget, ReadBudgetExceeded},
    kinds::{
        Collections,
        compose::{Definitions, Note, NoteKind, Notes, Services},
        setting::holds_image,
    },
    yaml::{At, Map, Node, Tag, Value},
};

/// Most text of one import, in bytes: 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;
/// Most services of one import.
pub const MAX_SERVICES: usize = 2_000;

/// A file of a request.
#[derive(Clone, Debug, Hash)]
pub struct Source {
    /// Its name with its folder, for messages, for `extends` and `include`, and for the paths in it.
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
    /// Variables that a single file may refer to, by its name: those of its own `.env` file.
    pub file_variables: BTreeMap<String, BTreeMap<String, String>>,
    /// Prefix of the names of all templates; `None` for none.
    pub prefix: Option<String>,
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
    /// Whether the files want a container of it; `None` if they do not say.
    pub enabled: Option<bool>,
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
    let variables = request.file_variables.values().chain([&request.variables]).flatten();
    let of_variables: usize = variables.map(|(name, value)| name.len() + value.len()).sum();
    if sources().map(|source| source.text.len() + source.name.len()).sum::<usize>() + of_variables > MAX_BYTES {
        let message = format!("The files and variables have more than {MAX_BYTES} bytes in all.");
        return Err(vec![Refusal::limit(At::default(), message)]);
    }
    let mut notes = Notes::new(budget);
    let (mut parsed, mut refusals) = (Vec::new(), Vec::new());
    for (number, source) in sources().enumerate() {
        match file::parse(&source.text, number, &variables_of(request, &source.name), &mut notes) {
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
    let links = Links::find(request, &parsed, &mut notes);
    links.relocate(&mut parsed);
    extends::apply(&mut parsed, &links, request, &mut notes).map_err(|refusal| vec![refusal])?;
    let mut reading = assemble(parsed, &links, request, &mut notes)?;
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
    /// Whether an override file removes it.
    is_removed: bool,
    at: At,
}

impl FoundService {
    /// The service with all layers.
    fn whole(&self) -> &Map {
        self.above.as_ref().unwrap_or(&self.below)
    }
}

/// The services of all files, with the override files merged in.
fn services(
    files: &mut [Parsed],
    above: &mut [Parsed],
    links: &Links,
    notes: &mut Notes<'_>,
) -> Result<Vec<FoundService>, Vec<Refusal>> {
    let mut found: Vec<FoundService> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut refusals = Vec::new();
    let mut own: Vec<Map> = files.iter_mut().map(|parsed| std::mem::take(&mut parsed.services)).collect();
    let mut included: HashMap<usize, Map> = HashMap::new();
    // A file is laid over those that it includes.
    for file in links.lowest_first().into_iter().filter(|file| *file < files.len()) {
        for other in links.includes[file].iter().filter(|other| **other != file) {
            let Some(lower) = included.remove(other) else { continue };
            let merged = include(&lower, std::mem::take(&mut own[file]));
            own[file] = merged.0;
            included.insert(*other, merged.1);
        }
        included.insert(file, std::mem::take(&mut own[file]));
    }
    for file in 0..files.len() {
        for (key, node) in included.remove(&file).unwrap_or_default() {
            let at = node.at;
            if node.tag == Some(Tag::Reset) {
                continue;
            }
            let Some(below) = service_map(&key, node, notes).map(merge::alone) else { continue };
            if place.insert(key.clone(), found.len()).is_some() {
                let message = format!("The service {key} is there twice; import the files one by one, or rename it.");
                refusals.push(Refusal::new(at, message));
            }
            found.push(FoundService { key, file, below, above: None, is_removed: false, at });
        }
    }
    for layer in above {
        let replaces_all = layer.replaced.contains("services");
        let said = std::mem::take(&mut layer.services);
        for service in found.iter_mut().filter(|service| replaces_all && said.get(&service.key).is_none()) {
            remove(service, service.at, notes);
        }
        for (key, node) in said {
            let (at, tag) = (node.at, node.tag);
            match (place.get(&key), tag) {
                (Some(place), Some(Tag::Reset)) => remove(&mut found[*place], at, notes),
                (None, Some(Tag::Reset)) => {}
                (Some(place), tag) => {
                    let Some(map) = service_map(&key, node, notes) else { continue };
                    let service = &mut found[*place];
                    let is_new = service.is_removed || replaces_all || tag == Some(Tag::Override);
                    service.is_removed = false;
                    let below = match service.above.take() {
                        _ if is_new => Map::new(),
                        Some(above) => above,
                        None => copied(&service.below, at, notes.budget()).map_err(|refusal| vec![refusal])?,
                    };
                    service.above = Some(merge::services(below, map));
                }
                (None, _) => {
                    let Some(map) = service_map(&key, node, notes) else { continue };
                    let reason = "Only an override file has this service: it becomes a template as well.";
                    notes.push(NoteKind::Changed, &format!("services.{key}"), at, reason);
                    place.insert(key.clone(), found.len());
                    // Its template is what the override file says, with the definitions of all layers.
                    let (file, below) = (usize::MAX, merge::alone(map));
                    found.push(FoundService { key, file, below, above: None, is_removed: false, at });
                }
            }
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals) }
}

fn remove(service: &mut FoundService, at: At, notes: &mut Notes<'_>) {
    service.is_removed = true;
    let reason = "An override file removes it: its instance is disabled, and is not rendered.";
    notes.push(NoteKind::Changed, &format!("services.{}", service.key), at, reason);
}

/// Lays a file over one that it includes: services of both are merged. Returns the services of both files.
fn include(lower: &Map, upper: Map) -> (Map, Map) {
    let (mut merged, mut rest) = (Vec::with_capacity(upper.len()), Vec::with_capacity(lower.len()));
    let mut taken: Vec<String> = Vec::new();
    for (key, node) in upper {
        let node = match (lower.get(&key).cloned(), node) {
            (Some(Node { value: Value::Map(below), .. }), Node { value: Value::Map(above), at, tag: None }) => {
                taken.push(key.clone());
                Node { at, ..Node::from(merge::services(below, above)) }
            }
            (Some(_), node) => {
                taken.push(key.clone());
                node
            }
            (None, node) => node,
        };
        merged.push((key, node));
    }
    rest.extend(lower.iter().filter(|(key, _)| !taken.iter().any(|taken| taken == key)));
    let rest = rest.into_iter().map(|(key, node)| (key.to_owned(), node.clone()));
    (merged.into_iter().collect(), rest.collect())
}

fn assemble(
    mut files: Vec<Parsed>,
    links: &Links,
    request: &Request,
    notes: &mut Notes<'_>,
) -> Result<Reading, Vec<Refusal>> {
    let mut above = files.split_off(request.files.len());
    let mut found = services(&mut files, &mut above, links, notes)?;
    let scales: Vec<Option<i64>> = found.iter_mut().map(|service| scale::take(service, notes)).collect();
    let names = names::give(&found, request, notes);
    let mut context = Services { share_networks: networks::share(&found), ..Services::default() };
    for ((service, names), scale) in found.iter().zip(&names).zip(&scales) {
        let key = || service.key.clone();
        if service.below.get("image").and_then(Node::scalar).is_some_and(|image| !holds_image(&image)) {
            context.dropped.insert(key());
        } else {
            context.instances.insert(key(), names.instance.clone());
        }
        if service.is_removed || *scale == Some(0) {
            context.disabled.insert(key());
        }
        if let Some(name) = service.whole().get("container_name").and_then(Node::scalar) {
            context.containers.insert(name, key());
        }
    }
    let all: Vec<&Parsed> = files.iter().chain(&above).collect();
    definitions::look(&found, &all, notes);
    networks::look(&found, &all, notes);
    let lower = definitions_below(&mut files, links, notes.budget()).map_err(|refusal| vec![refusal])?;
    let upper: Vec<Definitions> =
        lower.iter().map(|lower| laid_over(lower, &above, notes.budget())).collect::<Result<_, _>>()?;
    see_definitions_above(&mut found, &above, notes.budget()).map_err(|refusal| vec![refusal])?;
    let nothing = Definitions::default();
    let mut services = Vec::new();
    for ((service, names), scale) in found.into_iter().zip(names).zip(scales) {
        let enabled = if service.is_removed { Some(false) } else { scale.map(|scale| scale != 0) };
        let meta = files.get(service.file).map(|file| &file.meta);
        let part =
            service::Part { key: &service.key, at: service.at, image: &names.template, services: &context, meta };
        // A service that only an override file has uses the definitions of all layers.
        let all = upper.get(service.file).or_else(|| upper.first()).unwrap_or(&nothing);
        let (lower, upper) = (lower.get(service.file).unwrap_or(all), all);
        let read = part.read(service.below, lower, notes);
        let laid_over = service.above.filter(|_| read.is_some()).and_then(|map| {
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
            enabled,
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

/// Services that no override file changes, but whose volumes, configs or secrets one defines otherwise, are read with all
/// layers as well.
fn see_definitions_above(found: &mut [FoundService], above: &[Parsed], budget: &ReadBudget) -> Result<(), Refusal> {
    let parts = |file: &Parsed| {
        let Definitions { volumes, configs, secrets } = &file.definitions;
        [volumes, configs, secrets].into_iter().flat_map(Map::iter).map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
    };
    let names: HashSet<String> = above.iter().flat_map(parts).collect();
    let replaces =
        above.iter().any(|file| ["volumes", "configs", "secrets"].iter().any(|part| file.replaced.contains(*part)));
    if names.is_empty() && !replaces {
        return Ok(());
    }
    for service in found.iter_mut().filter(|service| service.above.is_none() && service.file != usize::MAX) {
        if replaces || definitions::used(&service.below).any(|name| names.contains(&name)) {
            service.above = Some(copied(&service.below, service.at, budget)?);
        }
    }
    Ok(())
}

/// The definitions that the services of each file see: its own ones over those of the files that it includes, and those
/// of all other files as far as it lacks them.
fn definitions_below(files: &mut [Parsed], links: &Links, budget: &ReadBudget) -> Result<Vec<Definitions>, Refusal> {
    let mut all = Definitions::default();
    let mut own: Vec<Definitions> = files.iter_mut().map(|file| std::mem::take(&mut file.definitions)).collect();
    let count = own.len();
    for file in links.lowest_first().into_iter().filter(|file| *file < count) {
        for other in links.includes[file].clone() {
            let lower = copied_definitions(&own[other], budget)?;
            own[file] = lay(lower, std::mem::take(&mut own[file]));
        }
    }
    // What an including file says of a definition holds in the included one, too.
    for file in links.lowest_first().into_iter().rev().filter(|file| *file < count) {
        for other in links.includes[file].clone() {
            let upper = copied_definitions(&own[file], budget)?;
            own[other] = lay(std::mem::take(&mut own[other]), upper);
        }
    }
    if own.len() < 2 {
        return Ok(own);
    }
    for definitions in own.iter().rev() {
        all = lay(all, copied_definitions(definitions, budget)?);
    }
    let own = own.into_iter().map(|own| {
        let all = copied_definitions(&all, budget)?;
        Ok(Definitions {
            volumes: with_others(own.volumes, all.volumes),
            configs: with_others(own.configs, all.configs),
            secrets: with_others(own.secrets, all.secrets),
        })
    });
    own.collect()
}

/// Definitions, with those of others that they lack.
fn with_others(own: Map, others: Map) -> Map {
    let others = without(others, &own);
    own.into_iter().chain(others).collect()
}

/// Merges definitions.
fn lay(below: Definitions, above: Definitions) -> Definitions {
    Definitions {
        volumes: merge::parts("volumes", below.volumes, above.volumes),
        configs: merge::parts("configs", below.configs, above.configs),
        secrets: merge::parts("secrets", below.secrets, above.secrets),
    }
}

/// Copies definitions, and charges them to the budget.
fn copied_definitions(definitions: &Definitions, budget: &ReadBudget) -> Result<Definitions, Refusal> {
    let copied = |map: &Map| copied(map, At::default(), budget);
    Ok(Definitions {
        volumes: copied(&definitions.volumes)?,
        configs: copied(&definitions.configs)?,
        secrets: copied(&definitions.secrets)?,
    })
}

/// Merges the definitions of the override files into those below.
fn laid_over(below: &Definitions, above: &[Parsed], budget: &ReadBudget) -> Result<Definitions, Vec<Refusal>> {
    let copied = |definitions: &Definitions| copied_definitions(definitions, budget).map_err(|refusal| vec![refusal]);
    let mut whole = copied(below)?;
    for layer in above {
        for (part, below) in
            [("volumes", &mut whole.volumes), ("configs", &mut whole.configs), ("secrets", &mut whole.secrets)]
        {
            if layer.replaced.contains(part) {
                *below = Map::new();
            }
        }
        whole = lay(whole, copied(&layer.definitions)?);
    }
    Ok(whole)
}
