//! Classifies errors of the database driver: the one module that knows names of constraints and codes of errors.
//!
//! Used wherever a statement can fail, mostly through `?`. It must not copy the driver's message about a value, because
//! that may quote the value.

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

use crate::{
    budget::Exceeded,
    error::{Error, Unique, Unreadable},
};

/// The error codes of PostgreSQL (SQLSTATE) to which the service reacts.
pub(in crate::db) mod sqlstate {
    pub(in crate::db) const PROTOCOL_VIOLATION: &str = "08P01";
    pub(in crate::db) const RESTRICT_VIOLATION: &str = "23001";
    pub(in crate::db) const FOREIGN_KEY_VIOLATION: &str = "23503";
    pub(in crate::db) const READ_ONLY_TRANSACTION: &str = "25006";
    pub(in crate::db) const IN_FAILED_TRANSACTION: &str = "25P02";
    pub(in crate::db) const INVALID_STATEMENT_NAME: &str = "26000";
    pub(in crate::db) const INVALID_TRANSACTION_TERMINATION: &str = "2D000";
    pub(in crate::db) const SERIALIZATION_FAILURE: &str = "40001";
    pub(in crate::db) const DEADLOCK_DETECTED: &str = "40P01";
    pub(in crate::db) const UNDEFINED_FUNCTION: &str = "42883";
    pub(in crate::db) const DUPLICATE_PREPARED_STATEMENT: &str = "42P05";
    pub(in crate::db) const DISK_FULL: &str = "53100";
    pub(in crate::db) const OUT_OF_MEMORY: &str = "53200";
    pub(in crate::db) const TOO_MANY_CONNECTIONS: &str = "53300";
    pub(in crate::db) const LOCK_NOT_AVAILABLE: &str = "55P03";
    /// A statement that took too long.
    pub(in crate::db) const QUERY_CANCELED: &str = "57014";
    pub(in crate::db) const ADMIN_SHUTDOWN: &str = "57P01";
    pub(in crate::db) const CRASH_SHUTDOWN: &str = "57P02";
    /// The server is starting or stopping.
    pub(in crate::db) const CANNOT_CONNECT_NOW: &str = "57P03";
    pub(in crate::db) const IO_ERROR: &str = "58030";
}

/// Result codes of SQLite. The lowest byte of an extended code is its primary code.
pub(in crate::db) mod sqlite_code {
    pub(in crate::db) const BUSY: u32 = 5;
    pub(in crate::db) const LOCKED: u32 = 6;
    pub(in crate::db) const READ_ONLY: u32 = 8;
    pub(in crate::db) const IO_ERROR: u32 = 10;
    pub(in crate::db) const CORRUPT: u32 = 11;
    pub(in crate::db) const FULL: u32 = 13;
    pub(in crate::db) const CANNOT_OPEN: u32 = 14;
    pub(in crate::db) const NOT_A_DATABASE: u32 = 26;
    pub(in crate::db) const BUSY_RECOVERY: u32 = 261;
    pub(in crate::db) const BUSY_SNAPSHOT: u32 = 517;
    pub(in crate::db) const FOREIGN_KEY: u32 = 787;
    /// A violation of RESTRICT, which SQLite implements as a trigger.
    pub(in crate::db) const TRIGGER: u32 = 1811;

    /// Returns the primary code of an extended code.
    pub(in crate::db) const fn primary(code: u32) -> u32 {
        code & 0xff
    }
}

/// The meaning of a database error.
enum Failure {
    /// A violation of a unique constraint that the input of a user can cause.
    Unique(Unique),
    /// A conflict with another transaction, or a key that is taken. A new attempt can succeed.
    Transient,
    /// The database cannot be reached, or cannot run statements for now.
    Unavailable,
    /// The rows exceed the budget of the request.
    Exceeded(Exceeded),
    /// A row that cannot be read.
    Unreadable(Unreadable),
    /// A value that cannot be read, with a message that does not quote it.
    Malformed(String),
    /// Anything else.
    Other,
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        match classify(&cause) {
            Failure::Unique(unique) => Self::Conflict(unique),
            Failure::Transient => Self::Busy(cause),
            Failure::Unavailable => Self::Unavailable(cause),
            Failure::Exceeded(exceeded) => Self::Exceeded(exceeded),
            Failure::Unreadable(row) => Self::Unreadable(row),
            Failure::Malformed(message) => Self::Internal(message),
            Failure::Other => Self::Database(cause),
        }
    }
}

fn classify(cause: &DbErr) -> Failure {
    if let Some(SqlErr::UniqueConstraintViolation(message)) = cause.sql_err() {
        if let Some(unique) = violated(&message) {
            return Failure::Unique(unique);
        }
        // The next attempt draws another key, or finds the fork.
        if is_drawn_again(&message) {
            return Failure::Transient;
        }
    }
    if let Some(failure) = malformed(cause) {
        return failure;
    }
    // Connecting failed, for whatever reason. A proxy whose server is down accepts connections and closes them, which
    // the driver reports as a protocol error.
    if matches!(cause, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) {
        return Failure::Unavailable;
    }
    match sqlx_error(cause) {
        Some(SqlxError::Decode(inner)) => inner.downcast_ref().map_or(Failure::Other, |of| Failure::Exceeded(*of)),
        Some(SqlxError::Database(error)) => error.code().map_or(Failure::Other, |code| of_code(&code)),
        Some(
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed,
        ) => Failure::Unavailable,
        _ => Failure::Other,
    }
}

