//! The arguments of `devarch compose`.
//!
//! Part of the settings, used by `cli`. It must not write a file.

use std::path::PathBuf;

use clap::Args;

use super::Place;

/// What is rendered, and where it is written.
#[derive(Clone, Debug, Args)]
pub struct Render {
    /// The stack's name.
    pub stack: String,
    /// Make two files, for Docker Compose: what the templates say, and what the instances say differently.
    #[arg(long, requires = "output")]
    pub layered: bool,
    /// Write compose.yaml, and compose.override.yaml with --layered, into this folder instead of printing.
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
    /// Write secrets out instead of asking for a variable each.
    #[arg(long)]
    pub reveal_secrets: bool,
    /// Overwrite files in the folder that DevArch has not written.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Where the stack is.
    #[command(flatten)]
    pub place: Place,
}
