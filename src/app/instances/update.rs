//! The use case `updateInstance`: changes the name, the description and the enabled state of an instance.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, instances::naming, text},
    db::{
        Command, Tx,
        entities::InstanceModel,
        queries::instances::{self, InstanceChange},
    },
    error::{Error, Problems, Result},
    ids::AnyId,
};

/// The input of [`App::update_instance`]. `None` leaves a field unchanged.
#[derive(Clone, Debug, Hash)]
pub struct UpdateInstance {
    /// The instance.
    pub instance: InstanceRef,
    /// The new name, from which the container name is derived. Null is refused.
    pub name: Option<Option<String>>,
    /// The description.
    pub description: Option<String>,
    /// Whether it is enabled. Null is refused.
    pub enabled: Option<Option<bool>>,
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
        let found = problems.keep(find::instance(tx, &self.instance).await?);
        let name = problems.keep(text::not_null("name", self.name.as_ref())).flatten();
        let names = match name {
            Some(raw) => {
                naming::instance_names(tx, found.as_ref().map(|(stack, _)| stack), &raw, &mut problems).await?
            }
            None => None,
        };
        let enabled = problems.keep(text::not_null("enabled", self.enabled.as_ref())).flatten();
        problems.keep(self.description.as_deref().map_or(Ok(()), text::description));
        problems.finish()?;
        let Some((stack, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        let change = InstanceChange {
            name: names.clone().filter(|(name, _)| name.as_str() != instance.instance_id),
            description: self.description.clone().filter(|text| *text != instance.description),
            enabled: enabled.filter(|enabled| *enabled != instance.enabled),
            ..InstanceChange::default()
        };
        if change == InstanceChange::default() {
            return Ok(instance);
        }
        let updated = instances::update(tx, instance.id, change, now).await;
        match &names {
            Some((name, _)) => updated.map_err(naming::taken(&stack.name, name)),
            None => Ok(updated?),
        }
    }
}
