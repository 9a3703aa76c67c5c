//! Connections of clients: the accept loop, timeouts, the set of open connections, and bodies on their way out.
//!
//! Called by `server::serve`. It must not know routes or GraphQL.

pub(in crate::server) mod accept;
pub(in crate::server) mod activity;
pub(in crate::server) mod body;
pub(in crate::server) mod connection;
pub(in crate::server) mod limits;
pub(in crate::server) mod response_memory;
pub(in crate::server) mod timeout_io;
