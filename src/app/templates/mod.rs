//! Templates and the catalogue: use cases, one file each.
//!
//! Called by the resolvers and the command line. They must not depend on GraphQL, HTTP or SQL.

pub mod catalog;
pub(in crate::app) mod create;
pub(in crate::app) mod delete;
pub(in crate::app) mod edit;
pub(in crate::app) mod load_catalog;
pub(in crate::app) mod naming;
pub(in crate::app) mod preview_edit;
pub(in crate::app) mod update;
pub(in crate::app) mod values;
