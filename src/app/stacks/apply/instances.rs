//! The instances of a stack during an apply: which are created, changed, or leave, and writing them.
//!
//! Used by the use case in its transaction, which locks the stack exclusively. It must not change templates that exist.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap, HashSet},
};

use chrono::{DateTime, Utc};

use super::{
    AppliedInstance, AppliedOutcome, Work,
    exported::Exported,
    fields,
    kinds::{self, DesiredKinds, Secrets},
    merge::Target,
    ownership::{INSTANCE, Ownership},
    source::{DesiredInstance, DesiredTemplate, place_of},
};
use crate::{
    app::{
        Warning, WarningCode,
        compose::import::{Import, ImportedAs, Templates, refuse_cycles},
        instances::naming,
        text,
    },
    compose::{Entries, Imported, Note, NoteKind},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries::{self, owned::EntryRef},
        queries::{
            instances::{self, InstanceChange, NewInstance},
            stack_instances, templates,
        },
    },
    error::{Code, Error, Problem, Problems, Result, Unreadable},
    fields::InstanceValues,
    ids::{InstanceId, TemplateId},
    kinds::{InstanceOverrides, Kind, Network, merge},
    name::{Name, NameOf},
};

/// The instances of a stack, and what happens to each.
pub(super) struct Members<'m> {
    work: &'m Work<'m>,
    stack: StackModel,
    /// The live instances before the apply, oldest first.
    before: Vec<InstanceModel>,
    /// The live instances that stay, by name.
    live: HashMap<String, InstanceModel>,
    /// The live instances that go to the trash.
    leaving: Vec<InstanceModel>,
    /// The live instances that the source does not have, of which only the owner's entries go.
    pruned: Vec<InstanceModel>,
    /// The templates of new instances, by the names of the instances.
    templates: HashMap<String, TemplateId>,
    /// The entries of the templates that this apply has created or looked at.
    entries: HashMap<TemplateId, Result<Entries, Unreadable>>,
    warnings: Vec<Warning>,
    notes: Vec<Note>,
}

/// What was written.
pub(super) struct Written {
    pub(super) instances: Vec<AppliedInstance>,
    pub(super) warnings: Vec<Warning>,
    pub(super) notes: Vec<Note>,
    /// Whether any instance was written.
    pub(super) changed: bool,
}

/// What an instance is to be.
struct Plan {
    row: InstanceModel,
    is_new: bool,
    /// Whether the source has it.
    is_mentioned: bool,
    values: Option<InstanceValues>,
    overrides: InstanceOverrides,
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

