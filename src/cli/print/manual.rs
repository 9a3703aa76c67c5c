//! `devarch man`: prints the manual page, or writes one for each command.
//!
//! Called by `cli::run`. It must not overwrite a file that is no manual page of DevArch.

use std::{fs, io, path::Path};

use clap_mangen::Man;

use crate::{
    cli::{Failure, compose::refuse_foreign, print},
    config::Cli,
};

/// Prints the manual page, or writes one for each command into a folder.
pub(in crate::cli) fn print_manual(folder: Option<&Path>) -> Result<(), Failure> {
    let command = Cli::for_manual();
    let Some(folder) = folder else {
        print(&String::from_utf8_lossy(&page(command).map_err(|error| error.to_string())?));
        return Ok(());
    };
    let failed = |error: io::Error| format!("cannot write into {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    let subcommands = command.get_subcommands().filter(|part| part.get_name() != "help").cloned();
    let mut pages = vec![("devarch.1".to_owned(), command.clone())];
    pages.extend(subcommands.map(|part| (format!("devarch-{}.1", part.get_name()), part)));
    for (name, command) in pages {
        let path = folder.join(name);
        refuse_foreign(&path, BEGINNING)?;
        fs::write(&path, page(command).map_err(failed)?).map_err(failed)?;
    }
    Ok(())
}

/// How each page begins.
const BEGINNING: &str = ".ie \\n(.g .ds Aq \\(aq";

fn page(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
