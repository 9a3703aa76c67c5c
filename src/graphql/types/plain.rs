//! The object types of stacks, instances and templates with their plain fields, generated from the registry of fields.
//!
//! Used by the files of these types, which add the relations. It must not name a single field.

use async_graphql::ID;

use crate::{
    fields::Time,
    graphql::context::int,
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::{Argv, RestartPolicy},
};

/// The type of a column in the API.
pub(in crate::graphql) trait Shown {
    /// The type in GraphQL.
    type Output<'a>
    where
        Self: 'a;
    /// Converts a value.
    fn shown(&self) -> Self::Output<'_>;
}

macro_rules! shown {
    ($( $type:ty => $output:ty, |$value:ident| $shown:expr; )+) => { $(
        impl Shown for $type {
            type Output<'a> = $output;
            fn shown(&self) -> $output {
                let $value = self;
                $shown
            }
        }
    )+ };
}
shown! {
    StackId => ID, |id| id.encode().into();
    InstanceId => ID, |id| id.encode().into();
    TemplateId => ID, |id| id.encode().into();
    bool => bool, |flag| *flag;
    i32 => i32, |number| *number;
    i64 => i32, |number| int(*number);
    Time => Self, |time| *time;
    Argv => Vec<String>, |argv| argv.0.clone();
    RestartPolicy => Self, |policy| policy.clone();
}

impl Shown for String {
    type Output<'a> = &'a str;
    fn shown(&self) -> &str {
        self
    }
}

impl<T: Shown> Shown for Option<T> {
    type Output<'a>
        = Option<T::Output<'a>>
    where
        T: 'a;
    fn shown(&self) -> Option<T::Output<'_>> {
        self.as_ref().map(T::shown)
    }
}

/// The type of a field in GraphQL.
macro_rules! output {
    ($type:ty) => { <$type as $crate::graphql::types::plain::Shown>::Output<'_> };
    ($type:ty, $shown:ty) => { $shown };
}
/// The value of a field, from the row.
macro_rules! value {
    ($model:expr, $field:ident) => {
        $crate::graphql::types::plain::Shown::shown(&$model.$field)
    };
    ($model:expr, $field:ident, |$row:ident| $value:expr) => {{
        let $row = &$model;
        $value
    }};
}

/// Defines an object type with the plain fields of a row and the fields of a second type.
macro_rules! object {
    (
        ($(#[$meta:meta])* $object:ident of $model:ident with $relations:ident)
        fields { $(
            $(#[$doc:meta])*
            $field:ident $(($name:literal))? : $type:ty $( as $shown:ty = |$row:ident| $shown_value:expr )?,
        )+ }
        computed { $(
            $(#[$computed_doc:meta])*
            $computed:ident : $computed_type:ty = |$computed_row:ident| $computed_value:expr,
        )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub(in crate::graphql) struct $object(pub(in crate::graphql) Arc<$model>);

        impl From<$model> for $object {
            fn from(row: $model) -> Self {
                Self(Arc::new(row))
            }
        }

        #[Object]
        $(#[$meta])*
        impl $object {
            $(
                $(#[$doc])*
                $( #[graphql(name = $name)] )?
                pub(in crate::graphql) async fn $field(&self) -> output!($type $(, $shown)?) {
                    value!(self.0, $field $(, |$row| $shown_value)?)
                }
            )+

            $(
                $(#[$computed_doc])*
                async fn $computed(&self) -> $computed_type {
                    value!(self.0, $computed, |$computed_row| $computed_value)
                }
            )*

            #[graphql(flatten)]
            async fn relations(&self) -> $relations {
                $relations(self.0.clone())
            }
        }
    };
}
pub(super) use {object, output, value};
