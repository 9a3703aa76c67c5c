//! Resolves the instances that dependencies refer to, and refuses cycles.
//!
//! Called by the use cases that write overrides. They lock the stack exclusively, so that two writers cannot close a
//! cycle together. It must not write.

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

/// The lock on the stack that a writer of these kinds needs.
pub(in crate::app) fn lock(touches: impl Fn(OverrideKind) -> bool) -> RowLock {
    if touches(OverrideKind::Dependency) { RowLock::Exclusive } else { RowLock::Shared }
}

/// Resolves one reference to the id of an instance, or notes a problem with it.
pub(in crate::app) async fn resolve(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut InstanceRef,
    at: &mut Problems,
) -> Result<()> {
    let found = match &*wanted {
        InstanceRef::Id(Some(id)) => instances::find(tx, *id, RowLock::None).await?,
        InstanceRef::Id(None) => None,
        InstanceRef::Name { stack: of, name } if of == &stack.name && find::storable(name) => {
            instances::find_by_name(tx, stack.id, name, RowLock::None).await?
        }
        InstanceRef::Name { stack: of, .. } if of != &stack.name => {
            at.note(Code::InvalidValue, other_stack_message(&stack.name), None);
            return Ok(());
        }
        InstanceRef::Name { .. } => None,
    };
    let problem = match found.filter(|instance| instance.deleted_at.is_none()) {
        None => (Code::NotFound, "No such instance is in the stack.".to_owned()),
        Some(found) if found.stack_id != stack.id => (Code::InvalidValue, other_stack_message(&stack.name)),
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

fn other_stack_message(stack: &str) -> String {
    format!("An instance depends on instances of its own stack only, which is `{stack}`.")
}

/// Resolves the references of a whole collection. If the dependent exists already, also checks that no entry makes a
/// cycle.
pub(in crate::app) async fn resolve_all(
    tx: &Tx,
    stack: &StackModel,
    dependent: Option<InstanceId>,
    wanted: &mut [Dependency],
    at: &mut Problems,
) -> Result<()> {
    if wanted.len() > MAX_ENTRIES {
        // The size was refused before.
        return Ok(());
    }
    let ways = match dependent {
        Some(dependent) if !wanted.is_empty() => Some(DependencyGraph::load(tx, stack, dependent).await?),
        _ => None,
    };
    let (mut named, mut seen) = (HashSet::new(), HashSet::new());
    for (index, dependency) in wanted.iter_mut().enumerate() {
        // Equal references were refused before.
        let is_repeated = !named.insert(dependency.depends_on.clone());
        let mut entry = Problems::at(&[]);
        let mut found = Problems::at(&["instance"]);
        resolve(tx, stack, dependent, &mut dependency.depends_on, &mut found).await?;
        if found.is_empty() && dependency.depends_on.known().is_some_and(|id| !seen.insert(id)) {
            // The collection refers to the same instance by id and by name.
            if !is_repeated {
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

/// The dependencies in a stack, for finding cycles through one dependent. The dependencies of trashed instances count,
/// because a restore brings them back.
pub(in crate::app) struct DependencyGraph {
    dependent: InstanceId,
    leads_to: BTreeMap<InstanceId, Vec<InstanceId>>,
}

impl DependencyGraph {
    pub(in crate::app) async fn load(tx: &Tx, stack: &StackModel, dependent: InstanceId) -> Result<Self> {
        let mut leads_to: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
        for (from, to) in dependencies::of_stack(tx, stack.id).await? {
            leads_to.entry(from).or_default().push(to);
        }
        Ok(Self { dependent, leads_to })
    }

    /// Notes a problem if a dependency with a resolved target makes a cycle.
    pub(in crate::app) async fn check(&self, tx: &Tx, wanted: &Dependency, at: &mut Problems) -> Result<()> {
        let Some(way) = wanted.depends_on.known().and_then(|to| self.shortest_cycle(to)) else { return Ok(()) };
        let rows = instances::load(tx, &way).await?;
        let names: HashMap<InstanceId, String> = rows.into_iter().map(|row| (row.id, row.instance_id)).collect();
        let way: Vec<&str> = way.iter().map(|id| names.get(id).map_or("?", String::as_str)).collect();
        let message = format!("These instances would wait for each other: {}.", way.join(" → "));
        at.note(Code::DependencyCycle, message, None);
        Ok(())
    }

    /// The shortest path from the dependent through `to` back to itself, if there is one.
    fn shortest_cycle(&self, to: InstanceId) -> Option<Vec<InstanceId>> {
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
