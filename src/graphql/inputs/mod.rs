//! Inputs of the mutations and how they become commands of the use cases.
//!
//! Used by the mutations. They must never check a rule: that is what the use cases do, all at once.

mod instance;
mod stack;
mod template;

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};

pub(super) use self::{
    instance::{
        CreateInstanceInput, DuplicateInstanceInput, PurgeInstanceInput, RenameInstanceInput, RestoreInstanceInput,
        SetInstanceOverridesInput, SoftDeleteInstanceInput, UpdateInstanceInput,
    },
    stack::{
        CreateStackInput, DuplicateStackInput, PurgeStackInput, RenameStackInput, RestoreStackInput,
        SoftDeleteStackInput, UpdateStackInput,
    },
    template::CreateTemplateInput,
};
use crate::{
    app::{InstanceRef as AppInstanceRef, StackRef as AppStackRef, TemplateRef as AppTemplateRef},
    ids::{GlobalId, InstanceId, StackId, TemplateId},
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

/// An instance by the names of its stack and itself.
#[derive(InputObject)]
pub(in crate::graphql) struct InstanceNameInput {
    /// The stack's name.
    stack: String,
    /// The instance's name.
    name: String,
}

/// An instance, by exactly one of its id and its names.
#[derive(OneofObject)]
pub(in crate::graphql) enum InstanceRef {
    /// By its global id.
    Id(ID),
    /// By the names of its stack and itself.
    ByName(InstanceNameInput),
}

impl From<InstanceRef> for AppInstanceRef {
    fn from(wanted: InstanceRef) -> Self {
        match wanted {
            InstanceRef::Id(id) => Self::Id(InstanceId::decode(&id)),
            InstanceRef::ByName(InstanceNameInput { stack, name }) => Self::Name { stack, name },
        }
    }
}

/// A value that may be absent, null, or there.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
