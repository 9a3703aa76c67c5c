//! Renders stacks as Compose files, from the effective configuration as of one moment, with warnings for the user.
//!
//! Called by the resolvers, the server and the command line. It must not write, and must not merge entries itself.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::{
    access::Permission,
    app::{
        App, Layers, PastInstance, PastStack,
        access::REVEALED,
        conflicts::claim::Claims,
        find::storable,
        overrides::{effective, references},
    },
    budget::{Budget, large_work},
    compose::{self, Entries, File, Member, Mode, SecretOf, Secrets, StackNames, Warning},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries::Mergeable,
        queries::{
            instances, rules,
            stacks::{self, RowLock},
            templates,
        },
        repeated,
    },
    error::{Error, Result, Unreadable},
    ids::{AnyId, GlobalId, InstanceId, StackId, TemplateId},
    kinds::{EnvValue, Kind, Merged, Names, Overrides, Rules, for_each_kind, merge},
    name::network_name,
    references::{Resolver, StackValues},
};

/// Options of a rendering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rendering {
    /// The number of files.
    pub mode: Mode,
    /// Where secrets are.
    pub reveal: Reveal,
}

/// Where the secrets of a rendered stack are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reveal {
    /// Nowhere: the file refers to variables.
    #[default]
    Nowhere,
    /// In the file.
    InFile,
    /// Beside the file, which refers to variables: in [`ComposeFile::secrets`].
    Beside,
}

impl Reveal {
    /// In the file, or nowhere.
    pub fn in_file(revealed: bool) -> Self {
        if revealed { Self::InFile } else { Self::Nowhere }
    }
}

/// A rendered stack.
#[derive(Clone, Debug)]
pub struct ComposeFile {
    /// The file. In layered mode, the base file.
    pub text: String,
    /// In layered mode, the override file.
    pub layer: Option<String>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
    /// The variables that stand for secrets, because these are not written into the file, each with its secret.
    pub variables: BTreeMap<String, SecretOf>,
    /// All variables that have to be set: those, and the ones that templates of config files require.
    pub required_variables: BTreeSet<String>,
    /// The values of these variables, if they were asked for ([`Reveal::Beside`]).
    pub secrets: BTreeMap<String, EnvValue>,
    /// The hash of the configuration of each service, by the name of its instance.
    pub config_hashes: BTreeMap<String, String>,
    /// SHA-256 of the files, in hexadecimal.
    pub hash: String,
}

impl From<File> for ComposeFile {
    fn from(File { text, layer, warnings, variables, required_variables, config_hashes }: File) -> Self {
        let digest = Sha256::new().chain_update(&text).chain_update(layer.as_deref().unwrap_or_default()).finalize();
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { text, layer, warnings, variables, required_variables, secrets: BTreeMap::new(), config_hashes, hash }
    }
}

impl App {
    /// Renders stacks, including trashed ones. Stacks outside the caller's scope are missing. A stack with an
    /// unreadable row is refused, because a file without that row would run something else.
    pub async fn compose_stacks(
        &self,
        ids: &[StackId],
        how: Rendering,
    ) -> Result<HashMap<StackId, Result<ComposeFile>>> {
        self.allow_rendering(how)?;
        repeated!(self.read_compose_stacks(ids, how))
    }

    async fn read_compose_stacks(
        &self,
        ids: &[StackId],
        how: Rendering,
    ) -> Result<HashMap<StackId, Result<ComposeFile>>> {
        let db = self.snapshot().await?;
        let found = stacks::load(&db, ids).await?;
        self.rendered(db, found, how).await
    }

    /// Renders a live stack.
    pub async fn compose_stack(&self, name: &str, how: Rendering) -> Result<Option<ComposeFile>> {
        self.allow_rendering(how)?;
        if !storable(name) {
            return Ok(None);
        }
        repeated!(self.read_compose_stack(name, how))
    }

    async fn read_compose_stack(&self, name: &str, how: Rendering) -> Result<Option<ComposeFile>> {
        let db = self.snapshot().await?;
        let Some(found) = stacks::find_by_name(&db, name, RowLock::None).await? else { return Ok(None) };
        let id = found.id;
        self.rendered(db, vec![found], how).await?.remove(&id).transpose()
    }

