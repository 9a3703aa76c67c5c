//! User errors: their codes, problems with their paths, and the collector that reports all of them together.
//!
//! Used by every module that validates an input. It must not depend on a particular input.

use std::{any::Any, sync::Arc};

use super::{Error, Result};
use crate::{
    ids::{AnyId, ChangeId, InstanceId},
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
    /// A reference names an instance, a variable or something else that is not there.
    ReferenceNotFound,
    /// A reference leads back to the value that contains it.
    ReferenceCycle,
    /// A reference names a port that its target does not have.
    ReferenceNoSuchPort,
    /// The label belongs to the system: the prefix `devarch.` is reserved.
    ReservedLabel,
    /// The idempotency key was used for another request within the last 24 hours.
    IdempotencyKeyReused,
    /// More entries, or more text, than a collection or field takes.
    LimitExceeded,
    /// Something that is to be undone has changed since.
    ChangedSince,
    /// There are not as many free ports of the host as are needed.
    NoFreePort,
    /// The effects of the change are not those of the plan, or the plan is too old.
    PlanChanged,
    /// The API key requires plans, and there is no token of one.
    PlanRequired,
    /// Another owner keeps this entry in a file, with another value.
    OwnedByOther,
    /// The stack locks the variable: its instances can neither override nor remove it.
    Locked,
}

/// An error in the input that a user can correct.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The code.
    pub code: Code,
    /// A sentence that says what is wrong and what is allowed.
    pub message: String,
    /// The path of the input value, from `input`.
    pub path: Vec<String>,
    /// A value that would be accepted.
    pub suggestion: Option<String>,
    /// Further data for the response.
    pub detail: Detail,
}

/// Further data of a problem.
#[derive(Clone, Debug, Default)]
pub enum Detail {
    /// No further data.
    #[default]
    None,
    /// The object that has the name.
    Holder(AnyId),
    /// The object whose revision is another one, and its current revision.
    Current {
        /// The object that was to be written.
        of: AnyId,
        /// Its current revision.
        revision: i64,
    },
    /// What has changed since the change that is to be undone.
    Changed(Box<ChangedSince>),
    /// What the change would do now: a plan, which only the use case and the resolver know.
    Plan(Arc<dyn Any + Send + Sync>),
    /// What another owner has otherwise.
    Held(Box<HeldByOther>),
    /// The instances that use it, trashed ones included.
    Users {
        /// The oldest ones.
        oldest: Vec<InstanceId>,
        /// How many there are in all.
        count: i64,
    },
}

/// Something that has changed since a change that is to be undone.
#[derive(Clone, Debug)]
pub struct ChangedSince {
    /// The kind of the entry, by its name in the database; `None` for a field.
    pub kind: Option<&'static str>,
    /// The key of the entry, or the column of the field.
    pub key: String,
    /// The last change of it.
    pub since: Option<ChangeId>,
}

/// An entry that another owner has otherwise.
#[derive(Clone, Debug)]
pub struct HeldByOther {
    /// The owner.
    pub owner: String,
    /// The instance; `None` for a field of the stack.
    pub instance: Option<InstanceId>,
    /// The kind of the entry, by its name in the database; `None` for a field.
    pub kind: Option<&'static str>,
    /// The key of the entry, `*` for a replaced collection, or the name of the field.
    pub key: String,
}

impl Problem {
    /// Creates a problem with the value at `path`.
    pub fn new(code: Code, path: &[&str], message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            suggestion: None,
            detail: Detail::None,
        }
    }

    /// Adds a value that would be accepted.
    pub fn suggest(mut self, suggestion: impl Into<Option<String>>) -> Self {
        self.suggestion = suggestion.into();
        self
    }

    /// Adds further data.
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// The same problem with another root of the path than `input`.
    pub fn rooted(mut self, root: &str) -> Self {
        if let Some(first) = self.path.first_mut() {
            root.clone_into(first);
        }
        self
    }

    /// The problem of a refused name.
    pub fn name(path: &[&str], error: NameError) -> Self {
        let code = if error.reason == Reason::Reserved { Code::NameReserved } else { Code::NameInvalid };
        Self::new(code, path, error.to_string()).suggest(error.suggestion)
    }
}

/// Collects all problems of one input, with the path of the value that is being validated.
#[derive(Debug, Default)]
pub struct Problems {
    path: Vec<String>,
    found: Vec<Problem>,
}

impl Problems {
    /// Creates a collector whose current path is `path`, such as `["input", "overrides"]`.
    pub fn at(path: &[&str]) -> Self {
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), found: Vec::new() }
    }

    /// Validates a part of the current value: appends the part to the path while `look` runs.
    pub fn enter(&mut self, part: impl Into<String>, look: impl FnOnce(&mut Self)) {
        self.path.push(part.into());
        look(self);
        self.path.pop();
    }

    /// Records a problem with the current value.
    pub fn note(&mut self, code: Code, message: impl Into<String>, suggestion: Option<String>) {
        self.found.push(Problem {
            code,
            message: message.into(),
            path: self.path.clone(),
            suggestion,
            detail: Detail::None,
        });
    }

    /// Records that a field of the current value is invalid.
    pub fn invalid(&mut self, field: &str, message: impl Into<String>, suggestion: Option<String>) {
        self.enter(field, |here| here.note(Code::InvalidValue, message, suggestion));
    }

    /// Adds a problem found elsewhere.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Adds all problems of another collector, with their paths.
    pub fn append(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Adds all problems of a collector that started with an empty path, below the current path.
    pub fn adopt(&mut self, other: Self) {
        for mut problem in other.found {
            problem.path.splice(0..0, self.path.iter().cloned());
            self.found.push(problem);
        }
    }

    /// The number of problems.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Whether there are no problems.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Returns the value of a check, or records its problem.
    pub fn keep<T>(&mut self, checked: Result<T, Problem>) -> Option<T> {
        checked.map_err(|problem| self.push(problem)).ok()
    }

    /// `Ok` without problems, otherwise [`Error::Refused`] with all of them.
    pub fn finish(self) -> Result<()> {
        if self.found.is_empty() { Ok(()) } else { Err(Error::Refused(self.found)) }
    }
}
