//! API keys, and the secrets that they may reveal.
//!
//! Called by the resolvers and the command line. It must not know how a key reaches the service.

pub(in crate::app) mod api_keys;
pub(in crate::app) mod reveal_secret;
pub(in crate::app) mod secret_keys;
