//! What a request came to, for the log and the metrics.
//!
//! Written into the answer's extensions by the handlers. It must never hold a value that a client sent, except the name of
//! an operation that was valid.

/// The name of the key that let the request in.
#[derive(Clone, Debug)]
pub(super) struct CallerName(#[expect(dead_code, reason = "the log will show it")] pub(super) String);

/// What a GraphQL request came to.
#[derive(Clone, Debug, Default)]
#[expect(dead_code, reason = "the log and the metrics will show it")]
pub(super) struct Outcome {
    /// The name of the operation that ran.
    pub(super) operation: Option<String>,
    /// `query` or `mutation`.
    pub(super) kind: Option<&'static str>,
    /// The codes of its errors, each once.
    pub(super) codes: Vec<String>,
    /// Why it was refused before it ran, in a stable word.
    pub(super) refusal: Option<&'static str>,
    /// How many statements it took.
    pub(super) statements: Option<u64>,
}
