//! Brings instances to a wanted state: what they said at a point, or without a change that is undone.
//!
//! Called by the use cases that undo. It must not decide which state is wanted.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    access::change::Subject,
    app::{
        find,
        history::version::PastInstance,
        instances::naming,
        overrides::{dependencies::DependencyGraph, follow},
    },
    db::{
        Tx,
        change_log::past::{Point, Undo},
        entities::{InstanceModel, StackModel},
        entries::{self, Mergeable, Source},
        queries::{
            instances::{self, InstanceChange},
            stack_instances,
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    fields::InstanceValues,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{
        Dependency, Inherited, InstanceOverrides, Kind, OfInstance, OfStack, OfTemplate, OverrideKind, Overrides,
        Rules, diff, for_each_kind, merge,
    },
    references::{has_references, with_names},
};

/// The overrides with which an instance would run exactly as it did, although its template and the variables of its stack
/// may have changed since: what the instance said, and an override or a removal for each inherited entry that is another
/// one now. What the stack locks stays as the stack says. Also returns the keys of these, as `kind key`.
pub(super) async fn overrides_of(tx: &Tx, past: &PastInstance) -> Result<(InstanceOverrides, Vec<String>)> {
    let (id, stack, template) = (past.row.id, past.row.stack_id, past.row.template_service_id);
    let locked: Vec<String> = entries::shared::injected_keys(tx, stack)
        .await?
        .into_iter()
        .filter_map(|(key, locked)| locked.then_some(key))
        .collect();
    let (mut all, mut pinned) = (InstanceOverrides::default(), Vec::new());
    macro_rules! kinds {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $( {
            let layers = past.layers.$field.as_ref().map_err(|row| Error::from(row.clone()))?;
            let (mut own, mut before) = ((*layers.own).clone(), (*layers.template).clone());
            let mut shared = (*layers.shared).clone();
            <crate::kinds::$kind as Source<OfInstance>>::open(tx, id, &mut own)?;
            <crate::kinds::$kind as Source<OfTemplate>>::open(tx, template, &mut before)?;
            <crate::kinds::$kind as Source<OfStack>>::open(tx, stack, &mut shared)?;
            let (template_now, shared_now) = current::<crate::kinds::$kind>(tx, template, stack).await?;
            let before = Inherited { template: &before, shared: &shared };
            let now = Inherited { template: &template_now, shared: &shared_now };
            let locked = if OverrideKind::$kind == OverrideKind::EnvVar { locked.as_slice() } else { &[] };
            all.$field = Some(as_it_ran((own, &past.rules), before, now, locked, &mut pinned));
        } )+ };
    }
    for_each_kind!(kinds);
    Ok((all, pinned))
}

/// The current entries of a template and of a stack.
async fn current<K: Mergeable>(tx: &Tx, template: TemplateId, stack: StackId) -> Result<(Vec<K>, Vec<K>)> {
    let of_template = <K as Source<OfTemplate>>::load_each(tx, &[template]).await?.take(template)?;
    let of_stack = <K as Source<OfStack>>::load_each(tx, &[stack]).await?.take(stack)?;
    Ok((of_template, of_stack))
}

fn as_it_ran<K: Mergeable>(
    (own, rules): (Vec<K>, &Rules),
    before: Inherited<'_, K>,
    now: Inherited<'_, K>,
    locked: &[String],
    pinned: &mut Vec<String>,
) -> Overrides<K> {
    let mut overrides: Overrides<K> = Overrides::new(own, K::KIND, rules);
    let said = overrides.clone();
    let (ran, runs) = (merge(before, &said), merge(now, &said));
    for change in diff(&runs.values(), &ran.values()) {
        if locked.contains(&change.key.to_string()) {
            continue;
        }
        if change.to.is_empty() {
            if K::refuses_rule(Some(&change.key)).is_some() {
                continue;
            }
            overrides.remove(change.key.clone());
        } else {
            overrides.set(change.to.into_iter().cloned().collect());
        }
        pinned.push(format!("{} {}", K::FIELD, change.key));
    }
    overrides
}

/// Lets the references in overrides of a point name other instances as these are called now.
pub(super) async fn name_as_now(
    tx: &Tx,
    stack: &StackModel,
    point: Point,
    overrides: &mut InstanceOverrides,
) -> Result<()> {
    let mut refers = false;
    macro_rules! look {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
            let entries = overrides.$field.iter().flat_map(|overrides| &overrides.entries);
            refers |= entries.flat_map(Kind::reference_texts).any(|(_, text)| has_references(&text));
        )+ };
    }
    for_each_kind!(look);
    if !refers {
        return Ok(());
    }
    let rows = stack_instances::live(tx, stack.id).await?;
    let subjects: Vec<Subject> = rows.iter().map(|row| Subject::Instance(row.id)).collect();
    let undo = Undo::load(tx, point, &subjects).await?;
    let existed = rows.iter().filter(|row| undo.existed(Subject::Instance(row.id)));
    let names: HashMap<String, &str> =
        existed.map(|row| (undo.object(row).instance_id, row.instance_id.as_str())).collect();
    let other = |name: &str| names.get(name).filter(|now| **now != name).map(|now| (*now).to_owned());
    macro_rules! replace {
        ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
            for entry in overrides.$field.iter_mut().flat_map(|overrides| &mut overrides.entries) {
                entry.replace_reference_texts(&mut |text| {
                    with_names(text, other).unwrap_or_else(|| text.to_owned())
                });
            }
        )+ };
    }
    for_each_kind!(replace);
    Ok(())
}

