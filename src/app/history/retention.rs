//! Drops changes from the log that are older than it is kept.
//!
//! Called by `devarch serve`, of which several may run on one database. It must not hold up writers.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::sleep;

use crate::{
    access::{Access, Permission},
    app::App,
    db::{Command, Tx, change_log::horizon, not_stored},
    error::Result,
};

/// The time between two looks for old changes.
const EVERY: Duration = Duration::from_hours(1);

/// Drops some of the changes that were made before a time.
struct DropChanges(DateTime<Utc>);

/// The number of dropped changes.
struct Dropped(u64);

not_stored!(Dropped);

impl Command for DropChanges {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = Dropped;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Dropped> {
        Ok(Dropped(horizon::drop_before(tx, self.0).await?))
    }
}

impl App {
    /// Drops all changes that were made before a time, in short transactions. Returns how many.
    pub async fn drop_changes(&self, before: DateTime<Utc>) -> Result<u64> {
        let mut all = 0;
        loop {
            let Dropped(count) = self.write(&DropChanges(before)).await?;
            all += count;
            if count < horizon::MAX_DROPPED {
                return Ok(all);
            }
        }
    }

    /// Keeps the change log for some days, until the process ends.
    pub fn keep_history_for(&self, days: u32) {
        let app = self.clone();
        tokio::spawn(async move {
            loop {
                // After an outage the connections are new ones.
                let app = app.for_caller(Access::full());
                let before = app.now().checked_sub_signed(TimeDelta::days(days.into())).unwrap_or(DateTime::UNIX_EPOCH);
                match app.drop_changes(before).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "old changes were dropped from the change log"),
                    Err(cause) => tracing::warn!(%cause, "cannot drop old changes from the change log"),
                }
                sleep(EVERY).await;
            }
        });
    }
}
