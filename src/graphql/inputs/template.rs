//! Inputs of the mutations of templates.
//!
//! Used by `mutation.rs`. They must not check a rule: the use case does.

use async_graphql::{InputObject, MaybeUndefined};

use super::{TemplateRef, given};
use crate::{
    app::{CreateTemplate, DeleteTemplate, TemplateEdit as AppTemplateEdit, UpdateTemplate},
    db::queries::templates::TemplateValues,
    graphql::config::collections::TemplateCollectionsInput,
    kinds::{Argv, Collections},
};

/// A new template.
#[derive(InputObject)]
pub(in crate::graphql) struct CreateTemplateInput {
    /// Unique name: 2 to 64 lower-case letters, digits and hyphens, a letter or digit at both ends.
    name: String,
    /// What the service is and how it is set up; at most 4096 characters.
    description: Option<String>,
    /// Group in the catalogue; at most 63 characters.
    category: Option<String>,
    /// Image without tag, such as `postgres` or `registry.example.com/acme/api`; at most 255 characters.
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
    collections: TemplateCollectionsInput,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
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
            collections: Collections::from(input.collections).without_empty(),
        }
    }
}

/// An edit of a template; what is absent stays as it is.
#[derive(InputObject)]
#[graphql(name = "TemplateEditInput")]
pub(in crate::graphql) struct TemplateEdit {
    /// Unique name: 2 to 64 lower-case letters, digits and hyphens, a letter or digit at both ends. Null is refused.
    name: MaybeUndefined<String>,
    /// What the service is and how it is set up; at most 4096 characters. Null empties it.
    description: MaybeUndefined<String>,
    /// Group in the catalogue; at most 63 characters. Null empties it.
    category: MaybeUndefined<String>,
    /// Image without tag, such as `postgres` or `registry.example.com/acme/api`; at most 255 characters. Null is
    /// refused.
    image_name: MaybeUndefined<String>,
    /// Tag of the image, or a digest `sha256:…`. Null is refused.
    image_tag: MaybeUndefined<String>,
    /// Arguments in place of the image's own, one list entry each. Null brings back the image's own.
    command: MaybeUndefined<Vec<String>>,
    /// Program in place of the image's own, one list entry each. Null brings back the image's own.
    entrypoint: MaybeUndefined<Vec<String>>,
    /// User inside the container, by name or number. Null brings back the image's own.
    user: MaybeUndefined<String>,
    /// Directory in which the program starts; absolute. Null brings back the image's own.
    working_dir: MaybeUndefined<String>,
    /// When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or
    /// `on-failure:TIMES`. Null is refused.
    restart_policy: MaybeUndefined<String>,
    #[graphql(flatten)]
    collections: TemplateCollectionsInput,
}

impl From<TemplateEdit> for AppTemplateEdit {
    fn from(edit: TemplateEdit) -> Self {
        let argv = |value| given(value).map(|argv: Option<Vec<String>>| argv.map(Argv));
        Self {
            name: given(edit.name),
            description: given(edit.description).map(Option::unwrap_or_default),
            category: given(edit.category).map(Option::unwrap_or_default),
            image_name: given(edit.image_name),
            image_tag: given(edit.image_tag),
            command: argv(edit.command),
            entrypoint: argv(edit.entrypoint),
            user: given(edit.user),
            working_dir: given(edit.working_dir),
            restart_policy: given(edit.restart_policy),
            collections: edit.collections.into(),
        }
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
}

impl From<DeleteTemplateInput> for DeleteTemplate {
    fn from(input: DeleteTemplateInput) -> Self {
        Self { template: input.template.into(), expected_revision: input.expected_revision.map(i64::from) }
    }
}

super::keyed!(CreateTemplateInput, UpdateTemplateInput, DeleteTemplateInput);
