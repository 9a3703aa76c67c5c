//! Inputs of the mutations and how they become commands of the use cases.
//!
//! Used by the mutations. They must never check a rule: that is what the use cases do, all at once.

use async_graphql::{ID, InputObject, MaybeUndefined, OneofObject};

use super::collections::CollectionsInput;
use crate::{
    app::{
        CreateInstance, CreateStack, CreateTemplate, DuplicateInstance, InstanceRef as AppInstanceRef, RestoreInstance,
        SetInstanceOverrides, SoftDeleteInstance, SoftDeleteStack, StackRef as AppStackRef,
        TemplateRef as AppTemplateRef, UpdateInstance, UpdateStack,
    },
    db::templates::TemplateValues,
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::Argv,
};

/// A live stack, by exactly one of its id and its name.
#[derive(OneofObject)]
pub(super) enum StackRef {
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
pub(super) enum TemplateRef {
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
pub(super) struct InstanceNameInput {
    /// The stack's name.
    stack: String,
    /// The instance's name.
    name: String,
}

/// An instance, by exactly one of its id and its names.
#[derive(OneofObject)]
pub(super) enum InstanceRef {
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

/// A new stack.
#[derive(InputObject)]
pub(super) struct CreateStackInput {
    /// Name: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends.
    name: String,
    /// What the stack is for; at most 4096 characters.
    description: Option<String>,
}

impl From<CreateStackInput> for CreateStack {
    fn from(input: CreateStackInput) -> Self {
        Self { name: input.name, description: input.description.unwrap_or_default() }
    }
}

/// A change of a stack; what is absent stays as it is.
#[derive(InputObject)]
pub(super) struct UpdateStackInput {
    /// Which stack.
    stack: StackRef,
    /// What the stack is for; at most 4096 characters. Null empties it.
    description: MaybeUndefined<String>,
    /// Whether the stack is enabled.
    enabled: MaybeUndefined<bool>,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
}

impl From<UpdateStackInput> for UpdateStack {
    fn from(input: UpdateStackInput) -> Self {
        Self {
            stack: input.stack.into(),
            description: given(input.description).map(Option::unwrap_or_default),
            enabled: given(input.enabled),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A stack for the trash.
#[derive(InputObject)]
pub(super) struct SoftDeleteStackInput {
    /// Which stack.
    stack: StackRef,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
}

impl From<SoftDeleteStackInput> for SoftDeleteStack {
    fn from(input: SoftDeleteStackInput) -> Self {
        Self { stack: input.stack.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A new template.
#[derive(InputObject)]
pub(super) struct CreateTemplateInput {
    /// Unique name: 2 to 64 lower-case letters, digits and hyphens, a letter or digit at both ends.
    name: String,
    /// What the service is and how it is set up; at most 4096 characters.
    description: Option<String>,
    /// Group in the catalogue; at most 63 characters.
    category: Option<String>,
    /// Image without tag, such as `postgres` or `ghcr.io/acme/api`; at most 255 characters.
    image_name: String,
    /// Tag of the image, or a digest `sha256:…`.
    #[graphql(default = "latest")]
    image_tag: String,
    /// Arguments in place of the image's own, one list entry each.
    command: Option<Vec<String>>,
    /// Program in place of the image's own, one list entry each.
    entrypoint: Option<Vec<String>>,
    /// User inside the container, by name or number.
    user: Option<String>,
    /// Directory in which the program starts; absolute.
    working_dir: Option<String>,
    /// When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or
    /// `on-failure:TIMES`.
    #[graphql(default = "unless-stopped")]
    restart_policy: String,
    #[graphql(flatten)]
    collections: CollectionsInput,
}

impl From<CreateTemplateInput> for CreateTemplate {
    fn from(input: CreateTemplateInput) -> Self {
        Self {
            values: TemplateValues {
                name: input.name,
                description: input.description.unwrap_or_default(),
                category: input.category.unwrap_or_default(),
                image_name: input.image_name,
                image_tag: input.image_tag,
                command: input.command.map(Argv),
                entrypoint: input.entrypoint.map(Argv),
                user: input.user,
                working_dir: input.working_dir,
                restart_policy: input.restart_policy,
            },
            collections: input.collections.into(),
        }
    }
}

/// A new instance.
#[derive(InputObject)]
pub(super) struct CreateInstanceInput {
    /// The stack it belongs to.
    stack: StackRef,
    /// The template it is made from.
    template: TemplateRef,
    /// Name: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends.
    name: String,
    /// What the instance is for; at most 4096 characters.
    description: Option<String>,
    /// What it says differently from its template, written together with it.
    overrides: Option<CollectionsInput>,
}

impl From<CreateInstanceInput> for CreateInstance {
    fn from(input: CreateInstanceInput) -> Self {
        Self {
            stack: input.stack.into(),
            template: input.template.into(),
            name: input.name,
            description: input.description.unwrap_or_default(),
            overrides: input.overrides.map(Into::into).unwrap_or_default(),
        }
    }
}

/// A change of an instance; what is absent stays as it is.
#[derive(InputObject)]
pub(super) struct UpdateInstanceInput {
    /// Which instance.
    instance: InstanceRef,
    /// A new name, as in `renameInstance`.
    name: MaybeUndefined<String>,
    /// What the instance is for; at most 4096 characters. Null empties it.
    description: MaybeUndefined<String>,
    /// Whether the instance is enabled.
    enabled: MaybeUndefined<bool>,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
}

impl From<UpdateInstanceInput> for UpdateInstance {
    fn from(input: UpdateInstanceInput) -> Self {
        Self {
            instance: input.instance.into(),
            name: given(input.name),
            description: given(input.description).map(Option::unwrap_or_default),
            enabled: given(input.enabled),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A copy of an instance.
#[derive(InputObject)]
pub(super) struct DuplicateInstanceInput {
    /// The source.
    instance: InstanceRef,
    /// The copy's name; without one `{name}-copy`, `{name}-copy-2` … is chosen.
    name: Option<String>,
    /// Copy only when this is still the source's revision.
    expected_revision: Option<i32>,
}

impl From<DuplicateInstanceInput> for DuplicateInstance {
    fn from(input: DuplicateInstanceInput) -> Self {
        Self {
            instance: input.instance.into(),
            name: input.name,
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A new name for an instance.
#[derive(InputObject)]
pub(super) struct RenameInstanceInput {
    /// Which instance.
    instance: InstanceRef,
    /// The new name; the container name follows. The same name changes nothing and succeeds.
    name: String,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
}

impl From<RenameInstanceInput> for UpdateInstance {
    fn from(input: RenameInstanceInput) -> Self {
        Self {
            instance: input.instance.into(),
            name: Some(Some(input.name)),
            description: None,
            enabled: None,
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// An instance for the trash.
#[derive(InputObject)]
pub(super) struct SoftDeleteInstanceInput {
    /// Which instance.
    instance: InstanceRef,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
}

impl From<SoftDeleteInstanceInput> for SoftDeleteInstance {
    fn from(input: SoftDeleteInstanceInput) -> Self {
        Self { instance: input.instance.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A trashed instance to bring back.
#[derive(InputObject)]
pub(super) struct RestoreInstanceInput {
    /// Which instance, by its id; by names, the one of this name that was deleted last.
    instance: InstanceRef,
    /// The name under which it comes back; needed when its own has been taken meanwhile.
    name: Option<String>,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
}

impl From<RestoreInstanceInput> for RestoreInstance {
    fn from(input: RestoreInstanceInput) -> Self {
        Self {
            instance: input.instance.into(),
            name: input.name,
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// Whole collections of overrides.
#[derive(InputObject)]
pub(super) struct SetInstanceOverridesInput {
    /// Which instance.
    instance: InstanceRef,
    /// The collections to write.
    overrides: CollectionsInput,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
}

impl From<SetInstanceOverridesInput> for SetInstanceOverrides {
    fn from(input: SetInstanceOverridesInput) -> Self {
        Self {
            instance: input.instance.into(),
            overrides: input.overrides.into(),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}
