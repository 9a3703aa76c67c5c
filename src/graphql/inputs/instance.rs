//! Inputs of the mutations of instances.
//!
//! Used by `mutation.rs`. They must not check a rule: the use case does.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    StackRef, TemplateRef,
    fields::{Given, OnCreate, create_input, given, update_input},
};
use crate::{
    app::{
        CreateInstance, DuplicateInstance, PatchInstanceOverrides, PurgeInstance, RestoreInstance,
        SetInstanceOverrides, SoftDeleteInstance, UpdateInstance,
    },
    fields::{InstanceEdit, InstanceValues, OnNull, instance_fields},
    graphql::config::collections::InstanceOverridesInput,
    kinds::{Collections, Operation},
    reference::InstanceRef,
};

instance_fields!(created, create_input,
    /// A new instance.
    CreateInstanceInput for InstanceValues {
        /// The stack it belongs to.
        stack: StackRef,
        /// The template it is made from.
        template: TemplateRef,
        /// Name: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends.
        name: String,
        /// What it says differently from its template, written together with it.
        overrides: Option<InstanceOverridesInput>,
        #[doc = idempotency_key_description!()]
        idempotency_key: Option<String>,
        #[doc = message_description!()]
        message: Option<String>,
        #[doc = plan_token_description!()]
        plan_token: Option<String>,
    }
);

impl From<CreateInstanceInput> for CreateInstance {
    fn from(mut input: CreateInstanceInput) -> Self {
        Self {
            values: input.values(),
            stack: input.stack.into(),
            template: input.template.into(),
            name: input.name,
            overrides: input.overrides.map(Collections::from).unwrap_or_default().without_empty(),
        }
    }
}

instance_fields!(updated, update_input,
    /// A change of an instance; what is absent stays as it is.
    UpdateInstanceInput for InstanceEdit {
        /// Which instance.
        instance: InstanceRef,
        /// A new name, as in `renameInstance`. Null is refused.
        name: MaybeUndefined<String>,
        /// Write only when this is still the instance's revision.
        expected_revision: Option<i32>,
        #[doc = idempotency_key_description!()]
        idempotency_key: Option<String>,
        #[doc = message_description!()]
        message: Option<String>,
        #[doc = plan_token_description!()]
        plan_token: Option<String>,
    }
);

impl From<UpdateInstanceInput> for UpdateInstance {
    fn from(mut input: UpdateInstanceInput) -> Self {
        Self {
            edit: input.edit(),
            instance: input.instance,
            name: given(input.name),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A copy of an instance.
#[derive(InputObject)]
pub(in crate::graphql) struct DuplicateInstanceInput {
    /// The source.
    instance: InstanceRef,
    /// The copy's name; without one `{name}-copy`, `{name}-copy-2` … is chosen.
    name: Option<String>,
    /// Copy only when this is still the source's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<DuplicateInstanceInput> for DuplicateInstance {
    fn from(input: DuplicateInstanceInput) -> Self {
        let expected_revision = input.expected_revision.map(i64::from);
        Self { instance: input.instance, name: input.name, expected_revision }
    }
}

/// A new name for an instance.
#[derive(InputObject)]
pub(in crate::graphql) struct RenameInstanceInput {
    /// Which instance.
    instance: InstanceRef,
    /// The new name; the container name follows. The same name changes nothing and succeeds.
    name: String,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RenameInstanceInput> for UpdateInstance {
    fn from(input: RenameInstanceInput) -> Self {
        Self {
            instance: input.instance,
            name: Some(Some(input.name)),
            edit: InstanceEdit::default(),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// An instance for the trash.
#[derive(InputObject)]
pub(in crate::graphql) struct SoftDeleteInstanceInput {
    /// Which instance.
    instance: InstanceRef,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<SoftDeleteInstanceInput> for SoftDeleteInstance {
    fn from(input: SoftDeleteInstanceInput) -> Self {
        Self { instance: input.instance, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A trashed instance to bring back.
#[derive(InputObject)]
pub(in crate::graphql) struct RestoreInstanceInput {
    /// Which instance, by its id; by names, the one of this name that was deleted last.
    instance: InstanceRef,
    /// The name under which it comes back; needed when its own has been taken meanwhile.
    name: Option<String>,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RestoreInstanceInput> for RestoreInstance {
    fn from(input: RestoreInstanceInput) -> Self {
        Self { instance: input.instance, name: input.name, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// Whole collections of overrides.
#[derive(InputObject)]
pub(in crate::graphql) struct SetInstanceOverridesInput {
    /// Which instance.
    instance: InstanceRef,
    /// The collections to write.
    overrides: InstanceOverridesInput,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<SetInstanceOverridesInput> for SetInstanceOverrides {
    fn from(input: SetInstanceOverridesInput) -> Self {
        Self {
            instance: input.instance,
            overrides: input.overrides.into(),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// Steps that change overrides.
#[derive(InputObject)]
pub(in crate::graphql) struct PatchInstanceOverridesInput {
    /// Which instance.
    instance: InstanceRef,
    /// The steps, at most 1000. They are taken in order; when one cannot be taken, none is.
    operations: Vec<Operation>,
    /// Write only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<PatchInstanceOverridesInput> for PatchInstanceOverrides {
    fn from(input: PatchInstanceOverridesInput) -> Self {
        Self {
            instance: input.instance,
            operations: input.operations,
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A trashed instance to remove for good.
#[derive(InputObject)]
pub(in crate::graphql) struct PurgeInstanceInput {
    /// Which instance, by its id; by names, the one of this name that was deleted last. Only by its id when its stack
    /// is in the trash too.
    instance: InstanceRef,
    /// Purge only when this is still the instance's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<PurgeInstanceInput> for PurgeInstance {
    fn from(input: PurgeInstanceInput) -> Self {
        Self { instance: input.instance, expected_revision: input.expected_revision.map(i64::from) }
    }
}

super::planned!(may
    CreateInstanceInput,
    DuplicateInstanceInput,
    RestoreInstanceInput,
    SetInstanceOverridesInput,
    PatchInstanceOverridesInput
);
// With a name it is a rename.
super::planned!(UpdateInstanceInput if |input| !input.name.is_undefined());
super::planned!(must RenameInstanceInput, SoftDeleteInstanceInput, PurgeInstanceInput);
