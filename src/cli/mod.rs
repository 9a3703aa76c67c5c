//! The commands of the binary.
//!
//! Called by `main`. It must never hold a rule of the domain.

mod healthcheck;
mod key;
mod migrate;
mod schema;
mod secrets;
mod serve;

use std::{error::Error, ffi::OsString, io::Write, process::ExitCode};

use clap::{
    Parser,
    error::{ContextKind, ErrorKind},
};

use crate::{
    config::{Cli, Command},
    telemetry,
};

/// Exit code for a wrong setting: nothing was touched.
const WRONG_SETTING: u8 = 2;

/// Stack of every thread that answers requests. Resolvers call each other as deep as a document nests, and a stack that
/// is too small for the deepest one ends the process.
pub const STACK: usize = 16 * 1024 * 1024;

/// Runs the command line and says how it ended: 0 done, 1 failed, 2 a wrong setting.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    match cli.settings.log_filter() {
        Ok(filter) => telemetry::init(filter),
        Err(message) => return wrong_setting(&message),
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    let done = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&cli.settings).await,
            Command::Migrate { direction } => migrate::run(&cli.settings, direction).await,
            Command::Key { what } => key::run(&cli.settings, what).await,
            Command::Secrets { what } => secrets::run(&cli.settings, what).await,
            Command::Schema { check } => schema::run(check.as_deref()),
            Command::Healthcheck => healthcheck::run(cli.settings.listen).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

/// Help and version go to standard output; a mistake is one line on standard error.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        print(&error.to_string());
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return wrong_setting("a part of the command is missing; `--help` behind it lists what there is");
    }
    // The value stays out of the message: that of --database-url holds a password.
    if let (ErrorKind::ValueValidation, Some(cause)) = (error.kind(), error.source())
        && let Some(argument) = error.get(ContextKind::InvalidArg)
    {
        return wrong_setting(&format!("invalid value for '{argument}': {cause}"));
    }
    let text = error.to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first.join(" ");
    wrong_setting(message.strip_prefix("error: ").unwrap_or(&message))
}

fn wrong_setting(message: &str) -> ExitCode {
    complain(message);
    ExitCode::from(WRONG_SETTING)
}

fn failed(message: &str) -> ExitCode {
    complain(message);
    ExitCode::FAILURE
}

fn complain(message: &str) {
    // Nobody may be reading any more; there is nobody left to tell.
    drop(writeln!(std::io::stderr(), "devarch: {message}"));
}

/// Prints to standard output; a closed pipe is no reason to fail.
fn print(text: &str) {
    drop(std::io::stdout().write_all(text.as_bytes()));
}
