//! Rows as the drivers give them: their cells are looked at where they are, and nothing is copied.
//!
//! Made by the lanes, read by what writes answers. They must never know which table they come from.

use chrono::{DateTime, Utc};
use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{
        self, Decode, Row as _, Sqlite, ValueRef,
        postgres::{PgRow, PgValueRef},
        sqlite::{SqliteRow, SqliteValueRef},
    },
};

/// Microseconds from 1970 to 2000, where PostgreSQL begins to count.
const PG_EPOCH: i64 = 946_684_800_000_000;

/// A row of either engine.
pub enum Row {
    /// PostgreSQL's, binary.
    Postgres(PgRow),
    /// SQLite's.
    Sqlite(SqliteRow),
}

enum Cell<'r> {
    Postgres(&'r [u8]),
    Sqlite(SqliteValueRef<'r>),
}

fn odd(what: &str) -> DbErr {
    DbErr::Type(format!("a column is not {what}"))
}

fn broken(cause: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

fn read<'r, T: Decode<'r, Sqlite>>(value: SqliteValueRef<'r>, what: &str) -> Result<T, DbErr> {
    T::decode(value).map_err(|_| odd(what))
}

impl Row {
    /// The bytes or value at a place; `None` for NULL.
    fn cell(&self, at: usize) -> Result<Option<Cell<'_>>, DbErr> {
        match self {
            Self::Postgres(row) => {
                let value: PgValueRef<'_> = row.try_get_raw(at).map_err(broken)?;
                if value.is_null() {
                    return Ok(None);
                }
                value.as_bytes().map(|bytes| Some(Cell::Postgres(bytes))).map_err(|_| odd("binary"))
            }
            Self::Sqlite(row) => {
                let value = row.try_get_raw(at).map_err(broken)?;
                Ok((!value.is_null()).then_some(Cell::Sqlite(value)))
            }
        }
    }

    /// Text.
    pub fn text(&self, at: usize) -> Result<Option<&str>, DbErr> {
        Ok(Some(match self.cell(at)? {
            None => return Ok(None),
            Some(Cell::Postgres(bytes)) => std::str::from_utf8(bytes).map_err(|_| odd("UTF-8"))?,
            Some(Cell::Sqlite(value)) => read(value, "text")?,
        }))
    }

    /// A number of 32 or 64 bits.
    pub fn number(&self, at: usize) -> Result<Option<i64>, DbErr> {
        Ok(Some(match self.cell(at)? {
            None => return Ok(None),
            Some(Cell::Postgres(bytes)) => match (<[u8; 8]>::try_from(bytes), <[u8; 4]>::try_from(bytes)) {
                (Ok(long), _) => i64::from_be_bytes(long),
                (_, Ok(int)) => i32::from_be_bytes(int).into(),
                _ => return Err(odd("a number")),
            },
            Some(Cell::Sqlite(value)) => read(value, "a number")?,
        }))
    }

    /// True or false.
    pub fn flag(&self, at: usize) -> Result<Option<bool>, DbErr> {
        Ok(Some(match self.cell(at)? {
            None => return Ok(None),
            Some(Cell::Postgres(bytes)) => bytes == [1],
            Some(Cell::Sqlite(value)) => read::<i64>(value, "a flag")? != 0,
        }))
    }

    /// A moment.
    pub fn time(&self, at: usize) -> Result<Option<DateTime<Utc>>, DbErr> {
        Ok(Some(match self.cell(at)? {
            None => return Ok(None),
            Some(Cell::Postgres(bytes)) => {
                let micros = <[u8; 8]>::try_from(bytes).map_err(|_| odd("a time"))?;
                let micros = i64::from_be_bytes(micros).checked_add(PG_EPOCH).ok_or_else(|| odd("a time"))?;
                DateTime::from_timestamp_micros(micros).ok_or_else(|| odd("a time"))?
            }
            Some(Cell::Sqlite(value)) => read(value, "a time")?,
        }))
    }

    /// What must not be NULL.
    pub fn some<T>(value: Option<T>) -> Result<T, DbErr> {
        value.ok_or_else(|| odd("filled"))
    }
}
