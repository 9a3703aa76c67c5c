//! Routes other than `/graphql`: Compose files, pages, and health checks.
//!
//! Called by the router. They must not contain rules of the domain.

pub(in crate::server) mod compose;
pub(in crate::server) mod pages;
pub(in crate::server) mod status;
