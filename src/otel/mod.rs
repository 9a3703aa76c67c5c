//! Traces for an OpenTelemetry collector: a span for each request, with one for its document and one for what ran.
//!
//! Fed by a layer of the server, sent by a task of its own. It must never make a request wait, and never hold what a
//! client sent, other than ids in the standard's form and the name of an operation.

#[cfg(any(feature = "otel", test))]
mod export;
#[cfg(any(feature = "otel", test))]
mod parent;
#[cfg(any(feature = "otel", test))]
mod span;

#[cfg(any(feature = "otel", test))]
pub use self::{
    export::{Exporter, Traces},
    parent::Parent,
    span::{Attribute, Span},
};
pub use crate::config::Endpoint;
