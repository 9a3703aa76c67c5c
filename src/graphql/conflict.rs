//! `Conflict`: something that an instance claims although others hold it.
//!
//! Reached through `Instance.conflicts` and `Stack.conflicts`. It must never load anything: the use case brings it all.

use async_graphql::{Enum, Object};

use super::instance::Instance;
use crate::app::{self, ClaimKind};

/// What sort of thing two instances both claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ClaimKind")]
pub(super) enum ConflictKind {
    /// A port of the host: the same number and protocol on the same address, or on every address on one side.
    HostPort,
    /// A host name under which a gateway reaches the container.
    Domain,
    /// An external volume or a path of the host that not both only read. A relative path means something inside its
    /// stack only.
    Volume,
}

/// Something that an instance claims although others hold it.
pub(super) struct Conflict(pub(super) app::Conflict);

#[Object]
/// Something that the effective configuration of an instance claims, and that of others, which are enabled in enabled
/// stacks, too: they cannot run at the same time.
impl Conflict {
    /// What sort of thing it is.
    async fn kind(&self) -> ConflictKind {
        self.0.kind.into()
    }

    /// What is claimed, such as `0.0.0.0:5432/tcp`, `shop.localhost` or `/srv/data`.
    async fn value(&self) -> &str {
        &self.0.value
    }

    /// A sentence that names the holder as `stack/instance`, and says what to do.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// The instance that was asked about.
    async fn instance(&self) -> Instance {
        Instance(self.0.instance.as_ref().clone())
    }

    /// The other claimant that has existed longest.
    async fn holder(&self) -> Instance {
        Instance(self.0.holders[0].as_ref().clone())
    }

    /// The other claimants, oldest first; at most 10.
    async fn holders(&self) -> Vec<Instance> {
        self.0.holders.iter().map(|holder| Instance(holder.as_ref().clone())).collect()
    }

    /// How many other claimants there are in all.
    async fn holder_count(&self) -> i32 {
        i32::try_from(self.0.holder_count).unwrap_or(i32::MAX)
    }
}
