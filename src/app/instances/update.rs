//! The use case `updateInstance`: changes the name of an instance, and the other values that clients set.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, instances::naming, overrides::follow, text},
    db::{
        Command, Tx,
        entities::InstanceModel,
        queries::{
            instances::{self, InstanceChange},
            stacks::RowLock,
        },
    },
    error::{Error, Problems, Result},
    fields::{InstanceEdit, InstanceValues},
    ids::AnyId,
};

/// The input of [`App::update_instance`]. `None` leaves a field unchanged.
#[derive(Clone, Debug, Hash)]
pub struct UpdateInstance {
    /// The instance.
    pub instance: InstanceRef,
    /// The new name, from which the container name is derived. Null is refused.
    pub name: Option<Option<String>>,
    /// The other changes.
    pub edit: InstanceEdit,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Updates an instance and increments its revision once. Does nothing if all values are the same. A rename changes
    /// no id.
    pub async fn update_instance(&self, input: UpdateInstance) -> Result<InstanceModel> {
        self.write_name(&input).await
    }
}

impl Command for UpdateInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut problems = Problems::default();
        // A rename also changes the instances that refer to this one.
        let hold = if self.name.is_some() { RowLock::Exclusive } else { RowLock::Shared };
        let found = problems.keep(find::instance_in(tx, &self.instance, hold).await?);
        let names = match &self.name {
            Some(Some(raw)) => {
                naming::instance_names(tx, found.as_ref().map(|(stack, _)| stack), raw, &mut problems).await?
            }
            Some(None) => {
                text::refuse_nulls(vec!["name"], &mut problems);
                None
            }
            None => None,
        };
        text::refuse_nulls(self.edit.refused_nulls(), &mut problems);
        text::check(self.edit.apply(&InstanceValues::default()).texts(), &mut problems);
        problems.finish()?;
        let Some((stack, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        let before = InstanceValues::from(&instance);
        let change = InstanceChange {
            name: names.clone().filter(|(name, _)| name.as_str() != instance.instance_id),
            values: Some(self.edit.apply(&before)).filter(|after| *after != before),
            ..InstanceChange::default()
        };
        if change == InstanceChange::default() {
            return Ok(instance);
        }
        let updated = instances::update(tx, &instance, change, now).await;
        let Some((name, _)) = &names else { return Ok(updated?) };
        let updated = updated.map_err(naming::taken(&stack.name, name))?;
        if updated.instance_id != instance.instance_id {
            follow::rename(tx, &updated, &instance.instance_id, now).await?;
        }
        // It may refer to itself by its name.
        let found = instances::find(tx, updated.id, RowLock::None).await?;
        found.ok_or_else(|| Error::Internal("a renamed instance is missing".into()))
    }
}
