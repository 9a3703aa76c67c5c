//! The macro `fields!`: from one list of fields it generates the columns of read plans, the values that clients set, the
//! edits of an update, and a macro that hands the fields to other modules.
//!
//! Used once by each object. It must not contain behaviour that a single field needs.

/// Declares the plain fields of an object, in the order of its columns:
///
/// ```text
/// fields! { ($)
///     /// What the list is.
///     LIST in "alias", macro_name, Values, Edit;
///     fields {
///         /// The description in the API.
///         column: Type,
///         /// A column that has another name in the API.
///         column("name"): Type,
///         /// A column that is shown as something else, by SQL and by the row.
///         column: Type as Shown = ("SQL", |row| row.shown()),
///         /// A column that outcomes stored by earlier versions lack, with its value there.
///         column: Type = "value",
///         /// A field that clients set.
///         column: Type {
///             create(Optional, "description in the input"),
///             update(NullResets, "description in the input"),
///             rule(text 4096),
///             copied(true),
///         },
///     }
///     computed {
///         /// A field without a column.
///         name: Type = ("SQL", |row| row.is_shown()),
///     }
///     internal {
///         /// Why the API does not show it.
///         column: Type,
///     }
/// }
/// ```
///
/// `create` is `Optional`, `Required`, or `Required = "default" with "code for the default"`. A field that cannot be given
/// then has `initially(value)` in its place. `update` is `NullResets` or `NullRefused`. `rule` is `text` with the maximum number
/// of characters, or `own` if the use case checks it; types with no invalid value have none. `copied` tells whether a
/// copy of the object keeps the value. A field that clients set has the name of its column.
macro_rules! fields {
    (
        ($d:tt) $(#[$list_doc:meta])* $list:ident in $alias:literal, $each:ident, $values:ident, $edit:ident;
        fields { $(
            $(#[$doc:meta])*
            $field:ident $(($name:literal))? : $type:ty
            $( as $shown:ty = ($sql:literal, |$row:ident| $value:expr) )?
            $( = $older:literal )?
            $( {
                $( create($create:ident $(= $default:literal with $with:literal)?, $create_doc:literal), )?
                $( initially($initial:expr), )?
                update($update:ident, $update_doc:literal),
                $( rule($($rule:tt)+), )?
                copied($copied:literal),
            } )?
            ,
        )+ }
        computed { $(
            $(#[$computed_doc:meta])*
            $computed:ident : $computed_type:ty = ($computed_sql:literal, |$computed_row:ident| $computed_value:expr),
        )* }
        internal { $(
            $(#[$internal_doc:meta])*
            $internal:ident : $internal_type:ty $( = $internal_older:literal )?,
        )* }
    ) => {
        $(#[$list_doc])*
        pub const $list: &[$crate::fields::FieldColumn] = &[
            $( $crate::fields::FieldColumn {
                field: $crate::fields::column::api_name!($field $(, $name)?),
                sql: $crate::fields::column::column_sql!($alias, $field $(, $sql)?),
                format: $crate::fields::column::column_form!($type $(, $shown)?),
            }, )+
            $( $crate::fields::FieldColumn {
                field: $crate::fields::column::api_name!($computed),
                sql: $computed_sql,
                format: $crate::fields::column::column_form!($computed_type),
            }, )*
        ];

        /// The values that clients set. The default has those of a new object for which nothing is given.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $values {
            $( $( #[doc = $update_doc] pub $field: $type, )? )+
        }

        impl Default for $values {
            fn default() -> Self {
                Self {
                    $( $( $field: $crate::fields::edit::initial!(
                        $( create $create $(= $default)? )? $( initially $initial )?
                    ), )? )+
                }
            }
        }

        /// Hashes what can be given for a new object. The other values are the same for all of them.
        impl std::hash::Hash for $values {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                $( $( $( $crate::fields::edit::keep!($create => self.$field.hash(state)); )? )? )+
            }
        }

        impl $values {
            /// The fields, in the order of the columns.
            pub const EDITABLE: &[$crate::fields::Editable] = &[$( $( $crate::fields::Editable {
                field: $crate::fields::column::api_name!($field),
                column: stringify!($field),
                is_created: $crate::fields::edit::is_given!($( $create )?),
                is_copied: $copied,
            }, )? )+];

            /// The values of a copy. What is not copied has its initial value.
            #[must_use]
            pub fn copied(self) -> Self {
                let initial = Self::default();
                Self { $( $( $field: if $copied { self.$field } else { initial.$field }, )? )+ }
            }

            /// The value of a column as JSON; `None` if clients do not set it.
            pub fn get(&self, column: &str) -> Option<serde_json::Value> {
                $( $( $crate::fields::edit::keep!($update => if column == stringify!($field) {
                    return serde_json::to_value(&self.$field).ok();
                }); )? )+
                None
            }

            /// Sets the value of a column from JSON. Returns false, and changes nothing, if clients do not set the
            /// column or if the value has another type.
            pub fn set(&mut self, column: &str, value: &serde_json::Value) -> bool {
                $( $( $crate::fields::edit::keep!($update => if column == stringify!($field) {
                    let given = serde_json::from_value::<$type>(value.clone());
                    return given.map(|given| self.$field = given).is_ok();
                }); )? )+
                false
            }

            /// The texts whose only rule is a maximum length.
            pub fn texts(&self) -> Vec<$crate::fields::FreeText<'_>> {
                let mut texts = Vec::new();
                $( $( $crate::fields::edit::keep!($update => $crate::fields::edit::free_text!(
                    texts, $crate::fields::column::api_name!($field), &self.$field, $type; $( $($rule)+ )?
                )); )? )+
                texts
            }
        }

        /// The changes of an update.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $edit {
            $( $( #[doc = $update_doc] pub $field: <$crate::fields::$update as $crate::fields::OnNull<$type>>::Edit, )? )+
        }

        impl $edit {
            /// Applies the changes to values. A refused null leaves a field unchanged.
            #[must_use]
            pub fn apply(&self, values: &$values) -> $values {
                $values { $( $( $field: <$crate::fields::$update as $crate::fields::OnNull<$type>>::apply(
                    &self.$field, &values.$field,
                ), )? )+ }
            }

            /// The fields that are null and must not be, by their names in the API.
            pub fn refused_nulls(&self) -> Vec<&'static str> {
                let mut refused = Vec::new();
                $( $( if <$crate::fields::$update as $crate::fields::OnNull<$type>>::is_refused(&self.$field) {
                    refused.push($crate::fields::column::api_name!($field));
                } )? )+
                refused
            }
        }

        /// Calls a macro with fields of the object, after the given arguments: `columns` are all columns with their types and
        /// initial values, `shown` are the fields of the API, `edited`, `created` and `updated` are those that clients set,
        /// with their types, as parts of the input of a creation, and as parts of the input of an update.
        macro_rules! $each {
            (columns, $d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))?
                    $( $field: $type [
                        $( older $older )?
                        $( $( create $create $(= $default)? )? $( initially $initial )? )?
                    ], )+
                    $( $internal: $internal_type [ $( older $internal_older )? ], )*
                }
            };
            (shown, $d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))?
                    fields { $( $(#[$doc])* $field $(($name))?: $type $( as $shown = |$row| $value )?, )+ }
                    computed { $( $(#[$computed_doc])* $computed: $computed_type = |$computed_row| $computed_value, )* }
                }
            };
            (edited, $d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))? $( $( $field: $type, $update; )? )+ }
            };
            (created, $d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))?
                    $( $( $( $field: $type, $create $(= $with)?, $create_doc; )? )? )+
                }
            };
            (updated, $d callback:ident $d(, $d($d rest:tt)*)?) => {
                $d callback! { $d(($d($d rest)*))? $( $( $field: $type, $update, $update_doc; )? )+ }
            };
        }
        pub(crate) use $each;
    };
}
pub(super) use fields;
