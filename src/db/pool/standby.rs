//! A PostgreSQL standby that serves reads, without ever returning data that is older than the primary's.
//!
//! Used by [`Db`](crate::db::Db) if a standby is configured. It must not be written to.
//!
//! Each read is compared with the primary at little cost: the version of a stack, or the position in the write-ahead
//! log. If the standby lags, is slow or does not answer, the primary serves the read. So every client sees its own
//! writes at once, whichever server of DevArch received them.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tokio::time::{Instant, timeout};

use super::open::PoolSettings;
use crate::{
    budget::Budget,
    config::{DbUrl, PgServer, PgServers},
    db::CLOSE_TIMEOUT,
    db::pool::{
        connect::{self, Limits, Options, Role},
        health::HealthMonitor,
        link::Link,
        pinned::{Parameter, PinnedConnections, Row},
    },
    error::{Error, Result},
};

/// How long the standby may take to answer.
const STANDBY_READ_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the standby is not used after a failure.
const STANDBY_PAUSE: Duration = Duration::from_secs(1);

/// The position of the primary in the write-ahead log: the timeline as in names of log files, and the LSN.
const POSITION_OF_PRIMARY: &str =
    "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), pg_current_wal_lsn()::text";

/// Whether the standby has replayed the log up to a position on the same timeline. After a failover, a standby on the
/// old timeline may be ahead with different contents. Some roles may not see the timeline being received. For these the
/// timeline of the last restart point is used, which may be older; then the primary serves reads for a while.
const HAS_CAUGHT_UP: &str = "SELECT pg_last_wal_replay_lsn() >= $2::text::pg_lsn AND lpad(upper(to_hex(COALESCE((SELECT \
     received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint())))), 8, '0') = $1::text, pg_is_in_recovery()";

/// The connections to a standby: to one server of its URL, and to the next one after a failure.
#[derive(Debug)]
pub(in crate::db) struct Standby {
    servers: Vec<Server>,
    /// The place of the server in use.
    at: AtomicUsize,
    paused_until: Mutex<Option<Instant>>,
}

/// The connections to one server.
#[derive(Debug)]
struct Server {
    read: DatabaseConnection,
    pinned_connections: PinnedConnections,
}

impl Standby {
    /// Opens the pools lazily: the service starts even if no standby answers.
    pub(in crate::db) async fn open(url: &DbUrl, how: &PoolSettings, link: Link) -> Result<Self> {
        let Some(PgServers { servers: named, .. }) = url.servers() else {
            return Err(Error::Internal("a standby has a PostgreSQL URL".to_owned()));
        };
        let role = if named.len() > 1 { Role::OnlyStandby } else { Role::Standby };
        let wanted = Options { role, limits: Limits::AtStart, connections: how.connections };
        let mut servers = Vec::new();
        for PgServer { url, .. } in named {
            let mut options = connect::postgres(&url, how, link, wanted);
            // No connection is kept open to a server that is away.
            options.connect_lazy(true).min_connections(0);
            let read = Database::connect(options).await?;
            let pinned_connections = PinnedConnections::of(&read, None, &HealthMonitor::default(), link);
            servers.push(Server { read, pinned_connections });
        }
        Ok(Self { servers, at: AtomicUsize::new(0), paused_until: Mutex::default() })
    }

    fn server(&self) -> &Server {
        &self.servers[self.at.load(Ordering::Acquire) % self.servers.len()]
    }

