//! Compose files: stacks are rendered as files, and files are imported.
//!
//! Called by the resolvers, the server and the command line. It must not know the syntax of Compose files: `compose` does.

pub(in crate::app) mod import;
pub(in crate::app) mod render;