    /// Renders a past state of a stack, without its secrets.
    pub fn compose_version(&self, stack: &PastStack, how: Rendering) -> Result<ComposeFile> {
        let how = Rendering { reveal: Reveal::Nowhere, ..how };
        let all: Vec<InstanceModel> = stack.instances.iter().map(|instance| (*instance.row).clone()).collect();
        let enabled: Vec<InstanceModel> = all.iter().filter(|instance| instance.enabled).cloned().collect();
        let past = || stack.instances.iter().filter(|instance| instance.row.enabled);
        let members = past().map(|instance| Ok((instance.row.id, past_member(instance, how.mode, self.budget())?)));
        let members = members.collect::<Result<_>>()?;
        let found = [(*stack.row).clone()];
        let values = HashMap::from([(stack.row.id, Arc::new(stack.values()))]);
        let files = large_work::in_place(self.budget(), || self.files(&found, &all, &enabled, members, values, how))?;
        let file = files.into_values().next();
        file.unwrap_or_else(|| Err(Error::Internal("a stack was not rendered".to_owned())))
    }

    fn allow_rendering(&self, how: Rendering) -> Result<()> {
        self.allow(match how.reveal {
            Reveal::Nowhere => Permission::READ,
            Reveal::InFile | Reveal::Beside => Permission::ADMINISTER,
        })
    }

    async fn rendered(
        &self,
        db: Tx,
        found: Vec<StackModel>,
        how: Rendering,
    ) -> Result<HashMap<StackId, Result<ComposeFile>>> {
        let ids: Vec<StackId> = found.iter().map(|stack| stack.id).collect();
        let all = instances::of_stacks(&db, &ids).await?;
        let enabled: Vec<InstanceModel> = all.iter().filter(|instance| instance.enabled).cloned().collect();
        let members = load(&db, &found, &enabled, how.mode, self.budget()).await?;
        let refers = |instance: &InstanceModel| {
            let member = members.get(&instance.id)?.as_ref().ok()?;
            let refers = member.effective.have_references() || member.template.have_references();
            refers.then_some(instance.stack_id)
        };
        let refer: BTreeSet<StackId> = enabled.iter().filter_map(refers).collect();
        let values = match refer.is_empty() {
            true => HashMap::new(),
            false => references::of_stacks(&db, &refer.into_iter().collect::<Vec<_>>()).await?,
        };
        let values = values.into_iter().map(|(stack, values)| (stack, Arc::new(values))).collect();
        // Rendering takes long; release the connection before.
        drop(db);
        large_work::in_place(self.budget(), || self.files(&found, &all, &enabled, members, values, how))
    }

    /// Renders stacks whose instances have been loaded.
    fn files(
        &self,
        found: &[StackModel],
        all: &[InstanceModel],
        enabled: &[InstanceModel],
        mut members: HashMap<InstanceId, Result<Member, String>>,
        mut values: HashMap<StackId, Arc<StackValues>>,
        how: Rendering,
    ) -> Result<HashMap<StackId, Result<ComposeFile>>> {
        let budget = self.budget();
        let mut of_stack: HashMap<StackId, Stack> = HashMap::new();
        for instance in all {
            budget.check_time()?;
            let stack = of_stack.entry(instance.stack_id).or_default();
            stack.known.insert(instance.id, (instance.instance_id.clone(), instance.enabled));
            match instance.enabled {
                true => match members.remove(&instance.id) {
                    Some(Ok(member)) => stack.members.push(member),
                    Some(Err(refusal)) => stack.refusal = stack.refusal.take().or(Some(refusal)),
                    None => {}
                },
                false => stack.disabled.push(instance.instance_id.clone()),
            }
        }
        if how.reveal != Reveal::Nowhere {
            self.log_revealed(enabled, &of_stack);
        }
        let file = |stack: &StackModel| {
            budget.check_time()?;
            let values = values.remove(&stack.id).unwrap_or_default();
            let file = of_stack.remove(&stack.id).unwrap_or_default().into_file(stack, values, how);
            if let Ok(file) = &file {
                budget.charge(file.text.len() + file.layer.as_ref().map_or(0, String::len))?;
            }
            Ok((stack.id, file))
        };
        found.iter().map(file).collect()
    }

    /// Logs each secret, as `revealSecret` does.
    fn log_revealed(&self, instances: &[InstanceModel], of_stack: &HashMap<StackId, Stack>) {
        let by = self.access.key.as_deref().unwrap_or("a caller without a key");
        let members = of_stack.values().flat_map(|stack| &stack.members);
        let members: HashMap<&str, &Member> = members.map(|member| (member.container_name.as_str(), member)).collect();
        for instance in instances {
            let Some(member) = members.get(instance.container_name.as_str()) else { continue };
            for var in member.effective.env_vars.iter().filter(|var| var.holds_secret()) {
                tracing::warn!(target: REVEALED, owner = %instance.id.encode(), key = %var.key, by, "secret revealed");
            }
        }
    }
}

