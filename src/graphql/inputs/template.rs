//! Inputs of the mutations of templates.

use async_graphql::InputObject;

use crate::{
    app::CreateTemplate, db::templates::TemplateValues, graphql::collections::TemplateCollectionsInput, kinds::Argv,
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
