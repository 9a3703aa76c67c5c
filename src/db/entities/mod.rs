//! The entities of stacks, forks, templates, instances, keys and change records. The entities of kinds are in `kinds`.
//!
//! Used by the queries. They must not contain rules of the domain.

#![expect(missing_docs, reason = "the fields are the columns of the tables, which the migrations describe")]

/// Defines the entity of a table from the registry of fields: its model, and the conversions of the values that clients
/// set. The rest of the entity is written beside the call.
macro_rules! model {
    (($table:literal) id: $id:ty [], $( $column:ident : $type:ty [$($initial:tt)*], )+) => {
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: $id,
            $( pub $column: $type, )+
        }
    };
}
macro_rules! values {
    (($values:ident) $( $field:ident : $type:ty, $update:ident; )+) => {
        impl From<&Model> for $values {
            fn from(row: &Model) -> Self {
                Self { $( $field: row.$field.clone(), )+ }
            }
        }

        impl From<$values> for ActiveModel {
            fn from(values: $values) -> Self {
                Self { $( $field: Set(values.$field), )+ ..Default::default() }
            }
        }
    };
}

pub mod api_key;
pub mod api_key_stack;
pub mod catalog_entry;
pub mod change_log;
pub mod clear_secret;
pub mod fork;
pub mod idempotency_key;
pub mod instance;
pub mod override_rule;
pub mod owned_entry;
pub mod secret_key;
pub mod stack;
pub mod template;

pub use api_key::Model as ApiKeyModel;
pub use change_log::{change::Model as ChangeModel, entry::Model as ChangeEntryModel};
pub use fork::Model as ForkModel;
pub use instance::Model as InstanceModel;
pub use owned_entry::Model as OwnedEntryModel;
pub use stack::Model as StackModel;
pub use template::Model as TemplateModel;
