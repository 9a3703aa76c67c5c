//! How the files of a request refer to each other: by `include`, and by `extends` with a file.
//!
//! Called when all files are parsed. It must not read a file that is not part of the request.

use std::collections::BTreeMap;

use super::{
    Request, Source,
    file::{Include, Parsed, parse},
    paths::{folder, joined, relocate, way},
};
use crate::{
    budget::import::ReadBudget,
    compose::interpolate::interpolate,
    kinds::compose::{NoteKind, Notes},
    name::{NameOf, suggest},
    yaml::{self, Map, Node},
};

/// The links between the files of a request.
#[derive(Debug, Default)]
pub(super) struct Links {
    names: Vec<String>,
    /// The folder to which the paths of each file are relative.
    folders: Vec<String>,
    /// For each file the files that it includes, in order.
    pub(super) includes: Vec<Vec<usize>>,
    /// For each file whether another one includes it.
    pub(super) is_included: Vec<bool>,
}

impl Links {
    /// Finds the links. Notes files that are not given.
    pub(super) fn find(request: &Request, files: &[Parsed], notes: &mut Notes<'_>) -> Self {
        let names: Vec<String> = (0..files.len()).map(|file| joined("", request.file(file))).collect();
        let project = names.first().map_or("", |name| folder(name)).to_owned();
        let is_override = |file: usize| file >= request.files.len();
        let folders = names.iter().enumerate().map(|(file, name)| match is_override(file) {
            true => project.clone(),
            false => folder(name).to_owned(),
        });
        let count = names.len();
        let folders = folders.collect();
        let mut links = Self { names, folders, includes: vec![Vec::new(); count], is_included: vec![false; count] };
        for (file, parsed) in files.iter().enumerate() {
            for include in &parsed.includes {
                links.include(file, include, request, notes);
            }
            for (_, service) in parsed.services.iter() {
                if let Some(name) = extended_file(service)
                    && let Some(other) = links.position(file, &name)
                {
                    links.place(other, file, &name);
                }
            }
        }
        links
    }

    fn include(&mut self, file: usize, include: &Include, request: &Request, notes: &mut Notes<'_>) {
        let mut lose = |part: &str, reason: &str| {
            let part = if part.is_empty() { include.part.clone() } else { format!("{}.{part}", include.part) };
            notes.push(NoteKind::Lost, &part, include.at, reason);
        };
        let mut first = None;
        for path in &include.paths {
            let given = |other: &usize| *other != file && *other < request.files.len();
            let Some(other) = self.position(file, path).filter(given) else {
                lose("", &format!("The file {path} is not given; give it as well."));
                continue;
            };
            self.place(other, file, path);
            // All files of an entry are relative to the folder of the first one.
            let base = first.get_or_insert_with(|| match &include.folder {
                Some(folder) => joined(&self.folders[file], folder),
                None => self.folders[other].clone(),
            });
            self.folders[other].clone_from(base);
            self.includes[file].push(other);
            self.is_included[other] = true;
            if !include.env_files.is_empty() && !request.file_variables.contains_key(request.file(other)) {
                lose("env_file", "Give its variables with the others.");
            }
        }
    }

    /// Sets the folder of a file to that in the reference to it, if the name of the file has none.
    fn place(&mut self, other: usize, file: usize, path: &str) {
        let whole = joined(&self.folders[file], path);
        if self.names[other] != whole {
            folder(&whole).clone_into(&mut self.folders[other]);
        }
    }

    /// Finds a file by a path in another file: by its place, or by its name where only one file has it.
    pub(super) fn position(&self, file: usize, path: &str) -> Option<usize> {
        let whole = joined(&self.folders[file], path);
        if let Some(found) = self.names.iter().position(|name| *name == whole) {
            return Some(found);
        }
        let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let wanted = last(&whole);
        let mut same = self.names.iter().enumerate().filter(|(_, name)| last(name) == wanted);
        let found = same.next().map(|(found, _)| found);
        found.filter(|_| same.next().is_none())
    }

    /// Makes all paths relative to the project.
    pub(super) fn relocate(&self, files: &mut [Parsed]) {
        let Some(project) = self.folders.first() else { return };
        for (file, parsed) in files.iter_mut().enumerate() {
            relocate(parsed, &way(project, &self.folders[file]), self.is_included[file]);
        }
    }

