//! Looking for conflicts: what instances claim although others, who run, hold it.
//!
//! Called by the loaders, for many instances or stacks at once. It must never write: a conflict is shown, not refused.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::app::{
    App,
    conflicts::{
        claim::{Claim, ClaimKind},
        claim_index::Meeting,
    },
};
use crate::{
    db::{
        entities::InstanceModel,
        queries::claims::{self, Claimant},
    },
    error::Result,
    ids::{InstanceId, StackId},
    kinds::{Domain, Port, Volume},
};

/// Something that an instance claims, and that others hold.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// What sort of thing it is.
    pub kind: ClaimKind,
    /// The thing, as people write it. Shared by all that claim it.
    pub value: Arc<str>,
    /// Whose claim it is.
    pub instance: Arc<InstanceModel>,
    /// The oldest of those who hold it, oldest first; at least one.
    pub holders: Vec<Arc<InstanceModel>>,
    /// How many hold it in all.
    pub holder_count: usize,
    /// The stack and the name of the oldest holder.
    holder: Arc<str>,
}

impl Conflict {
    /// Names the oldest holder, and says what to do.
    pub fn message(&self) -> String {
        let holder = &self.holder;
        let holders = match self.holder_count - 1 {
            0 => format!("`{holder}`"),
            1 => format!("`{holder}` and 1 other instance"),
            n => format!("`{holder}` and {n} other instances"),
        };
        let (what, instead) = match self.kind {
            ClaimKind::HostPort => ("host port", "publish another host port"),
            ClaimKind::Domain => ("domain", "choose another domain"),
            ClaimKind::Volume => ("volume", "use another one, mount it read-only on both sides"),
        };
        let value = &self.value;
        format!("The {what} {value} is also claimed by {holders}: {instead}, or disable one of them.")
    }

    /// How much memory it takes, in bytes; rows and texts are shared.
    fn size(&self) -> usize {
        size_of::<Self>() + self.holders.len() * size_of::<Arc<InstanceModel>>()
    }
}

impl App {
    /// What instances claim although others hold it. Instances without conflicts are missing.
    pub async fn conflicts_of(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Vec<Conflict>>> {
        let subjects = claims::of_instances(&self.reader(), instances).await?;
        let mut of_instance: HashMap<InstanceId, Vec<Conflict>> = HashMap::new();
        for conflict in self.conflicts(subjects).await? {
            of_instance.entry(conflict.instance.id).or_default().push(conflict);
        }
        Ok(of_instance)
    }

    /// What the live, enabled instances of stacks claim although others hold it. Stacks without conflicts are missing.
    pub async fn conflicts_of_stacks(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<Conflict>>> {
        let subjects = claims::of_stacks(&self.reader(), stacks).await?;
        let mut of_stack: HashMap<StackId, Vec<Conflict>> = HashMap::new();
        for conflict in self.conflicts(subjects).await? {
            of_stack.entry(conflict.instance.stack_id).or_default().push(conflict);
        }
        Ok(of_stack)
    }

    /// All conflicts, by the age of their instance, then by kind and value.
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
        let mut meetings = [ports, domains, volumes].into_iter().flatten().collect::<Vec<_>>();
        let values = values_in_order(&meetings);
        meetings.sort_by_cached_key(|meeting| (meeting.subject, values.get(&meeting.claim).map(|(place, _)| *place)));
        self.told(meetings, &values).await
    }

    /// With the rows of all instances that are named, and the names of their stacks.
    async fn told(&self, meetings: Vec<Meeting>, values: &HashMap<Claim, (usize, Arc<str>)>) -> Result<Vec<Conflict>> {
        if meetings.is_empty() {
            return Ok(Vec::new());
        }
        let involved = meetings.iter().flat_map(|meeting| meeting.holders.iter().chain([&meeting.subject.1]));
        let involved: Vec<InstanceId> = involved.copied().collect::<BTreeSet<_>>().into_iter().collect();
        let rows = self.load_instances(&involved).await?;
        let rows: HashMap<InstanceId, Arc<InstanceModel>> =
            rows.into_iter().map(|(id, row)| (id, Arc::new(row))).collect();
        let stacks: BTreeSet<StackId> = rows.values().map(|row| row.stack_id).collect();
        let stacks = self.load_stacks(&stacks.into_iter().collect::<Vec<_>>()).await?;
        let named = rows.values().filter_map(|row| {
            let name = format!("{}/{}", stacks.get(&row.stack_id)?.name, row.instance_id);
            Some((row.id, Arc::<str>::from(name)))
        });
        let names: HashMap<InstanceId, Arc<str>> = named.collect();
        let conflict = |Meeting { subject: (_, subject), claim, holders, count }: Meeting| {
            // An instance that was purged since the claims were read is in no conflict any more.
            let instance = Arc::clone(rows.get(&subject)?);
            let holders: Vec<_> = holders.iter().filter_map(|id| rows.get(id)).cloned().collect();
            let holder = Arc::clone(names.get(&holders.first()?.id)?);
            let value = Arc::clone(&values.get(&claim)?.1);
            Some(Conflict { kind: claim.kind(), value, instance, holders, holder_count: count, holder })
        };
        let mut conflicts = Vec::new();
        for conflict in meetings.into_iter().filter_map(conflict) {
            self.budget().charge(conflict.size())?;
            conflicts.push(conflict);
        }
        Ok(conflicts)
    }
}

/// The text of every claim, and its place when they are sorted by kind and text.
fn values_in_order(meetings: &[Meeting]) -> HashMap<Claim, (usize, Arc<str>)> {
    let different: HashSet<&Claim> = meetings.iter().map(|meeting| &meeting.claim).collect();
    let mut sorted: Vec<(ClaimKind, String, &Claim)> =
        different.into_iter().map(|claim| (claim.kind(), claim.to_string(), claim)).collect();
    sorted.sort_unstable();
    let placed = sorted.into_iter().enumerate().map(|(place, (_, text, claim))| (claim.clone(), (place, text.into())));
    placed.collect()
}
