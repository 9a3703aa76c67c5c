//! Writing whole collections of overrides.

use chrono::{DateTime, Utc};

use super::{App, InstanceRef, find};
use crate::{
    db::{
        Tx, Work,
        entities::InstanceModel,
        instances::{self, InstanceChange},
        stored,
    },
    error::{Error, Problems, Result},
    ids::AnyId,
    kinds::{Collections, OfInstance},
};

/// The collections to write; a kind that is `None` stays as it is.
#[derive(Clone, Debug)]
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
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut overrides = self.overrides.clone();
        let mut overrides_at = Problems::at(&["input", "overrides"]);
        overrides.check(&mut overrides_at);
        let mut problems = Problems::default();
        let found = problems.keep(find::instance(tx, &self.instance).await?);
        problems.append(overrides_at);
        problems.finish()?;
        let Some((_, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        if !stored::replace_all::<OfInstance>(tx, instance.id, overrides, now).await? {
            return Ok(instance);
        }
        Ok(instances::update(tx, instance.id, InstanceChange::default(), now).await?)
    }
}
