//! Paged lists, as Relay connections.
//!
//! Used by the types that have lists. They must not access the database themselves.

pub(in crate::graphql) mod connection;
pub(in crate::graphql) mod in_memory;
pub(in crate::graphql) mod instances;
pub(in crate::graphql) mod search;
