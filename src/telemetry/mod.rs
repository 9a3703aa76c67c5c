//! The log: lines on standard error, as text or JSON. [`otel`] exports traces.
//!
//! Initialized once by the command line. It must not receive a secret, and must not log the details of requests and
//! statements that libraries provide.

pub mod otel;

use std::io::IsTerminal;

use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::LogFormat;

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
    // A second initialization in one process, as in tests, keeps the first log.
    drop(log.try_init());
}

/// The most verbose level of each target, whatever the filter. Below `info`, libraries log what they work with: the
/// database layer logs the URL with its password (in the span of its connect), others log headers or frames. So `info`
/// is the limit for all of them, including future ones, except for targets that are known to be harmless.
fn ceiling() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("devarch", LevelFilter::TRACE)
        // For the export of traces only.
        .with_target(otel::SPANS, LevelFilter::OFF)
        // Sizes and states, no contents.
        .with_target("hyper", LevelFilter::DEBUG)
        // Logs unknown parameters of the database URL with their values.
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
