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
        entries::{Mergeable, Source},
        queries::{claims::Claimant, rules},
    },
    error::Unreadable,
    ids::{InstanceId, TemplateId},
    kinds::{Merged, OfInstance, OfTemplate, OverrideKind, Overrides, Rules, Stats, merge_with, stats_with},
};

/// The entries of a template and the overrides of an instance, for one kind.
#[derive(Clone, Debug)]
pub struct Layers<K: Mergeable> {
    /// The template's entries.
    pub template: Arc<Vec<K>>,
    /// The instance's entries.
    pub own: Arc<Vec<K>>,
    /// The instance's rules, which remove or replace template entries.
    rules: Overrides<K>,
}

impl<K: Mergeable> Layers<K> {
    /// Creates the layers of one kind. `rules` may contain rules of other kinds.
    pub fn new(template: Arc<Vec<K>>, own: Arc<Vec<K>>, rules: &Rules) -> Self {
        Self { template, own, rules: Overrides::new(Vec::new(), K::KIND, rules) }
    }

    /// Whether the instance overrides nothing of this kind.
    pub fn is_inherited(&self) -> bool {
        self.own.is_empty() && self.rules.removed.is_empty() && !self.rules.replaced
    }

    /// Merges the layers into the effective entries.
    pub fn merge(&self) -> Merged<&K> {
        merge_with(&self.template, &self.own, &self.rules)
    }

    /// Statistics about the overrides.
    pub fn stats(&self) -> (OverrideKind, Stats) {
        (K::KIND, stats_with(&self.template, &self.own, &self.rules))
    }
}

/// Anything made from a template: an instance, or the columns of it that suffice.
pub(in crate::app) trait MadeFromTemplate: Sync {
    /// The id of the instance.
    fn id(&self) -> InstanceId;
    /// The id of its template.
    fn template(&self) -> TemplateId;
}

impl MadeFromTemplate for InstanceModel {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
}

impl MadeFromTemplate for Claimant {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
}

/// The layers of an instance, or the row of the instance or its template that cannot be read.
pub(in crate::app) type Readable<K> = Result<Layers<K>, Unreadable>;

/// Loads the layers of one kind for many instances, in their order. Runs three statements.
pub(in crate::app) async fn load<K: Mergeable>(
    db: &impl Session,
    instances: &[InstanceModel],
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
    let rules = rules::load(db, &ids).await?;
    load_with(db, instances, &rules).await
}

/// Loads the layers with rules that were loaded before. Runs two statements.
pub(in crate::app) async fn load_with<K: Mergeable>(
    db: &impl Session,
    instances: &[impl MadeFromTemplate],
    rules: &HashMap<InstanceId, Rules>,
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(MadeFromTemplate::id).collect();
    let mut templates: Vec<TemplateId> = instances.iter().map(MadeFromTemplate::template).collect();
    templates.sort_unstable();
    templates.dedup();
    let template = <K as Source<OfTemplate>>::load_each(db, &templates).await?;
    let unreadable = template.unreadable;
    let template: HashMap<TemplateId, Arc<Vec<K>>> =
        template.entries.into_iter().map(|(id, entries)| (id, Arc::new(entries))).collect();
    let mut own = <K as Source<OfInstance>>::load_each(db, &ids).await?;
    let (nothing, no_rules) = (Arc::new(Vec::new()), Rules::new());
    let layers = instances.iter().map(|instance| {
        if let Some(row) = unreadable.get(&instance.template()) {
            return Err(row.clone());
        }
        let template = template.get(&instance.template()).unwrap_or(&nothing);
        let entries = own.take(instance.id())?;
        let rules = rules.get(&instance.id()).unwrap_or(&no_rules);
        Ok(Layers::new(Arc::clone(template), Arc::new(entries), rules))
    });
    Ok(layers.collect())
}
