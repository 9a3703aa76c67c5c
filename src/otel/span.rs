//! A span, and its form in OTLP's JSON.
//!
//! Made by the server's layer, written by the exporter. It must never know what an attribute means.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Parent;

/// What is said of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A word.
    Text(String),
    /// A number.
    Number(i64),
}

/// Something that took its time.
#[derive(Clone, Debug)]
pub struct Span {
    trace: u128,
    id: u64,
    parent: Option<u64>,
    server: bool,
    begun: DateTime<Utc>,
    /// What it is called.
    pub name: String,
    /// How long it took.
    pub took: Duration,
    /// Whether it is to be looked at.
    pub failed: bool,
    attributes: Vec<(&'static str, Attribute)>,
}

impl Span {
    /// The span of a request; without a parent it begins a trace.
    pub fn request(parent: Option<Parent>, begun: DateTime<Utc>) -> Self {
        let trace = parent.map_or_else(|| fastrand::u128(1..), |parent| parent.trace);
        Self {
            trace,
            id: fastrand::u64(1..),
            parent: parent.map(|parent| parent.span),
            server: true,
            begun,
            name: String::new(),
            took: Duration::ZERO,
            failed: false,
            attributes: Vec::new(),
        }
    }

    /// A part of this one, so long after it began.
    pub fn part(&self, name: &str, after: Duration, took: Duration) -> Self {
        Self {
            id: fastrand::u64(1..),
            parent: Some(self.id),
            server: false,
            begun: self.begun + after,
            name: name.to_owned(),
            took,
            failed: false,
            attributes: Vec::new(),
            ..*self
        }
    }

    /// Adds what is said of it.
    pub fn say(&mut self, key: &'static str, value: impl Into<String>) {
        self.attributes.push((key, Attribute::Text(value.into())));
    }

    /// Adds a number.
    pub fn count(&mut self, key: &'static str, number: impl TryInto<i64>) {
        self.attributes.push((key, Attribute::Number(number.try_into().unwrap_or(i64::MAX))));
    }

    fn json(&self) -> Value {
        let nanoseconds = |moment: DateTime<Utc>| moment.timestamp_nanos_opt().unwrap_or_default().to_string();
        let attributes: Vec<Value> = self.attributes.iter().map(|(key, value)| attribute(key, value)).collect();
        let mut span = json!({
            "traceId": format!("{:032x}", self.trace),
            "spanId": format!("{:016x}", self.id),
            "name": self.name,
            "kind": if self.server { 2 } else { 1 },
            "startTimeUnixNano": nanoseconds(self.begun),
            "endTimeUnixNano": nanoseconds(self.begun + self.took),
            "attributes": attributes,
            "status": if self.failed { json!({ "code": 2 }) } else { json!({}) },
        });
        if let Some(parent) = self.parent {
            span["parentSpanId"] = Value::String(format!("{parent:016x}"));
        }
        span
    }
}

/// Numbers of 64 bits are text in this form of JSON.
fn attribute(key: &str, value: &Attribute) -> Value {
    let value = match value {
        Attribute::Text(text) => json!({ "stringValue": text }),
        Attribute::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": key, "value": value })
}

/// Spans as the body of a request to the collector.
pub(super) fn body(service: &str, spans: &[Span]) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let resource = [("service.name", service), ("service.version", version)]
        .map(|(key, text)| attribute(key, &Attribute::Text(text.to_owned())));
    let spans: Vec<Value> = spans.iter().map(Span::json).collect();
    let scope = json!({ "name": "devarch", "version": version });
    let whole = json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": scope, "spans": spans }],
    }] });
    whole.to_string().into_bytes()
}
