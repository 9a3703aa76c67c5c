//! What can go wrong, once for the whole service.
//!
//! Which one to use: a person can put it right → [`Problem`] inside [`Error::Refused`], with the path of the input;
//! a query asks for something it may not → [`Error::BadRequest`]; the database is away or too busy →
//! [`Error::Unavailable`]; anything else → [`Error::Internal`], whose cause is logged and never shown.
//! It must never know the database's tables, resolvers or HTTP.

use std::fmt;

use sea_orm::{DbErr, RuntimeErr};

use crate::{
    ids::AnyId,
    name::{Name, NameError, Reason},
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
    /// A unique constraint refused a write; the use case turns it into a problem.
    Conflict(Unique),
    /// The name of an instance, or the container name that follows from it, is taken; the use case says by whom.
    InstanceTaken {
        /// The stack's name.
        stack: String,
        /// The instance's name.
        name: Name,
    },
    /// Another transaction was in the way; the write is tried again.
    Busy(DbErr),
    /// The database cannot be reached or does not answer in time.
    Unavailable(DbErr),
    /// A fault of ours or of the machine.
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
            Self::InstanceTaken { stack, name } => write!(f, "the name {name} is taken in the stack {stack}"),
            Self::Conflict(unique) => write!(f, "unique constraint {unique:?} violated"),
            Self::Busy(cause) => write!(f, "the database is busy: {cause}"),
            Self::Unavailable(cause) if matches!(sqlx_error(cause), Some(sea_orm::SqlxError::PoolTimedOut)) => {
                f.write_str("no connection in time; it does not run, cannot be reached, or has no connection to spare")
            }
            Self::Unavailable(cause) => write!(f, "the database is unavailable: {cause}"),
            Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

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
}

impl Unique {
    /// The constraint that a database error names: PostgreSQL by its name, SQLite by its columns.
    fn named_in(message: &str) -> Option<Self> {
        const NAMES: [(&str, &str, Unique); 4] = [
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
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        if let Some(sea_orm::SqlErr::UniqueConstraintViolation(message)) = cause.sql_err()
            && let Some(unique) = Unique::named_in(&message)
        {
            return Self::Conflict(unique);
        }
        match sqlx_error(&cause) {
            Some(sea_orm::SqlxError::Database(error)) => match error.code().as_deref() {
                // PostgreSQL: serialization failure, deadlock. SQLite: busy, locked, and busy snapshots.
                Some("40001" | "40P01" | "5" | "6" | "261" | "517") => Self::Busy(cause),
                // PostgreSQL: lock not available, statement too slow, shutting down, starting up, too many connections.
                // Disk full and read-only; SQLite: disk full.
                Some("53100" | "25006" | "13") => Self::Unavailable(cause),
                Some("55P03" | "57014" | "57P01" | "57P02" | "57P03" | "53300") => Self::Unavailable(cause),
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

fn sqlx_error(cause: &DbErr) -> Option<&sea_orm::SqlxError> {
    match cause {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Stable codes of what a person can put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "UserErrorCode")]
pub enum Code {
    /// The stack, template or instance that the input refers to does not exist or is in the trash.
    NotFound,
    /// The name is empty, too long or has characters that names do not take.
    NameInvalid,
    /// The name is a reserved word.
    NameReserved,
    /// Another live stack, template or instance of the stack has this name.
    NameTaken,
    /// The container name that follows from the name belongs to an instance of another stack.
    ContainerNameTaken,
    /// The container name that follows from the name would be longer than 63 characters.
    ContainerNameTooLong,
    /// `expectedRevision` is not the current revision: somebody else has changed it meanwhile.
    StaleRevision,
    /// A value is outside what its field takes.
    InvalidValue,
    /// Two entries of a collection have the same key.
    DuplicateKey,
    /// It is still in use.
    InUse,
    /// The label belongs to the system: the prefix `devarch.` is reserved.
    ReservedLabel,
    /// More entries, or more text, than a collection or field takes.
    LimitExceeded,
}

/// Something in the input that a person can put right.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What sort of problem.
    pub code: Code,
    /// A sentence that says what is wrong and what is allowed.
    pub message: String,
    /// The way to the input value, from `input`.
    pub path: Vec<String>,
    /// A value that would be accepted.
    pub suggestion: Option<String>,
    /// What else the answer can carry.
    pub detail: Detail,
}

/// What a problem carries beyond its message.
#[derive(Clone, Copy, Debug, Default)]
pub enum Detail {
    /// Nothing.
    #[default]
    None,
    /// Who holds the name.
    Holder(AnyId),
    /// What has moved on, and where it stands now.
    Current {
        /// What was to be written.
        of: AnyId,
        /// Its revision now.
        revision: i64,
    },
}

impl Problem {
    /// A problem with the value at `path`.
    pub fn new(code: Code, path: &[&str], message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            suggestion: None,
            detail: Detail::None,
        }
    }

    /// With a value that would be accepted.
    pub fn suggest(mut self, suggestion: impl Into<Option<String>>) -> Self {
        self.suggestion = suggestion.into();
        self
    }

    /// With more to tell.
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// A refused name.
    pub fn name(path: &[&str], error: NameError) -> Self {
        let code = if error.reason == Reason::Reserved { Code::NameReserved } else { Code::NameInvalid };
        Self::new(code, path, error.to_string()).suggest(error.suggestion)
    }
}

/// Collects every problem of one input, with the path of the value that is being looked at.
#[derive(Debug, Default)]
pub struct Problems {
    path: Vec<String>,
    found: Vec<Problem>,
}

impl Problems {
    /// Starts at a path, such as `["input", "overrides"]`.
    pub fn at(path: &[&str]) -> Self {
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), found: Vec::new() }
    }

    /// Looks at a part of the value.
    pub fn enter(&mut self, part: impl Into<String>, look: impl FnOnce(&mut Self)) {
        self.path.push(part.into());
        look(self);
        self.path.pop();
    }

    /// Notes a problem with the value that is being looked at.
    pub fn note(&mut self, code: Code, message: impl Into<String>, suggestion: Option<String>) {
        self.found.push(Problem {
            code,
            message: message.into(),
            path: self.path.clone(),
            suggestion,
            detail: Detail::None,
        });
    }

    /// Notes that a field of the value is outside what it takes.
    pub fn invalid(&mut self, field: &str, message: impl Into<String>, suggestion: Option<String>) {
        self.enter(field, |here| here.note(Code::InvalidValue, message, suggestion));
    }

    /// Adds a problem found elsewhere.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Adds everything that another look has found.
    pub fn append(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Keeps the value of a check, or its problem.
    pub fn keep<T>(&mut self, checked: Result<T, Problem>) -> Option<T> {
        checked.map_err(|problem| self.push(problem)).ok()
    }

    /// Nothing found, or all of it.
    pub fn finish(self) -> Result<()> {
        if self.found.is_empty() { Ok(()) } else { Err(Error::Refused(self.found)) }
    }
}
