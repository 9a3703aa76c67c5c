//! Compose files: stacks become files that run, files become templates and instances.
//!
//! Called by the use cases. It must never touch a file, the database or the network: text in, text out.

mod interpolate;
#[cfg(test)]
mod laws;
mod layers;
mod merge;
mod read;
mod render;
mod warnings;

pub use self::{
    read::{Imported, MAX_BYTES, MAX_SERVICES, Reading, Refusal, Request, Source, read, read_within},
    render::{Entries, File, Member, Mode, Network, render},
};
pub use crate::kinds::compose::{Fate, Note, Warning};
