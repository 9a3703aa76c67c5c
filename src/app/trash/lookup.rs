//! From a reference in the input to what is in the trash, or to a problem that says where it was.
//!
//! Called by the use cases that restore and purge. It must never write, and never find what is live.

use crate::{
    app::{InstanceRef, StackRef, find::storable},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        queries::{
            instances,
            stacks::{self, RowLock},
        },
    },
    error::{Code, Problem, Result},
};

/// A trashed stack, held from everybody: by id, or the one that had the name last.
pub(in crate::app) async fn stack(tx: &Tx, wanted: &StackRef) -> Result<Result<StackModel, Problem>> {
    let (path, id): (&[&str], _) = match wanted {
        StackRef::Id(id) => (&["input", "stack", "id"], *id),
        StackRef::Name(name) => {
            let found = if storable(name) { stacks::find_trashed(tx, name).await? } else { None };
            (&["input", "stack", "name"], found.map(|found| found.id))
        }
    };
    let found = match id {
        Some(id) => stacks::find_any(tx, id, RowLock::Exclusive).await?,
        None => return Ok(Err(gone(path, "No such stack is in the trash."))),
    };
    let held = found.filter(|stack| stack.deleted_at.is_some());
    Ok(held.ok_or_else(|| gone(path, "The stack is not in the trash.")))
}

/// A trashed instance, held for a change, with its stack, held as it is: by id, or the one of a live stack that had the
/// name last. Only by id its stack can be in the trash too.
pub(in crate::app) async fn instance(
    tx: &Tx,
    wanted: &InstanceRef,
) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    let (path, found): (&[&str], _) = match wanted {
        InstanceRef::Id(Some(id)) => (&["input", "instance", "id"], instances::find(tx, *id, RowLock::No).await?),
        InstanceRef::Id(None) => (&["input", "instance", "id"], None),
        InstanceRef::Name { stack, name } => {
            let named = if storable(stack) { stacks::find_by_name(tx, stack, RowLock::No).await? } else { None };
            let Some(named) = named else {
                return Ok(Err(gone(&["input", "instance", "byName", "stack"], "There is no such live stack.")));
            };
            let found = if storable(name) { instances::find_trashed(tx, named.id, name).await? } else { None };
            (&["input", "instance", "byName", "name"], found)
        }
    };
    let Some(found) = found else { return Ok(Err(gone(path, "No such instance is in the trash."))) };
    let stack = stacks::find_any(tx, found.stack_id, RowLock::Shared).await?;
    let held = instances::find(tx, found.id, RowLock::Exclusive).await?;
    let held = held.filter(|instance| instance.deleted_at.is_some());
    Ok(stack.zip(held).ok_or_else(|| gone(path, "The instance is not in the trash.")))
}

fn gone(path: &[&str], message: &str) -> Problem {
    Problem::new(Code::NotFound, path, message)
}

/// The same problem for who wants to purge something: what is live is not purged at once.
pub(in crate::app) fn first(mut problem: Problem) -> Problem {
    problem.message.push_str(" Only what is in the trash can be purged; what is live has to be deleted first.");
    problem
}
