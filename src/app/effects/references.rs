//! The effects of a change on values that refer to others: references that break or follow, and containers whose values
//! change although nothing of them is written.
//!
//! Used by the search for effects. It must not write. Of secrets only that they are written is compared.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    app::{
        conflicts::{
            claim::Claim,
            unresolved::{Unresolved, unresolved},
        },
        effects::{
            effect::{ContainerAction, EffectKind, ReferenceAction, Severity},
            find::Found,
            state::State,
        },
        overrides::references::{self, ReferenceUse, StackReferences},
    },
    db::{Tx, entities::InstanceModel},
    error::Result,
    ids::{AnyId, InstanceId, StackId},
    kinds::{OverrideKind, host_name},
    references::{Of, Piece, Resolver},
};

/// The references of the stacks on one side of a change.
type Side = HashMap<StackId, StackReferences>;

/// References that lose their value with a change, and those that get one.
pub(super) struct References {
    pub(super) broken: Vec<Unresolved>,
    pub(super) mended: Vec<Unresolved>,
}

/// A variable whose text is not compared: of an instance, or of a stack.
type Secret = (StackId, Option<String>, String);

/// The references of one side without a value, by instance and text.
fn without_value(side: &Side) -> BTreeMap<(InstanceId, String), Unresolved> {
    let all = side.values().flat_map(unresolved);
    all.map(|one| ((one.instance.id, one.reference.clone()), one)).collect()
}

/// The references of one side, by instance.
fn by_instance(side: &Side) -> BTreeMap<InstanceId, Vec<&ReferenceUse>> {
    let mut all: BTreeMap<InstanceId, Vec<&ReferenceUse>> = BTreeMap::new();
    for one in side.values().flat_map(|of_stack| &of_stack.uses) {
        all.entry(one.instance.id).or_default().push(one);
    }
    all
}

/// What the references of an instance stand for, with secrets written as references.
fn shown(uses: &[&ReferenceUse]) -> Vec<(OverrideKind, String, String)> {
    uses.iter().map(|one| (one.kind, one.key.clone(), one.resolved.displayed())).collect()
}

