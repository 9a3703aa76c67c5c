//! Pools that are opened together, reopened after an outage, and counted for the metrics.
//!
//! Called by [`Db`]. It must not know what statements are for.

use std::sync::{
    Arc, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::{DatabaseConnection, DbBackend};
use tokio::time::timeout;

use super::{
    connect,
    health::{HealthMonitor, HealthProbe, Probe},
    link::Link,
    pinned::PinnedConnections,
    read_pool::ReadPool,
};
use crate::{
    config::{DbUrl, PgServer, PgServers},
    db::{CLOSE_TIMEOUT, Db, read_model::VersionChecks, transaction::Gate},
    error::Result,
    limits::DatabaseTimeouts,
};

/// Pools that were opened together.
#[derive(Debug)]
pub(in crate::db) struct Pools {
    pub(in crate::db) read: DatabaseConnection,
    pub(in crate::db) write: DatabaseConnection,
    pub(in crate::db) reserve: Option<DatabaseConnection>,
    pub(in crate::db) link: Link,
    /// The PostgreSQL server.
    pub(in crate::db) server: Option<PgServer>,
    pub(in crate::db) gate: Gate,
    pub(in crate::db) pinned_connections: PinnedConnections,
    pub(in crate::db) version_checks: VersionChecks,
    /// Whether a pooler assigns a different server connection to each transaction.
    pub(in crate::db) pooled: bool,
}

/// The settings with which pools are opened.
#[derive(Clone, Debug)]
pub(in crate::db) struct PoolSettings {
    pub(in crate::db) connections: u32,
    pub(in crate::db) timeouts: DatabaseTimeouts,
}

impl Pools {
    pub(in crate::db) async fn new(
        url: &DbUrl,
        how: &PoolSettings,
        health: &HealthMonitor,
        statements: &Arc<AtomicU64>,
    ) -> Result<Self> {
        let connect::NewPools { mut read, mut write, mut reserve, pooled, link, server } =
            connect::open(url, how, health).await?;
        for connection in [&mut read, &mut write].into_iter().chain(&mut reserve) {
            let statements = Arc::clone(statements);
            connection.set_metric_callback(move |_| {
                statements.fetch_add(1, Ordering::Relaxed);
            });
        }
        let pinned_connections = PinnedConnections::of(&read, reserve.as_ref(), health, link);
        let gate = match read.get_database_backend() {
            DbBackend::Postgres => {
                // The pinned connections stay free for reads.
                let writers = (how.connections as usize)
                    .saturating_sub(PinnedConnections::max_connections(how.connections))
                    .max(1);
                let wait = link.connect_timeout(how.timeouts.pool_wait());
                Gate::new(writers, how.connections as usize, wait)
            }
            _ => Gate::open(),
        };
        let version_checks = VersionChecks::new(&pinned_connections, read.get_database_backend(), statements);
        Ok(Self { read, write, reserve, link, server, gate, pinned_connections, version_checks, pooled })
    }

    pub(in crate::db) fn reads(&self) -> ReadPool {
        ReadPool::new(
            self.read.clone(),
            self.reserve.clone(),
            self.reserve.is_some().then(|| self.pinned_connections.clone()),
        )
    }

    pub(in crate::db) async fn close(&self) {
        self.pinned_connections.close();
        for connection in [&self.read, &self.write].into_iter().chain(&self.reserve) {
            // Closing can block on a database that does not answer any more.
            match timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => tracing::debug!(%cause, "a connection did not close"),
                Err(_) => tracing::warn!("connections do not close in time"),
            }
        }
    }
}

/// The utilization of a connection pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `read` and `write`, or `all` where one pool serves both. `reserve` serves reads when `all` is exhausted.
    pub name: &'static str,
    /// The number of connections in use.
    pub in_use: u32,
    /// The number of idle connections.
    pub idle: u32,
    /// The maximum number of connections.
    pub max: u32,
}

impl Db {
    /// Starts the health monitor. While the database does not answer, statements fail at once. When it answers again,
    /// new pools are opened, because the old connections may wait for a reply that never comes; and so they are when another
    /// server of the URL is the primary. Does nothing for SQLite.
    pub fn watch(&self) {
        let Some(PgServers { servers, .. }) = self.url.servers() else { return };
        let options: Result<Vec<_>, _> = servers.iter().map(|server| connect::of_postgres(&server.url)).collect();
        let Ok(options) = options else { return };
        let (latest, db) = (Arc::downgrade(&self.latest), (self.url.clone(), self.settings.clone()));
        let (health, statements) = (self.health.clone(), Arc::clone(&self.statements));
        let mut probe_connection = HealthProbe::new(options, self.open.link);
        tokio::spawn(async move {
            loop {
                let probe = probe_connection.probe(&health).await;
                let Some(latest) = latest.upgrade() else { return };
                let is_other = |server: usize| {
                    let open = latest.read().unwrap_or_else(PoisonError::into_inner);
                    open.server.as_ref() != servers.get(server)
                };
                match (health.is_away(), probe) {
                    (false, Probe::Silent) => {
                        tracing::warn!("the database does not answer");
                        health.set_away(true);
                    }
                    (false, Probe::Standby) => {
                        tracing::warn!(
                            "the database has become a standby and is not used: the URL has to lead to a primary"
                        );
                        health.set_away(true);
                    }
                    (is_away, Probe::Primary(server)) if is_away || is_other(server) => {
                        // The old connections lead to a server that must not be asked any more.
                        health.set_away(true);
                        let Ok(new) = Pools::new(&db.0, &db.1, &health, &statements).await else { continue };
                        let mut latest = latest.write().unwrap_or_else(PoisonError::into_inner);
                        let old = std::mem::replace(&mut *latest, Arc::new(new));
                        tokio::spawn(async move { old.close().await });
                        health.set_away(false);
                        tracing::info!(server = ?servers.get(server), "the database answers again");
                    }
                    _ => {}
                }
            }
        });
    }

    /// The state of all pools.
    pub fn pools(&self) -> Vec<Pool> {
        // Idle pinned connections count as idle, although the pool regards them as taken.
        let open = self.current().open;
        let pinned_idle = open.pinned_connections.idle();
        let pool = |name, size: u32, idle: usize, max| {
            let pinned_idle = if matches!(name, "write" | "reserve") { 0 } else { pinned_idle };
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).saturating_add(pinned_idle).min(size);
            Pool { name, in_use: size - idle, idle, max }
        };
        if open.read.get_database_backend() == DbBackend::Postgres {
            let both = [("all", Some(&open.read)), ("reserve", open.reserve.as_ref())];
            let both = both.into_iter().filter_map(|(name, one)| Some((name, one?.get_postgres_connection_pool())));
            return both
                .map(|(name, one)| pool(name, one.size(), one.num_idle(), one.options().get_max_connections()))
                .collect();
        }
        let both = [("read", &open.read), ("write", &open.write)];
        let both = both.map(|(name, connection)| (name, connection.get_sqlite_connection_pool()));
        both.map(|(name, one)| pool(name, one.size(), one.num_idle(), one.options().get_max_connections())).to_vec()
    }
}
