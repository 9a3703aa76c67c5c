//! Resolves references in the input to trashed objects, or to a problem with the path of the reference.
//!
//! Called by the use cases that restore and purge. It must not write, and must not return live objects.

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

/// Finds a trashed stack and locks it exclusively. A name refers to the most recently trashed stack with that name.
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
        None => return Ok(Err(not_found(path, "No such stack is in the trash."))),
    };
    let locked = found.filter(|stack| stack.deleted_at.is_some());
    Ok(locked.ok_or_else(|| not_found(path, "The stack is not in the trash.")))
}

/// Finds a trashed instance and its stack, which gets this lock. The instance is locked for a change. Names refer
/// to the most recently trashed instance in a live stack; the stack of an instance found by id may be trashed too.
pub(in crate::app) async fn instance(
    tx: &Tx,
    wanted: &InstanceRef,
    hold: RowLock,
) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    let (path, found): (&[&str], _) = match wanted {
        InstanceRef::Id(Some(id)) => (&["input", "instance", "id"], instances::find(tx, *id, RowLock::None).await?),
        InstanceRef::Id(None) => (&["input", "instance", "id"], None),
        InstanceRef::Name { stack, name } => {
            let named = if storable(stack) { stacks::find_by_name(tx, stack, RowLock::None).await? } else { None };
            let Some(named) = named else {
                return Ok(Err(not_found(&["input", "instance", "byName", "stack"], "There is no such live stack.")));
            };
            let found = if storable(name) { instances::find_trashed(tx, named.id, name).await? } else { None };
            (&["input", "instance", "byName", "name"], found)
        }
    };
    let Some(found) = found else { return Ok(Err(not_found(path, "No such instance is in the trash."))) };
    let stack = stacks::find_any(tx, found.stack_id, hold).await?;
    let locked = instances::find(tx, found.id, RowLock::Exclusive).await?;
    let locked = locked.filter(|instance| instance.deleted_at.is_some());
    Ok(stack.zip(locked).ok_or_else(|| not_found(path, "The instance is not in the trash.")))
}

fn not_found(path: &[&str], message: &str) -> Problem {
    Problem::new(Code::NotFound, path, message)
}

/// Adds to the problem that only trashed objects can be purged.
pub(in crate::app) fn first(mut problem: Problem) -> Problem {
    problem.message.push_str(" Only what is in the trash can be purged; what is live has to be deleted first.");
    problem
}