/// What is rendered of a stack.
#[derive(Default)]
struct Stack {
    /// The names of all its instances, and whether they are enabled.
    known: HashMap<InstanceId, (String, bool)>,
    /// Its enabled instances, oldest first.
    members: Vec<Member>,
    /// The names of its disabled instances.
    disabled: Vec<String>,
    /// The reason why the stack cannot be rendered.
    refusal: Option<String>,
}

impl Stack {
    fn into_file(mut self, row: &StackModel, values: Arc<StackValues>, how: Rendering) -> Result<ComposeFile> {
        match self.refusal.take() {
            Some(refusal) => Err(Error::bad_request(refusal)),
            None => Ok(self.file(row, values, how)),
        }
    }

    fn file(self, row: &StackModel, values: Arc<StackValues>, how: Rendering) -> ComposeFile {
        let network = row.network_name.clone().unwrap_or_else(|| network_name(&row.name));
        let names = StackNames { stack: row.name.clone(), storage_name: row.storage_name(), network };
        let mut warnings = Vec::new();
        let mut warn = |instance: Option<&str>, message: String| {
            warnings.push(Warning { instance: instance.map(str::to_owned), message });
        };
        if !row.enabled {
            warn(None, "The stack is disabled; its file starts it all the same.".to_owned());
        }
        if self.members.is_empty() {
            warn(None, "The stack has no enabled instance: there is nothing to start.".to_owned());
        }
        for name in &self.disabled {
            let message = "It is disabled: it is left out. Where it still runs, `up --remove-orphans` ends it.";
            warn(Some(name), message.to_owned());
        }
        let ports = shared_ports(row.id, &self.members);
        let secrets = if how.reveal == Reveal::InFile { Secrets::Revealed } else { Secrets::Variables };
        let mut file = compose::render(&names, &self.members, self.known, secrets, Arc::clone(&values), how.mode);
        warnings.append(&mut file.warnings);
        warnings.extend(ports);
        let mut file = ComposeFile::from(File { warnings, ..file });
        if how.reveal == Reveal::Beside {
            file.secrets = values_of(&file.variables, &self.members, &values);
        }
        file
    }
}

/// The values of the variables that stand for secrets.
fn values_of(
    variables: &BTreeMap<String, SecretOf>,
    members: &[Member],
    values: &StackValues,
) -> BTreeMap<String, EnvValue> {
    let resolver = Resolver::new(values);
    let members: HashMap<&str, &Member> = members.iter().map(|member| (member.name.as_str(), member)).collect();
    let value = |secret: &SecretOf| {
        let instance = secret.instance.as_deref();
        // With references there are values, also those of the stack and of disabled instances.
        if instance.is_none_or(|name| values.instance(name).is_some()) {
            let text = resolver.secret(instance, &secret.key);
            return Some(text.map_or(EnvValue::Unset, EnvValue::Text));
        }
        let vars = &members.get(instance?)?.effective.env_vars;
        Some(vars.iter().find(|var| var.key == secret.key)?.value.clone())
    };
    variables.iter().filter_map(|(name, secret)| Some((name.clone(), value(secret)?))).collect()
}

/// Warnings for host ports that an older instance publishes too.
fn shared_ports(stack: StackId, members: &[Member]) -> Vec<Warning> {
    let mut held = HashMap::new();
    let mut warnings = Vec::new();
    for member in members {
        for claim in member.effective.ports.iter().filter_map(|port| port.claim(stack)) {
            let holders: &mut Vec<_> = held.entry(claim.resource.clone()).or_default();
            let clash = holders.iter().find(|(_, extent)| claim.extent.clashes(*extent));
            if let Some((holder, _)) = clash {
                let message = format!("The host port {claim} is also published by {holder}: only one of them can run.");
                warnings.push(Warning { instance: Some(member.name.clone()), message });
            }
            holders.push((member.name.as_str(), claim.extent));
        }
    }
    warnings
}

/// The message for a row that cannot be read: where it is, and how to repair it.
fn unreadable(row: &Unreadable, names: &Names<'_>) -> String {
    let field = row.field;
    let (whose, remedy) = match row.owner {
        AnyId::Template(_) => (format!("the template `{}`", names.template), "write them again with updateTemplate"),
        AnyId::Stack(_) => (format!("the stack `{}`", names.stack), "write them again with setSharedVars"),
        AnyId::Instance(_) => {
            (format!("the instance `{}`", names.instance), "reset them, or write them again with setInstanceOverrides")
        }
    };
    format!("The stack cannot be rendered: {field} of {whose} hold something that cannot be read; {remedy}.")
}

