//! Use cases on stacks, one file or folder each.
//!
//! Called by the resolvers. They must not depend on GraphQL, HTTP or SQL.

pub(in crate::app) mod apply;
pub(in crate::app) mod container_names;
pub(in crate::app) mod create;
pub(in crate::app) mod duplicate;
pub(in crate::app) mod fork;
pub(in crate::app) mod naming;
pub(in crate::app) mod purge;
pub(in crate::app) mod rename;
pub(in crate::app) mod restore;
pub(in crate::app) mod shared_vars;
pub(in crate::app) mod soft_delete;
pub(in crate::app) mod update;
