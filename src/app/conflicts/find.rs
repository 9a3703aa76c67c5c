//! Finds conflicts: resources that an instance and other running instances claim.
//!
//! Called by the loaders, for many instances or stacks at once. It must not write: conflicts are reported, not refused.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    app::{
        App,
        conflicts::{
            claim::ClaimKind,
            claim_index::{Age, Meetings},
        },
    },
    db::{
        entities::InstanceModel,
        queries::claims::{self, Claimant},
    },
    error::Result,
    ids::{InstanceId, StackId},
    kinds::{Domain, Port, Volume},
};

/// The maximum number of other claimants that a conflict names.
const MAX_HOLDERS: usize = 10;

/// A resource that an instance and others claim.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The instance.
    pub instance: Arc<InstanceModel>,
    /// The number of other claimants.
    pub holder_count: usize,
    contested: Arc<Contested>,
}

/// A contested claim, shared by all its claimants.
#[derive(Debug)]
struct Contested {
    kind: ClaimKind,
    value: String,
    /// The oldest claimants, oldest first: one more than a conflict names, because the instance itself may be among
    /// them.
    claimants: Vec<Claiming>,
}

#[derive(Debug)]
struct Claiming {
    instance: Arc<InstanceModel>,
    stack: Arc<str>,
}

impl Conflict {
    /// The kind of the resource.
    pub fn kind(&self) -> ClaimKind {
        self.contested.kind
    }

    /// The resource as users write it.
    pub fn value(&self) -> &str {
        &self.contested.value
    }

    /// The oldest other claimants, oldest first: from one to ten.
    pub fn holders(&self) -> impl Iterator<Item = &Arc<InstanceModel>> {
        self.others().map(|other| &other.instance)
    }

    /// A message that names the oldest other claimant and suggests a remedy.
    pub fn message(&self) -> String {
        let holder = self.others().next().map(|it| format!("`{}/{}`", it.stack, it.instance.instance_id));
        let holder = holder.unwrap_or_default();
        let holders = match self.holder_count.saturating_sub(1) {
            0 => holder,
            1 => format!("{holder} and 1 other instance"),
            n => format!("{holder} and {n} other instances"),
        };
        let (what, instead) = match self.kind() {
            ClaimKind::HostPort => ("host port", "publish another host port"),
            ClaimKind::Domain => ("domain", "choose another domain"),
            ClaimKind::Volume => ("volume", "use another one, mount it read-only on both sides"),
        };
        let value = self.value();
        format!("The {what} {value} is also claimed by {holders}: {instead}, or disable one of them.")
    }

    fn others(&self) -> impl Iterator<Item = &Claiming> {
        self.contested.claimants.iter().filter(|it| it.instance.id != self.instance.id).take(MAX_HOLDERS)
    }
}

impl App {
    /// The conflicts of instances. Instances without conflicts are missing.
    pub async fn conflicts_of(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Vec<Conflict>>> {
        let subjects = claims::of_instances(&self.reader(), instances).await?;
        let mut of_instance: HashMap<InstanceId, Vec<Conflict>> = HashMap::new();
        for conflict in self.conflicts(subjects).await? {
            of_instance.entry(conflict.instance.id).or_default().push(conflict);
        }
        Ok(of_instance)
    }

    /// The conflicts of the live, enabled instances of stacks. Stacks without conflicts are missing.
    pub async fn conflicts_of_stacks(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<Conflict>>> {
        let subjects = claims::of_stacks(&self.reader(), stacks).await?;
        let mut of_stack: HashMap<StackId, Vec<Conflict>> = HashMap::new();
        for conflict in self.conflicts(subjects).await? {
            of_stack.entry(conflict.instance.stack_id).or_default().push(conflict);
        }
        Ok(of_stack)
    }

    /// All conflicts of the subjects, sorted by the age of the instance, then by kind and value.
    async fn conflicts(&self, subjects: Vec<Claimant>) -> Result<Vec<Conflict>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.rules_of(&subjects).await?;
        let (ports, domains, volumes) = tokio::try_join!(
            self.meetings::<Port>(&subjects, &rules),
            self.meetings::<Domain>(&subjects, &rules),
            self.meetings::<Volume>(&subjects, &rules)
        )?;
        let mut meetings = ports;
        meetings.append(domains);
        meetings.append(volumes);
        self.with_rows(meetings).await
    }

    /// Loads the rows of all instances in the conflicts, and the names of their stacks.
    async fn with_rows(&self, meetings: Meetings) -> Result<Vec<Conflict>> {
        let Meetings { contested, mut all } = meetings;
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let claimants = contested.iter().flat_map(|it| it.claimants.iter().take(MAX_HOLDERS + 1));
        let named: BTreeSet<InstanceId> =
            claimants.map(|(_, id)| *id).chain(all.iter().map(|it| it.subject.1)).collect();
        let rows = self.load_instances(&named.into_iter().collect::<Vec<_>>()).await?;
        let rows: HashMap<InstanceId, Arc<InstanceModel>> =
            rows.into_iter().map(|(id, row)| (id, Arc::new(row))).collect();
        let stacks: BTreeSet<StackId> = rows.values().map(|row| row.stack_id).collect();
        let stacks = self.load_stacks(&stacks.into_iter().collect::<Vec<_>>()).await?;
        let stacks: HashMap<StackId, Arc<str>> =
            stacks.into_iter().map(|(id, stack)| (id, Arc::from(stack.name))).collect();
        // An instance that was purged after the claims were read has no conflicts any more.
        let claiming = |(_, id): &Age| {
            let instance = Arc::clone(rows.get(id)?);
            let stack = Arc::clone(stacks.get(&instance.stack_id)?);
            Some(Claiming { instance, stack })
        };
        let contested = contested.into_iter().map(|it| Contested {
            kind: it.claim.kind(),
            value: it.claim.to_string(),
            claimants: it.claimants.iter().take(MAX_HOLDERS + 1).filter_map(claiming).collect(),
        });
        let contested: Vec<Arc<Contested>> = contested.map(Arc::new).collect();
        let places = places_in_order(&contested);
        all.sort_unstable_by_key(|meeting| (meeting.subject, places[meeting.contested]));
        let mut conflicts = Vec::new();
        for meeting in all {
            let Some(instance) = rows.get(&meeting.subject.1) else { continue };
            let contested = Arc::clone(&contested[meeting.contested]);
            let conflict = Conflict { instance: Arc::clone(instance), holder_count: meeting.others, contested };
            if conflict.others().next().is_some() {
                self.budget().charge(size_of::<Conflict>())?;
                conflicts.push(conflict);
            }
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
