//! Settings: each is a flag and an environment variable, and is parsed and validated only here.
//!
//! Used by `cli`, which passes the values to the other modules. It must not start anything.

mod audience;
mod commands;
mod database_url;
mod endpoint;
mod expiry;
mod hosts;
mod listen;
mod log;
mod origin;
mod read;
mod secret_keys;
mod server;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser};

pub use self::{
    audience::{Audience, Audiences},
    commands::{
        Apply, ClientKey, Command, Diff, EngineProgram, Fork, Forks, Given, Import, Key, LogOf, Migrate, OnConflict,
        Place, PlanFiles, PortSpan, Pruning, Render, Revert, Run, Secrecy, Secrets, ServerUrl, Show, Span, StackFiles,
        Stacks, Target,
    },
    database_url::{DbUrl, DbUrlError, PgServer, PgServers},
    endpoint::Endpoint,
    expiry::Expiry,
    hosts::HostName,
    listen::ListenAddress,
    log::{LogFilter, LogFormat},
    origin::Origin,
    read::SettingsError,
    secret_keys::{BadKeyId, KeyId, Keyring, KeyringError, SecretKey},
    server::ServerLimits,
};
pub(crate) use self::{hosts::authority, secret_keys::SECRET_KEY_BYTES};
use crate::limits::{DatabaseTimeouts, Limits};

/// What is typed first.
const EXAMPLES: &str = "Examples:
  devarch                     run the service, and open http://127.0.0.1:8080/
  devarch import              in the folder of a project: make a stack of its Compose files
  devarch up shop             start a stack with your own docker compose or podman compose
  devarch help import         explain a command

Commands for stacks ask the service at http://127.0.0.1:8080, another one with --server, or a database with --database-url.
All settings of the service: devarch serve --help";

/// DevArch describes stacks of containers and renders them as Compose files; `devarch up` runs them with your own engine.
#[derive(Debug, Parser)]
#[command(name = "devarch", version, after_help = EXAMPLES)]
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
    /// Address and port to listen on, such as 127.0.0.1:8080. With a port alone, such as 8081, only this machine can ask.
    #[arg(long, env = "DEVARCH_LISTEN", default_value = "127.0.0.1:8080", global = true, value_name = "ADDRESS")]
    pub listen: ListenAddress,

    /// Where the database is: sqlite://FILE (created on first use) or postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/devarch.db",
        global = true,
        value_name = "URL",
        value_parser = DbUrl::of_primary
    )]
    pub database_url: DbUrl,

    /// A standby of that PostgreSQL server, which takes over reads as far as it is not behind. A client
    /// sees its own writes at once all the same. Of several servers, one that answers is used.
    #[arg(
        long,
        env = "DEVARCH_READ_DATABASE_URL",
        hide_env_values = true,
        global = true,
        value_name = "URL",
        value_parser = DbUrl::of_standby
    )]
    pub read_database_url: Option<DbUrl>,

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

    /// Days for which the change log is kept, 1 to 36500; without it, for ever.
    #[arg(
        long,
        env = "DEVARCH_HISTORY_DAYS",
        global = true,
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub history_days: Option<u32>,

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

    /// Limits of connections and requests.
    #[command(flatten)]
    pub server: ServerLimits,

    /// Give every client all rights, on any address. Without it the service asks for an API key: on a loopback
    /// address from the first key on, on any other address always.
    #[arg(long, env = "DEVARCH_NO_AUTH", global = true)]
    pub no_auth: bool,

    /// File with the keys for secrets, one a line: `<key id> <32 bytes in base64>`. The first one is used for writing.
    /// Only its owner may be able to read it. Without it, and without keys in DEVARCH_SECRETS_KEY, the file is
    /// `<database file>.key` beside an SQLite database and data/devarch.key with PostgreSQL, and it is created on first
    /// use.
    #[arg(long, env = "DEVARCH_SECRETS_KEY_FILE", global = true, value_name = "FILE", conflicts_with = "secrets_key")]
    pub secrets_key_file: Option<PathBuf>,

    /// The keys themselves in place of a file, separated by commas or lines. Better as a variable than as a flag, which
    /// others on the machine can see.
    #[arg(long, env = "DEVARCH_SECRETS_KEY", hide_env_values = true, global = true, value_name = "KEYS")]
    pub secrets_key: Option<Keyring>,

    /// How much a request may ask for.
    #[command(flatten)]
    pub limits: Limits,

    /// How long the database may take.
    #[command(flatten)]
    pub timeouts: DatabaseTimeouts,

    /// Ports of the host that no fork gets and that are not suggested, because something else uses them, such as
    /// 22,5432,8000-8099.
    #[arg(
        long = "reserved-ports",
        env = "DEVARCH_RESERVED_PORTS",
        global = true,
        value_name = "PORTS",
        value_delimiter = ','
    )]
    pub reserved_ports: Vec<PortSpan>,

    /// Do not load a catalogue of templates at start.
    #[arg(long, env = "DEVARCH_NO_CATALOG", global = true)]
    pub no_catalog: bool,

    /// Folder of Compose files that is the catalogue in place of the built-in one: every service of a file is a
    /// template.
    #[arg(long, env = "DEVARCH_CATALOG", global = true, value_name = "DIR", conflicts_with = "no_catalog")]
    pub catalog: Option<PathBuf>,

    /// What to log, such as `info`, `warn` or `devarch=debug`. Without it, the service logs `info`, and all other commands
    /// log `warn`.
    #[arg(long, env = "RUST_LOG", global = true, value_name = "FILTER", value_parser = LogFilter::parse)]
    log: Option<LogFilter>,

    /// Log lines for people, or one JSON object a line for machines.
    #[arg(long, env = "DEVARCH_LOG_FORMAT", default_value_t = LogFormat::Text, global = true, value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// How the database and the service are named.
    #[arg(skip)]
    pub given: Given,
}

impl Settings {
    /// What a command logs.
    pub fn log(&self, command: Option<&Command>) -> LogFilter {
        let serves = matches!(command, None | Some(Command::Serve));
        self.log.clone().unwrap_or_else(|| if serves { LogFilter::of_service() } else { LogFilter::of_command() })
    }

    /// How long running requests get to finish.
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
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
