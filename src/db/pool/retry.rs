//! Repeats what another transaction was in the way of: serialization failures and deadlocks.
//!
//! PostgreSQL reports them rarely, and for writes only. Engines that spread one database over machines report them for any
//! statement, so reads, the start and the end of a transaction are repeated as well. It must not repeat what may have had an effect.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sea_orm::{DbErr, SqlxError};
use tokio::time::{Instant, sleep};

use crate::{
    db::failure::{is_conflict, sqlx_error},
    error::Error,
};

/// How long a read is repeated, in all.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long a step of the start is repeated, in all.
const PATIENCE_AT_START: Duration = Duration::from_mins(1);
/// The pause grows with each attempt, up to the longest one.
const PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// How often this process has repeated something.
static REPEATED: AtomicU64 = AtomicU64::new(0);

/// How often this process has repeated a statement, or a transaction, because another one was in its way.
pub fn conflicts() -> u64 {
    REPEATED.load(Ordering::Relaxed)
}

/// An error that may say that another transaction was in the way.
pub(crate) trait MayConflict {
    /// Whether it does.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for SqlxError {
    fn is_conflict(&self) -> bool {
        is_conflict(self)
    }
}

impl MayConflict for DbErr {
    fn is_conflict(&self) -> bool {
        sqlx_error(self).is_some_and(is_conflict)
    }
}

impl MayConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Busy(cause) if cause.is_conflict())
    }
}

/// The attempts at one piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    begun: Instant,
    patience: Duration,
    failed: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self::within(PATIENCE)
    }
}

impl Attempts {
    /// Attempts at something that the start of the service needs.
    pub(in crate::db) fn at_start() -> Self {
        Self::within(PATIENCE_AT_START)
    }

    /// Attempts until so much time has passed.
    pub(in crate::db) fn within(patience: Duration) -> Self {
        Self { begun: Instant::now(), patience, failed: 0 }
    }

    /// Whether to try again after an error. Waits for a moment before. The last digits of the clock vary it, so that two
    /// that are in each other's way do not meet again.
    pub(crate) async fn again(&mut self, cause: &impl MayConflict) -> bool {
        if !cause.is_conflict() || self.begun.elapsed() >= self.patience {
            return false;
        }
        self.failed += 1;
        REPEATED.fetch_add(1, Ordering::Relaxed);
        let pause = PAUSE.saturating_mul(self.failed).min(LONGEST_PAUSE);
        let part = f64::from(self.begun.elapsed().subsec_nanos() % 1000) / 1000.0;
        sleep(pause.mul_f64(0.5 + part)).await;
        true
    }
}

/// Awaits the expression, and again while another transaction is in the way.
macro_rules! repeated {
    ($work:expr) => {
        $crate::db::repeated!($crate::db::Attempts::default(), $work)
    };
    ($attempts:expr, $work:expr) => {{
        let mut attempts: $crate::db::Attempts = $attempts;
        loop {
            match $work.await {
                Err(cause) if attempts.again(&cause).await => {}
                done => break done,
            }
        }
    }};
}
pub(crate) use repeated;

#[cfg(test)]
mod tests {
    use super::*;

    struct Conflict(bool);

    impl MayConflict for Conflict {
        fn is_conflict(&self) -> bool {
            self.0
        }
    }

    #[tokio::test]
    async fn conflicts_are_repeated_for_a_time() {
        assert!(!Attempts::default().again(&Conflict(false)).await);
        let patience = Duration::from_millis(100);
        let (mut attempts, begun) = (Attempts::within(patience), Instant::now());
        let mut number = 0;
        while attempts.again(&Conflict(true)).await {
            number += 1;
        }
        assert!(begun.elapsed() >= patience);
        assert!((3..50).contains(&number), "{number}");
        assert!(conflicts() >= number);
    }
}