    /// Finds the templates of new instances, and creates those that Compose files need and that do not exist. Notes
    /// templates that a document must not have.
    pub(super) async fn prepare(
        &mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<ImportedAs<TemplateId>>> {
        match self.work.desired.is_compose {
            true => self.create_templates(tx, now, problems).await,
            false => self.find_templates(tx, problems).await.map(|()| Vec::new()),
        }
    }

    async fn create_templates(
        &mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<ImportedAs<TemplateId>>> {
        let new = self.work.services().filter(|service| !self.live.contains_key(&service.instance));
        let mut services: Vec<Imported> = new.cloned().collect();
        if services.is_empty() {
            return Ok(Vec::new());
        }
        for service in &mut services {
            let (networks, notes) = (service.entries.networks.iter_mut(), &mut self.notes);
            networks.for_each(|networks| drop_external(networks, &service.key, service.at, |_| false, notes));
        }
        let names: Vec<String> = services.iter().map(|service| service.template.clone()).collect();
        if templates::by_names(tx, &names).await?.len() < names.len() {
            self.work.app.allow(crate::access::Permission::ADMINISTER_ALL)?;
        }
        let import = Import::of_templates(services, self.work.stop.clone());
        let mut found = Problems::default();
        let written = Templates::write(tx, &import, now, &mut found).await?.written;
        if let Err(Error::Refused(found)) = found.finish() {
            let path = ["input", "source", "compose"].map(str::to_owned).to_vec();
            found.into_iter().for_each(|problem| problems.push(Problem { path: path.clone(), ..problem }));
            return Ok(Vec::new());
        }
        let mut report = Vec::with_capacity(written.len());
        for (service, template) in import.services().iter().zip(written) {
            let id = template.row.id;
            self.templates.insert(service.instance.clone(), id);
            self.entries.insert(id, Ok(template.entries));
            report.push(ImportedAs { name: template.row.name, outcome: template.outcome, id: Some(id) });
        }
        Ok(report)
    }

    async fn find_templates(&mut self, tx: &Tx, problems: &mut Problems) -> Result<()> {
        let desired = || {
            self.work.desired.instances.iter().filter_map(|instance| match &instance.template {
                DesiredTemplate::Named(template) => Some((instance, template)),
                DesiredTemplate::Service(_) => None,
            })
        };
        let names: Vec<String> = desired().map(|(_, template)| template.clone()).collect();
        let known = templates::by_names(tx, &names).await?;
        let mut new = HashMap::new();
        for (instance, template) in desired() {
            let wrong = |code, message: String| {
                let message = format!("{}.template: {message}", instance.place);
                Problem::new(code, &["input", "source", "document"], message)
            };
            match (known.get(template), self.live.get(&instance.name)) {
                (None, _) => {
                    let template = crate::app::find::shown(template);
                    problems.push(wrong(Code::NotFound, format!("There is no template `{template}`.")));
                }
                (Some(id), Some(row)) if *id != row.template_service_id => {
                    let message = format!(
                        "The instance `{}` is made from another template, which it keeps: delete it before, or give \
                         this one another name.",
                        instance.name
                    );
                    problems.push(wrong(Code::InvalidValue, message));
                }
                (Some(id), None) => drop(new.insert(instance.name.clone(), *id)),
                (Some(_), Some(_)) => {}
            }
        }
        self.templates = new;
        Ok(())
    }

    /// Writes everything, or returns all problems.
    pub(super) async fn write(mut self, tx: &Tx, now: DateTime<Utc>, ownership: &mut Ownership<'_>) -> Result<Written> {
        let mut problems = Problems::default();
        let gone = self.trash(tx, now).await?;
        let new = self.insert(tx, now, ownership, &mut problems).await?;
        problems.finish()?;
        let plans = self.plan(tx, &new, ownership).await?;
        let mut instances = Vec::with_capacity(plans.len());
        let mut uncounted = Vec::new();
        let mut wires = false;
        for plan in plans {
            self.work.stop.check()?;
            wires |= plan.overrides.dependencies.is_some();
            let (name, id, is_mentioned) = (plan.row.instance_id.clone(), plan.row.id, plan.is_mentioned);
            let outcome = write(tx, plan, now, &mut uncounted).await?;
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
                place_of(&at, &desired.place, texts).into_iter().for_each(|problem| problems.push(problem));
                continue;
            };
            let instance = NewInstance {
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

    /// Decides what each instance is to be, or returns all problems.
    async fn plan(&mut self, tx: &Tx, new: &HashSet<InstanceId>, ownership: &mut Ownership<'_>) -> Result<Vec<Plan>> {
        let work = self.work;
        let mentioned = work.desired.instances.iter().filter_map(|it| Some((it, self.live.get(&it.name)?.clone())));
        let mentioned: Vec<(&DesiredInstance, InstanceModel)> = mentioned.collect();
        // A Compose file may be compared with that of the whole stack.
        let others = if work.desired.is_compose { self.before.as_slice() } else { &[] };
        let rows = || mentioned.iter().map(|(_, row)| row).chain(&self.pruned).chain(others);
        let known: HashSet<InstanceId> = rows().map(|row| row.id).filter(|id| !new.contains(id)).collect();
        let stored = kinds::stored(tx, &known.into_iter().collect::<Vec<_>>(), Secrets::Decrypted).await?;
        let templates: HashSet<TemplateId> = rows().map(|row| row.template_service_id).collect();
        let mut templates: Vec<TemplateId> =
            templates.into_iter().filter(|id| !self.entries.contains_key(id)).collect();
        templates.sort_unstable();
        self.entries.extend(kinds::of_templates(tx, &templates).await?);
        let ids: HashMap<String, InstanceId> =
            self.live.values().map(|row| (row.instance_id.clone(), row.id)).collect();
        let exported = Exported {
            stack: &self.stack,
            rows: &self.before,
            own: &stored,
            templates: &self.entries,
            read: OnceCell::new(),
        };
        let nothing_stored = InstanceOverrides::default();
        let live: HashSet<InstanceId> = ids.values().copied().collect();
        let mut problems = Problems::default();
        let mut plans = Vec::with_capacity(mentioned.len() + self.pruned.len());
        let nothing = |row: &InstanceModel| DesiredInstance {
            name: row.instance_id.clone(),
            place: row.instance_id.clone(),
            template: DesiredTemplate::Named(String::new()),
            fields: Vec::new(),
            description: None,
            kinds: DesiredKinds::Overrides(InstanceOverrides::default()),
        };
        let pruned = std::mem::take(&mut self.pruned);
        let all = mentioned.into_iter().map(|(desired, row)| (desired.clone(), row, true));
        for (desired, row, is_mentioned) in all.chain(pruned.into_iter().map(|row| (nothing(&row), row, false))) {
            work.stop.check()?;
            if !is_mentioned && ownership.is_prunable(&existence(row.id)) {
                ownership.release(&existence(row.id));
            }
            let is_new = new.contains(&row.id);
            let mut found = Problems::default();
            let own = stored.get(&row.id).map_or(Ok(&nothing_stored), Result::as_ref);
            let (own, template) = match (own, self.entries.get(&row.template_service_id)) {
                (Ok(own), Some(Ok(template))) => (own, template),
                (Err(unreadable), _) | (_, Some(Err(unreadable))) => {
                    problems.push(cannot_be_read(&work.path(), &row, unreadable));
                    continue;
                }
                (Ok(_), None) => return Err(Error::Internal("a template is missing".to_owned())),
            };
            let overrides = decided(
                &Deciding { work, ids: &ids, live: &live, exported: &exported, is_new, is_mentioned },
                (&row, own, template),
                desired.clone(),
                (&mut self.notes, &mut found),
                ownership,
            );
            let values = values(&row, &desired, work.desired.is_compose && is_mentioned, ownership);
            text::check(values.iter().flat_map(InstanceValues::texts).collect(), &mut found);
            place_of(&work.path(), &desired.place, found).into_iter().for_each(|problem| problems.push(problem));
            plans.push(Plan { row, is_new, is_mentioned, values: values.filter(|_| !is_new), overrides });
        }
        let names = ids.into_iter().map(|(name, id)| (id, name)).collect();
        ownership.problems(&names).into_iter().for_each(|problem| problems.push(problem));
        problems.finish()?;
        Ok(plans)
    }
}

/// What the decision about an instance needs to know of the rest of the stack.
struct Deciding<'d> {
    work: &'d Work<'d>,
    ids: &'d HashMap<String, InstanceId>,
    /// The ids of all live instances.
    live: &'d HashSet<InstanceId>,
    exported: &'d Exported<'d>,
    is_new: bool,
    is_mentioned: bool,
}

/// The kinds of an instance that change.
fn decided(
    around: &Deciding<'_>,
    (row, own, template): (&InstanceModel, &InstanceOverrides, &Entries),
    desired: DesiredInstance,
    (notes, found): (&mut Vec<Note>, &mut Problems),
    ownership: &mut Ownership<'_>,
) -> InstanceOverrides {
    let mut wanted = desired.kinds;
    if let (DesiredKinds::Entries(entries), DesiredTemplate::Service(service)) = (&mut wanted, &desired.template) {
        let nothing = crate::kinds::Overrides::default();
        let merged = merge(&template.networks, own.networks.as_ref().unwrap_or(&nothing));
        let joined: HashSet<String> =
            merged.values().into_iter().filter(|network| network.is_external).map(Kind::key).collect();
        // The loss of a new instance was noted with its template.
        let mut of_new = Vec::new();
        let notes = if around.is_new { &mut of_new } else { notes };
        let is_joined = |network: &Network| joined.contains(&network.key());
        drop_external(&mut entries.networks, &service.key, service.at, is_joined, notes);
    }
    wanted.keep_secrets(own, template, !around.work.app.reveals(), found);
    for name in wanted.resolve(around.ids) {
        let message = format!("It depends on `{}`, and there is no such instance.", crate::app::find::shown(&name));
        found.push(Problem::new(Code::NotFound, &[], message));
    }
    let unseen = match around.is_mentioned {
        true => kinds::unseen(own, |id| around.live.contains(&id)),
        false => BTreeSet::new(),
    };
    let target = Target { id: row.id, is_new: around.is_new && around.work.desired.is_compose, unseen: &unseen };
    kinds::decide_all(&target, template, own, wanted, &|| around.exported.of(row.id), ownership)
}

/// The values of an instance after the apply; `None` if they stay as they are. A Compose file has whether it is enabled.
fn values(
    row: &InstanceModel,
    desired: &DesiredInstance,
    is_compose: bool,
    ownership: &mut Ownership<'_>,
) -> Option<InstanceValues> {
    let (now, initial) = (InstanceValues::from(row), InstanceValues::default());
    let editable: Vec<_> =
        InstanceValues::EDITABLE.iter().copied().filter(|field| !is_compose || field.column == "enabled").collect();
    let stored = |column: &str| (now.get(column), initial.get(column));
    let edits = fields::decide(Some(row.id), &editable, &desired.fields, stored, ownership);
    let mut next = now.clone();
    for (column, value) in edits {
        next.set(column, &value);
    }
    (next != now).then_some(next)
}

/// The entry that an instance itself is.
fn existence(instance: InstanceId) -> EntryRef {
    EntryRef { instance: Some(instance), kind: INSTANCE, key: String::new() }
}

/// Drops external networks, which leave the isolation of the stack, except those that the instance has joined.
fn drop_external(
    networks: &mut Vec<Network>,
    service: &str,
    at: crate::compose::At,
    is_joined: impl Fn(&Network) -> bool,
    notes: &mut Vec<Note>,
) {
    networks.retain(|network| {
        let stays = !network.is_external || is_joined(network);
        if !stays {
            notes.push(Note {
                fate: NoteKind::Lost,
                path: format!("services.{service}.networks.{}", network.name),
                at,
                reason: "The network is outside of the stack: let the instance join it with setInstanceOverrides."
                    .to_owned(),
            });
        }
        stays
    });
}

/// The problem that something stored cannot be compared with the source.
fn cannot_be_read(path: &[&str], row: &InstanceModel, unreadable: &Unreadable) -> Problem {
    tracing::error!(row = %unreadable, "an instance is not known");
    let field = unreadable.field;
    let message = format!(
        "The instance `{}` cannot be compared with the source: its {field}, or those of its template, hold something that \
         cannot be read. Reset or write them again first.",
        row.instance_id
    );
    Problem::new(Code::InvalidValue, path, message)
}

/// Writes what an instance is to be.
async fn write(tx: &Tx, plan: Plan, now: DateTime<Utc>, uncounted: &mut Vec<InstanceId>) -> Result<AppliedOutcome> {
    let Plan { row, is_new, values, overrides, .. } = plan;
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
