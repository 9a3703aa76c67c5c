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
        conflicts::{
            claim::{Claim, Claims, Extent, Resource, deduplicate},
            referring,
        },
        overrides::effective::{Layers, MadeFromTemplate, layers_of, load_batch},
    },
    db::{
        Session,
        entries::{Batch, KindTables, Source},
        queries::claims::{
            Claimant,
            holders::{self, Holders, MAX_COUNT, Users},
            referring::State,
        },
    },
    error::Result,
    ids::{InstanceId, StackId, TemplateId},
    kinds::{Domain, OfTemplate, OverrideKind, Port, Volume},
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

/// Loads what the claims of instances through some kinds follow from. Runs one statement on PostgreSQL.
pub(in crate::app) async fn load_claiming(
    db: &impl Session,
    of: &[impl MadeFromTemplate],
    kinds: &[OverrideKind],
) -> Result<Batch> {
    let mut tables = vec![KindTables::of::<Port>(), KindTables::of::<Domain>(), KindTables::of::<Volume>()];
    tables.retain(|tables| kinds.contains(&tables.kind()));
    Ok(load_batch(db, of, &tables).await?)
}

/// Computes the claims of instances through one kind, of what was loaded for them. Merges once for all instances that only
/// inherit.
pub(in crate::app) async fn claims<K: Claims>(db: &impl Session, of: &[Claimant], loaded: &Batch) -> Result<Claimed> {
    let layers = layers_of::<K>(db, of, loaded).await?;
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
    /// Finds the conflicts of `subjects` through one kind. Runs at most eight statements, for any number of subjects and
    /// claimants. What they read does not depend on the number of claimants. Where domains contain references there are more
    /// statements, still a constant number, and they read the stacks of all these domains.
    pub(in crate::app) async fn overlaps<K: Claims>(
        &self,
        db: &impl Session,
        subjects: &[Claimant],
        loaded: &Batch,
    ) -> Result<Overlaps> {
        let mut known = claims::<K>(db, subjects, loaded).await?;
        if K::CAN_REFER {
            Box::pin(referring::resolve(db, subjects, &mut known)).await?;
        }
        // Instances of one stack may share files: that is how services of one project work together.
        let contested = |subject: &Claimant| -> Vec<(&Claim, Option<StackId>)> {
            let claims = known.get(&subject.id).into_iter().flat_map(|claims| claims.iter());
            let of_others = claims.filter(|claim| !claim.is_inside_a_stack());
            of_others.map(|claim| (claim, claim.is_shared_inside_a_stack().then_some(subject.stack_id))).collect()
        };
        let mut places: BTreeMap<(&Claim, Option<StackId>), usize> = BTreeMap::new();
        for wanted in subjects.iter().flat_map(contested) {
            let next = places.len();
            places.entry(wanted).or_insert(next);
        }
        if places.is_empty() {
            return Ok(Overlaps::default());
        }
        let mut wanted: Vec<Wanted<'_>> =
            places.keys().map(|&(claim, outside)| Wanted { claim, outside, holders: Holders::default() }).collect();
        wanted.sort_unstable_by_key(|it| places[&(it.claim, it.outside)]);
        find_holders::<K>(db, &mut wanted).await?;
        let mut all = Vec::new();
        for subject in subjects {
            for (claim, outside) in contested(subject) {
                let contested = places[&(claim, outside)];
                let count = wanted[contested].holders.count;
                // To read something is not in the way of reading it.
                let is_among_them = subject.is_running && outside.is_none() && claim.clashes(claim);
                let others = count.saturating_sub(usize::from(is_among_them)).min(MAX_OTHERS);
                if others > 0 {
                    self.budget().charge(size_of::<Overlap>())?;
                    all.push(Overlap { subject: subject.age(), contested, others });
                }
            }
        }
        let contested = wanted.into_iter().map(|it| ContestedClaim { claim: it.claim.clone(), holders: it.holders });
        Ok(Overlaps { contested: contested.collect(), all })
    }
}

/// A claim that subjects make, and who else does.
struct Wanted<'a> {
    claim: &'a Claim,
    /// The stack whose own instances do not count.
    outside: Option<StackId>,
    holders: Holders,
}

/// Finds the holders of claims, which are no relative paths.
async fn find_holders<K: Claims>(db: &impl Session, wanted: &mut [Wanted<'_>]) -> Result<()> {
    let resources: HashSet<&Resource> = wanted.iter().map(|it| &it.claim.resource).collect();
    let templates = K::templates(db, &resources).await?;
    let mut inherited: HashMap<Resource, Vec<(TemplateId, Claim)>> = HashMap::new();
    let mut referring_templates = Vec::new();
    if !templates.is_empty() {
        let entries = <K as Source<OfTemplate>>::load_each(db, &templates).await?;
        // Templates with a row that cannot be read are missing.
        for (template, entries) in entries.entries {
            // Relative paths are left out, so the stack does not matter.
            for claim in entries.iter().filter_map(|entry| entry.claim(StackId(0))) {
                if claim.is_by_reference() {
                    referring_templates.push(template);
                } else if resources.contains(&claim.resource) {
                    inherited.entry(claim.resource.clone()).or_default().push((template, claim));
                }
            }
        }
    }
    let mut clashing: Vec<Vec<Users>> = Vec::with_capacity(wanted.len());
    for it in wanted.iter() {
        let claims = inherited.get(&it.claim.resource).into_iter().flatten();
        let users = claims.filter(|(_, claim)| claim.clashes(it.claim));
        let mut users: Vec<Users> =
            users.map(|(template, _)| Users { template: *template, outside: it.outside }).collect();
        users.sort_unstable();
        users.dedup();
        clashing.push(users);
    }
    let mut asked: Vec<Users> = clashing.iter().flatten().copied().collect();
    asked.sort_unstable();
    asked.dedup();
    let users = holders::users(db, &asked).await?;
    let mut asked: Vec<_> = wanted.iter().map(|it| it.claim.wanted(K::KIND, it.outside)).collect();
    if K::CAN_REFER {
        let any = Claim { resource: Resource::Referring(String::new()), extent: Extent::Whole };
        asked.push(any.wanted(K::KIND, None));
    }
    let mut kept = holders::kept(db, &asked).await?;
    let are_referring = K::CAN_REFER && kept.pop().is_some_and(|holders| holders.count > 0);
    if are_referring || !referring_templates.is_empty() {
        referring_templates.sort_unstable();
        referring_templates.dedup();
        let others = Box::pin(referring::claims_by_reference(db, &referring_templates, State::Running)).await?;
        for it in wanted.iter_mut() {
            let clashing = others.iter().filter(|(_, claims)| claims.iter().any(|claim| claim.clashes(it.claim)));
            it.holders.add(&Holders::of(clashing.map(|(age, _)| *age).collect()));
        }
    }
    for ((it, templates), kept) in wanted.iter_mut().zip(clashing).zip(kept) {
        it.holders.add(&kept);
        for users in templates.iter().filter_map(|of| users.get(of)) {
            it.holders.add(users);
        }
    }
    Ok(())
}

fn claims_of<K: Claims>(layers: &Layers<K>, stack: StackId) -> Arc<Vec<Claim>> {
    Arc::new(deduplicate(layers.merge().values().into_iter().filter_map(|entry| entry.claim(stack)).collect()))
}
