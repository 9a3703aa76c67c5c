//! The types of configuration: collections of a template or an instance, and the effective configuration.
//!
//! Reached through `Template` and `Instance`. They must not merge themselves: `kinds` does.

pub(in crate::graphql) mod collections;
pub(in crate::graphql) mod effective;
pub(in crate::graphql) mod entries;
pub(in crate::graphql) mod override_report;
pub(in crate::graphql) mod provenance;
pub(in crate::graphql) mod references;
pub(in crate::graphql) mod settings;
pub(in crate::graphql) mod shared;
pub(in crate::graphql) mod shared_var;
pub(in crate::graphql) mod since;