/// Classifies an error code of either engine. Codes of PostgreSQL have five characters, those of SQLite fewer.
fn of_code(code: &str) -> Failure {
    match code {
        code if CONFLICTS.contains(&code) => Failure::Transient,
        sqlstate::DISK_FULL
        | sqlstate::OUT_OF_MEMORY
        | sqlstate::READ_ONLY_TRANSACTION
        | sqlstate::IO_ERROR
        | sqlstate::LOCK_NOT_AVAILABLE
        | sqlstate::QUERY_CANCELED
        | sqlstate::ADMIN_SHUTDOWN
        | sqlstate::CRASH_SHUTDOWN
        | sqlstate::CANNOT_CONNECT_NOW
        | sqlstate::TOO_MANY_CONNECTIONS => Failure::Unavailable,
        code if code.len() < 5 => code.parse().map_or(Failure::Other, of_sqlite_code),
        _ => Failure::Other,
    }
}

fn of_sqlite_code(code: u32) -> Failure {
    match code {
        sqlite_code::BUSY | sqlite_code::LOCKED | sqlite_code::BUSY_RECOVERY | sqlite_code::BUSY_SNAPSHOT => {
            Failure::Transient
        }
        code => match sqlite_code::primary(code) {
            sqlite_code::READ_ONLY | sqlite_code::IO_ERROR | sqlite_code::FULL | sqlite_code::CANNOT_OPEN => {
                Failure::Unavailable
            }
            _ => Failure::Other,
        },
    }
}

/// The unique constraint in a message. PostgreSQL gives its name, SQLite its columns.
fn violated(message: &str) -> Option<Unique> {
    const NAMES: [(&str, &str, Unique); 5] = [
        ("uq_api_keys_name_active", "api_keys.name", Unique::KeyName),
        ("uq_stacks_name_active", "stacks.name", Unique::StackName),
        ("services_name_key", "services.name", Unique::TemplateName),
        (
            "uq_instances_stack_instance_active",
            "service_instances.stack_id, service_instances.instance_id",
            Unique::InstanceName,
        ),
        ("uq_instances_container_name_active", "service_instances.container_name", Unique::ContainerName),
    ];
    NAMES.iter().find(|(name, columns, _)| message.contains(name) || message.ends_with(columns)).map(|n| n.2)
}

/// Whether a message is about the primary key of a table, so that two servers have drawn the same key; or about the key
/// of a fork, which another transaction has made first.
fn is_drawn_again(message: &str) -> bool {
    const NAMES: [(&str, &str); 4] = [
        ("stacks_pkey", "stacks.id"),
        ("services_pkey", "services.id"),
        ("service_instances_pkey", "service_instances.id"),
        ("uq_forks_source_key_live", "forks.source_id, forks.key_hash"),
    ];
    NAMES
        .iter()
        .any(|(name, column)| message.contains(&format!("\"{name}\"")) || message.ends_with(&format!(" {column}")))
}

/// Classifies an error about a value that cannot be read. The driver's message is left out, because it may quote the
/// value.
fn malformed(cause: &DbErr) -> Option<Failure> {
    let unnamed = || Failure::Malformed("a value of a row cannot be read".to_owned());
    match cause {
        DbErr::TryIntoErr { source, .. } => {
            Some(source.downcast_ref::<Unreadable>().map_or_else(unnamed, |row| Failure::Unreadable(row.clone())))
        }
        DbErr::Type(_) | DbErr::Json(_) => Some(unnamed()),
        _ => match sqlx_error(cause) {
            Some(SqlxError::ColumnDecode { index, .. }) => {
                Some(Failure::Malformed(format!("the column {index} of a row cannot be read")))
            }
            _ => None,
        },
    }
}

/// Queries return errors of the driver, so an unreadable row is wrapped in one. [`Error`] unwraps it.
impl From<Unreadable> for DbErr {
    fn from(row: Unreadable) -> Self {
        Self::TryIntoErr { from: "row", into: row.table, source: Arc::new(row) }
    }
}

/// Whether a row was not deleted because other rows refer to it.
pub(in crate::db) fn is_still_referenced(cause: &DbErr) -> bool {
    let Some(SqlxError::Database(error)) = sqlx_error(cause) else { return false };
    match error.code().as_deref() {
        Some(sqlstate::FOREIGN_KEY_VIOLATION | sqlstate::RESTRICT_VIOLATION) => true,
        Some(code) => matches!(code.parse(), Ok(sqlite_code::FOREIGN_KEY | sqlite_code::TRIGGER)),
        None => false,
    }
}

/// Whether waiting for a lock exceeded the lock timeout.
pub(in crate::db) fn is_lock_timeout(cause: &DbErr) -> bool {
    sqlx_error(cause).is_some_and(|error| has_code(error, &[sqlstate::LOCK_NOT_AVAILABLE]))
}

/// Another transaction was in the way, so that nothing has happened and another attempt can succeed.
const CONFLICTS: [&str; 2] = [sqlstate::SERIALIZATION_FAILURE, sqlstate::DEADLOCK_DETECTED];

/// Whether a statement, or a COMMIT, failed because another transaction was in the way.
pub(in crate::db) fn is_conflict(error: &SqlxError) -> bool {
    has_code(error, &CONFLICTS)
}

/// Whether the database refused a statement with one of these codes.
pub(in crate::db) fn has_code(error: &SqlxError, codes: &[&str]) -> bool {
    let SqlxError::Database(error) = error else { return false };
    error.code().is_some_and(|code| codes.contains(&&*code))
}

pub(in crate::db) fn sqlx_error(cause: &DbErr) -> Option<&SqlxError> {
    match cause {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AnyId, InstanceId};

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
