//! The registry of the plain fields of stacks, instances and templates: one file for each object, one entry for each
//! field.
//!
//! Entities, stored forms, statements, inputs, resolvers and read plans take their fields from it, so that none of them
//! forgets one. It must not depend on the database, a resolver or a use case.

mod column;
mod declare;
mod edit;
mod instance;
mod stack;
mod template;

use chrono::{DateTime, Utc};

use self::declare::fields;
pub use self::{
    edit::{FreeText, NullRefused, NullResets, OnNull},
    instance::{INSTANCE, InstanceEdit, InstanceValues},
    stack::{STACK, StackEdit, StackValues},
    template::{TEMPLATE, TemplateEdit, TemplateValues},
};
pub(crate) use self::{instance::instance_fields, stack::stack_fields, template::template_fields};
pub use crate::kinds::plain::{ColumnFormat, FieldColumn};

/// The type of a time in the registry.
pub type Time = DateTime<Utc>;

/// A field that clients set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editable {
    /// The field in the API.
    pub field: &'static str,
    /// The column.
    pub column: &'static str,
    /// Whether clients can give it when they create the object. All can be given in an update.
    pub is_created: bool,
    /// Whether a copy of the object has the same value. Otherwise it has the initial one.
    pub is_copied: bool,
}
