//! Finds conflicts: resources that an instance and other running instances claim, and references without a value.
//!
//! Called by the loaders, for many instances or stacks at once. It must not write: conflicts are reported, not refused.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    app::{
        App,
        conflicts::{
            claim::ClaimKind,
            claim_index::{Age, MAX_OTHERS, Overlaps, load_claiming},
            unresolved::{Unresolved, unresolved},
        },
        effects::Severity,
        overrides::references,
    },
    db::{
        Session,
        change_log::CLAIMING,
        entities::InstanceModel,
        queries::{
            claims::{self, Claimant},
            instances, stacks,
        },
    },
    error::Result,
    ids::{InstanceId, StackId},
    kinds::{Domain, Port, Volume},
};

/// The maximum number of other claimants that a conflict names.
const MAX_HOLDERS: usize = 10;

/// What sort of thing a conflict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictKind {
    /// A port of the host.
    HostPort,
    /// A host name.
    Domain,
    /// An external volume or a path on the host.
    Volume,
    /// A reference without a value.
    Reference,
}

impl From<ClaimKind> for ConflictKind {
    fn from(kind: ClaimKind) -> Self {
        match kind {
            ClaimKind::HostPort => Self::HostPort,
            ClaimKind::Domain => Self::Domain,
            ClaimKind::Volume => Self::Volume,
        }
    }
}

/// A resource that an instance and others claim, or a reference of it without a value.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The instance.
    pub instance: Arc<InstanceModel>,
    /// The number of other claimants: from 1 to 1,000, which stands for 1,000 or more. 0 for a reference.
    pub holder_count: usize,
    about: About,
}

#[derive(Clone, Debug)]
enum About {
    /// Something that others claim, with the place of the oldest one of them.
    Claim(Arc<Contested>, usize),
    Reference(Arc<Unresolved>),
}

/// A contested claim, shared by all its claimants.
#[derive(Debug)]
struct Contested {
    kind: ClaimKind,
    value: String,
    /// The oldest claimants, oldest first: one more than a conflict names, because the instance itself may be among
    /// them.
    claimants: Vec<NamedClaimant>,
}

#[derive(Debug)]
struct NamedClaimant {
    instance: Arc<InstanceModel>,
    stack: Arc<str>,
}

impl From<Unresolved> for Conflict {
    fn from(unresolved: Unresolved) -> Self {
        let instance = Arc::clone(&unresolved.instance);
        Self { instance, holder_count: 0, about: About::Reference(Arc::new(unresolved)) }
    }
}

impl Conflict {
    /// What sort of thing it is about.
    pub fn kind(&self) -> ConflictKind {
        match &self.about {
            About::Claim(contested, _) => contested.kind.into(),
            About::Reference(_) => ConflictKind::Reference,
        }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        match self.kind() {
            ConflictKind::HostPort | ConflictKind::Reference => Severity::Destructive,
            ConflictKind::Domain | ConflictKind::Volume => Severity::Caution,
        }
    }

    /// The resource or the reference as users write it.
    pub fn value(&self) -> &str {
        match &self.about {
            About::Claim(contested, _) => &contested.value,
            About::Reference(unresolved) => &unresolved.reference,
        }
    }

    /// The oldest other claimant; `None` for a reference.
    pub fn holder(&self) -> Option<&Arc<InstanceModel>> {
        match &self.about {
            About::Claim(contested, oldest) => Some(&contested.claimants[*oldest].instance),
            About::Reference(_) => None,
        }
    }

    /// The oldest other claimants, oldest first: from one to ten; none for a reference.
    pub fn holders(&self) -> impl Iterator<Item = &Arc<InstanceModel>> {
        let claimants = match &self.about {
            About::Claim(contested, _) => contested.claimants.as_slice(),
            About::Reference(_) => &[],
        };
        let all = claimants.iter().map(|it| &it.instance);
        all.filter(|it| it.id != self.instance.id).take(MAX_HOLDERS)
    }

    /// A message that names the oldest other claimant, or what a reference lacks, and suggests a remedy.
    pub fn message(&self) -> String {
        let (contested, oldest) = match &self.about {
            About::Claim(contested, oldest) => (contested, *oldest),
            About::Reference(unresolved) => return unresolved.message(),
        };
        let NamedClaimant { instance, stack } = &contested.claimants[oldest];
        let holder = &instance.instance_id;
        let holders = match self.holder_count - 1 {
            0 => format!("`{stack}/{holder}`"),
            1 => format!("`{stack}/{holder}` and 1 other instance"),
            n if self.holder_count >= MAX_OTHERS => format!("`{stack}/{holder}` and at least {n} other instances"),
            n => format!("`{stack}/{holder}` and {n} other instances"),
        };
        let (what, instead) = match contested.kind {
            ClaimKind::HostPort => ("host port", "publish another host port"),
            ClaimKind::Domain => ("domain", "choose another domain"),
            ClaimKind::Volume => ("volume", "use another one, mount it read-only on both sides"),
        };
        let value = self.value();
        format!("The {what} {value} is also claimed by {holders}: {instead}, or disable one of them.")
    }
}

