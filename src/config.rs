//! Settings: every one is a flag and an environment variable, read and checked here and nowhere else.
//!
//! Used by the command line. It must never start anything.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::db::DbUrl;

/// DevArch: isolated stacks of services, held by a GraphQL service.
#[derive(Debug, Parser)]
#[command(name = "devarch", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; without a command, `serve`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Settings that every command understands.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Address and port to listen on.
    #[arg(long, env = "DEVARCH_LISTEN", default_value = "127.0.0.1:8080", global = true, value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// Where the database is: sqlite://FILE (created on first use) or postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/devarch.db",
        global = true,
        value_name = "URL"
    )]
    pub database_url: DbUrl,

    /// Most connections to the database, 1 to 100. On SQLite these are the readers; there is always one writer.
    #[arg(
        long,
        env = "DEVARCH_DATABASE_CONNECTIONS",
        default_value_t = 4,
        global = true,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=100)
    )]
    pub database_connections: u32,

    /// Seconds that running requests get to finish after SIGTERM or Ctrl-C, 0 to 3600.
    #[arg(
        long,
        env = "DEVARCH_SHUTDOWN_GRACE",
        default_value_t = 20,
        global = true,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(0..=3600)
    )]
    shutdown_grace: u64,

    /// Do not load the built-in catalogue of templates at start.
    #[arg(long, env = "DEVARCH_NO_CATALOG", global = true)]
    pub no_catalog: bool,

    /// What to log, such as `info`, `warn` or `devarch=debug`.
    #[arg(long, env = "RUST_LOG", default_value = "info", global = true, value_name = "FILTER")]
    log: String,
}

impl Settings {
    /// How long running requests get to finish.
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }

    /// The filter of the log, or what is wrong with it.
    pub fn log_filter(&self) -> Result<EnvFilter, String> {
        EnvFilter::try_new(&self.log).map_err(|error| format!("invalid value for --log (RUST_LOG): {error}"))
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Migrate the database, load the catalogue and serve. This is the default.
    Serve,
    /// Change the database's schema.
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: Migrate,
    },
    /// Print the GraphQL schema, or compare it with a file.
    Schema {
        /// Compare with this file: exit code 1 and the difference when the file is out of date.
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Ask a running service whether it is ready: exit code 0 when it is. For container health checks.
    Healthcheck,
}

/// Which way to migrate.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Migrate {
    /// Apply every migration that is missing.
    Up,
    /// Revert the last migration, or all of them. Data that only the reverted steps can hold is lost.
    Down {
        /// Revert every migration, down to an empty database.
        #[arg(long)]
        all: bool,
    },
    /// List the migrations and whether they are applied.
    Status,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
