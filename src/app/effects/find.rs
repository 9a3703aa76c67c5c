//! Finds the effects of a change: compares what it touches before and after it.
//!
//! Called in the transaction of the change, which still holds its locks: what is committed is what was before. It must not
//! write.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write,
};

use serde_json::Value as Json;

use crate::{
    app::{
        App,
        conflicts::find::Conflict,
        effects::{
            effect::{DataAction, Effect, EffectKind, Effects, FieldEffect, Severity, conflict_text},
            state::{Affected, State},
            values::{Names, Values, shared_changes, shared_text, text_of_any},
        },
    },
    db::{
        Tx,
        change_log::{columns_text, differing_columns},
        entities::{InstanceModel, StackModel, TemplateModel},
        queries::claims::{self, Claimant},
    },
    error::{Error, Result},
    fields::{self, FieldColumn, STACK, TEMPLATE},
    ids::{AnyId, InstanceId, StackId},
    kinds::{AnyChange, SettingField},
};

/// Finds the effects of what a transaction has done so far. `db` shows what was before it.
pub(super) async fn find(app: &App, db: &Tx, tx: &Tx) -> Result<Effects> {
    let affected = Affected::of(&tx.log().all_touched());
    let (rows_before, rows_after) = (affected.rows(db).await?, affected.rows(tx).await?);
    let ids = |rows: &BTreeMap<InstanceId, InstanceModel>| rows.keys().copied().collect::<BTreeSet<InstanceId>>();
    let (ids_before, ids_after) = (ids(&rows_before), ids(&rows_after));
    let before = State::read(db, &affected, rows_before, &ids_after).await?;
    let after = State::read(tx, &affected, rows_after, &ids_before).await?;
    let mut names = before.names.clone();
    names.extend(after.names.iter().map(|(id, name)| (*id, name.clone())));
    let mut found = Found { app, before, after, names, unmounted: Vec::new(), list: Vec::new() };
    found.expect_still(&affected)?;
    found.stacks(&affected)?;
    found.templates()?;
    found.instances()?;
    found.shared_volumes(tx).await?;
    found.references(db).await?;
    let values = found.values(db, tx).await?;
    let (mut new_conflicts, mut solved_conflicts) = found.conflicts(db, tx).await?;
    new_conflicts.extend(values.broken.into_iter().map(Conflict::from));
    solved_conflicts.extend(values.mended.into_iter().map(Conflict::from));
    found.list.sort_by(|one, other| one.place.cmp(&other.place));
    let mut bound = String::new();
    for effect in &found.list {
        let _ = writeln!(bound, "{:?} {} {}\n{}", effect.severity, effect.place, effect.message, effect.bound);
    }
    for conflict in new_conflicts.iter().chain(&solved_conflicts) {
        let _ = writeln!(bound, "{}", conflict_text(conflict));
    }
    let stacks = found.after.stacks.into_values().collect();
    let templates = found.after.templates.into_values().map(|(row, _)| row).collect();
    Ok(Effects { list: found.list, new_conflicts, solved_conflicts, stacks, templates, bound })
}

/// A volume of a stack that an instance mounts no longer.
pub(super) struct Unmounted {
    pub(super) place: String,
    pub(super) instance: InstanceId,
    pub(super) stack: StackId,
    pub(super) name: String,
    pub(super) at: String,
}

/// The search for the effects of a change.
pub(super) struct Found<'a> {
    pub(super) app: &'a App,
    pub(super) before: State,
    pub(super) after: State,
    /// The names of instances on both sides.
    pub(super) names: Names,
    /// Volumes of stacks that an instance mounts no longer, until it is known whether another one does.
    pub(super) unmounted: Vec<Unmounted>,
    pub(super) list: Vec<Effect>,
}

