//! The health monitor: probes the database continuously on a connection of its own, and makes statements fail fast
//! while it does not answer.
//!
//! Run by [`Db`](crate::db::Db) while the service runs; every statement checks it. It must not decide which error a
//! client gets.
//!
//! A network that drops packets reports no error. Without the monitor, a statement would wait until the operating
//! system stops retransmitting.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{Connection, postgres::PgConnectOptions, postgres::PgConnection},
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::db::pool::link::{self, Found, Link};

/// Time between two probes while the database answers.
const PROBE_INTERVAL: Duration = Duration::from_millis(500);
/// Time between two probes while the database does not answer. It is shorter, so that a recovery is noticed soon.
const PROBE_INTERVAL_AWAY: Duration = Duration::from_millis(100);
/// How long a probe may take on a fast network. After a timeout the database is probed once more on a new connection,
/// and is regarded as away if that times out too.
const PROBE_TIMEOUT: Duration = Duration::from_millis(700);
/// A database is regarded as slow when two probes in a row take longer than this.
const SLOW_ANSWER: Duration = Duration::from_millis(80);

/// Knows whether the database answers and whether it is slow. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct HealthMonitor(Arc<State>);

#[derive(Debug, Default)]
struct State {
    away: AtomicBool,
    slow: AtomicBool,
    /// The newest timeline of a primary of several servers.
    timeline: AtomicI32,
    changed: Notify,
}

/// The error of a statement that is cancelled because the database does not answer.
fn no_answer() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("it does not answer".to_owned()))
}

impl HealthMonitor {
    pub(in crate::db) fn is_away(&self) -> bool {
        self.0.away.load(Ordering::Acquire)
    }

    pub(in crate::db) fn set_away(&self, away: bool) {
        self.0.away.store(away, Ordering::Release);
        self.0.changed.notify_waiters();
    }

    /// Notes the timeline of a primary.
    pub(in crate::db) fn saw_timeline(&self, timeline: i32) {
        self.0.timeline.fetch_max(timeline, Ordering::AcqRel);
    }

    /// Whether a failover has left a primary of this timeline behind.
    pub(in crate::db) fn is_of_past(&self, timeline: i32) -> bool {
        timeline < self.0.timeline.load(Ordering::Acquire)
    }

    pub(in crate::db) fn set_slow(&self, slow: bool) {
        self.0.slow.store(slow, Ordering::Release);
    }

    /// Waits for `asked`, or fails as soon as the database is known not to answer.
    pub(in crate::db) async fn fail_fast<T, E: From<DbErr>>(
        &self,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if self.is_away() {
            return Err(no_answer().into());
        }
        tokio::select! {
            biased;
            done = asked => done,
            () = self.wait_until_away() => Err(no_answer().into()),
        }
    }

    async fn wait_until_away(&self) {
        loop {
            let notified = self.0.changed.notified();
            if self.is_away() {
                return;
            }
            notified.await;
        }
    }

    /// Sleeps until `long` has passed since `from`, or until `short` has passed while the database is slow.
    pub async fn wait_until_deadline(&self, from: Instant, short: Duration, long: Duration) {
        let end = from + long;
        let mut next = (from + short).min(end);
        loop {
            sleep_until(next).await;
            if next >= end || self.0.slow.load(Ordering::Acquire) {
                return;
            }
            next = (next + PROBE_INTERVAL / 5).min(end);
        }
    }
}

/// The result of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Probe {
    /// A server answers and is a primary; its place in the URL.
    Primary(usize),
    /// No server is a primary, and one answers that is a standby: the primary was demoted.
    Standby,
    /// No server answers.
    Silent,
}

/// Probes the database at intervals.
pub(in crate::db) struct HealthProbe {
    servers: Vec<PgConnectOptions>,
    link: Link,
    /// With the place of its server in the URL.
    connection: Option<(PgConnection, usize)>,
    was_slow: bool,
}

impl HealthProbe {
    pub(in crate::db) fn new(servers: Vec<PgConnectOptions>, link: Link) -> Self {
        Self { servers, link, connection: None, was_slow: false }
    }

    /// Waits for the next interval, probes the database, and returns the result.
    pub(in crate::db) async fn probe(&mut self, health: &HealthMonitor) -> Probe {
        sleep(if health.is_away() { PROBE_INTERVAL_AWAY } else { PROBE_INTERVAL }).await;
        let begun = Instant::now();
        let probe = self.query_role(health).await;
        if matches!(probe, Probe::Primary(_)) {
            let is_slow = begun.elapsed() > SLOW_ANSWER;
            health.set_slow(is_slow && self.was_slow);
            self.was_slow = is_slow;
            return probe;
        }
        self.was_slow = true;
        // While the database is away, one failed probe is enough.
        if probe == Probe::Silent && !health.is_away() { self.query_role(health).await } else { probe }
    }

    /// Probes on the existing connection, or on a new one to whichever server is the primary. A connection that timed out
    /// is dropped, and so is one to a standby, because the address may lead to another server next time.
    async fn query_role(&mut self, health: &HealthMonitor) -> Probe {
        let connection = self.connection.take();
        let wait = match connection {
            Some(_) => self.link.statement_timeout(1, PROBE_TIMEOUT),
            None => self.link.connect_timeout(PROBE_TIMEOUT),
        };
        let asked = async {
            let Some((mut connection, server)) = connection else { return link::find(&self.servers, health).await };
            let is_primary = !link::is_standby(&mut connection).await?;
            Ok(Found { connection, server, is_primary })
        };
        match timeout(wait, asked).await {
            Ok(Ok(Found { connection, server, is_primary: true })) => {
                self.connection = Some((connection, server));
                Probe::Primary(server)
            }
            Ok(Ok(found)) => {
                drop(found.connection.close().await);
                Probe::Standby
            }
            _ => Probe::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::db::pool::health::*;

    #[tokio::test]
    async fn who_waits_is_told_at_once() {
        let health = HealthMonitor::default();
        assert_eq!(health.fail_fast(async { Ok::<_, DbErr>(1) }).await, Ok(1));
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.fail_fast(std::future::pending::<Result<(), DbErr>>()).await }
        });
        tokio::task::yield_now().await;
        health.set_away(true);
        let notified = timeout(PROBE_TIMEOUT, waiting).await.unwrap().unwrap();
        assert_eq!(notified, Err(no_answer()));
        // A later statement does not start.
        assert_eq!(health.fail_fast(async { Ok::<_, DbErr>(1) }).await, Err(no_answer()));
        health.set_away(false);
        assert_eq!(health.fail_fast(async { Ok::<_, DbErr>(1) }).await, Ok(1));
    }

    #[tokio::test]
    async fn patience_is_shorter_while_the_database_is_slow() {
        let health = HealthMonitor::default();
        let (short, long) = (Duration::from_millis(20), Duration::from_millis(300));
        let begun = Instant::now();
        health.wait_until_deadline(begun, short, long).await;
        assert!(begun.elapsed() >= long);
        health.set_slow(true);
        let begun = Instant::now();
        health.wait_until_deadline(begun, short, long).await;
        assert!(begun.elapsed() < long);
    }
}
