//! Finds the files of a project and its name, as `docker compose` does: by flags, by its variables, or in the folder.
//!
//! Called before an import. It must not read a file that no flag, no variable and no other file names, except those with
//! the usual names.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{
    compose::{
        EnvFiles, MAX_BYTES, Request, SecretGuess, Source, folder, joined, missing_files, project_name, stack_name,
    },
    config::Import,
};

/// The names under which Compose finds a file, the first of which counts.
const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// The names under which it finds an override file beside it.
const OVERRIDES: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];
/// The variables by which Compose finds a project; they may be in `.env`, too.
const FILE: &str = "COMPOSE_FILE";
const SEPARATOR: &str = "COMPOSE_PATH_SEPARATOR";
const NAME: &str = "COMPOSE_PROJECT_NAME";
/// Most files that others include or extend.
const MAX_LINKED_FILES: usize = 500;

/// The files to import.
pub(super) struct Project {
    pub(super) request: Request,
    /// The stack for the instances.
    pub(super) stack: Option<String>,
    /// The files that were read.
    pub(super) read: Vec<String>,
}

/// Finds and reads the files of an import.
pub(super) fn find(import: &Import) -> Result<Project, String> {
    let mut read = Vec::new();
    let given: BTreeMap<String, String> = import.variables.iter().cloned().collect();
    let place = import.files.first().map_or_else(String::new, |path| folder(&shown(path)).to_owned());
    let mut variables = env_files(import, given, &place, &mut read)?;
    let setting = |own: &Option<String>, name: &str, variables: &BTreeMap<String, String>| {
        own.clone().or_else(|| variables.get(name).cloned()).filter(|text| !text.is_empty())
    };
    let separator = setting(&import.compose.separator, SEPARATOR, &variables);
    let (files, mut overrides) = match setting(&import.compose.files, FILE, &variables) {
        _ if !import.files.is_empty() => (import.files.iter().map(|path| shown(path)).collect(), Vec::new()),
        Some(list) => {
            let separator = separator.unwrap_or_else(|| if cfg!(windows) { ";" } else { ":" }.to_owned());
            let mut names = list.split(separator.as_str()).map(str::to_owned);
            (names.by_ref().take(1).collect(), names.collect())
        }
        None => usual()?,
    };
    let files: Vec<String> = files;
    overrides.extend(import.overrides.iter().map(|path| shown(path)));
    let base = files.first().map_or("", |name| folder(name)).to_owned();
    if import.files.is_empty() && joined("", &base) != joined("", &place) {
        variables = env_files(import, variables, &base, &mut read)?;
    }
    let mut request = Request {
        files: files.iter().map(|name| source(name)).collect::<Result<_, _>>()?,
        overrides: overrides.iter().map(|name| source(name)).collect::<Result<_, _>>()?,
        variables,
        prefix: import.prefix.clone(),
        allow_external_networks: import.external_networks,
        secrets: SecretGuess::AllBut(import.plain.iter().cloned().collect()),
        ..Request::default()
    };
    let name = setting(&import.compose.project_name, NAME, &request.variables)
        .or_else(|| project_name(&request))
        .unwrap_or_else(|| folder_name(&base));
    let stack = import.stack.clone().or_else(|| Some(stack_name(&name))).filter(|_| !import.templates_only);
    request.variables.entry(NAME.to_owned()).or_insert(name);
    linked(&mut request, &mut read)?;
    let mut names: Vec<String> =
        request.files.iter().chain(&request.overrides).map(|source| source.name.clone()).collect();
    names.append(&mut read);
    Ok(Project { request, stack, read: names })
}

