//! The use case `setInstanceOverrides`: replaces whole collections of overrides.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, InstanceRef, find,
        overrides::{dependencies, keep_secrets, locks::Locks, references},
    },
    db::{Command, Tx, entities::InstanceModel, entries, queries::instances},
    error::{Error, Problems, Result},
    ids::AnyId,
    kinds::{Collections, Draft, EnvVar},
};

/// The input of [`App::set_instance_overrides`]. A kind that is `None` is left unchanged.
#[derive(Clone, Debug, Hash)]
pub struct SetInstanceOverrides {
    /// The instance.
    pub instance: InstanceRef,
    /// The collections.
    pub overrides: Collections,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Replaces collections of overrides, all or nothing, and increments the revision once.
    pub async fn set_instance_overrides(&self, mut input: SetInstanceOverrides) -> Result<InstanceModel> {
        if !self.reveals() {
            // A given secret is always written, so that the revision does not tell the caller whether it equals the
            // stored one.
            input.overrides.env_vars.iter_mut().flatten().for_each(EnvVar::never_compared);
        }
        self.write(&input).await
    }
}

impl Command for SetInstanceOverrides {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut wanted = self.overrides.clone();
        let mut at = Problems::at(&["input", "overrides"]);
        wanted.check(&mut at);
        let touches = |kind| self.overrides.touches(kind);
        let mut problems = Problems::default();
        let given = self.overrides.given_references();
        let hold = references::lock(&given, dependencies::lock(touches));
        let found = problems.keep(find::instance_in(tx, &self.instance, hold).await?);
        if let (Some((stack, instance)), Some(wanted)) = (&found, &mut wanted.dependencies) {
            dependencies::resolve_all(tx, stack, Some(instance.id), wanted, &mut at).await?;
        }
        // The contents that are replaced are not read, so unreadable rows can be replaced too.
        let mut draft = match &found {
            Some((_, instance)) => entries::load_draft(tx, instance.id, touches).await?,
            None => Draft::default(),
        };
        if let (Some((_, instance)), Some(wanted)) = (&found, &mut wanted.env_vars) {
            let stored = keep_secrets::Stored::of_instance(tx, instance, wanted.iter()).await?;
            stored.complete_all(wanted, &mut at);
            Locks::load(tx, instance.stack_id).await?.check_all(wanted, &mut at);
        }
        problems.append(at);
        problems.finish()?;
        let Some((_, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        draft.write(wanted);
        match entries::Changes::find(tx, instance.id, draft).await?.write(tx, now).await? {
            Some(change) => {
                references::expect(tx, &instance, &["input", "overrides"], &given).await?;
                Ok(instances::update(tx, &instance, change, now).await?)
            }
            None => Ok(instance),
        }
    }
}
