//! Writing whole collections of overrides.

use chrono::{DateTime, Utc};

use super::{App, InstanceRef, dependencies, find, keep_secrets};
use crate::{
    access::Need,
    db::{Tx, Work, entities::InstanceModel, instances, stored},
    error::{Error, Problems, Result},
    ids::AnyId,
    kinds::{Collections, InstanceOverrides},
};

/// The collections to write; a kind that is `None` stays as it is.
#[derive(Clone, Debug, Hash)]
pub struct SetInstanceOverrides {
    /// Which instance.
    pub instance: InstanceRef,
    /// The collections.
    pub overrides: Collections,
    /// The revision that the change was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Replaces collections of overrides as a whole, all or nothing, in one step of the revision.
    pub async fn set_instance_overrides(&self, input: SetInstanceOverrides) -> Result<InstanceModel> {
        self.write(&input).await
    }
}

impl Work for SetInstanceOverrides {
    const NEEDS: Need = Need::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut wanted = self.overrides.clone();
        let mut at = Problems::at(&["input", "overrides"]);
        wanted.check(&mut at);
        let touches = |kind| self.overrides.touches(kind);
        let mut problems = Problems::default();
        let found = problems.keep(find::instance_in(tx, &self.instance, dependencies::hold(touches)).await?);
        if let (Some((stack, instance)), Some(wanted)) = (&found, &mut wanted.dependencies) {
            dependencies::resolve_all(tx, stack, Some(instance.id), wanted, &mut at).await?;
        }
        let mut overrides = match &found {
            Some((_, instance)) => stored::load_overrides(tx, instance.id, touches).await?,
            None => InstanceOverrides::default(),
        };
        if let (Some((_, instance)), Some(said), Some(wanted)) = (&found, &overrides.env_vars, &mut wanted.env_vars) {
            let template = Some(instance.template_service_id);
            let there = keep_secrets::Stored::load(tx, &said.entries, template, wanted.iter()).await?;
            there.complete_all(wanted, &mut at);
        }
        problems.append(at);
        problems.finish()?;
        let Some((_, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        overrides.write(wanted);
        match stored::store_overrides(tx, instance.id, overrides, now).await? {
            Some(change) => Ok(instances::update(tx, instance.id, change, now).await?),
            None => Ok(instance),
        }
    }
}
