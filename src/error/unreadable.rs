//! Rows that cannot be read, because an earlier version or another program wrote them.
//!
//! Made by the database layer, and logged where it is handled. It must not contain or show the content of such a row.

use crate::ids::{AnyId, GlobalId};

/// A stored row that cannot be read: its place, and not its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the row with id {row} of the table {table}, which belongs to {}, cannot be read", encoded(.owner))]
pub struct Unreadable {
    /// Its table.
    pub table: &'static str,
    /// Its primary key.
    pub row: i64,
    /// The object that it belongs to.
    pub owner: AnyId,
    /// The field of the API that shows it.
    pub field: &'static str,
}

fn encoded(owner: &AnyId) -> String {
    match owner {
        AnyId::Stack(id) => id.encode(),
        AnyId::Template(id) => id.encode(),
        AnyId::Instance(id) => id.encode(),
    }
}
