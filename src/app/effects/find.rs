//! Finds the effects of a change: compares what it touches before and after it.
//!
//! Called in the transaction of the change, which still holds its locks: what is committed is what was before. It must not
//! write.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Write,
};

use serde_json::Value as Json;

use crate::{
    app::{
        App,
        conflicts::{claim::Claim, find::Conflict},
        effects::{
            effect::{
                ContainerAction, DataAction, Effect, EffectKind, Effects, FieldEffect, ReferenceAction, Severity,
                conflict_text,
            },
            state::{Member, Reach, State},
            values::{Names, text_of_any},
        },
    },
    db::{
        Session, Tx,
        change_log::{columns_text, differing_columns},
        entities::InstanceModel,
        queries::{claims, dependencies, stack_instances},
    },
    error::{Error, Result},
    fields::{self, FieldColumn, INSTANCE, STACK, TEMPLATE},
    ids::{AnyId, InstanceId, StackId, TemplateId},
    kinds::{AnyChange, SettingField, StorageNames},
};

/// Finds the effects of what a transaction has done so far. `db` shows what was before it.
pub(super) async fn find(app: &App, db: &Tx, tx: &Tx) -> Result<Effects> {
    let reach = Reach::of(&tx.log().all_touched());
    let (rows_before, rows_after) = (reach.rows(db).await?, reach.rows(tx).await?);
    let ids = |rows: &BTreeMap<InstanceId, InstanceModel>| rows.keys().copied().collect::<BTreeSet<InstanceId>>();
    let (ids_before, ids_after) = (ids(&rows_before), ids(&rows_after));
    let before = State::read(db, &reach, rows_before, &ids_after).await?;
    let after = State::read(tx, &reach, rows_after, &ids_before).await?;
    let mut names = before.names.clone();
    names.extend(after.names.iter().map(|(id, name)| (*id, name.clone())));
    let mut found = Found { app, before, after, names, list: Vec::new() };
    found.expect_still(&reach)?;
    found.stacks(&reach);
    found.templates()?;
    found.instances()?;
    found.references(db).await?;
    let (new_conflicts, solved_conflicts) = found.conflicts(db, tx).await?;
    found.list.sort_by(|one, other| one.place.cmp(&other.place));
    let mut bound = String::new();
    for effect in &found.list {
        let _ = writeln!(bound, "{:?} {} {}\n{}", effect.severity, effect.place, effect.message, effect.bound);
    }
    for conflict in new_conflicts.iter().chain(&solved_conflicts) {
        let _ = writeln!(bound, "{}", conflict_text(conflict));
    }
    Ok(Effects { list: found.list, new_conflicts, solved_conflicts, bound })
}

struct Found<'a> {
    app: &'a App,
    before: State,
    after: State,
    /// The names of instances on both sides.
    names: Names,
    list: Vec<Effect>,
}

/// A number with the word for it.
fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The fields that differ. The name of a container and the settings of a template are told otherwise.
fn fields_of(columns: &[FieldColumn], differing: Vec<(String, Json, Json)>) -> Vec<FieldEffect> {
    let told = |column: &str| column == "container_name" || SettingField::ALL.iter().any(|it| it.column() == column);
    let shown = differing.into_iter().filter(|(column, ..)| !told(column)).map(|(column, from, to)| FieldEffect {
        field: fields::api_name(columns, &column),
        from: text(&from),
        to: text(&to),
    });
    shown.collect()
}

