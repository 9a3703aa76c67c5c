//! Finds instances of a stack that would wait for each other.
//!
//! Called by the use cases that write many instances at once. It must not write.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    db::{Tx, queries::dependencies},
    error::{Code, Problem, Problems, Result},
    ids::{InstanceId, StackId},
};

/// Notes instances that would wait for each other. `names` has the instances that are named in the message.
pub(in crate::app) async fn refuse_cycles(
    tx: &Tx,
    stack: StackId,
    names: &HashMap<&str, InstanceId>,
    path: &[&str],
    problems: &mut Problems,
) -> Result<()> {
    let mut leads_to: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
    for (from, to) in dependencies::of_stack(tx, stack).await? {
        leads_to.entry(from).or_default().push(to);
    }
    // Repeatedly removes instances none of whose targets has dependencies. What remains contains a cycle.
    loop {
        let waiting: HashSet<InstanceId> = leads_to.keys().copied().collect();
        let before = leads_to.len();
        leads_to.retain(|_, targets| targets.iter().any(|target| waiting.contains(target)));
        if leads_to.len() == before {
            break;
        }
    }
    let mut waiting: Vec<&str> =
        names.iter().filter(|(_, id)| leads_to.contains_key(id)).map(|(name, _)| *name).collect();
    waiting.sort_unstable();
    if !leads_to.is_empty() {
        let message = format!("These instances would wait for each other: {}.", waiting.join(", "));
        problems.push(Problem::new(Code::DependencyCycle, path, message));
    }
    Ok(())
}
