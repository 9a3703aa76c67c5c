//! Warnings of use cases: something was done, and the user should know what follows from it outside the database.
//!
//! Called by the use cases that copy, fork, rename, purge or edit. It must not refuse anything.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    app::{
        conflicts::{
            claim::{Claim, ClaimKind, Claims, Resource, deduplicate},
            claim_index::load_claiming,
        },
        overrides::{effective, references},
    },
    db::{
        StoredOutcome, Tx,
        change_log::CLAIMING,
        entities::{InstanceModel, StackModel},
        entries::{Batch, KindTables},
    },
    error::Result,
    ids::{AnyId, StackId},
    kinds::{Attribute, Domain, Network, Port, StorageNames, Volume, VolumeScope, host_name},
    references::{Of, Reference, Resolver, Segment, What, parse},
};

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WarningCode {
    /// Two instances want the same port of the host.
    HostPortShared,
    /// Two instances write to the same folder of the host, or to the same external volume.
    VolumeShared,
    /// Two instances have the same domain.
    DomainShared,
    /// Volumes are left on the hosts where the instance ran, and nothing uses them any more.
    VolumeLeftBehind,
    /// Containers of the former name may still be running.
    StillRunning,
    /// What a template had is another thing now, so an instance overrides it to run as it did.
    TemplateChanged,
    /// Two instances use or join a network of the host, or networks that want the same addresses.
    NetworkShared,
    /// A fork does not have a domain of its source.
    DomainLeftOut,
    /// An instance stays although the files that were applied do not have it.
    NotInSource,
}

/// Something to know about what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// A sentence for people.
    pub message: String,
}

/// The output of a command, with warnings.
#[derive(Clone, Debug)]
pub struct Warned<T> {
    /// The output.
    pub value: T,
    /// The warnings.
    pub warnings: Vec<Warning>,
}

impl<T> Warned<T> {
    /// An output without warnings.
    pub fn none(value: T) -> Self {
        Self { value, warnings: Vec::new() }
    }
}

/// The stored form of [`Warned`]. Earlier versions stored the output alone, or that of a copy without warnings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum WarnedForm<F> {
    /// The output with its warnings.
    Warned {
        /// The output.
        #[serde(alias = "instance", alias = "stack")]
        value: F,
        /// The warnings.
        #[serde(default)]
        warnings: Vec<Warning>,
    },
    /// The output alone.
    Plain(F),
}

impl<T: StoredOutcome> StoredOutcome for Warned<T> {
    type Form = WarnedForm<T::Form>;
    const SECRET: bool = T::SECRET;
    fn to_form(&self) -> Option<Self::Form> {
        let value = self.value.to_form()?;
        Some(match self.warnings.is_empty() {
            true => WarnedForm::Plain(value),
            false => WarnedForm::Warned { value, warnings: self.warnings.clone() },
        })
    }
    fn from_form(form: Self::Form) -> Option<Self> {
        match form {
            WarnedForm::Warned { value, warnings } => Some(Self { value: T::from_form(value)?, warnings }),
            WarnedForm::Plain(value) => Some(Self::none(T::from_form(value)?)),
        }
    }
    fn subject(&self) -> Option<AnyId> {
        self.value.subject()
    }
}

/// The maximum number of warnings about a copy. One more tells how many are left out.
const MAX_WARNINGS: usize = 1000;
/// The maximum number of things that one message names.
const MAX_NAMED: usize = 20;

/// The warning that an instance overrides what its template has changed since.
pub(in crate::app) fn pinned(instance: &str, keys: &[String]) -> Option<Warning> {
    let names: BTreeSet<String> = keys.iter().cloned().collect();
    (!names.is_empty()).then(|| Warning {
        code: WarningCode::TemplateChanged,
        message: format!(
            "The template of `{instance}` has changed since. To run as it did, the instance now overrides: {}.",
            listed(&names)
        ),
    })
}

