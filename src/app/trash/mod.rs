//! The trash: what is in it, and what prevents its restoration.
//!
//! Called by the resolvers. It must not delete anything.

pub(in crate::app) mod lookup;
pub(in crate::app) mod obstacles;
