//! The history of stacks, instances and templates: pages of changes, past states, and the operations that undo.
//!
//! Called by the resolvers and the command line. It must not contain SQL.

mod apply;
pub(in crate::app) mod compare;
pub(in crate::app) mod feed;
pub(in crate::app) mod list;
pub(in crate::app) mod outcome;
pub(in crate::app) mod point;
pub(in crate::app) mod redact;
pub(in crate::app) mod restore_version;
mod retention;
pub(in crate::app) mod revert;
pub(in crate::app) mod since;
pub(in crate::app) mod version;