/// What an instance is to be. A field that is `None` stays as it is.
pub(super) struct Wanted {
    /// The name.
    pub(super) name: Option<String>,
    /// The values that clients set.
    pub(super) values: InstanceValues,
    /// The overrides. A kind that is `None` stays as it is.
    pub(super) overrides: InstanceOverrides,
}

/// Writes a wanted state of a live instance. Returns it as it is, if there is nothing to write.
pub(super) async fn write(
    tx: &Tx,
    (stack, instance): (&StackModel, &InstanceModel),
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<InstanceModel> {
    let Wanted { name, values, mut overrides } = wanted;
    let mut problems = Problems::default();
    let name = match name.filter(|name| *name != instance.instance_id) {
        Some(name) => naming::instance_names(tx, Some(stack), &name, &mut problems).await?,
        None => None,
    };
    if let Some(dependencies) = &mut overrides.dependencies {
        keep_possible(tx, stack, instance, dependencies, &mut problems).await?;
    }
    problems.finish()?;
    let mut draft = entries::load_draft(tx, instance.id, |kind| overrides.mentions(kind)).await?;
    draft.decide(overrides);
    let written = entries::Changes::find(tx, instance.id, draft).await?.write(tx, now).await?;
    let change = InstanceChange {
        name: name.clone(),
        values: Some(values).filter(|values| *values != InstanceValues::from(instance)),
        ..written.clone().unwrap_or_default()
    };
    if written.is_none() && change == InstanceChange::default() {
        return Ok(instance.clone());
    }
    let updated = instances::update(tx, instance, change, now).await;
    match &name {
        Some((name, _)) => updated.map_err(naming::taken(&stack.name, name)),
        None => Ok(updated?),
    }
}

/// The same, and lets references to the instance follow its name. For a state of the instance alone: with its stack, the other
/// instances go back to the texts that they had.
pub(super) async fn write_followed(
    tx: &Tx,
    (stack, instance): (&StackModel, &InstanceModel),
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<InstanceModel> {
    let written = write(tx, (stack, instance), wanted, now).await?;
    if written.instance_id != instance.instance_id {
        Box::pin(follow::rename(tx, &written, &instance.instance_id, now)).await?;
    }
    Ok(written)
}

/// Drops dependencies on instances that are not there any more, and notes those that would make a cycle today.
async fn keep_possible(
    tx: &Tx,
    stack: &StackModel,
    instance: &InstanceModel,
    dependencies: &mut Overrides<Dependency>,
    problems: &mut Problems,
) -> Result<()> {
    let all = stack_instances::all(tx, stack.id).await?;
    let known: HashSet<InstanceId> = all.iter().map(|row| row.id).collect();
    dependencies.entries.retain(|entry| entry.depends_on.known().is_some_and(|id| known.contains(&id)));
    let graph = DependencyGraph::load(tx, stack, instance.id).await?;
    for dependency in &dependencies.entries {
        let mut at = Problems::at(&["input"]);
        graph.check(tx, dependency, &mut at).await?;
        problems.append(at);
    }
    Ok(())
}

/// Moves a live instance to the trash.
pub(super) async fn trash(tx: &Tx, instance: &InstanceModel, now: DateTime<Utc>) -> Result<InstanceModel> {
    let change = InstanceChange { trashed: Some(true), ..InstanceChange::default() };
    Ok(instances::update(tx, instance, change, now).await?)
}

/// Restores an instance from the trash under a name.
pub(super) async fn untrash(
    tx: &Tx,
    (stack, instance): (&StackModel, &InstanceModel),
    name: &str,
    now: DateTime<Utc>,
) -> Result<InstanceModel> {
    let mut problems = Problems::default();
    let names = naming::instance_names(tx, Some(stack), name, &mut problems).await?;
    problems.finish()?;
    let Some((name, container)) = names else { return Err(Error::Internal("a restored instance has no name".into())) };
    let change =
        InstanceChange { name: Some((name.clone(), container)), trashed: Some(false), ..InstanceChange::default() };
    instances::update(tx, instance, change, now).await.map_err(naming::taken(&stack.name, &name))
}

/// The instances of a stack by their ids, also those in the trash.
pub(super) async fn members(tx: &Tx, stack: &StackModel) -> Result<HashMap<InstanceId, InstanceModel>> {
    Ok(stack_instances::all(tx, stack.id).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// The problem that something did not exist at a point.
pub(super) fn not_there(what: &str) -> Error {
    let message = format!("The {what} did not exist at this point, or was in the trash.");
    Error::refused(Problem::new(Code::NotFound, &["input", "at"], message))
}

/// Checks the revision of an instance that is about to be written.
pub(super) fn expect(instance: &InstanceModel, expected: Option<i64>) -> Result<()> {
    find::expect_revision(crate::ids::AnyId::Instance(instance.id), instance.revision, expected)
}
