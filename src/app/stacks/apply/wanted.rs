//! What each instance is to be after an apply, or all reasons why it cannot be so.
//!
//! Used by the use case when all instances are there. It must not write.

use std::{
    cell::OnceCell,
    collections::{BTreeSet, HashMap, HashSet},
};

use super::{
    Work,
    exported::Exported,
    fields,
    instances::{Members, existence},
    kinds::{self, DesiredKinds, Secrets},
    merge::Target,
    ownership::Ownership,
    source::{DesiredInstance, DesiredTemplate, place_of},
};
use crate::{
    app::text,
    compose::{At, Entries, Note, NoteKind},
    db::{Tx, entities::InstanceModel},
    error::{Code, Error, Problem, Problems, Result, Unreadable},
    fields::InstanceValues,
    ids::{InstanceId, TemplateId},
    kinds::{InstanceOverrides, Kind, Network, merge},
};

/// What an instance is to be.
pub(super) struct WantedInstance {
    pub(super) row: InstanceModel,
    pub(super) is_new: bool,
    /// Whether the source has it.
    pub(super) is_mentioned: bool,
    pub(super) values: Option<InstanceValues>,
    pub(super) overrides: InstanceOverrides,
}

impl Members<'_> {
    /// Decides what each instance is to be, or returns all problems.
    pub(super) async fn decide(
        &mut self,
        tx: &Tx,
        new: &HashSet<InstanceId>,
        ownership: &mut Ownership<'_>,
    ) -> Result<Vec<WantedInstance>> {
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
        let (shared, vars) = self.inherit_shared(tx).await?;
        let ids: HashMap<String, InstanceId> =
            self.live.values().map(|row| (row.instance_id.clone(), row.id)).collect();
        let exported = Exported {
            stack: &self.stack,
            rows: &self.before,
            variables: &work.variables,
            shared: &vars,
            own: &stored,
            templates: &self.entries,
            read: OnceCell::new(),
        };
        let nothing_stored = InstanceOverrides::default();
        let live: HashSet<InstanceId> = ids.values().copied().collect();
        let mut problems = Problems::default();
        let mut wanted = Vec::with_capacity(mentioned.len() + self.pruned.len());
        let nothing = |row: &InstanceModel| DesiredInstance {
            name: row.instance_id.clone(),
            place: row.instance_id.clone(),
            template: DesiredTemplate::Named(String::new()),
            fields: Vec::new(),
            description: None,
            kinds: DesiredKinds::Overrides(Box::default()),
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
                &Deciding { work, ids: &ids, live: &live, shared: &shared, exported: &exported, is_new, is_mentioned },
                (&row, own, template),
                desired.clone(),
                (&mut self.notes, &mut found),
                ownership,
            );
            let values = values(&row, &desired, work.desired.is_compose && is_mentioned, ownership);
            text::check(values.iter().flat_map(InstanceValues::texts).collect(), &mut found);
            for problem in place_of(&work.path(), &desired.place, found) {
                problems.push(problem);
            }
            wanted.push(WantedInstance { row, is_new, is_mentioned, values: values.filter(|_| !is_new), overrides });
        }
        let names = ids.into_iter().map(|(name, id)| (id, name)).collect();
        for problem in ownership.problems(&names) {
            problems.push(problem);
        }
        problems.finish()?;
        Ok(wanted)
    }
}

/// What the decision about an instance needs to know of the rest of the stack.
struct Deciding<'d> {
    work: &'d Work<'d>,
    ids: &'d HashMap<String, InstanceId>,
    /// The ids of all live instances.
    live: &'d HashSet<InstanceId>,
    /// The keys of the variables that all instances inherit from the stack.
    shared: &'d BTreeSet<String>,
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
    wanted.keep_secrets((row, own, template), !around.work.app.reveals(), found);
    for name in wanted.resolve(around.ids) {
        let message = format!("It depends on `{}`, and there is no such instance.", crate::app::find::shown(&name));
        found.push(Problem::new(Code::NotFound, &[], message));
    }
    let unseen = match around.is_mentioned {
        true => kinds::unseen(own, |id| around.live.contains(&id)),
        false => BTreeSet::new(),
    };
    let is_new = around.is_new && around.work.desired.is_compose;
    let target = Target { id: row.id, is_new, unseen: &unseen, shared: around.shared };
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

/// Drops external networks, which leave the isolation of the stack, except those that the instance has joined.
pub(super) fn drop_external(
    networks: &mut Vec<Network>,
    service: &str,
    at: At,
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
