//! Rows that cannot be read, because an earlier version or another program wrote them.
//!
//! Made by the database layer, logged where it is handled. It must never hold or tell what such a row holds.

use crate::ids::{AnyId, GlobalId};

/// A stored row that cannot be read: its place, never its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the row with id {row} of the table {table}, which belongs to {}, cannot be read", encoded(.owner))]
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

fn encoded(owner: &AnyId) -> String {
    match owner {
        AnyId::Stack(id) => id.encode(),
        AnyId::Template(id) => id.encode(),
        AnyId::Instance(id) => id.encode(),
    }
}