/// Names joined by commas; of many only the first ones.
fn listed(names: &BTreeSet<String>) -> String {
    let named = names.iter().take(MAX_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// What has been copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum CopyOf<'a> {
    /// An instance, in its own stack.
    Instance,
    /// All instances of a stack, with the names of both stacks. A relative path of another stack is another folder.
    Stack {
        /// The name of the copy.
        copy: &'a str,
        /// The name of the source.
        source: &'a str,
    },
}

/// Warnings for the host ports, folders, external volumes and domains of instances that have just been copied: their
/// copies have the same ones. Instances with entries that cannot be read are skipped.
pub(in crate::app) async fn shared_by_copies(
    tx: &Tx,
    sources: &[InstanceModel],
    copied: CopyOf<'_>,
) -> Result<Vec<Warning>> {
    let loaded = load_claiming(tx, sources, &CLAIMING).await?;
    let mut warnings = shared::<Port>(tx, (sources, &loaded), copied).await?;
    warnings.extend(shared::<Volume>(tx, (sources, &loaded), copied).await?);
    warnings.extend(shared::<Domain>(tx, (sources, &loaded), copied).await?);
    Ok(limited(warnings))
}

/// The warnings; of many only the first ones, and how many more there are.
fn limited(mut warnings: Vec<Warning>) -> Vec<Warning> {
    let more = warnings.split_off(warnings.len().min(MAX_WARNINGS));
    if let [first, ..] = more.as_slice() {
        let message = format!("{} more host ports, folders, volumes, domains and networks are shared.", more.len());
        warnings.push(Warning { code: first.code, message });
    }
    warnings
}

/// The same for the instances of a stack that has just been forked. A fork has other domains, and mostly other ports.
/// Networks are looked at as well: a fork that joins one of the host is not alone.
pub(in crate::app) async fn shared_by_forks(
    tx: &Tx,
    sources: &[InstanceModel],
    copied: CopyOf<'_>,
    keeps_ports: bool,
) -> Result<Vec<Warning>> {
    let tables = [
        KindTables::of::<Port>(),
        KindTables::of::<Volume>(),
        KindTables::of::<Network>(),
        KindTables::of::<Attribute>(),
    ];
    let loaded = effective::load_batch(tx, sources, &tables).await?;
    let mut warnings = if keeps_ports { shared::<Port>(tx, (sources, &loaded), copied).await? } else { Vec::new() };
    warnings.extend(shared::<Volume>(tx, (sources, &loaded), copied).await?);
    for (source, layers) in sources.iter().zip(effective::layers_of::<Network>(tx, sources, &loaded).await?) {
        // What cannot be read is reported when the stack is rendered.
        let Ok(layers) = layers else { continue };
        let instance = &source.instance_id;
        let shared = |network: &&Network| network.is_external || network.fixes_addresses();
        for network in layers.merge().values().into_iter().filter(shared) {
            let name = &network.name;
            let message = match network.is_external {
                true => format!("`{instance}` joins the network {name} of the host, in the fork as well."),
                false => format!("`{instance}` fixes addresses of the network {name}, which the fork wants as well."),
            };
            warnings.push(Warning { code: WarningCode::NetworkShared, message });
        }
    }
    for (source, layers) in sources.iter().zip(effective::layers_of::<Attribute>(tx, sources, &loaded).await?) {
        let Ok(layers) = layers else { continue };
        let is_of_host = |it: &Attribute| it.name == "network_mode" && it.value.0.as_str() == Some("host");
        if layers.merge().values().into_iter().any(is_of_host) {
            let instance = &source.instance_id;
            let message = format!("`{instance}` listens on the network of the host itself, in the fork as well.");
            warnings.push(Warning { code: WarningCode::NetworkShared, message });
        }
    }
    Ok(limited(warnings))
}

/// The warning that a fork does not have a domain.
pub(in crate::app) fn left_out(instance: &str, domain: &str) -> Warning {
    let message = format!(
        "`{instance}` has the domain {domain}, which the fork does not have: with the suffix it is taken, or too long."
    );
    Warning { code: WarningCode::DomainLeftOut, message }
}

async fn shared<K: Claims>(
    tx: &Tx,
    (sources, loaded): (&[InstanceModel], &Batch),
    copied: CopyOf<'_>,
) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    let (mut each, mut refers) = (Vec::new(), false);
    for (source, layers) in sources.iter().zip(effective::layers_of::<K>(tx, sources, loaded).await?) {
        match layers {
            Ok(layers) => {
                let claims = layers.merge().values().into_iter().filter_map(|entry| entry.claim(source.stack_id));
                let claims = deduplicate(claims.collect());
                refers |= claims.iter().any(Claim::is_by_reference);
                each.push((source, claims));
            }
            Err(row) => tracing::error!(%row, "what a copy shares is not known"),
        }
    }
    let stacks: BTreeSet<StackId> = sources.iter().map(|source| source.stack_id).collect();
    let values = match refers {
        true => Box::pin(references::of_stacks(tx, &stacks.into_iter().collect::<Vec<_>>())).await?,
        false => HashMap::new(),
    };
    for (source, claims) in each {
        let name = &source.instance_id;
        let both = match copied {
            CopyOf::Instance => format!("the copy and `{name}`"),
            CopyOf::Stack { copy, source } => {
                format!("`{name}` of the stack `{copy}` and `{name}` of the stack `{source}`")
            }
        };
        let resolver = values.get(&source.stack_id).map(Resolver::new);
        for claim in claims {
            let claim = match (&claim.resource, &resolver) {
                (Resource::Referring(text), Some(resolver)) => {
                    if !means_the_same(text, copied) {
                        continue;
                    }
                    match host_name(&resolver.resolve(&source.instance_id, text)) {
                        Some(name) => Claim::of_host_name(name),
                        None => continue,
                    }
                }
                _ => claim,
            };
            let is_private = matches!(copied, CopyOf::Stack { .. }) && claim.is_inside_a_stack();
            if claim.extent.clashes(claim.extent) && !is_private {
                warnings.push(shared_claim(&claim, &both));
            }
        }
    }
    Ok(warnings)
}

