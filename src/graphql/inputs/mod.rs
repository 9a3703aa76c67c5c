//! Inputs of the mutations, and their conversion to the commands of the use cases.
//!
//! Used by the mutations. They must not check a rule: the use cases do, and report all problems together.

/// Inputs of mutations that take an idempotency key.
macro_rules! keyed {
    ($( $name:ident ),+) => { $(
        impl $crate::graphql::inputs::IdempotentInput for $name {
            fn idempotency_key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }
            fn message(&self) -> Option<&str> {
                self.message.as_deref()
            }
        }
    )+ };
}
pub(super) use keyed;

/// Inputs of mutations that a plan can tell about: `may` have the token of one, or `must` if the API key requires plans,
/// always or `if` the input is such.
macro_rules! planned {
    (may $( $name:ident ),+) => { $( planned!($name if |_| false); )+ };
    (must $( $name:ident ),+) => { $( planned!($name if |_| true); )+ };
    ($name:ident if $must:expr) => {
        impl $crate::graphql::inputs::IdempotentInput for $name {
            fn idempotency_key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }
            fn message(&self) -> Option<&str> {
                self.message.as_deref()
            }
            fn plan_token(&self) -> Option<&str> {
                self.plan_token.as_deref()
            }
            fn may_need_plan(&self) -> bool {
                let must: fn(&Self) -> bool = $must;
                must(self)
            }
        }
    };
}
use planned;

/// The description of every `planToken`.
macro_rules! plan_token_description {
    () => {
        "Makes the change only if it does what `plan` has told: the token of that plan, valid for 15 minutes, for the same\n\
         caller and the same input. Edits of other things do not matter; otherwise the error is `PLAN_CHANGED`."
    };
}

/// The description of every `idempotencyKey`.
macro_rules! idempotency_key_description {
    () => {
        "Makes the change once, however often it is sent within 24 hours with this key and the same input: 1 to 255\n\
         printable characters of ASCII, such as a UUID. The header `Idempotency-Key` does the same for a request with one\n\
         change."
    };
}
pub(in crate::graphql) use idempotency_key_description;

/// The description of every `message`.
macro_rules! message_description {
    () => {
        "Why the change is made, for its history: at most 500 characters. Not for secrets."
    };
}
pub(in crate::graphql) use message_description;

mod apply;
mod fields;
mod fork;
mod history;
mod import;
mod instance;
mod stack;
mod template;

use async_graphql::{ID, OneofObject};

pub(super) use self::{apply::*, fork::*, history::*, import::*, instance::*, stack::*, template::*};
use crate::{
    app::{StackRef as AppStackRef, TemplateRef as AppTemplateRef},
    ids::{GlobalId, StackId, TemplateId},
};

/// A live stack, by exactly one of its id and its name.
#[derive(OneofObject)]
pub(in crate::graphql) enum StackRef {
    /// By its global id.
    Id(ID),
    /// By its name.
    Name(String),
}

impl From<StackRef> for AppStackRef {
    fn from(wanted: StackRef) -> Self {
        match wanted {
            StackRef::Id(id) => Self::Id(StackId::decode(&id)),
            StackRef::Name(name) => Self::Name(name),
        }
    }
}

/// A template, by exactly one of its id and its name.
#[derive(OneofObject)]
pub(in crate::graphql) enum TemplateRef {
    /// By its global id.
    Id(ID),
    /// By its name.
    Name(String),
}

impl From<TemplateRef> for AppTemplateRef {
    fn from(wanted: TemplateRef) -> Self {
        match wanted {
            TemplateRef::Id(id) => Self::Id(TemplateId::decode(&id)),
            TemplateRef::Name(name) => Self::Name(name),
        }
    }
}

/// The input of a mutation.
pub(super) trait IdempotentInput {
    /// The idempotency key of the input, if it has one.
    fn idempotency_key(&self) -> Option<&str>;
    /// Why the change is made, in the words of the client.
    fn message(&self) -> Option<&str>;
    /// The token of a plan.
    fn plan_token(&self) -> Option<&str> {
        None
    }
    /// Whether the change needs the token of a plan if the API key requires plans.
    fn may_need_plan(&self) -> bool {
        false
    }
}
