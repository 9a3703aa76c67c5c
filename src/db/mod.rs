//! The database layer: entities, queries, connection pools, and the function that runs a command in a transaction.
//!
//! Called by the use cases and the loaders. It must not depend on GraphQL, HTTP or the rules of the domain. A missing
//! row is `Ok(None)`; the caller decides whether that is an error.

mod changes;
pub mod direct;
pub mod entities;
pub mod entries;
mod failure;
mod fetch;
pub mod idempotency;
pub mod maintenance;
mod pool;
pub mod queries;
pub mod secrets;
mod session;
mod transaction;

use std::{
    collections::HashSet,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions,
};
use tokio::time::timeout;

pub use crate::config::{DbUrl, DbUrlError};
pub use crate::db::idempotency::keys::StoredOutcome;
pub(crate) use crate::db::idempotency::keys::not_stored;
pub use crate::db::pool::health::HealthMonitor;
pub use crate::db::pool::read_pool::ReadPool;
pub use session::{Bound, Reader, Session, Statements, Tx};

use crate::{
    access::{Permission, Scope},
    error::{Error, Result},
    idempotency::IdempotentRequest,
    limits::DatabaseTimeouts,
    vault::Vault,
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

/// How long closing a pool may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// The maximum number of attempts for a write that conflicts with other transactions.
const MAX_WRITE_ATTEMPTS: u32 = 10;

/// A handle to the database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Db {
    url: DbUrl,
    open: Arc<Open>,
    /// The current connections. They are those of `open` until the pools are reopened after an outage.
    latest: Arc<RwLock<Arc<Open>>>,
    opening: Opening,
    replica: Option<Arc<pool::standby::Standby>>,
    /// Whether single reads go to the standby.
    reads_replica: bool,
    health: HealthMonitor,
    vault: Vault,
    statements: Arc<AtomicU64>,
}

/// Pools that were opened together.
#[derive(Debug)]
struct Open {
    read: DatabaseConnection,
    write: DatabaseConnection,
    reserve: Option<DatabaseConnection>,
    link: pool::link::Link,
    gate: transaction::Gate,
    pinned_connections: pool::pinned::PinnedConnections,
    version_checks: direct::VersionChecks,
    /// Whether a pooler assigns a different server connection to each transaction.
    pooled: bool,
}

/// The settings with which pools are opened.
#[derive(Clone, Debug)]
struct Opening {
    connections: u32,
    patience: DatabaseTimeouts,
}

impl Db {
    /// Connects to the database, and creates an SQLite file that does not exist yet. Runs no migrations.
    pub async fn connect(url: &DbUrl, connections: u32, patience: &DatabaseTimeouts) -> Result<Self> {
        let opening = Opening { connections, patience: patience.clone() };
        let (health, statements) = (HealthMonitor::default(), Arc::default());
        let open = Arc::new(Open::new(url, &opening, &health, &statements).await?);
        let latest = Arc::new(RwLock::new(Arc::clone(&open)));
        let (url, vault) = (url.clone(), Vault::default());
        Ok(Self { url, open, latest, opening, replica: None, reads_replica: false, health, vault, statements })
    }

    /// Adds a standby that serves reads. [`Db::check_standby`] checks whether the server is one.
    pub async fn with_standby(self, url: &DbUrl) -> Result<Self> {
        let replica = pool::standby::Standby::open(url, &self.opening, self.open.link).await?;
        Ok(Self { replica: Some(Arc::new(replica)), ..self })
    }

