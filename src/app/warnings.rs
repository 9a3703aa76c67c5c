//! Warnings of use cases: something was done, and the user should know what follows from it outside the database.
//!
//! Called by the use cases that copy, rename, purge or edit. It must not refuse anything.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    app::{
        conflicts::claim::{Claim, ClaimKind, Claims},
        overrides::effective,
    },
    db::{StoredOutcome, Tx, entities::InstanceModel, entries::Mergeable},
    error::Result,
    ids::AnyId,
    kinds::{Domain, Volume},
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
    /// What was started under the former name keeps running.
    StillRunning,
}

/// Something that was done but deserves a look.
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

/// The stored form of [`Warned`]. Earlier versions stored the output alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum WarnedForm<F> {
    /// The output with its warnings.
    Warned {
        /// The output.
        value: F,
        /// The warnings.
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

/// The maximum number of things that one message names.
const MAX_NAMED: usize = 20;

/// Names joined by commas; of many only the first ones.
fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let all = names.len();
    let named = names.take(MAX_NAMED).collect::<Vec<_>>().join(", ");
    match all.saturating_sub(MAX_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The side of a copy that a warning names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum CopyOf {
    /// A copy of an instance, in the same stack.
    Instance,
    /// Copies of all instances of a stack. A relative path of another stack is another folder.
    Stack,
}

/// Warnings for the folders, external volumes and domains of instances that have just been copied: copies have the same
/// ones. Host ports have warnings of their own. Instances with entries that cannot be read are skipped.
pub(in crate::app) async fn shared_by_copies(
    tx: &Tx,
    sources: &[InstanceModel],
    copied: CopyOf,
) -> Result<Vec<Warning>> {
    let mut warnings = shared::<Volume>(tx, sources, copied).await?;
    warnings.extend(shared::<Domain>(tx, sources, copied).await?);
    Ok(warnings)
}

async fn shared<K: Claims + Mergeable>(tx: &Tx, sources: &[InstanceModel], copied: CopyOf) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    for (source, layers) in sources.iter().zip(effective::load::<K>(tx, sources).await?) {
        let layers = match layers {
            Ok(layers) => layers,
            Err(row) => {
                tracing::error!(%row, "what a copy shares is not known");
                continue;
            }
        };
        let claims: HashSet<Claim> =
            layers.merge().values().into_iter().filter_map(|it| it.claim(source.stack_id)).collect();
        let mut claims: Vec<Claim> = claims.into_iter().collect();
        claims.sort_unstable();
        let both = match copied {
            CopyOf::Instance => format!("the copy and `{}`", source.instance_id),
            CopyOf::Stack => format!("both instances `{}`", source.instance_id),
        };
        for claim in claims {
            let clashes = claim.extent.clashes(claim.extent) && !(copied == CopyOf::Stack && claim.is_inside_a_stack());
            if !clashes {
                continue;
            }
            let (code, message) = match claim.kind() {
                ClaimKind::HostPort => continue,
                ClaimKind::Volume => {
                    (WarningCode::VolumeShared, format!("{claim} is mounted by {both}: they share what is in it."))
                }
                ClaimKind::Domain => (
                    WarningCode::DomainShared,
                    format!("{claim} is a domain of {both}: a gateway finds only one of them."),
                ),
            };
            warnings.push(Warning { code, message });
        }
    }
    Ok(warnings)
}

/// The names of the volumes in which instances keep data of their own, whatever the engine made of them.
pub(in crate::app) async fn own_volumes(tx: &Tx, instances: &[InstanceModel]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (instance, layers) in instances.iter().zip(effective::load::<Volume>(tx, instances).await?) {
        match layers {
            Ok(layers) => {
                let storage_name = instance.storage_name();
                let volumes = layers.merge().values().into_iter().filter_map(|it| it.stored_as(&storage_name));
                names.extend(volumes.collect::<Vec<_>>());
            }
            Err(row) => tracing::error!(%row, "the volumes of an instance are not known"),
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The warning that volumes stay on the hosts where a purged instance ran.
pub(in crate::app) fn left_behind(volumes: &[String]) -> Option<Warning> {
    (!volumes.is_empty()).then(|| Warning {
        code: WarningCode::VolumeLeftBehind,
        message: format!(
            "These volumes stay where it ran, and nothing will use them again: {}. Remove them with `docker volume rm`.",
            listed(volumes.iter().map(String::as_str))
        ),
    })
}

/// The warning that instances of a template start on another, empty volume.
pub(in crate::app) fn starts_empty(target: &str, volumes: &[String]) -> Option<Warning> {
    (!volumes.is_empty()).then(|| Warning {
        code: WarningCode::VolumeLeftBehind,
        message: format!(
            "Another volume is mounted at {target} now: {} of its instances start without their data, which stays in {}.",
            volumes.len(),
            listed(volumes.iter().map(String::as_str))
        ),
    })
}

/// The warning that containers of a stack keep running under its former name.
pub(in crate::app) fn still_running(project: &str) -> Warning {
    Warning {
        code: WarningCode::StillRunning,
        message: format!(
            "What was started under the former name keeps running, with its ports. End it with `docker compose -p \
             {project} down` before the stack is started again; the volumes stay, and the stack finds them."
        ),
    }
}
