//! Removing an instance from the trash, for good.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, InstanceRef, find, trash::lookup},
    db::{
        Command, Tx,
        queries::{dependencies, instances},
    },
    error::{Error, Result},
    ids::{AnyId, InstanceId},
};

/// Which instance goes for good.
#[derive(Clone, Debug, Hash)]
pub struct PurgeInstance {
    /// By id; by names, the one that was deleted last.
    pub instance: InstanceRef,
    /// The revision that the decision was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a trashed instance with all its overrides; never a live one.
    pub async fn purge_instance(&self, input: PurgeInstance) -> Result<InstanceId> {
        self.write(&input).await
    }
}

impl Command for PurgeInstance {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = InstanceId;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceId> {
        let found = lookup::instance(tx, &self.instance).await?;
        let (_, instance) = found.map_err(|problem| Error::refused(lookup::first(problem)))?;
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        // What depends on it loses an override with it.
        dependencies::touch_dependents(tx, &instance, now).await?;
        instances::delete(tx, instance.id).await?;
        Ok(instance.id)
    }
}
