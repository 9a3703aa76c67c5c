//! What can go wrong, once for the whole service.
//!
//! Which one to use: a person can put it right → [`Problem`] inside [`Error::Refused`], with the path of the input;
//! a query asks for something it may not → [`Error::BadRequest`]; who asks lacks the right →
//! [`Error::Forbidden`]; the database is away or too busy →
//! [`Error::Unavailable`]; anything else → [`Error::Internal`], whose cause is logged and never shown.
//! It must never know the database's tables, resolvers or HTTP.

mod problem;
mod unreadable;

use std::fmt;

use sea_orm::{DbErr, RuntimeErr};

use crate::{
    budget::Exceeded,
    ids::{StackId, TemplateId},
    name::Name,
};

pub use self::{
    problem::{Code, Detail, Problem, Problems},
    unreadable::Unreadable,
};

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure.
#[derive(Debug)]
pub enum Error {
    /// The input broke rules: all that were found, and nothing was written.
    Refused(Vec<Problem>),
    /// A query asked for something it may not have.
    BadRequest(BadRequest),
    /// The request used up its budget of memory or time.
    Exceeded(Exceeded),
    /// Who asks may not do this; the reason is for them.
    Forbidden(String),
    /// A unique constraint refused a write; the use case turns it into a problem.
    Conflict(Unique),
    /// The name of an instance, or the container name that follows from it, is taken; the use case says by whom.
    InstanceTaken {
        /// The stack's name.
        stack: String,
        /// The instance's name.
        name: Name,
    },
    /// Instances use the template that was to be deleted; the use case says which.
    TemplateInUse(TemplateId),
    /// The name of a stack, or a container name that follows from it, is taken; the use case says by whom.
    StackTaken {
        /// The stack that was to get the name, or that was to be copied under it.
        stack: StackId,
        /// The name.
        name: Name,
    },
    /// Another transaction was in the way; the write is tried again.
    Busy(DbErr),
    /// The database cannot be reached or does not answer in time.
    Unavailable(DbErr),
    /// A stored row cannot be read.
    Unreadable(Unreadable),
    /// A fault of the service or of the machine.
    Internal(String),
}

/// Why a query was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// True when a limit was exceeded.
    pub limit: bool,
    /// What was wrong and what is allowed.
    pub message: String,
}

impl Error {
    /// One refused value.
    pub fn refused(problem: Problem) -> Self {
        Self::Refused(vec![problem])
    }

    /// A malformed argument of a query.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::BadRequest(BadRequest { limit: false, message: message.into() })
    }

    /// An argument of a query beyond a limit.
    pub fn limit(message: impl Into<String>) -> Self {
        Self::BadRequest(BadRequest { limit: true, message: message.into() })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problems) => {
                let first = problems.first().map_or("the input was refused", |problem| problem.message.as_str());
                f.write_str(first)
            }
            Self::BadRequest(bad) => f.write_str(&bad.message),
            Self::Exceeded(exceeded) => exceeded.fmt(f),
            Self::Forbidden(reason) => f.write_str(reason),
            Self::InstanceTaken { stack, name } => write!(f, "the name {name} is taken in the stack {stack}"),
            Self::TemplateInUse(_) => f.write_str("the template is in use"),
            Self::StackTaken { name, .. } => write!(f, "the name {name} is taken"),
            Self::Conflict(unique) => write!(f, "unique constraint {unique:?} violated"),
            Self::Busy(cause) => write!(f, "the database is busy: {cause}"),
            Self::Unavailable(cause) if matches!(sqlx_error(cause), Some(sea_orm::SqlxError::PoolTimedOut)) => {
                f.write_str("no connection in time; it does not run, cannot be reached, or has no connection to spare")
            }
            Self::Unavailable(cause) => write!(f, "the database is unavailable: {cause}"),
            Self::Unreadable(row) => row.fmt(f),
            Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

impl From<Exceeded> for Error {
    fn from(exceeded: Exceeded) -> Self {
        Self::Exceeded(exceeded)
    }
}

/// The unique constraints that a user can run into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// The name of a live stack.
    StackName,
    /// The name of a template.
    TemplateName,
    /// The name of a live instance in its stack.
    InstanceName,
    /// The container name of a live instance.
    ContainerName,
    /// The name of an API key that is not revoked.
    KeyName,
}

