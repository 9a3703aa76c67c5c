//! The log: lines on standard error, for people or for machines. [`otel`] exports traces.
//!
//! Set up once by the command line. It must never be given a secret, and never writes what libraries say of requests and
//! statements in detail.

pub mod otel;

use std::{fmt, io::IsTerminal};

use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

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

/// A layer that takes spans, with a filter of its own.
pub(crate) type SpanLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts the log, and `spans` beside it; `filter` in the form of `RUST_LOG`, such as `info` or `devarch=debug`.
pub(crate) fn init(filter: EnvFilter, format: LogFormat, spans: Option<SpanLayer>) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let log = tracing_subscriber::registry().with(spans).with(lines.with_filter(filter.and(ceiling())));
    // A second start in one process (tests) keeps the first log.
    drop(log.try_init());
}

/// The most that is logged, whatever the filter says. Below `info`, libraries write down what they work with: the
/// database layer the URL with its password (in the span of its connect), others headers or frames. So all of them stop
/// there, also those that come to be used one day; only what is known to be harmless may say more.
fn ceiling() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("devarch", LevelFilter::TRACE)
        // For the export of traces only.
        .with_target(otel::SPANS, LevelFilter::OFF)
        // Sizes and states, no contents.
        .with_target("hyper", LevelFilter::DEBUG)
        // Warns of parameters of the database's URL that it does not know, with their values.
        .with_target("sqlx_postgres::options::parse", LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_stay_below_the_ceiling() {
        let ceiling = ceiling();
        for (target, level, written) in [
            ("devarch::access", Level::TRACE, true),
            ("devarch::spans", Level::INFO, false),
            ("opentelemetry_sdk", Level::DEBUG, false),
            ("hyper::proto::h1::role", Level::TRACE, false),
            ("sea_orm", Level::DEBUG, false),
            ("sea_orm", Level::WARN, true),
            ("sqlx::query", Level::DEBUG, false),
            ("sqlx_postgres::options::parse", Level::ERROR, false),
            ("h2::codec::framed_read", Level::TRACE, false),
            ("a_library_of_tomorrow", Level::DEBUG, false),
        ] {
            assert_eq!(ceiling.would_enable(target, &level), written, "{target} {level}");
        }
    }
}
