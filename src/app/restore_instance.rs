//! Bringing an instance back from the trash.

use chrono::{DateTime, Utc};

use super::{App, InstanceRef, find, naming};
use crate::{
    db::{
        Tx, Work,
        entities::{InstanceModel, StackModel},
        instances::{self, InstanceChange},
        stacks::{self, Hold},
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::AnyId,
};

/// Which instance comes back.
#[derive(Clone, Debug)]
pub struct RestoreInstance {
    /// By id; by names, the one that was deleted last.
    pub instance: InstanceRef,
    /// The name under which it comes back, when its own has been taken meanwhile.
    pub name: Option<String>,
    /// The revision that the decision was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Brings an instance back with all its overrides.
    pub async fn restore_instance(&self, input: RestoreInstance) -> Result<InstanceModel> {
        self.write_name(&input).await
    }
}

impl Work for RestoreInstance {
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut problems = Problems::default();
        let found = problems.keep(trashed(tx, &self.instance).await?);
        let raw = self.name.as_deref().or(found.as_ref().map(|(_, instance)| instance.instance_id.as_str()));
        let names = match raw {
            Some(raw) => naming::instance_names(tx, found.as_ref().map(|(stack, _)| stack), raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let (Some((stack, instance)), Some((name, container))) = (found, names) else {
            return Err(Error::Internal("a part of a trashed instance is missing".into()));
        };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        let change =
            InstanceChange { name: Some((name.clone(), container)), trashed: Some(false), ..InstanceChange::default() };
        instances::update(tx, instance.id, change, now).await.map_err(naming::taken(&stack.name, &name))
    }
}

/// A trashed instance of a live stack.
async fn trashed(tx: &Tx, wanted: &InstanceRef) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    let (path, found): (&[&str], _) = match wanted {
        InstanceRef::Id(Some(id)) => (&["input", "instance", "id"], instances::find(tx, *id, Hold::No).await?),
        InstanceRef::Id(None) => (&["input", "instance", "id"], None),
        InstanceRef::Name { stack, name } => {
            let named = if find::storable(stack) { stacks::find_by_name(tx, stack, Hold::No).await? } else { None };
            let Some(named) = named else {
                return Ok(Err(gone(&["input", "instance", "byName", "stack"], "There is no such live stack.")));
            };
            let found = if find::storable(name) { instances::find_trashed(tx, named.id, name).await? } else { None };
            (&["input", "instance", "byName", "name"], found)
        }
    };
    let Some(found) = found else { return Ok(Err(gone(path, "No such instance is in the trash."))) };
    let Some(stack) = stacks::find(tx, found.stack_id, Hold::Shared).await? else {
        return Ok(Err(gone(path, "The instance's stack is in the trash.")));
    };
    let held = instances::find(tx, found.id, Hold::Exclusive).await?;
    let held = held.filter(|instance| instance.deleted_at.is_some());
    Ok(held.map(|instance| (stack, instance)).ok_or_else(|| gone(path, "The instance is not in the trash.")))
}

fn gone(path: &[&str], message: &str) -> Problem {
    Problem::new(Code::NotFound, path, message)
}
