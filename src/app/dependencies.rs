//! Dependencies: from the instances that an input names to their keys, and the rules of where they may lead.
//!
//! Called by the use cases that write overrides, which hold the stack exclusively, so that two writers cannot close a
//! circle together. It must never write.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::find;
use crate::{
    db::{
        Tx, dependencies,
        entities::{InstanceModel, StackModel},
        instances,
        stacks::Hold,
    },
    error::{Code, Problems, Result},
    ids::InstanceId,
    kinds::{Dependency, OverrideKind},
    reference::InstanceRef,
};

/// How strongly the stack is held by a writer of these kinds.
pub(super) fn hold(touches: impl Fn(OverrideKind) -> bool) -> Hold {
    if touches(OverrideKind::Dependency) { Hold::Exclusive } else { Hold::Shared }
}

/// Finds what one reference names; notes what is wrong with it where it stands.
pub(super) async fn resolve(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut InstanceRef,
    at: &mut Problems,
) -> Result<()> {
    let found = match &*wanted {
        InstanceRef::Id(Some(id)) => instances::find(tx, *id, Hold::No).await?,
        InstanceRef::Id(None) => None,
        InstanceRef::Name { stack: of, name } if of == &stack.name && find::storable(name) => {
            instances::find_by_name(tx, stack.id, name, Hold::No).await?
        }
        InstanceRef::Name { stack: of, .. } if of != &stack.name => {
            at.note(Code::InvalidValue, foreign(&stack.name), None);
            return Ok(());
        }
        InstanceRef::Name { .. } => None,
    };
    let problem = match found.filter(|instance| instance.deleted_at.is_none()) {
        None => (Code::NotFound, "No such instance is in the stack.".to_owned()),
        Some(found) if found.stack_id != stack.id => (Code::InvalidValue, foreign(&stack.name)),
        Some(found) if Some(found.id) == dependent => {
            (Code::DependencyCycle, "An instance cannot depend on itself.".to_owned())
        }
        Some(found) => {
            *wanted = found.id.into();
            return Ok(());
        }
    };
    at.note(problem.0, problem.1, None);
    Ok(())
}

fn foreign(stack: &str) -> String {
    format!("An instance depends on instances of its own stack only, which is `{stack}`.")
}

/// Finds what a whole collection names.
pub(super) async fn resolve_all(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut [Dependency],
    at: &mut Problems,
) -> Result<()> {
    let mut seen = HashSet::new();
    for (index, dependency) in wanted.iter_mut().enumerate() {
        let mut found = Problems::at(&["instance"]);
        resolve(tx, stack, dependent, &mut dependency.depends_on, &mut found).await?;
        // The same instance by its id and by its name.
        if found.is_empty() && dependency.depends_on.known().is_some_and(|id| !seen.insert(id)) {
            found.note(Code::DuplicateKey, "An earlier entry of this collection has the same key.", None);
        }
        at.enter("dependencies", |at| at.enter(index.to_string(), |at| at.adopt(found)));
    }
    Ok(())
}

/// The way from `instance` back to itself that `wanted` would close, if it would.
pub(super) async fn circle(
    tx: &Tx,
    stack: &StackModel,
    instance: &InstanceModel,
    wanted: &[Dependency],
) -> Result<Option<String>> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut leads_to: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
    for (from, to) in dependencies::of_stack(tx, stack.id).await? {
        leads_to.entry(from).or_default().push(to);
    }
    leads_to.insert(instance.id, wanted.iter().filter_map(|dependency| dependency.depends_on.known()).collect());
    // Breadth first, so that the shortest way is told.
    let mut came_from: HashMap<InstanceId, InstanceId> = HashMap::new();
    let mut frontier = vec![instance.id];
    while !frontier.is_empty() && !came_from.contains_key(&instance.id) {
        let mut next = Vec::new();
        for from in frontier {
            for to in leads_to.get(&from).into_iter().flatten() {
                if !came_from.contains_key(to) {
                    came_from.insert(*to, from);
                    next.push(*to);
                }
            }
        }
        frontier = next;
    }
    if !came_from.contains_key(&instance.id) {
        return Ok(None);
    }
    let mut way = vec![instance.id];
    while let Some(before) = came_from.get(&way[way.len() - 1]) {
        way.push(*before);
        if *before == instance.id {
            break;
        }
    }
    way.reverse();
    let rows = instances::load(tx, &way).await?;
    let names: HashMap<InstanceId, String> = rows.into_iter().map(|row| (row.id, row.instance_id)).collect();
    let way: Vec<&str> = way.iter().map(|id| names.get(id).map_or("?", String::as_str)).collect();
    Ok(Some(way.join(" → ")))
}
