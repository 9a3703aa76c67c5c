//! Rows that cannot be read, because an older version or somebody else wrote them.
//!
//! Made by the database room, logged where it is handled. It must never hold or tell what such a row holds.

use std::{fmt, sync::Arc};

use sea_orm::DbErr;

use super::{Error, sqlx_error};
use crate::ids::{AnyId, GlobalId};

/// A stored row that cannot be read: its place, never its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its table.
    pub table: &'static str,
    /// Its primary key.
    pub row: i64,
    /// What it belongs to.
    pub owner: AnyId,
    /// The field of the API that shows it.
    pub field: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, row, owner, .. } = self;
        let owner = match owner {
            AnyId::Stack(id) => id.encode(),
            AnyId::Template(id) => id.encode(),
            AnyId::Instance(id) => id.encode(),
        };
        write!(f, "the row with id {row} of the table {table}, which belongs to {owner}, cannot be read")
    }
}

impl std::error::Error for Unreadable {}

/// On its way through queries that know the driver's errors only.
impl From<Unreadable> for DbErr {
    fn from(row: Unreadable) -> Self {
        Self::TryIntoErr { from: "row", into: row.table, source: Arc::new(row) }
    }
}

impl From<Unreadable> for Error {
    fn from(row: Unreadable) -> Self {
        Self::Unreadable(row)
    }
}

impl Unreadable {
    /// The failure that a driver's error stands for if a value of a row could not be read. The driver's own words are
    /// left out: they may quote the value.
    pub(super) fn of(cause: &DbErr) -> Option<Error> {
        match cause {
            DbErr::TryIntoErr { source, .. } => Some(match source.downcast_ref::<Self>() {
                Some(row) => Error::Unreadable(row.clone()),
                None => Error::Internal("a value of a row cannot be read".to_owned()),
            }),
            DbErr::Type(_) | DbErr::Json(_) => Some(Error::Internal("a value of a row cannot be read".to_owned())),
            _ => match sqlx_error(cause) {
                Some(sea_orm::SqlxError::ColumnDecode { index, .. }) => {
                    Some(Error::Internal(format!("the column {index} of a row cannot be read")))
                }
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::InstanceId;

    #[test]
    fn a_row_keeps_its_place_on_its_way_through_the_driver() {
        let row = Unreadable { table: "instance_ports", row: 7, owner: AnyId::Instance(InstanceId(3)), field: "ports" };
        match Error::from(DbErr::from(row.clone())) {
            Error::Unreadable(found) => assert_eq!(found, row),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_drivers_words_about_a_value_are_left_out() {
        let source = Arc::new(std::io::Error::other("`hunter2` is no number"));
        for cause in [
            DbErr::TryIntoErr { from: "String", into: "i32", source },
            DbErr::Type("hunter2".to_owned()),
            DbErr::Json("hunter2".to_owned()),
        ] {
            assert!(!Error::from(cause).to_string().contains("hunter2"));
        }
    }
}
