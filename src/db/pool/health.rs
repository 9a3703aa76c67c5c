//! Whether the database answers: it is asked all the time on a connection of its own, so that no request has to find out
//! by waiting.
//!
//! StoredOutcome by [`Db`](crate::db::Db) while the service runs, looked at by every statement. A network that loses what is sent tells
//! nobody: without this a statement would wait for as long as the system keeps sending. It must never decide what a
//! request is told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
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

use crate::db::pool::link::{self, Link};

/// Time between two beats while the database answers.
const PROBE_INTERVAL: Duration = Duration::from_millis(500);
/// The same while it does not: it is to be noticed soon that it is back.
const PROBE_INTERVAL_AWAY: Duration = Duration::from_millis(100);
/// How long it may take to answer, on a network that is not slow. Then it is asked once more on a new connection, and is
/// away when it takes as long again.
const PROBE_TIMEOUT: Duration = Duration::from_millis(700);
/// What takes longer than this, twice in a row, is slow: a change of many steps would take seconds.
const SLOW_ANSWER: Duration = Duration::from_millis(80);

/// Whether a database answers; a clone tells of the same one.
#[derive(Clone, Debug, Default)]
pub struct HealthMonitor(Arc<State>);

#[derive(Debug, Default)]
struct State {
    away: AtomicBool,
    slow: AtomicBool,
    changed: Notify,
}

/// What a statement meets that is not waited for any longer.
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

    pub(in crate::db) fn set_slow(&self, slow: bool) {
        self.0.slow.store(slow, Ordering::Release);
    }

    /// What the database gives, or an error as soon as it is known not to answer.
    pub(in crate::db) async fn guard<T, E: From<DbErr>>(
        &self,
        asked: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if self.is_away() {
            return Err(no_answer().into());
        }
        tokio::select! {
            biased;
            done = asked => done,
            () = self.gone() => Err(no_answer().into()),
        }
    }

    async fn gone(&self) {
        loop {
            let told = self.0.changed.notified();
            if self.is_away() {
                return;
            }
            told.await;
        }
    }

    /// Ends when somebody who began at `from` has waited long enough: `most`, or `soon` while the database is slow.
    pub async fn patience(&self, from: Instant, soon: Duration, most: Duration) {
        let end = from + most;
        let mut next = (from + soon).min(end);
        loop {
            sleep_until(next).await;
            if next >= end || self.0.slow.load(Ordering::Acquire) {
                return;
            }
            next = (next + PROBE_INTERVAL / 5).min(end);
        }
    }
}

/// What the database said when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Probe {
    /// It answers, and is a primary.
    Primary,
    /// It answers, but is a standby: the primary was demoted, and changes and reads belong elsewhere.
    Standby,
    /// It does not answer.
    Silent,
}

/// Beats: asks the database again and again.
pub(in crate::db) struct HealthProbe {
    options: PgConnectOptions,
    link: Link,
    line: Option<PgConnection>,
    was_slow: bool,
}

impl HealthProbe {
    pub(in crate::db) fn new(options: PgConnectOptions, link: Link) -> Self {
        Self { options, link, line: None, was_slow: false }
    }

    /// Waits for the next probe, and says what the database has answered.
    pub(in crate::db) async fn probe(&mut self, health: &HealthMonitor) -> Probe {
        sleep(if health.is_away() { PROBE_INTERVAL_AWAY } else { PROBE_INTERVAL }).await;
        let begun = Instant::now();
        let probe = self.ask().await;
        if probe == Probe::Primary {
            let is_slow = begun.elapsed() > SLOW_ANSWER;
            health.set_slow(is_slow && self.was_slow);
            self.was_slow = is_slow;
            return probe;
        }
        self.was_slow = true;
        // Of a database that is known to be away one sign is enough.
        if probe == Probe::Silent && !health.is_away() { self.ask().await } else { probe }
    }

    /// Asks on the connection that is there, else on a new one. One that gave no answer in time is dropped, and so is one
    /// to a standby: an address may lead elsewhere by the next time.
    async fn ask(&mut self) -> Probe {
        let line = self.line.take();
        let wait = match line {
            Some(_) => self.link.statement_timeout(1, PROBE_TIMEOUT),
            None => self.link.connect_timeout(PROBE_TIMEOUT),
        };
        let asked = async {
            let mut line = match line {
                Some(line) => line,
                None => PgConnection::connect_with(&self.options).await?,
            };
            link::is_standby(&mut line).await.map(|is_standby| (line, is_standby))
        };
        match timeout(wait, asked).await {
            Ok(Ok((line, false))) => {
                self.line = Some(line);
                Probe::Primary
            }
            Ok(Ok((line, true))) => {
                drop(line.close().await);
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
        assert_eq!(health.guard(async { Ok::<_, DbErr>(1) }).await, Ok(1));
        let waiting = tokio::spawn({
            let health = health.clone();
            async move { health.guard(std::future::pending::<Result<(), DbErr>>()).await }
        });
        tokio::task::yield_now().await;
        health.set_away(true);
        let told = timeout(PROBE_TIMEOUT, waiting).await.unwrap().unwrap();
        assert_eq!(told, Err(no_answer()));
        // And who comes later does not begin.
        assert_eq!(health.guard(async { Ok::<_, DbErr>(1) }).await, Err(no_answer()));
        health.set_away(false);
        assert_eq!(health.guard(async { Ok::<_, DbErr>(1) }).await, Ok(1));
    }

    #[tokio::test]
    async fn patience_is_shorter_while_the_database_is_slow() {
        let health = HealthMonitor::default();
        let (soon, most) = (Duration::from_millis(20), Duration::from_millis(300));
        let begun = Instant::now();
        health.patience(begun, soon, most).await;
        assert!(begun.elapsed() >= most);
        health.set_slow(true);
        let begun = Instant::now();
        health.patience(begun, soon, most).await;
        assert!(begun.elapsed() < most);
    }
}
