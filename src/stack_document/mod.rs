//! The document of a stack: what the stack and its instances set, as text for a repository. Text in, text out.
//!
//! Called by the use cases. It must not access the database, and must not know what is stored.

mod read;
mod write;

use serde_json::Value as Json;

pub use self::{
    read::{is_document, read, stack_name},
    write::write,
};
use crate::{
    error::Code,
    kinds::{InstanceOverrides, SharedVar},
};

/// The version of the format, the value of the first key.
pub const VERSION: i64 = 1;
/// The first key of a document. No Compose file has it.
pub const VERSION_KEY: &str = "devarch";
/// The most instances of a document.
pub const MAX_INSTANCES: usize = 2_000;

/// The form of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML.
    #[default]
    Yaml,
    /// JSON, with the same keys in the same order.
    Json,
}

/// A field that clients set, by its column, with its value.
pub type Field = (&'static str, Json);

/// A stack as a document has it.
#[derive(Clone, Debug, Default)]
pub struct StackDocument {
    /// The name of the stack.
    pub stack: Option<String>,
    /// The fields of the stack that the document has.
    pub fields: Vec<Field>,
    /// The variables that its instances share.
    pub shared_vars: Vec<SharedVar>,
    /// The instances, sorted by name when they are written.
    pub instances: Vec<DocumentInstance>,
}

/// An instance as a document has it.
#[derive(Clone, Debug, Default)]
pub struct DocumentInstance {
    /// The name.
    pub name: String,
    /// The line on which it begins; 0 where it was not read.
    pub line: usize,
    /// The name of its template.
    pub template: String,
    /// The fields that the document has.
    pub fields: Vec<Field>,
    /// Its own entries, the keys that it removes and the kinds that it replaces.
    pub overrides: InstanceOverrides,
}

/// Something that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The line; 0 if the error is about the whole document.
    pub line: usize,
    /// The code.
    pub code: Code,
    /// The way to the value and what is wrong with it.
    pub message: String,
}
