//! The change log: every change of a stack, an instance, a template or an API key, with the values before and after.
//!
//! The queries that write tell the [`Recorder`] of their transaction what they change, and [`store`] writes it before the
//! commit. A past state is the current one, with everything undone that the log has after it ([`past`]). So the creation of
//! an object, however large, is one row: what it consisted of follows from what it is now and from the later changes.
//!
//! The log has [`PARTS`] parts. All changes of a stack are in one part, those of templates in another, and those of API
//! keys in the last one.
//! Within a part, changes have consecutive positions in the order of their commits, because a transaction takes its position
//! with a row lock that it holds until it has committed. Positions in different parts have no order.

mod claims;
pub mod cursor;
pub mod history;
pub mod horizon;
pub mod past;
mod recorder;
pub mod redact;
pub(super) mod sealed;
pub mod since;
mod store;
pub mod tail;
pub(super) mod versions;

pub(super) use self::{
    recorder::{NewChange, NewEntry, Recorder, Side},
    store::{store, stored_single},
};
pub use claims::{CLAIMING, ClaimChanges};
use recorder::LoggedObject;
pub use recorder::{Touched, columns_text, differing_columns};
use serde_json::{Map, Value};

use crate::ids::StackId;

/// The columns of an object, as the log has them.
pub fn columns(object: &impl LoggedObject) -> Map<String, Value> {
    object.columns()
}

/// An object from its columns; `None` if one has another type.
pub fn object<M: LoggedObject>(columns: Map<String, Value>) -> Option<M> {
    M::from_columns(columns)
}

/// The part of templates.
pub const PART_OF_TEMPLATES: i32 = 0;
/// The part of API keys, whose changes only few callers see.
pub const PART_OF_KEYS: i32 = PARTS - 1;
/// The number of parts. Stored positions depend on it, so it never changes.
pub const PARTS: i32 = 32;
/// The number of parts of stacks. Stored positions depend on it, so it never changes.
const PARTS_OF_STACKS: i32 = PARTS - 2;

/// The part of a stack. Stored positions depend on it, so it never changes.
pub fn part_of(stack: Option<StackId>) -> i32 {
    let Some(stack) = stack else { return PART_OF_TEMPLATES };
    PART_OF_TEMPLATES + 1 + i32::try_from(stack.0.rem_euclid(i64::from(PARTS_OF_STACKS))).unwrap_or_default()
}

/// The form of an entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A field of the subject, such as its name.
    Field,
    /// An entry of a kind.
    Entry,
    /// A rule of an instance, which removes or replaces what its template has.
    Rule,
}

impl Form {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field => "FIELD",
            Self::Entry => "ENTRY",
            Self::Rule => "RULE",
        }
    }

    /// Reads the name in the database.
    pub fn read(word: &str) -> Option<Self> {
        [Self::Field, Self::Entry, Self::Rule].into_iter().find(|form| form.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stack_has_a_part_of_stacks() {
        for id in [0, 1, 29, 30, 31, 32, i64::MAX, i64::MIN, -1] {
            assert!((1..PART_OF_KEYS).contains(&part_of(Some(StackId(id)))), "{id}");
        }
        assert_eq!(part_of(None), PART_OF_TEMPLATES);
        assert_eq!(part_of(Some(StackId(61))), 2, "stored positions depend on it");
    }
}
