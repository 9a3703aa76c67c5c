//! The types of Compose files: a rendered stack, and the result of an import.
//!
//! Reached through `Stack` and `importCompose`. They must not depend on the syntax of Compose files.

pub(in crate::graphql) mod file;
pub(in crate::graphql) mod import;
