//! What a person can put right: codes, problems with their paths, and the collector that reports them together.
//!
//! Used by every room that reads an input. It must never know which input it was.

use super::{Error, Result};
use crate::{
    ids::{AnyId, InstanceId},
    name::{NameError, Reason},
};

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
    /// Instances would wait for each other: the dependency leads back to where it starts.
    DependencyCycle,
    /// The label belongs to the system: the prefix `devarch.` is reserved.
    ReservedLabel,
    /// The idempotency key was used for another request within the last 24 hours.
    IdempotencyKeyReused,
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
#[derive(Clone, Debug, Default)]
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
    /// Which instances use it, trashed ones included.
    Users {
        /// The oldest ones.
        oldest: Vec<InstanceId>,
        /// How many there are in all.
        count: i64,
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

    /// The same problem with a value that is called something else than `input`.
    pub fn rooted(mut self, root: &str) -> Self {
        if let Some(first) = self.path.first_mut() {
            root.clone_into(first);
        }
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

    /// Adds everything that another look, which started at no path, has found in the value that is being looked at.
    pub fn adopt(&mut self, other: Self) {
        for mut problem in other.found {
            problem.path.splice(0..0, self.path.iter().cloned());
            self.found.push(problem);
        }
    }

    /// How many problems have been found.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// True when nothing has been found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
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
