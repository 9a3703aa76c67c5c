//! The fields of inputs that clients set, generated from the registry of fields.
//!
//! Used by the inputs of stacks, instances and templates. It must not name a single field.

use std::fmt::Debug;

use async_graphql::{InputType, MaybeUndefined};

use crate::kinds::{Argv, RestartPolicy};

/// The type of a field as an input.
pub(super) trait Given: Clone + Debug + Eq + std::hash::Hash {
    /// The type in GraphQL, if it is not null.
    type Input: InputType + Default;
    /// Converts a value.
    fn from_input(input: Self::Input) -> Self;
}

macro_rules! given_as_it_is {
    ($( $type:ty ),+) => { $(
        impl Given for $type {
            type Input = Self;
            fn from_input(input: Self) -> Self {
                input
            }
        }
    )+ };
}
given_as_it_is!(String, RestartPolicy, bool, i32);

impl Given for Argv {
    type Input = Vec<String>;
    fn from_input(input: Vec<String>) -> Self {
        Self(input)
    }
}

impl<T: Given> Given for Option<T> {
    type Input = T::Input;
    fn from_input(input: T::Input) -> Self {
        Some(T::from_input(input))
    }
}

/// How a field is given for a new object.
pub(super) trait OnCreate<T> {
    /// The type in GraphQL.
    type Input;
    /// Converts what is given.
    fn value(input: Self::Input) -> T;
}

/// The field can be absent or null, and is then empty.
pub(super) struct Optional;

impl<T: Given + Default> OnCreate<T> for Optional {
    type Input = Option<T::Input>;
    fn value(input: Option<T::Input>) -> T {
        input.map(T::from_input).unwrap_or_default()
    }
}

/// The field has a value, given or by default.
pub(super) struct Required;

impl<T: Given> OnCreate<T> for Required {
    type Input = T::Input;
    fn value(input: T::Input) -> T {
        T::from_input(input)
    }
}

/// Converts a field that may be absent or null: `None` if it is absent, `Some(None)` if it is null.
pub(super) fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// Defines the input of a creation: its own fields, and those that clients can give for a new object.
macro_rules! create_input {
    (
        ($(#[$meta:meta])* $input:ident for $values:ident { $($own:tt)* })
        $( $field:ident : $type:ty, $create:ident $(= $with:literal)?, $doc:literal; )*
    ) => {
        #[derive(InputObject)]
        $(#[$meta])*
        pub(in crate::graphql) struct $input {
            $($own)*
            $(
                #[doc = $doc]
                $( #[graphql(default_with = $with)] )?
                $field: <$crate::graphql::inputs::fields::$create as OnCreate<$type>>::Input,
            )*
        }

        impl $input {
            /// Takes the values out of the input.
            fn values(&mut self) -> $values {
                let mut values = $values::default();
                $( values.$field =
                    <$crate::graphql::inputs::fields::$create as OnCreate<$type>>::value(std::mem::take(&mut self.$field));
                )*
                values
            }
        }
    };
}

/// Defines the input of an update: its own fields, and those that clients set.
macro_rules! update_input {
    (
        ($(#[$meta:meta])* $input:ident for $edit:ident { $($own:tt)* })
        $( $field:ident : $type:ty, $update:ident, $doc:literal; )*
    ) => {
        #[derive(InputObject)]
        $(#[$meta])*
        pub(in crate::graphql) struct $input {
            $($own)*
            $( #[doc = $doc] $field: MaybeUndefined<<$type as Given>::Input>, )*
        }

        impl $input {
            /// Takes the changes out of the input.
            fn edit(&mut self) -> $edit {
                $edit { $(
                    $field: <$crate::fields::$update as OnNull<$type>>::given(
                        given(std::mem::take(&mut self.$field)).map(|value| value.map(<$type as Given>::from_input)),
                    ),
                )* }
            }
        }
    };
}
pub(super) use {create_input, update_input};
