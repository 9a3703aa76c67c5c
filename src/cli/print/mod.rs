//! Commands that print what the binary knows about itself: its schema, completions for shells, and manual pages.
//!
//! Called by `cli::run`. They must open neither a database nor a connection.

mod manual;
mod schema;

use clap_complete::Shell;

pub(super) use self::{manual::print_manual, schema::run as schema};
use super::print;
use crate::config::Cli;

/// Prints what completes commands and options in a shell.
pub(super) fn completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::for_manual(), "devarch", &mut script);
    print(&String::from_utf8_lossy(&script));
}
