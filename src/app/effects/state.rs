//! What a change touches, as it is on one side of the change: the rows, and the entries of the kinds that can differ.
//!
//! Used by the effects of a change. It must not compare.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    access::change::Subject,
    app::effects::values::{self, Names, Values},
    db::{
        Session,
        change_log::Touched,
        entities::{InstanceModel, StackModel, TemplateModel},
        queries::{instances, rules, stack_instances, stacks, templates},
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{OverrideKind, SharedVar},
};

/// What a change reaches: its subjects, the instances of its stacks, and those of its templates.
#[derive(Debug, Default)]
pub(super) struct Affected {
    /// The stacks of which all instances are looked at.
    stacks: BTreeSet<StackId>,
    /// The stacks of single instances.
    others: BTreeSet<StackId>,
    instances: BTreeSet<InstanceId>,
    /// The templates, with the kinds in which they differ.
    templates: BTreeMap<TemplateId, BTreeSet<OverrideKind>>,
}

impl Affected {
    pub(super) fn of(touched: &[Touched]) -> Self {
        let mut affected = Self::default();
        for one in touched {
            match one.subject {
                Subject::Stack(id) => drop(affected.stacks.insert(id)),
                Subject::Instance(id) => {
                    affected.instances.insert(id);
                    affected.others.extend(one.stack);
                }
                Subject::Template(id) => {
                    let kinds = affected.templates.entry(id).or_default();
                    kinds.extend(&one.kinds);
                    if one.has_fields {
                        // The settings of a template are fields of it.
                        kinds.insert(OverrideKind::Setting);
                    }
                }
                Subject::Key(_) => {}
            }
        }
        affected
    }

    /// The instances on one side, with those in the trash.
    pub(super) async fn rows(&self, db: &impl Session) -> Result<BTreeMap<InstanceId, InstanceModel>> {
        let mut rows = Vec::new();
        for stack in &self.stacks {
            rows.append(&mut stack_instances::all(db, *stack).await?);
        }
        let ids: Vec<InstanceId> = self.instances.iter().copied().collect();
        rows.append(&mut instances::load(db, &ids).await?);
        for template in self.templates.keys() {
            rows.append(&mut instances::of_template(db, *template).await?);
        }
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The stacks that the change has written.
    pub(super) fn stacks(&self) -> &BTreeSet<StackId> {
        &self.stacks
    }

    /// Whether the change has written an instance itself, or its stack.
    pub(super) fn touches(&self, row: &InstanceModel) -> bool {
        self.stacks.contains(&row.stack_id) || self.instances.contains(&row.id)
    }
}

/// An instance on one side of a change.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) row: InstanceModel,
    /// Whether neither it nor its stack is in the trash.
    pub(super) is_live: bool,
    /// Whether it is rendered: live and enabled, in an enabled stack.
    pub(super) runs: bool,
    pub(super) values: Values,
}

/// One side of a change.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stacks: BTreeMap<StackId, StackModel>,
    /// The variables of the stacks that the change has written.
    pub(super) shared_vars: HashMap<StackId, Vec<SharedVar>>,
    pub(super) templates: BTreeMap<TemplateId, (TemplateModel, Values)>,
    /// The names of all templates, also of those that do not differ.
    pub(super) template_names: HashMap<TemplateId, String>,
    pub(super) members: BTreeMap<InstanceId, Member>,
    pub(super) names: Names,
}

impl State {
    /// Reads one side. `rows` are the instances of this side, `other` the ids of those of the other side.
    pub(super) async fn read(
        db: &impl Session,
        affected: &Affected,
        mut rows: BTreeMap<InstanceId, InstanceModel>,
        other: &BTreeSet<InstanceId>,
    ) -> Result<Self> {
        let missing: Vec<InstanceId> = other.iter().filter(|id| !rows.contains_key(id)).copied().collect();
        if !missing.is_empty() {
            rows.extend(instances::load(db, &missing).await?.into_iter().map(|row| (row.id, row)));
        }
        let mut stack_ids: BTreeSet<StackId> = affected.stacks.union(&affected.others).copied().collect();
        stack_ids.extend(rows.values().map(|row| row.stack_id));
        let stack_ids: Vec<StackId> = stack_ids.into_iter().collect();
        let of_stacks: BTreeMap<StackId, StackModel> =
            stacks::load(db, &stack_ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let written: Vec<StackId> = affected.stacks.iter().copied().collect();
        let shared_vars = match written.is_empty() {
            true => HashMap::new(),
            false => values::shared_vars(db, &written).await?,
        };
        let mut template_ids: BTreeSet<TemplateId> = affected.templates.keys().copied().collect();
        template_ids.extend(rows.values().map(|row| row.template_service_id));
        let all = templates::load(db, &template_ids.into_iter().collect::<Vec<_>>()).await?;
        let template_names = all.iter().map(|row| (row.id, row.name.clone())).collect();
        let touched: Vec<TemplateModel> =
            all.into_iter().filter(|row| affected.templates.contains_key(&row.id)).collect();
        let mut of_templates = values::of_templates(db, &touched).await?;
        let templates = touched.into_iter().map(|row| {
            let values = of_templates.remove(&row.id).unwrap_or_default();
            (row.id, (row, values))
        });
        let rules = rules::visible(db, &rows.keys().copied().collect::<Vec<_>>()).await?;
        // Only what its template changes can differ in an instance that the change has not written.
        let wanted: HashSet<InstanceId> = rows.values().filter(|row| affected.touches(row)).map(|row| row.id).collect();
        let of_template: HashMap<InstanceId, TemplateId> =
            rows.values().map(|row| (row.id, row.template_service_id)).collect();
        let wants = |kind, id: InstanceId| {
            let by_template = || affected.templates.get(of_template.get(&id)?).map(|kinds| kinds.contains(&kind));
            wanted.contains(&id) || by_template().unwrap_or(false)
        };
        let list: Vec<&InstanceModel> = rows.values().collect();
        let mut values = values::of_instances(db, &list, &rules, wants).await?;
        let mut names: Names = rows.values().map(|row| (row.id, row.instance_id.clone())).collect();
        let others: BTreeSet<InstanceId> =
            values.values().flat_map(Values::dependencies).filter(|id| !names.contains_key(id)).collect();
        if !others.is_empty() {
            let others = instances::load(db, &others.into_iter().collect::<Vec<_>>()).await?;
            names.extend(others.into_iter().map(|row| (row.id, row.instance_id)));
        }
        let members = rows.into_iter().map(|(id, row)| {
            let stack = of_stacks.get(&row.stack_id);
            let is_live = row.deleted_at.is_none() && stack.is_some_and(|stack| stack.deleted_at.is_none());
            let runs = is_live && row.enabled && stack.is_some_and(|stack| stack.enabled);
            let values = values.remove(&id).unwrap_or_default();
            (id, Member { row, is_live, runs, values })
        });
        let members = members.collect();
        let templates = templates.collect();
        Ok(Self { templates, template_names, members, names, stacks: of_stacks, shared_vars })
    }

    /// The name of a stack.
    pub(super) fn stack_name(&self, id: StackId) -> Option<&str> {
        self.stacks.get(&id).map(|stack| stack.name.as_str())
    }
}
