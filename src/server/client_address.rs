//! The address that a request came from.
//!
//! Put there by the accept loop, used where something is counted by address. It must never be taken from a header that
//! anybody can write.

use std::net::IpAddr;

/// The address of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClientAddress(pub(super) IpAddr);
