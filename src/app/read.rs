//! Reads: single objects, pages of lists, and batches by id for the loaders.
//!
//! Called by the resolvers and the loaders. They must not write.

use std::collections::HashMap;

use super::{App, InstanceRef, StackRef, TemplateRef, find::storable, text::searched};
use crate::{
    db::{
        entities::{InstanceModel, StackModel, TemplateModel},
        entries::{
            Loaded, Source,
            search::{self, ByMatch, Match},
        },
        queries::{
            instances::{self, ByAge, InstanceFilter, Parent},
            page::{Page, Slice},
            rules,
            stacks::{self, ByName, RowLock, StackFilter},
            templates::{self, TemplateFilter},
        },
        read_model::{NodeArgument, Row, Tree, Version, Versioned, Wanted},
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{OverrideKind, Owner, Rules},
};

impl App {
    /// A live stack by its name.
    pub async fn stack(&self, name: &str) -> Result<Option<StackModel>> {
        if !storable(name) {
            return Ok(None);
        }
        Ok(stacks::find_by_name(&self.reader(), name, RowLock::None).await?)
    }

    /// A live stack by a reference.
    pub async fn stack_by_ref(&self, wanted: &StackRef) -> Result<Option<StackModel>> {
        match wanted {
            StackRef::Name(name) => self.stack(name).await,
            StackRef::Id(None) => Ok(None),
            StackRef::Id(Some(id)) => {
                let found = self.load_stacks(&[*id]).await?.remove(id);
                Ok(found.filter(|stack| stack.deleted_at.is_none()))
            }
        }
    }

    /// A page of stacks, sorted by name.
    pub async fn stacks(&self, filter: &StackFilter, slice: &Slice<ByName>) -> Result<Page<StackModel>> {
        Ok(stacks::page(&self.reader(), filter, slice).await?)
    }

    /// The number of stacks that match a filter.
    pub async fn count_stacks(&self, filter: &StackFilter) -> Result<u64> {
        Ok(stacks::count(&self.reader(), filter).await?)
    }

    /// A template by its name.
    pub async fn template(&self, name: &str) -> Result<Option<TemplateModel>> {
        if !storable(name) {
            return Ok(None);
        }
        Ok(templates::find_by_name(&self.reader(), name).await?)
    }

    /// A template by a reference.
    pub async fn template_by_ref(&self, wanted: &TemplateRef) -> Result<Option<TemplateModel>> {
        match wanted {
            TemplateRef::Name(name) => self.template(name).await,
            TemplateRef::Id(None) => Ok(None),
            TemplateRef::Id(Some(id)) => Ok(self.load_templates(&[*id]).await?.remove(id)),
        }
    }

    /// A page of templates, sorted by name.
    pub async fn templates(&self, filter: &TemplateFilter, slice: &Slice<ByName>) -> Result<Page<TemplateModel>> {
        Ok(templates::page(&self.reader(), filter, slice).await?)
    }

    /// The number of templates that match a filter.
    pub async fn count_templates(&self, filter: &TemplateFilter) -> Result<u64> {
        Ok(templates::count(&self.reader(), filter).await?)
    }

    /// The categories of the catalogue, sorted.
    pub async fn categories(&self) -> Result<Vec<String>> {
        let mut found = templates::categories(&self.reader()).await?;
        found.sort_unstable();
        Ok(found)
    }

    /// A page of everything that contains a text; with `kinds`, of entries of these kinds only.
    pub async fn search(
        &self,
        text: &str,
        kinds: Option<&[OverrideKind]>,
        slice: &Slice<ByMatch>,
    ) -> Result<Page<Match>> {
        Ok(search::page(&self.reader(), searched(text)?, kinds, slice).await?)
    }

    /// A live instance of a stack, by its name.
    pub async fn instance_of(&self, stack: StackId, name: &str) -> Result<Option<InstanceModel>> {
        if !storable(name) {
            return Ok(None);
        }
        Ok(instances::find_by_name(&self.reader(), stack, name, RowLock::None).await?)
    }

    /// A live instance by the names of its stack and itself.
    pub async fn instance(&self, stack: &str, name: &str) -> Result<Option<InstanceModel>> {
        match self.stack(stack).await? {
            Some(stack) => self.instance_of(stack.id, name).await,
            None => Ok(None),
        }
    }

    /// A live instance by a reference.
    pub async fn instance_by_ref(&self, wanted: &InstanceRef) -> Result<Option<InstanceModel>> {
        match wanted {
            InstanceRef::Name { stack, name } => self.instance(stack, name).await,
            InstanceRef::Id(None) => Ok(None),
            InstanceRef::Id(Some(id)) => {
                let found = self.load_instances(&[*id]).await?.remove(id);
                Ok(found.filter(|instance| instance.deleted_at.is_none()))
            }
        }
    }

    /// Stacks by their ids, including trashed ones.
    pub async fn load_stacks(&self, ids: &[StackId]) -> Result<HashMap<StackId, StackModel>> {
        Ok(stacks::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Templates by their ids.
    pub async fn load_templates(&self, ids: &[TemplateId]) -> Result<HashMap<TemplateId, TemplateModel>> {
        Ok(templates::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Instances by their ids, including trashed ones.
    pub async fn load_instances(&self, ids: &[InstanceId]) -> Result<HashMap<InstanceId, InstanceModel>> {
        Ok(instances::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The same page of the instances of each parent, oldest first.
    pub async fn load_instance_pages<P: Parent>(
        &self,
        parents: &[P],
        filter: &InstanceFilter,
        slice: &Slice<ByAge>,
    ) -> Result<HashMap<P, Page<InstanceModel>>> {
        Ok(instances::pages(&self.reader(), parents, filter, slice).await?)
    }

    /// The number of instances of each parent that match a filter. Parents without any are missing.
    pub async fn count_instances<P: Parent>(&self, parents: &[P], filter: &InstanceFilter) -> Result<HashMap<P, i64>> {
        Ok(instances::counts(&self.reader(), parents, filter).await?)
    }

    /// The entries of one kind for many owners, without decrypting secrets. Owners outside the caller's scope are
    /// missing.
    pub async fn load_entries<O: Owner, K: Source<O>>(&self, owners: &[O::Id]) -> Result<Loaded<O, K>> {
        Ok(<K as Source<O>>::masked(&self.reader(), owners).await?)
    }

    /// The override rules of instances. Instances without rules, or outside the caller's scope, are missing.
    pub async fn load_rules(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Rules>> {
        Ok(rules::visible(&self.reader(), instances).await?)
    }

    /// Runs the statement of a read plan.
    pub async fn rows(&self, tree: &Tree, arguments: &[NodeArgument], wanted: Wanted) -> Result<Vec<Row>> {
        Ok(self.db.rows(&self.access.scope, &self.statements, tree, arguments, wanted).await?)
    }

    /// The current version of what [`App::rows`] would read; `None` if it covers a stack that does not exist.
    pub async fn version(&self, versioned: Versioned<'_>) -> Result<Option<Version>> {
        Ok(self.db.version(&self.access.scope, &self.statements, versioned).await?)
    }
}
