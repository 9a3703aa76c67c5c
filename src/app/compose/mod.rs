//! Renders stacks as Compose files, and imports Compose files.
//!
//! Called by the resolvers, the server and the command line. It must not know the syntax of Compose files; the module
//! `compose` does.

pub(in crate::app) mod import;
pub(in crate::app) mod render;
