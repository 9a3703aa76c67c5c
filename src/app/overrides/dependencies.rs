//! Dependencies: from the instances that an input names to their keys, and the rules of where they may lead.
//!
//! Called by the use cases that write overrides, which hold the stack exclusively, so that two writers cannot close a
//! circle together. It must never write.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    app::find,
    db::{
        Tx,
        entities::StackModel,
        queries::{dependencies, instances, stacks::RowLock},
    },
    error::{Code, Problems, Result},
    ids::InstanceId,
    kinds::{Dependency, MAX_ENTRIES, OverrideKind},
    reference::InstanceRef,
};

/// How strongly the stack is held by a writer of these kinds.
pub(in crate::app) fn hold(touches: impl Fn(OverrideKind) -> bool) -> RowLock {
    if touches(OverrideKind::Dependency) { RowLock::Exclusive } else { RowLock::Shared }
}

/// Finds what one reference names; notes what is wrong with it where it stands.
pub(in crate::app) async fn resolve(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut InstanceRef,
    at: &mut Problems,
) -> Result<()> {
    let found = match &*wanted {
        InstanceRef::Id(Some(id)) => instances::find(tx, *id, RowLock::No).await?,
        InstanceRef::Id(None) => None,
        InstanceRef::Name { stack: of, name } if of == &stack.name && find::storable(name) => {
            instances::find_by_name(tx, stack.id, name, RowLock::No).await?
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

/// Finds what a whole collection names, and looks where the entries of a dependent that is there already lead.
pub(in crate::app) async fn resolve_all(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut [Dependency],
    at: &mut Problems,
) -> Result<()> {
    if wanted.len() > MAX_ENTRIES {
        // That is noted already.
        return Ok(());
    }
    let ways = match dependent {
        Some(dependent) if !wanted.is_empty() => Some(Ways::load(tx, stack, dependent).await?),
        _ => None,
    };
    let (mut named, mut seen) = (HashSet::new(), HashSet::new());
    for (index, dependency) in wanted.iter_mut().enumerate() {
        // An equal reference is a duplicate that is noted already.
        let again = !named.insert(dependency.depends_on.clone());
        let mut entry = Problems::at(&[]);
        let mut found = Problems::at(&["instance"]);
        resolve(tx, stack, dependent, &mut dependency.depends_on, &mut found).await?;
        if found.is_empty() && dependency.depends_on.known().is_some_and(|id| !seen.insert(id)) {
            // The same instance by its id and by its name.
            if !again {
                entry.note(Code::DuplicateKey, "An earlier entry of this collection has the same key.", None);
            }
        } else if let (true, Some(ways)) = (found.is_empty(), &ways) {
            ways.check(tx, dependency, &mut found).await?;
        }
        entry.append(found);
        at.enter("dependencies", |at| at.enter(index.to_string(), |at| at.adopt(entry)));
    }
    Ok(())
}

/// Where the dependencies of a stack lead, seen from one dependent; those of trashed instances count, because they
/// come back with them.
pub(in crate::app) struct Ways {
    dependent: InstanceId,
    leads_to: BTreeMap<InstanceId, Vec<InstanceId>>,
}

impl Ways {
    pub(in crate::app) async fn load(tx: &Tx, stack: &StackModel, dependent: InstanceId) -> Result<Self> {
        let mut leads_to: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
        for (from, to) in dependencies::of_stack(tx, stack.id).await? {
            leads_to.entry(from).or_default().push(to);
        }
        Ok(Self { dependent, leads_to })
    }

    /// Notes it when a dependency of the dependent, whose target is known, would lead back to it.
    pub(in crate::app) async fn check(&self, tx: &Tx, wanted: &Dependency, at: &mut Problems) -> Result<()> {
        let Some(way) = wanted.depends_on.known().and_then(|to| self.back_from(to)) else { return Ok(()) };
        let rows = instances::load(tx, &way).await?;
        let names: HashMap<InstanceId, String> = rows.into_iter().map(|row| (row.id, row.instance_id)).collect();
        let way: Vec<&str> = way.iter().map(|id| names.get(id).map_or("?", String::as_str)).collect();
        let message = format!("These instances would wait for each other: {}.", way.join(" → "));
        at.note(Code::DependencyCycle, message, None);
        Ok(())
    }

    /// The shortest way from the dependent over `to` back to itself, if there is one.
    fn back_from(&self, to: InstanceId) -> Option<Vec<InstanceId>> {
        let mut came_from: HashMap<InstanceId, InstanceId> = HashMap::from([(to, self.dependent)]);
        let mut frontier = vec![to];
        while !frontier.is_empty() && !came_from.contains_key(&self.dependent) {
            let mut next = Vec::new();
            for from in frontier {
                for to in self.leads_to.get(&from).into_iter().flatten() {
                    if !came_from.contains_key(to) {
                        came_from.insert(*to, from);
                        next.push(*to);
                    }
                }
            }
            frontier = next;
        }
        let mut way = vec![self.dependent];
        let mut step = *came_from.get(&self.dependent)?;
        while step != self.dependent {
            way.push(step);
            step = *came_from.get(&step)?;
        }
        way.push(self.dependent);
        way.reverse();
        Some(way)
    }
}
