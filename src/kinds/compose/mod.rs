//! The interface between kinds and Compose files: the service that is being rendered, and the service that is being
//! read.
//!
//! Filled and read by the kinds, driven by `compose`. It must not depend on a concrete kind.

mod duration;
mod guess;
mod mount;
mod reading;
mod rendered;
mod text;

pub use self::{
    duration::{duration, seconds},
    guess::{GuessedSecrets, looks_secret, names_secret},
    mount::{ShortMount, has_drive, is_host_path, split_mount},
    reading::{Definitions, Note, NoteKind, Notes, ReadEntry, Reading, Services, Use},
    rendered::{Rendered, SecretOf, Surroundings, Warning},
    text::{has_variables, is_interpolable, labels, literal, literal_tree, unescaped},
};

/// The key of the extension that holds what Compose has no attribute for.
pub const EXTENSION: &str = "x-devarch";
