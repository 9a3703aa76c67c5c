//! The fields of `Stack` that are about its document and the owners of its entries.
//!
//! Flattened into `Stack`. It must not read the database except through the loaders.

use async_graphql::{Context, Enum, Object, Result};

use crate::{
    error::Error,
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{DocumentOf, OwnersOf},
    },
    ids::StackId,
    stack_document::Format,
};

/// The form of a document.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Format")]
pub(in crate::graphql) enum DocumentFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// The fields about the document.
pub(in crate::graphql) struct Documents(pub(in crate::graphql) StackId);

#[Object]
impl Documents {
    /// What the stack and its live instances set, as text for a repository, which `applyStack` takes. Templates are named
    /// in it, their entries are not in it, and neither are values of secrets. The same data gives the same bytes. With a row
    /// that cannot be read there is no document: the error `BAD_REQUEST` names the instance.
    async fn document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its form.", default_with = "DocumentFormat::Yaml")] format: DocumentFormat,
    ) -> Result<String> {
        let found = ctx.loaders().load(DocumentOf { stack: self.0, format: format.into() }).await;
        let found = found.map_err(to_graphql_error)?;
        let found = found.ok_or_else(|| Error::Internal("a stack was purged while it was read".to_owned()));
        found.map_err(to_graphql_error)?.map_err(to_graphql_error)
    }

    /// Who keeps entries of the stack or of its live instances in files, sorted: the owners of `applyStack`.
    async fn owners(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.loaders().load(OwnersOf(self.0)).await.map_err(to_graphql_error)?.unwrap_or_default())
    }
}