impl Found<'_> {
    /// What happens to the references in values.
    pub(super) async fn values(&mut self, db: &Tx, tx: &Tx) -> Result<References> {
        let members = self.before.members.values().chain(self.after.members.values());
        let stacks: BTreeSet<StackId> = members.map(|member| member.row.stack_id).collect();
        let stacks: Vec<StackId> = stacks.into_iter().collect();
        let (before, after) = (references::where_any(db, &stacks).await?, references::where_any(tx, &stacks).await?);
        let (mut lacked, mut lack) = (without_value(&before), without_value(&after));
        let used: HashSet<InstanceId> =
            before.values().flat_map(|of_stack| &of_stack.uses).map(|one| one.instance.id).collect();
        for (key, one) in &lack {
            if used.contains(&key.0) && !lacked.contains_key(key) {
                let place = self.place(&one.instance);
                let message = format!("`{place}` loses a value. {}", one.message());
                let kind = EffectKind::Reference { action: ReferenceAction::Break, target: one.reference.clone() };
                self.push(&place, AnyId::Instance(key.0), (Severity::Destructive, message), kind, String::new());
            }
        }
        self.followers(&before);
        self.containers(&before, &after);
        self.host_names(&before, &after);
        let known: BTreeSet<_> = lacked.keys().cloned().collect();
        lacked.retain(|key, _| !lack.contains_key(key));
        lack.retain(|key, _| !known.contains(key));
        Ok(References { broken: lack.into_values().collect(), mended: lacked.into_values().collect() })
    }

    /// The instances whose references follow others to their new names.
    fn followers(&mut self, before: &Side) {
        let renamed: HashMap<(StackId, String), String> = self
            .before
            .members
            .iter()
            .filter_map(|(id, member)| {
                let (from, after) = (&member.row.instance_id, self.after.members.get(id)?);
                let stays = member.is_live && after.is_live && after.row.instance_id != *from;
                stays.then(|| ((member.row.stack_id, from.clone()), after.row.instance_id.clone()))
            })
            .collect();
        let mut told: BTreeSet<(InstanceId, &str)> = BTreeSet::new();
        for one in before.values().flat_map(|of_stack| &of_stack.uses) {
            let Of::Instance(target) = &one.reference.of else { continue };
            let Some(name) = renamed.get(&(one.instance.stack_id, target.clone())) else { continue };
            if !told.insert((one.instance.id, target)) {
                continue;
            }
            let place = self.place(&one.instance);
            let message = format!("`{place}` refers to `{target}`, and follows it to its new name `{name}`.");
            let kind = EffectKind::Reference { action: ReferenceAction::Follow, target: target.clone() };
            self.push(&place, AnyId::Instance(one.instance.id), (Severity::Info, message), kind, String::new());
        }
    }

    /// The containers that are made anew because of what their instances refer to.
    fn containers(&mut self, before: &Side, after: &Side) {
        let mut told: HashSet<AnyId> = HashSet::new();
        let mut written: HashSet<Secret> = HashSet::new();
        for effect in &self.list {
            match &effect.kind {
                EffectKind::Container { .. } => drop(told.insert(effect.subject)),
                EffectKind::Config { edits, .. } => {
                    let keys = edits.iter().filter(|edit| edit.kind == OverrideKind::EnvVar).map(|edit| &edit.key);
                    let owner = match effect.subject {
                        AnyId::Stack(id) => Some((id, None)),
                        AnyId::Instance(id) => {
                            let row = self.after.members.get(&id).map(|member| &member.row);
                            row.map(|row| (row.stack_id, Some(row.instance_id.clone())))
                        }
                        AnyId::Template(_) => None,
                    };
                    if let Some((stack, name)) = owner {
                        written.extend(keys.map(|key| (stack, name.clone(), key.clone())));
                    }
                }
                EffectKind::Reference { .. } | EffectKind::Claim { .. } | EffectKind::Data { .. } => {}
            }
        }
        let (before, after) = (by_instance(before), by_instance(after));
        for (id, had) in before {
            let Some(has) = after.get(&id) else { continue };
            let (Some(first), Some(last)) = (had.first(), has.first()) else { continue };
            let subject = AnyId::Instance(id);
            if told.contains(&subject) || !self.runs(&first.instance) || !self.runs(&last.instance) {
                continue;
            }
            let is_written = |one: &&ReferenceUse| {
                one.resolved.pieces.iter().any(|piece| match piece {
                    Piece::Hidden { instance, key, .. } => {
                        written.contains(&(one.instance.stack_id, instance.clone(), key.clone()))
                    }
                    Piece::Text(_) | Piece::Missing(..) => false,
                })
            };
            let values = shown(has);
            if shown(&had) == values && !has.iter().any(is_written) {
                continue;
            }
            let (place, name) = (self.place(&last.instance), last.instance.container_name.clone());
            let message = format!("The container `{name}` of `{place}` is made anew: values that it refers to change.");
            let kind = EffectKind::Container { action: ContainerAction::Recreate, name, former: None };
            self.push(&place, subject, (Severity::Destructive, message), kind, format!("{values:?}"));
        }
    }

    /// The host names for which domains with references stand, of instances that run: what they claim, and claim no longer.
    fn host_names(&mut self, before: &Side, after: &Side) {
        let (mut had, mut has) = (host_names(before, &self.before), host_names(after, &self.after));
        let rows: BTreeMap<InstanceId, InstanceModel> =
            had.iter().chain(&has).map(|(id, (row, _))| (*id, InstanceModel::clone(row))).collect();
        for (id, row) in rows {
            let claims = |side: &mut HostNames| side.remove(&id).map(|(_, claims)| claims).unwrap_or_default();
            let place = self.place(&row);
            let (had, has) = (claims(&mut had), claims(&mut has));
            self.differing_claims(&place, id, &had, &has);
        }
    }

    /// Whether a live instance has a container: it and its stack are enabled.
    fn runs(&self, row: &InstanceModel) -> bool {
        runs(row, &self.after)
    }
}

/// The claims of running instances by references.
type HostNames = BTreeMap<InstanceId, (Arc<InstanceModel>, BTreeSet<Claim>)>;

fn host_names(side: &Side, state: &State) -> HostNames {
    let mut all = HostNames::new();
    for found in side.values() {
        let resolver = Resolver::new(&found.values);
        let domains = found.uses.iter().filter(|one| one.kind == OverrideKind::Domain);
        for one in domains.filter(|one| runs(&one.instance, state)) {
            // Its key is its text.
            if let Some(name) = host_name(&resolver.resolve(&one.instance.instance_id, &one.key)) {
                let known = all.entry(one.instance.id).or_insert_with(|| (Arc::clone(&one.instance), BTreeSet::new()));
                known.1.insert(Claim::of_host_name(name));
            }
        }
    }
    all
}

fn runs(row: &InstanceModel, state: &State) -> bool {
    let stack = state.stacks.get(&row.stack_id);
    row.enabled && stack.is_some_and(|stack| stack.enabled && stack.deleted_at.is_none())
}
