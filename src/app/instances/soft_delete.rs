//! The use case `softDeleteInstance`: moves an instance to the trash.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find},
    db::{
        Command, Tx,
        entities::InstanceModel,
        queries::instances::{self, InstanceChange},
    },
    error::Result,
};

/// The input of [`App::soft_delete_instance`].
#[derive(Clone, Debug, Hash)]
pub struct SoftDeleteInstance {
    /// The instance.
    pub instance: InstanceRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Moves an instance to the trash. Its names become free, its overrides are kept.
    pub async fn soft_delete_instance(&self, input: SoftDeleteInstance) -> Result<InstanceModel> {
        self.write(&input).await
    }
}

impl Command for SoftDeleteInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let (_, instance) = find::instance_at(tx, &self.instance, self.expected_revision).await?;
        let change = InstanceChange { trashed: Some(true), ..InstanceChange::default() };
        Ok(instances::update(tx, &instance, change, now).await?)
    }
}
