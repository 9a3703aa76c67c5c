//! What an input leaves unsaid about secrets: an entry that comes without a value keeps the one that is stored.
//!
//! Called by the use cases that write environment variables, so that a client that sends back what it has read never
//! destroys a secret. It must never write.

use std::borrow::Cow;

use crate::{
    db::{
        Session,
        entities::InstanceModel,
        entries::{self, Source},
    },
    error::{Problems, Result},
    ids::TemplateId,
    kinds::{EnvValue, EnvVar, Kind, OfInstance, OfTemplate, Owner, Stored as StoredKind},
};

/// What is stored under the keys of entries, each key once: an owner's own entries go before those of its template.
pub(in crate::app) struct Stored<'a> {
    own: Cow<'a, [EnvVar]>,
    inherited: Vec<EnvVar>,
}

/// The entries that an owner has under the keys of wanted ones that depend on what is stored; no others are read.
async fn needed<'w, O: Owner>(
    db: &impl Session,
    owner: O::Id,
    wanted: impl IntoIterator<Item = &'w EnvVar>,
) -> Result<Vec<EnvVar>>
where
    EnvVar: StoredKind<O>,
{
    let keys: Vec<String> = wanted.into_iter().filter(|wanted| wanted.needs_stored()).map(Kind::key).collect();
    Ok(entries::under::<O, EnvVar>(db, owner, &keys).await?)
}

impl<'a> Stored<'a> {
    /// For entries of an instance: its own, and else those of its template.
    pub(in crate::app) async fn of_instance(
        db: &impl Session,
        instance: &InstanceModel,
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        let wanted: Vec<&EnvVar> = wanted.into_iter().collect();
        let own = needed::<OfInstance>(db, instance.id, wanted.iter().copied()).await?;
        let missing =
            |wanted: &&&EnvVar| wanted.value == EnvValue::StoredOutcome && !own.iter().any(|own| own.key == wanted.key);
        let missing: Vec<&EnvVar> = wanted.iter().filter(missing).copied().collect();
        let inherited = needed::<OfTemplate>(db, instance.template_service_id, missing).await?;
        Ok(Self { own: own.into(), inherited })
    }

    /// For entries of a template.
    pub(in crate::app) async fn of_template(
        db: &impl Session,
        template: TemplateId,
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        Ok(Self { own: Cow::default(), inherited: needed::<OfTemplate>(db, template, wanted).await? })
    }

    /// For entries of an instance that has none of its own under their keys.
    pub(in crate::app) async fn inherited(
        db: &impl Session,
        template: TemplateId,
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        Self::of_template(db, template, wanted.into_iter().filter(|wanted| wanted.value == EnvValue::StoredOutcome))
            .await
    }

    /// For an entry whose key was given before in the same change.
    pub(in crate::app) fn given(entry: &'a EnvVar) -> Self {
        Self { own: std::slice::from_ref(entry).into(), inherited: Vec::new() }
    }

    /// For these entries. The template is looked at only when one of them needs it.
    pub(in crate::app) async fn load<'w>(
        db: &impl Session,
        own: &'a [EnvVar],
        template: Option<TemplateId>,
        wanted: impl IntoIterator<Item = &'w EnvVar>,
    ) -> Result<Self> {
        let missing =
            |wanted: &EnvVar| wanted.value == EnvValue::StoredOutcome && !own.iter().any(|own| own.key == wanted.key);
        let inherited = match template {
            Some(template) if wanted.into_iter().any(missing) => {
                <EnvVar as Source<OfTemplate>>::load(db, &[template]).await?.remove(&template).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok(Self { own: own.into(), inherited })
    }

    /// Completes an entry, or notes why that cannot be.
    pub(in crate::app) fn complete(&self, wanted: &mut EnvVar, at: &mut Problems) {
        let stored = self.own.iter().chain(&self.inherited).find(|stored| stored.key == wanted.key);
        wanted.keep(stored, at);
    }

    /// Completes a collection.
    pub(in crate::app) fn complete_all(&self, wanted: &mut [EnvVar], at: &mut Problems) {
        at.enter(EnvVar::FIELD, |at| {
            for (index, entry) in wanted.iter_mut().enumerate() {
                at.enter(index.to_string(), |at| self.complete(entry, at));
            }
        });
    }
}