/// A number with the word for it.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
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
pub(super) fn fields_of(columns: &[FieldColumn], differing: Vec<(String, Json, Json)>) -> Vec<FieldEffect> {
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
    fn expect_still(&self, affected: &Affected) -> Result<()> {
        let moved = self.before.members.iter().any(|(id, before)| {
            let after = self.after.members.get(id).map(|after| after.row.revision);
            !affected.touches(&before.row) && after != Some(before.row.revision)
        });
        let came = self
            .after
            .members
            .iter()
            .any(|(id, after)| !affected.touches(&after.row) && !self.before.members.contains_key(id));
        match moved || came {
            true => Err(Error::try_again("an instance was changed while a plan was made")),
            false => Ok(()),
        }
    }

    pub(super) fn push(
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
    pub(super) fn object(&mut self, place: &str, subject: AnyId, what: (Severity, String), bound: String) {
        self.push(place, subject, what, EffectKind::Config { edits: Vec::new(), fields: Vec::new() }, bound);
    }

    fn stacks(&mut self, affected: &Affected) -> Result<()> {
        for id in affected.stacks().iter().copied() {
            let (before, after) = (self.before.stacks.get(&id).cloned(), self.after.stacks.get(&id).cloned());
            let is_live = |row: &Option<StackModel>| row.as_ref().is_some_and(|stack| stack.deleted_at.is_none());
            let Some(name) = before.as_ref().or(after.as_ref()).map(|stack| stack.name.clone()) else { continue };
            let vars = |state: &State| state.shared_vars.get(&id).cloned().unwrap_or_default();
            let (vars_before, vars_after) = (vars(&self.before), vars(&self.after));
            let subject = AnyId::Stack(id);
            let bound = before.as_ref().map(columns_text).unwrap_or_default() + &shared_text(&vars_before);
            let (severity, message) = match (&before, &after) {
                (None, Some(_)) => (Severity::Info, format!("The stack `{name}` is created.")),
                (Some(_), None) => {
                    let message =
                        format!("The stack `{name}` is deleted for good, with its instances and their history.");
                    let kind = EffectKind::Data { action: DataAction::Delete, volumes: Vec::new() };
                    self.push(&name, subject, (Severity::Destructive, message), kind, bound);
                    self.left_by_stack(id, &name);
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
                    let edits = shared_changes(&vars_before, &vars_after, self.app.budget())?;
                    if fields.is_empty() && edits.is_empty() {
                        continue;
                    }
                    let (severity, message) = match before.name == after.name {
                        true => {
                            let severity = if edits.is_empty() { Severity::Info } else { Severity::Caution };
                            (severity, format!("{} of the stack `{name}`.", changed(edits.len(), fields.len())))
                        }
                        false => {
                            let message = format!(
                                "The stack `{name}` gets the name `{}`; its project, network and containers follow.",
                                after.name
                            );
                            (Severity::Caution, message)
                        }
                    };
                    let bound = self.edits_text(&edits, &fields);
                    let kind = EffectKind::Config { edits, fields };
                    self.push(&name, subject, (severity, message), kind, bound);
                    continue;
                }
                (None, None) => continue,
            };
            self.object(&name, subject, (severity, message), bound);
        }
        Ok(())
    }

    fn templates(&mut self) -> Result<()> {
        let ids: BTreeSet<_> = self.before.templates.keys().chain(self.after.templates.keys()).copied().collect();
        for id in ids {
            let (before, after) = (self.before.templates.get(&id), self.after.templates.get(&id));
            let subject = AnyId::Template(id);
            let text =
                |side: &(TemplateModel, Values)| format!("{}\n{}", columns_text(&side.0), side.1.text(&self.names));
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
    pub(super) fn edits_text(&self, edits: &[AnyChange], fields: &[FieldEffect]) -> String {
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
        let differing: Vec<InstanceId> = differing.into_iter().collect();
        let running = |state: &State, mut of: Vec<Claimant>| {
            of.retain(|it| state.members.get(&it.id).map_or(it.is_running, |member| member.runs));
            of
        };
        let had = running(&self.before, claims::of_instances(db, &differing).await?);
        let has = running(&self.after, claims::of_instances(tx, &differing).await?);
        let (had, has) = (self.app.conflicts(db, had).await?, self.app.conflicts(tx, has).await?);
        let key = |conflict: &Conflict| (conflict.instance.id, conflict.kind(), conflict.value().to_owned());
        let (known, now): (HashSet<_>, HashSet<_>) = (had.iter().map(key).collect(), has.iter().map(key).collect());
        let new = has.into_iter().filter(|conflict| !known.contains(&key(conflict))).collect();
        let solved = had.into_iter().filter(|conflict| !now.contains(&key(conflict))).collect();
        Ok((new, solved))
    }
}

/// How much of an object changes.
pub(super) fn changed(entries: usize, fields: usize) -> String {
    match (entries, fields) {
        (0, fields) => format!("Changes {}", count(fields, "field", "fields")),
        (entries, 0) => format!("Changes {}", count(entries, "entry", "entries")),
        (entries, fields) => {
            format!("Changes {} and {}", count(entries, "entry", "entries"), count(fields, "field", "fields"))
        }
    }
}
