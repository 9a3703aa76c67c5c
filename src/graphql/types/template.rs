//! `Template`: the object type of a template.
//!
//! Reached through `Query`, payloads and `Instance.template`. It must not depend on how instances are stored.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    db::entities::TemplateModel,
    error::Error,
    graphql::{
        config::collections::TemplateCollections,
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        inputs::TemplateEdit,
        lists::{
            connection::Listed,
            instances::{self, InstanceTotal},
        },
        types::{instance::Instance, template_preview::TemplateEditPreview},
    },
    ids::GlobalId,
    kinds::Argv,
    read::cursor::{MAX_PAGE, PageArgs},
};

/// An entry of the catalogue.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Template(pub(in crate::graphql) Arc<TemplateModel>);

impl From<TemplateModel> for Template {
    fn from(row: TemplateModel) -> Self {
        Self(Arc::new(row))
    }
}

#[Object]
/// An entry of the catalogue: an image with its defaults. What an instance does not override, it takes from here, also
/// when the template changes later.
impl Template {
    /// Opaque global id; it stays the same for ever.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.encode().into()
    }

    /// Unique name: 2 to 64 lower-case letters, digits and hyphens.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What the service is and how it is set up; free text, at most 4096 characters.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Group in the catalogue, such as `database` or `queue`; at most 63 characters.
    async fn category(&self) -> &str {
        &self.0.category
    }

    /// Image without tag, such as `postgres` or `registry.example.com/acme/api`.
    async fn image_name(&self) -> &str {
        &self.0.image_name
    }

    /// Tag of the image, or a digest `sha256:…`.
    async fn image_tag(&self) -> &str {
        &self.0.image_tag
    }

    /// Arguments in place of the image's own; null for the image's own.
    async fn command(&self) -> Option<Vec<String>> {
        self.0.command.clone().map(|Argv(words)| words)
    }

    /// Program in place of the image's own; null for the image's own.
    async fn entrypoint(&self) -> Option<Vec<String>> {
        self.0.entrypoint.clone().map(|Argv(words)| words)
    }

    /// User inside the container, by name or number; null for the image's own.
    async fn user(&self) -> Option<&str> {
        self.0.user.as_deref()
    }

    /// Directory in which the program starts; null for the image's own.
    async fn working_dir(&self) -> Option<&str> {
        self.0.working_dir.as_deref()
    }

    /// When the engine starts the container again: `no`, `always`, `unless-stopped`, `on-failure` or
    /// `on-failure:TIMES`.
    async fn restart_policy(&self) -> &str {
        &self.0.restart_policy
    }

    /// False when the template is not to be offered for new instances.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Raised by one with every change of the template or of any of its entries.
    async fn revision(&self) -> i32 {
        int(self.0.revision)
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// The live instances made from it, of all stacks, oldest first. Pages have 1 to 100 rows, 20 when nothing is said.
    #[expect(clippy::too_many_arguments, reason = "the page arguments of Relay and two filters")]
    async fn instances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Only names that contain this text, in upper or lower case; no wildcards.")] search: Option<
            String,
        >,
        #[graphql(desc = "Only enabled (true) or only disabled (false) instances.")] enabled: Option<bool>,
    ) -> Result<Listed<Instance, InstanceTotal>> {
        instances::list(ctx, self.0.id, PageArgs { first, after, last, before }, search, enabled).await
    }

    /// What an edit with `updateTemplate` would do to the live instances made from this template: which of them would
    /// run differently, and in what. Nothing is written.
    async fn affected(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edit; what is absent stays as it is.")] edit: TemplateEdit,
        #[graphql(desc = "How many of the instances to show, 1 to 100; all are counted.", default = 20)] first: i32,
    ) -> Result<TemplateEditPreview> {
        if !(1..=MAX_PAGE).contains(&first) {
            return Err(to_graphql_error(Error::limit(format!("first is 1 to {MAX_PAGE}, not {first}."))));
        }
        match ctx.app().preview_template_edit(&self.0, &edit.into()).await {
            Ok(preview) => Ok(TemplateEditPreview::new(preview, first.unsigned_abs() as usize)),
            Err(Error::Refused(problems)) => Ok(TemplateEditPreview::refused(problems)),
            Err(error) => Err(to_graphql_error(error)),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn collections(&self) -> TemplateCollections {
        TemplateCollections(self.0.id)
    }
}
