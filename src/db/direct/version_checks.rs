//! Versions of stacks, asked of the database together: who asks while a statement is under way waits for the next one,
//! which asks for all who wait. The busier the service, the less a check costs.
//!
//! Used by [`Db::version`](crate::db::Db::version). It must never answer with what was read before it was asked.

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
    db::pool::pinned::{Parameter, PinnedConnections, Place, Row},
};

/// How many a statement asks for: few texts, so that the database knows all of them.
const SIZES: [usize; 3] = [1, 4, 16];

/// What became of a check.
type Checked = Result<Option<Version>, DbErr>;

/// Who waits for a check.
struct Waiting {
    stack: String,
    answer: oneshot::Sender<Checked>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    /// Whether somebody asks the database at the moment.
    asking: bool,
}

/// All version_checks of one database; a clone is the same.
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

    /// The version of the live stack of this name, whoever may see it.
    pub(super) async fn version(&self, stack: &str) -> Checked {
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.waiting.push(Waiting { stack: stack.to_owned(), answer });
            !std::mem::replace(&mut state.asking, true)
        };
        if first {
            // On a task of its own: who asked first may go away before the others have their answers.
            tokio::spawn(self.clone().ask_for_all());
        }
        answered.await.unwrap_or_else(|_| Err(DbErr::Custom("a check was given up".to_owned())))
    }

    async fn ask_for_all(self) {
        loop {
            let asked: Vec<Waiting> = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.waiting.is_empty() {
                    state.asking = false;
                    return;
                }
                let most = state.waiting.len().min(SIZES[SIZES.len() - 1]);
                state.waiting.drain(..most).collect()
            };
            match self.ask(&asked).await {
                Ok(versions) => {
                    for one in asked {
                        // Who has gone away needs none.
                        let _ = one.answer.send(Ok(versions.get(&one.stack).copied()));
                    }
                }
                // They find another way, and there each meets the cause itself.
                Err(cause) => {
                    for one in asked {
                        let _ = one.answer.send(Err(DbErr::Custom(cause.to_string())));
                    }
                }
            }
        }
    }

    async fn ask(&self, asked: &[Waiting]) -> Result<HashMap<String, Version>, DbErr> {
        let size = SIZES.into_iter().find(|size| *size >= asked.len()).unwrap_or(asked.len());
        // AdmissionControl that are left over ask for the first once more.
        let names = (0..size).map(|n| asked.get(n).unwrap_or(&asked[0]));
        let parameters: Vec<Parameter<'_>> = names.map(|one| Parameter::Text(one.stack.as_str().into())).collect();
        let sql = statement::versions(self.backend, size);
        let mut connection = self.pinned_connections.take().await?;
        self.statements.fetch_add(1, Ordering::Relaxed);
        let rows = connection.fetch(&sql, &parameters, &Budget::default()).await?;
        connection.done();
        let version = |row: &Row| {
            let name = Row::some(row.text(Place::nth(0))?)?.to_owned();
            Ok((name, Version::read(row, [1, 2, 3].map(Place::nth))?))
        };
        rows.iter().map(version).collect()
    }
}
