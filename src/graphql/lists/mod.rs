//! Lists with pages, as connections of Relay.
//!
//! Used by the types that have lists. They must not reach the database themselves.

pub(in crate::graphql) mod connection;
pub(in crate::graphql) mod instances;
