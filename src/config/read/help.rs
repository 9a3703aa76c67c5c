//! The text of `--help`: each command with its own options, and the settings of the service with `serve` only.
//!
//! Called when help is asked for. It must not change how the command line is read.

use std::ffi::OsString;

use clap::{Command, error::ErrorKind};

/// Commands that open a database, and say which.
const ON_DATABASE: [&str; 5] = ["backup", "key", "migrate", "restore", "secrets"];
/// Commands that need neither a database nor a service.
const ALONE: [&str; 3] = ["completions", "man", "schema"];

/// The last line of the help of every command but `serve`.
const SETTINGS: &str = "Settings of all commands, such as --log and --secrets-key-file: devarch serve --help";

/// The help that the arguments ask for.
pub(super) fn text(command: Command, arguments: &[OsString]) -> String {
    match shaped(command).try_get_matches_from(arguments) {
        Err(error) if error.kind() == ErrorKind::DisplayHelp => error.to_string(),
        _ => String::new(),
    }
}

/// The command with the settings of the service hidden in all commands that do not need them.
pub(in crate::config) fn shaped(mut command: Command) -> Command {
    // A built command has the global arguments in every subcommand, so each can show other ones.
    command.build();
    let names: Vec<String> = command.get_subcommands().map(|part| part.get_name().to_owned()).collect();
    for name in names.iter().filter(|name| !["help", "serve"].contains(&name.as_str())) {
        let shown: &[&str] = match name.as_str() {
            "healthcheck" => &["listen"],
            alone if ALONE.contains(&alone) => &[],
            "secrets" => &["database_url", "secrets_key_file"],
            _ => &["database_url"],
        };
        command = command.mut_subcommand(name, |part| only(part, shown, ON_DATABASE.contains(&name.as_str())));
    }
    hiding(command, &[])
}

/// A command with these settings, and its subcommands.
fn only(mut command: Command, shown: &[&str], is_on_database: bool) -> Command {
    let parts: Vec<String> = command.get_subcommands().map(|part| part.get_name().to_owned()).collect();
    for part in parts.iter().filter(|part| *part != "help") {
        command = command.mut_subcommand(part, |part| only(part, shown, is_on_database));
    }
    let examples = command.get_after_help().map(|examples| format!("{examples}\n\n")).unwrap_or_default();
    let command = command.after_help(format!("{examples}{SETTINGS}"));
    let command = hiding(command, shown);
    if is_on_database || !shown.contains(&"database_url") {
        return command;
    }
    let help = "The database that has the stacks, in place of a service: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE";
    // In place: a built command finds its arguments by their positions.
    command.mut_args(|argument| match argument.get_id() == "database_url" {
        true => argument.help(help).hide_default_value(true),
        false => argument,
    })
}

fn hiding(command: Command, shown: &[&str]) -> Command {
    command.mut_args(|argument| match argument.is_global_set() && !shown.contains(&argument.get_id().as_str()) {
        true if argument.get_id() != "help" => argument.hide(true),
        _ => argument,
    })
}
