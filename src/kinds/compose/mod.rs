//! The interface between kinds and Compose files: the service that is being rendered, and the service that is being
//! read.
//!
//! Filled and read by the kinds, driven by `compose`. It must not depend on a concrete kind.

mod duration;
mod reading;
mod rendered;
mod text;

pub use self::{
    duration::{duration, seconds},
    reading::{Definitions, Note, NoteKind, Notes, ReadEntry, Reading, Use},
    rendered::{Rendered, Surroundings, Warning},
    text::{has_variables, is_interpolable, literal, literal_tree, unescaped},
};

/// The key of the extension that holds what Compose has no attribute for.
pub const EXTENSION: &str = "x-devarch";
