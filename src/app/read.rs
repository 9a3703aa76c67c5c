//! Reads: single things, pages, and many by their keys for the loaders.
//!
//! Called by the resolvers and their loaders. They must never write.

use std::collections::HashMap;

use super::{App, find::storable};
use crate::{
    db::{
        direct::{Members, Projection, Row, Version},
        entities::{InstanceModel, StackModel, TemplateModel},
        entries::{Loaded, Source},
        queries::{
            instances::{self, ByAge, InstanceFilter, Parent},
            page::{Page, Slice},
            rules,
            stacks::{self, ByName, RowLock, StackFilter},
            templates::{self, TemplateFilter},
        },
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Owner, Rules},
};

impl App {
    /// A live stack by its name.
    pub async fn stack(&self, name: &str) -> Result<Option<StackModel>> {
        if !storable(name) {
            return Ok(None);
        }
        Ok(stacks::find_by_name(&self.reader(), name, RowLock::No).await?)
    }

    /// A page of the stacks, by name.
    pub async fn stacks(&self, filter: &StackFilter, slice: &Slice<ByName>) -> Result<Page<StackModel>> {
        Ok(stacks::page(&self.reader(), filter, slice).await?)
    }

    /// How many stacks match.
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

    /// A page of the templates, by name.
    pub async fn templates(&self, filter: &TemplateFilter, slice: &Slice<ByName>) -> Result<Page<TemplateModel>> {
        Ok(templates::page(&self.reader(), filter, slice).await?)
    }

    /// How many templates match.
    pub async fn count_templates(&self, filter: &TemplateFilter) -> Result<u64> {
        Ok(templates::count(&self.reader(), filter).await?)
    }

    /// A live instance of a stack by its name.
    pub async fn instance_of(&self, stack: StackId, name: &str) -> Result<Option<InstanceModel>> {
        if !storable(name) {
            return Ok(None);
        }
        Ok(instances::find_by_name(&self.reader(), stack, name, RowLock::No).await?)
    }

    /// Stacks by their keys, trashed ones included.
    pub async fn load_stacks(&self, ids: &[StackId]) -> Result<HashMap<StackId, StackModel>> {
        Ok(stacks::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Templates by their keys.
    pub async fn load_templates(&self, ids: &[TemplateId]) -> Result<HashMap<TemplateId, TemplateModel>> {
        Ok(templates::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// Instances by their keys, trashed ones included.
    pub async fn load_instances(&self, ids: &[InstanceId]) -> Result<HashMap<InstanceId, InstanceModel>> {
        Ok(instances::load(&self.reader(), ids).await?.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The same page of the instances of each stack or template, oldest first.
    pub async fn load_instance_pages<P: Parent>(
        &self,
        parents: &[P],
        filter: &InstanceFilter,
        slice: &Slice<ByAge>,
    ) -> Result<HashMap<P, Page<InstanceModel>>> {
        Ok(instances::pages(&self.reader(), parents, filter, slice).await?)
    }

    /// How many instances of each stack or template match. Those without any are missing.
    pub async fn count_instances<P: Parent>(&self, parents: &[P], filter: &InstanceFilter) -> Result<HashMap<P, i64>> {
        Ok(instances::counts(&self.reader(), parents, filter).await?)
    }

    /// The entries of one kind, for many owners, with secrets as they are stored. Owners out of the caller's reach are
    /// missing.
    pub async fn load_entries<O: Owner, K: Source<O>>(&self, owners: &[O::Id]) -> Result<Loaded<O, K>> {
        Ok(<K as Source<O>>::masked(&self.reader(), owners).await?)
    }

    /// What instances take away from their templates. Instances without rules, or out of the caller's reach, are missing.
    pub async fn load_rules(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Rules>> {
        Ok(rules::visible(&self.reader(), instances).await?)
    }

    /// The rows of a live stack by its name, of some of its instances, and of what belongs to them; none of a stack that
    /// does not exist. For answers that are written from rows.
    pub async fn rows(&self, wanted: &Projection, stack: &str, members: Members<'_>) -> Result<Vec<Row>> {
        let names = match members {
            Members::One(name) => [stack, name],
            _ => [stack, stack],
        };
        if !names.into_iter().all(storable) {
            return Ok(Vec::new());
        }
        Ok(self.db.rows(&self.access.scope, &self.statements, wanted, stack, members).await?)
    }

    /// The version of all that [`App::rows`] would give at this moment; none of a stack that does not exist.
    pub async fn version(&self, stack: &str) -> Result<Option<Version>> {
        if !storable(stack) {
            return Ok(None);
        }
        Ok(self.db.version(&self.access.scope, &self.statements, stack).await?)
    }
}
