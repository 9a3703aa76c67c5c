//! The types around Compose files: a rendered file, and what an import did.
//!
//! Reached through `Stack` and `importCompose`. They must not know the syntax of Compose files.

pub(in crate::graphql) mod file;
pub(in crate::graphql) mod import;
