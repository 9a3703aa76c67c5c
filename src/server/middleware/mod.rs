//! Middleware: authentication, host checks, CORS, admission control, request ids, the access log and metrics.
//!
//! Called by the router. Middleware must not depend on what a route does.

pub(in crate::server) mod access_log;
pub(in crate::server) mod admission;
pub(in crate::server) mod audience;
pub(in crate::server) mod auth;
pub(in crate::server) mod client_address;
pub(in crate::server) mod cors;
pub(in crate::server) mod hosts;
pub(in crate::server) mod metrics;
pub(in crate::server) mod outcome;
pub(in crate::server) mod request_id;
#[cfg(feature = "otel")]
pub(in crate::server) mod traces;
