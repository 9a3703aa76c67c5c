//! `Conflict`: a host port, domain or volume that several instances claim, or a reference without a value.
//!
//! Reached through `Instance.conflicts` and `Stack.conflicts`. It must not load anything: the use case returns all of
//! it.

use std::sync::Arc;

use async_graphql::{Enum, Object, Result};

use crate::{
    app,
    budget::Budget,
    error::Error,
    graphql::{execution::to_error::to_graphql_error, types::instance::Instance},
};

/// How much an effect or a conflict matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "app::Severity")]
pub(in crate::graphql) enum Severity {
    /// Nothing that runs or is stored is lost.
    Info,
    /// Something works differently afterwards, or stays behind. Of a conflict: all of them can run, but get in each other's
    /// way.
    Caution,
    /// The configuration of a container is replaced or removed, data is lost or out of reach, a reference breaks, or one
    /// revert cannot undo it. Of a conflict: only one of them can run, or a value is missing.
    Destructive,
}

/// What sort of thing keeps an instance from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "app::ConflictKind")]
pub(in crate::graphql) enum ConflictKind {
    /// A port of the host: the same number and protocol on the same address, or on every address on one side.
    HostPort,
    /// A host name under which a gateway reaches the container.
    Domain,
    /// An external volume or an absolute path of the host that instances of several stacks have, and not all only read.
    /// Instances of one stack may share files.
    Volume,
    /// A reference without a value: what it names is not there, or leads back to itself. It is about one instance alone.
    Reference,
}

/// Something that an instance claims although others hold it, or a reference without a value.
pub(in crate::graphql) struct Conflict {
    /// All conflicts of the instance or stack, shared by all fields that selected them.
    all: Arc<Vec<app::Conflict>>,
    at: usize,
}

/// The memory of one conflict in a list before it is resolved, in bytes: async-graphql creates the futures of a whole
/// list at once.
const LIST_ITEM_BYTES: usize = 1024;

impl Conflict {
    /// Makes the list of conflicts and charges it to the budget. There may be one for each port of each instance.
    pub(in crate::graphql) fn list(found: Option<Arc<Vec<app::Conflict>>>, budget: &Budget) -> Result<Vec<Self>> {
        let all = found.unwrap_or_default();
        budget.charge(all.len() * LIST_ITEM_BYTES).map_err(|exceeded| to_graphql_error(Error::from(exceeded)))?;
        Ok((0..all.len()).map(|at| Self { all: Arc::clone(&all), at }).collect())
    }

    fn found(&self) -> &app::Conflict {
        &self.all[self.at]
    }
}

#[Object]
/// Something that keeps an instance from running as its effective configuration says. It claims what that of others, which
/// are enabled in enabled stacks, claims too: only one of them can have a host port at a time, a domain leads to one of them,
/// and a folder or volume is written by all that run. Or it contains a reference without a value.
impl Conflict {
    /// What sort of thing it is.
    async fn kind(&self) -> ConflictKind {
        self.found().kind().into()
    }

    /// How much it matters: `DESTRUCTIVE` for a host port, because only one of them can run, and for a reference, because the value
    /// is missing; `CAUTION` for a domain, which
    /// leads to one of them, and for files that several write.
    async fn severity(&self) -> Severity {
        self.found().severity().into()
    }

    /// What is claimed, such as `0.0.0.0:5432/tcp`, `shop.localhost` or `/srv/data`; or the reference, such as
    /// `${{orders-db:host}}`.
    async fn value(&self) -> &str {
        self.found().value()
    }

    /// A sentence that names the holder as `stack/instance`, or what the reference lacks, and says what to do.
    async fn message(&self) -> String {
        self.found().message()
    }

    /// The instance that was asked about.
    async fn instance(&self) -> Instance {
        Instance(Arc::clone(&self.found().instance))
    }

    /// The other claimant that has existed longest; null for a reference.
    async fn holder(&self) -> Option<Instance> {
        self.found().holder().map(|holder| Instance(Arc::clone(holder)))
    }

    /// The other claimants, oldest first; at most 10. None for a reference.
    async fn holders(&self) -> Vec<Instance> {
        self.found().holders().map(|holder| Instance(Arc::clone(holder))).collect()
    }

    /// How many other claimants there are. They are counted up to 1000, which stands for that many or more.
    async fn holder_count(&self) -> i32 {
        i32::try_from(self.found().holder_count).unwrap_or(i32::MAX)
    }
}
