//! The servers of a PostgreSQL URL: one, or several of which one is the primary, as libpq has them.
//!
//! Used by the database layer, which connects to each server with a URL of its own. It must not connect.

use std::{fmt, str::FromStr};

use sea_orm::sqlx::postgres::PgConnectOptions;

use super::DbUrlError;

/// The most servers of a URL.
const MAX_SERVERS: usize = 16;
/// Parameters of libpq that say how to choose among servers. The driver does not know them.
const SESSION_ATTRS: &str = "target_session_attrs";
const LOAD_BALANCE: &str = "load_balance_hosts";

/// The servers of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgServers {
    /// The servers, in the order of the URL.
    pub servers: Vec<PgServer>,
    /// Which of them the URL asks for.
    pub(super) target: Target,
}

/// One server.
#[derive(Clone, PartialEq, Eq)]
pub struct PgServer {
    /// Its URL, with the credentials.
    pub url: String,
    /// Host and port, for messages.
    pub name: String,
}

/// Shows the server without the credentials.
impl fmt::Debug for PgServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The role of a server that a URL asks for: `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Any,
    Primary,
    Standby,
}

impl Target {
    fn parse(value: &str) -> Option<Self> {
        Some(match value {
            "any" => Self::Any,
            "primary" | "read-write" => Self::Primary,
            "standby" | "read-only" | "prefer-standby" => Self::Standby,
            _ => return None,
        })
    }
}

/// The parts of a URL.
struct Url<'a> {
    scheme: &'a str,
    /// With the `@`.
    user: &'a str,
    hosts: &'a str,
    /// With the `/`.
    path: &'a str,
    parameters: Vec<&'a str>,
}

impl<'a> Url<'a> {
    fn split(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        // The last `@`, as the driver does it: a password may contain one.
        let (user, hosts) = authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
        let parameters = query.split('&').filter(|parameter| !parameter.is_empty()).collect();
        Some(Self { scheme, user, hosts, path, parameters })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        let found = self.parameters.iter().rev().find_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('='));
        found.filter(|value| !value.is_empty())
    }

    /// The URL of one server.
    fn of(&self, host: &str, port: Option<&str>, is_given_as_parameter: bool) -> String {
        let is_ours = |parameter: &&&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            name == SESSION_ATTRS || name == LOAD_BALANCE || is_given_as_parameter && matches!(name, "host" | "port")
        };
        let mut parameters: Vec<String> =
            self.parameters.iter().filter(|parameter| !is_ours(parameter)).map(ToString::to_string).collect();
        let authority = match is_given_as_parameter {
            // The driver knows no URL with a user and without a host; a parameter wins over this one.
            false if host.is_empty() && !self.user.is_empty() => "localhost".to_owned(),
            false => port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            true => {
                parameters.push(format!("host={host}"));
                parameters.extend(port.map(|port| format!("port={port}")));
                "localhost".to_owned()
            }
        };
        let parameters = parameters.join("&");
        let mark = if parameters.is_empty() { "" } else { "?" };
        format!("{}://{}{authority}{}{mark}{parameters}", self.scheme, self.user, self.path)
    }
}

/// Splits `host:port`. The colons of an IPv6 address are in brackets.
fn host_and_port(text: &str) -> (String, Option<String>) {
    match text.rfind(':') {
        Some(at) if !text[at..].contains(']') => (text[..at].to_owned(), Some(text[at + 1..].to_owned())),
        _ => (text.to_owned(), None),
    }
}

impl FromStr for PgServers {
    type Err = DbUrlError;

    fn from_str(url: &str) -> Result<Self, DbUrlError> {
        let url = Url::split(url).ok_or(DbUrlError("the URL starts with sqlite:// or postgres://"))?;
        let target = match url.parameter(SESSION_ATTRS) {
            None => Target::Any,
            Some(value) => Target::parse(value).ok_or(DbUrlError(
                "target_session_attrs is one of any, read-write, read-only, primary, standby and prefer-standby",
            ))?,
        };
        let listed = |text: &str| -> Vec<String> {
            text.replace("%2C", ",").replace("%2c", ",").split(',').map(str::to_owned).collect()
        };
        let given = url.parameter("host").map(listed).filter(|hosts| hosts.len() > 1);
        let is_given = given.is_some();
        let mut places: Vec<(String, Option<String>)> = match given {
            Some(hosts) => hosts.into_iter().map(|host| (host, None)).collect(),
            None => url.hosts.split(',').map(host_and_port).collect(),
        };
        let ports = url.parameter("port").filter(|_| is_given).map(listed).unwrap_or_default();
        match ports.as_slice() {
            [] => {}
            [port] => places.iter_mut().for_each(|(_, own)| *own = Some(port.clone())),
            ports if ports.len() == places.len() => {
                places.iter_mut().zip(ports).for_each(|((_, own), port)| *own = Some(port.clone()));
            }
            _ => return Err(DbUrlError("the PostgreSQL URL has another number of ports than of servers")),
        }
        if places.len() > MAX_SERVERS {
            return Err(DbUrlError("a PostgreSQL URL names at most 16 servers"));
        }
        if places.len() > 1 && places.iter().any(|(host, _)| host.is_empty()) {
            return Err(DbUrlError("one of the servers of the PostgreSQL URL has no name"));
        }
        let server = |(host, port): &(String, Option<String>)| {
            let url = url.of(host, port.as_deref(), is_given);
            // The driver's parser: a URL that it refuses is an invalid setting, and not a failed connection.
            let options = PgConnectOptions::from_str(&url).map_err(|_| {
                DbUrlError(
                    "this is not a PostgreSQL URL; what is special in URLs must be percent-encoded in the password",
                )
            })?;
            Ok(PgServer { url, name: format!("{}:{}", options.get_host(), options.get_port()) })
        };
        Ok(Self { servers: places.iter().map(server).collect::<Result<_, _>>()?, target })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (Vec<String>, Vec<String>, Target) {
        let PgServers { servers, target } = url.parse().unwrap();
        let (urls, names) = servers.into_iter().map(|server| (server.url, server.name)).unzip();
        (urls, names, target)
    }

    #[test]
    fn each_server_has_a_url_with_everything_else() {
        let (urls, names, target) = parsed(
            "postgres://me:a,b%40@one,two:5433,[::1]:5434/shop?sslmode=require&target_session_attrs=read-write&load_balance_hosts=disable",
        );
        assert_eq!(
            urls,
            [
                "postgres://me:a,b%40@one/shop?sslmode=require",
                "postgres://me:a,b%40@two:5433/shop?sslmode=require",
                "postgres://me:a,b%40@[::1]:5434/shop?sslmode=require",
            ]
        );
        assert_eq!(names[..2], ["one:5432", "two:5433"]);
        assert_eq!(target, Target::Primary);
    }

    #[test]
    fn servers_can_be_parameters() {
        let (urls, _, target) =
            parsed("postgresql:///shop?host=/run/a,two&port=5433&user=me&target_session_attrs=standby");
        assert_eq!(
            urls,
            [
                "postgresql://localhost/shop?user=me&host=/run/a&port=5433",
                "postgresql://localhost/shop?user=me&host=two&port=5433",
            ]
        );
        assert_eq!(target, Target::Standby);
        assert_eq!(parsed("postgres://u@/d?host=a,b&port=1,2").1, ["a:1", "b:2"]);
    }

    #[test]
    fn one_server_is_left_as_it_is() {
        for url in
            ["postgres://u:p@h:1/d", "postgres://h", "postgres:///d?host=/run/postgresql", "postgres://u:p@q@h/d"]
        {
            let (urls, _, target) = parsed(url);
            assert_eq!((urls, target), (vec![url.to_owned()], Target::Any), "{url}");
        }
        assert_eq!(parsed("postgres://u@/d?host=/run/pg").0, ["postgres://u@localhost/d?host=/run/pg"]);
    }

    #[test]
    fn credentials_are_not_shown() {
        let servers: PgServers = "postgres://me:s3cret@one,two/d".parse().unwrap();
        let shown = format!("{servers:?}");
        assert!(shown.contains("one:5432") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn mistakes_are_told() {
        for (url, told) in [
            ("postgres://a,,b/d", "has no name"),
            ("postgres://a,b:x/d", "not a PostgreSQL URL"),
            ("postgres://a/d?target_session_attrs=write", "target_session_attrs is one of"),
            ("postgres://u@/d?host=a,b,c&port=1,2", "another number of ports"),
            ("postgres://a,b/d?sslmode=bogus", "not a PostgreSQL URL"),
        ] {
            let error = url.parse::<PgServers>().unwrap_err().to_string();
            assert!(error.contains(told), "{url}: {error}");
        }
    }
}