impl App {
    /// The conflicts of instances. Instances without conflicts are missing.
    pub async fn conflicts_of(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Vec<Conflict>>> {
        let db = &self.reader();
        let subjects = claims::of_instances(db, instances).await?;
        let mut of_instance: HashMap<InstanceId, Vec<Conflict>> = HashMap::new();
        let stacks: BTreeSet<StackId> = subjects.iter().map(|it| it.stack_id).collect();
        let wanted: HashSet<InstanceId> = subjects.iter().map(|it| it.id).collect();
        let references = self.unresolved(db, &stacks.into_iter().collect::<Vec<_>>()).await?;
        for conflict in self.conflicts(db, subjects).await?.into_iter().chain(references) {
            if wanted.contains(&conflict.instance.id) {
                of_instance.entry(conflict.instance.id).or_default().push(conflict);
            }
        }
        Ok(of_instance)
    }

    /// The conflicts of the live, enabled instances of stacks. Stacks without conflicts are missing.
    pub async fn conflicts_of_stacks(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<Conflict>>> {
        let db = &self.reader();
        let subjects = claims::of_stacks(db, stacks).await?;
        let mut of_stack: HashMap<StackId, Vec<Conflict>> = HashMap::new();
        for conflict in self.conflicts(db, subjects).await? {
            of_stack.entry(conflict.instance.stack_id).or_default().push(conflict);
        }
        for conflict in self.unresolved(db, stacks).await?.into_iter().filter(|it| it.instance.enabled) {
            of_stack.entry(conflict.instance.stack_id).or_default().push(conflict);
        }
        for conflicts in of_stack.values_mut() {
            // Those of an instance have their order already, claims first.
            conflicts.sort_by_key(|conflict| (conflict.instance.created_at, conflict.instance.id));
        }
        Ok(of_stack)
    }

    /// The references without a value of the live instances of stacks, by the age of the instance and the text.
    async fn unresolved(&self, db: &impl Session, stacks: &[StackId]) -> Result<Vec<Conflict>> {
        let found = references::where_any(db, stacks).await?;
        let mut conflicts = Vec::new();
        for reference in found.values().flat_map(unresolved) {
            self.budget().charge(size_of::<Conflict>() + size_of::<Unresolved>())?;
            conflicts.push(Conflict::from(reference));
        }
        Ok(conflicts)
    }

    /// All conflicts of the subjects, sorted by the age of the instance, then by kind and value.
    pub(in crate::app) async fn conflicts(&self, db: &impl Session, subjects: Vec<Claimant>) -> Result<Vec<Conflict>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let loaded = load_claiming(db, &subjects, &CLAIMING).await?;
        let (ports, domains, volumes) = tokio::try_join!(
            self.overlaps::<Port>(db, &subjects, &loaded),
            self.overlaps::<Domain>(db, &subjects, &loaded),
            self.overlaps::<Volume>(db, &subjects, &loaded)
        )?;
        let mut overlaps = ports;
        overlaps.append(domains);
        overlaps.append(volumes);
        self.with_rows(db, overlaps).await
    }

    /// Loads the rows of all instances in the conflicts, and the names of their stacks.
    async fn with_rows(&self, db: &impl Session, overlaps: Overlaps) -> Result<Vec<Conflict>> {
        let Overlaps { contested, mut all } = overlaps;
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let mut is_contested = vec![false; contested.len()];
        for overlap in &all {
            is_contested[overlap.contested] = true;
        }
        let claimants = contested.iter().zip(&is_contested).filter(|(_, is_contested)| **is_contested);
        let claimants = claimants.flat_map(|(it, _)| it.holders.oldest.iter());
        let named: BTreeSet<InstanceId> =
            claimants.map(|(_, id)| *id).chain(all.iter().map(|it| it.subject.1)).collect();
        let rows = instances::load(db, &named.into_iter().collect::<Vec<_>>()).await?;
        let rows: HashMap<InstanceId, Arc<InstanceModel>> =
            rows.into_iter().map(|row| (row.id, Arc::new(row))).collect();
        let stacks: BTreeSet<StackId> = rows.values().map(|row| row.stack_id).collect();
        let stacks = stacks::load(db, &stacks.into_iter().collect::<Vec<_>>()).await?;
        let stacks: HashMap<StackId, Arc<str>> =
            stacks.into_iter().map(|stack| (stack.id, Arc::from(stack.name))).collect();
        // An instance that was purged after the claims were read has no conflicts any more.
        let claiming = |(_, id): &Age| {
            let instance = Arc::clone(rows.get(id)?);
            let stack = Arc::clone(stacks.get(&instance.stack_id)?);
            Some(NamedClaimant { instance, stack })
        };
        let contested = contested.into_iter().map(|it| Contested {
            kind: it.claim.kind(),
            value: it.claim.to_string(),
            claimants: it.holders.oldest.iter().filter_map(claiming).collect(),
        });
        let contested: Vec<Arc<Contested>> = contested.map(Arc::new).collect();
        let places = places_in_order(&contested);
        all.sort_unstable_by_key(|overlap| (overlap.subject, places[overlap.contested]));
        let mut conflicts = Vec::new();
        for overlap in all {
            let Some(instance) = rows.get(&overlap.subject.1) else { continue };
            let contested = Arc::clone(&contested[overlap.contested]);
            let oldest = contested.claimants.iter().position(|it| it.instance.id != instance.id);
            let Some(oldest) = oldest else { continue };
            self.budget().charge(size_of::<Conflict>())?;
            let instance = Arc::clone(instance);
            let about = About::Claim(contested, oldest);
            conflicts.push(Conflict { instance, holder_count: overlap.others, about });
        }
        Ok(conflicts)
    }
}

/// The rank of each contested claim when they are sorted by kind and value.
fn places_in_order(contested: &[Arc<Contested>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..contested.len()).collect();
    order.sort_unstable_by_key(|at| (contested[*at].kind, &contested[*at].value));
    let mut places = vec![0; contested.len()];
    for (place, at) in order.into_iter().enumerate() {
        places[at] = place;
    }
    places
}
