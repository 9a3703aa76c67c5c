//! What a request came to, for the log and the metrics.
//!
//! Written into the answer's extensions by the handlers, read by the layers around them. It must never hold a value that
//! a client sent, other than the name of an operation.

use std::time::Duration;

/// The name of the key that let the request in.
#[derive(Clone, Debug)]
pub(in crate::server) struct CallerName(pub(in crate::server) String);

/// What a GraphQL request came to.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct Outcome {
    /// The name of the operation that was to run, of a document that could be read.
    pub(in crate::server) operation: Option<String>,
    /// `query` or `mutation`.
    pub(in crate::server) kind: Option<&'static str>,
    /// `extensions.code` of the errors, in order.
    pub(in crate::server) codes: Vec<String>,
    /// Why it was turned away before anything ran: a word of ours.
    pub(in crate::server) refusal: Option<&'static str>,
    /// How many statements it took, where it ran.
    pub(in crate::server) statements: Option<u64>,
    /// Where it ran, what took how long.
    pub(in crate::server) timing: Option<Timing>,
}

/// The two parts of a request that runs.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Timing {
    /// Looking at its document and variables.
    pub(in crate::server) document: Duration,
    /// After that: running it.
    pub(in crate::server) execution: Duration,
}
