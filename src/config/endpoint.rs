//! The setting that names an OpenTelemetry collector.
//!
//! A setting, used by `telemetry` to export traces. Errors must not show the given text, which may contain a password.

use std::{fmt, str::FromStr};

/// The base URL of a collector, such as `http://127.0.0.1:4318`. It cannot hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl FromStr for Endpoint {
    type Err = &'static str;

    #[cfg(not(feature = "otel"))]
    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Err("this build has no OpenTelemetry export: build it with `--features otel`, or leave this out")
    }

    #[cfg(feature = "otel")]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "the address of a collector for OTLP over HTTP is like http://127.0.0.1:4318";
        let url = reqwest::Url::parse(text).map_err(|_| wrong)?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        let is_base = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
        // The parser would ignore line breaks.
        if has_user || !is_base || text.contains(|c: char| c.is_control()) {
            return Err(wrong);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
