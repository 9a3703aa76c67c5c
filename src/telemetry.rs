//! The log: readable lines on standard error.
//!
//! Set up once by the command line. It must never be given a secret.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts the log; `filter` in the form of `RUST_LOG`, such as `info` or `devarch=debug,sqlx=warn`.
pub(crate) fn init(filter: EnvFilter) {
    let ansi = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi);
    // A second start in one process (tests) keeps the first log.
    drop(subscriber.try_init());
}
