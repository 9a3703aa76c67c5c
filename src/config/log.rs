//! The filter and the format of the log.
//!
//! Settings, with which `cli` initializes the log. It must not initialize the log itself.

use std::fmt;

use tracing_subscriber::{
    EnvFilter,
    filter::{LevelFilter, ParseError},
};

/// A valid log filter.
#[derive(Clone, Debug)]
pub struct LogFilter(String);

impl LogFilter {
    pub(super) fn parse(text: &str) -> Result<Self, ParseError> {
        EnvFilter::try_new(text).map(|_| Self(text.to_owned()))
    }

    /// The default of the service.
    pub(super) fn of_service() -> Self {
        Self("info".to_owned())
    }

    /// The default of all other commands: their output tells what they do. That a secret is revealed is no warning to
    /// the very user who reveals it.
    pub(super) fn of_command() -> Self {
        Self("warn,devarch::revealed=error".to_owned())
    }

    /// The filter itself. Each step of a migration is a detail.
    pub fn filter(&self) -> EnvFilter {
        let filter = EnvFilter::new(&self.0);
        let is_detailed = filter.max_level_hint().is_some_and(|level| level > LevelFilter::INFO);
        if is_detailed || self.0.contains("sea_orm") {
            return filter;
        }
        EnvFilter::new(format!("{},sea_orm_migration=warn", self.0))
    }
}

/// What the lines of the log look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}
