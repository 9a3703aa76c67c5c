//! Overrides of instances, and the effective configuration that results from them.
//!
//! Called by the resolvers and by other use cases. They must not merge entries themselves; `kinds::merging` does.

pub(in crate::app) mod dependencies;
pub(in crate::app) mod effective;
pub(in crate::app) mod follow;
pub(in crate::app) mod keep_secrets;
pub(in crate::app) mod locks;
pub(in crate::app) mod patch;
pub(in crate::app) mod references;
pub(in crate::app) mod set;
pub(in crate::app) mod values_cache;
