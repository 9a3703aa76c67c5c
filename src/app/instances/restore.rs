//! The use case `restoreInstance`: restores a trashed instance.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, instances::naming, overrides::follow, trash::lookup},
    db::{
        Command, Tx,
        entities::{InstanceModel, StackModel},
        queries::{
            instances::{self, InstanceChange},
            stacks::RowLock,
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::AnyId,
};

/// The input of [`App::restore_instance`].
#[derive(Clone, Debug, Hash)]
pub struct RestoreInstance {
    /// The instance. Names refer to the most recently trashed instance.
    pub instance: InstanceRef,
    /// A new name, for when its own was taken in the meantime.
    pub name: Option<String>,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Restores an instance with all its overrides.
    pub async fn restore_instance(&self, input: RestoreInstance) -> Result<InstanceModel> {
        self.write_name(&input).await
    }
}

impl Command for RestoreInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut problems = Problems::default();
        // A new name also changes the instances that refer to this one.
        let hold = if self.name.is_some() { RowLock::Exclusive } else { RowLock::Shared };
        let found = problems.keep(lookup::instance(tx, &self.instance, hold).await?.and_then(of_live_stack));
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
        let restored =
            instances::update(tx, &instance, change, now).await.map_err(naming::taken(&stack.name, &name))?;
        let is_free = || instances::find_by_name(tx, stack.id, &instance.instance_id, RowLock::None);
        if restored.instance_id != instance.instance_id && is_free().await?.is_none() {
            // What refers to the former name meant this instance; another one of that name is meant by now otherwise.
            follow::rename(tx, &restored, &instance.instance_id, now).await?;
            let found = instances::find(tx, restored.id, RowLock::None).await?;
            return found.ok_or_else(|| Error::Internal("a restored instance is missing".into()));
        }
        Ok(restored)
    }
}

/// Refuses an instance whose stack is in the trash. Only a reference by id can lead to one.
fn of_live_stack(found: (StackModel, InstanceModel)) -> Result<(StackModel, InstanceModel), Problem> {
    if found.0.deleted_at.is_none() { Ok(found) } else { Err(stack_in_the_trash(&found.0.name)) }
}

/// The problem that the stack has to be restored before its instance.
pub(in crate::app) fn stack_in_the_trash(stack: &str) -> Problem {
    let message =
        format!("The instance's stack `{stack}` is in the trash; restore the stack first, with restoreStack.");
    Problem::new(Code::NotFound, &["input", "instance", "id"], message)
}
