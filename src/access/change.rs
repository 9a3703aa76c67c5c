//! The words of the change log: who makes a change, what it does, and what it is about.
//!
//! Used by the database layer, the use cases and the schema. It must not know how a change is stored.

use std::{fmt, str::FromStr, sync::Arc};

use crate::ids::{AnyId, GlobalId, InstanceId, StackId, TemplateId};

/// The maximum length of a message, in characters.
pub const MAX_MESSAGE: usize = 500;

/// A word that is not in a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord;

macro_rules! words {
    ($( $(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ } )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
        pub enum $name { $( $(#[$doc])* $variant, )+ }

        impl $name {
            /// The name in the database, which is also that of the API.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word { $( $word => Ok(Self::$variant), )+ _ => Err(UnknownWord) }
            }
        }
    )+ };
}

words! {
    /// Who makes a change.
    pub enum ActorKind {
        /// The holder of an API key.
        Key = "KEY",
        /// The command line, on the database itself.
        CommandLine = "COMMAND_LINE",
        /// The catalogue, which the service loads when it starts.
        Catalogue = "CATALOGUE",
        /// Anybody, because authentication is off.
        Anonymous = "ANONYMOUS",
        /// The service itself, such as at the end of a lease.
        Service = "SERVICE",
    }

    /// What a change does.
    pub enum ChangeAction {
        /// The subject is new.
        Create = "CREATE",
        /// The subject is new, as a copy of another one.
        Duplicate = "DUPLICATE",
        /// The subject is new, as a fork of another one.
        Fork = "FORK",
        /// A file was imported: the subject is new, or was brought up to date.
        Import = "IMPORT",
        /// A file was applied: the subject is new, or is now what the file says.
        Apply = "APPLY",
        /// Fields or entries of the subject have other values.
        Update = "UPDATE",
        /// The subject has another name, or its container name follows that of its stack.
        Rename = "RENAME",
        /// The subject is in the trash.
        SoftDelete = "SOFT_DELETE",
        /// The subject is out of the trash.
        Restore = "RESTORE",
        /// The subject is gone for good, with its changes until then.
        Purge = "PURGE",
        /// A change was undone.
        Revert = "REVERT",
        /// The subject is as it was before.
        RestoreVersion = "RESTORE_VERSION",
        /// The values of a change were removed from the log.
        Redact = "REDACT",
        /// An API key is no longer valid.
        Revoke = "REVOKE",
        /// The lease of a fork ends later.
        RenewLease = "RENEW_LEASE",
    }
}

impl ChangeAction {
    /// Whether a change with this action is never undone.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Purge | Self::Redact | Self::Revoke | Self::RenewLease)
    }
}

/// Which value a conflict takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum Take {
    /// The value of today.
    Keep,
    /// The value before the change that is undone.
    Revert,
}

/// The author of the changes of a transaction, and the message about them.
#[derive(Clone, Debug)]
pub struct Author {
    /// The sort of actor.
    pub kind: ActorKind,
    /// The name of the API key.
    pub name: Option<Arc<str>>,
    /// Why the changes are made, in the words of the actor.
    pub message: Option<Arc<str>>,
    /// The id of the HTTP request.
    pub request_id: Option<Arc<str>>,
}

impl Author {
    /// An actor without a name, that says nothing.
    pub fn of_kind(kind: ActorKind) -> Self {
        Self { kind, name: None, message: None, request_id: None }
    }
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A stack.
    Stack(StackId),
    /// An instance.
    Instance(InstanceId),
    /// A template.
    Template(TemplateId),
    /// An API key, by its number.
    Key(i64),
}

impl Subject {
    /// The sort of the subject in the database.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Stack(_) => "STACK",
            Self::Instance(_) => "INSTANCE",
            Self::Template(_) => "TEMPLATE",
            Self::Key(_) => "KEY",
        }
    }

    /// The number in the database.
    pub fn number(self) -> i64 {
        match self {
            Self::Stack(id) => id.raw(),
            Self::Instance(id) => id.raw(),
            Self::Template(id) => id.raw(),
            Self::Key(id) => id,
        }
    }

    /// Reads a subject from its columns.
    pub fn read(kind: &str, number: i64) -> Option<Self> {
        match kind {
            "STACK" => Some(Self::Stack(StackId(number))),
            "INSTANCE" => Some(Self::Instance(InstanceId(number))),
            "TEMPLATE" => Some(Self::Template(TemplateId(number))),
            "KEY" => Some(Self::Key(number)),
            _ => None,
        }
    }

    /// The object that clients can refer to; `None` for a key.
    pub fn object(self) -> Option<AnyId> {
        match self {
            Self::Stack(id) => Some(AnyId::Stack(id)),
            Self::Instance(id) => Some(AnyId::Instance(id)),
            Self::Template(id) => Some(AnyId::Template(id)),
            Self::Key(_) => None,
        }
    }
}

impl From<AnyId> for Subject {
    fn from(id: AnyId) -> Self {
        match id {
            AnyId::Stack(id) => Self::Stack(id),
            AnyId::Template(id) => Self::Template(id),
            AnyId::Instance(id) => Self::Instance(id),
        }
    }
}
