//! Bringing an instance back from the trash.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, instances::naming, trash::lookup},
    db::{
        Command, Tx,
        entities::{InstanceModel, StackModel},
        queries::instances::{self, InstanceChange},
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::AnyId,
};

/// Which instance comes back.
#[derive(Clone, Debug, Hash)]
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

impl Command for RestoreInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut problems = Problems::default();
        let found = problems.keep(lookup::instance(tx, &self.instance).await?.and_then(of_live_stack));
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

/// Only by its id an instance is found whose stack is in the trash.
fn of_live_stack(found: (StackModel, InstanceModel)) -> Result<(StackModel, InstanceModel), Problem> {
    if found.0.deleted_at.is_none() { Ok(found) } else { Err(stack_in_the_trash(&found.0.name)) }
}

/// The problem that the stack has to come back before its instance.
pub(in crate::app) fn stack_in_the_trash(stack: &str) -> Problem {
    let message =
        format!("The instance's stack `{stack}` is in the trash; restore the stack first, with restoreStack.");
    Problem::new(Code::NotFound, &["input", "instance", "id"], message)
}
