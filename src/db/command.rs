//! Commands: units of work that run in one transaction each, and are repeated when they conflict with others.
//!
//! Called by the use cases. It must not know what a command does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{SqliteTransactionMode, TransactionOptions};

use super::{Attempts, Db, DbUrl, Statements, StoredOutcome, Tx, change_log, idempotency};
use crate::{
    access::change::Author,
    access::{Permission, Scope},
    error::{Error, Result},
    idempotency::IdempotentRequest,
};

/// A command: a unit of work that runs in one transaction.
pub trait Command: Sync {
    /// The permission that the caller needs. There is no default, so each new command has to state its own.
    const PERMISSION: Permission;
    /// The result of the command.
    type Output: StoredOutcome + Send;
    /// Whether this is a dry run: the output says what would have happened, and the transaction is rolled back.
    fn is_dry_run(&self) -> bool {
        false
    }
    /// Runs the command. It is run again when it conflicts with another transaction, so it must have no effect outside
    /// the database.
    fn run(&self, tx: &Tx, now: DateTime<Utc>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The number of attempts of a write that waits for another process which locks the SQLite file.
const MAX_WRITE_ATTEMPTS: u32 = 10;
/// How long a write that other transactions are in the way of is repeated on PostgreSQL, in all: an engine that spreads over machines
/// may refuse every tenth statement.
const WRITE_PATIENCE: Duration = Duration::from_secs(7);

impl Db {
    /// Runs `work` in one transaction, limited to the stacks in `scope` and on behalf of the author: all of it happens, or nothing. The caller has
    /// checked the permission. With an idempotency key the command runs once, and a repeated request gets the stored
    /// outcome.
    pub async fn write<W: Command>(
        &self,
        work: &W,
        request: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        (scope, author): (&Scope, &Author),
        statements: &Statements,
    ) -> Result<W::Output> {
        let mut attempt = 1;
        let mut attempts = Attempts::within(WRITE_PATIENCE);
        let before = statements.budget().used();
        loop {
            // Rows that an earlier attempt read have been dropped.
            statements.budget().release_to(before);
            match self.attempt(work, request, now, (scope, author), statements).await {
                Err(cause) if attempts.again(&cause).await => {}
                Err(Error::Busy(cause)) if attempt < MAX_WRITE_ATTEMPTS => {
                    if attempt == 1
                        && let Some(most) = self.wait_for_file()
                    {
                        tracing::warn!(%cause, "another process writes to {}: waiting, for {most:?} at most", self.url);
                    }
                    tracing::debug!(attempt, %cause, "another transaction was in the way; trying again");
                    tokio::time::sleep(Duration::from_millis(2) * attempt * attempt).await;
                    attempt += 1;
                }
                Err(Error::Busy(cause)) => return Err(Error::Unavailable(cause)),
                done => return done,
            }
        }
    }

    /// How long all attempts together wait for another process that locks the SQLite file; `None` for PostgreSQL.
    /// Writers in this process never wait for the file, because they share one connection.
    fn wait_for_file(&self) -> Option<Duration> {
        matches!(self.url, DbUrl::Sqlite(_))
            .then(|| Duration::from_secs(self.settings.timeouts.lock_timeout).saturating_mul(MAX_WRITE_ATTEMPTS))
    }

    async fn attempt<W: Command>(
        &self,
        work: &W,
        request: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        (scope, author): (&Scope, &Author),
        statements: &Statements,
    ) -> Result<W::Output> {
        let options = TransactionOptions {
            // A deferred transaction that reads first and writes later would fail when another one wrote in between.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let _permit = self.health.fail_fast(self.open.gate.writer()).await?;
        let tx = self.begin(&self.open.write, options).await?;
        let tx = self.bound(tx, scope, statements).written_by(author);
        // A dry run is never stored under its idempotency key.
        let done = match request.filter(|_| !work.is_dry_run()) {
            Some(request) => idempotency::keys::run(work, request, &tx, now).await,
            None => work.run(&tx, now).await,
        };
        let done = match done {
            Ok(value) if !work.is_dry_run() => change_log::store(&tx, now).await.map(|()| value).map_err(Error::from),
            done => done,
        };
        match done {
            Ok(value) if work.is_dry_run() => {
                self.health.fail_fast(tx.into_inner().rollback()).await?;
                Ok(value)
            }
            Ok(value) => {
                self.health.fail_fast(tx.into_inner().commit()).await?;
                self.note_commit();
                Ok(value)
            }
            Err(error) => {
                // The original error is reported. A failed rollback only means that the connection is lost, and the
                // transaction with it.
                if let Err(cause) = self.health.fail_fast(tx.into_inner().rollback()).await {
                    tracing::debug!(%cause, "rollback failed");
                }
                Err(error)
            }
        }
    }
}
