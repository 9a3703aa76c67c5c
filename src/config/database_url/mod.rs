//! The database URL: an SQLite file or a PostgreSQL server.
//!
//! A setting, used by the database layer to connect, and by messages. It must not show the password in a URL.

mod servers;

use std::{fmt, path::PathBuf, str::FromStr};

use self::servers::Target;
pub use self::servers::{PgServer, PgServers};

/// The location of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, the servers of a cluster, or a connection pooler; the URL with its credentials.
    Postgres(String),
}

/// Why a URL is refused. The message does not contain the URL, which may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DbUrlError(&'static str);

impl fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Shows the file, or the server without the credentials.
impl fmt::Display for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite file {}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                write!(f, "PostgreSQL at {}", host(rest))
            }
        }
    }
}

/// Host, port and database from the part of a URL after the scheme.
fn host(rest: &str) -> &str {
    let rest = rest.split('?').next().unwrap_or_default();
    rest.rsplit_once('@').map_or(rest, |(_, host)| host)
}

impl DbUrl {
    /// Parses the URL of the database that the service writes to.
    pub fn of_primary(url: &str) -> Result<Self, DbUrlError> {
        let why = "the service writes to this database: target_session_attrs is read-write, primary or left out here";
        Self::with_other_target(url, Target::Standby, why)
    }

    /// Parses the URL of a standby.
    pub fn of_standby(url: &str) -> Result<Self, DbUrlError> {
        let why =
            "this is the URL of a standby: target_session_attrs is standby, read-only, prefer-standby or left out here";
        Self::with_other_target(url, Target::Primary, why)
    }

    fn with_other_target(url: &str, refused: Target, why: &'static str) -> Result<Self, DbUrlError> {
        let parsed: Self = url.parse()?;
        match parsed.servers() {
            Some(servers) if servers.target == refused => Err(DbUrlError(why)),
            _ => Ok(parsed),
        }
    }

    /// The servers of a PostgreSQL URL.
    pub fn servers(&self) -> Option<PgServers> {
        if let Self::Postgres(url) = self { url.parse().ok() } else { None }
    }
}

impl FromStr for DbUrl {
    type Err = DbUrlError;

    fn from_str(url: &str) -> Result<Self, DbUrlError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
            return match path {
                "" => Err(DbUrlError("an SQLite URL needs a file, such as sqlite://data/devarch.db")),
                ":memory:" => Err(DbUrlError("an SQLite database in memory is not supported; name a file")),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        match rest {
            Some("") => Err(DbUrlError("a PostgreSQL URL needs a server, such as postgres://user@host/database")),
            Some(_) => url.parse::<PgServers>().map(|_| Self::Postgres(url.to_owned())),
            None => Err(DbUrlError("the URL starts with sqlite:// or postgres://")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_file_or_a_server() {
        assert_eq!("sqlite://data/devarch.db".parse(), Ok(DbUrl::Sqlite("data/devarch.db".into())));
        assert!("postgres://u:a,b@h/d".parse::<DbUrl>().is_ok());
        assert!("postgres://u:a,b@h1,h2:5433/d".parse::<DbUrl>().is_ok());
        assert_eq!("sqlite:///srv/a b.db?mode=rwc".parse(), Ok(DbUrl::Sqlite("/srv/a b.db".into())));
        for bad in [
            "",
            "mysql://x/y",
            "sqlite://",
            "sqlite::memory:",
            "postgres://",
            "devarch.db",
            "postgres://u:p@h:1x/d",
            "postgres://u@h/d?sslmode=bogus",
            "postgres://u:a,b@h1,,h2:5433/d",
        ] {
            assert!(bad.parse::<DbUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_database_is_written_to_and_a_standby_is_not() {
        let url = |attrs: &str| format!("postgres://a,b/d?target_session_attrs={attrs}");
        for (attrs, is_primary, is_standby) in [
            ("any", true, true),
            ("read-write", true, false),
            ("primary", true, false),
            ("standby", false, true),
            ("prefer-standby", false, true),
            ("read-only", false, true),
        ] {
            assert_eq!(DbUrl::of_primary(&url(attrs)).is_ok(), is_primary, "{attrs}");
            assert_eq!(DbUrl::of_standby(&url(attrs)).is_ok(), is_standby, "{attrs}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: DbUrl = "postgres://me:s3cr%40et@db.example:5432/devarch?password=s3cret".parse().unwrap();
        assert_eq!(url.to_string(), "PostgreSQL at db.example:5432/devarch");
        assert_eq!(format!("{url:?}"), "PostgreSQL at db.example:5432/devarch");
    }
}
