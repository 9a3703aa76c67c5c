//! Previews an edit of a template: which of its instances would change, and how.
//!
//! Called by the resolvers. It must not write.

use std::collections::HashMap;

use crate::{
    app::{App, TemplateEdit, Warning, overrides::keep_secrets, templates::update::lost_volumes},
    db::{
        entities::{InstanceModel, TemplateModel},
        entries::{Mergeable, Source},
        queries::{instances, rules},
    },
    error::{Error, Problems, Result},
    fields::TemplateValues,
    ids::{InstanceId, StackId},
    kinds::{
        AnyChange, AnyEntry, Cardinality, Change, EnvVar, Inherited, OfInstance, OfStack, OfTemplate, Overrides, Rules,
        Setting, diff, for_each_template_kind, merge,
    },
};

/// The effects of an edit.
#[derive(Debug, Default)]
pub struct EditPreview {
    /// The changes in the template.
    pub changes: Vec<AnyChange>,
    /// The live instances whose effective configuration would change, oldest first, with the changes.
    pub affected: Vec<(InstanceModel, Vec<AnyChange>)>,
    /// The number of live instances that would not change.
    pub unaffected: usize,
    /// The warnings that the edit would give.
    pub warnings: Vec<Warning>,
}

/// The instances of a template, with the changes found so far.
struct Comparison<'a> {
    app: &'a App,
    instances: Vec<InstanceModel>,
    ids: Vec<InstanceId>,
    rules: HashMap<InstanceId, Rules>,
    changes: Vec<Vec<AnyChange>>,
    of_template: Vec<AnyChange>,
}

impl Comparison<'_> {
    /// Compares one kind. Runs no statement if the edit does not change that kind.
    async fn compare<K: Mergeable + Into<AnyEntry>>(&mut self, before: &[K], after: &[K]) -> Result<()> {
        let (from, to): (Vec<&K>, Vec<&K>) = (before.iter().collect(), after.iter().collect());
        let changed = diff(&from, &to);
        if changed.is_empty() {
            return Ok(());
        }
        self.charge(&changed)?;
        self.of_template.extend(changed.into_iter().map(AnyChange::from));
        let mut own = <K as Source<OfInstance>>::load(&self.app.reader(), &self.ids).await?;
        let mut stacks: Vec<StackId> = self.instances.iter().map(|row| row.stack_id).collect();
        stacks.sort_unstable();
        stacks.dedup();
        let shared = <K as Source<OfStack>>::load(&self.app.reader(), &stacks).await?;
        let none = Rules::new();
        let ids: Vec<(InstanceId, StackId)> = self.instances.iter().map(|row| (row.id, row.stack_id)).collect();
        for (at, (instance, stack)) in ids.iter().enumerate() {
            let shared = shared.get(stack).map(Vec::as_slice).unwrap_or_default();
            let rules = self.rules.get(instance).unwrap_or(&none);
            let overrides = Overrides::new(own.remove(instance).unwrap_or_default(), K::KIND, rules);
            let below = |template| Inherited { template, shared };
            let (before, after) = (merge(below(before), &overrides), merge(below(after), &overrides));
            let changed = diff(&before.values(), &after.values());
            self.charge(&changed)?;
            self.changes[at].extend(changed.into_iter().map(AnyChange::from));
        }
        Ok(())
    }

    /// Charges the copies of changed entries to the budget.
    fn charge<K: Mergeable>(&self, changed: &[Change<'_, K>]) -> Result<()> {
        let entries = changed.iter().flat_map(|change| change.from.iter().chain(&change.to));
        for entry in entries {
            self.app.budget().charge(size_of::<AnyEntry>() + entry.heap_size())?;
        }
        Ok(self.app.budget().check_time()?)
    }
}

impl App {
    /// Returns the effects of an edit, or its problems. The number of statements does not depend on the number of
    /// instances.
    pub async fn preview_template_edit(&self, template: &TemplateModel, edit: &TemplateEdit) -> Result<EditPreview> {
        let mut edit = edit.clone();
        let mut problems = Problems::default();
        edit.check(&mut problems);
        let db = &self.reader();
        if let Some(wanted) = &mut edit.collections.env_vars {
            if !self.reveals_templates() {
                wanted.iter_mut().for_each(EnvVar::never_compared);
            }
            let mut own = <EnvVar as Source<OfTemplate>>::load(db, &[template.id]).await?;
            let own = own.remove(&template.id).unwrap_or_default();
            let mut at = Problems::at(&["input"]);
            keep_secrets::Stored::load(db, &own, None, wanted.iter()).await?.complete_all(wanted, &mut at);
            wanted.iter_mut().for_each(EnvVar::will_be_drawn);
            problems.append(at);
        }
        problems.finish().map_err(|error| match error {
            Error::Refused(problems) => Error::Refused(problems.into_iter().map(|it| it.rooted("edit")).collect()),
            other => other,
        })?;
        let warnings = match &edit.collections.volumes {
            Some(volumes) => lost_volumes(db, template, volumes).await?,
            None => Vec::new(),
        };
        let instances = instances::of_template(db, template.id).await?;
        let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
        let rules = rules::load(db, &ids).await?;
        let changes = vec![Vec::new(); instances.len()];
        let mut comparison = Comparison { app: self, instances, ids, rules, changes, of_template: Vec::new() };

        let before = TemplateValues::from(template);
        let after = edit.fields.apply(&before);
        comparison.compare::<Setting>(&before.settings().into_entries(), &after.settings().into_entries()).await?;
        macro_rules! kinds {
            ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
                $( if let Some(set) = edit.collections.$field {
                    let mut before = <crate::kinds::$kind as Source<OfTemplate>>::load(db, &[template.id]).await?;
                    let before = before.remove(&template.id).unwrap_or_default();
                    comparison.compare::<crate::kinds::$kind>(&before, &set.into_entries()).await?;
                } )+
            };
        }
        for_each_template_kind!(kinds);

        let all = comparison.instances.len();
        let affected: Vec<_> = comparison
            .instances
            .into_iter()
            .zip(comparison.changes)
            .filter(|(_, changes)| !changes.is_empty())
            .collect();
        Ok(EditPreview { changes: comparison.of_template, unaffected: all - affected.len(), affected, warnings })
    }
}
