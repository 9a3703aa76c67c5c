//! The database: entities, queries, and the one auth_mode to a transaction.
//!
//! Called by the use cases and the loaders. It must never know GraphQL, HTTP or a rule of the domain: absence is
//! `Ok(None)`, and whether that is an error is decided by the caller.

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

/// What is done in one transaction.
pub trait Command: Sync {
    /// What it takes to be allowed to do it. There is no default: whoever adds a change decides.
    const PERMISSION: Permission;
    /// What it gives back.
    type Output: StoredOutcome + Send;
    /// Whether it is only tried: what it gives back says what would have happened, and nothing has.
    fn undone(&self) -> bool {
        false
    }
    /// Does it. It is done again when another transaction was in the way, so it must have no effect outside the
    /// database.
    fn run(&self, tx: &Tx, now: DateTime<Utc>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// How long connections may take to close.
const CLOSING: Duration = Duration::from_secs(3);
/// How often a write is tried when other transactions are in its way.
const ATTEMPTS: u32 = 10;

/// The database; a clone shares its connections.
#[derive(Clone, Debug)]
pub struct Db {
    url: DbUrl,
    open: Arc<Open>,
    /// The connections that are used now: those of `open`, until the database has been away.
    latest: Arc<RwLock<Arc<Open>>>,
    opening: Opening,
    replica: Option<Arc<pool::standby::Standby>>,
    /// Whether single reads go to the replica.
    reads_replica: bool,
    health: HealthMonitor,
    vault: Vault,
    statements: Arc<AtomicU64>,
}

/// Connections that were opened together.
#[derive(Debug)]
struct Open {
    read: DatabaseConnection,
    write: DatabaseConnection,
    reserve: Option<DatabaseConnection>,
    link: pool::link::Link,
    gate: transaction::Gate,
    pinned_connections: pool::pinned::PinnedConnections,
    version_checks: direct::VersionChecks,
    /// Whether a pooler hands them out anew for each transaction.
    pooled: bool,
}

/// How connections are opened.
#[derive(Clone, Debug)]
struct Opening {
    connections: u32,
    patience: DatabaseTimeouts,
}

impl Db {
    /// Connects, and creates an SQLite file that does not exist yet. Migrates nothing.
    pub async fn connect(url: &DbUrl, connections: u32, patience: &DatabaseTimeouts) -> Result<Self> {
        let opening = Opening { connections, patience: patience.clone() };
        let (health, statements) = (HealthMonitor::default(), Arc::default());
        let open = Arc::new(Open::new(url, &opening, &health, &statements).await?);
        let latest = Arc::new(RwLock::new(Arc::clone(&open)));
        let (url, vault) = (url.clone(), Vault::default());
        Ok(Self { url, open, latest, opening, replica: None, reads_replica: false, health, vault, statements })
    }

    /// The same with a standby that takes over reads. Whether it is one is looked at by [`Db::unfit_replica`].
    pub async fn with_replica(self, url: &DbUrl) -> Result<Self> {
        let replica = pool::standby::Standby::open(url, &self.opening, self.open.link).await?;
        Ok(Self { replica: Some(Arc::new(replica)), ..self })
    }

    /// Why the standby cannot be one, if it can be asked and cannot.
    pub async fn unfit_replica(&self) -> Option<&'static str> {
        self.replica.as_ref()?.unfit(&self.open.read).await
    }

    /// The same for reading from the standby, when that has come as far as the primary is at this moment.
    pub async fn at_standby(&self) -> Option<Self> {
        let replica = self.replica.as_ref()?;
        replica.has_caught_up(&self.open.read).await.then(|| Self { reads_replica: true, ..self.clone() })
    }

    /// The same with the connections that are used now. Whoever keeps a database for long asks for this each time.
    pub fn current(&self) -> Self {
        let open = Arc::clone(&self.latest.read().unwrap_or_else(PoisonError::into_inner));
        Self { open, ..self.clone() }
    }

    /// Whether the database answers.
    pub fn health(&self) -> &HealthMonitor {
        &self.health
    }

    /// Asks the database from now on whether it answers. While it does not, statements fail at once; when it is back they
    /// get new connections, because the old ones may wait for what nobody will send any more. SQLite is never away.
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

    /// The same database with keys for its secrets; without, what is secret can neither be read nor written.
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The keys for its secrets.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// For single statements that only read, as somebody who reaches `scope`.
    pub fn reader(&self, scope: &Scope, statements: &Statements) -> Reader {
        let of_replica = self.replica.as_ref().filter(|_| self.reads_replica);
        let pool =
            of_replica.map_or_else(|| self.open.reads(), |replica| ReadPool::new(replica.read.clone(), None, None));
        self.bound(pool, scope, statements)
    }

    /// For several statements that only read, all of them the same state, as somebody who reaches `scope`. Nothing that
    /// is written there lasts: it ends by being dropped.
    pub async fn snapshot(&self, scope: &Scope, statements: &Statements) -> Result<Tx> {
        let options = match self.open.read.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
            // A transaction sees what was there at its first look, and is in no writer's way.
            _ => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..Default::default()
            },
        };
        let tx = self.begin(self.open.reads().free(), options).await?;
        Ok(self.bound(tx, scope, statements))
    }

    /// For single statements that only read, as the service itself, which reaches everything.
    pub fn whole(&self) -> Reader {
        self.bound(self.open.reads(), &Scope::Everything, &Statements::default())
    }

    /// The connection that migrations run on.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.open.write
    }

    /// How many statements have run since the start; transactions' own words are not counted.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Runs `work` in one transaction, as of one moment, as somebody who reaches `scope`: all of it happens or nothing.
    /// Whether that one may do it at all has been checked. With an idempotency key it is done once, however often it is
    /// asked for.
    pub async fn write<W: Command>(
        &self,
        work: &W,
        once: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<W::Output> {
        let mut attempt = 1;
        let before = statements.budget().used();
        loop {
            // What an earlier attempt has read is gone.
            statements.budget().release_to(before);
            match self.attempt(work, once, now, scope, statements).await {
                Err(Error::Busy(cause)) if attempt < ATTEMPTS => {
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

    /// How long all attempts wait together for another process that has a file of SQLite; changes of this process never
    /// wait for each other in this way.
    fn wait_for_file(&self) -> Option<Duration> {
        matches!(self.url, DbUrl::Sqlite(_))
            .then(|| Duration::from_secs(self.opening.patience.lock_timeout).saturating_mul(ATTEMPTS))
    }

    async fn attempt<W: Command>(
        &self,
        work: &W,
        once: Option<&IdempotentRequest>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<W::Output> {
        let options = TransactionOptions {
            // A transaction that reads first and writes later would otherwise fail when another one wrote between.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let _permit = self.health.guard(self.open.gate.writer()).await?;
        let tx = self.begin(&self.open.write, options).await?;
        let tx = self.bound(tx, scope, statements);
        // What does not last is done each time.
        let done = match once.filter(|_| !work.undone()) {
            Some(once) => idempotency::keys::run(work, once, &tx, now).await,
            None => work.run(&tx, now).await,
        };
        let done = match done {
            Ok(value) if !work.undone() => tx.changed().raise(&tx).await.map(|()| value).map_err(Error::from),
            done => done,
        };
        match done {
            Ok(value) if work.undone() => {
                self.health.guard(tx.into_inner().rollback()).await?;
                Ok(value)
            }
            Ok(value) => {
                self.health.guard(tx.into_inner().commit()).await?;
                Ok(value)
            }
            Err(error) => {
                // The refusal counts; a failed rollback only means that the connection is gone, and with it the work.
                if let Err(cause) = self.health.guard(tx.into_inner().rollback()).await {
                    tracing::debug!(%cause, "rollback failed");
                }
                Err(error)
            }
        }
    }

    /// The rows of a statement, on a connection that stays.
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
        self.health.guard(self.open.gate.begin(connection, options)).await
    }

    /// Closes all connections; SQLite then has everything in its one file.
    pub async fn close(self) {
        self.current().open.close().await;
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
    }

    /// Refuses a database that a later version has made, or that is something else's. (A file was looked at before it was
    /// opened.)
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
            let unknown = maintenance::file::unknown_steps(steps.iter().map(String::as_str));
            return unknown.map_or(Ok(()), |unknown| Err(Error::failed(unknown)));
        }
        tables.first().map_or(Ok(()), |table| {
            Err(Error::Internal(format!(
                "it has a table {table} of something else; give DevArch a database of its own"
            )))
        })
    }

    /// Applies every migration that is missing.
    pub async fn migrate(&self) -> Result<()> {
        self.is_ours().await?;
        // There is no history yet in an empty one.
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

    /// Runs steps of the migrations while nobody else does: who comes meanwhile waits for its turn, says so, and gives up
    /// in the end.
    pub async fn migrate_alone(&self, steps: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>) -> Result<()> {
        let turn = maintenance::migration_lock::of_file(&self.url, maintenance::migration_lock::MIGRATION_LOCK_TIMEOUT)
            .await
            .map_err(Error::Internal)?;
        // On a connection of its own: a step may take longer than a request may. Nobody else ever has that connection, so a
        // step that is dropped half-way leaves nothing behind: the server rolls it back when the connection closes.
        let alone = pool::connect::for_migrations(&self.url).await?;
        if let Some(alone) = &alone {
            maintenance::migration_lock::of_server(alone, maintenance::migration_lock::MIGRATION_LOCK_TIMEOUT).await?;
        }
        self.is_ours().await?;
        let done = steps(alone.as_ref().unwrap_or(&self.open.write)).await;
        if let Some(alone) = alone
            && timeout(CLOSING, alone.close_by_ref()).await.is_err()
        {
            tracing::warn!("the connection of the migrations does not close in time");
        }
        drop(turn);
        Ok(done?)
    }

    /// True when the database answers and has every migration.
    pub async fn is_ready(&self) -> Result<bool> {
        // Not through the migrator, which would create its table where it is missing: this only reads.
        let read = self.open.reads();
        // The address of a primary may lead to a standby since it was demoted.
        let standby = if read.get_database_backend() == DbBackend::Postgres { "pg_is_in_recovery()" } else { "FALSE" };
        let applied = format!("SELECT version, {standby} FROM seaql_migrations");
        let applied = Statement::from_string(read.get_database_backend(), applied);
        let applied = self.health.guard(read.query_all_raw(applied)).await?;
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
                // The others are for reads, which keep theirs.
                let writers = (how.connections as usize)
                    .saturating_sub(pool::pinned::PinnedConnections::most_of(how.connections))
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
            // Some may wait for a database that says nothing any more.
            match timeout(CLOSING, connection.close_by_ref()).await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => tracing::debug!(%cause, "a connection did not close"),
                Err(_) => tracing::warn!("connections do not close in time"),
            }
        }
    }
}

/// The row that an update by primary key has returned.
fn one_row<M>(rows: Vec<M>) -> Result<M, DbErr> {
    rows.into_iter().next().ok_or(DbErr::RecordNotUpdated)
}

/// How busy the connections of a pool are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `read`, `write`, or `all` where both are one; `reserve` is for reads when all of `all` are taken.
    pub name: &'static str,
    /// Connections that somebody has.
    pub in_use: u32,
    /// Connections that wait for somebody.
    pub idle: u32,
    /// Most connections there may be.
    pub max: u32,
}

impl Db {
    /// The pools, as they are at this moment.
    pub fn pools(&self) -> Vec<Pool> {
        // Connections that are kept for direct reads wait for somebody, too.
        let open = self.current().open;
        let kept = open.pinned_connections.idle();
        let pool = |name, size: u32, idle: usize, max| {
            let kept = if matches!(name, "write" | "reserve") { 0 } else { kept };
            let idle = u32::try_from(idle).unwrap_or(u32::MAX).saturating_add(kept).min(size);
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
