//! Reads the catalogue: Compose files in the binary or in a folder, parsed into templates.
//!
//! Called by `serve` at start, by the use case `load_catalog` and by tests. It must not access the database: the use
//! case decides what is created, updated or left alone.

use std::{fmt, fs, io::Read as _, path::Path};

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use crate::{
    app::CreateTemplate,
    compose::{self, Note, NoteKind, Request, Source},
    error::{Error, Problems},
    fields::TemplateValues,
};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// A catalogue file that has not been parsed yet.
#[derive(Clone, Debug)]
pub struct CatalogFile {
    /// The file name, such as `postgres.yaml`.
    pub file: String,
    /// The text.
    pub text: String,
}

impl CatalogFile {
    /// The file name without its extension, which is the name of the template if the file has only that one.
    pub fn name(&self) -> &str {
        self.file.strip_suffix(".yaml").unwrap_or(&self.file)
    }

    fn fail<T>(&self, line: usize, message: String) -> Result<T, CatalogError> {
        Err(CatalogError { file: self.file.clone(), line, message })
    }

    /// A hash of the text.
    pub fn digest(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The files in the binary, sorted by name.
pub fn built_in() -> Vec<CatalogFile> {
    let mut files: Vec<CatalogFile> = BUILT_IN
        .files()
        .filter_map(|file| {
            let name = file.path().to_str()?.to_owned();
            Some(CatalogFile { file: name, text: file.contents_utf8()?.to_owned() })
        })
        .collect();
    files.sort_by(|a, b| a.file.cmp(&b.file));
    files
}

/// The Compose files in a folder, sorted by name, without sub-folders.
pub fn folder(path: &Path) -> Result<Vec<CatalogFile>, String> {
    let refuse = |error: std::io::Error| format!("cannot read the catalogue {}: {error}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(refuse)? {
        let entry = entry.map_err(refuse)?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        if file.ends_with(".yaml") || file.ends_with(".yml") {
            let path = entry.path();
            let refuse =
                |error: &dyn fmt::Display| format!("cannot read the catalogue file {}: {error}", path.display());
            let mut text = String::new();
            let opened = fs::File::open(&path).map_err(|error| refuse(&error))?;
            // One byte beyond the limit shows that the file is too large.
            let limit = compose::MAX_BYTES as u64 + 1;
            opened.take(limit).read_to_string(&mut text).map_err(|error| refuse(&error))?;
            files.push(CatalogFile { file, text });
        }
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}

/// The result of parsing a catalogue file.
#[derive(Clone, Debug)]
pub struct CatalogTemplates {
    /// One template for each service.
    pub templates: Vec<CreateTemplate>,
    /// The parts of the file that templates cannot hold.
    pub losses: Vec<Note>,
}

/// Parses a file into checked templates.
pub fn parse(file: &CatalogFile) -> Result<CatalogTemplates, CatalogError> {
    let source = Source { name: file.file.clone(), text: file.text.clone() };
    let read = match compose::read(&Request { files: vec![source], ..Request::default() }) {
        Ok(read) => read,
        Err(refusals) => {
            let first = refusals.into_iter().next();
            let (line, message) = first.map_or((0, String::new()), |refusal| (refusal.at.line, refusal.message));
            return file.fail(line, message);
        }
    };
    let losses: Vec<Note> = read.notes.into_iter().filter(|note| note.fate == NoteKind::Lost).collect();
    if read.services.is_empty() {
        let (line, reason) = losses.first().map_or((0, "it has no service"), |note| (note.at.line, &note.reason));
        return file.fail(line, format!("no service of this file becomes a template: {reason}"));
    }
    let mut templates = Vec::with_capacity(read.services.len());
    for service in read.services {
        let settings = service.entries.settings.clone().unwrap_or_default();
        let (name, description, category) = (service.template, service.description, service.category);
        let values = TemplateValues { name, description, category, ..TemplateValues::default() }.with(settings);
        let mut template = CreateTemplate { values, collections: service.entries };
        let mut problems = Problems::default();
        template.check(&mut problems);
        if let Err(Error::Refused(found)) = problems.finish() {
            let message = found.first().map_or("", |problem| &problem.message);
            return file.fail(service.at.line, format!("services.{}: {message}", service.key));
        }
        templates.push(template);
    }
    Ok(CatalogTemplates { templates, losses })
}

/// An error in a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("catalogue file {file}, line {line}: {message}")]
pub struct CatalogError {
    /// The file name.
    pub file: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// The message: what is wrong, and what is allowed.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use crate::app::templates::catalog::*;

    #[test]
    fn every_built_in_file_is_one_template_that_holds_all_of_it() {
        let files = built_in();
        assert!(files.len() >= 60, "{} templates", files.len());
        for file in files {
            let read = parse(&file).unwrap_or_else(|error| panic!("{error}"));
            let names: Vec<&str> = read.templates.iter().map(|template| template.values.name.as_str()).collect();
            assert_eq!((names, read.losses), (vec![file.name()], vec![]), "{}", file.file);
        }
    }

    #[test]
    fn a_malformed_file_is_refused_with_its_line() {
        let file = |text: &str| CatalogFile { file: "web.yaml".to_owned(), text: text.to_owned() };
        let refused = |text: &str| parse(&file(text)).map(|read| read.losses).unwrap_err().to_string();
        for (text, start) in [
            ("services: [", "catalogue file web.yaml, line 1: This is not YAML"),
            ("", "catalogue file web.yaml, line 0: no service of this file becomes a template"),
            ("services:\n  web: { image: \"Not An Image\" }\n", "catalogue file web.yaml, line 2: no service"),
            (
                "services:\n  web:\n    image: a\n    user: \"${ x\"\n",
                "catalogue file web.yaml, line 4: services.web.user",
            ),
        ] {
            assert!(refused(text).starts_with(start), "{}", refused(text));
        }
    }

    #[test]
    fn what_cannot_be_held_is_told_with_its_line() {
        let text = "services:\n  web:\n    image: nginx\n    prots: [80]\n    ports: [\"70000\"]\n".to_owned();
        let read = parse(&CatalogFile { file: "web.yaml".to_owned(), text }).unwrap();
        let told: Vec<_> = read.losses.iter().map(|note| (note.at.line, note.path.as_str())).collect();
        assert_eq!(told, [(4, "services.web.prots"), (5, "services.web.ports.0")]);
        assert_eq!(read.templates.len(), 1);
    }
}
