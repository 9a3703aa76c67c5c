//! The ledger: what instances claim, taken from their effective configuration, and who holds what.
//!
//! Used by the use cases that look for conflicts and for free host ports. It must never judge a row by itself: what is
//! in effect is decided by `kinds::merge`.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::app::{
    App,
    conflicts::claim::{Claim, Claims, Extent, Resource, tidy},
    overrides::effective::{Layers, load_with},
};
use crate::{
    db::queries::{claims::Claimant, rules},
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::Rules,
};

/// What instances claim. Shared: those that only inherit claim the same.
pub(in crate::app) type Claimed = HashMap<InstanceId, Arc<Vec<Claim>>>;

/// Orders instances, oldest first.
pub(in crate::app) type Age = (DateTime<Utc>, InstanceId);

/// A claim that others are in the way of.
pub(in crate::app) struct Meeting {
    /// Whose claim it is.
    pub(in crate::app) subject: Age,
    /// What is claimed.
    pub(in crate::app) claim: Claim,
    /// The oldest of the others, oldest first.
    pub(in crate::app) holders: Vec<InstanceId>,
    /// How many others there are.
    pub(in crate::app) count: usize,
}

/// Most holders that are told of one claim.
const TOLD: usize = 10;

impl App {
    /// What instances take away from their templates, all kinds together.
    pub(in crate::app) async fn rules_of(&self, of: &[Claimant]) -> Result<HashMap<InstanceId, Rules>> {
        let ids: Vec<InstanceId> = of.iter().map(|claimant| claimant.id).collect();
        Ok(rules::load(&self.reader(), &ids).await?)
    }

    /// What instances claim through one kind: two statements, and one merge for all that only inherit.
    pub(in crate::app) async fn claims<K: Claims>(
        &self,
        of: &[Claimant],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Claimed> {
        let layers = load_with::<K>(&self.reader(), of, rules).await?;
        let mut inherited: HashMap<(TemplateId, StackId), Arc<Vec<Claim>>> = HashMap::new();
        let claimed = of.iter().zip(&layers).filter_map(|(claimant, layers)| {
            // It may be in another stack than who asks: one such row must not hide all other claims.
            let layers = layers.as_ref().inspect_err(|row| tracing::error!(%row, "claims are not known")).ok()?;
            let (template, stack) = (claimant.template_service_id, claimant.stack_id);
            let claims = if layers.is_inherited() {
                let same = inherited.entry((template, stack)).or_insert_with(|| claims_of(layers, stack));
                Arc::clone(same)
            } else {
                claims_of(layers, stack)
            };
            Some((claimant.id, claims))
        });
        Ok(claimed.collect())
    }

    /// Whom the claims of `subjects` meet, one kind: at most six statements, however many subjects and holders.
    pub(in crate::app) async fn meetings<K: Claims>(
        &self,
        subjects: &[Claimant],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Vec<Meeting>> {
        let known = self.claims::<K>(subjects, rules).await?;
        let wanted: HashSet<&Resource> = known.values().flat_map(|claims| claims.iter()).map(|c| &c.resource).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let candidates = K::candidates(&self.reader(), &wanted).await?;
        // What the subjects claim is known already, and most often there is nobody else.
        let others: Vec<Claimant> = candidates.iter().filter(|one| !known.contains_key(&one.id)).copied().collect();
        let new = match others.is_empty() {
            true => Claimed::new(),
            false => self.claims::<K>(&others, &self.rules_of(&others).await?).await?,
        };
        let mut ledger = Ledger::new(candidates, |id| known.get(&id).or_else(|| new.get(&id)), &wanted);
        let mut meetings = Vec::new();
        for subject in subjects {
            for claim in known.get(&subject.id).into_iter().flat_map(|claims| claims.iter()) {
                let subject = subject.age();
                let all = ledger.holders(claim);
                let count = all.len() - usize::from(all.binary_search(&subject).is_ok());
                let holders: Vec<_> =
                    all.iter().filter(|holder| **holder != subject).take(TOLD).map(|(_, id)| *id).collect();
                if count > 0 {
                    self.budget().charge(size_of::<Meeting>() + holders.len() * size_of::<InstanceId>())?;
                    meetings.push(Meeting { subject, claim: claim.clone(), holders, count });
                }
            }
        }
        Ok(meetings)
    }
}

fn claims_of<K: Claims>(layers: &Layers<K>, stack: StackId) -> Arc<Vec<Claim>> {
    Arc::new(tidy(layers.merge().values().into_iter().filter_map(|entry| entry.claim(stack)).collect()))
}

/// Who holds what.
struct Ledger<'a> {
    /// All who hold something of a resource, oldest first.
    held: HashMap<&'a Resource, Vec<(Age, Extent)>>,
    /// Whom a claim meets, itself included. Thousands may claim the same, and all of them get the same answer.
    met: HashMap<Claim, Vec<Age>>,
}

impl<'a> Ledger<'a> {
    /// What `candidates` claim of what is wanted.
    fn new<'c>(
        mut candidates: Vec<Claimant>,
        claims: impl Fn(InstanceId) -> Option<&'c Arc<Vec<Claim>>>,
        wanted: &HashSet<&'a Resource>,
    ) -> Self {
        candidates.sort_unstable_by_key(Claimant::age);
        let mut held: HashMap<&'a Resource, Vec<(Age, Extent)>> = HashMap::new();
        for candidate in &candidates {
            for claim in claims(candidate.id).into_iter().flat_map(|claims| claims.iter()) {
                if let Some(resource) = wanted.get(&claim.resource) {
                    held.entry(resource).or_default().push((candidate.age(), claim.extent));
                }
            }
        }
        Self { held, met: HashMap::new() }
    }

    /// Whom a claim meets, oldest first, each once.
    fn holders(&mut self, claim: &Claim) -> &[Age] {
        match self.met.entry(claim.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let held = self.held.get(&claim.resource).into_iter().flatten();
                let clashing = held.filter(|(_, extent)| extent.clashes(claim.extent)).map(|(age, _)| *age);
                let mut holders: Vec<Age> = clashing.collect();
                holders.dedup();
                new.insert(holders)
            }
        }
    }
}
