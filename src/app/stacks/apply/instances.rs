//! The instances of a stack during an apply: which are created, changed, or leave, and writing them.
//!
//! Used by the use case in its transaction, which locks the stack exclusively. It must not change templates that exist.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    AppliedInstance, AppliedOutcome, Work, kinds,
    ownership::{INSTANCE, Ownership},
    source::place_of,
    wanted::WantedInstance,
};
use crate::{
    app::{Warning, WarningCode, compose::import::refuse_cycles, instances::naming, text},
    compose::{Entries, Note},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries::{self, owned::EntryRef},
        queries::{
            instances::{self, InstanceChange, NewInstance},
            stack_instances,
        },
    },
    error::{Problem, Problems, Result, Unreadable},
    fields::InstanceValues,
    ids::{InstanceId, TemplateId},
    name::{Name, NameOf},
};

/// The instances of a stack, and what happens to each.
pub(super) struct Members<'m> {
    pub(super) work: &'m Work<'m>,
    pub(super) stack: StackModel,
    /// The live instances before the apply, oldest first.
    pub(super) before: Vec<InstanceModel>,
    /// The live instances that stay, by name.
    pub(super) live: HashMap<String, InstanceModel>,
    /// The live instances that go to the trash.
    pub(super) leaving: Vec<InstanceModel>,
    /// The live instances that the source does not have, of which only the owner's entries go.
    pub(super) pruned: Vec<InstanceModel>,
    /// The templates of new instances, by the names of the instances.
    pub(super) templates: HashMap<String, TemplateId>,
    /// The entries of the templates that this apply has created or looked at.
    pub(super) entries: HashMap<TemplateId, Result<Entries, Unreadable>>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notes: Vec<Note>,
}

/// What was written.
pub(super) struct Written {
    pub(super) instances: Vec<AppliedInstance>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notes: Vec<Note>,
    /// Whether any instance was written.
    pub(super) changed: bool,
}

impl<'m> Members<'m> {
    /// Reads the instances, and decides which of them leave.
    pub(super) async fn load(
        tx: &Tx,
        stack: &StackModel,
        work: &'m Work<'m>,
        ownership: &Ownership<'_>,
    ) -> Result<Self> {
        let mentioned: HashSet<&str> = work.desired.instances.iter().map(|it| it.name.as_str()).collect();
        let owned: HashSet<InstanceId> = ownership.instances().collect();
        let mut members = Self {
            work,
            stack: stack.clone(),
            before: stack_instances::live(tx, stack.id).await?,
            live: HashMap::new(),
            leaving: Vec::new(),
            pruned: Vec::new(),
            templates: HashMap::new(),
            entries: HashMap::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
        };
        for row in members.before.clone() {
            let is_gone = !mentioned.contains(row.instance_id.as_str()) && owned.contains(&row.id);
            let created = existence(row.id);
            if is_gone && work.desired.is_compose && !row.enabled {
                if ownership.is_prunable(&created) {
                    members.warn_kept(&row.instance_id);
                }
            } else if is_gone && ownership.is_prunable(&created) && !ownership.is_shared(row.id) {
                members.leaving.push(row);
                continue;
            } else if is_gone {
                members.pruned.push(row.clone());
            }
            members.live.insert(row.instance_id.clone(), row);
        }
        Ok(members)
    }

    fn warn_kept(&mut self, name: &str) {
        let message = format!(
            "The instance `{name}` is not in the files, and disabled: it stays, because files have no disabled \
             services. Delete it if it is not needed any more."
        );
        self.warnings.push(Warning { code: WarningCode::NotInSource, message });
    }

    /// Writes everything, or returns all problems.
    pub(super) async fn write(mut self, tx: &Tx, now: DateTime<Utc>, ownership: &mut Ownership<'_>) -> Result<Written> {
        let mut problems = Problems::default();
        let gone = self.trash(tx, now).await?;
        let new = self.insert(tx, now, ownership, &mut problems).await?;
        problems.finish()?;
        let all = self.decide(tx, &new, ownership).await?;
        let mut instances = Vec::with_capacity(all.len());
        let mut uncounted = Vec::new();
        let mut wires = false;
        for wanted in all {
            self.work.stop.check()?;
            wires |= wanted.overrides.dependencies.is_some();
            let (name, id, is_mentioned) = (wanted.row.instance_id.clone(), wanted.row.id, wanted.is_mentioned);
            let outcome = write(tx, wanted, now, &mut uncounted).await?;
            if is_mentioned || outcome != AppliedOutcome::Unchanged {
                instances.push(AppliedInstance { name, outcome, id });
            }
        }
        if !uncounted.is_empty() {
            entries::count_new(tx, &uncounted).await?;
        }
        if wires {
            let mut problems = Problems::default();
            let ids = self.live.iter().map(|(name, row)| (name.as_str(), row.id)).collect();
            refuse_cycles(tx, self.stack.id, &ids, &["input", "source"], &mut problems).await?;
            problems.finish()?;
        }
        instances.extend(gone);
        let changed = instances.iter().any(|instance| instance.outcome != AppliedOutcome::Unchanged);
        Ok(Written { instances, warnings: self.warnings, notes: self.notes, changed })
    }

