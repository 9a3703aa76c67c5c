//! A standby of PostgreSQL that takes over reads, and never gives what the primary has left behind.
//!
//! Used by [`Db`](crate::db::Db) where one is set. What it gives is held against the primary, which is asked for little: how
//! often a stack has changed, or how far its log has come. Where it is behind, slow or away, the primary is read. So every
//! client sees its own writes at once, through whichever server it made them, and nothing has to be remembered. It must
//! never be written to.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use tokio::time::{Instant, timeout};

use crate::{
    budget::Budget,
    config::DbUrl,
    db::{
        Opening,
        pool::{
            connect::{self, Limits, Options, Role},
            health::HealthMonitor,
            link::Link,
            pinned::{Parameter, PinnedConnections, Row},
        },
    },
    error::{Error, Result},
};

/// How long it may take to answer.
const STANDBY_READ_TIMEOUT: Duration = Duration::from_secs(1);
/// How long it is left alone when it has not answered, or not as it should.
const STANDBY_PAUSE: Duration = Duration::from_secs(1);

/// How far the primary's log has come: its timeline, as names of log files have it, and the position on it.
const POSITION_OF_PRIMARY: &str =
    "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), pg_current_wal_lsn()::text";

/// Whether the standby has replayed the log up to that position of that timeline. After a failover one that was left on the
/// old timeline may have come further, with other contents. The timeline of what it receives is told to some roles only;
/// that of its last restart point is told to all, and is older: then the primary is read for a while.
const HAS_CAUGHT_UP: &str = "SELECT pg_last_wal_replay_lsn() >= $2::text::pg_lsn AND lpad(upper(to_hex(COALESCE((SELECT \
     received_tli FROM pg_stat_wal_receiver), (SELECT timeline_id FROM pg_control_checkpoint())))), 8, '0') = $1::text";

/// The connections to a standby.
#[derive(Debug)]
pub(in crate::db) struct Standby {
    pub(in crate::db) read: DatabaseConnection,
    pinned_connections: PinnedConnections,
    rests_until: Mutex<Option<Instant>>,
}

impl Standby {
    /// One that does not answer yet is no reason not to start.
    pub(in crate::db) async fn open(url: &DbUrl, how: &Opening, link: Link) -> Result<Self> {
        let DbUrl::Postgres(url) = url else {
            return Err(Error::Internal("a standby has a PostgreSQL URL".to_owned()));
        };
        let wanted = Options { role: Role::Standby, limits: Limits::AtStart, connections: how.connections };
        let mut options = connect::postgres(url, how, link, wanted);
        options.connect_lazy(true);
        let read = Database::connect(options).await?;
        let pinned_connections = PinnedConnections::of(&read, None, &HealthMonitor::default(), link);
        Ok(Self { read, pinned_connections, rests_until: Mutex::default() })
    }

    /// Why it cannot stand by for a primary, if it can be asked and cannot.
    pub(in crate::db) async fn unfit(&self, primary: &DatabaseConnection) -> Option<&'static str> {
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

    fn rests(&self) -> bool {
        let until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| until > Instant::now())
    }

    fn rest(&self, cause: &str) {
        tracing::debug!(cause, "the standby is left alone for a while");
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + STANDBY_PAUSE);
    }

    /// The rows of a statement, whatever the primary has by now.
    pub(in crate::db) async fn rows(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
        budget: &Budget,
    ) -> Option<Vec<Row>> {
        if self.rests() {
            return None;
        }
        let asked = async {
            let mut connection = self.pinned_connections.take().await?;
            let rows = connection.fetch(sql, parameters, budget).await?;
            connection.done();
            Ok::<_, sea_orm::DbErr>(rows)
        };
        match timeout(STANDBY_READ_TIMEOUT, asked).await {
            Ok(Ok(rows)) => Some(rows),
            // The request's own to_graphql_error, not the standby's.
            Ok(Err(_)) if budget.exceeded().is_some() => None,
            Ok(Err(cause)) => {
                self.rest(&cause.to_string());
                None
            }
            Err(_) => {
                self.rest("it does not answer in time");
                None
            }
        }
    }

    /// Whether it has come as far as the primary is at this moment.
    pub(in crate::db) async fn has_caught_up(&self, primary: &DatabaseConnection) -> bool {
        if self.rests() {
            return false;
        }
        let asked = async {
            let now = Statement::from_string(DbBackend::Postgres, POSITION_OF_PRIMARY);
            let now = primary.query_one_raw(now).await.ok()??;
            let (timeline, position): (String, String) = (now.try_get_by_index(0).ok()?, now.try_get_by_index(1).ok()?);
            let values = [timeline.into(), position.into()];
            let behind = Statement::from_sql_and_values(DbBackend::Postgres, HAS_CAUGHT_UP, values);
            self.read.query_one_raw(behind).await.ok()??.try_get_by_index::<Option<bool>>(0).ok()?
        };
        match timeout(STANDBY_READ_TIMEOUT, asked).await {
            Ok(Some(caught_up)) => caught_up,
            _ => {
                self.rest("it cannot be asked how far it has come");
                false
            }
        }
    }

    pub(in crate::db) async fn close(&self) {
        self.pinned_connections.close();
        if let Err(cause) = self.read.close_by_ref().await {
            tracing::debug!(%cause, "a connection to the standby did not close");
        }
    }
}
