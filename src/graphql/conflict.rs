//! Conflicts between instances.
//!
//! Reached through `Instance` and `Stack`. It must never look for them itself.

use async_graphql::{Enum, SimpleObject};

use super::{context::int, instance::Instance};
use crate::app::{Claimed, Conflict as Found};

/// What two instances claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Claimed")]
pub(super) enum ConflictKind {
    /// The same port of the host with the same protocol, on the same address or with one of them on all addresses.
    HostPort,
    /// The same domain.
    Domain,
    /// The same path of the host or the same external volume, and not both only for reading.
    Volume,
}

/// Something in the effective configuration of an instance that other live, enabled instances claim too: they cannot
/// run together, or disturb each other.
#[derive(SimpleObject)]
pub(super) struct Conflict {
    /// What is claimed.
    kind: ConflictKind,
    /// Which one: such as `0.0.0.0:5432/tcp`, `shop.localhost` or `/srv/data`.
    value: String,
    /// A sentence that says who claims it too, and what to do.
    message: String,
    /// The instance that was looked at.
    instance: Instance,
    /// The other instance that claims it; when there are several, the one that has existed longest.
    holder: Instance,
    /// The other instances that claim it, oldest first, at most 10.
    holders: Vec<Instance>,
    /// How many other instances claim it.
    holder_count: i32,
}

impl Conflict {
    pub(super) fn new(found: Found) -> Option<Self> {
        let holder = found.holders.first()?.clone();
        let (stack, value) = (&found.holder_stack, found.value);
        let name = &holder.instance_id;
        let others = match found.count {
            1 => String::new(),
            2 => " (and one more)".to_owned(),
            n => format!(" (and {} more)", n - 1),
        };
        let message = match found.claimed {
            Claimed::HostPort => {
                format!(
                    "{stack}/{name}{others} publishes a port that clashes with {value}; give one of them another host port."
                )
            }
            Claimed::Domain => {
                format!("{stack}/{name}{others} has the domain {value} too; give one of them another domain.")
            }
            Claimed::Volume => {
                format!("{stack}/{name}{others} mounts {value} too; give each its own, or mount it for reading only.")
            }
        };
        Some(Self {
            kind: found.claimed.into(),
            value,
            message,
            instance: Instance(found.instance),
            holder: Instance(holder),
            holders: found.holders.into_iter().map(Instance).collect(),
            holder_count: int(i64::try_from(found.count).unwrap_or(i64::MAX)),
        })
    }
}
