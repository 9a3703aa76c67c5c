//! What a fork has differently from its source: read and decided first, then written in place of plain copies.
//!
//! Called by the use case that forks a stack. The number of statements does not depend on the number of instances.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::{
    ForkStack, PortPolicy, SecretPolicy,
    domains::{self, InFork, Offer},
    port_map::{self, MappedPort, PortsOf},
    ports::{self, FreePorts, Group, LAST_PORT, NewPorts, NotKnown, Place},
    secrets::{NewSecrets, NewValue},
};
use crate::{
    app::{
        App,
        conflicts::referring,
        overrides::{
            effective::{Layers, load_with},
            references,
        },
        warnings::{CopyOf, Warning, left_out, shared_by_forks},
    },
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries,
        queries::{
            claims::free_ports,
            copies::{self, changed, forks},
            rules,
            stack_instances::{self, CopiedSecrets},
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::{InstanceId, StackId},
    kinds::{
        Domain, EnvValue, EnvVar, Kind, MAX_ENTRIES, Merged, Origin, OverrideKind, Port, Rule, RuleAction, Rules,
        SharedVar,
    },
    references::has_references,
};

/// Entries of the fork's instances, in the order of the source's instances; `None` if they are copied as they are.
type Changed<K> = Option<Vec<Vec<K>>>;

/// A fork before it is written.
pub(super) struct Copying<'c> {
    input: &'c ForkStack,
    source: &'c StackModel,
    instances: Vec<InstanceModel>,
    ports: Changed<Port>,
    domains: Changed<Domain>,
    variables: Changed<EnvVar>,
    /// The variables of the stack.
    shared: Vec<SharedVar>,
    /// The inherited domains that each instance removes.
    removed: Vec<Vec<Rule>>,
    /// Makes the seeds of the fork's generated secrets others than those of its source.
    mark: Option<String>,
    map: Vec<MappedPort>,
    block: Option<(i32, i32)>,
    warnings: Vec<Warning>,
}

/// The effective ports of the live instances of a stack.
pub(super) async fn ports_of(tx: &Tx, stack: StackId) -> Result<PortsOf> {
    let instances = stack_instances::live(tx, stack).await?;
    let layers = layers_of::<Port>(tx, &instances, &rules_of(tx, &instances).await?).await?;
    Ok(effective(&instances, &layers))
}

async fn rules_of(tx: &Tx, instances: &[InstanceModel]) -> Result<HashMap<InstanceId, Rules>> {
    let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
    Ok(rules::load(tx, &ids).await?)
}

/// The layers of the instances. A row that cannot be read is an error.
async fn layers_of<K: entries::Mergeable>(
    tx: &Tx,
    instances: &[InstanceModel],
    rules: &HashMap<InstanceId, Rules>,
) -> Result<Vec<Layers<K>>> {
    let layers = load_with::<K>(tx, instances, rules).await?;
    layers.into_iter().map(|layers| layers.map_err(Error::from)).collect()
}

fn effective(instances: &[InstanceModel], layers: &[Layers<Port>]) -> PortsOf {
    let ports = layers.iter().map(|layers| layers.merge().values().into_iter().cloned().collect());
    instances.iter().map(|instance| instance.instance_id.clone()).zip(ports).collect()
}

impl<'c> Copying<'c> {
    /// Reads the source, and decides what the fork has differently. Nothing that is live has what the fork gets.
    pub(super) async fn read(tx: &Tx, app: &App, input: &'c ForkStack, source: &'c StackModel) -> Result<Self> {
        let instances = stack_instances::live(tx, source.id).await?;
        let rules = rules_of(tx, &instances).await?;
        let mut copying = Self {
            input,
            source,
            instances,
            ports: None,
            domains: None,
            variables: None,
            shared: entries::shared::of_stack(tx, source.id).await?,
            removed: Vec::new(),
            mark: None,
            map: Vec::new(),
            block: None,
            warnings: Vec::new(),
        };
        copying.decide_ports(tx, app, &rules).await?;
        if input.secrets != SecretPolicy::Copy {
            copying.decide_secrets(tx, app, &rules).await?;
        }
        copying.check_sizes()?;
        Ok(copying)
    }

