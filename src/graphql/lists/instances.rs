//! Lists of instances: those of a stack, and those of a template.
//!
//! Used by `Stack` and `Template`. It must not access the database except through the loaders.

use async_graphql::{Context, Object, Result};

use crate::{
    db::queries::{
        instances::{ByAge, InstanceFilter, Parent},
        page::Page,
    },
    graphql::{
        context::{ContextExt, int},
        execution::to_error::to_graphql_error,
        lists::connection::{Listed, connection},
        loaders::{InstanceCountOf, InstancePageOf},
        types::instance::Instance,
    },
    ids::{StackId, TemplateId},
    read::cursor::{PageArgs, searchable},
};

/// The parent whose instances a list contains.
#[derive(Clone, Copy)]
pub(in crate::graphql) enum Whose {
    /// A stack.
    Stack(StackId),
    /// A template.
    Template(TemplateId),
}

impl From<StackId> for Whose {
    fn from(id: StackId) -> Self {
        Self::Stack(id)
    }
}

impl From<TemplateId> for Whose {
    fn from(id: TemplateId) -> Self {
        Self::Template(id)
    }
}

/// A page of live instances, oldest first, loaded together with the pages of all other parents.
pub(in crate::graphql) async fn list<P: Parent + Into<Whose>>(
    ctx: &Context<'_>,
    parent: P,
    page: PageArgs,
    search: Option<String>,
    enabled: Option<bool>,
) -> Result<Listed<Instance, InstanceTotal>> {
    let slice = page.slice().map_err(to_graphql_error)?;
    let filter = searchable(search).map(|search| InstanceFilter { search, enabled });
    let page = match filter.clone() {
        Some(filter) => ctx.loaders().load(InstancePageOf { parent, filter, slice }).await.map_err(to_graphql_error)?,
        None => None,
    };
    let page = page.unwrap_or(Page { rows: Vec::new(), has_previous: false, has_next: false });
    Ok(connection(page, InstanceTotal { whose: parent.into(), filter }, |row| {
        (ByAge { created_at: row.created_at, id: row.id }, Instance(row))
    }))
}

/// Resolves the total count of instances, on demand.
pub(in crate::graphql) struct InstanceTotal {
    whose: Whose,
    filter: Option<InstanceFilter>,
}

#[Object]
impl InstanceTotal {
    /// How many instances the list has in all, over every page. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let Some(filter) = self.filter.clone() else { return Ok(0) };
        let loaders = ctx.loaders();
        let found = match self.whose {
            Whose::Stack(parent) => loaders.load(InstanceCountOf { parent, filter }).await,
            Whose::Template(parent) => loaders.load(InstanceCountOf { parent, filter }).await,
        };
        Ok(int(found.map_err(to_graphql_error)?.unwrap_or_default()))
    }
}
