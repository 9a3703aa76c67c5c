//! The arguments of the commands that call an engine, and those by which a command reaches a running service.
//!
//! Part of the settings, used by `cli`. Errors must not show what was given, which may contain a password or a key.

use std::{env, ffi::OsString, fmt, str::FromStr};

use clap::Args;
use http::Uri;

use crate::access::api_key::ApiKey;

/// The variable with the API key of a client. It is no flag, which others on the machine could see.
const KEY: &str = "DEVARCH_KEY";

/// Where a command finds its stacks.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// The running service that has the stacks, such as https://devarch.example, in place of the database. It gets the API
    /// key in DEVARCH_KEY.
    #[arg(long, value_name = "URL")]
    pub server: Option<ServerUrl>,
}

/// Which stack is run, and by what.
#[derive(Clone, Debug, Args)]
pub struct Run {
    /// The stack's name.
    pub stack: String,
    /// Where the stack is.
    #[command(flatten)]
    pub place: Place,
    /// The program to call, such as `podman compose`. Without it the first of these that works: `docker compose`,
    /// `docker-compose`, `podman compose`, `podman-compose`.
    #[arg(long, env = "DEVARCH_ENGINE", value_name = "PROGRAM")]
    pub engine: Option<EngineProgram>,
    /// What is passed on to the command of the engine, such as `-- --build`.
    #[arg(last = true, value_name = "ENGINE ARGS")]
    pub arguments: Vec<OsString>,
}

/// A program with its first arguments: words that are separated by spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineProgram {
    /// The program.
    pub program: String,
    /// Its first arguments.
    pub arguments: Vec<String>,
}

impl FromStr for EngineProgram {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace().map(str::to_owned);
        let program = words.next().ok_or("this is a program with its first arguments, such as `docker compose`")?;
        Ok(Self { program, arguments: words.collect() })
    }
}

impl fmt::Display for EngineProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)?;
        self.arguments.iter().try_for_each(|word| write!(f, " {word}"))
    }
}

/// The base URL of a running service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    base: String,
    host: String,
}

impl ServerUrl {
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
        let wrong = "the address of a service is like https://devarch.example or http://127.0.0.1:8080";
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
    pub fn from_environment() -> Result<Option<Self>, String> {
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
        ] {
            let url: ServerUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.at("/graphql")), (base, format!("{base}/graphql")));
        }
        for text in ["", "devarch.example", "ftp://a", "https://", "https://me:hunter2@a", "https://a?b", "http://a#b"]
        {
            let error = text.parse::<ServerUrl>().unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_program_is_words() {
        let program: EngineProgram = " podman  compose ".parse().unwrap();
        assert_eq!((program.program.as_str(), program.arguments.as_slice()), ("podman", &["compose".to_owned()][..]));
        assert_eq!(program.to_string(), "podman compose");
        assert!(" ".parse::<EngineProgram>().is_err());
    }
}
