//! Batches version checks: requests that arrive while a statement runs share the next statement.
//!
//! Used by [`Db::version`](crate::db::Db::version). It must not answer a request with a version that was read before
//! the request came. The busier the service, the less a check costs.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use sea_orm::{DbBackend, DbErr};
use tokio::sync::oneshot;

use super::{Version, statement};
use crate::{
    budget::Budget,
    db::{
        Attempts,
        pool::pinned::{Parameter, PinnedConnection, PinnedConnections, Place, Row},
    },
};

/// The numbers of stacks for which there is a statement. Few statement texts keep the cache of prepared statements
/// effective.
const BATCH_SIZES: [usize; 3] = [1, 4, 16];

/// The result of a check.
type Checked = Result<Option<Version>, DbErr>;

/// A check that waits for the next statement: of a stack by its name, or of everything.
struct PendingCheck {
    stack: Option<String>,
    answer: oneshot::Sender<Checked>,
}

#[derive(Default)]
struct State {
    waiting: Vec<PendingCheck>,
    /// Whether a task is running checks at the moment.
    is_running: bool,
}

/// The version checks of one database. Clones share the queue.
#[derive(Clone)]
pub(in crate::db) struct VersionChecks {
    state: Arc<Mutex<State>>,
    pinned_connections: PinnedConnections,
    backend: DbBackend,
    statements: Arc<AtomicU64>,
}

impl std::fmt::Debug for VersionChecks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VersionChecks")
    }
}

impl VersionChecks {
    pub(in crate::db) fn new(
        pinned_connections: &PinnedConnections,
        backend: DbBackend,
        statements: &Arc<AtomicU64>,
    ) -> Self {
        Self {
            state: Arc::default(),
            pinned_connections: pinned_connections.clone(),
            backend,
            statements: Arc::clone(statements),
        }
    }

    /// Returns the version of the live stack with this name, in or out of the caller's scope.
    pub(super) async fn version(&self, stack: &str) -> Checked {
        self.check(Some(stack.to_owned())).await
    }

    /// Returns the version of everything.
    pub(super) async fn version_of_everything(&self) -> Result<Version, DbErr> {
        self.check(None).await?.ok_or_else(|| DbErr::Custom("there is no version of everything".to_owned()))
    }

    async fn check(&self, stack: Option<String>) -> Checked {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting.push(PendingCheck { stack, answer });
            !std::mem::replace(&mut state.is_running, true)
        };
        if first {
            // The checks run on a task of their own, because the first caller may be cancelled before the others have
            // their results.
            tokio::spawn(self.clone().run_pending());
        }
        answered.await.unwrap_or_else(|_| Err(DbErr::Custom("a check was given up".to_owned())))
    }

    async fn run_pending(self) {
        loop {
            let batch: Vec<PendingCheck> = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.waiting.is_empty() {
                    state.is_running = false;
                    return;
                }
                let size = state.waiting.len().min(BATCH_SIZES[BATCH_SIZES.len() - 1]);
                state.waiting.drain(..size).collect()
            };
            match self.fetch_versions(&batch).await {
                Ok(versions) => {
                    for one in batch {
                        // The receiver is gone when its request was cancelled.
                        let _ = one.answer.send(Ok(versions.get(&one.stack).copied()));
                    }
                }
                // The callers fall back to a full read, which reports the original error.
                Err(cause) => {
                    for one in batch {
                        let _ = one.answer.send(Err(DbErr::Custom(cause.to_string())));
                    }
                }
            }
        }
    }

    async fn fetch_versions(&self, batch: &[PendingCheck]) -> Result<HashMap<Option<String>, Version>, DbErr> {
        let names: Vec<&str> = batch.iter().filter_map(|check| check.stack.as_deref()).collect();
        let mut versions = HashMap::with_capacity(batch.len());
        let mut connection = self.pinned_connections.acquire().await?;
        if names.len() < batch.len() {
            let sql = statement::version_of_everything(self.backend);
            let rows = self.fetch(&mut connection, &sql, &[]).await?;
            versions.extend(rows.into_iter().map(|(_, version)| (None, version)));
        }
        if let Some(first) = names.first() {
            let size = BATCH_SIZES.into_iter().find(|size| *size >= names.len()).unwrap_or(names.len());
            // Unused parameters repeat the first name.
            let names = (0..size).map(|n| *names.get(n).unwrap_or(first));
            let parameters: Vec<Parameter<'_>> = names.map(|name| Parameter::Text(name.into())).collect();
            let rows = self.fetch(&mut connection, &statement::versions(self.backend, size), &parameters).await?;
            versions.extend(rows.into_iter().map(|(name, version)| (Some(name), version)));
        }
        connection.release();
        Ok(versions)
    }

    /// Runs a statement whose rows hold a name and a version.
    async fn fetch(
        &self,
        connection: &mut PinnedConnection,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<(String, Version)>, DbErr> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let mut attempts = Attempts::default();
        let rows = loop {
            match connection.fetch(sql, parameters, &Budget::default()).await {
                Err(cause) if attempts.again(&cause).await => {}
                rows => break rows?,
            }
        };
        let version = |row: &Row| {
            let name = Row::some(row.text(Place::nth(0))?)?.to_owned();
            Ok((name, Version::read(row, [1, 2, 3].map(Place::nth))?))
        };
        rows.iter().map(version).collect()
    }
}
