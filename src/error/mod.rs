//! The error type of the use cases and the database layer.
//!
//! Used by all modules from `db` to `server`. It must not depend on tables, database error codes, resolvers or HTTP.
//!
//! The caller can correct the input → [`Problem`] inside [`Error::Refused`], with the path of the input; the arguments
//! of a query are invalid → [`Error::BadRequest`]; the caller lacks a permission → [`Error::Forbidden`]; the database
//! is unavailable or too busy → [`Error::Unavailable`]; anything else → [`Error::Internal`], [`Error::Failed`] or
//! [`Error::Database`], whose causes are logged and never shown. `docs/errors.md` says which type to use where.

mod problem;
mod unreadable;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::{
    budget::Exceeded,
    ids::{StackId, TemplateId},
    name::Name,
};

pub use self::{
    problem::{ChangedSince, Code, Detail, HeldByOther, Problem, Problems},
    unreadable::Unreadable,
};

/// The message to clients while the database is unavailable.
pub const DATABASE_UNAVAILABLE: &str = "The database is not available right now; try again in a moment.";
/// The message to clients for an internal error.
pub const INTERNAL_FAILURE: &str = "Something went wrong inside; the log tells more under the request id.";

/// A `Result` whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause of a failure: any error of the operating system, of a library or of a lower layer.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error of a use case or of the database layer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is invalid; all problems that were found. Nothing was written.
    #[error("{}", .0.first().map_or("the input was refused", |problem| problem.message.as_str()))]
    Refused(Vec<Problem>),
    /// The arguments of a query are invalid or exceed a limit.
    #[error("{}", .0.message)]
    BadRequest(BadRequest),
    /// The request exceeded its budget of memory or time.
    #[error(transparent)]
    Exceeded(#[from] Exceeded),
    /// The caller lacks a permission; the reason, which is shown.
    #[error("{0}")]
    Forbidden(String),
    /// A unique constraint refused a write; the use case turns it into a problem.
    #[error("unique constraint {0:?} violated")]
    Conflict(Unique),
    /// The name of an instance, or the container name that follows from it, is taken; the use case says by which one.
    #[error("the name {name} is taken in the stack {stack}")]
    InstanceTaken {
        /// The stack's name.
        stack: String,
        /// The instance's name.
        name: Name,
    },
    /// Instances use the template that was to be deleted; the use case says which.
    #[error("the template is in use")]
    TemplateInUse(TemplateId),
    /// The name of a stack, or a container name that follows from it, is taken; the use case says by which one.
    #[error("the name {name} is taken")]
    StackTaken {
        /// The stack that was to get the name, or that was to be copied under it.
        stack: StackId,
        /// The name.
        name: Name,
    },
    /// The transaction conflicts with another one; it is retried.
    #[error("the database is busy: {0}")]
    Busy(#[source] DbErr),
    /// The database cannot be reached or does not answer in time.
    #[error("{}", unavailable(.0))]
    Unavailable(#[source] DbErr),
    /// A stored row cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Any other failure of the database.
    #[error("{0}")]
    Database(#[source] DbErr),
    /// A defect of this program: an invariant does not hold.
    #[error("{0}")]
    Internal(String),
    /// An operation outside the database failed: on a file, with a key, or reading random bytes.
    #[error("{message}")]
    Failed {
        /// What failed, and why.
        message: String,
        /// The cause.
        source: Cause,
    },
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
    /// An error with a single problem.
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

    /// Another transaction was in the way, as the transaction itself has found: it is tried again.
    pub fn try_again(reason: &str) -> Self {
        Self::Busy(DbErr::Custom(reason.to_owned()))
    }

    /// A failure whose message is that of its cause.
    pub fn failed(source: impl Into<Cause>) -> Self {
        let source = source.into();
        Self::Failed { message: source.to_string(), source }
    }
}

/// The log message for a database that is unavailable.
fn unavailable(cause: &DbErr) -> String {
    match cause {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
            if matches!(**error, SqlxError::PoolTimedOut) =>
        {
            "no connection in time; it does not run, cannot be reached, or has no connection to spare".to_owned()
        }
        cause => format!("the database is unavailable: {cause}"),
    }
}

/// The unique constraints that an input can violate.
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