    async fn decide_ports(&mut self, tx: &Tx, app: &App, rules: &HashMap<InstanceId, Rules>) -> Result<()> {
        let layers = layers_of::<Port>(tx, &self.instances, rules).await?;
        let merged: Vec<Vec<&Port>> = layers.iter().map(|layers| layers.merge().values()).collect();
        let source = effective(&self.instances, &layers);
        if self.input.ports == PortPolicy::Keep {
            self.map = port_map::pair(&source, &source);
            return Ok(());
        }
        let groups: Vec<Vec<Group>> = merged.iter().map(|effective| ports::groups(effective)).collect();
        let all: Vec<Group> = groups.iter().flatten().cloned().collect();
        let mut given = match self.input.ports {
            PortPolicy::Reallocate => self.find_ports(tx, app, &all).await?.into_iter().map(Some).collect(),
            PortPolicy::Keep | PortPolicy::Drop => vec![None; all.len()],
        }
        .into_iter();
        let (mut changed, mut fork) = (Vec::new(), PortsOf::new());
        for (place, (instance, layers)) in self.instances.iter().zip(&layers).enumerate() {
            let mut new = NewPorts::default();
            for group in groups.get(place).into_iter().flatten() {
                new.give(group, given.next().flatten());
            }
            let effective = merged.get(place).map(Vec::as_slice).unwrap_or_default();
            changed.push(new.overrides(&layers.own, effective));
            fork.push((instance.instance_id.clone(), effective.iter().map(|port| new.changed(port)).collect()));
        }
        self.map = port_map::pair(&source, &fork);
        self.ports = Some(changed);
        Ok(())
    }

    /// Finds free ports for the groups.
    async fn find_ports(&mut self, tx: &Tx, app: &App, groups: &[Group]) -> Result<Vec<i32>> {
        let place = Place { range: self.input.port_range, block: self.input.port_block };
        if let Some(size) = place.block
            && usize::try_from(size).is_ok_and(|size| size < groups.len())
        {
            let message = format!("The stack publishes {} ports; the block is too small for them.", groups.len());
            let problem = Problem::new(Code::InvalidValue, &["input", "portBlock"], message);
            return Err(Error::refused(problem.suggest(groups.len().to_string())));
        }
        if groups.is_empty() && place.block.is_none() {
            return Ok(Vec::new());
        }
        let mut free = FreePorts::new(&app.reserved_ports);
        let blocks = forks::blocks(tx).await?;
        let kept =
            blocks.into_iter().flat_map(|(first, last)| first..=last).chain(self.input.avoid_ports.iter().copied());
        kept.for_each(|port| free.keep(port));
        // Usually there is a free port near each old one.
        let nearby = ports::nearby(groups, place);
        free.learn(&nearby, free_ports::named_among(tx, &nearby).await?);
        let found = match ports::find(groups, free.clone(), place) {
            Ok(found) => found,
            Err(NotKnown) => {
                let all: Vec<i32> = (1..=LAST_PORT).collect();
                free.learn(&all, free_ports::named(tx).await?);
                ports::find(groups, free, place).unwrap_or_default()
            }
        };
        let Some(found) = found else {
            let field = match (place.range, place.block) {
                (Some(_), _) => "portRange",
                (None, Some(_)) => "portBlock",
                (None, None) => "ports",
            };
            let message = match place.block {
                Some(size) => format!("There is no block of {size} free ports there."),
                None => format!("There are less than {} free ports there.", groups.len()),
            };
            return Err(Error::refused(Problem::new(Code::NoFreePort, &["input", field], message)));
        };
        self.block = found.block;
        Ok(found.ports)
    }

