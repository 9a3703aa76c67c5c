//! Merging: the entries of a template and the overrides of an instance become the effective configuration.
//!
//! Used by the use cases and the read paths. It must not know a single kind.

#[cfg(test)]
pub(in crate::kinds) mod laws;
pub(in crate::kinds) mod merge;
pub(in crate::kinds) mod operation;
pub(in crate::kinds) mod overrides;
pub(in crate::kinds) mod slots;
