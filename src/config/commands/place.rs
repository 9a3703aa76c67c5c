//! Where a client command finds its stacks: on a running service, or in a database that the user names.
//!
//! Part of the settings, used by `cli`. Errors must not show what was given, which may contain a password or a key.

use std::{
    env, fmt, fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use clap::{ArgMatches, Args, parser::ValueSource};
use http::Uri;
use zeroize::Zeroizing;

use super::super::hosts::authority;
use crate::{access::api_key::ApiKey, config::Settings};

/// The variable with the API key of a client. It is no flag, which others on the machine could see.
const KEY: &str = "DEVARCH_KEY";

/// The port of a service whose address has none.
const PORT: u16 = 8080;

/// Most bytes of a file with an API key.
const MAX_KEY_FILE: u64 = 4096;

/// Where a command finds its stacks.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// The running service that has the stacks, such as https://devarch.example or localhost:8081. Without it, and
    /// without a database that is named, http://127.0.0.1:8080.
    #[arg(long, env = "DEVARCH_SERVER", value_name = "URL")]
    pub server: Option<ServerUrl>,
    /// A file with the API key for the service, in place of the variable DEVARCH_KEY. `devarch key create --output`
    /// writes one.
    #[arg(long, env = "DEVARCH_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// What is asked for stacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The database of the settings.
    Database,
    /// A running service.
    Server(ServerUrl),
}

/// How the user has named the database and the service. A flag goes before a variable, and a service before a database.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    database: Option<ValueSource>,
    server: Option<ValueSource>,
}

impl Given {
    /// How they are named in the arguments and the environment.
    pub(in crate::config) fn of(matches: &ArgMatches) -> Self {
        let mut given = Self::default();
        let mut level = Some(matches);
        while let Some(matches) = level {
            let source = |id: &str| {
                let known = matches.try_contains_id(id).is_ok();
                known.then(|| matches.value_source(id)).flatten().filter(|source| *source != ValueSource::DefaultValue)
            };
            given.database = source("database_url").or(given.database);
            given.server = source("server").or(given.server);
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        given
    }
}

impl Place {
    /// What is asked.
    pub fn target(&self, settings: &Settings) -> Target {
        let Given { database, server } = settings.given;
        let is_flag = |source| source == Some(ValueSource::CommandLine);
        match (&self.server, database) {
            (Some(_), Some(_)) if is_flag(database) && !is_flag(server) => Target::Database,
            (Some(url), _) => Target::Server(url.clone()),
            (None, Some(_)) => Target::Database,
            (None, None) => Target::Server(ServerUrl::local(PORT)),
        }
    }

    /// The API key for a service, from the file or from the environment.
    pub fn key(&self) -> Result<Option<ClientKey>, String> {
        match &self.key_file {
            None => ClientKey::from_environment(),
            Some(path) => {
                let unreadable = |cause| format!("cannot read the API key in {}: {cause}", path.display());
                let length = fs::metadata(path).map_err(unreadable)?.len();
                let text =
                    if length > MAX_KEY_FILE { String::new() } else { fs::read_to_string(path).map_err(unreadable)? };
                let text = Zeroizing::new(text);
                let key = ApiKey::parse(text.trim()).map(ClientKey);
                key.map(Some).ok_or_else(|| {
                    format!("{} holds no API key: it is one line, `devarch_` and 48 characters", path.display())
                })
            }
        }
    }
}

/// The base URL of a running service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    base: String,
    host: String,
}

impl ServerUrl {
    /// A service on this machine.
    fn local(port: u16) -> Self {
        let host = Ipv4Addr::LOCALHOST;
        Self { base: format!("http://{}", SocketAddr::new(IpAddr::V4(host), port)), host: host.to_string() }
    }

    /// The URL of a path of the service, such as `/graphql`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for ServerUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "the address of a service is like https://devarch.example, http://127.0.0.1:8080, localhost:8080, :8080 \
                     or 8080; a host elsewhere needs http:// or https://";
        let port = text.strip_prefix(':').unwrap_or(text);
        if !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()) {
            return port.parse().map(Self::local).map_err(|_| wrong);
        }
        if !text.contains("://") {
            // Over plain HTTP the key would cross a network unencrypted, so that has to be said.
            let (host, port) = authority(text).filter(|(host, _)| host.is_loopback()).ok_or(wrong)?;
            let with_port =
                if port.is_some() { text.to_owned() } else { format!("{}:{PORT}", text.trim_end_matches(':')) };
            drop(host);
            return format!("http://{with_port}").parse();
        }
        let url: Uri = text.parse().map_err(|_| wrong)?;
        let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else { return Err(wrong) };
        let is_base = matches!(scheme, "http" | "https") && url.query().is_none() && !text.contains('#');
        if !is_base || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(wrong);
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/graphql").unwrap_or(path);
        Ok(Self { base: format!("{scheme}://{authority}{path}"), host: authority.host().to_owned() })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// The API key of a client. It does not print.
pub struct ClientKey(ApiKey);

impl ClientKey {
    /// The key in the environment, if there is one.
    fn from_environment() -> Result<Option<Self>, String> {
        let given = env::var_os(KEY).filter(|key| !key.is_empty());
        let parsed = given.map(|key| key.to_str().and_then(|key| ApiKey::parse(key.trim())).map(Self));
        match parsed {
            Some(None) => Err(format!("{KEY} is no API key: it is `devarch_` and 48 characters, or mistyped")),
            other => Ok(other.flatten()),
        }
    }

    /// The key as it is sent.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_service_is_a_base_url() {
        for (text, base) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://devarch.example/", "https://devarch.example"),
            ("https://a.example/tools/devarch/", "https://a.example/tools/devarch"),
            ("http://localhost:8080/graphql", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("localhost:8081", "http://localhost:8081"),
            ("localhost", "http://localhost:8080"),
            ("127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("[::1]:8081", "http://[::1]:8081"),
            (":8081", "http://127.0.0.1:8081"),
            ("8081", "http://127.0.0.1:8081"),
        ] {
            let url: ServerUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.at("/graphql")), (base, format!("{base}/graphql")));
        }
        for text in [
            "",
            ":",
            "99999",
            "devarch.example",
            "devarch.example:80",
            "ftp://a",
            "https://",
            "https://me:hunter2@a",
            "me:hunter2@localhost",
            "https://a?b",
            "http://a#b",
            "localhost/x",
        ] {
            let error = text.parse::<ServerUrl>().unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