    /// Decides on the domains, once the name of the fork is known.
    async fn decide_domains(&mut self, tx: &Tx, fork: &StackModel, copies: &[InstanceModel]) -> Result<()> {
        let layers = layers_of::<Domain>(tx, &self.instances, &rules_of(tx, &self.instances).await?).await?;
        if layers.iter().all(|layers| layers.template.is_empty() && layers.own.is_empty()) {
            return Ok(());
        }
        let suffixes = domains::suffixes(self.input.domain_suffix.as_deref(), &fork.name, &self.source.name);
        let effective: Vec<Vec<&Domain>> = layers.iter().map(|layers| layers.merge().values()).collect();
        let refer = effective.iter().flatten().any(|domain| has_references(&domain.domain));
        let values = if refer { Box::pin(references::of_stacks(tx, &[self.source.id])).await? } else { HashMap::new() };
        let values = values.into_values().next().unwrap_or_default();
        let mut in_fork = InFork::new(&values, copies);
        // Instances that have the same domain still do.
        let mut chosen: HashMap<(String, Option<String>), Option<String>> = HashMap::new();
        let mut domains: Vec<Vec<Option<String>>> = effective.iter().map(|of| vec![None; of.len()]).collect();
        let mut taken: HashSet<String> = Box::pin(referring::host_names(tx)).await?;
        // A domain that names another one follows it, so that one is decided first.
        for follows in [false, true] {
            let offers = in_fork.offers(&self.instances, &effective, &suffixes, &values, follows);
            let candidates = offers.iter().flat_map(|offer| &offer.candidates);
            let possible: Vec<String> = candidates.filter_map(|candidate| candidate.host.clone()).collect();
            if offers.is_empty() {
                continue;
            }
            taken.extend(forks::named_domains(tx, &possible).await?);
            for offer in offers {
                let Offer { at: (instance, domain), host, candidates } = offer;
                let key = (effective[instance][domain].domain.clone(), host);
                let new = chosen.entry(key).or_insert_with(|| domains::choose(candidates, &mut taken));
                domains[instance][domain].clone_from(new);
            }
            in_fork.decided(&self.instances, &domains);
        }
        let mut changed = Vec::new();
        let each = self.instances.iter().zip(&layers).zip(effective.iter().zip(domains));
        for ((instance, layers), (effective, domains)) in each {
            let mut entries = Vec::new();
            for (domain, new) in effective.iter().zip(domains) {
                match new {
                    Some(new) => entries.push(Domain { domain: new, ..(*domain).clone() }),
                    None => self.warnings.push(left_out(&instance.instance_id, &domain.domain)),
                }
            }
            changed.push(entries);
            // Also those that an own entry shadows, because that entry has another name now.
            let merged = layers.merge();
            let is_removed = |domain: &&Domain| merged.removed.iter().any(|it| it.entry.domain == domain.domain);
            let mut keys: Vec<String> = layers.template.iter().filter(|it| !is_removed(it)).map(Kind::key).collect();
            keys.sort_unstable();
            keys.dedup();
            let rule = |key| Rule { kind: OverrideKind::Domain, action: RuleAction::Remove, key: Some(key) };
            self.removed.push(keys.into_iter().map(rule).collect());
        }
        self.domains = Some(changed);
        Ok(())
    }