    /// Returns the reason why none of the servers can be a standby of `primary`; `None` if one can, or if one or the primary
    /// does not answer.
    pub(in crate::db) async fn unfit(&self, primary: &DatabaseConnection) -> Option<&'static str> {
        let mut reason = None;
        for server in &self.servers {
            reason = Some(server.unfit(primary).await?);
        }
        reason
    }

    fn is_paused(&self) -> bool {
        let until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| until > Instant::now())
    }

    /// Leaves the server alone for a while. Of several, the next one is used then.
    fn pause(&self, cause: &str) {
        tracing::debug!(cause, "the standby is left alone for a while");
        let mut until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        // Of many reads that fail at the same time, the first one goes on to the next server.
        if until.is_none_or(|until| until <= Instant::now()) {
            self.at.fetch_add(1, Ordering::AcqRel);
            *until = Some(Instant::now() + STANDBY_PAUSE);
        }
    }

    /// Runs a statement on the standby and returns its rows, which may be stale. `None` if it fails.
    pub(in crate::db) async fn rows(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
        budget: &Budget,
    ) -> Option<Vec<Row>> {
        if self.is_paused() {
            return None;
        }
        let asked = async {
            let mut connection = self.server().pinned_connections.acquire().await?;
            let rows = connection.fetch(sql, parameters, budget).await?;
            connection.release();
            Ok::<_, sea_orm::DbErr>(rows)
        };
        match timeout(STANDBY_READ_TIMEOUT, asked).await {
            Ok(Ok(rows)) => Some(rows),
            // The request exceeded its budget; the standby is not at fault.
            Ok(Err(_)) if budget.exceeded().is_some() => None,
            Ok(Err(cause)) => {
                self.pause(&cause.to_string());
                None
            }
            Err(_) => {
                self.pause("it does not answer in time");
                None
            }
        }
    }

    /// The pool of the standby, if it has replayed everything that the primary has written so far.
    pub(in crate::db) async fn caught_up(&self, primary: &DatabaseConnection) -> Option<DatabaseConnection> {
        if self.is_paused() {
            return None;
        }
        let server = self.server();
        let asked = async {
            let now = Statement::from_string(DbBackend::Postgres, POSITION_OF_PRIMARY);
            let now = primary.query_one_raw(now).await.ok()??;
            let (timeline, position): (String, String) = (now.try_get_by_index(0).ok()?, now.try_get_by_index(1).ok()?);
            let values = [timeline.into(), position.into()];
            let behind = Statement::from_sql_and_values(DbBackend::Postgres, HAS_CAUGHT_UP, values);
            let told = server.read.query_one_raw(behind).await.ok()??;
            let has_caught_up: Option<bool> = told.try_get_by_index(0).ok()?;
            let is_standby: bool = told.try_get_by_index(1).ok()?;
            // After a failover, another one of its servers is a standby.
            if is_standby || self.servers.len() == 1 { has_caught_up } else { None }
        };
        match timeout(STANDBY_READ_TIMEOUT, asked).await {
            Ok(Some(has_caught_up)) => has_caught_up.then(|| server.read.clone()),
            _ => {
                self.pause("it cannot be asked how far it has come");
                None
            }
        }
    }

    pub(in crate::db) async fn close(&self) {
        for server in &self.servers {
            server.pinned_connections.close();
            // Closing can block on a server that does not answer any more.
            match timeout(CLOSE_TIMEOUT, server.read.close_by_ref()).await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => tracing::debug!(%cause, "a connection to the standby did not close"),
                Err(_) => tracing::warn!("connections to the standby do not close in time"),
            }
        }
    }
}

impl Server {
    /// Returns the reason why the server cannot be a standby of `primary`; `None` if it can, or if one of them does not
    /// answer.
    async fn unfit(&self, primary: &DatabaseConnection) -> Option<&'static str> {
        let ask = async |of: &DatabaseConnection, sql: &str| -> Option<String> {
            let asked = of.query_one_raw(Statement::from_string(DbBackend::Postgres, sql));
            timeout(STANDBY_READ_TIMEOUT, asked).await.ok()?.ok()??.try_get_by_index(0).ok()
        };
        if ask(&self.read, "SELECT pg_is_in_recovery()::text").await? == "false" {
            return Some("it is no standby");
        }
        let system = "SELECT system_identifier::text FROM pg_control_system()";
        let (own, other) = (ask(&self.read, system).await?, ask(primary, system).await?);
        (own != other).then_some("it stands by for another server")
    }
}