    /// Moves the instances that leave to the trash. Their owner keeps them, so that a restoration brings back that as well.
    async fn trash(&mut self, tx: &Tx, now: DateTime<Utc>) -> Result<Vec<AppliedInstance>> {
        let mut gone = Vec::with_capacity(self.leaving.len());
        for row in &self.leaving {
            let change = InstanceChange { trashed: Some(true), ..InstanceChange::default() };
            instances::update(tx, row, change, now).await?;
            let message = format!(
                "The instance `{}` is in the trash. Its container {} may still be running.",
                row.instance_id, row.container_name
            );
            self.warnings.push(Warning { code: WarningCode::StillRunning, message });
            gone.push(AppliedInstance { name: row.instance_id.clone(), outcome: AppliedOutcome::Trashed, id: row.id });
        }
        Ok(gone)
    }

    /// Inserts the new instances without overrides, and returns their ids.
    async fn insert(
        &mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        ownership: &mut Ownership<'_>,
        problems: &mut Problems,
    ) -> Result<HashSet<InstanceId>> {
        let mut new = HashSet::new();
        for desired in &self.work.desired.instances {
            let Some(template) = self.templates.get(&desired.name) else { continue };
            self.work.stop.check()?;
            let at = self.work.path();
            let mut values =
                InstanceValues { description: desired.description.clone().unwrap_or_default(), ..Default::default() };
            for (column, value) in &desired.fields {
                values.set(column, value);
            }
            let mut texts = Problems::default();
            text::check(values.texts(), &mut texts);
            let parsed = Name::parse(NameOf::Instance, &desired.name).map_err(|error| Problem::name(&at, error));
            let name = texts.keep(parsed);
            let container = name.as_ref().map(|name| naming::container(&self.stack.name, name.as_str()));
            let container = container.and_then(|container| texts.keep(container));
            let (Some(name), Some(container_name), true) = (name, container, texts.is_empty()) else {
                for problem in place_of(&at, &desired.place, texts) {
                    problems.push(problem);
                }
                continue;
            };
            let instance = NewInstance {
                secret_seed: None,
                stack: self.stack.id,
                template: *template,
                name: name.clone(),
                container_name,
                values,
                // Set after all overrides have been written.
                override_count: 0,
            };
            let row = instances::insert(tx, instance, now).await;
            let row = row.map_err(naming::taken(&self.stack.name, &name))?;
            new.insert(row.id);
            ownership.writes(existence(row.id), true);
            self.live.insert(desired.name.clone(), row);
        }
        Ok(new)
    }
}

/// The entry that an instance itself is.
pub(super) fn existence(instance: InstanceId) -> EntryRef {
    EntryRef { instance: Some(instance), kind: INSTANCE, key: String::new() }
}

/// Writes what an instance is to be.
async fn write(
    tx: &Tx,
    wanted: WantedInstance,
    now: DateTime<Utc>,
    uncounted: &mut Vec<InstanceId>,
) -> Result<AppliedOutcome> {
    let WantedInstance { row, is_new, values, overrides, .. } = wanted;
    let any = kinds::changes_any(&overrides);
    let mut change = InstanceChange { values, ..InstanceChange::default() };
    if any {
        let mut draft = entries::load_draft(tx, row.id, |kind| overrides.mentions(kind)).await?;
        let before = draft.sizes();
        draft.decide(overrides);
        let mut problems = Problems::at(&["input", "source"]);
        draft.check_growth(&before, &mut problems);
        problems.finish()?;
        let written = entries::Changes::find(tx, row.id, draft).await?.write(tx, now).await?;
        if is_new {
            uncounted.push(row.id);
        } else if let Some(written) = written {
            change.more_overrides = written.more_overrides;
        }
    }
    if is_new {
        // The revision of a new instance stays 1.
        return Ok(AppliedOutcome::Created);
    }
    if !any && change.values.is_none() {
        return Ok(AppliedOutcome::Unchanged);
    }
    instances::update(tx, &row, change, now).await?;
    Ok(AppliedOutcome::Updated)
}