impl Found<'_> {
    /// Instances that the change has not written must not have been written by others between both readings: only their
    /// templates are locked. The transaction is tried again then.
    fn expect_still(&self, reach: &Reach) -> Result<()> {
        let moved = self.before.members.iter().any(|(id, before)| {
            let after = self.after.members.get(id).map(|after| after.row.revision);
            !reach.touches(&before.row) && after != Some(before.row.revision)
        });
        let came = self
            .after
            .members
            .iter()
            .any(|(id, after)| !reach.touches(&after.row) && !self.before.members.contains_key(id));
        match moved || came {
            true => Err(Error::try_again("an instance was changed while a plan was made")),
            false => Ok(()),
        }
    }

    fn push(
        &mut self,
        place: &str,
        subject: AnyId,
        (severity, message): (Severity, String),
        kind: EffectKind,
        bound: String,
    ) {
        self.list.push(Effect { severity, message, subject, kind, place: place.to_owned(), bound });
    }

    /// An effect on an object as a whole.
    fn object(&mut self, place: &str, subject: AnyId, what: (Severity, String), bound: String) {
        self.push(place, subject, what, EffectKind::Config { edits: Vec::new(), fields: Vec::new() }, bound);
    }

    fn stacks(&mut self, reach: &Reach) {
        for id in reach.stacks().iter().copied() {
            let (before, after) = (self.before.stacks.get(&id).cloned(), self.after.stacks.get(&id).cloned());
            let is_live = |row: &Option<crate::db::entities::StackModel>| {
                row.as_ref().is_some_and(|stack| stack.deleted_at.is_none())
            };
            let Some(name) = before.as_ref().or(after.as_ref()).map(|stack| stack.name.clone()) else { continue };
            let (subject, bound) = (AnyId::Stack(id), before.as_ref().map(columns_text).unwrap_or_default());
            let (severity, message) = match (&before, &after) {
                (None, Some(_)) => (Severity::Info, format!("The stack `{name}` is created.")),
                (Some(_), None) => {
                    let message =
                        format!("The stack `{name}` is deleted for good, with its instances and their history.");
                    let kind = EffectKind::Data { action: DataAction::Delete, volumes: Vec::new() };
                    self.push(&name, subject, (Severity::Destructive, message), kind, bound);
                    continue;
                }
                _ if is_live(&before) && !is_live(&after) => (
                    Severity::Caution,
                    format!("The stack `{name}` goes to the trash, and can be restored from there."),
                ),
                _ if !is_live(&before) && is_live(&after) => {
                    (Severity::Info, format!("The stack `{name}` comes back from the trash."))
                }
                (Some(before), Some(after)) => {
                    let fields = fields_of(STACK, differing_columns(before, after));
                    if fields.is_empty() {
                        continue;
                    }
                    let (severity, message) = match before.name == after.name {
                        true => (Severity::Info, format!("{} of the stack `{name}`.", changed(0, fields.len()))),
                        false => {
                            let message = format!(
                                "The stack `{name}` gets the name `{}`; its project, network and containers follow.",
                                after.name
                            );
                            (Severity::Caution, message)
                        }
                    };
                    let bound = format!("{fields:?}");
                    let kind = EffectKind::Config { edits: Vec::new(), fields };
                    self.push(&name, subject, (severity, message), kind, bound);
                    continue;
                }
                (None, None) => continue,
            };
            self.object(&name, subject, (severity, message), bound);
        }
    }

    fn templates(&mut self) -> Result<()> {
        let ids: BTreeSet<_> = self.before.templates.keys().chain(self.after.templates.keys()).copied().collect();
        for id in ids {
            let (before, after) = (self.before.templates.get(&id), self.after.templates.get(&id));
            let subject = AnyId::Template(id);
            let text = |side: &(crate::db::entities::TemplateModel, super::values::Values)| {
                format!("{}\n{}", columns_text(&side.0), side.1.text(&self.names))
            };
            match (before, after) {
                (None, Some(after)) => {
                    let (message, bound) = (format!("The template `{}` is created.", after.0.name), text(after));
                    let place = format!("template {}", after.0.name);
                    self.object(&place, subject, (Severity::Info, message), bound);
                }
                (Some(before), None) => {
                    let message = format!("The template `{}` is deleted for good.", before.0.name);
                    let (place, bound) = (format!("template {}", before.0.name), text(before));
                    let kind = EffectKind::Data { action: DataAction::Delete, volumes: Vec::new() };
                    self.push(&place, subject, (Severity::Destructive, message), kind, bound);
                }
                (Some(before), Some(after)) => {
                    let edits = before.1.changes_to(&after.1, &self.names, self.app.budget())?;
                    let fields = fields_of(TEMPLATE, differing_columns(&before.0, &after.0));
                    if edits.is_empty() && fields.is_empty() {
                        continue;
                    }
                    let severity = if edits.is_empty() { Severity::Info } else { Severity::Caution };
                    let message =
                        format!("{} of the template `{}`.", changed(edits.len(), fields.len()), before.0.name);
                    let place = format!("template {}", before.0.name);
                    let bound = self.edits_text(&edits, &fields);
                    self.push(&place, subject, (severity, message), EffectKind::Config { edits, fields }, bound);
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// What differs, as text.
    fn edits_text(&self, edits: &[AnyChange], fields: &[FieldEffect]) -> String {
        let mut all = format!("{fields:?}");
        for edit in edits {
            let _ = write!(all, "\n{:?} {}", edit.kind, edit.key);
            for (sign, entries) in [('-', &edit.from), ('+', &edit.to)] {
                for entry in entries {
                    let _ = write!(all, "\n{sign} {}", text_of_any(entry, &self.names));
                }
            }
        }
        all
    }

    fn place(&self, row: &InstanceModel) -> String {
        let stack = self.before.stack_name(row.stack_id).or_else(|| self.after.stack_name(row.stack_id));
        format!("{}/{}", stack.unwrap_or("?"), row.instance_id)
    }

    fn instances(&mut self) -> Result<()> {
        let ids: BTreeSet<_> = self.before.members.keys().chain(self.after.members.keys()).copied().collect();
        for id in ids {
            let (before, after) = (self.before.members.remove(&id), self.after.members.remove(&id));
            let Some(first) = before.as_ref().or(after.as_ref()) else { continue };
            let place = self.place(&first.row);
            self.instance(&place, before.as_ref(), after.as_ref())?;
            self.container(&place, before.as_ref(), after.as_ref())?;
            self.claims(&place, before.as_ref(), after.as_ref());
            self.data(&place, before.as_ref(), after.as_ref());
            self.before.members.extend(before.map(|member| (id, member)));
            self.after.members.extend(after.map(|member| (id, member)));
        }
        Ok(())
    }

    /// Everything of an instance as text.
    fn whole(&self, member: &Member) -> String {
        // A new template has another id each time.
        let row = InstanceModel { template_service_id: TemplateId(0), ..member.row.clone() };
        let template = member.row.template_service_id;
        let names = [&self.before.template_names, &self.after.template_names];
        let template = names.iter().find_map(|names| names.get(&template)).map_or("", String::as_str);
        format!("{template}\n{}\n{}", columns_text(&row), member.values.text(&self.names))
    }

    /// What changes in an instance, apart from its container.
    fn instance(&mut self, place: &str, before: Option<&Member>, after: Option<&Member>) -> Result<()> {
        let (Some(before), Some(after)) = (before, after) else {
            // A new one without a container.
            if let Some(after) = after.filter(|after| after.is_live && !after.runs) {
                let message = format!("`{place}` is created; it or its stack is disabled, so it has no container.");
                let (subject, bound) = (AnyId::Instance(after.row.id), self.whole(after));
                self.object(place, subject, (Severity::Info, message), bound);
            }
            return Ok(());
        };
        let subject = AnyId::Instance(before.row.id);
        if before.is_live != after.is_live {
            let (severity, message) = match after.is_live {
                true => (Severity::Info, format!("`{place}` comes back from the trash.")),
                false => (Severity::Caution, format!("`{place}` goes to the trash, and can be restored from there.")),
            };
            let bound = self.whole(if after.is_live { after } else { before });
            self.object(place, subject, (severity, message), bound);
            return Ok(());
        }
        if !before.is_live {
            return Ok(());
        }
        let edits = before.values.changes_to(&after.values, &self.names, self.app.budget())?;
        let fields = fields_of(INSTANCE, differing_columns(&before.row, &after.row));
        if !edits.is_empty() || !fields.is_empty() {
            let severity = if edits.is_empty() { Severity::Info } else { Severity::Caution };
            let message = format!("{} of `{place}`.", changed(edits.len(), fields.len()));
            let bound = self.edits_text(&edits, &fields);
            self.push(place, subject, (severity, message), EffectKind::Config { edits, fields }, bound);
        }
        Ok(())
    }

    /// What happens to the container of an instance.
    fn container(&mut self, place: &str, before: Option<&Member>, after: Option<&Member>) -> Result<()> {
        let (before, after) = (before.filter(|it| it.runs), after.filter(|it| it.runs));
        let (Some(of), name) = (after.or(before), after.or(before).map(|it| it.row.container_name.clone())) else {
            return Ok(());
        };
        let name = name.unwrap_or_default();
        let mut former = None;
        let (severity, action, message, bound) = match (before, after) {
            (None, Some(after)) => {
                let message = format!("The container `{name}` of `{place}` is new.");
                (Severity::Info, ContainerAction::Create, message, self.whole(after))
            }
            (Some(before), None) => {
                let message = format!("The container `{name}` of `{place}` is removed.");
                (Severity::Destructive, ContainerAction::Remove, message, self.whole(before))
            }
            (Some(before), Some(after)) if before.row.container_name != after.row.container_name => {
                let old = before.row.container_name.clone();
                let message = format!("The container `{old}` of `{place}` is made anew as `{name}`.");
                former = Some(old);
                (Severity::Destructive, ContainerAction::Rename, message, String::new())
            }
            (Some(before), Some(after)) => {
                if before.values.changes_to(&after.values, &self.names, self.app.budget())?.is_empty() {
                    return Ok(());
                }
                let message = format!("The container `{name}` of `{place}` is made anew with another configuration.");
                (Severity::Destructive, ContainerAction::Recreate, message, String::new())
            }
            (None, None) => return Ok(()),
        };
        let kind = EffectKind::Container { action, name, former };
        self.push(place, AnyId::Instance(of.row.id), (severity, message), kind, bound);
        Ok(())
    }

    /// What an instance claims of the host, and claims no longer.
    fn claims(&mut self, place: &str, before: Option<&Member>, after: Option<&Member>) {
        let claims = |member: Option<&Member>| -> BTreeSet<Claim> {
            let running = member.filter(|member| member.runs);
            running.into_iter().flat_map(|member| member.values.claims(member.row.stack_id)).collect()
        };
        let (had, has) = (claims(before), claims(after));
        let Some(id) = before.or(after).map(|member| AnyId::Instance(member.row.id)) else { return };
        let won = has.difference(&had).map(|claim| (claim, true));
        let lost = had.difference(&has).map(|claim| (claim, false));
        let all: Vec<(Claim, bool)> = lost.chain(won).map(|(claim, is_won)| (claim.clone(), is_won)).collect();
        for (claim, is_won) in all {
            let what = match claim.kind() {
                crate::app::ClaimKind::HostPort => "the host port",
                crate::app::ClaimKind::Domain => "the domain",
                crate::app::ClaimKind::Volume => "the path or volume of the host",
            };
            let message = match is_won {
                true => format!("`{place}` takes {what} {claim}."),
                false => format!("`{place}` gives {what} {claim} back."),
            };
            let kind = EffectKind::Claim { kind: claim.kind(), value: claim.to_string(), is_won };
            self.push(place, id, (Severity::Info, message), kind, String::new());
        }
    }

    /// What happens to the volumes and to the stored configuration of an instance.
    fn data(&mut self, place: &str, before: Option<&Member>, after: Option<&Member>) {
        let Some(before) = before else { return };
        let subject = AnyId::Instance(before.row.id);
        let volumes = |state: &State, member: &Member| -> BTreeMap<String, (String, bool)> {
            let of_instance = member.row.storage_name();
            let of_stack = state.stacks.get(&member.row.stack_id).map(|stack| stack.storage_name());
            let names = StorageNames { instance: &of_instance, stack: of_stack.as_deref().unwrap_or_default() };
            member.values.volumes(names).into_iter().map(|(name, at, shared)| (name, (at, shared))).collect()
        };
        let had = volumes(&self.before, before);
        let Some(after) = after else {
            let volumes: Vec<String> =
                had.into_iter().filter(|(_, (_, is_shared))| !is_shared).map(|(name, _)| name).collect();
            let message = format!("`{place}` is deleted for good, with its overrides and its history.");
            let kind = EffectKind::Data { action: DataAction::Delete, volumes: Vec::new() };
            let bound = self.whole(before);
            self.push(place, subject, (Severity::Destructive, message), kind, bound);
            if !volumes.is_empty() {
                let message = format!("The volumes of `{place}` stay on the hosts, and nothing uses them any more.");
                let bound = format!("{volumes:?}");
                let kind = EffectKind::Data { action: DataAction::LeaveBehind, volumes };
                self.push(place, subject, (Severity::Destructive, message), kind, bound);
            }
            return;
        };
        if !before.is_live || had.is_empty() {
            return;
        }
        if !after.is_live {
            let volumes: Vec<String> = had.into_keys().collect();
            let message = format!("The volumes of `{place}` stay, and it finds them again when it is restored.");
            let bound = format!("{volumes:?}");
            let kind = EffectKind::Data { action: DataAction::Keep, volumes };
            self.push(place, subject, (Severity::Info, message), kind, bound);
            return;
        }
        let has = volumes(&self.after, after);
        let lost: Vec<(String, String)> =
            had.into_iter().filter(|(name, _)| !has.contains_key(name)).map(|(name, (at, _))| (name, at)).collect();
        if !lost.is_empty() {
            let places: BTreeSet<&str> = lost.iter().map(|(_, at)| at.as_str()).collect();
            let places: Vec<&str> = places.into_iter().collect();
            let message = format!(
                "`{place}` mounts {} no longer, which held what was at {}; the data stays on the hosts.",
                count(lost.len(), "volume", "volumes"),
                places.join(", ")
            );
            let volumes: Vec<String> = lost.into_iter().map(|(name, _)| name).collect();
            let bound = format!("{volumes:?}");
            let kind = EffectKind::Data { action: DataAction::LeaveBehind, volumes };
            self.push(place, subject, (Severity::Destructive, message), kind, bound);
        }
    }

    /// What happens to dependencies on instances that go or get another name.
    async fn references(&mut self, db: &impl Session) -> Result<()> {
        let is_live =
            |side: &State, id: InstanceId| side.members.get(&id).is_some_and(|member: &Member| member.is_live);
        let mut gone: HashMap<InstanceId, (ReferenceAction, String)> = HashMap::new();
        let mut stacks: BTreeSet<StackId> = BTreeSet::new();
        for (id, before) in self.before.members.iter().filter(|(_, before)| before.is_live) {
            let name = before.row.instance_id.clone();
            let after = self.after.members.get(id).filter(|after| after.is_live);
            let action = match after {
                None => ReferenceAction::Break,
                Some(after) if after.row.instance_id != name => ReferenceAction::Follow,
                Some(_) => continue,
            };
            gone.insert(*id, (action, name));
            stacks.insert(before.row.stack_id);
        }
        for stack in stacks {
            let pairs = dependencies::of_stack(db, stack).await?;
            let pairs: Vec<_> = pairs.into_iter().filter(|(_, to)| gone.contains_key(to)).collect();
            if pairs.is_empty() {
                continue;
            }
            let rows = stack_instances::live(db, stack).await?;
            let rows: HashMap<InstanceId, InstanceModel> = rows.into_iter().map(|row| (row.id, row)).collect();
            for (from, to) in pairs {
                let (Some(row), Some((action, target))) = (rows.get(&from), gone.get(&to)) else { continue };
                let goes = self.before.members.contains_key(&from) && !is_live(&self.after, from);
                if goes {
                    continue;
                }
                let place = self.place(row);
                let (severity, message) = match action {
                    ReferenceAction::Break => {
                        (Severity::Destructive, format!("`{place}` depends on `{target}`, which goes."))
                    }
                    ReferenceAction::Follow => {
                        let message = format!("`{place}` depends on `{target}`, and follows it to its new name.");
                        (Severity::Info, message)
                    }
                };
                let kind = EffectKind::Reference { action: *action, target: target.clone() };
                let subject = AnyId::Instance(from);
                self.list.push(Effect { severity, message, subject, kind, place, bound: String::new() });
            }
        }
        Ok(())
    }

    /// The conflicts of the running instances whose claims differ, that the change makes and that it solves.
    async fn conflicts(&self, db: &Tx, tx: &Tx) -> Result<(Vec<Conflict>, Vec<Conflict>)> {
        let differing: HashSet<InstanceId> = self
            .list
            .iter()
            .filter(|effect| matches!(effect.kind, EffectKind::Claim { .. }))
            .filter_map(|effect| match effect.subject {
                AnyId::Instance(id) => Some(id),
                AnyId::Stack(_) | AnyId::Template(_) => None,
            })
            .collect();
        if differing.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let running = |state: &State| -> Vec<InstanceId> {
            let members = state.members.iter().filter(|(id, member)| member.runs && differing.contains(id));
            members.map(|(id, _)| *id).collect()
        };
        let had = self.app.conflicts(db, claims::of_instances(db, &running(&self.before)).await?).await?;
        let has = self.app.conflicts(tx, claims::of_instances(tx, &running(&self.after)).await?).await?;
        let key = |conflict: &Conflict| (conflict.instance.id, conflict.kind(), conflict.value().to_owned());
        let (known, now): (HashSet<_>, HashSet<_>) = (had.iter().map(key).collect(), has.iter().map(key).collect());
        let new = has.into_iter().filter(|conflict| !known.contains(&key(conflict))).collect();
        let solved = had.into_iter().filter(|conflict| !now.contains(&key(conflict))).collect();
        Ok((new, solved))
    }
}

/// How much of an object changes.
fn changed(entries: usize, fields: usize) -> String {
    match (entries, fields) {
        (0, fields) => format!("Changes {}", count(fields, "field", "fields")),
        (entries, 0) => format!("Changes {}", count(entries, "entry", "entries")),
        (entries, fields) => {
            format!("Changes {} and {}", count(entries, "entry", "entries"), count(fields, "field", "fields"))
        }
    }
}