/// Gives generated secrets the values that they have in this instance.
fn give_secrets(member: &mut Member, row: &InstanceModel) {
    let seed = row.secret_seed();
    for entries in [&mut member.template, &mut member.effective] {
        entries.env_vars.iter_mut().for_each(|var| var.give(&seed));
    }
}

/// The template's entries, which only the layered mode needs, and the effective entries.
fn layer_entries<K: Mergeable>(
    layers: &Layers<K>,
    system: &[K],
    mode: Mode,
    budget: &Budget,
) -> Result<(Vec<K>, Vec<K>)> {
    let template = match mode {
        Mode::Flat => Vec::new(),
        Mode::Layered => entries(merge(layers.template.as_slice(), &Overrides::default()), system, budget)?,
    };
    Ok((template, entries(layers.merge(), system, budget)?))
}

/// Copies the entries to render. Charges the copy and the node that each becomes in the document.
fn entries<'a, K: Kind>(mut merged: Merged<&'a K>, system: &'a [K], budget: &Budget) -> Result<Vec<K>> {
    merged.inject(system);
    let copied = merged.values().into_iter().map(|entry| {
        budget.charge(2 * (size_of::<K>() + entry.heap_size()))?;
        Ok(entry.clone())
    });
    copied.collect()
}

macro_rules! kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// A past state of an instance, for a file.
        fn past_member(past: &PastInstance, mode: Mode, budget: &Budget) -> Result<Result<Member, String>> {
            let names = Names {
                stack: &past.stack_name,
                instance: &past.row.instance_id,
                template: &past.template_name,
                id: past.row.id,
            };
            let mut member = Member {
                name: past.row.instance_id.clone(),
                container_name: past.row.container_name.clone(),
                storage_name: past.row.storage_name(),
                template: Entries::default(),
                effective: Entries::default(),
            };
            $( match &past.layers.$field {
                Ok(layers) => {
                    let system = <crate::kinds::$kind as Kind>::system(&names);
                    (member.template.$field, member.effective.$field) = layer_entries(layers, &system, mode, budget)?;
                }
                Err(row) => return Ok(Err(unreadable(row, &names))),
            } )+
            give_secrets(&mut member, &past.row);
            Ok(Ok(member))
        }

        /// Loads the enabled instances with all kinds. The number of statements does not depend on the number of
        /// instances.
        async fn load(
            db: &Tx,
            stacks: &[StackModel],
            instances: &[InstanceModel],
            mode: Mode,
            budget: &Budget,
        ) -> Result<HashMap<InstanceId, Result<Member, String>>> {
            let ids: Vec<InstanceId> = instances.iter().map(|instance| instance.id).collect();
            let said: HashMap<InstanceId, Rules> = rules::load(db, &ids).await?;
            let mut of: Vec<TemplateId> = instances.iter().map(|instance| instance.template_service_id).collect();
            of.sort_unstable();
            of.dedup();
            let of = templates::load(db, &of).await?;
            let of: HashMap<TemplateId, &str> = of.iter().map(|row| (row.id, row.name.as_str())).collect();
            let stacks: HashMap<StackId, &str> = stacks.iter().map(|row| (row.id, row.name.as_str())).collect();
            let mut members: Vec<Result<Member, String>> = instances
                .iter()
                .map(|instance| Ok(Member {
                    name: instance.instance_id.clone(),
                    container_name: instance.container_name.clone(),
                    storage_name: instance.storage_name(),
                    template: Entries::default(),
                    effective: Entries::default(),
                }))
                .collect();
            $( {
                let layers = effective::load_with::<crate::kinds::$kind>(db, instances, &said).await?;
                for ((instance, layers), found) in instances.iter().zip(layers).zip(&mut members) {
                    let Ok(member) = found else { continue };
                    let names = Names {
                        stack: stacks.get(&instance.stack_id).copied().unwrap_or_default(),
                        instance: &instance.instance_id,
                        template: of.get(&instance.template_service_id).copied().unwrap_or_default(),
                        id: instance.id,
                    };
                    let layers = match layers {
                        Ok(layers) => layers,
                        Err(row) => {
                            tracing::error!(%row, "a stack cannot be rendered");
                            *found = Err(unreadable(&row, &names));
                            continue;
                        }
                    };
                    let system = <crate::kinds::$kind as Kind>::system(&names);
                    (member.template.$field, member.effective.$field) = layer_entries(&layers, &system, mode, budget)?;
                }
            } )+
            for (row, found) in instances.iter().zip(&mut members) {
                if let Ok(member) = found {
                    give_secrets(member, row);
                }
            }
            Ok(ids.into_iter().zip(members).collect())
        }
    };
}
for_each_kind!(kinds);
