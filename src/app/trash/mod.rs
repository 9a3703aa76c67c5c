//! The trash: its contents, and what prevents a restore.
//!
//! Called by the resolvers, and by the use cases that restore and purge. It must not delete anything.

pub(in crate::app) mod lookup;
pub(in crate::app) mod obstacles;
