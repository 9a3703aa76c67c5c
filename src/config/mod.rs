//! Settings: every one is a flag and an environment variable, read and checked here and nowhere else.
//!
//! Used by the command line. It must never start anything.

mod read;
mod server;

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::{EnvFilter, filter::ParseError};

pub use self::read::NoSettings;

pub use self::server::ServerLimits;
use crate::{
    access::Role,
    app::OnConflict,
    db::DbUrl,
    limits::{DatabaseTimeouts, Limits},
    telemetry::LogFormat,
    vault::Keyring,
};

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

    /// A standby of that PostgreSQL server, which takes over reads as far as it is not behind. Everybody sees their own
    /// writes at once all the same.
    #[arg(long, env = "DEVARCH_READ_DATABASE_URL", hide_env_values = true, global = true, value_name = "URL")]
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

    /// Let everybody in, with every right, on any address. Without it the service asks for an API key: on a loopback
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
    pub patience: DatabaseTimeouts,

    /// Do not load a catalogue of templates at start.
    #[arg(long, env = "DEVARCH_NO_CATALOG", global = true)]
    pub no_catalog: bool,

    /// Folder of Compose files that is the catalogue in place of the built-in one: every service of a file is a
    /// template.
    #[arg(long, env = "DEVARCH_CATALOG", global = true, value_name = "DIR", conflicts_with = "no_catalog")]
    pub catalog: Option<PathBuf>,

    /// What to log, such as `info`, `warn` or `devarch=debug`.
    #[arg(
        long,
        env = "RUST_LOG",
        default_value = "info",
        global = true,
        value_name = "FILTER",
        value_parser = LogFilter::parse
    )]
    pub log: LogFilter,

    /// Log lines for people, or one JSON object a line for machines.
    #[arg(long, env = "DEVARCH_LOG_FORMAT", default_value_t = LogFormat::Text, global = true, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

impl Settings {
    /// How long running requests get to finish.
    pub fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
}

/// A filter of the log that can be read.
#[derive(Clone, Debug)]
pub struct LogFilter(String);

impl LogFilter {
    fn parse(text: &str) -> Result<Self, ParseError> {
        EnvFilter::try_new(text).map(|_| Self(text.to_owned()))
    }

    /// The filter itself.
    pub fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
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
    /// Print a stack as a Compose file; warnings go to standard error.
    Compose {
        /// The stack's name.
        stack: String,
        /// Make two files, for Docker Compose: what the templates say, and what the instances say differently.
        #[arg(long, requires = "output")]
        layered: bool,
        /// Write compose.yaml, and compose.override.yaml with --layered, into this folder instead of printing.
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
        /// Write secrets out instead of asking for a variable each.
        #[arg(long)]
        reveal_secrets: bool,
    },
    /// Create, list and revoke API keys.
    Key {
        /// What to do.
        #[command(subcommand)]
        what: Key,
    },
    /// Look after the keys with which secrets are encrypted.
    Secrets {
        /// What to do.
        #[command(subcommand)]
        what: Secrets,
    },
    /// Read Compose files into templates, and on request into instances of a stack.
    Import(Import),
    /// Copy an SQLite database into a new file, also while a service is running on it: the state of one moment.
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Put a backup in the place of an SQLite database on which nothing is running.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Put aside the database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Ask a running service whether it is ready: exit code 0 when it is. For container health checks.
    Healthcheck,
}

/// What to import.
#[derive(Clone, Debug, Args)]
pub struct Import {
    /// Compose files whose services become templates.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A file that is laid over them, as `docker compose -f … -f …` does it: what it changes becomes overrides. May be
    /// given several times.
    #[arg(long = "override", value_name = "FILE")]
    pub overrides: Vec<PathBuf>,
    /// Make an instance of every service in this stack, which is made if it does not exist.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// Only tell what would happen.
    #[arg(long)]
    pub dry_run: bool,
    /// What happens where something of the same name says something else.
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub on_conflict: OnConflict,
    /// What the names of all templates start with, such as `shop-`.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub prefix: String,
    /// A variable that the files refer to. May be given several times. The environment is never looked at.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub variables: Vec<(String, String)>,
    /// A file with such variables, one NAME=VALUE a line; may be given several times.
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a variable is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What to do with API keys.
#[derive(Clone, Debug, Subcommand)]
pub enum Key {
    /// Create a key and print it; it cannot be read again.
    Create {
        /// Its name: for the log, and to revoke it.
        #[arg(long)]
        name: String,
        /// What it lets its holder do: reader (reads; secrets are masked), editor (also changes stacks and instances),
        /// admin (also changes templates, purges, reveals secrets, manages keys).
        #[arg(long)]
        role: Role,
        /// Limit it to these stacks; all others look as if they did not exist.
        #[arg(long, value_name = "NAME", num_args = 1..)]
        stack: Vec<String>,
        /// When it ends: after a time such as 12h, 30d or 8w, or at a moment such as 2030-01-31 or
        /// 2030-01-31T12:00:00Z. Without it the key works until it is revoked.
        #[arg(long, value_name = "WHEN")]
        expires: Option<Expiry>,
    },
    /// List all keys, revoked and expired ones included.
    List,
    /// Revoke a key: whoever holds it is out at once.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// What to do with the keys for secrets.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Secrets {
    /// Print a new key, as a line of a key file.
    NewKey,
    /// Put a new key into the key file and encrypt all secrets with it. It may be interrupted at any moment: the next
    /// call goes on. The service may run meanwhile.
    Rotate,
    /// List the keys and how many secrets are encrypted with each.
    Status,
}

/// When a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So long from now.
    After(TimeDelta),
    /// At this moment.
    At(DateTime<Utc>),
}

impl Expiry {
    /// The moment.
    pub fn moment(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::After(time) => now + time,
            Self::At(moment) => moment,
        }
    }
}

impl FromStr for Expiry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a time such as 12h, 30d or 8w, or a moment such as 2030-01-31 or 2030-01-31T12:00:00Z";
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::At(moment.to_utc()));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(day.and_time(NaiveTime::MIN).and_utc()));
        }
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
        let hours = match unit {
            "h" => 1,
            "d" => 24,
            "w" => 24 * 7,
            _ => return Err(wrong),
        };
        // Up to a hundred years: the calendar has an end.
        let hours = number.parse::<i64>().ok().and_then(|number| number.checked_mul(hours));
        hours
            .filter(|hours| (1..=876_000).contains(hours))
            .map(|hours| Self::After(TimeDelta::hours(hours)))
            .ok_or(wrong)
    }
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

    #[test]
    fn a_key_ends_after_a_time_or_at_a_moment() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for (text, expected) in [
            ("12h", now + TimeDelta::hours(12)),
            ("30d", now + TimeDelta::days(30)),
            ("8w", now + TimeDelta::weeks(8)),
            ("2030-01-31", "2030-01-31T00:00:00Z".parse().unwrap()),
            ("2030-01-31T12:00:00+02:00", "2030-01-31T10:00:00Z".parse().unwrap()),
        ] {
            assert_eq!(text.parse::<Expiry>().map(|expiry| expiry.moment(now)), Ok(expected), "{text}");
        }
        for wrong in ["", "d", "0d", "-1d", "30", "30x", "30ü", "99999999999999999999d", "2030-02-31", "tomorrow"] {
            assert!(wrong.parse::<Expiry>().is_err(), "{wrong}");
        }
    }
}
