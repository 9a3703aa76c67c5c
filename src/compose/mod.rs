//! Compose files: renders stacks as files, and reads files as templates and instances.
//!
//! Called by the use cases. It must not access files, the database or the network: its input and output are text.

mod config_hash;
mod env_file;
mod interpolate;
#[cfg(test)]
mod laws;
mod layers;
mod local_paths;
mod merge;
mod read;
mod render;
mod warnings;

pub use self::{
    env_file::{EnvFileError, EnvFiles},
    local_paths::local_paths,
    read::{
        Imported, MAX_BYTES, MAX_SERVICES, Missing, Reading, Refusal, Request, SecretGuess, Source, folder, joined,
        missing_files, project_name, read, read_within, stack_name,
    },
    render::{Entries, File, Member, Mode, RENDERED, Secrets, StackNames, render},
};
pub use crate::{
    kinds::compose::{Note, NoteKind, SecretOf, Warning},
    yaml::At,
};
