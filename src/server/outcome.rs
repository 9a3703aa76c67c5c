//! What a request came to, for the log and the metrics.
//!
//! Written into the answer's extensions by the handlers. It must never hold a value that a client sent.

/// The name of the key that let the request in.
#[derive(Clone, Debug)]
pub(super) struct CallerName(#[expect(dead_code, reason = "the log will show it")] pub(super) String);
