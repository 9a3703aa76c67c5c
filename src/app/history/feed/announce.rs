//! Signs between the servers of one PostgreSQL database that something has changed: NOTIFY and LISTEN.
//!
//! Used by the reader of the log, which also looks without a sign. A sign must not be sent within the transaction of a
//! change: PostgreSQL would commit such transactions one after the other.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use crate::{app::App, db::Db};

/// The time between two signs. Changes of this time share one.
const PAUSE: Duration = Duration::from_millis(50);
/// The time until the next attempt to listen.
const RETRY: Duration = Duration::from_secs(1);

impl App {
    /// Tells other servers when something has changed, until the process ends. Does nothing for SQLite, which other
    /// processes follow by looking.
    pub fn announce_changes(&self) {
        let db = self.db.clone();
        if !db.can_announce() {
            return;
        }
        tokio::spawn(async move {
            let mut committed = db.committed();
            while committed.changed().await.is_ok() {
                if let Err(cause) = db.current().announce().await {
                    tracing::debug!(%cause, "cannot announce a change");
                }
                sleep(PAUSE).await;
            }
        });
    }
}

/// Hears the signs of other servers. It connects when it is first asked.
pub(super) struct Listener {
    db: Db,
    running: Option<(watch::Receiver<u64>, JoinHandle<()>)>,
}

impl Listener {
    pub(super) fn new(db: &Db) -> Self {
        Self { db: db.clone(), running: None }
    }

    /// Waits for a sign. It may never come.
    pub(super) async fn heard(&mut self) {
        if !self.db.can_listen() {
            return std::future::pending().await;
        }
        let (signs, _) = self.running.get_or_insert_with(|| start(self.db.clone()));
        if signs.changed().await.is_err() {
            self.running = None;
            sleep(RETRY).await;
        }
    }

    /// Closes the connection.
    pub(super) fn stop(&mut self) {
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

fn start(db: Db) -> (watch::Receiver<u64>, JoinHandle<()>) {
    let (sender, receiver) = watch::channel(0_u64);
    let task = tokio::spawn(async move {
        loop {
            if let Err(cause) = db.listen(|| sender.send_modify(|count| *count += 1)).await {
                tracing::debug!(%cause, "the connection that listens for changes is gone");
            }
            sleep(RETRY).await;
        }
    });
    (receiver, task)
}
