//! Reads Compose files: converts every service to the entries of a template, and reports losses as notes.
//!
//! Called by the import and by the catalogue. It must not access files, the environment or the database.

mod definitions;
mod extends;
mod file;
mod filler;
mod layered_definitions;
mod layered_services;
mod links;
mod names;
mod networks;
mod paths;
mod references;
mod scale;
mod service;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use self::{
    file::Parsed,
    layered_definitions::{definitions_below, laid_over, see_definitions_above},
    layered_services::{FoundService, services},
    links::{Links, variables_of},
};
pub use self::{
    links::{Missing, missing_files, project_name, stack_name},
    paths::{folder, joined},
};
use crate::{
    budget::import::{ReadBudget, ReadBudgetExceeded},
    compose::RENDERED,
    kinds::{
        Collections,
        compose::{Definitions, Note, Notes, Services},
        setting::holds_image,
    },
    yaml::{At, Map, Node},
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
    /// Whether services may join networks of the host, which leave the isolation of a stack.
    pub allow_external_networks: bool,
    /// Which variables become secrets although no file says so.
    pub secrets: SecretGuess,
}

/// Which variables of services become secrets although no file says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum SecretGuess {
    /// None: the files say which are secrets.
    #[default]
    None,
    /// Those that look like secrets, except these.
    AllBut(BTreeSet<String>),
}

impl Request {
    /// The files in which variables that look like secrets become secrets.
    fn guessed(&self) -> HashSet<usize> {
        if self.secrets == SecretGuess::None {
            return HashSet::new();
        }
        // Rendered files say which variables are secrets.
        let sources = self.files.iter().chain(&self.overrides).enumerate();
        sources.filter(|(_, source)| !source.text.starts_with(RENDERED)).map(|(number, _)| number).collect()
    }

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
    pub entries: Collections,
    /// The entries with the override files merged in; `None` if these do not change the service.
    pub with_overrides: Option<Collections>,
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
        match file::parse(
            &source.text,
            number,
            number >= request.files.len(),
            &variables_of(request, &source.name),
            &mut notes,
        ) {
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
    let allow_external_networks = request.allow_external_networks;
    let shared_volumes = definitions::shared_volumes(&found);
    let mut context = Services { shared_volumes, allow_external_networks, ..Services::default() };
    context.guessed.files = request.guessed();
    if let SecretGuess::AllBut(plain) = &request.secrets {
        context.guessed.plain.clone_from(plain);
    }
    for file in files.iter_mut().chain(&mut above) {
        context.guessed.places.extend(std::mem::take(&mut file.secret_places));
    }
    for ((service, names), scale) in found.iter().zip(&names).zip(&scales) {
        let key = || service.key.clone();
        if service.below.get("image").and_then(Node::scalar).is_some_and(|image| !holds_image(&image)) {
            context.dropped.insert(key());
        } else {
            context.instances.insert(key(), names.instance.clone());
        }
        if let Some(image) = service.whole().get("image").and_then(Node::scalar) {
            context.images.insert(image.strip_suffix(":latest").unwrap_or(&image).to_owned());
        }
        if service.is_removed || *scale == Some(0) {
            context.disabled.insert(key());
        }
        if let Some(name) = service.whole().get("container_name").and_then(Node::scalar) {
            context.containers.insert(name, key());
        }
    }
    context.link_aliases = networks::link_aliases(&found, &context);
    let all: Vec<&Parsed> = files.iter().chain(&above).collect();
    context.fold_networks = networks::fold(&found, &all);
    definitions::look(&found, &all, notes);
    networks::look(&found, &all, context.fold_networks, allow_external_networks, notes);
    let lower = definitions_below(&mut files, links, notes.budget()).map_err(|refusal| vec![refusal])?;
    let upper: Vec<Definitions> =
        lower.iter().map(|lower| laid_over(lower, &above, notes.budget())).collect::<Result<_, _>>()?;
    see_definitions_above(&mut found, &above, notes.budget()).map_err(|refusal| vec![refusal])?;
    let nothing = Definitions::default();
    let mut services = Vec::new();
    for ((service, names), scale) in found.into_iter().zip(names).zip(scales) {
        let enabled = if service.is_removed { Some(false) } else { scale.map(|scale| scale != 0) };
        let meta = service.file.and_then(|file| files.get(file)).map(|file| &file.meta);
        let part =
            service::Part { key: &service.key, at: service.at, image: &names.template, services: &context, meta };
        // A service that only an override file has uses the definitions of all layers.
        let all = upper.get(service.file.unwrap_or(0)).unwrap_or(&nothing);
        let (lower, upper) = (service.file.and_then(|file| lower.get(file)).unwrap_or(all), all);
        let first = notes.len();
        let read = part.read(service.below, lower, notes);
        let with_overrides = service.above.filter(|_| read.is_some()).and_then(|map| {
            // The first read has reported the notes about what both contain.
            let known = notes.len();
            let read = part.read(map, upper, notes);
            notes.drop_repeated(first, known);
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
            entries: read.entries,
            with_overrides: with_overrides.map(|read| read.entries),
        });
    }
    if notes.budget().is_exceeded() {
        return Err(vec![Refusal::spent(At::default(), notes.budget())]);
    }
    Ok(Reading { services, notes: Vec::new() })
}

/// Copies a map, and charges it to the budget.
fn copied(map: &Map, at: At, budget: &ReadBudget) -> Result<Map, Refusal> {
    let (values, bytes) = map.weight();
    if budget.charge(values, bytes) { Ok(map.clone()) } else { Err(Refusal::spent(at, budget)) }
}
