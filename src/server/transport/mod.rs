//! Client connections: the accept loop, the set of open connections, timeouts, and response bodies.
//!
//! Called by `server::serve`. It must not depend on routes or GraphQL.

pub(in crate::server) mod accept;
pub(in crate::server) mod activity;
pub(in crate::server) mod body;
pub(in crate::server) mod connection;
pub(in crate::server) mod limits;
pub(in crate::server) mod response_memory;
pub(in crate::server) mod timeout_io;
