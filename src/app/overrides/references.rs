//! Loads what the instances of stacks offer to references.
//!
//! Called by the use cases that resolve references. It must not resolve them itself; `references` does.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    app::{
        App,
        overrides::effective::{self, Readable},
    },
    db::{
        Session, Tx,
        entities::InstanceModel,
        entries::{self, Loaded, Mergeable, Source},
        queries::{instances, rules, stacks::RowLock},
    },
    error::{Code, Error, Problems, Result},
    ids::{InstanceId, StackId},
    kinds::{
        ConfigFile, Domain, EnvVar, GivenReferences, Healthcheck, Kind, Label, OfStack, OverrideKind, Port, Protocol,
        Rules, Setting, SharedVar, host_name,
    },
    references::{
        InstanceValues, Of, Piece, PortValue, Reference, Resolved, Resolver, Segment, StackValues, State, Trouble,
        Variable, has_references, parse,
    },
};

fn variable(var: &EnvVar) -> (String, Variable) {
    let text = var.value.text().map(|text| text.to_owned().into());
    (var.key.clone(), Variable { text, is_secret: var.is_secret })
}

/// What a stack offers, from what its instances do and from its variables.
pub(in crate::app) fn of_stack(instances: Vec<InstanceValues>, shared: &[SharedVar]) -> StackValues {
    StackValues::new(instances, shared.iter().map(|var| variable(&var.variable())).collect())
}

/// What an instance offers, from its effective entries.
pub(in crate::app) fn offered<'e>(
    row: &InstanceModel,
    env_vars: impl IntoIterator<Item = &'e EnvVar>,
    ports: impl IntoIterator<Item = &'e Port>,
    domains: impl IntoIterator<Item = &'e Domain>,
) -> InstanceValues {
    let port = |port: &Port| PortValue {
        container_port: port.container_port,
        protocol: match port.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        },
        host_port: port.host_port.fixed(),
    };
    let seed = row.secret_seed();
    InstanceValues {
        id: row.id.0,
        name: row.instance_id.clone(),
        is_enabled: row.enabled,
        container_name: row.container_name.clone(),
        variables: env_vars.into_iter().map(|var| variable(&var.given(&seed))).collect(),
        ports: ports.into_iter().map(port).collect(),
        domains: domains.into_iter().map(Kind::key).collect(),
    }
}

