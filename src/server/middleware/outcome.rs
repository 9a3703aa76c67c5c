//! The outcome of a request, for the access log, the metrics and the traces.
//!
//! Handlers store it in the extensions of the response, and middleware reads it. It must not hold a value that a client
//! sent, other than the name of an operation.

use std::time::Duration;

/// The name of the API key that authenticated the request.
#[derive(Clone, Debug)]
pub(in crate::server) struct CallerName(pub(in crate::server) String);

/// The outcome of a GraphQL request.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct Outcome {
    /// The name of the requested operation, if the document is valid.
    pub(in crate::server) operation: Option<String>,
    /// `query` or `mutation`.
    pub(in crate::server) kind: Option<&'static str>,
    /// The distinct values of `extensions.code` in the errors, sorted.
    pub(in crate::server) codes: Vec<String>,
    /// Why the request was refused before anything ran: one of a fixed set of words.
    pub(in crate::server) refusal: Option<&'static str>,
    /// How many database statements it took, if it ran.
    pub(in crate::server) statements: Option<u64>,
    /// How long its parts took, if it ran.
    pub(in crate::server) timing: Option<Timing>,
}

/// Time spent in the two parts of a request.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Timing {
    /// Validating the document and the variables.
    pub(in crate::server) document: Duration,
    /// Executing the operation.
    pub(in crate::server) execution: Duration,
}
