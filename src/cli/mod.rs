//! The commands of the binary `devarch`.
//!
//! Called by `main`. They must not contain rules of the domain.

mod backup;
mod compose;
mod healthcheck;
mod history;
mod import;
mod key;
mod migrate;
mod print;
mod run;
mod secrets;
mod serve;
mod source;
mod stacks;

use std::{ffi::OsString, io::Write, process::ExitCode, time::Duration};

use self::run::Verb;
#[cfg(feature = "otel")]
use crate::telemetry::otel::Exporter;
use crate::{
    app::ReservedPorts,
    config::{Cli, Command, Settings, SettingsError},
    telemetry,
};

/// Exit code for invalid settings. Nothing has been changed.
const EXIT_INVALID_SETTINGS: u8 = 2;

/// Stack size of the threads that serve requests, in bytes. Resolvers recurse as deep as a document is nested, and a
/// stack overflow ends the process.
pub const STACK: usize = 16 * 1024 * 1024;

/// How long remaining threads may take to end when a command is done.
const RUNTIME_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a command failed.
enum Failure {
    /// For any other reason.
    Failed(String),
    /// A setting is invalid, which only the command itself can tell. Nothing has been changed.
    InvalidSettings(String),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// Runs the command line and returns the exit code: 0 for success, 1 for a failure, 2 for invalid settings. Commands that
/// call an engine end with the code of the engine.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(arguments) {
        Ok(cli) => cli,
        Err(SettingsError::Asked(text)) => {
            print(&text);
            return ExitCode::SUCCESS;
        }
        Err(SettingsError::Wrong(mistakes)) => {
            for mistake in &mistakes {
                print_error(mistake);
            }
            return ExitCode::from(EXIT_INVALID_SETTINGS);
        }
    };
    #[cfg(feature = "otel")]
    let exporter = match exporter(&cli) {
        Ok(exporter) => exporter,
        Err(message) => return failed(&message),
    };
    #[cfg(feature = "otel")]
    let spans = exporter.as_ref().map(Exporter::layer);
    #[cfg(not(feature = "otel"))]
    let spans = None;
    telemetry::init(cli.settings.log(cli.command.as_ref()).filter(), cli.settings.log_format, spans);
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    let done = runtime.block_on(command(&cli.settings, cli.command.unwrap_or(Command::Serve)));
    // Everything is done; a thread that is blocked in a system call must not keep the process alive.
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN_TIMEOUT);
    #[cfg(feature = "otel")]
    if let Some(exporter) = exporter {
        exporter.finish();
    }
    match done {
        Ok(code) => code,
        Err(Failure::Failed(message)) => failed(&message),
        Err(Failure::InvalidSettings(message)) => {
            print_error(&message);
            ExitCode::from(EXIT_INVALID_SETTINGS)
        }
    }
}

/// Runs a command.
async fn command(settings: &Settings, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve => return serve::run(settings).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate { direction } => migrate::run(settings, direction).await,
        Command::Compose(wanted) => return compose::run(settings, wanted).await.map(|()| ExitCode::SUCCESS),
        Command::Up { run, foreground } => return run::run(settings, Verb::Up { foreground }, run).await,
        Command::Down(run) => return run::run(settings, Verb::Down, run).await,
        Command::Ps(run) => return run::run(settings, Verb::Ps, run).await,
        Command::Logs(run) => return run::run(settings, Verb::Logs, run).await,
        Command::Pull(run) => return run::run(settings, Verb::Pull, run).await,
        Command::Log(of) => return history::log(settings, of).await.map(|()| ExitCode::SUCCESS),
        Command::Show(what) => return history::show(settings, what).await.map(|()| ExitCode::SUCCESS),
        Command::Diff(sides) => return history::diff(settings, sides).await,
        Command::Revert(what) => return history::revert(settings, what).await.map(|()| ExitCode::SUCCESS),
        Command::Stacks(wanted) => return stacks::list(settings, wanted).await.map(|()| ExitCode::SUCCESS),
        Command::Fork(wanted) => return stacks::fork(settings, wanted).await.map(|()| ExitCode::SUCCESS),
        Command::Forks(wanted) => return stacks::forks(settings, wanted).await.map(|()| ExitCode::SUCCESS),
        Command::Plan(wanted) => return import::apply::plan(settings, wanted).await,
        Command::Apply(wanted) => return import::apply::apply(settings, wanted).await.map(|()| ExitCode::SUCCESS),
        Command::Import(wanted) => return Box::pin(import::run(settings, wanted)).await.map(|()| ExitCode::SUCCESS),
        Command::Man { output } => return print::print_manual(output.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Key { what } => key::run(settings, what).await,
        Command::Secrets { what } => secrets::run(settings, what).await,
        Command::Schema { check } => print::schema(check.as_deref()),
        Command::Completions { shell } => {
            print::completions(shell);
            Ok(())
        }
        Command::Backup { file } => backup::back_up(settings, &file).await,
        Command::Restore { file, replace } => backup::restore(settings, &file, replace).await,
        Command::Healthcheck => healthcheck::run(settings.listen.0).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Starts the export of traces if the command is `serve` and a collector is set.
#[cfg(feature = "otel")]
fn exporter(cli: &Cli) -> Result<Option<Exporter>, String> {
    let server = &cli.settings.server;
    let endpoint = server.otel_endpoint.as_ref().filter(|_| matches!(cli.command, None | Some(Command::Serve)));
    endpoint.map(|endpoint| Exporter::start(endpoint, &server.otel_service_name)).transpose()
}

/// The ports that no fork gets.
fn reserved_ports(settings: &Settings) -> ReservedPorts {
    ReservedPorts::new(settings.reserved_ports.iter().map(|span| span.range()))
}

/// Prints a warning, which does not fail the command.
fn warn(message: &str) {
    print_error(&format!("warning: {message}"));
}

/// Prints a warning about a rendered stack, or about one of its instances.
fn warn_about(instance: Option<&str>, message: &str) {
    match instance {
        Some(instance) => warn(&format!("{instance}: {message}")),
        None => warn(message),
    }
}

fn failed(message: &str) -> ExitCode {
    print_error(message);
    ExitCode::FAILURE
}

fn print_error(message: &str) {
    // Standard error may be closed; then the message is lost.
    drop(writeln!(std::io::stderr(), "devarch: {message}"));
}

/// Prints to standard output. A closed pipe is not an error.
fn print(text: &str) {
    drop(std::io::stdout().write_all(text.as_bytes()));
}