impl App {
    /// What the live instances of stacks offer to references. For stacks that have not changed since it was asked last, runs
    /// one statement.
    pub async fn stack_values(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Arc<StackValues>>> {
        // What is read after the version is at least as new.
        let versions = self.db.versions(&self.access.scope, &self.statements, stacks).await?;
        let known = |stack: &StackId| Some((*stack, self.values.get(*stack, *versions.get(stack)?)?));
        let mut found: HashMap<StackId, Arc<StackValues>> = stacks.iter().filter_map(known).collect();
        let missing: Vec<StackId> = stacks.iter().filter(|stack| !found.contains_key(stack)).copied().collect();
        if missing.is_empty() {
            return Ok(found);
        }
        for (stack, values) in of_stacks(&self.reader(), &missing).await? {
            let values = Arc::new(values);
            if let Some(version) = versions.get(&stack) {
                self.values.put(stack, *version, &values);
            }
            found.insert(stack, values);
        }
        Ok(found)
    }

    /// The references in the live instances of stacks.
    pub async fn references_of_stacks(&self, stacks: &[StackId]) -> Result<HashMap<StackId, StackReferences>> {
        uses(&self.reader(), stacks).await
    }
}

/// A reference in an effective entry of an instance.
#[derive(Clone, Debug)]
pub struct ReferenceUse {
    /// The instance.
    pub instance: Arc<InstanceModel>,
    /// The kind of the entry.
    pub kind: OverrideKind,
    /// The key of the entry.
    pub key: String,
    /// The reference.
    pub reference: Reference,
    /// What it stands for.
    pub resolved: Resolved,
}

impl ReferenceUse {
    /// The name of the instance that it leads to; `None` if that is the stack.
    pub fn target(&self) -> Option<&str> {
        match &self.reference.of {
            Of::Shared => None,
            Of::Own => Some(&self.instance.instance_id),
            Of::Instance(name) => Some(name),
        }
    }
}

/// The references in the effective entries of a stack's live instances, and what they lead to.
#[derive(Clone, Debug, Default)]
pub struct StackReferences {
    /// What the instances offer.
    pub values: StackValues,
    /// The references, by the age of the instance, kind and key.
    pub uses: Vec<ReferenceUse>,
}

/// The effective entries, sorted by key. A row that cannot be read leaves nothing.
pub(in crate::app) fn entries<K: Mergeable>(layers: Readable<K>) -> Vec<K> {
    match layers {
        Ok(layers) => layers.merge().values().into_iter().cloned().collect(),
        Err(row) => {
            tracing::error!(%row, "what references lead to is not known");
            Vec::new()
        }
    }
}

/// What stacks and their live instances offer. The number of statements depends neither on that of the stacks nor on that of
/// the instances.
pub(in crate::app) async fn of_stacks(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, StackValues>> {
    let rows = instances::of_stacks(db, stacks).await?;
    let ids: Vec<InstanceId> = rows.iter().map(|row| row.id).collect();
    let rules = rules::load(db, &ids).await?;
    let env_vars = effective::load_with::<EnvVar>(db, &rows, &rules).await?;
    let others = Others::load(db, stacks, &rows, &rules).await?;
    Ok(others.values(stacks, &rows, env_vars.into_iter().map(entries)))
}

/// What instances offer besides their variables, and the variables of their stacks.
struct Others {
    ports: Vec<Readable<Port>>,
    domains: Vec<Readable<Domain>>,
    shared: Loaded<OfStack, SharedVar>,
}

impl Others {
    async fn load(
        db: &impl Session,
        stacks: &[StackId],
        rows: &[InstanceModel],
        rules: &HashMap<InstanceId, Rules>,
    ) -> Result<Self> {
        Ok(Self {
            ports: effective::load_with(db, rows, rules).await?,
            domains: effective::load_with(db, rows, rules).await?,
            shared: SharedVar::load_each(db, stacks).await?,
        })
    }

    /// What the stacks offer, with the variables of the instances.
    fn values(
        mut self,
        stacks: &[StackId],
        rows: &[InstanceModel],
        env_vars: impl Iterator<Item = Vec<EnvVar>>,
    ) -> HashMap<StackId, StackValues> {
        let mut of_stack: HashMap<StackId, Vec<InstanceValues>> = HashMap::new();
        for (((row, env_vars), ports), domains) in rows.iter().zip(env_vars).zip(self.ports).zip(self.domains) {
            let values = offered(row, &env_vars, &entries(ports), &entries(domains));
            of_stack.entry(row.stack_id).or_default().push(values);
        }
        let values = stacks.iter().map(|stack| {
            let vars = self.shared.take(*stack).unwrap_or_else(|row| {
                tracing::error!(%row, "what references lead to is not known");
                Vec::new()
            });
            (*stack, self::of_stack(of_stack.remove(stack).unwrap_or_default(), &vars))
        });
        values.collect()
    }
}

/// The references of stacks. The number of statements depends neither on that of the stacks nor on that of the instances.
pub(in crate::app) async fn uses(db: &impl Session, stacks: &[StackId]) -> Result<HashMap<StackId, StackReferences>> {
    let rows = instances::of_stacks(db, stacks).await?;
    let rules = rules::load(db, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let env_vars = effective::load_with::<EnvVar>(db, &rows, &rules).await?;
    let env_vars: Vec<Vec<EnvVar>> = env_vars.into_iter().map(entries).collect();
    // The texts with references: the place of the instance, the kind and the key.
    let mut texts: Vec<(usize, OverrideKind, String, String)> = Vec::new();
    for (place, env_vars) in env_vars.iter().enumerate() {
        collect(&mut texts, place, env_vars);
    }
    macro_rules! collect {
        ($( $kind:ident ),+) => { $(
            for (place, layers) in effective::load_with::<$kind>(db, &rows, &rules).await?.into_iter().enumerate() {
                collect(&mut texts, place, &entries(layers));
            }
        )+ };
    }
    collect!(Label, Domain, Healthcheck, ConfigFile, Setting);
    texts.sort();
    let mut found: HashMap<StackId, StackReferences> = HashMap::new();
    let others = Others::load(db, stacks, &rows, &rules).await?;
    for (stack, values) in others.values(stacks, &rows, env_vars.into_iter()) {
        found.insert(stack, StackReferences { values, uses: Vec::new() });
    }
    let rows: Vec<Arc<InstanceModel>> = rows.into_iter().map(Arc::new).collect();
    let mut of_stack: HashMap<StackId, Vec<ReferenceUse>> = HashMap::new();
    let resolvers: HashMap<StackId, Resolver<'_>> =
        found.iter().map(|(stack, found)| (*stack, Resolver::new(&found.values))).collect();
    for (place, kind, key, text) in texts {
        let instance = &rows[place];
        let Some(resolver) = resolvers.get(&instance.stack_id) else { continue };
        for segment in parse(&text).0 {
            let Segment::Reference(reference, written) = segment else { continue };
            let resolved = resolver.resolve(&instance.instance_id, written);
            let instance = Arc::clone(instance);
            let found = ReferenceUse { key: key.clone(), instance, kind, reference, resolved };
            of_stack.entry(found.instance.stack_id).or_default().push(found);
        }
    }
    drop(resolvers);
    for (stack, uses) in of_stack {
        found.entry(stack).or_default().uses = uses;
    }
    Ok(found)
}

/// The references of those of some stacks in which there are any. Where there are none, runs one statement, and one more if
/// there are secrets.
pub(in crate::app) async fn where_any(
    db: &impl Session,
    stacks: &[StackId],
) -> Result<HashMap<StackId, StackReferences>> {
    let referring = referring(db, stacks).await?;
    match referring.is_empty() {
        true => Ok(HashMap::new()),
        false => uses(db, &referring.into_iter().collect::<Vec<_>>()).await,
    }
}

/// Those of some stacks in which a text contains references.
pub(in crate::app) async fn referring(db: &impl Session, stacks: &[StackId]) -> Result<BTreeSet<StackId>> {
    let found = entries::references::referring(db, stacks).await?;
    let (plain, secret): (Vec<_>, Vec<_>) = found.into_iter().partition(|it| it.is_plain);
    let mut referring: BTreeSet<StackId> = plain.into_iter().map(|it| it.stack_id).collect();
    let secret: Vec<StackId> = secret.into_iter().map(|it| it.stack_id).collect();
    let texts = entries::references::secret_texts(db, &secret).await?;
    referring.extend(texts.into_iter().filter(|(_, text)| has_references(text)).map(|(stack, _)| stack));
    Ok(referring)
}

/// Adds the texts with references of an instance's effective entries.
fn collect<K: Mergeable>(texts: &mut Vec<(usize, OverrideKind, String, String)>, place: usize, entries: &[K]) {
    for entry in entries {
        for (_, text) in entry.reference_texts() {
            if has_references(&text) {
                texts.push((place, K::KIND, entry.key().to_string(), text.into_owned()));
            }
        }
    }
}

/// The lock on the stack that a writer of these texts needs: two writers must not close a circle together.
pub(in crate::app) fn lock(given: &[GivenReferences], otherwise: RowLock) -> RowLock {
    if given.is_empty() { otherwise } else { RowLock::Exclusive }
}

/// Refuses references without a value in texts that have just been written to an instance. `path` leads to the collections
/// or the operations.
pub(in crate::app) async fn expect(
    tx: &Tx,
    instance: &InstanceModel,
    path: &[&str],
    given: &[GivenReferences],
) -> Result<()> {
    expect_of(tx, instance.stack_id, Some(&instance.instance_id), path, given).await
}

/// The same for variables that have just been written to a stack.
pub(in crate::app) async fn expect_shared(tx: &Tx, stack: StackId, vars: &[SharedVar]) -> Result<()> {
    let refer = (0..).zip(vars).filter_map(|(index, var): (usize, &SharedVar)| {
        let text = var.value.text().filter(|text| has_references(text))?;
        let path = vec![index.to_string(), "value".to_owned()];
        let (text, is_secret) = (text.to_owned().into(), var.is_secret);
        Some(GivenReferences { path, text, is_secret, kind: OverrideKind::EnvVar })
    });
    expect_of(tx, stack, None, &["input", "vars"], &refer.collect::<Vec<_>>()).await
}

async fn expect_of(
    tx: &Tx,
    stack: StackId,
    instance: Option<&str>,
    path: &[&str],
    given: &[GivenReferences],
) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let values = of_stacks(tx, &[stack]).await?.remove(&stack).unwrap_or_default();
    let resolver = Resolver::new(&values);
    let mut problems = Problems::at(path);
    for given in given {
        let mut at = Problems::at(&given.path.iter().map(String::as_str).collect::<Vec<_>>());
        note_all_troubles(&resolver, instance, given, &mut at);
        problems.adopt(at);
    }
    problems.finish()
}

/// Notes what is wrong with a text that has just been written.
fn note_all_troubles(resolver: &Resolver<'_>, instance: Option<&str>, given: &GivenReferences, at: &mut Problems) {
    note_troubles(resolver, instance, (&given.text, given.is_secret), at);
    if let (OverrideKind::Domain, Some(instance), true) = (given.kind, instance, at.is_empty()) {
        note_no_host_name(&resolver.resolve(instance, &given.text), at);
    }
}

/// Notes that a domain stands for no host name. What another value lacks is told where that value is.
fn note_no_host_name(resolved: &Resolved, at: &mut Problems) {
    if host_name(resolved).is_some() || resolved.state() == State::Unresolved {
        return;
    }
    let holds_secret = resolved.pieces.iter().any(|piece| matches!(piece, Piece::Hidden { text: Some(_), .. }));
    let message = match resolved.shown() {
        Some(name) => format!("This stands for `{name}`, which is no host name."),
        None if holds_secret => "This contains a secret, and a domain is shown to everyone.".to_owned(),
        None => "This contains a variable without a value, so it stands for no host name.".to_owned(),
    };
    at.note(Code::InvalidValue, message, None);
}

/// Notes the references of a text without a value, with their places in it. A suggestion is the whole text, and so there is
/// none for a secret.
fn note_troubles(resolver: &Resolver<'_>, instance: Option<&str>, (text, is_secret): (&str, bool), at: &mut Problems) {
    // The place behind the segment before, where the same reference may have been written.
    let mut behind = 0;
    for segment in resolver.segments(instance, text) {
        let Some(written) = &segment.reference else { continue };
        let place = text[behind..].find(&segment.text).map_or(behind, |place| behind + place);
        behind = place + segment.text.len();
        for (reference, trouble) in segment.value.troubles() {
            let code = match trouble {
                Trouble::Cycle(_) => Code::ReferenceCycle,
                // What another value lacks is told where that value is.
                _ if reference != written => continue,
                Trouble::NotFound(..) => Code::ReferenceNotFound,
                Trouble::NoSuchPort(..) => Code::ReferenceNoSuchPort,
                Trouble::TooLong(_) => Code::LimitExceeded,
            };
            let characters = text[..place].chars().count();
            let message = format!("{} The reference {} is at character {characters}.", trouble.message(), segment.text);
            let suggestion = trouble.suggestion().filter(|_| !is_secret);
            at.note(code, message, suggestion.map(|better| text.replace(&segment.text, better)));
        }
    }
}

/// Refuses references without a value in texts of a source that has just been applied: each with the instance that it is in,
/// or `None` for the stack. Messages begin with the place.
pub(in crate::app) async fn expect_applied(
    tx: &Tx,
    stack: StackId,
    path: &[&str],
    texts: Vec<(Option<String>, GivenReferences)>,
) -> Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    let values = of_stacks(tx, &[stack]).await?.remove(&stack).unwrap_or_default();
    let resolver = Resolver::new(&values);
    let mut problems = Problems::default();
    for (instance, given) in texts {
        let mut at = Problems::at(&[]);
        note_all_troubles(&resolver, instance.as_deref(), &given, &mut at);
        let Err(Error::Refused(found)) = at.finish() else { continue };
        let place = instance.as_deref().unwrap_or(SharedVar::FIELD);
        for mut problem in found {
            problem.path = path.iter().map(|step| (*step).to_owned()).collect();
            problem.message = format!("{place}: {}", problem.message);
            problems.push(problem);
        }
    }
    problems.finish()
}
