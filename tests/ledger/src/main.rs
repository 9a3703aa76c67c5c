//! A client that records in a journal what it sent and what was acknowledged, and checks later whether all of it,
//! and nothing else, is there.
//!
//! Run by developers and by `tests/faults/run`, which injects faults meanwhile. It must not read the database directly:
//! what the API does not show counts as absent.

mod answer;
mod figures;
mod http;
mod journal;
mod kinds;
mod log;
mod model;
mod operation;
mod run;
mod state;
mod verify;
mod writer;

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use self::http::Address;

#[derive(Parser)]
#[command(name = "ledger", about = "Writes to a DevArch service, records what it acknowledges, and compares")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes until the time is over, and keeps a journal. A journal that is there is carried on.
    Run(RunArguments),
    /// Reads everything and compares it with a journal; ends with 1 when something is lost, torn or not accounted for.
    Verify {
        /// Where the service is.
        #[arg(long, value_name = "URL")]
        url: Address,
        /// The journal.
        #[arg(long, value_name = "FILE")]
        journal: PathBuf,
    },
}

/// How to write.
#[derive(Args)]
struct RunArguments {
    /// Where the service is; several times for several servers on one database, among which the writers change.
    #[arg(long, value_name = "URL", required = true)]
    url: Vec<Address>,
    /// How many write at once, each with names of its own.
    #[arg(long, default_value_t = 16, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1000))]
    writers: u64,
    /// How long; SIGTERM and Ctrl-C end it earlier.
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS")]
    seconds: f64,
    /// The seed of the random numbers; chosen and printed when it is absent.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The journal: where each operation and its outcome are recorded.
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Sends what this journal says was sent, in its order, in place of random numbers.
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    replay: Option<PathBuf>,
    /// Milliseconds that a writer rests between two requests.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pause: u64,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&format!("cannot start: {cause}")),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Run(wanted) => run::run(wanted).await,
            Command::Verify { url, journal } => verify::verify(&url, &journal).await,
        }
    });
    match done {
        Ok(report) => {
            print(&report.text);
            if report.is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => fail(&message),
    }
}

/// The result of a command.
struct Report {
    text: String,
    is_good: bool,
}

/// The command failed, so the result is unknown.
fn fail(message: &str) -> ExitCode {
    tell(message);
    ExitCode::from(2)
}

/// Prints progress to standard error.
fn tell(message: &str) {
    drop(writeln!(std::io::stderr(), "ledger: {message}"));
}

fn print(text: &str) {
    drop(std::io::stdout().write_all(text.as_bytes()));
}
