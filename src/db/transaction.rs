//! The only place where a transaction begins.
//!
//! Used by [`Db`](super::Db) for changes and for snapshots. A caller may go away at any moment, and the driver does not
//! know of a transaction whose BEGIN it has sent and not seen answered: dropped there, it would give the connection back
//! inside the transaction. So BEGIN is sent on a task of its own, which nobody drops: a transaction that nobody waits for
//! any more is rolled back as soon as it has begun. It must never know what is done in a transaction.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqlxError, TransactionOptions, TransactionTrait,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tracing::Instrument;

/// How many transactions may begin, and how many of them may write, at the same time.
#[derive(Debug)]
pub(super) struct Gate {
    permits: Option<Permits>,
}

#[derive(Debug)]
struct Permits {
    /// For changes, from before their BEGIN until after their end: a change may wait in its COMMIT for a synchronous
    /// standby, as long as that takes. It must not have a connection that reads need.
    writers: Arc<Semaphore>,
    /// For each BEGIN that is under way. Clients that go away leave theirs behind; there are never more of these than
    /// connections.
    begins: Arc<Semaphore>,
    /// How long a permit is waited for.
    wait: Duration,
}

/// A place among those who write; of SQLite, where the one connection that writes is the place, there is none.
pub(super) type WriterPermit = Option<OwnedSemaphorePermit>;

impl Gate {
    /// For a pool with a limit on those who write.
    pub(super) fn new(writers: usize, connections: usize, wait: Duration) -> Self {
        let permits = |number: usize| Arc::new(Semaphore::new(number));
        Self { permits: Some(Permits { writers: permits(writers), begins: permits(connections), wait }) }
    }

    /// For a database whose pools are limit enough.
    pub(super) fn open() -> Self {
        Self { permits: None }
    }

    /// Waits for a place among those who write; it is given back when it is dropped.
    pub(super) async fn writer(&self) -> Result<WriterPermit, DbErr> {
        let Some(permits) = &self.permits else { return Ok(None) };
        permit(&permits.writers, permits.wait).await.map(Some)
    }

    /// Begins a transaction. The caller may be dropped at any moment.
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
