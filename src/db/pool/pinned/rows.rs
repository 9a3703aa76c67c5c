//! Rows of both engines, whose values are read in place without copying.
//!
//! Created by pinned connections, read by the writers of responses. They must not know which table they come from.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{
        self, Row as _, ValueRef,
        postgres::{PgRow, PgValueRef},
        sqlite::SqliteRow,
    },
};

use crate::{budget::Budget, db::pool::fetch};

/// The position of a column's value in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The position among the columns that all row sets share (PostgreSQL).
    pub(in crate::db) joint: usize,
    /// The position among the columns of its row set (SQLite).
    pub(in crate::db) own: usize,
}

impl Place {
    /// The n-th column, from 0, of a statement with one row set.
    pub(in crate::db) const fn nth(n: usize) -> Self {
        Self { joint: n, own: n }
    }
}

/// Microseconds from 1970 to 2000, the epoch of PostgreSQL's timestamps.
const PG_EPOCH: i64 = 946_684_800_000_000;

/// A row. The number of its row set precedes its columns.
pub enum Row {
    /// A row of PostgreSQL in binary format.
    Postgres(PgRow),
    /// A row of SQLite.
    Sqlite(Packed),
}

/// A row of a packed row set. All rows of a row set share one text.
pub struct Packed {
    part: i64,
    pack: Arc<Pack>,
    /// Index of the first value.
    first: usize,
    /// Index behind the last value.
    end: usize,
}

/// The packed rows of a row set.
struct Pack {
    text: String,
    /// Start and end of each value; `None` for NULL.
    cells: Vec<Option<(usize, usize)>>,
}

/// The marker that SQLite returns in place of a row set that is too large for one value.
pub(in crate::db) const TOO_LARGE: &str = "#";
const TOO_LARGE_TO_PACK: &str = "the rows of a part are too large to be packed";

/// Whether a statement has to be repeated without packing.
pub(in crate::db) fn is_too_large_to_pack(cause: &DbErr) -> bool {
    matches!(cause, DbErr::Custom(text) if text == TOO_LARGE_TO_PACK)
}

fn malformed_row(what: &str) -> DbErr {
    DbErr::Type(format!("a column is not {what}"))
}

fn driver_error(cause: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

impl Packed {
    /// Parses a result row of two columns: the number of the row set, and the text of all its rows, NULL for none. In
    /// the text, a text value follows its length in bytes and a colon, a number is followed by a semicolon, `!` is
    /// NULL, and a full stop ends each row.
    pub(super) fn rows(row: &SqliteRow, rows: &mut Vec<Row>, budget: &Budget) -> Result<(), DbErr> {
        let part = row.try_get_unchecked(0).map_err(driver_error)?;
        let text: Option<&str> = row.try_get_unchecked(1).map_err(driver_error)?;
        let Some(text) = text else { return Ok(()) };
        if text == TOO_LARGE {
            return Err(DbErr::Custom(TOO_LARGE_TO_PACK.to_owned()));
        }
        budget.charge(text.len()).map_err(fetch::exceeded)?;
        let text = text.to_owned();
        let mut cells = Vec::with_capacity(64);
        let mut ends = Vec::with_capacity(8);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            match first {
                b'.' => ends.push(cells.len()),
                b'!' => cells.push(None),
                _ => {
                    let from = at;
                    while bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
                        at += 1;
                    }
                    match bytes.get(at) {
                        Some(b';') => cells.push(Some((from, at))),
                        Some(b':') => {
                            let length: usize = text[from..at].parse().map_err(|_| malformed_row("packed"))?;
                            let (start, end) = (at + 1, (at + 1).saturating_add(length));
                            if !text.is_char_boundary(end) {
                                return Err(malformed_row("packed"));
                            }
                            cells.push(Some((start, end)));
                            at = end - 1;
                        }
                        _ => return Err(malformed_row("packed")),
                    }
                }
            }
            at += 1;
        }
        let tables = size_of_val(cells.as_slice()) + ends.len() * size_of::<Row>();
        budget.charge(tables).map_err(fetch::exceeded)?;
        let pack = Arc::new(Pack { text, cells });
        let mut first = 0;
        rows.extend(ends.into_iter().map(|end| {
            let row = Self { part, pack: Arc::clone(&pack), first, end };
            first = end;
            Row::Sqlite(row)
        }));
        Ok(())
    }

    fn text(&self, at: usize) -> Result<Option<&str>, DbErr> {
        let place = self.first.saturating_add(at);
        match self.pack.cells.get(place).filter(|_| place < self.end) {
            Some(Some((from, to))) => self.pack.text.get(*from..*to).map(Some).ok_or_else(|| malformed_row("packed")),
            Some(None) => Ok(None),
            None => Err(malformed_row("there")),
        }
    }
}

