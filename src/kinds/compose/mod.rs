//! What a kind sees of Compose: the service that is being written, and the service that is being read.
//!
//! Filled and emptied by the kinds, driven by `compose`. It must never know a concrete kind.

mod duration;
mod reading;
mod rendered;
mod text;

pub use self::{
    duration::{duration, seconds},
    reading::{Definitions, Fate, Found, Note, Notes, Reading, Use},
    rendered::{Rendered, Surroundings, Warning},
    text::{has_variables, is_interpolable, literal, literal_tree, unescaped},
};

/// The key under which files say what Compose has no word for.
pub const EXTENSION: &str = "x-devarch";
