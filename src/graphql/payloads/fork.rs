//! The payloads of the mutations of forks.
//!
//! Made by `mutation.rs`. A payload with errors has nothing else.

use async_graphql::{Result, SimpleObject};

use super::{Warning, WithWarnings};
use crate::{
    app::{Forked, Warned},
    error::Result as AppResult,
    graphql::{
        execution::planned::Planned,
        types::{
            stack::{
                Stack,
                fork::{PortMapping, PortRange},
            },
            user_error::UserError,
        },
    },
};

/// What `forkStack` did.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ForkStackPayload {
    /// The fork; null when there are errors.
    stack: Option<Planned<Stack>>,
    /// Whether it is new: false when the stack had a live fork under this key.
    created: bool,
    /// The published ports of the fork beside those of its source, as they are now. Ports that are chosen at start are
    /// missing.
    port_map: Vec<PortMapping>,
    /// The block of ports that the fork has for itself, if one was asked for.
    port_block: Option<PortRange>,
    /// The same as lines of an `.env` file: `DEVARCH_STACK`, the fork's name, and for each published port a variable such
    /// as `WEB_80_TCP`, made of the instance, the port inside the container and the protocol. If several ports of the host
    /// lead to it, the others are `WEB_80_TCP_2` and so on.
    environment: String,
    /// What to know before it is started.
    warnings: Vec<Warning>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl ForkStackPayload {
    pub(in crate::graphql) fn from_result(done: AppResult<Warned<Forked>>) -> Result<Self> {
        let WithWarnings { value, warnings, user_errors } = WithWarnings::from_result(done)?;
        Ok(match value {
            Some(forked) => Self {
                environment: forked.environment(),
                created: forked.created,
                port_map: forked.ports.into_iter().map(PortMapping::from).collect(),
                port_block: forked.block.map(PortRange::from),
                stack: Some(Planned(Stack::from(forked.stack))),
                warnings,
                user_errors,
            },
            None => Self {
                stack: None,
                created: false,
                port_map: Vec::new(),
                port_block: None,
                environment: String::new(),
                warnings,
                user_errors,
            },
        })
    }
}
