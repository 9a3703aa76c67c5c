//! Inputs of the mutations of stacks.
//!
//! Used by `mutation.rs`. They must not check a rule: the use case does.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    StackRef,
    fields::{Given, OnCreate, create_input, given, update_input},
};
use crate::{
    app::{
        CreateStack, DuplicateStack, PurgeStack, RenameStack, RestoreStack, SetSharedVars, SoftDeleteStack, UpdateStack,
    },
    fields::{OnNull, StackEdit, StackValues, stack_fields},
    kinds::SharedVar,
};

stack_fields!(created, create_input,
    /// A new stack.
    CreateStackInput for StackValues {
        /// Name: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends; not a reserved word such as
        /// `default`, `all` or `system`.
        name: String,
        #[doc = idempotency_key_description!()]
        idempotency_key: Option<String>,
        #[doc = message_description!()]
        message: Option<String>,
        #[doc = plan_token_description!()]
        plan_token: Option<String>,
    }
);

impl From<CreateStackInput> for CreateStack {
    fn from(mut input: CreateStackInput) -> Self {
        Self { values: input.values(), name: input.name }
    }
}

stack_fields!(updated, update_input,
    /// A change of a stack; what is absent stays as it is.
    UpdateStackInput for StackEdit {
        /// Which stack.
        stack: StackRef,
        /// Write only when this is still the stack's revision.
        expected_revision: Option<i32>,
        #[doc = idempotency_key_description!()]
        idempotency_key: Option<String>,
        #[doc = message_description!()]
        message: Option<String>,
        #[doc = plan_token_description!()]
        plan_token: Option<String>,
    }
);

impl From<UpdateStackInput> for UpdateStack {
    fn from(mut input: UpdateStackInput) -> Self {
        let edit = input.edit();
        Self { stack: input.stack.into(), edit, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// All variables that the instances of a stack share.
#[derive(InputObject)]
pub(in crate::graphql) struct SetSharedVarsInput {
    /// Which stack.
    stack: StackRef,
    /// All its variables, at most 500 with 16 MiB of text; those that are not listed go.
    vars: Vec<SharedVar>,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<SetSharedVarsInput> for SetSharedVars {
    fn from(input: SetSharedVarsInput) -> Self {
        let SetSharedVarsInput { stack, vars, expected_revision, .. } = input;
        Self { stack: stack.into(), vars, expected_revision: expected_revision.map(i64::from) }
    }
}

/// A copy of a stack.
#[derive(InputObject)]
pub(in crate::graphql) struct DuplicateStackInput {
    /// The source.
    stack: StackRef,
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

impl From<DuplicateStackInput> for DuplicateStack {
    fn from(input: DuplicateStackInput) -> Self {
        Self { stack: input.stack.into(), name: input.name, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A new name for a stack.
#[derive(InputObject)]
pub(in crate::graphql) struct RenameStackInput {
    /// Which stack.
    stack: StackRef,
    /// The new name; the container names of the stack's instances follow. The same name changes nothing and succeeds.
    name: String,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RenameStackInput> for RenameStack {
    fn from(input: RenameStackInput) -> Self {
        Self { stack: input.stack.into(), name: input.name, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A stack for the trash.
#[derive(InputObject)]
pub(in crate::graphql) struct SoftDeleteStackInput {
    /// Which stack.
    stack: StackRef,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<SoftDeleteStackInput> for SoftDeleteStack {
    fn from(input: SoftDeleteStackInput) -> Self {
        Self { stack: input.stack.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A trashed stack to bring back.
#[derive(InputObject)]
pub(in crate::graphql) struct RestoreStackInput {
    /// Which stack, by its id; by name, the one of this name that was deleted last.
    stack: StackRef,
    /// The name under which it comes back; needed when its own has been taken meanwhile.
    name: Option<String>,
    /// Write only when this is still the stack's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RestoreStackInput> for RestoreStack {
    fn from(input: RestoreStackInput) -> Self {
        Self { stack: input.stack.into(), name: input.name, expected_revision: input.expected_revision.map(i64::from) }
    }
}

/// A trashed stack to remove for good.
#[derive(InputObject)]
pub(in crate::graphql) struct PurgeStackInput {
    /// Which stack, by its id; by name, the one of this name that was deleted last.
    stack: StackRef,
    /// Purge only when this is still the stack's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<PurgeStackInput> for PurgeStack {
    fn from(input: PurgeStackInput) -> Self {
        Self { stack: input.stack.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

super::planned!(may CreateStackInput, UpdateStackInput, SetSharedVarsInput, DuplicateStackInput, RestoreStackInput);
super::planned!(must RenameStackInput, SoftDeleteStackInput, PurgeStackInput);
