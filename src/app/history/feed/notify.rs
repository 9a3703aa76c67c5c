//! Notifications between the servers of one PostgreSQL database that something has changed.
//!
//! Used by the reader of the log, which also polls. A notification must not be sent within the transaction of a change:
//! PostgreSQL would commit such transactions one after the other.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use crate::{app::App, db::Db};

/// The time between two notifications. Changes of this time share one.
const PAUSE: Duration = Duration::from_millis(50);
/// The time until the next attempt to listen.
const RETRY: Duration = Duration::from_secs(1);

impl App {
    /// Notifies other servers when something has changed, until the process ends. Does nothing for SQLite, which other
    /// processes poll.
    pub fn notify_servers(&self) {
        let db = self.db.clone();
        if !db.can_notify() {
            return;
        }
        tokio::spawn(async move {
            let mut committed = db.committed();
            while committed.changed().await.is_ok() {
                if let Err(cause) = db.current().notify().await {
                    tracing::debug!(%cause, "cannot notify other servers");
                }
                sleep(PAUSE).await;
            }
        });
    }
}

/// Receives the notifications of other servers. It connects when it is first asked.
pub(super) struct Listener {
    db: Db,
    running: Option<(watch::Receiver<u64>, JoinHandle<()>)>,
}

impl Listener {
    pub(super) fn new(db: &Db) -> Self {
        Self { db: db.clone(), running: None }
    }

    /// Waits for a notification. It may never come.
    pub(super) async fn notified(&mut self) {
        if !self.db.can_listen() {
            return std::future::pending().await;
        }
        let (notifications, _) = self.running.get_or_insert_with(|| start(self.db.clone()));
        if notifications.changed().await.is_err() {
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
