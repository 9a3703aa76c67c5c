//! The commands of the binary.
//!
//! Called by `main`. It must never hold a rule of the domain.

mod backup;
mod compose;
mod healthcheck;
mod import;
mod key;
mod migrate;
mod schema;
mod secrets;
mod serve;

use std::{ffi::OsString, io::Write, process::ExitCode, time::Duration};

#[cfg(feature = "otel")]
use crate::telemetry::otel::Exporter;
use crate::{
    config::{Cli, Command, NoSettings},
    telemetry,
};

/// Exit code for a wrong setting: nothing was touched.
const WRONG_SETTING: u8 = 2;

/// Stack of every thread that answers requests. Resolvers call each other as deep as a document nests, and a stack that
/// is too small for the deepest one ends the process.
pub const STACK: usize = 16 * 1024 * 1024;

/// How long threads that are left over may take to end when a command is done.
const RUNTIME_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs the command line and says how it ended: 0 done, 1 failed, 2 a wrong setting.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(arguments) {
        Ok(cli) => cli,
        Err(NoSettings::Asked(text)) => {
            print(&text);
            return ExitCode::SUCCESS;
        }
        Err(NoSettings::Wrong(mistakes)) => {
            mistakes.iter().for_each(|mistake| complain(mistake));
            return ExitCode::from(WRONG_SETTING);
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
    telemetry::init(cli.settings.log.filter(), cli.settings.log_format, spans);
    let runtime = match tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start: {error}")),
    };
    let done = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run(&cli.settings).await,
            Command::Migrate { direction } => migrate::run(&cli.settings, direction).await,
            Command::Compose { stack, layered, output, reveal_secrets } => {
                compose::run(&cli.settings, compose::Wanted { stack, layered, output, reveal_secrets }).await
            }
            Command::Key { what } => key::run(&cli.settings, what).await,
            Command::Secrets { what } => secrets::run(&cli.settings, what).await,
            Command::Schema { check } => schema::run(check.as_deref()),
            Command::Import(import) => import::run(&cli.settings, import).await,
            Command::Backup { file } => backup::back_up(&cli.settings, &file).await,
            Command::Restore { file, replace } => backup::restore(&cli.settings, &file, replace).await,
            Command::Healthcheck => healthcheck::run(cli.settings.listen).await,
        }
    });
    // Everything is done; a thread that still waits for the system must not keep the process.
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN_TIMEOUT);
    #[cfg(feature = "otel")]
    if let Some(exporter) = exporter {
        exporter.finish();
    }
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failed(&message),
    }
}

/// The export of traces, for a server that is told of a collector.
#[cfg(feature = "otel")]
fn exporter(cli: &Cli) -> Result<Option<Exporter>, String> {
    let server = &cli.settings.server;
    let endpoint = server.otel_endpoint.as_ref().filter(|_| matches!(cli.command, None | Some(Command::Serve)));
    endpoint.map(|endpoint| Exporter::start(endpoint, &server.otel_service_name)).transpose()
}

/// Tells something that does not keep a command from being done.
fn warn(message: &str) {
    complain(&format!("warning: {message}"));
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
