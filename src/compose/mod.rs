//! Compose files: renders stacks as files, and reads files as templates and instances.
//!
//! Called by the use cases. It must not access files, the database or the network: its input and output are text.

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
pub use crate::kinds::compose::{Note, NoteKind, Warning};
