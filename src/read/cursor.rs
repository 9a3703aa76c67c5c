//! Cursors and page arguments: converts them to slices for the database.
//!
//! Used by the list fields and by read plans. It must not access the database itself.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;

use crate::{
    db::{
        change_log::history::{ByChange, ByPosition},
        entries::search::ByMatch,
        queries::{instances::ByAge, page::Slice, stacks::ByName, trash::ByDeletion},
    },
    error::{Error, Result},
    ids::{ChangeId, InstanceId},
};

/// Rows of a page without page arguments.
const DEFAULT_PAGE: i32 = 20;
/// Most rows of a page.
pub const MAX_PAGE: i32 = 100;

/// A cursor: the position of a row in a list, as opaque text.
pub trait OpaqueCursor: Sized {
    /// Distinguishes the cursors of different lists.
    const TAG: &'static str;
    /// The position as text, before it is encoded.
    fn text(&self) -> String;
    /// Parses the result of [`OpaqueCursor::text`].
    fn read(text: &str) -> Option<Self>;

    /// Encodes the cursor.
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", Self::TAG, self.text()))
    }

    /// Decodes a cursor; `None` if the text is not a cursor of this list.
    fn decode(opaque: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(opaque).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?.strip_prefix(Self::TAG)?.strip_prefix(':')?;
        // Only the canonical encoding is valid.
        Self::read(text).filter(|read| read.encode() == opaque)
    }
}

impl OpaqueCursor for ByName {
    const TAG: &'static str = "name";
    fn text(&self) -> String {
        self.0.clone()
    }
    fn read(text: &str) -> Option<Self> {
        (!text.contains('\0')).then(|| Self(text.to_owned()))
    }
}

/// The end of the year 9999, in microseconds since 1970.
const MAX_MICROS: i64 = 253_402_300_799_999_999;

impl OpaqueCursor for ByAge {
    const TAG: &'static str = "age";
    fn text(&self) -> String {
        format!("{}:{}", self.created_at.timestamp_micros(), self.id.0)
    }
    fn read(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once(':')?;
        // Only times that both databases and `chrono` can represent.
        let micros = micros.parse().ok().filter(|micros| (0..=MAX_MICROS).contains(micros))?;
        let created_at = DateTime::from_timestamp_micros(micros)?;
        Some(Self { created_at, id: InstanceId(id.parse().ok()?) })
    }
}

impl OpaqueCursor for ByDeletion {
    const TAG: &'static str = "deleted";
    fn text(&self) -> String {
        format!("{}:{}", self.deleted_at.timestamp_micros(), self.id)
    }
    fn read(text: &str) -> Option<Self> {
        let ByAge { created_at, id } = ByAge::read(text)?;
        Some(Self { deleted_at: created_at, id: id.0 })
    }
}

impl OpaqueCursor for ByPosition {
    const TAG: &'static str = "change";
    fn text(&self) -> String {
        format!("{}:{}", self.seq, self.id.0)
    }
    fn read(text: &str) -> Option<Self> {
        let (seq, id) = text.split_once(':')?;
        Some(Self { seq: seq.parse().ok()?, id: ChangeId(id.parse().ok()?) })
    }
}

impl OpaqueCursor for ByChange {
    const TAG: &'static str = "changes";
    fn text(&self) -> String {
        self.0.0.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(|id| Self(ChangeId(id)))
    }
}

impl OpaqueCursor for ByMatch {
    const TAG: &'static str = "search";
    fn text(&self) -> String {
        ByMatch::text(*self)
    }
    fn read(text: &str) -> Option<Self> {
        ByMatch::read(text)
    }
}

/// The page arguments of a field.
pub struct PageArgs {
    /// The number of rows from the start.
    pub first: Option<i32>,
    /// Only rows behind this cursor.
    pub after: Option<String>,
    /// The number of rows from the end.
    pub last: Option<i32>,
    /// Only rows before this cursor.
    pub before: Option<String>,
}

impl PageArgs {
    /// The requested slice. Arguments outside the limits are an error, and not clamped.
    pub fn slice<C: OpaqueCursor>(self) -> Result<Slice<C>> {
        let (name, count, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Error::bad_request("Give first or last, not both.")),
            (None, Some(last)) => ("last", last, true),
            (first, None) => ("first", first.unwrap_or(DEFAULT_PAGE), false),
        };
        if !(1..=MAX_PAGE).contains(&count) {
            return Err(Error::limit(format!("{name} is 1 to {MAX_PAGE}, not {count}.")));
        }
        let cursor = |name: &str, opaque: Option<String>| match opaque {
            None => Ok(None),
            Some(opaque) => C::decode(&opaque).map(Some).ok_or_else(|| {
                Error::bad_request(format!("{name} is not a cursor of this list; take one from pageInfo or edges."))
            }),
        };
        Ok(Slice {
            limit: u64::from(count.unsigned_abs()),
            backwards,
            after: cursor("after", self.after)?,
            before: cursor("before", self.before)?,
        })
    }
}

/// Longest text that can be part of a name, in bytes.
const MAX_SEARCH_BYTES: usize = 128;

/// Checks whether a search text can match a name; the outer `Option` is `None` if it cannot.
pub fn searchable(text: Option<String>) -> Option<Option<String>> {
    match text {
        // A longer text matches no name, and SQLite refuses patterns of more than 50,000 bytes.
        Some(text) if text.contains('\0') || text.len() > MAX_SEARCH_BYTES => None,
        Some(text) if text.is_empty() => Some(None),
        text => Some(text),
    }
}
