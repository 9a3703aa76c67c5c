//! The parts of values and edits: what null means in an update, initial values, and free texts with their limits.
//!
//! Used by the macro `fields!` and by the inputs. It must not check a rule: the use cases do.

use std::{fmt::Debug, hash::Hash};

/// What null means for a field in an update.
pub trait OnNull<T> {
    /// The field of an edit. The default leaves the field of the object unchanged.
    type Edit: Clone + Debug + Default + PartialEq + Eq + Hash;
    /// Converts a field that may be absent (`None`) or null (`Some(None)`).
    fn given(given: Option<Option<T>>) -> Self::Edit;
    /// The value after the edit. A refused null leaves it unchanged.
    fn apply(edit: &Self::Edit, before: &T) -> T;
    /// Whether the field is null, and null is refused.
    fn is_refused(edit: &Self::Edit) -> bool;
}

/// Null is the empty value: an empty text, or no value for a nullable field.
#[derive(Debug)]
pub struct NullResets;

impl<T: Clone + Debug + Default + Eq + Hash> OnNull<T> for NullResets {
    type Edit = Option<T>;
    fn given(given: Option<Option<T>>) -> Option<T> {
        given.map(Option::unwrap_or_default)
    }
    fn apply(edit: &Option<T>, before: &T) -> T {
        edit.as_ref().unwrap_or(before).clone()
    }
    fn is_refused(_: &Option<T>) -> bool {
        false
    }
}

/// Null is refused.
#[derive(Debug)]
pub struct NullRefused;

impl<T: Clone + Debug + Eq + Hash> OnNull<T> for NullRefused {
    type Edit = Option<Option<T>>;
    fn given(given: Option<Option<T>>) -> Option<Option<T>> {
        given
    }
    fn apply(edit: &Option<Option<T>>, before: &T) -> T {
        edit.as_ref().and_then(Option::as_ref).unwrap_or(before).clone()
    }
    fn is_refused(edit: &Option<Option<T>>) -> bool {
        edit.as_ref().is_some_and(Option::is_none)
    }
}

/// A text that a client has written, with the limit of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeText<'a> {
    /// The field in the API.
    pub field: &'static str,
    /// The text.
    pub text: &'a str,
    /// The maximum number of characters.
    pub most: usize,
}

/// A type of free texts.
pub(super) trait AsText {
    /// The text, if there is one.
    fn as_text(&self) -> Option<&str>;
}

impl AsText for String {
    fn as_text(&self) -> Option<&str> {
        Some(self)
    }
}

impl AsText for Option<String> {
    fn as_text(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// A type whose values are all valid. Fields of other types name their rule.
pub(super) trait AlwaysValid {}
impl AlwaysValid for bool {}
impl AlwaysValid for i32 {}

/// Does not compile for other types.
pub(super) const fn is_always_valid<T: AlwaysValid>() {}

/// The value of a new object when nothing is given.
macro_rules! initial {
    (create $create:ident) => {
        Default::default()
    };
    (create $create:ident = $default:literal) => {
        $default.into()
    };
    (initially $initial:expr) => {
        $initial
    };
}

/// Adds the text of a field with the rule `text` to a list. The use case of the object checks those with the rule `own`.
macro_rules! free_text {
    ($texts:ident, $field:expr, $value:expr, $type:ty; text $most:literal) => {
        if let Some(text) = $crate::fields::edit::AsText::as_text($value) {
            $texts.push($crate::fields::FreeText { field: $field, text, most: $most });
        }
    };
    ($texts:ident, $field:expr, $value:expr, $type:ty; own) => {};
    ($texts:ident, $field:expr, $value:expr, $type:ty;) => {
        const { $crate::fields::edit::is_always_valid::<$type>() }
    };
}

/// Whether there is an argument.
macro_rules! is_given {
    () => {
        false
    };
    ($($given:tt)+) => {
        true
    };
}

/// Code that depends on a mark: it is repeated as often as the mark.
macro_rules! keep {
    ($mark:ident => $($code:tt)*) => {
        $($code)*
    };
}
pub(super) use {free_text, initial, is_given, keep};