/// Reads the files with variables: those that are named, or `.env` in the folder of the project.
fn env_files(
    import: &Import,
    given: BTreeMap<String, String>,
    place: &str,
    read: &mut Vec<String>,
) -> Result<BTreeMap<String, String>, String> {
    let mut named: Vec<String> = import.env_file.iter().map(|path| shown(path)).collect();
    if named.is_empty() {
        let listed = import.compose.env_files.as_deref().unwrap_or_default();
        named.extend(listed.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
    }
    let disabled = ["1", "t", "T", "true", "TRUE", "True"];
    if named.is_empty() && !import.compose.no_env_file.as_deref().is_some_and(|text| disabled.contains(&text)) {
        named.extend(usual_env_file(place));
    }
    let mut files = EnvFiles::new(given);
    named.retain(|name| !read.contains(name));
    variables_of(&mut files, named, read)?;
    for (name, other) in files.unset() {
        super::super::warn(&format!(
            "the value of {name} refers to {other}, which is not given: nothing stands in its place"
        ));
    }
    Ok(files.variables())
}

/// `.env` in a folder, if it is there.
fn usual_env_file(place: &str) -> Option<String> {
    let name = joined(place, ".env");
    Path::new(&name).is_file().then_some(name)
}

fn variables_of(files: &mut EnvFiles, names: Vec<String>, read: &mut Vec<String>) -> Result<(), String> {
    for name in names {
        let Source { text, .. } = source(&name)?;
        files.read(&text).map_err(|error| format!("cannot read {name}: {error}"))?;
        read.push(name);
    }
    Ok(())
}

/// The files with the usual names, in this folder or in the next one above that has some.
fn usual() -> Result<(Vec<String>, Vec<String>), String> {
    let here = fs::canonicalize(".").map_err(|error| format!("cannot read this folder: {error}"))?;
    for (above, place) in here.ancestors().enumerate() {
        let found = |names: &[&str]| names.iter().find(|name| place.join(name).exists()).map(|name| name.to_string());
        if let Some(file) = found(&FILES) {
            let name = |file: String| format!("{}{file}", "../".repeat(above));
            return Ok((vec![name(file)], found(&OVERRIDES).map(name).into_iter().collect()));
        }
    }
    Err(format!(
        "no Compose file is here ({}) or in a folder above: name one, as in `devarch import FILE`",
        FILES.join(", ")
    ))
}

/// Reads the files that others include or extend, as far as they are there; the report tells the others.
fn linked(request: &mut Request, read: &mut Vec<String>) -> Result<(), String> {
    let mut tried: Vec<String> = Vec::new();
    loop {
        let missing = missing_files(request);
        let Some(next) = missing.into_iter().find(|missing| !tried.contains(&missing.path)) else { return Ok(()) };
        if tried.len() == MAX_LINKED_FILES {
            return Err(format!("more than {MAX_LINKED_FILES} files are included or extended"));
        }
        tried.push(next.path.clone());
        if !Path::new(&next.path).is_file() {
            continue;
        }
        if next.is_included {
            let mut variables = request.file_variables.get(&next.by).cloned().unwrap_or_default();
            variables.extend(request.variables.clone());
            let mut files = EnvFiles::new(variables);
            let named = match next.env_files.is_empty() {
                true => usual_env_file(&next.folder).into_iter().collect(),
                false => next.env_files,
            };
            variables_of(&mut files, named, read)?;
            request.file_variables.insert(next.path.clone(), files.variables());
        }
        request.files.push(source(&next.path)?);
    }
}

/// The name of a folder.
fn folder_name(place: &str) -> String {
    let place = if place.is_empty() { "." } else { place };
    let whole = fs::canonicalize(place).unwrap_or_else(|_| PathBuf::from(place));
    whole.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Reads a file, but not more than an import accepts.
fn source(name: &str) -> Result<Source, String> {
    let unreadable = |error: std::io::Error| format!("cannot read {name}: {error}");
    let mut text = String::new();
    let file = fs::File::open(name).map_err(unreadable)?;
    file.take(MAX_BYTES as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() > MAX_BYTES {
        return Err(format!("{name} is too long: an import takes at most {MAX_BYTES} bytes"));
    }
    Ok(Source { name: name.to_owned(), text })
}
