//! The servers of a PostgreSQL URL: one, or several of which one is the primary, as libpq has them.
//!
//! Used by the database layer, which connects to each server with a URL of its own. It must not connect.

use std::str::FromStr;

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
    /// A URL for each, in the order of the original.
    pub urls: Vec<String>,
    /// Host and port of each, for messages.
    pub names: Vec<String>,
    /// Which of them is wanted.
    pub(super) wanted: Wanted,
}

/// The role of the wanted server: `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    Primary,
    Standby,
}

impl Wanted {
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
fn host_and_port(text: &str) -> (&str, Option<&str>) {
    match text.rfind(':') {
        Some(at) if !text[at..].contains(']') => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    }
}

impl FromStr for PgServers {
    type Err = DbUrlError;

    fn from_str(url: &str) -> Result<Self, DbUrlError> {
        let url = Url::split(url).ok_or(DbUrlError("the URL starts with sqlite:// or postgres://"))?;
        let wanted = match url.parameter(SESSION_ATTRS) {
            None => Wanted::Any,
            Some(value) => Wanted::parse(value).ok_or(DbUrlError(
                "target_session_attrs is one of any, read-write, read-only, primary, standby and prefer-standby",
            ))?,
        };
        let given = url.parameter("host").filter(|hosts| hosts.contains(',') || hosts.to_lowercase().contains("%2c"));
        let mut servers: Vec<(String, Option<String>)> = Vec::new();
        let hosts = given.unwrap_or(url.hosts).replace("%2C", ",").replace("%2c", ",");
        let ports =
            given.and_then(|_| url.parameter("port")).unwrap_or_default().replace("%2C", ",").replace("%2c", ",");
        let ports: Vec<&str> = ports.split(',').filter(|port| !port.is_empty()).collect();
        for (at, host) in hosts.split(',').enumerate() {
            let (host, port) = if given.is_some() { (host, None) } else { host_and_port(host) };
            let port = port.or_else(|| if ports.len() == 1 { Some(ports[0]) } else { ports.get(at).copied() });
            servers.push((host.to_owned(), port.map(ToOwned::to_owned)));
        }
        if servers.len() > MAX_SERVERS {
            return Err(DbUrlError("a PostgreSQL URL names at most 16 servers"));
        }
        if servers.len() > 1 && servers.iter().any(|(host, _)| host.is_empty()) {
            return Err(DbUrlError("one of the servers of the PostgreSQL URL has no name"));
        }
        if ports.len() > 1 && ports.len() != servers.len() {
            return Err(DbUrlError("the PostgreSQL URL has another number of ports than of servers"));
        }
        let urls: Vec<String> =
            servers.iter().map(|(host, port)| url.of(host, port.as_deref(), given.is_some())).collect();
        // The driver's parser: a URL that it refuses is an invalid setting, and not a failed connection.
        let options: Result<Vec<_>, _> = urls.iter().map(|url| PgConnectOptions::from_str(url)).collect();
        let options = options.map_err(|_| {
            DbUrlError("this is not a PostgreSQL URL; what is special in URLs must be percent-encoded in the password")
        })?;
        let names = options.iter().map(|options| format!("{}:{}", options.get_host(), options.get_port())).collect();
        Ok(Self { urls, names, wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str) -> PgServers {
        url.parse().unwrap()
    }

    #[test]
    fn each_server_has_a_url_with_everything_else() {
        let found = servers(
            "postgres://me:a,b%40@one,two:5433,[::1]:5434/shop?sslmode=require&target_session_attrs=read-write&load_balance_hosts=disable",
        );
        assert_eq!(
            found.urls,
            [
                "postgres://me:a,b%40@one/shop?sslmode=require",
                "postgres://me:a,b%40@two:5433/shop?sslmode=require",
                "postgres://me:a,b%40@[::1]:5434/shop?sslmode=require",
            ]
        );
        assert_eq!(found.names[..2], ["one:5432", "two:5433"]);
        assert_eq!(found.wanted, Wanted::Primary);
    }

    #[test]
    fn servers_can_be_parameters() {
        let found = servers("postgresql:///shop?host=/run/a,two&port=5433&user=me&target_session_attrs=standby");
        assert_eq!(
            found.urls,
            [
                "postgresql://localhost/shop?user=me&host=/run/a&port=5433",
                "postgresql://localhost/shop?user=me&host=two&port=5433",
            ]
        );
        assert_eq!(found.wanted, Wanted::Standby);
        assert_eq!(servers("postgres://u@/d?host=a,b&port=1,2").names, ["a:1", "b:2"]);
    }

    #[test]
    fn one_server_is_left_as_it_is() {
        for url in
            ["postgres://u:p@h:1/d", "postgres://h", "postgres:///d?host=/run/postgresql", "postgres://u:p@q@h/d"]
        {
            let found = servers(url);
            assert_eq!((found.urls, found.wanted), (vec![url.to_owned()], Wanted::Any), "{url}");
        }
        assert_eq!(servers("postgres://u@/d?host=/run/pg").urls, ["postgres://u@localhost/d?host=/run/pg"]);
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