/// Whether a domain with references has the same host name in a copy: not if it is made of names that the copy has for itself.
fn means_the_same(text: &str, copied: CopyOf<'_>) -> bool {
    parse(text).0.iter().all(|segment| match (segment, copied) {
        (Segment::Text(_), _) => true,
        (Segment::Reference(reference, _), CopyOf::Stack { .. }) => reference.what != What::Container,
        (Segment::Reference(Reference { of: Of::Own, what }, _), CopyOf::Instance) => {
            matches!(what, What::Variable(_) | What::Port(_) | What::HostPort(_))
        }
        (Segment::Reference(..), CopyOf::Instance) => true,
    })
}

/// The warning that two instances have the same claim.
fn shared_claim(claim: &Claim, both: &str) -> Warning {
    let (code, message) = match claim.kind() {
        ClaimKind::HostPort => (
            WarningCode::HostPortShared,
            format!("Both {both} publish {claim}; give one of them another host port before both run."),
        ),
        ClaimKind::Volume => {
            (WarningCode::VolumeShared, format!("Both {both} mount {claim}, and so have the same files."))
        }
        ClaimKind::Domain => (
            WarningCode::DomainShared,
            format!("Both {both} have the domain {claim}: a gateway finds only one of them."),
        ),
    };
    Warning { code, message }
}

/// The names of the engine's volumes that only these instances use; with their stack, also those that it has for itself.
pub(in crate::app) async fn own_volumes(
    tx: &Tx,
    stack: Option<&StackModel>,
    instances: &[InstanceModel],
) -> Result<BTreeSet<String>> {
    let of_stack = stack.map(StackModel::storage_name);
    let mut names = BTreeSet::new();
    for (instance, layers) in instances.iter().zip(effective::load::<Volume>(tx, instances).await?) {
        match layers {
            Ok(layers) => {
                let of_instance = instance.storage_name();
                let storage = StorageNames { instance: &of_instance, stack: of_stack.as_deref().unwrap_or_default() };
                let merged = layers.merge().values();
                let own = merged.into_iter().filter(|volume| stack.is_some() || volume.scope != VolumeScope::Stack);
                names.extend(own.filter_map(|volume| volume.stored_as(storage)));
            }
            Err(row) => tracing::error!(%row, "the volumes of an instance are not known"),
        }
    }
    Ok(names)
}

/// The warning that volumes stay on the hosts where purged instances ran.
pub(in crate::app) fn left_behind(volumes: &BTreeSet<String>) -> Option<Warning> {
    let message = || {
        format!(
            "These volumes stay on the hosts where it ran, and nothing will use them again: {}. Remove them with `docker \
             volume rm`.",
            listed(volumes)
        )
    };
    (!volumes.is_empty()).then(|| Warning { code: WarningCode::VolumeLeftBehind, message: message() })
}

/// The warning that instances of a template no longer mount a volume that they inherit.
pub(in crate::app) fn without_data(target: &str, volumes: &BTreeSet<String>) -> Option<Warning> {
    let message = || {
        format!(
            "The template mounts the volume at {target} no longer: its instances start without the data, which stays in {}.",
            listed(volumes)
        )
    };
    (!volumes.is_empty()).then(|| Warning { code: WarningCode::VolumeLeftBehind, message: message() })
}

/// The warning that containers of a stack keep running under its former name.
pub(in crate::app) fn still_running(project: &str) -> Warning {
    Warning {
        code: WarningCode::StillRunning,
        message: format!(
            "Containers of the former name may still be running. End them with `docker compose -p {project} down` before \
             the stack is started again; the volumes stay, and the stack finds them."
        ),
    }
}