impl Unique {
    /// The constraint that a database error names: PostgreSQL by its name, SQLite by its columns.
    fn named_in(message: &str) -> Option<Self> {
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

    /// Whether a database error names the key of a row: two servers have drawn the same one.
    fn is_of_key(message: &str) -> bool {
        const NAMES: [(&str, &str); 3] = [
            ("stacks_pkey", "stacks.id"),
            ("services_pkey", "services.id"),
            ("service_instances_pkey", "service_instances.id"),
        ];
        NAMES
            .iter()
            .any(|(name, column)| message.contains(&format!("\"{name}\"")) || message.ends_with(&format!(" {column}")))
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        if let Some(sea_orm::SqlErr::UniqueConstraintViolation(message)) = cause.sql_err() {
            if let Some(unique) = Unique::named_in(&message) {
                return Self::Conflict(unique);
            }
            // Tried again with another key.
            if Unique::is_of_key(&message) {
                return Self::Busy(cause);
            }
        }
        if let Some(unreadable) = Unreadable::of(&cause) {
            return unreadable;
        }
        // No connection came about, whatever the other side said: a proxy in front of a server that is gone closes those it
        // has taken, and the driver takes that for nonsense.
        if matches!(cause, DbErr::Conn(_)) {
            return Self::Unavailable(cause);
        }
        match sqlx_error(&cause) {
            Some(sea_orm::SqlxError::Decode(inner)) if inner.is::<Exceeded>() => inner
                .downcast_ref()
                .map_or_else(|| Self::Internal(cause.to_string()), |exceeded| Self::Exceeded(*exceeded)),
            Some(sea_orm::SqlxError::Database(error)) => match error.code().as_deref() {
                // PostgreSQL: serialization failure, deadlock. SQLite: busy, locked, and busy snapshots.
                Some("40001" | "40P01" | "5" | "6" | "261" | "517") => Self::Busy(cause),
                // PostgreSQL: disk full, out of memory, read-only, its disk fails.
                Some("53100" | "53200" | "25006" | "58030") => Self::Unavailable(cause),
                // PostgreSQL: lock not available, statement too slow, shutting down, starting up, too many connections.
                Some("55P03" | "57014" | "57P01" | "57P02" | "57P03" | "53300") => Self::Unavailable(cause),
                Some(code) if sqlite_cannot_go_on(code) => Self::Unavailable(cause),
                _ => Self::Internal(cause.to_string()),
            },
            Some(
                sea_orm::SqlxError::Io(_)
                | sea_orm::SqlxError::Tls(_)
                | sea_orm::SqlxError::PoolTimedOut
                | sea_orm::SqlxError::PoolClosed
                | sea_orm::SqlxError::WorkerCrashed,
            ) => Self::Unavailable(cause),
            _ if matches!(cause, DbErr::ConnectionAcquire(_)) => Self::Unavailable(cause),
            _ => Self::Internal(cause.to_string()),
        }
    }
}

/// SQLite: read-only, the disk fails, it is full, or a file cannot be opened; each has many codes that end in the same byte.
fn sqlite_cannot_go_on(code: &str) -> bool {
    // Codes of PostgreSQL have five characters.
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 8 | 10 | 13 | 14))
}

/// True when a row was not deleted because others refer to it.
pub(crate) fn still_referred_to(cause: &DbErr) -> bool {
    let Some(sea_orm::SqlxError::Database(error)) = sqlx_error(cause) else { return false };
    // PostgreSQL: foreign key violation, restrict violation. SQLite: foreign key, and RESTRICT, which is a trigger there.
    matches!(error.code().as_deref(), Some("23503" | "23001" | "787" | "1811"))
}

/// True when a lock was waited for longer than one may.
pub(crate) fn is_lock_timeout(cause: &DbErr) -> bool {
    matches!(sqlx_error(cause), Some(sea_orm::SqlxError::Database(error)) if error.code().as_deref() == Some("55P03"))
}

pub(super) fn sqlx_error(cause: &DbErr) -> Option<&sea_orm::SqlxError> {
    match cause {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
