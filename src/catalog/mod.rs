//! The catalogue: templates as Compose files, one each.
//!
//! The built-in ones are in the binary. Loaded by `serve` at start and by tests. It must never ask the database:
//! what is loaded, updated or left alone is decided by the use case `load_catalog`.

mod file;
mod shape;

use std::fmt;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

pub use file::parse;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/catalog");

/// A file of the catalogue, not yet read.
#[derive(Clone, Debug)]
pub struct CatalogFile {
    /// File name, such as `postgres.yaml`; the stem is the template's name.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl CatalogFile {
    /// The name of the template in it.
    pub fn name(&self) -> &str {
        self.file.strip_suffix(".yaml").unwrap_or(&self.file)
    }

    /// Changes when the text changes.
    pub fn digest(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The files that the binary brings, by name.
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

/// What is wrong in a file of the catalogue, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// File name.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// The key, as a path such as `services.postgres.ports[0]`.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "catalogue file {}, line {}, key {}: {}", self.file, self.line, self.key, self.message)
    }
}

impl std::error::Error for CatalogError {}
