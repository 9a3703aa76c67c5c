//! Execution: the document that the framework runs, its tasks, the budget of its fields, and errors.
//!
//! Called by `graphql::execute`. It must not know a type of the schema.

pub(in crate::graphql) mod executable;
pub(in crate::graphql) mod field_budget;
pub(in crate::graphql) mod tasks;
pub(in crate::graphql) mod to_error;
