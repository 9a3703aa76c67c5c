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

/// The name of a field in the API, from that of its column.
pub fn api_name(columns: &[FieldColumn], column: &str) -> String {
    let is_it =
        |field: &&FieldColumn| field.sql.split_once('.').is_some_and(|(_, name)| name.trim_matches('"') == column);
    if let Some(field) = columns.iter().find(is_it) {
        return field.field.to_owned();
    }
    let mut words = column.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.extend(chars);
        name
    })
}
