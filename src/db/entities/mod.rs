//! The entities of stacks, templates, instances, keys and change records. The entities of kinds are in `kinds`.
//!
//! Used by the queries. They must not contain rules of the domain.

#![expect(missing_docs, reason = "the fields are the columns of the tables, which the migrations describe")]

pub mod api_key;
pub mod api_key_stack;
pub mod catalog_entry;
pub mod change;
pub mod clear_secret;
pub mod idempotency_key;
pub mod instance;
pub mod override_rule;
pub mod secret_key;
pub mod stack;
pub mod template;

pub use api_key::Model as ApiKeyModel;
pub use instance::Model as InstanceModel;
pub use stack::Model as StackModel;
pub use template::Model as TemplateModel;
