//! Routes beside `/graphql`: Compose files, pages, and the health checks.
//!
//! Called by the router. They must not know rules of the domain.

pub(in crate::server) mod compose;
pub(in crate::server) mod pages;
pub(in crate::server) mod status;
