//! Idempotency keys and the outcomes that are stored under them.
//!
//! Called by the function that runs commands in a transaction. It must not know what a command does.

pub mod keys;
pub mod outcomes;
