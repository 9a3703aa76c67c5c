//! The database layer: entities, queries, connection pools, and the function that runs a command in a transaction.
//!
//! Called by the use cases; the layers above them use its types of rows and filters. It must not depend on GraphQL,
//! HTTP or the rules of the domain. A missing row is `Ok(None)`; the caller decides whether that is an error.

pub mod change_log;
mod command;
pub mod entities;
pub mod entries;
mod failure;
pub mod idempotency;
pub mod maintenance;
mod pool;
pub mod queries;
pub mod read_model;
pub mod secrets;
mod session;
mod transaction;

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, SqliteTransactionMode,
    TransactionOptions,
};

pub use crate::config::{DbUrl, DbUrlError};
pub use crate::db::idempotency::keys::StoredOutcome;
pub(crate) use crate::db::idempotency::keys::not_stored;
pub use crate::db::pool::health::HealthMonitor;
pub use crate::db::pool::read_pool::ReadPool;
pub use crate::db::pool::retry::conflicts;
pub(crate) use crate::db::pool::retry::{Attempts, repeated};
pub use command::Command;
pub use pool::open::Pool;
pub use session::{Bound, Reader, Session, Statements, Tx};

use self::pool::open::{PoolSettings, Pools};
use crate::{access::Scope, error::Result, limits::DatabaseTimeouts, random::Random, vault::Vault};

/// How long closing a pool may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// A handle to the database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Db {
    url: DbUrl,
    open: Arc<Pools>,
    /// The current connections. They are those of `open` until the pools are reopened after an outage.
    latest: Arc<RwLock<Arc<Pools>>>,
    settings: PoolSettings,
    replica: Option<Arc<pool::standby::Standby>>,
    /// The pool of the standby that single reads go to.
    standby: Option<DatabaseConnection>,
    health: HealthMonitor,
    vault: Vault,
    random: Random,
    statements: Arc<AtomicU64>,
    /// The number of transactions that have committed, for those who wait for changes.
    committed: watch::Sender<u64>,
}

impl Db {
    /// Connects to the database, and creates an SQLite file that does not exist yet. Runs no migrations.
    pub async fn connect(url: &DbUrl, connections: u32, timeouts: &DatabaseTimeouts) -> Result<Self> {
        let settings = PoolSettings { connections, timeouts: timeouts.clone() };
        let (health, statements) = (HealthMonitor::default(), Arc::default());
        let open = Arc::new(Pools::new(url, &settings, &health, &statements).await?);
        let latest = Arc::new(RwLock::new(Arc::clone(&open)));
        let (url, vault, random) = (url.clone(), Vault::default(), Random::system());
        let committed = watch::channel(0).0;
        Ok(Self {
            url,
            open,
            latest,
            settings,
            replica: None,
            standby: None,
            health,
            vault,
            random,
            statements,
            committed,
        })
    }

    /// Adds a standby that serves reads. [`Db::check_standby`] checks whether the server is one.
    pub async fn with_standby(self, url: &DbUrl) -> Result<Self> {
        let replica = pool::standby::Standby::open(url, &self.settings, self.open.link).await?;
        Ok(Self { replica: Some(Arc::new(replica)), ..self })
    }

    /// Returns the reason why the server cannot serve as the standby; `None` when it can, or when it does not answer.
    pub async fn check_standby(&self) -> Option<&'static str> {
        self.replica.as_ref()?.unfit(&self.open.read).await
    }

    /// Returns a handle that reads from the standby, if the standby has replayed everything that the primary has
    /// written so far.
    pub async fn on_standby(&self) -> Option<Self> {
        let standby = self.replica.as_ref()?.caught_up(&self.open.read).await?;
        Some(Self { standby: Some(standby), ..self.clone() })
    }

    /// Returns a handle with the current connections. A caller that stores a handle for a long time has to call this
    /// for each use.
    pub fn current(&self) -> Self {
        let open = Arc::clone(&self.latest.read().unwrap_or_else(PoisonError::into_inner));
        Self { open, ..self.clone() }
    }

    /// The health monitor, which knows whether the database answers.
    pub fn health(&self) -> &HealthMonitor {
        &self.health
    }

    /// Sets the keys for secrets. Without them, secrets can neither be read nor written.
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The keys for secrets.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Sets the source of random numbers, which is the operating system otherwise.
    pub fn with_random(self, random: Random) -> Self {
        Self { random, ..self }
    }

    /// The source of random numbers.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// Returns a reader for single statements, which sees the stacks in `scope`.
    pub fn reader(&self, scope: &Scope, statements: &Statements) -> Reader {
        let standby = self.standby.clone();
        let pool = standby.map_or_else(|| self.open.reads(), |standby| ReadPool::new(standby, None, None));
        self.bound(pool, scope, statements)
    }

    /// Begins a read-only transaction in which all statements see the same state, limited to the stacks in `scope`. It
    /// ends without a commit when it is dropped.
    pub async fn snapshot(&self, scope: &Scope, statements: &Statements) -> Result<Tx> {
        let options = match self.open.read.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
            // A deferred transaction sees the state as of its first read, and blocks no writer.
            _ => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..Default::default()
            },
        };
        let tx = self.begin(self.open.reads().free(), options).await?;
        Ok(self.bound(tx, scope, statements))
    }

    /// Returns a reader for single statements of the service itself, which sees all stacks.
    pub fn unscoped(&self) -> Reader {
        self.bound(self.open.reads(), &Scope::Everything, &Statements::default())
    }

    /// The pool for writing, for statements outside of commands.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.open.write
    }

    /// The number of statements run since the start, without BEGIN, COMMIT and ROLLBACK.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Changes when a transaction of this process has committed.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Notes that a transaction has committed.
    fn note_commit(&self) {
        self.committed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Runs a statement on a pinned connection and returns its rows.
    async fn fetch(
        &self,
        connection: &mut pool::pinned::PinnedConnection,
        statements: &Statements,
        sql: &str,
        parameters: &[pool::pinned::Parameter<'_>],
    ) -> Result<Vec<pool::pinned::Row>, DbErr> {
        statements.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(1, Ordering::Relaxed);
        connection.fetch(sql, parameters, statements.budget()).await
    }

    fn bound<C>(&self, connection: C, scope: &Scope, statements: &Statements) -> Bound<C> {
        Bound::new(connection, scope.clone(), self.vault.clone(), statements.clone())
            .drawing_from(&self.random)
            .guarded(&self.health)
    }

    async fn begin(
        &self,
        connection: &DatabaseConnection,
        options: TransactionOptions,
    ) -> Result<DatabaseTransaction, DbErr> {
        self.health.fail_fast(self.open.gate.begin(connection, options)).await
    }

    /// Closes all connections. On SQLite this also merges the write-ahead log into the database file.
    pub async fn close(self) {
        self.current().open.close().await;
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
    }
}

/// Returns the row that an update by primary key returned.
fn one_row<M>(rows: Vec<M>) -> Result<M, DbErr> {
    rows.into_iter().next().ok_or(DbErr::RecordNotUpdated)
}
