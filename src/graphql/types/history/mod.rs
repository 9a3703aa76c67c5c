//! The types of the change log: changes, points in time, and past states.
//!
//! Reached through `Stack`, `Instance`, `Template` and `Query`. They must not show a secret.

pub(in crate::graphql) mod change;
pub(in crate::graphql) mod diff;
pub(in crate::graphql) mod event;
pub(in crate::graphql) mod fields;
pub(in crate::graphql) mod point;
pub(in crate::graphql) mod version;
pub(in crate::graphql) mod versioned;
