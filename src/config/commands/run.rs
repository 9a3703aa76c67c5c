//! The arguments of the commands that call an engine.
//!
//! Part of the settings, used by `cli`. It must not look for a program.

use std::{ffi::OsString, fmt, str::FromStr};

use clap::Args;

use super::Place;

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
    /// Take the services of this profile as well. Can be given several times; `COMPOSE_PROFILES` does the same.
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_words() {
        let program: EngineProgram = " podman  compose ".parse().unwrap();
        assert_eq!((program.program.as_str(), program.arguments.as_slice()), ("podman", &["compose".to_owned()][..]));
        assert_eq!(program.to_string(), "podman compose");
        assert!(" ".parse::<EngineProgram>().is_err());
    }
}
