//! Inputs of the mutations of templates.
//!
//! Used by `mutation.rs`. They must not check a rule: the use case does.

use async_graphql::{InputObject, MaybeUndefined};

use super::{
    TemplateRef,
    fields::{Given, OnCreate, create_input, given, update_input},
};
use crate::{
    app::{CreateTemplate, DeleteTemplate, TemplateEdit as AppTemplateEdit, UpdateTemplate},
    fields::{OnNull, TemplateEdit as FieldsEdit, TemplateValues, template_fields},
    graphql::config::collections::TemplateCollectionsInput,
    kinds::Collections,
};

template_fields!(created, create_input,
    /// A new template.
    CreateTemplateInput for TemplateValues {
        #[graphql(flatten)]
        collections: TemplateCollectionsInput,
        #[doc = idempotency_key_description!()]
        idempotency_key: Option<String>,
        #[doc = message_description!()]
        message: Option<String>,
        #[doc = plan_token_description!()]
        plan_token: Option<String>,
    }
);

impl From<CreateTemplateInput> for CreateTemplate {
    fn from(mut input: CreateTemplateInput) -> Self {
        let values = input.values();
        Self { values, collections: Collections::from(input.collections).without_empty() }
    }
}

template_fields!(updated, update_input,
    /// An edit of a template; what is absent stays as it is.
    #[graphql(name = "TemplateEditInput")]
    TemplateEdit for FieldsEdit {
        #[graphql(flatten)]
        collections: TemplateCollectionsInput,
    }
);

impl From<TemplateEdit> for AppTemplateEdit {
    fn from(mut edit: TemplateEdit) -> Self {
        Self { fields: edit.edit(), collections: edit.collections.into() }
    }
}

/// A change of a template; what is absent stays as it is. A collection that is there is replaced whole; an empty list,
/// or null, empties it.
#[derive(InputObject)]
pub(in crate::graphql) struct UpdateTemplateInput {
    /// Which template.
    template: TemplateRef,
    #[graphql(flatten)]
    edit: TemplateEdit,
    /// Write only when this is still the template's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<UpdateTemplateInput> for UpdateTemplate {
    fn from(input: UpdateTemplateInput) -> Self {
        Self {
            template: input.template.into(),
            edit: input.edit.into(),
            expected_revision: input.expected_revision.map(i64::from),
        }
    }
}

/// A template to delete.
#[derive(InputObject)]
pub(in crate::graphql) struct DeleteTemplateInput {
    /// Which template.
    template: TemplateRef,
    /// Delete only when this is still the template's revision.
    expected_revision: Option<i32>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<DeleteTemplateInput> for DeleteTemplate {
    fn from(input: DeleteTemplateInput) -> Self {
        Self { template: input.template.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

super::planned!(may CreateTemplateInput);
super::planned!(must UpdateTemplateInput, DeleteTemplateInput);
