//! API keys, encryption keys, and revealing secrets.
//!
//! Called by the resolvers, the command line and the authentication of the server. They must not know how a key is sent
//! to the service.

pub(in crate::app) mod api_keys;
pub(in crate::app) mod reveal_secret;
pub(in crate::app) mod secret_keys;

/// The target of the log lines about revealed secrets, by which a filter tells them from others.
pub(in crate::app) const REVEALED: &str = "devarch::revealed";
