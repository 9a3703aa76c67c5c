//! Connections: opening pools, pinned connections, the health monitor and failover.
//!
//! Called by `Db`. It must not know what a statement is for.

mod capacity;
pub(in crate::db) mod connect;
pub(in crate::db) mod fetch;
pub(in crate::db) mod health;
pub(in crate::db) mod link;
mod notify;
pub(in crate::db) mod open;
pub(in crate::db) mod pinned;
pub(in crate::db) mod pooler;
pub(in crate::db) mod read_pool;
pub(in crate::db) mod retry;
pub(in crate::db) mod standby;
