//! The effects of a change on instances: their configuration, containers, claims, data and dependencies.
//!
//! Used by the search for effects. It must not write.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    app::{
        ClaimKind,
        conflicts::claim::Claim,
        effects::{
            effect::{ContainerAction, DataAction, EffectKind, ReferenceAction, Severity},
            find::{Found, Unmounted, changed, count, fields_of},
            state::{Member, State},
        },
        warnings,
    },
    db::{
        Session, Tx,
        change_log::{columns_text, differing_columns},
        entities::InstanceModel,
        queries::{dependencies, stack_instances},
    },
    error::Result,
    fields::INSTANCE,
    ids::{AnyId, InstanceId, StackId, TemplateId},
    kinds::StorageNames,
};

/// The volumes of the engine that an instance mounts: by name, where, and whether its stack shares them.
fn volumes_of(state: &State, member: &Member) -> BTreeMap<String, (String, bool)> {
    let of_instance = member.row.storage_name();
    let of_stack = state.stacks.get(&member.row.stack_id).map(|stack| stack.storage_name());
    let names = StorageNames { instance: &of_instance, stack: of_stack.as_deref().unwrap_or_default() };
    member.values.volumes(names).into_iter().map(|(name, at, is_shared)| (name, (at, is_shared))).collect()
}

impl Found<'_> {
    /// The volumes that the instances of a stack shared, and that a purge leaves behind.
    pub(super) fn left_by_stack(&mut self, id: StackId, name: &str) {
        let members = self.before.members.values().filter(|member| member.row.stack_id == id);
        let volumes = members.flat_map(|member| volumes_of(&self.before, member));
        let volumes: BTreeSet<String> =
            volumes.filter(|(_, (_, is_shared))| *is_shared).map(|(volume, _)| volume).collect();
        if !volumes.is_empty() {
            let message = format!(
                "The volumes that instances of `{name}` share stay on the hosts, and nothing uses them any more."
            );
            let bound = format!("{volumes:?}");
            let kind = EffectKind::Data { action: DataAction::LeaveBehind, volumes: volumes.into_iter().collect() };
            self.push(name, AnyId::Stack(id), (Severity::Destructive, message), kind, bound);
        }
    }

    pub(super) fn place(&self, row: &InstanceModel) -> String {
        let stack = self.before.stack_name(row.stack_id).or_else(|| self.after.stack_name(row.stack_id));
        format!("{}/{}", stack.unwrap_or("?"), row.instance_id)
    }

    pub(super) fn instances(&mut self) -> Result<()> {
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
            let claims = running.into_iter().flat_map(|member| member.values.claims(member.row.stack_id));
            // What domains with references stand for is compared with the values.
            claims.filter(|claim| !claim.is_by_reference()).collect()
        };
        let (had, has) = (claims(before), claims(after));
        let Some(id) = before.or(after).map(|member| member.row.id) else { return };
        self.differing_claims(place, id, &had, &has);
    }

    /// What an instance claims of the host, and claims no longer, by its claims before and after.
    pub(super) fn differing_claims(
        &mut self,
        place: &str,
        id: InstanceId,
        had: &BTreeSet<Claim>,
        has: &BTreeSet<Claim>,
    ) {
        let won = has.difference(had).map(|claim| (claim, true));
        let lost = had.difference(has).map(|claim| (claim, false));
        let all: Vec<(Claim, bool)> = lost.chain(won).map(|(claim, is_won)| (claim.clone(), is_won)).collect();
        for (claim, is_won) in all {
            let what = match claim.kind() {
                ClaimKind::HostPort => "the host port",
                ClaimKind::Domain => "the domain",
                ClaimKind::Volume => "the path or volume of the host",
            };
            let message = match is_won {
                true => format!("`{place}` takes {what} {claim}."),
                false => format!("`{place}` gives {what} {claim} back."),
            };
            let kind = EffectKind::Claim { kind: claim.kind(), value: claim.to_string(), is_won };
            self.push(place, AnyId::Instance(id), (Severity::Info, message), kind, String::new());
        }
    }

    /// What happens to the volumes and to the stored configuration of an instance.
    fn data(&mut self, place: &str, before: Option<&Member>, after: Option<&Member>) {
        let Some(before) = before else { return };
        let subject = AnyId::Instance(before.row.id);
        let had = volumes_of(&self.before, before);
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
        let has = volumes_of(&self.after, after);
        let (mut places, mut volumes) = (BTreeSet::new(), Vec::new());
        for (name, (at, is_shared)) in had.into_iter().filter(|(name, _)| !has.contains_key(name)) {
            if is_shared {
                let (place, instance, stack) = (place.to_owned(), before.row.id, before.row.stack_id);
                self.unmounted.push(Unmounted { place, instance, stack, name, at });
            } else {
                places.insert(at);
                volumes.push(name);
            }
        }
        if !volumes.is_empty() {
            self.without_data(place, subject, &places, volumes);
        }
    }

    /// An instance starts without what volumes held that nothing mounts any more.
    fn without_data(&mut self, place: &str, subject: AnyId, places: &BTreeSet<String>, volumes: Vec<String>) {
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        let message = format!(
            "`{place}` mounts {} no longer, which held what was at {}; the data stays on the hosts.",
            count(volumes.len(), "volume", "volumes"),
            places.join(", ")
        );
        let bound = format!("{volumes:?}");
        let kind = EffectKind::Data { action: DataAction::LeaveBehind, volumes };
        self.push(place, subject, (Severity::Destructive, message), kind, bound);
    }

    /// The volumes of stacks that instances mount no longer, and that no other instance mounts either.
    pub(super) async fn shared_volumes(&mut self, tx: &Tx) -> Result<()> {
        let unmounted = std::mem::take(&mut self.unmounted);
        let stacks: BTreeSet<StackId> = unmounted.iter().map(|it| it.stack).collect();
        let mut mounted: BTreeSet<String> = BTreeSet::new();
        for id in stacks {
            let rows = stack_instances::live(tx, id).await?;
            mounted.append(&mut warnings::own_volumes(tx, self.after.stacks.get(&id), &rows).await?);
        }
        for Unmounted { place, instance, name, at, .. } in unmounted {
            if !mounted.contains(&name) {
                self.without_data(&place, AnyId::Instance(instance), &BTreeSet::from([at]), vec![name]);
            }
        }
        Ok(())
    }

    /// What happens to dependencies on instances that go or get another name.
    pub(super) async fn references(&mut self, db: &impl Session) -> Result<()> {
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
                self.push(&place, subject, (severity, message), kind, String::new());
            }
        }
        Ok(())
    }
}
