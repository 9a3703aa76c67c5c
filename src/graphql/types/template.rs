//! `Template`: the object type of a template.
//!
//! Reached through `Query`, payloads and `Instance.template`. It must not depend on how instances are stored.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::{
    access::change::Subject,
    db::{change_log::history::Whose, entities::TemplateModel},
    error::Error,
    fields::template_fields,
    graphql::{
        config::collections::TemplateCollections,
        context::ContextExt,
        execution::to_error::to_graphql_error,
        inputs::TemplateEdit,
        lists::{
            connection::Listed,
            instances::{self, InstanceTotal},
        },
        types::{
            history::fields::History,
            instance::Instance,
            plain::{object, output, value},
            plan::affected::TemplateEditPreview,
        },
    },
    read::cursor::{MAX_PAGE, PageArgs},
};

template_fields!(shown, object,
    /// An entry of the catalogue: an image with its defaults. What an instance does not override, it takes from here, also
    /// when the template changes later.
    Template of TemplateModel with TemplateRelations
);

/// The fields of `Template` that need more than its row.
pub(in crate::graphql) struct TemplateRelations(Arc<TemplateModel>);

#[Object]
impl TemplateRelations {
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

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "the macro takes async methods here")]
    async fn past(&self) -> History {
        History(Whose::Subject(Subject::Template(self.0.id)))
    }
}