    /// Which generated secrets the instances of the fork have.
    pub(super) fn secrets(&self) -> CopiedSecrets<'_> {
        match (self.input.secrets, &self.mark) {
            (SecretPolicy::Copy, _) => CopiedSecrets::Same,
            (_, Some(mark)) => CopiedSecrets::Renewed(mark),
            (_, None) => CopiedSecrets::Own,
        }
    }

    async fn decide_secrets(&mut self, tx: &Tx, app: &App, rules: &HashMap<InstanceId, Rules>) -> Result<()> {
        let layers = layers_of::<EnvVar>(tx, &self.instances, rules).await?;
        let merged: Vec<_> = layers.iter().map(Layers::merge).collect();
        let effective = || merged.iter().flat_map(|merged| merged.values());
        let new = match self.input.secrets {
            SecretPolicy::Generate => {
                let shared = self.shared.iter().filter_map(|variable| variable.secret_text());
                let given = effective().filter(|variable| variable.generate.is_none());
                let all = given.filter_map(|variable| variable.secret_text()).chain(shared);
                let all = all.filter(|secret| !has_references(secret));
                let mark = format!("+{:016x}", app.db.random().distinct());
                let known = generated(&self.instances, &merged, &mark);
                let drawn = NewSecrets::draw(all, &known, |bytes| app.db.random().fill(bytes));
                self.mark = Some(mark);
                let message = |cause: &dyn std::fmt::Display| format!("no random numbers: {cause}");
                Some(drawn.map_err(|cause| Error::Failed { message: message(&cause), source: cause.into() })?)
            }
            SecretPolicy::Copy | SecretPolicy::Unset => None,
        };
        let value = |secret: &str| match &new {
            None => EnvValue::Unset,
            // It is made of what other secrets become.
            Some(_) if has_references(secret) => secret.to_owned().into(),
            Some(new) => EnvValue::Text(new.of(secret)),
        };
        let is_generated = |variable: &EnvVar| variable.generate.is_some() && new.is_some();
        let change = |variable: &EnvVar| match variable.secret_text() {
            Some(secret) if !is_generated(variable) => {
                EnvVar { value: value(secret), generate: None, ..variable.clone() }
            }
            _ => variable.clone(),
        };
        let changed = layers.iter().zip(&merged).map(|(layers, merged)| {
            // The fork has variables of its own in place of those of the stack.
            let of_template = merged.entries.iter().filter(|it| it.origin == Origin::Template);
            let inherited = of_template.map(|it| it.entry).filter(|it| it.holds_secret() && !is_generated(it));
            layers.own.iter().chain(inherited).map(change).collect()
        });
        self.variables = Some(changed.collect());
        for variable in &mut self.shared {
            if let Some(secret) = variable.secret_text() {
                variable.value = value(secret);
            }
        }
        Ok(())
    }

    /// Refuses a fork in which an instance would override more than one may.
    fn check_sizes(&self) -> Result<()> {
        let mut problems = Problems::default();
        let sizes = |lengths: Vec<usize>, what: &str, problems: &mut Problems| {
            for (instance, length) in self.instances.iter().zip(lengths).filter(|(_, length)| *length > MAX_ENTRIES) {
                let message = format!(
                    "`{}` would override {length} {what}; at most {MAX_ENTRIES} are allowed.",
                    instance.instance_id
                );
                problems.push(Problem::new(Code::LimitExceeded, &["input", "stack"], message));
            }
        };
        sizes(self.ports.iter().flatten().map(Vec::len).collect(), "ports", &mut problems);
        sizes(self.domains.iter().flatten().map(Vec::len).collect(), "domains", &mut problems);
        sizes(self.variables.iter().flatten().map(Vec::len).collect(), "variables", &mut problems);
        problems.finish()
    }

    /// Writes the overrides of the copies. Returns the ports, the block and the warnings.
    pub(super) async fn write(
        mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        fork: &StackModel,
        copies: &[InstanceModel],
    ) -> Result<(Vec<MappedPort>, Option<(i32, i32)>, Vec<Warning>)> {
        Box::pin(self.decide_domains(tx, fork, copies)).await?;
        self.check_sizes()?;
        let mut kinds = Vec::new();
        kinds.extend(self.ports.is_some().then_some(OverrideKind::Port));
        kinds.extend(self.domains.is_some().then_some(OverrideKind::Domain));
        kinds.extend(self.variables.is_some().then_some(OverrideKind::EnvVar));
        copies::copy_stack(tx, self.source.id, fork.id, &kinds).await?;
        let of_name: HashMap<&str, InstanceId> =
            copies.iter().map(|copy| (copy.instance_id.as_str(), copy.id)).collect();
        let owners: Vec<InstanceId> =
            self.instances.iter().filter_map(|it| of_name.get(it.instance_id.as_str()).copied()).collect();
        if owners.len() != self.instances.len() {
            return Err(Error::Internal("an instance was not copied".into()));
        }
        changed::insert(tx, owned(&owners, self.ports)).await?;
        changed::insert(tx, owned(&owners, self.domains)).await?;
        changed::insert(tx, owned(&owners, self.variables)).await?;
        changed::insert_rules(tx, owned(&owners, Some(self.removed))).await?;
        entries::shared::insert_vars(tx, fork.id, self.shared, now).await?;
        if !kinds.is_empty() {
            entries::count_new(tx, &owners).await?;
        }
        let copied = CopyOf::Stack { copy: &fork.name, source: &self.source.name };
        let keeps_ports = self.input.ports == PortPolicy::Keep;
        let mut warnings = shared_by_forks(tx, &self.instances, copied, keeps_ports).await?;
        warnings.extend(self.warnings);
        Ok((self.map, self.block, warnings))
    }
}

/// The values of generated secrets, and those that they have in the fork.
fn generated(instances: &[InstanceModel], merged: &[Merged<&EnvVar>], mark: &str) -> Vec<NewValue> {
    let given =
        |variable: &EnvVar, seed: &str| variable.given(seed).value.text().map(|text| Zeroizing::new(text.to_owned()));
    let mut found = Vec::new();
    for (instance, merged) in instances.iter().zip(merged) {
        let seed = instance.secret_seed();
        for variable in merged.values().into_iter().filter(|variable| variable.generate.is_some()) {
            if let (Some(old), Some(new)) = (given(variable, &seed), given(variable, &format!("{seed}{mark}"))) {
                found.push((old, new));
            }
        }
    }
    found
}

/// The entries with their owners.
fn owned<K>(owners: &[InstanceId], entries: Changed<K>) -> Vec<(InstanceId, K)> {
    let each = owners.iter().zip(entries.into_iter().flatten());
    each.flat_map(|(owner, entries)| entries.into_iter().map(move |entry| (*owner, entry))).collect()
}
