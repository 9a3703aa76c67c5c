//! What an input leaves unsaid about secrets: an entry that comes without a value keeps the one that is stored.
//!
//! Called by the use cases that write environment variables, so that a client that sends back what it has read never
//! destroys a secret. It must never write.

use crate::{
    db::{Session, stored::Source},
    error::{Problems, Result},
    ids::TemplateId,
    kinds::{EnvValue, EnvVar, Kind, OfTemplate},
};

/// What is stored under the keys of entries, each key once: an owner's own entries go before those of its template.
pub(super) struct Stored<'a> {
    own: &'a [EnvVar],
    inherited: Vec<EnvVar>,
}

impl<'a> Stored<'a> {
    /// For these entries. The template is looked at only when one of them needs it.
    pub(super) async fn load<'w>(
        db: &impl Session,
        own: &'a [EnvVar],
        template: Option<TemplateId>,
        wanted: impl IntoIterator<Item = &'w EnvVar>,
    ) -> Result<Self> {
        let missing = |wanted: &EnvVar| wanted.value == EnvValue::Kept && !own.iter().any(|own| own.key == wanted.key);
        let inherited = match template {
            Some(template) if wanted.into_iter().any(missing) => {
                <EnvVar as Source<OfTemplate>>::load(db, &[template]).await?.remove(&template).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok(Self { own, inherited })
    }

    /// Completes an entry, or notes why that cannot be.
    pub(super) fn complete(&self, wanted: &mut EnvVar, at: &mut Problems) {
        let stored = self.own.iter().chain(&self.inherited).find(|stored| stored.key == wanted.key);
        wanted.keep(stored, at);
    }

    /// Completes a collection.
    pub(super) fn complete_all(&self, wanted: &mut [EnvVar], at: &mut Problems) {
        at.enter(EnvVar::FIELD, |at| {
            for (index, entry) in wanted.iter_mut().enumerate() {
                at.enter(index.to_string(), |at| self.complete(entry, at));
            }
        });
    }
}
