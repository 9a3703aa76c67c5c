//! The files of an apply: documents and Compose files, told apart by the key `devarch`.
//!
//! Called by the command. It must not know what is stored.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{config::StackFiles, stack_document};

/// What is applied to one stack.
pub(super) struct Applied {
    /// The name of the stack.
    pub(super) stack: String,
    /// The input `source`.
    pub(super) source: Value,
}

/// A file with its text.
struct File {
    path: PathBuf,
    text: String,
    is_document: bool,
}

/// Reads the files. Documents are applied one by one, Compose files together.
pub(super) fn read(wanted: &StackFiles) -> Result<Vec<Applied>, String> {
    let mut files = Vec::new();
    for path in &wanted.files {
        match path.is_dir() {
            true => files.extend(of_folder(path)?),
            false => files.push(file(path)?),
        }
    }
    let documents = files.iter().filter(|file| file.is_document).count();
    if documents == 0 {
        let stack = wanted.stack.clone().ok_or("give the name of the stack with --stack")?;
        let compose = files.iter().map(|file| json!({ "name": file.path.to_string_lossy(), "text": file.text }));
        return Ok(vec![Applied { stack, source: json!({ "compose": compose.collect::<Vec<_>>() }) }]);
    }
    if documents < files.len() {
        let other = files.iter().find(|file| !file.is_document);
        let path = other.map_or_else(String::new, |file| file.path.display().to_string());
        return Err(format!("{path} is a Compose file, and others are documents: apply them one after the other"));
    }
    if wanted.stack.is_some() && documents > 1 {
        return Err("--stack is for one document; each of several names its stack itself".to_owned());
    }
    files.into_iter().map(|file| document(wanted, file)).collect()
}

fn document(wanted: &StackFiles, File { path, text, .. }: File) -> Result<Applied, String> {
    let named = || stack_document::stack_name(&text);
    let stack = wanted.stack.clone().or_else(named).ok_or_else(|| {
        format!("{} does not name its stack: add the key `stack`, or give the name with --stack", path.display())
    })?;
    Ok(Applied { stack, source: json!({ "document": text }) })
}

fn file(path: &Path) -> Result<File, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(File { path: path.to_owned(), is_document: stack_document::is_document(&text), text })
}

/// The documents of a folder, sorted by the names of the files. Other files are not meant.
fn of_folder(folder: &Path) -> Result<Vec<File>, String> {
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && extension.is_some_and(|extension| ["yaml", "yml", "json"].contains(&extension)) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = paths.iter().map(|path| file(path)).collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.is_document);
    match files.is_empty() {
        true => Err(format!("{} has no documents of stacks: files with the key `devarch`", folder.display())),
        false => Ok(files),
    }
}