    /// The files, each after those that it includes.
    pub(super) fn lowest_first(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.includes.len());
        let mut seen = vec![false; self.includes.len()];
        for file in 0..self.includes.len() {
            self.visit(file, &mut seen, &mut order);
        }
        order
    }

    fn visit(&self, first: usize, seen: &mut [bool], order: &mut Vec<usize>) {
        // Without recursion, because a request decides how deep it is.
        let mut open = vec![(first, 0)];
        while let Some((file, next)) = open.pop() {
            if next == 0 && std::mem::replace(&mut seen[file], true) {
                continue;
            }
            match self.includes[file].get(next) {
                Some(other) => {
                    open.push((file, next + 1));
                    if !seen[*other] {
                        open.push((*other, 0));
                    }
                }
                None => order.push(file),
            }
        }
    }
}

/// The file in `extends` of a service.
fn extended_file(service: &Node) -> Option<String> {
    service.as_map()?.get("extends")?.as_map()?.get("file")?.scalar()
}

/// A file that the files of a request refer to, and that is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its path, relative like the names of the files.
    pub path: String,
    /// The name of the file that refers to it.
    pub by: String,
    /// Whether it is included, so that it has variables of its own.
    pub is_included: bool,
    /// The files with its variables.
    pub env_files: Vec<String>,
    /// The folder in which it may have a file `.env`, if the reference names no such files.
    pub folder: String,
}

/// Finds the files that those of a request refer to and that are not given. Files that cannot be read refer to none.
pub fn missing_files(request: &Request) -> Vec<Missing> {
    let budget = ReadBudget::default();
    let all: Vec<&Source> = request.files.iter().chain(&request.overrides).collect();
    let known: Vec<String> = all.iter().map(|source| joined("", &source.name)).collect();
    let project = known.first().map_or("", |name| folder(name)).to_owned();
    let mut found: Vec<Missing> = Vec::new();
    for (number, source) in all.iter().enumerate() {
        let is_override = number >= request.files.len();
        let variables = variables_of(request, &source.name);
        let Ok(parsed) = parse(&source.text, number, is_override, &variables, &mut Notes::new(&budget)) else {
            continue;
        };
        let from = if is_override { &project } else { folder(&known[number]) };
        let mut add = |missing: Missing| {
            if !known.contains(&missing.path) && found.iter().all(|other| other.path != missing.path) {
                found.push(missing);
            }
        };
        for include in &parsed.includes {
            let first = include.paths.first().map_or_else(String::new, |path| joined(from, path));
            let base = include.folder.as_ref().map_or(folder(&first).to_owned(), |folder| joined(from, folder));
            for path in &include.paths {
                add(Missing {
                    path: joined(from, path),
                    by: source.name.clone(),
                    is_included: true,
                    env_files: include.env_files.iter().map(|file| joined(from, file)).collect(),
                    folder: base.clone(),
                });
            }
        }
        for path in parsed.services.iter().filter_map(|(_, service)| extended_file(service)) {
            let path = joined(from, &path);
            let (by, folder) = (source.name.clone(), String::new());
            add(Missing { path, by, is_included: false, env_files: Vec::new(), folder });
        }
    }
    found
}

/// The name of the project that the files give, as Compose takes it: the last one counts.
pub fn project_name(request: &Request) -> Option<String> {
    let budget = ReadBudget::default();
    let all = request.files.iter().chain(&request.overrides);
    let documents = all.flat_map(|source| yaml::read_documents(&source.text, 0, &budget).unwrap_or_default());
    let names = documents.filter_map(|document| {
        let name = document.as_map()?.get("name")?.scalar()?;
        Some(interpolate(&name, &request.variables, &budget)?.text)
    });
    names.map(|name| normalized_name(&name)).filter(|name| !name.is_empty()).last()
}

/// The name of a stack for a project or a folder.
pub fn stack_name(project: &str) -> String {
    suggest(NameOf::Stack, &normalized_name(project))
}

/// A name of a project as Compose takes it: other characters are left out.
fn normalized_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let kept = lower.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    kept.collect::<String>().trim_start_matches(['_', '-']).to_owned()
}

/// The variables of a file: its own ones give way to those of the request.
pub(super) fn variables_of(request: &Request, name: &str) -> BTreeMap<String, String> {
    let mut variables = request.file_variables.get(name).cloned().unwrap_or_default();
    variables.extend(request.variables.clone());
    variables
}

/// Definitions of a part without those that another map has.
pub(super) fn without(definitions: Map, others: &Map) -> Map {
    definitions.into_iter().filter(|(key, _)| others.get(key).is_none()).collect()
}
