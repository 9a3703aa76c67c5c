//! The tables of the change log, and the versions for cache validation.

pub mod change;
pub mod entry;
pub mod epoch;
pub mod head;
pub mod horizon;
pub mod version;
