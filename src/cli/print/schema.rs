//! `devarch schema`: prints the SDL, or compares it with a file.
//!
//! Called by `cli::run`. It must not open the database.

use std::path::Path;

use similar::TextDiff;

use crate::{cli::print, graphql};

/// Prints the SDL, or compares it with a file.
pub(in crate::cli) fn run(check: Option<&Path>) -> Result<(), String> {
    let sdl = graphql::sdl();
    let Some(path) = check else {
        print(&sdl);
        return Ok(());
    };
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {file}: {error}"))?;
    if text == sdl {
        return Ok(());
    }
    let diff = TextDiff::from_lines(&text, &sdl);
    print(&diff.unified_diff().header(&file, "devarch schema").to_string());
    Err(format!("{file} is out of date; write it anew with: devarch schema > {file}"))
}
