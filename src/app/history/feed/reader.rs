//! The reader of the log: one task for each process.
//!
//! Started by the first subscriber. It must not lose a change: whatever wakes it, it reads everything behind the end that
//! it knows.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Feed, notify};
use crate::{
    clock::Clock,
    db::{
        Db,
        change_log::tail::{self, Range},
        entities::ChangeModel,
    },
    error::Result,
};

/// Changes that are read at once.
const BATCH: u64 = 1000;
/// The pause between two looks at the log, so that many changes are read at once.
const PAUSE: Duration = Duration::from_millis(10);

impl Feed {
    /// Starts the reader and the timer. Does nothing the second time.
    pub(super) fn start(&self, db: &Db, clock: &Clock) {
        if self.0.is_started.swap(true, Ordering::SeqCst) {
            return;
        }
        self.start_timer(clock.clone());
        let feed = Arc::downgrade(&self.0);
        let (db, poll) = (db.clone(), self.0.limits.poll);
        tokio::spawn(async move {
            let (mut committed, mut listener) = (db.committed(), notify::Listener::new(&db));
            loop {
                let Some(feed) = feed.upgrade().map(Self) else { return };
                committed.mark_unchanged();
                let asked = feed.0.asked.load(Ordering::SeqCst);
                let looked = feed.read(&db).await;
                if let Err(cause) = &looked {
                    tracing::debug!(%cause, "cannot read the change log");
                }
                feed.0.looked.send_replace((asked, looked.is_ok()));
                if feed.state().is_idle() {
                    listener.stop();
                    feed.0.wake.notified().await;
                    continue;
                }
                let shared = Arc::clone(&feed.0);
                drop(feed);
                sleep(PAUSE).await;
                let woken = async {
                    tokio::select! {
                        () = shared.wake.notified() => {}
                        () = changed(&mut committed) => {}
                        () = listener.notified() => {}
                    }
                };
                // The log is polled as well, because notifications can be lost.
                let _ = timeout(poll, woken).await;
            }
        });
    }

    /// Reads everything behind the end that is known.
    async fn read(&self, db: &Db) -> Result<()> {
        let reader = db.current().unscoped();
        loop {
            let end = tail::end(&reader).await?;
            let known = self.state().end.clone();
            let is_behind = |part: i32| known.head(part).seq < end.head(part).seq;
            let differs = |part: i32| known.head(part).seq == end.head(part).seq && known.head(part) != end.head(part);
            let parts = || known.heads.keys().chain(end.heads.keys()).copied();
            let regressed = parts().any(|part| known.head(part).seq > end.head(part).seq || differs(part));
            if known.epoch != end.epoch || regressed {
                self.restart(end);
                return Ok(());
            }
            let behind: Vec<i32> = end.heads.keys().copied().filter(|part| is_behind(*part)).collect();
            if behind.is_empty() {
                return Ok(());
            }
            let missed: i64 = behind.iter().map(|part| end.head(*part).seq - known.head(*part).seq).sum();
            if self.state().is_idle() && missed > i64::try_from(self.0.limits.ring).unwrap_or(i64::MAX) {
                self.state().restart(end);
                return Ok(());
            }
            // The last known change is read again, because after a failover another one may have its position.
            let range = |part: i32| Range { part, first: known.head(part).seq, last: None };
            let ranges: Vec<Range> = behind.iter().map(|part| range(*part)).collect();
            let limit = BATCH + ranges.len() as u64;
            let rows = tail::changes(&reader, &ranges, None, limit).await?;
            let is_whole = (rows.len() as u64) < limit;
            let is_known = |row: &ChangeModel| known.head(row.part).seq == row.seq;
            if rows.iter().any(|row| is_known(row) && known.head(row.part).change != row.id.0) {
                self.restart(end);
                return Ok(());
            }
            let new: Vec<ChangeModel> = rows.into_iter().filter(|row| !is_known(row)).collect();
            self.take(&new, is_whole.then_some(end));
        }
    }
}

/// Waits until a transaction of this process has committed.
async fn changed(committed: &mut watch::Receiver<u64>) {
    if committed.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
