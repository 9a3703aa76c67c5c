//! Merging: combines the entries of a template and the overrides of an instance into the effective configuration.
//!
//! Used by the use cases and the read paths. It must not depend on a concrete kind.

#[cfg(test)]
pub(in crate::kinds) mod laws;
pub(in crate::kinds) mod merge;
pub(in crate::kinds) mod operation;
pub(in crate::kinds) mod overrides;
pub(in crate::kinds) mod slots;