impl Row {
    /// The number of the row set.
    pub fn part(&self) -> Result<i64, DbErr> {
        match self {
            Self::Postgres(row) => binary(row, 0)?.map(number).transpose().and_then(Self::some),
            Self::Sqlite(row) => Ok(row.part),
        }
    }

    /// Reads a text.
    pub fn text(&self, at: Place) -> Result<Option<&str>, DbErr> {
        match self {
            Self::Postgres(row) => {
                let text = binary(row, at.joint + 1)?.map(std::str::from_utf8).transpose();
                text.map_err(|_| malformed_row("UTF-8"))
            }
            Self::Sqlite(row) => row.text(at.own),
        }
    }

    /// Reads an integer of 32 or 64 bits.
    pub fn number(&self, at: Place) -> Result<Option<i64>, DbErr> {
        match self {
            Self::Postgres(row) => binary(row, at.joint + 1)?.map(number).transpose(),
            Self::Sqlite(row) => {
                row.text(at.own)?.map(|text| text.parse().map_err(|_| malformed_row("a number"))).transpose()
            }
        }
    }

    /// Reads a boolean.
    pub fn flag(&self, at: Place) -> Result<Option<bool>, DbErr> {
        match self {
            Self::Postgres(row) => Ok(binary(row, at.joint + 1)?.map(|bytes| bytes == [1])),
            Self::Sqlite(row) => Ok(row.text(at.own)?.map(|text| text != "0")),
        }
    }

    /// Reads a timestamp.
    pub fn time(&self, at: Place) -> Result<Option<DateTime<Utc>>, DbErr> {
        match self {
            Self::Postgres(row) => {
                let Some(bytes) = binary(row, at.joint + 1)? else { return Ok(None) };
                let micros = number(bytes)?.checked_add(PG_EPOCH).and_then(DateTime::from_timestamp_micros);
                micros.map(Some).ok_or_else(|| malformed_row("a time"))
            }
            Self::Sqlite(row) => row.text(at.own)?.map(parse_time).transpose(),
        }
    }

    /// Returns the value of a column that must not be NULL.
    pub fn some<T>(value: Option<T>) -> Result<T, DbErr> {
        value.ok_or_else(|| malformed_row("filled"))
    }
}

/// The bytes of a column; `None` for NULL.
fn binary(row: &PgRow, at: usize) -> Result<Option<&[u8]>, DbErr> {
    let value: PgValueRef<'_> = row.try_get_raw(at).map_err(driver_error)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_bytes().map(Some).map_err(|_| malformed_row("binary"))
}

fn number(bytes: &[u8]) -> Result<i64, DbErr> {
    match (<[u8; 8]>::try_from(bytes), <[u8; 4]>::try_from(bytes)) {
        (Ok(long), _) => Ok(i64::from_be_bytes(long)),
        (_, Ok(int)) => Ok(i32::from_be_bytes(int).into()),
        _ => Err(malformed_row("a number")),
    }
}

/// Parses a timestamp in the format of the driver or of SQLite.
fn parse_time(text: &str) -> Result<DateTime<Utc>, DbErr> {
    let written = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    let own = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|time| time.and_utc());
    written.or_else(|_| own()).map_err(|_| malformed_row("a time"))
}
