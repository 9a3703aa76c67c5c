//! The fields of `Stack` that are about forks, and the types that only forks need.
//!
//! Flattened into `Stack`. It must not read the database except through the loaders.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    app::{self, Lease as AppLease},
    db::queries::stacks::ByName,
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        lists::connection::{Listed, StackTotal, connection},
        loaders::{ForkOf, ForkPageOf, StackKey},
        types::{history::fields::empty_page, stack::Stack},
    },
    ids::StackId,
    kinds::Protocol,
    read::cursor::PageArgs,
};

/// The fields about forks.
pub(in crate::graphql) struct Forks(pub(in crate::graphql) StackId);

#[Object]
impl Forks {
    /// The stack that this one was forked from, also when that is in the trash; null if it is no fork, once that is
    /// purged, and if that is out of reach.
    async fn forked_from(&self, ctx: &Context<'_>) -> Option<Result<Stack>> {
        let found = async {
            let loaders = ctx.loaders();
            let Some(source) = loaders.load(ForkOf(self.0)).await?.and_then(|fork| fork.source_id) else {
                return Ok(None);
            };
            loaders.load(StackKey(source)).await
        };
        found.await.map_err(to_graphql_error).transpose().map(|found| found.map(Stack))
    }

    /// The key under which `forkStack` finds this fork again; null if it has none.
    async fn fork_key(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let fork = ctx.loaders().load(ForkOf(self.0)).await.map_err(to_graphql_error)?;
        Ok(fork.and_then(|fork| fork.fork_key.clone()))
    }

    /// The live forks of this stack, by name. Pages have 1 to 100 rows, 20 when nothing is said.
    async fn forks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Stack, StackTotal>> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let page = ctx.loaders().load(ForkPageOf { source: self.0, slice }).await.map_err(to_graphql_error)?;
        let page = page.unwrap_or_else(empty_page);
        Ok(connection(page, StackTotal::Forks(self.0), |row| (ByName(row.name.clone()), Stack(row))))
    }

    /// When the fork goes into the trash by itself; null if it does not.
    async fn lease(&self, ctx: &Context<'_>) -> Result<Option<Lease>> {
        let fork = ctx.loaders().load(ForkOf(self.0)).await.map_err(to_graphql_error)?;
        Ok(fork.and_then(|fork| AppLease::of(&fork, ctx.app().now())).map(Lease::from))
    }
}

/// The lease of a fork. At its end the fork goes into the trash, from where `restoreStack` brings it back.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Lease {
    /// When it ends. `renewLease` lets it end later.
    expires_at: DateTime<Utc>,
    /// When its warning period begins: a quarter of the lease before its end, a day at most.
    warns_at: DateTime<Utc>,
    /// Whether its warning period has begun.
    is_ending: bool,
    /// Whether it has ended.
    is_expired: bool,
}

impl From<AppLease> for Lease {
    fn from(AppLease { expires_at, warns_at, is_ending, is_expired }: AppLease) -> Self {
        Self { expires_at, warns_at, is_ending, is_expired }
    }
}

/// What happens to the ports of the host that the source publishes. Ports that are chosen at start stay so in any case.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::PortPolicy")]
pub(in crate::graphql) enum PortPolicy {
    /// The fork gets ports that nothing live has.
    Reallocate,
    /// The fork has the same ports: it cannot run beside its source, which `warnings` tell.
    Keep,
    /// The fork's ports are chosen when it starts.
    Drop,
}

/// What happens to the secrets that the source has or inherits.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::SecretPolicy")]
pub(in crate::graphql) enum SecretPolicy {
    /// The fork has the same secrets.
    Copy,
    /// The fork gets new random ones, as long and of the same sort of characters, with 16 to 128 characters. Equal secrets
    /// stay equal, and a secret that contains another one, such as a URL with a password, changes only there.
    Generate,
    /// The fork's secrets have no values.
    Unset,
}

/// A published port of an instance in a fork, beside the one in its source.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PortMapping {
    /// The name of the instance, in both stacks.
    instance: String,
    /// Port inside the container.
    container_port: i32,
    /// Transport protocol.
    protocol: Protocol,
    /// Address of the host.
    host_ip: String,
    /// Port of the host in the source; null if it has none there.
    from: Option<i32>,
    /// Port of the host in the fork; null if it has none there.
    to: Option<i32>,
}

impl From<app::MappedPort> for PortMapping {
    fn from(port: app::MappedPort) -> Self {
        let app::MappedPort { instance, container_port, protocol, host_ip, from, to } = port;
        Self { instance, container_port, protocol, host_ip, from, to }
    }
}

/// A range of ports of the host.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PortRange {
    /// The first port.
    from: i32,
    /// The last port.
    to: i32,
}

impl From<(i32, i32)> for PortRange {
    fn from((from, to): (i32, i32)) -> Self {
        Self { from, to }
    }
}
