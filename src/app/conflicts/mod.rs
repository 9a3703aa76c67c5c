//! Conflicts: host ports, domains and volumes that more than one instance claims, and references without a value.
//!
//! Called by the resolvers. They must not write: conflicts are reported, not refused.

pub(in crate::app) mod claim;
pub(in crate::app) mod claim_index;
pub(in crate::app) mod find;
pub(in crate::app) mod keep;
pub(in crate::app) mod referring;
pub(in crate::app) mod suggest_host_port;
pub(in crate::app) mod unresolved;
