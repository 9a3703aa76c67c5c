//! The claim index: the claims of instances, from their effective configuration, and which of them clash.
//!
//! Used by the use cases that find conflicts and free host ports. It must not interpret rows itself; `kinds::merging`
//! decides what is in effect.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    app::{
        App,
        conflicts::claim::{Claim, Claims, Extent, Resource, deduplicate},
        overrides::effective::{Layers, load_with},
    },
    db::{
        Session,
        queries::{claims::Claimant, rules},
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::Rules,
};

/// The claims of instances. Instances that only inherit share one list.
pub(in crate::app) type Claimed = HashMap<InstanceId, Arc<Vec<Claim>>>;

/// The sort key of instances, oldest first.
pub(in crate::app) type Age = (DateTime<Utc>, InstanceId);

/// A claim, and all instances whose claims clash with it or equal it.
pub(in crate::app) struct ContestedClaim {
    pub(in crate::app) claim: Claim,
    /// Oldest first, each once.
    pub(in crate::app) claimants: Vec<Age>,
}

/// An instance that makes a contested claim.
#[derive(Clone, Copy)]
pub(in crate::app) struct Overlap {
    pub(in crate::app) subject: Age,
    /// The index of the claim in [`Overlaps::contested`].
    pub(in crate::app) contested: usize,
    /// The number of other claimants.
    pub(in crate::app) others: usize,
}

/// The conflicts of some instances. Contested claims are shared, because thousands of instances may make the same one.
#[derive(Default)]
pub(in crate::app) struct Overlaps {
    pub(in crate::app) contested: Vec<ContestedClaim>,
    pub(in crate::app) all: Vec<Overlap>,
}

impl Overlaps {
    /// Appends the conflicts of another kind.
    pub(in crate::app) fn append(&mut self, other: Self) {
        let before = self.contested.len();
        self.contested.extend(other.contested);
        let moved = other.all.into_iter().map(|overlap| Overlap { contested: before + overlap.contested, ..overlap });
        self.all.extend(moved);
    }
}

impl App {
    /// Loads the override rules of instances, all kinds together.
    pub(in crate::app) async fn rules_of(
        &self,
        db: &impl Session,
        of: &[Claimant],
    ) -> Result<HashMap<InstanceId, Rules>> {
        let ids: Vec<InstanceId> = of.iter().map(|claimant| claimant.id).collect();
        Ok(rules::load(db, &ids).await?)
    }

    /// Computes the claims of instances through one kind. Runs two statements, and merges once for all instances that
    /// only inherit.
    pub(in crate::app) async fn claims<K: Claims>(
        &self,
        db: &impl Session,
        of: &[Claimant],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Claimed> {
        let layers = load_with::<K>(db, of, rules).await?;
        let mut inherited: HashMap<(TemplateId, StackId), Arc<Vec<Claim>>> = HashMap::new();
        let claimed = of.iter().zip(&layers).filter_map(|(claimant, layers)| {
            // The unreadable row may belong to another stack than the caller's, and must not hide all other claims.
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

    /// Finds the conflicts of `subjects` through one kind. Runs at most six statements, for any number of subjects and
    /// claimants.
    pub(in crate::app) async fn overlaps<K: Claims>(
        &self,
        db: &impl Session,
        subjects: &[Claimant],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Overlaps> {
        let known = self.claims::<K>(db, subjects, rules).await?;
        let wanted: HashSet<&Resource> = known.values().flat_map(|claims| claims.iter()).map(|c| &c.resource).collect();
        if wanted.is_empty() {
            return Ok(Overlaps::default());
        }
        let candidates = K::candidates(db, &wanted).await?;
        // The claims of the subjects are known, and usually there are no other candidates.
        let others: Vec<Claimant> = candidates.iter().filter(|one| !known.contains_key(&one.id)).copied().collect();
        let new = match others.is_empty() {
            true => Claimed::new(),
            false => self.claims::<K>(db, &others, &self.rules_of(db, &others).await?).await?,
        };
        let mut index = ClaimIndex::new(candidates, |id| known.get(&id).or_else(|| new.get(&id)), &wanted);
        let mut all = Vec::new();
        // The indexes of the claims in each list, which instances that only inherit share.
        let mut places: HashMap<*const Vec<Claim>, Vec<usize>> = HashMap::new();
        for subject in subjects {
            let Some(claims) = known.get(&subject.id) else { continue };
            let places =
                places.entry(Arc::as_ptr(claims)).or_insert_with(|| claims.iter().map(|it| index.place(it)).collect());
            let subject = subject.age();
            for contested in places.iter().copied() {
                let claimants = &index.contested[contested].claimants;
                let others = claimants.len() - usize::from(claimants.binary_search(&subject).is_ok());
                if others > 0 {
                    self.budget().charge(size_of::<Overlap>())?;
                    all.push(Overlap { subject, contested, others });
                }
            }
        }
        Ok(Overlaps { contested: index.contested, all })
    }
}

fn claims_of<K: Claims>(layers: &Layers<K>, stack: StackId) -> Arc<Vec<Claim>> {
    Arc::new(deduplicate(layers.merge().values().into_iter().filter_map(|entry| entry.claim(stack)).collect()))
}

/// The claimants of each resource.
struct ClaimIndex<'a> {
    /// All claimants of a resource with the extents of their claims, oldest first.
    holders: HashMap<&'a Resource, Vec<(Age, Extent)>>,
    /// The indexes of claims in `contested`.
    places: HashMap<Claim, usize>,
    contested: Vec<ContestedClaim>,
}

impl<'a> ClaimIndex<'a> {
    /// Indexes the claims of `candidates` to the wanted resources.
    fn new<'c>(
        mut candidates: Vec<Claimant>,
        claims: impl Fn(InstanceId) -> Option<&'c Arc<Vec<Claim>>>,
        wanted: &HashSet<&'a Resource>,
    ) -> Self {
        candidates.sort_unstable_by_key(Claimant::age);
        let mut holders: HashMap<&'a Resource, Vec<(Age, Extent)>> = HashMap::new();
        for candidate in &candidates {
            for claim in claims(candidate.id).into_iter().flat_map(|claims| claims.iter()) {
                if let Some(resource) = wanted.get(&claim.resource) {
                    holders.entry(resource).or_default().push((candidate.age(), claim.extent));
                }
            }
        }
        Self { holders, places: HashMap::new(), contested: Vec::new() }
    }

    /// Returns the index of a claim in `contested`, and adds the claim if it is new.
    fn place(&mut self, claim: &Claim) -> usize {
        if let Some(place) = self.places.get(claim) {
            return *place;
        }
        let holders = self.holders.get(&claim.resource).into_iter().flatten();
        let clashing = holders.filter(|(_, extent)| extent.clashes(claim.extent)).map(|(age, _)| *age);
        let mut claimants: Vec<Age> = clashing.collect();
        claimants.dedup();
        let place = self.contested.len();
        self.contested.push(ContestedClaim { claim: claim.clone(), claimants });
        self.places.insert(claim.clone(), place);
        place
    }
}
