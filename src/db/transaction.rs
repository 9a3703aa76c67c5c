//! Begins transactions; no other code does.
//!
//! Used by [`Db`](super::Db) for commands and snapshots. It must not know what a transaction is for.
//!
//! A caller can be cancelled at any moment. If it is cancelled between sending BEGIN and receiving the reply, the
//! driver does not know of the transaction and returns the connection to the pool inside it. So BEGIN runs on a task of
//! its own, which is never cancelled. If the caller is gone by then, the transaction is rolled back as soon as it has
//! begun.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqlxError, TransactionOptions, TransactionTrait,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tracing::Instrument;

/// Limits the number of concurrent BEGIN statements and of concurrent write transactions.
#[derive(Debug)]
pub(super) struct Gate {
    permits: Option<Permits>,
}

#[derive(Debug)]
struct Permits {
    /// One permit for each write transaction, held from before its BEGIN until after its end. A COMMIT may wait for a
    /// synchronous standby for a long time; these transactions must not use up the connections for reads.
    writers: Arc<Semaphore>,
    /// One permit for each BEGIN in progress. A cancelled caller leaves its BEGIN running, so there are at most as many
    /// as connections.
    begins: Arc<Semaphore>,
    /// How long a caller waits for a permit.
    wait: Duration,
}

/// A permit to write. `None` on SQLite, where the single write connection is the limit.
pub(super) type WriterPermit = Option<OwnedSemaphorePermit>;

impl Gate {
    /// Creates a gate with a limit on concurrent writers.
    pub(super) fn new(writers: usize, connections: usize, wait: Duration) -> Self {
        let permits = |number: usize| Arc::new(Semaphore::new(number));
        Self { permits: Some(Permits { writers: permits(writers), begins: permits(connections), wait }) }
    }

    /// Creates a gate without limits, for a database whose pools are the limit.
    pub(super) fn open() -> Self {
        Self { permits: None }
    }

    /// Waits for a permit to write. Dropping it releases it.
    pub(super) async fn writer(&self) -> Result<WriterPermit, DbErr> {
        let Some(permits) = &self.permits else { return Ok(None) };
        permit(&permits.writers, permits.wait).await.map(Some)
    }

    /// Begins a transaction. The caller may be cancelled at any moment.
    pub(super) async fn begin(
        &self,
        connection: &DatabaseConnection,
        options: TransactionOptions,
    ) -> Result<DatabaseTransaction, DbErr> {
        let permit = match &self.permits {
            Some(permits) => Some(permit(&permits.begins, permits.wait).await?),
            None => None,
        };
        let connection = connection.clone();
        let begun = async move {
            let begun = connection.begin_with_options(options).await;
            drop(permit);
            begun
        };
        tokio::spawn(begun.in_current_span()).await.unwrap_or_else(|_| {
            Err(DbErr::Conn(RuntimeErr::Internal("a transaction did not begin, because the service ends".to_owned())))
        })
    }
}

async fn permit(semaphore: &Arc<Semaphore>, wait: Duration) -> Result<OwnedSemaphorePermit, DbErr> {
    match timeout(wait, Arc::clone(semaphore).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(DbErr::Query(RuntimeErr::SqlxError(SqlxError::PoolTimedOut.into()))),
    }
}
