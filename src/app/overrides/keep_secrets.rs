//! Keeps stored secrets: an entry that comes without a value keeps the value that is stored under its key.
//!
//! Called by the use cases that write environment variables, so that a client can send back what it has read without
//! destroying secrets. It must not write.

use std::borrow::Cow;

use crate::{
    db::{
        Session,
        entities::InstanceModel,
        entries::{self, Source},
    },
    error::{Problems, Result},
    ids::{StackId, TemplateId},
    kinds::{EnvValue, EnvVar, Kind, OfInstance, OfStack, OfTemplate, Owner, SharedVar, Stored as StoredKind},
};

/// The stored entries from which missing values are taken. An owner's own entries take precedence over those that it
/// inherits, and those of its stack over those of its template.
pub(in crate::app) struct Stored<'a> {
    own: Cow<'a, [EnvVar]>,
    inherited: Vec<EnvVar>,
}

/// Loads the owner's entries with the keys of those wanted entries that need a stored value.
async fn load_needed<'w, O: Owner>(
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

/// Loads what an instance of a stack and a template inherits under the keys of the wanted entries, the nearest layer
/// first.
async fn load_inherited(
    db: &impl Session,
    (stack, template): (StackId, TemplateId),
    wanted: Vec<&EnvVar>,
) -> Result<Vec<EnvVar>> {
    let keys: Vec<String> =
        wanted.iter().filter(|wanted| wanted.needs_stored()).map(|wanted| wanted.key.clone()).collect();
    let shared = entries::under::<OfStack, SharedVar>(db, stack, &keys).await?;
    let mut found: Vec<EnvVar> = shared.iter().filter_map(SharedVar::injected).collect();
    found.extend(load_needed::<OfTemplate>(db, template, wanted).await?);
    Ok(found)
}

impl<'a> Stored<'a> {
    /// Loads for entries of an instance: its own entries, and the inherited ones for the remaining keys.
    pub(in crate::app) async fn of_instance(
        db: &impl Session,
        instance: &InstanceModel,
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        let wanted: Vec<&EnvVar> = wanted.into_iter().collect();
        let own = load_needed::<OfInstance>(db, instance.id, wanted.iter().copied()).await?;
        let has = |wanted: &EnvVar| own.iter().any(|own| own.key == wanted.key && wanted.is_kept_from(own));
        let missing = |wanted: &&&EnvVar| wanted.value == EnvValue::KeepStored && !has(wanted);
        let missing: Vec<&EnvVar> = wanted.iter().filter(missing).copied().collect();
        let inherited = load_inherited(db, (instance.stack_id, instance.template_service_id), missing).await?;
        Ok(Self { own: own.into(), inherited })
    }

    /// Loads for entries of a template.
    pub(in crate::app) async fn of_template(
        db: &impl Session,
        template: TemplateId,
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        Ok(Self { own: Cow::default(), inherited: load_needed::<OfTemplate>(db, template, wanted).await? })
    }

    /// Loads for entries of an instance that has no entries of its own with these keys.
    pub(in crate::app) async fn inherited(
        db: &impl Session,
        from: (StackId, TemplateId),
        wanted: impl IntoIterator<Item = &EnvVar>,
    ) -> Result<Self> {
        let wanted = wanted.into_iter().filter(|wanted| wanted.value == EnvValue::KeepStored).collect();
        Ok(Self { own: Cow::default(), inherited: load_inherited(db, from, wanted).await? })
    }

    /// For entries of a new owner that inherits nothing.
    pub(in crate::app) fn nothing() -> Self {
        Self { own: Cow::default(), inherited: Vec::new() }
    }

    /// Uses an entry that an earlier operation of the same request has set.
    pub(in crate::app) fn given(entry: &'a EnvVar) -> Self {
        Self { own: std::slice::from_ref(entry).into(), inherited: Vec::new() }
    }

    /// Combines entries that were loaded before with those of a template, which is loaded only if an entry needs it.
    pub(in crate::app) async fn load<'w>(
        db: &impl Session,
        own: &'a [EnvVar],
        template: Option<TemplateId>,
        wanted: impl IntoIterator<Item = &'w EnvVar>,
    ) -> Result<Self> {
        let missing =
            |wanted: &EnvVar| wanted.value == EnvValue::KeepStored && !own.iter().any(|own| own.key == wanted.key);
        let inherited = match template {
            Some(template) if wanted.into_iter().any(missing) => {
                <EnvVar as Source<OfTemplate>>::load(db, &[template]).await?.remove(&template).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok(Self { own: own.into(), inherited })
    }

    /// Fills in the value of an entry, or notes a problem.
    pub(in crate::app) fn complete(&self, wanted: &mut EnvVar, at: &mut Problems) {
        let mut all = self.own.iter().chain(&self.inherited);
        let stored = all.find(|stored| stored.key == wanted.key && wanted.is_kept_from(stored));
        wanted.keep(stored, at);
    }

    /// Fills in the values of a collection.
    pub(in crate::app) fn complete_all(&self, wanted: &mut [EnvVar], at: &mut Problems) {
        at.enter(EnvVar::FIELD, |at| {
            for (index, entry) in wanted.iter_mut().enumerate() {
                at.enter(index.to_string(), |at| self.complete(entry, at));
            }
        });
    }
}
