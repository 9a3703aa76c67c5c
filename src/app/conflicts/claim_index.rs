//! The claim index: the claims of instances, from their effective configuration, and who else makes claims that clash.
//!
//! Used by the use cases that find conflicts. It must not interpret rows itself; `kinds::merging` decides what is in
//! effect.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    app::{
        App,
        conflicts::claim::{Claim, Claims, Resource, deduplicate},
        overrides::effective::{Layers, load_with},
    },
    db::{
        Session,
        entries::Source,
        queries::{
            claims::{
                Claimant, by_source_in_stacks, fold,
                holders::{self, Holders, MAX_COUNT},
            },
            rules,
        },
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{OfTemplate, Rules},
};

/// The claims of instances. Instances that only inherit share one list.
pub(in crate::app) type Claimed = HashMap<InstanceId, Arc<Vec<Claim>>>;

/// The sort key of instances, oldest first.
pub(in crate::app) type Age = (DateTime<Utc>, InstanceId);

/// A claim, and the running instances whose claims clash with it or equal it.
pub(in crate::app) struct ContestedClaim {
    pub(in crate::app) claim: Claim,
    pub(in crate::app) holders: Holders,
}

/// An instance that makes a contested claim.
#[derive(Clone, Copy)]
pub(in crate::app) struct Overlap {
    pub(in crate::app) subject: Age,
    /// The index of the claim in [`Overlaps::contested`].
    pub(in crate::app) contested: usize,
    /// The number of other claimants, at most [`MAX_OTHERS`].
    pub(in crate::app) others: usize,
}

/// The number up to which other claimants are counted.
pub(in crate::app) const MAX_OTHERS: usize = MAX_COUNT - 1;

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

/// Loads the override rules of instances, all kinds together.
pub(in crate::app) async fn rules_of(db: &impl Session, of: &[Claimant]) -> Result<HashMap<InstanceId, Rules>> {
    let ids: Vec<InstanceId> = of.iter().map(|claimant| claimant.id).collect();
    Ok(rules::load(db, &ids).await?)
}

