//! Loads the layers of the effective configuration for many instances at once.
//!
//! Called by the use cases that need the effective configuration. It must not merge entries itself; `kinds::merging`
//! does.

use std::{collections::HashMap, sync::Arc};

use sea_orm::DbErr;

use crate::{
    db::{
        Session,
        entities::InstanceModel,
        entries::{Batch, KindTables, Loaded, Mergeable, Source},
        queries::{claims::Claimant, rules},
    },
    error::Unreadable,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{
        Inherited, Merged, OfInstance, OfStack, OfTemplate, OverrideKind, Overrides, Rules, Stats, Stored, inherited,
        merge_with, stats_with,
    },
};

/// The entries of a template, those that the instances of a stack share, and the overrides of an instance, for one kind.
#[derive(Clone, Debug)]
pub struct Layers<K: Mergeable> {
    /// The template's entries.
    pub template: Arc<Vec<K>>,
    /// The entries that the instances of the stack share.
    pub shared: Arc<Vec<K>>,
    /// The instance's entries.
    pub own: Arc<Vec<K>>,
    /// The instance's rules, which remove or replace inherited entries.
    rules: Overrides<K>,
}

impl<K: Mergeable> Layers<K> {
    /// Creates the layers of one kind, of the template, of the stack and of the instance. `rules` may contain rules of
    /// other kinds.
    pub fn new([template, shared, own]: [Arc<Vec<K>>; 3], rules: &Rules) -> Self {
        Self { template, shared, own, rules: Overrides::new(Vec::new(), K::KIND, rules) }
    }

    /// What is below the overrides.
    fn below(&self) -> Inherited<'_, K> {
        Inherited { template: &self.template, shared: &self.shared }
    }

    /// What the instance inherits, by key.
    pub fn inherited(&self) -> Vec<&K> {
        inherited(self.below())
    }

    /// Whether the instance overrides nothing of this kind.
    pub fn is_inherited(&self) -> bool {
        self.own.is_empty() && self.rules.removed.is_empty() && !self.rules.replaced
    }

    /// Merges the layers into the effective entries.
    pub fn merge(&self) -> Merged<&K> {
        merge_with(self.below(), &self.own, &self.rules)
    }

    /// Statistics about the overrides.
    pub fn stats(&self) -> (OverrideKind, Stats) {
        (K::KIND, stats_with(self.below(), &self.own, &self.rules))
    }
}

/// Anything made from a template: an instance, or the columns of it that suffice.
pub(in crate::app) trait MadeFromTemplate: Sync {
    /// The id of the instance.
    fn id(&self) -> InstanceId;
    /// The id of its template.
    fn template(&self) -> TemplateId;
    /// The id of its stack.
    fn stack(&self) -> StackId;
}

impl MadeFromTemplate for InstanceModel {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
    fn stack(&self) -> StackId {
        self.stack_id
    }
}

impl MadeFromTemplate for Claimant {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
    fn stack(&self) -> StackId {
        self.stack_id
    }
}

/// The layers of an instance, or the row of the instance, its stack or its template that cannot be read.
pub(in crate::app) type Readable<K> = Result<Layers<K>, Unreadable>;

/// Loads the layers of one kind for many instances, in their order. Runs three statements, and one more for a kind that
/// stacks have.
pub(in crate::app) async fn load<K: Mergeable>(
    db: &impl Session,
    instances: &[InstanceModel],
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
    let rules = rules::load(db, &ids).await?;
    load_with(db, instances, &rules).await
}

/// Loads the layers with rules that were loaded before.
pub(in crate::app) async fn load_with<K: Mergeable>(
    db: &impl Session,
    instances: &[impl MadeFromTemplate],
    rules: &HashMap<InstanceId, Rules>,
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(MadeFromTemplate::id).collect();
    let template = <K as Source<OfTemplate>>::load_each(db, &templates_of(instances)).await?;
    let own = <K as Source<OfInstance>>::load_each(db, &ids).await?;
    layered(db, instances, rules, (template, own)).await
}

/// Loads what the layers of several kinds consist of, and the rules: one statement on PostgreSQL.
pub(in crate::app) async fn load_batch(
    db: &impl Session,
    instances: &[impl MadeFromTemplate],
    kinds: &[KindTables],
) -> Result<Batch, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(MadeFromTemplate::id).collect();
    Batch::load(db, (&ids, &templates_of(instances)), kinds).await
}

/// The layers of one kind for many instances, in their order, of what was loaded for them. Runs a statement for a kind that
/// stacks have.
pub(in crate::app) async fn layers_of<K: Mergeable + Stored<OfTemplate> + Stored<OfInstance>>(
    db: &impl Session,
    instances: &[impl MadeFromTemplate],
    loaded: &Batch,
) -> Result<Vec<Readable<K>>, DbErr> {
    let rows = (loaded.of_templates::<K>(db)?, loaded.of_instances::<K>(db)?);
    layered(db, instances, &loaded.rules, rows).await
}

fn templates_of(instances: &[impl MadeFromTemplate]) -> Vec<TemplateId> {
    let mut templates: Vec<TemplateId> = instances.iter().map(MadeFromTemplate::template).collect();
    templates.sort_unstable();
    templates.dedup();
    templates
}

async fn layered<K: Mergeable>(
    db: &impl Session,
    instances: &[impl MadeFromTemplate],
    rules: &HashMap<InstanceId, Rules>,
    (template, mut own): (Loaded<OfTemplate, K>, Loaded<OfInstance, K>),
) -> Result<Vec<Readable<K>>, DbErr> {
    let unreadable = template.unreadable;
    let template: HashMap<TemplateId, Arc<Vec<K>>> =
        template.entries.into_iter().map(|(id, entries)| (id, Arc::new(entries))).collect();
    let mut stacks: Vec<StackId> = instances.iter().map(MadeFromTemplate::stack).collect();
    stacks.sort_unstable();
    stacks.dedup();
    let shared = <K as Source<OfStack>>::load_each(db, &stacks).await?;
    let shared_unreadable = shared.unreadable;
    let shared: HashMap<StackId, Arc<Vec<K>>> =
        shared.entries.into_iter().map(|(id, entries)| (id, Arc::new(entries))).collect();
    let (nothing, no_rules) = (Arc::new(Vec::new()), Rules::new());
    let layers = instances.iter().map(|instance| {
        if let Some(row) = unreadable.get(&instance.template()) {
            return Err(row.clone());
        }
        if let Some(row) = shared_unreadable.get(&instance.stack()) {
            return Err(row.clone());
        }
        let shared = shared.get(&instance.stack()).unwrap_or(&nothing);
        let template = template.get(&instance.template()).unwrap_or(&nothing);
        let entries = own.take(instance.id())?;
        let rules = rules.get(&instance.id()).unwrap_or(&no_rules);
        Ok(Layers::new([Arc::clone(template), Arc::clone(shared), Arc::new(entries)], rules))
    });
    Ok(layers.collect())
}
