//! `Template`.
//!
//! Reached through the roots and `Instance.template`. It must never know who uses it.

use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};

use super::{collections::TemplateCollections, context::int};
use crate::{db::entities::TemplateModel, ids::GlobalId, kinds::Argv};

/// An entry of the catalogue.
#[derive(Clone, Debug)]
pub(super) struct Template(pub(super) TemplateModel);

#[Object]
/// An entry of the catalogue: an image with its defaults. What an instance does not override, it takes from here, also
/// when the template changes later.
impl Template {
    /// Opaque global id; it stays the same for ever.
    pub(super) async fn id(&self) -> ID {
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

    #[graphql(flatten)]
    async fn collections(&self) -> TemplateCollections {
        TemplateCollections(self.0.id)
    }
}