/// Computes the claims of instances through one kind. Runs two statements, and merges once for all instances that only
/// inherit.
pub(in crate::app) async fn claims<K: Claims>(
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

impl App {
    /// Finds the conflicts of `subjects` through one kind. Runs at most ten statements, for any number of subjects and
    /// claimants. What they read does not depend on the number of claimants.
    pub(in crate::app) async fn overlaps<K: Claims>(
        &self,
        db: &impl Session,
        subjects: &[Claimant],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Overlaps> {
        let known = claims::<K>(db, subjects, rules).await?;
        let mut places: BTreeMap<&Claim, usize> = BTreeMap::new();
        for claim in known.values().flat_map(|claims| claims.iter()) {
            let next = places.len();
            places.entry(claim).or_insert(next);
        }
        if places.is_empty() {
            return Ok(Overlaps::default());
        }
        let mut wanted: Vec<(&Claim, Holders)> = places.keys().map(|claim| (*claim, Holders::default())).collect();
        wanted.sort_unstable_by_key(|(claim, _)| places[claim]);
        everywhere::<K>(db, &mut wanted).await?;
        inside_stacks::<K>(db, &known, &mut wanted).await?;
        let mut all = Vec::new();
        for subject in subjects {
            for claim in known.get(&subject.id).into_iter().flat_map(|claims| claims.iter()) {
                let contested = places[claim];
                let count = wanted[contested].1.count;
                // To read something is not in the way of reading it.
                let is_among_them = subject.is_running && claim.clashes(claim);
                let others = count.saturating_sub(usize::from(is_among_them)).min(MAX_OTHERS);
                if others > 0 {
                    self.budget().charge(size_of::<Overlap>())?;
                    all.push(Overlap { subject: subject.age(), contested, others });
                }
            }
        }
        let contested = wanted.into_iter().map(|(claim, holders)| ContestedClaim { claim: claim.clone(), holders });
        Ok(Overlaps { contested: contested.collect(), all })
    }
}

/// Adds the holders of resources that mean the same in every stack.
async fn everywhere<K: Claims>(db: &impl Session, wanted: &mut [(&Claim, Holders)]) -> Result<()> {
    let these: Vec<usize> = (0..wanted.len()).filter(|at| !wanted[*at].0.is_inside_a_stack()).collect();
    if these.is_empty() {
        return Ok(());
    }
    let resources: HashSet<&Resource> = these.iter().map(|at| &wanted[*at].0.resource).collect();
    let templates = K::templates(db, &resources).await?;
    let mut inherited: HashMap<Resource, Vec<(TemplateId, Claim)>> = HashMap::new();
    if !templates.is_empty() {
        let entries = <K as Source<OfTemplate>>::load_each(db, &templates).await?;
        // Templates with a row that cannot be read are missing.
        for (template, entries) in entries.entries {
            // Relative paths are left out, so the stack does not matter.
            for claim in entries.iter().filter_map(|entry| entry.claim(StackId(0))) {
                if resources.contains(&claim.resource) {
                    inherited.entry(claim.resource.clone()).or_default().push((template, claim));
                }
            }
        }
    }
    let mut clashing: Vec<Vec<TemplateId>> = Vec::with_capacity(these.len());
    for at in &these {
        let claims = inherited.get(&wanted[*at].0.resource).into_iter().flatten();
        let mut templates: Vec<TemplateId> =
            claims.filter(|(_, claim)| claim.clashes(wanted[*at].0)).map(|(template, _)| *template).collect();
        templates.sort_unstable();
        templates.dedup();
        clashing.push(templates);
    }
    let mut templates: Vec<TemplateId> = clashing.iter().flatten().copied().collect();
    templates.sort_unstable();
    templates.dedup();
    let users = holders::users(db, &templates).await?;
    let asked: Vec<_> = these.iter().map(|at| wanted[*at].0.wanted(K::KIND)).collect();
    let kept = holders::kept(db, &asked).await?;
    for ((at, templates), kept) in these.into_iter().zip(clashing).zip(kept) {
        let holders = &mut wanted[at].1;
        holders.add(&kept);
        for users in templates.iter().filter_map(|template| users.get(template)) {
            holders.add(users);
        }
    }
    Ok(())
}

/// Adds the holders of relative paths, which only instances of the same stack can have.
async fn inside_stacks<K: Claims>(db: &impl Session, known: &Claimed, wanted: &mut [(&Claim, Holders)]) -> Result<()> {
    let (mut sources, mut stacks) = (Vec::new(), Vec::new());
    for (claim, _) in wanted.iter() {
        if let Resource::Path { path, inside: Some(stack) } = &claim.resource {
            sources.push(fold(path));
            stacks.push(*stack);
        }
    }
    if sources.is_empty() {
        return Ok(());
    }
    sources.sort_unstable();
    sources.dedup();
    stacks.sort_unstable();
    stacks.dedup();
    let candidates = by_source_in_stacks(db, &sources, &stacks).await?;
    // The claims of the subjects are known, and usually there are no other candidates.
    let others: Vec<Claimant> = candidates.iter().filter(|one| !known.contains_key(&one.id)).copied().collect();
    let new = match others.as_slice() {
        [] => Claimed::new(),
        others => claims::<K>(db, others, &rules_of(db, others).await?).await?,
    };
    let mut holders: HashMap<&Resource, Vec<(Age, &Claim)>> = HashMap::new();
    for candidate in &candidates {
        let claims = known.get(&candidate.id).or_else(|| new.get(&candidate.id));
        for claim in claims.into_iter().flat_map(|claims| claims.iter()).filter(|claim| claim.is_inside_a_stack()) {
            holders.entry(&claim.resource).or_default().push((candidate.age(), claim));
        }
    }
    for (claim, found) in wanted.iter_mut().filter(|(claim, _)| claim.is_inside_a_stack()) {
        let clashing = holders.get(&claim.resource).into_iter().flatten().filter(|(_, other)| other.clashes(claim));
        // The claims of an instance were deduplicated.
        *found = Holders::of(clashing.map(|(age, _)| *age).collect());
    }
    Ok(())
}

fn claims_of<K: Claims>(layers: &Layers<K>, stack: StackId) -> Arc<Vec<Claim>> {
    Arc::new(deduplicate(layers.merge().values().into_iter().filter_map(|entry| entry.claim(stack)).collect()))
}
