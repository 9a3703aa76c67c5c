//! Object types of the schema.
//!
//! Reached through `Query` and `Mutation`. They must not depend on transactions, tables or columns.

pub(in crate::graphql) mod api_key;
pub(in crate::graphql) mod conflict;
pub(in crate::graphql) mod dependency;
pub(in crate::graphql) mod history;
pub(in crate::graphql) mod instance;
pub(in crate::graphql) mod node;
mod plain;
pub(in crate::graphql) mod plan;
pub(in crate::graphql) mod reveal;
pub(in crate::graphql) mod stack;
pub(in crate::graphql) mod template;
pub(in crate::graphql) mod trash;
pub(in crate::graphql) mod user_error;
