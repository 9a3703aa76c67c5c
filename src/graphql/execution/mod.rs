//! Execution: the executor's document, the tasks of a request, the budget of its fields, and top-level errors.
//!
//! Called by `graphql::execute` and by resolvers. It must not depend on a type of the schema.

pub(in crate::graphql) mod computed_fields;
pub(in crate::graphql) mod executable;
pub(in crate::graphql) mod field_budget;
pub(in crate::graphql) mod log_end;
pub(in crate::graphql) mod planned;
pub(in crate::graphql) mod tasks;
pub(in crate::graphql) mod to_error;