    /// Returns the reason why the server cannot serve as the standby; `None` when it can, or when it does not answer.
    pub async fn check_standby(&self) -> Option<&'static str> {
        self.replica.as_ref()?.unfit(&self.open.read).await
    }

    /// Returns a handle that reads from the standby, if the standby has replayed everything that the primary has
    /// written so far.
    pub async fn on_standby(&self) -> Option<Self> {
        let replica = self.replica.as_ref()?;
        replica.has_caught_up(&self.open.read).await.then(|| Self { reads_replica: true, ..self.clone() })
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

    /// Starts the health monitor. While the database does not answer, statements fail at once. When it answers again,
    /// new pools are opened, because the old connections may wait for a reply that never comes. Does nothing for
    /// SQLite.
    pub fn watch(&self) {
        let DbUrl::Postgres(url) = &self.url else { return };
        let Ok(options) = pool::connect::of_postgres(url) else { return };
        let (latest, db) = (Arc::downgrade(&self.latest), (self.url.clone(), self.opening.clone()));
        let (health, statements) = (self.health.clone(), Arc::clone(&self.statements));
        let mut probe_connection = pool::health::HealthProbe::new(options, self.open.link);
        tokio::spawn(async move {
            loop {
                let probe = probe_connection.probe(&health).await;
                let Some(latest) = latest.upgrade() else { return };
                match (health.is_away(), probe) {
                    (false, pool::health::Probe::Silent) => {
                        tracing::warn!("the database does not answer");
                        health.set_away(true);
                    }
                    (false, pool::health::Probe::Standby) => {
                        tracing::warn!(
                            "the database has become a standby and is not used: the URL has to lead to a primary"
                        );
                        health.set_away(true);
                    }
                    (true, pool::health::Probe::Primary) => {
                        let Ok(new) = Open::new(&db.0, &db.1, &health, &statements).await else { continue };
                        let mut latest = latest.write().unwrap_or_else(PoisonError::into_inner);
                        let old = std::mem::replace(&mut *latest, Arc::new(new));
                        tokio::spawn(async move { old.close().await });
                        health.set_away(false);
                        tracing::info!("the database answers again");
                    }
                    _ => {}
                }
            }
        });
    }

    /// Sets the keys for secrets. Without them, secrets can neither be read nor written.
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The keys for secrets.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Returns a reader for single statements, which sees the stacks in `scope`.
    pub fn reader(&self, scope: &Scope, statements: &Statements) -> Reader {
        let replica = self.replica.as_ref().filter(|_| self.reads_replica);
        let pool = replica.map_or_else(|| self.open.reads(), |replica| ReadPool::new(replica.read.clone(), None, None));
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
    pub fn whole(&self) -> Reader {
        self.bound(self.open.reads(), &Scope::Everything, &Statements::default())
    }

    /// The pool for writing, on which migrations run.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.open.write
    }

    /// The number of statements run since the start, without BEGIN, COMMIT and ROLLBACK.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Runs `work` in one transaction, limited to the stacks in `scope`: all of it happens, or nothing. The caller has
    /// checked the permission. With an idempotency key the command runs once, and a repeated request gets the stored
    /// outcome.
    pub async fn write<W: Command>(
        &self,
        work: &W,
        request: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<W::Output> {
        let mut attempt = 1;
        let before = statements.budget().used();
        loop {
            // Rows that an earlier attempt read have been dropped.
            statements.budget().release_to(before);
            match self.attempt(work, request, now, scope, statements).await {
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
            .then(|| Duration::from_secs(self.opening.patience.lock_timeout).saturating_mul(MAX_WRITE_ATTEMPTS))
    }

    async fn attempt<W: Command>(
        &self,
        work: &W,
        request: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<W::Output> {
        let options = TransactionOptions {
            // A deferred transaction that reads first and writes later would fail when another one wrote in between.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let _permit = self.health.fail_fast(self.open.gate.writer()).await?;
        let tx = self.begin(&self.open.write, options).await?;
        let tx = self.bound(tx, scope, statements);
        // A dry run is never stored under its idempotency key.
        let done = match request.filter(|_| !work.is_dry_run()) {
            Some(request) => idempotency::keys::run(work, request, &tx, now).await,
            None => work.run(&tx, now).await,
        };
        let done = match done {
            Ok(value) if !work.is_dry_run() => tx.changed().raise(&tx).await.map(|()| value).map_err(Error::from),
            done => done,
        };
        match done {
            Ok(value) if work.is_dry_run() => {
                self.health.fail_fast(tx.into_inner().rollback()).await?;
                Ok(value)
            }
            Ok(value) => {
                self.health.fail_fast(tx.into_inner().commit()).await?;
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
        Bound::new(connection, scope.clone(), self.vault.clone(), statements.clone()).guarded(&self.health)
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

    /// Refuses a PostgreSQL database that belongs to another program or was migrated by a later version. (SQLite files
    /// are inspected before they are opened.)
    pub async fn is_ours(&self) -> Result<()> {
        if self.open.write.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let ask = async |sql: &str| {
            let rows = self.open.write.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
            rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()
        };
        let of_name = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename";
        let tables = ask(&format!("{of_name} IN ('{}', 'services', 'stacks')", maintenance::file::HISTORY)).await?;
        if tables.iter().any(|table| table == maintenance::file::HISTORY) {
            let steps = ask(&format!("SELECT version FROM {}", maintenance::file::HISTORY)).await?;
            let unknown = maintenance::file::unknown_migrations(steps.iter().map(String::as_str));
            return unknown.map_or(Ok(()), |unknown| Err(Error::failed(unknown)));
        }
        tables.first().map_or(Ok(()), |table| {
            Err(Error::Internal(format!(
                "it has a table {table} of something else; give DevArch a database of its own"
            )))
        })
    }

    /// Applies all pending migrations.
    pub async fn migrate(&self) -> Result<()> {
        self.is_ours().await?;
        // An empty database has no table of migrations yet, so the check fails.
        if self.is_ready().await.unwrap_or(false) {
            return Ok(());
        }
        if self.open.pooled {
            return Err(Error::Internal(
                "steps are missing, and they cannot be taken through a pooler that hands connections out anew for each \
                 transaction: run `devarch migrate up` with the URL of the server itself"
                    .to_owned(),
            ));
        }
        self.migrate_alone(async |connection| Migrator::up(connection, None).await).await
    }

    /// Runs migrations while holding the migration lock. Other processes wait for the lock, log that they wait, and
    /// give up after a timeout.
    pub async fn migrate_alone(&self, steps: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>) -> Result<()> {
        let lock = maintenance::migration_lock::of_file(&self.url, maintenance::migration_lock::MIGRATION_LOCK_TIMEOUT)
            .await
            .map_err(Error::Internal)?;
        // Migrations have a connection of their own, because a step may take longer than the statement timeout. If the
        // steps are cancelled, the connection closes and the server rolls the step back.
        let connection = pool::connect::for_migrations(&self.url).await?;
        if let Some(connection) = &connection {
            maintenance::migration_lock::of_server(connection, maintenance::migration_lock::MIGRATION_LOCK_TIMEOUT)
                .await?;
        }
        self.is_ours().await?;
        let done = steps(connection.as_ref().unwrap_or(&self.open.write)).await;
        if let Some(connection) = connection
            && timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await.is_err()
        {
            tracing::warn!("the connection of the migrations does not close in time");
        }
        drop(lock);
        Ok(done?)
    }

    /// Whether the database answers and has every migration.
    pub async fn is_ready(&self) -> Result<bool> {
        // The migrator would create its table if it is missing; this function must only read.
        let read = self.open.reads();
        // The address of a primary leads to a standby after that server was demoted.
        let standby = if read.get_database_backend() == DbBackend::Postgres { "pg_is_in_recovery()" } else { "FALSE" };
        let applied = format!("SELECT version, {standby} FROM seaql_migrations");
        let applied = Statement::from_string(read.get_database_backend(), applied);
        let applied = self.health.fail_fast(read.query_all_raw(applied)).await?;
        if applied.first().map(|row| row.try_get_by_index(1)).transpose()? == Some(true) {
            return Err(Error::Unavailable(pool::link::standby_error()));
        }
        let applied = applied.iter().map(|row| row.try_get_by_index(0)).collect::<Result<HashSet<String>, _>>()?;
        Ok(Migrator::migrations().iter().all(|step| applied.contains(step.name())))
    }
}

impl Open {
    async fn new(url: &DbUrl, how: &Opening, health: &HealthMonitor, statements: &Arc<AtomicU64>) -> Result<Self> {
        let pool::connect::Opened { mut read, mut write, mut reserve, pooled, link } =
            pool::connect::open(url, how).await?;
        for connection in [&mut read, &mut write].into_iter().chain(&mut reserve) {
            let statements = Arc::clone(statements);
            connection.set_metric_callback(move |_| {
                statements.fetch_add(1, Ordering::Relaxed);
            });
        }
        let pinned_connections = pool::pinned::PinnedConnections::of(&read, reserve.as_ref(), health, link);
        let gate = match read.get_database_backend() {
            DbBackend::Postgres => {
                // The pinned connections stay free for reads.
                let writers = (how.connections as usize)
                    .saturating_sub(pool::pinned::PinnedConnections::max_connections(how.connections))
                    .max(1);
                let wait = link.connect_timeout(how.patience.pool_wait());
                transaction::Gate::new(writers, how.connections as usize, wait)
            }
            _ => transaction::Gate::open(),
        };
        let version_checks = direct::VersionChecks::new(&pinned_connections, read.get_database_backend(), statements);
        Ok(Self { read, write, reserve, link, gate, pinned_connections, version_checks, pooled })
    }

    fn reads(&self) -> ReadPool {
        ReadPool::new(
            self.read.clone(),
            self.reserve.clone(),
            self.reserve.is_some().then(|| self.pinned_connections.clone()),
        )
    }

    async fn close(&self) {
        self.pinned_connections.close();
        for connection in [&self.read, &self.write].into_iter().chain(&self.reserve) {
            // Closing can block on a database that does not answer any more.
            match timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => tracing::debug!(%cause, "a connection did not close"),
                Err(_) => tracing::warn!("connections do not close in time"),
            }
        }
    }
}

/// Returns the row that an update by primary key returned.
fn one_row<M>(rows: Vec<M>) -> Result<M, DbErr> {
    rows.into_iter().next().ok_or(DbErr::RecordNotUpdated)
}

/// The utilization of a connection pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `read` and `write`, or `all` where one pool serves both. `reserve` serves reads when `all` is exhausted.
    pub name: &'static str,
    /// The number of connections in use.
    pub in_use: u32,
    /// The number of idle connections.
    pub idle: u32,
    /// The maximum number of connections.
    pub max: u32,
}

impl Db {
    /// The state of all pools.
    pub fn pools(&self) -> Vec<Pool> {
        // Idle pinned connections count as idle, although the pool regards them as taken.
        let open = self.current().open;
        let pinned_idle = open.pinned_connections.idle();
        let pool = |name, size: u32, idle: usize, max| {
            let pinned_idle = if matches!(name, "write" | "reserve") { 0 } else { pinned_idle };
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).saturating_add(pinned_idle).min(size);
            Pool { name, in_use: size - idle, idle, max }
        };
        if open.read.get_database_backend() == DbBackend::Postgres {
            let both = [("all", Some(&open.read)), ("reserve", open.reserve.as_ref())];
            let both = both.into_iter().filter_map(|(name, one)| Some((name, one?.get_postgres_connection_pool())));
            return both
                .map(|(name, one)| pool(name, one.size(), one.num_idle(), one.options().get_max_connections()))
                .collect();
        }
        let both = [("read", &open.read), ("write", &open.write)];
        let both = both.map(|(name, connection)| (name, connection.get_sqlite_connection_pool()));
        both.map(|(name, one)| pool(name, one.size(), one.num_idle(), one.options().get_max_connections())).to_vec()
    }
}
