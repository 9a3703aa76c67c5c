//! Queries, one file for each table or subject.
//!
//! Called by the use cases, in a transaction or on a reader. They must not know the rules of the domain.

pub mod api_keys;
pub mod claims;
pub mod copies;
pub mod dependencies;
pub(in crate::db) mod in_list;
pub mod instances;
pub mod page;
pub mod rules;
pub(in crate::db) mod single_statement;
pub mod stack_instances;
pub mod stacks;
pub mod templates;
pub mod trash;
