//! Inputs of the mutations of forks.
//!
//! Used by `mutation.rs`. They must not check a rule: the use case does.

use async_graphql::InputObject;

use super::StackRef;
use crate::{
    app::{ForkStack, RenewLease},
    graphql::types::{
        history::point::Duration,
        stack::fork::{PortPolicy, SecretPolicy},
    },
};

/// A range of ports of the host.
#[derive(InputObject)]
pub(in crate::graphql) struct PortRangeInput {
    /// The first port, 1 to 65535.
    from: i32,
    /// The last port, not below the first one.
    to: i32,
}

/// A copy of a stack that shares nothing with it on the host.
#[derive(InputObject)]
pub(in crate::graphql) struct ForkStackInput {
    /// The source.
    stack: StackRef,
    /// The fork's name. Without one it is made of the source's name and the last part of the key, or is `{name}-fork`, and
    /// numbered if it is taken.
    name: Option<String>,
    /// What the fork is for, such as the path of a worktree: 1 to 4096 bytes. While the source has a live fork under this
    /// key, that one is the answer, and nothing else of this input counts, except that its lease may end later.
    key: Option<String>,
    /// What happens to the ports of the host that the source publishes.
    #[graphql(default_with = "PortPolicy::Reallocate")]
    ports: PortPolicy,
    /// The ports that the fork may get, lowest first. Without it they are near the old ones: the next free one, or from
    /// 8000 higher on for ports below 1024.
    port_range: Option<PortRangeInput>,
    /// The size of a contiguous block of ports, 1 to 10000. The fork has all of it for itself, also what it does not
    /// publish: no other fork gets a port of it.
    port_block: Option<i32>,
    /// Ports that the fork does not get, such as those on which other programs of the client's machine listen.
    #[graphql(default)]
    avoid_ports: Vec<i32>,
    /// What is put behind the first label of each domain, with a hyphen: `feature-x` makes `api-feature-x.shop.test` of
    /// `api.shop.test`. Without it, it is the fork's name, without that of its source at the beginning.
    domain_suffix: Option<String>,
    /// What happens to secrets.
    #[graphql(default_with = "SecretPolicy::Copy")]
    secrets: SecretPolicy,
    /// When the fork goes into the trash by itself, from a minute to ten years from now; without it, never.
    expires_in: Option<Duration>,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<ForkStackInput> for ForkStack {
    fn from(input: ForkStackInput) -> Self {
        Self {
            stack: input.stack.into(),
            name: input.name,
            key: input.key,
            ports: input.ports.into(),
            port_range: input.port_range.map(|range| (range.from, range.to)),
            port_block: input.port_block,
            avoid_ports: input.avoid_ports,
            domain_suffix: input.domain_suffix,
            secrets: input.secrets.into(),
            expires_in: input.expires_in.map(|Duration(span)| span),
        }
    }
}

/// A fork that is needed for longer.
#[derive(InputObject)]
pub(in crate::graphql) struct RenewLeaseInput {
    /// The fork.
    stack: StackRef,
    /// When its lease ends, from a minute to ten years from now; that may also be earlier than before. A fork without a
    /// lease gets one.
    expires_in: Duration,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
    #[doc = plan_token_description!()]
    plan_token: Option<String>,
}

impl From<RenewLeaseInput> for RenewLease {
    fn from(input: RenewLeaseInput) -> Self {
        Self { stack: input.stack.into(), expires_in: input.expires_in.0 }
    }
}

super::planned!(may ForkStackInput, RenewLeaseInput);
