//! What the effective configuration of instances is made from, loaded for many of them at once.
//!
//! Called by the use cases that look at what would run. It must never merge by itself: that is `kinds::merge`.

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

/// What a template brings and what an instance of it says, for one kind.
#[derive(Clone, Debug)]
pub struct Layers<K: Mergeable> {
    /// The template's entries.
    pub template: Arc<Vec<K>>,
    /// The instance's entries.
    pub own: Arc<Vec<K>>,
    /// What the instance takes away; without entries.
    rules: Overrides<K>,
}

impl<K: Mergeable> Layers<K> {
    /// Puts them together.
    pub fn new(template: Arc<Vec<K>>, own: Arc<Vec<K>>, rules: &Rules) -> Self {
        Self { template, own, rules: Overrides::new(Vec::new(), K::KIND, rules) }
    }

    /// Whether the instance says nothing about the kind.
    pub fn is_inherited(&self) -> bool {
        self.own.is_empty() && self.rules.removed.is_empty() && !self.rules.replaced
    }

    /// What would run.
    pub fn merge(&self) -> Merged<&K> {
        merge_with(&self.template, &self.own, &self.rules)
    }

    /// What is worth a look.
    pub fn stats(&self) -> (OverrideKind, Stats) {
        (K::KIND, stats_with(&self.template, &self.own, &self.rules))
    }
}

/// Something that is made from a template: an instance, or the part of its row that is enough.
pub(in crate::app) trait Made: Sync {
    /// Its key.
    fn id(&self) -> InstanceId;
    /// Its template.
    fn template(&self) -> TemplateId;
}

impl Made for InstanceModel {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
}

impl Made for Claimant {
    fn id(&self) -> InstanceId {
        self.id
    }
    fn template(&self) -> TemplateId {
        self.template_service_id
    }
}

/// The layers of an instance, or why it has none: a row of it or of its template that cannot be read.
pub(in crate::app) type Readable<K> = Result<Layers<K>, Unreadable>;

/// The layers of one kind for many instances, in their order: three statements.
pub(in crate::app) async fn load<K: Mergeable>(
    db: &impl Session,
    instances: &[InstanceModel],
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
    let rules = rules::load(db, &ids).await?;
    load_with(db, instances, &rules).await
}

/// The same with rules that are there already: two statements.
pub(in crate::app) async fn load_with<K: Mergeable>(
    db: &impl Session,
    instances: &[impl Made],
    rules: &HashMap<InstanceId, Rules>,
) -> Result<Vec<Readable<K>>, DbErr> {
    let ids: Vec<InstanceId> = instances.iter().map(Made::id).collect();
    let mut templates: Vec<TemplateId> = instances.iter().map(Made::template).collect();
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
