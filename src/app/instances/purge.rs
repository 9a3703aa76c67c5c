//! The use case `purgeInstance`: deletes a trashed instance for good.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, Warned, find, trash::lookup, warnings},
    db::{
        Command, Tx,
        queries::{dependencies, instances, stacks::RowLock},
    },
    error::{Error, Result},
    ids::{AnyId, InstanceId},
};

/// The input of [`App::purge_instance`].
#[derive(Clone, Debug, Hash)]
pub struct PurgeInstance {
    /// The instance. Names refer to the most recently trashed instance.
    pub instance: InstanceRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a trashed instance with all its overrides. Refuses a live instance. Warns about the volumes that stay.
    pub async fn purge_instance(&self, input: PurgeInstance) -> Result<Warned<InstanceId>> {
        self.write(&input).await
    }
}

impl Command for PurgeInstance {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Warned<InstanceId>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<InstanceId>> {
        let found = lookup::instance(tx, &self.instance, RowLock::Shared).await?;
        let (_, instance) = found.map_err(|problem| Error::refused(lookup::first(problem)))?;
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        // Each instance that depends on it loses an override.
        dependencies::touch_dependents(tx, &instance, now).await?;
        let volumes = warnings::own_volumes(tx, None, std::slice::from_ref(&instance)).await?;
        instances::delete(tx, &instance).await?;
        Ok(Warned { value: instance.id, warnings: warnings::left_behind(&volumes).into_iter().collect() })
    }
}
