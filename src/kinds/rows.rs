//! The macro `kind!`: from one list of fields it generates the struct, its GraphQL type and input, and its tables.
//!
//! Used once by every kind. It must not contain behaviour, which belongs into the `Kind` impl beside the call.

/// Defines a kind: `kind! { /// doc  pub struct X in ("service_xs", "instance_xs"), input "XInput" { fields } }`. A
/// kind without rows for templates names only the table of instances: `in ("instance_xs")`. `[nullable]` after a type
/// that is not an `Option` makes its column nullable. What stacks have names the table after `of stacks`.
macro_rules! kind {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in ($service_table:literal, $instance_table:literal), input $input:literal {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty $([$column:ident])?, )+
        }
    ) => {
        #[expect(missing_docs, reason = "the columns are the fields of the value")]
        #[doc = concat!("The template's side: `", $service_table, "`.")]
        pub mod service {
            $crate::kinds::rows::table!(
                $name, $service_table, $crate::kinds::OfTemplate,
                service_id: TemplateId, ServiceId, $( $field: $type $([$column])? ),+
            );
        }
        $crate::kinds::kind! {
            $(#[$meta])*
            pub struct $name in ($instance_table), input $input { $( $(#[$field_meta])* pub $field: $type $([$column])?, )+ }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident of stacks in ($stack_table:literal), input $input:literal {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty $([$column:ident])?, )+
        }
    ) => {
        $crate::kinds::kind! { @value
            $(#[$meta])*
            pub struct $name, input $input { $( $(#[$field_meta])* pub $field: $type, )+ }
        }

        #[expect(missing_docs, reason = "the columns are the fields of the value")]
        #[doc = concat!("The stack's side: `", $stack_table, "`.")]
        pub mod stack {
            $crate::kinds::rows::table!(
                $name, $stack_table, $crate::kinds::OfStack,
                stack_id: StackId, StackId, $( $field: $type $([$column])? ),+
            );
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident in ($instance_table:literal), input $input:literal {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty $([$column:ident])?, )+
        }
    ) => {
        $crate::kinds::kind! { @value
            $(#[$meta])*
            pub struct $name, input $input { $( $(#[$field_meta])* pub $field: $type, )+ }
        }

        #[expect(missing_docs, reason = "the columns are the fields of the value")]
        #[doc = concat!("The instance's side: `", $instance_table, "`.")]
        pub mod instance {
            $crate::kinds::rows::table!(
                $name, $instance_table, $crate::kinds::OfInstance,
                instance_id: InstanceId, InstanceId, $( $field: $type $([$column])? ),+
            );
        }
    };
    (
        @value
        $(#[$meta:meta])*
        pub struct $name:ident, input $input:literal {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty, )+
        }
    ) => {
        #[derive(Clone, Debug, PartialEq, Hash, async_graphql::SimpleObject, async_graphql::InputObject)]
        #[graphql(input_name = $input)]
        $(#[$meta])*
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )+
        }

        impl $crate::kinds::plain::HeapSize for $name {
            fn heap_size(&self) -> usize {
                0 $( + $crate::kinds::plain::HeapSize::heap_size(&self.$field) )+
            }
        }

        impl $crate::kinds::plain::LoggedEntry for $name {
            fn to_log(&self) -> $crate::kinds::plain::LoggedColumns {
                let mut columns = $crate::kinds::plain::LoggedColumns::new();
                $( columns.insert(
                    stringify!($field).to_owned(),
                    $crate::kinds::plain::LoggedValue::to_log(&self.$field),
                ); )+
                columns
            }
            fn from_log(columns: &$crate::kinds::plain::LoggedColumns) -> Option<Self> {
                let missing = serde_json::Value::Null;
                Some(Self { $( $field: $crate::kinds::plain::LoggedValue::from_log(
                    columns.get(stringify!($field)).unwrap_or(&missing),
                )?, )+ })
            }
        }

        impl $crate::kinds::Survives for $name {
            fn lost_column(&self) -> Option<&'static str> {
                $( if !$crate::kinds::plain::Plain::survives(&self.$field) {
                    return Some(stringify!($field));
                } )+
                None
            }
        }
    };
}

macro_rules! table {
    (
        $value:ident, $table:literal, $owner:ty, $owner_id:ident : $owner_type:ident, $owner_column:ident,
        $( $field:ident : $type:ty $([$column:ident])? ),+
    ) => {
        use super::*;
        use $crate::ids::$owner_type;
        use sea_orm::{ActiveValue::{NotSet, Set}, entity::prelude::*};

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub $owner_id: $owner_type,
            $( $( #[sea_orm($column)] )? pub $field: $type, )+
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}

        impl $crate::kinds::Stored<$owner> for $value {
            type Entity = Entity;
            type Model = Model;
            type Row = ActiveModel;
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [(&'static str, Option<$crate::kinds::plain::ColumnFormat>)] =
                &[$( (stringify!($field), <$type as $crate::kinds::plain::Plain>::FORMAT) ),+];
            fn owner_column() -> Column {
                Column::$owner_column
            }
            fn id_column() -> Column {
                Column::Id
            }
            fn row_id(row: &Model) -> i64 {
                row.id
            }
            fn from_row(row: Model) -> ($owner_type, Self) {
                (row.$owner_id, Self { $( $field: row.$field, )+ })
            }
            fn into_row(self, owner: $owner_type) -> ActiveModel {
                ActiveModel { id: NotSet, $owner_id: Set(owner), $( $field: Set(self.$field), )+ }
            }
        }
    };
}
pub(crate) use {kind, table};
