//! Pinned connections: connections kept out of the pool for callers that run a single statement, so that acquiring and
//! releasing one costs nothing.
//!
//! Used by read plans and by single-statement commands. It must leave connections in the pool for other callers, and
//! must not know what a statement is for.
//!
//! A connection that returns to the pool is tested, on a separate task, for being alive and outside a transaction,
//! which takes two round trips. A pinned connection needs no test. It came from the pool tested or new. Only single
//! statements run on it, each its own transaction, and none of them is a BEGIN. It is kept only after the server has
//! reported the end of its statement ([`PinnedConnection::done`]). A connection whose statement failed returns to the
//! pool, which tests it. A connection whose statement did not end, because the caller was cancelled, is closed.

mod rows;

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    sqlx::{
        Arguments, AssertSqlSafe, Error as SqlxError, Postgres, Sqlite,
        pool::{Pool, PoolConnection},
        postgres::PgArguments,
        query_with,
        sqlite::SqliteArguments,
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    budget::Budget,
    db::pool::{fetch, health::HealthMonitor, link::Link, pinned::rows::Packed},
};

pub use crate::db::pool::pinned::rows::{Place, Row};
pub(in crate::db) use crate::db::pool::pinned::rows::{TOO_LARGE, is_too_large_to_pack};

/// The value of a parameter of a statement.
#[derive(Clone, Debug)]
pub(in crate::db) enum Parameter<'a> {
    Text(Cow<'a, str>),
    NoText,
    Number(i64),
    Numbers(&'a [i64]),
    Flag(bool),
    Time(DateTime<Utc>),
}

/// The maximum number of pinned connections.
const MAX_PINNED_CONNECTIONS: u32 = 4;
/// How long a connection is kept. The pool replaces its connections from time to time too.
const CONNECTION_LIFETIME: Duration = Duration::from_mins(30);
/// How long a caller waits for a connection. After that it reads through the pool, with the timeout of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(500);

/// The pinned connections of one database. Clones share them.
#[derive(Clone)]
pub(in crate::db) struct PinnedConnections {
    pool: Pools,
    /// Serves reads while writers hold all permits.
    reserve: Option<Pool<Postgres>>,
    permits: Arc<Semaphore>,
    max_pinned: usize,
    /// How many permits writers hold.
    writers: Arc<AtomicUsize>,
    idle: Arc<Mutex<Vec<Parked>>>,
    /// Whether connections are kept at all.
    keeps_connections: bool,
    wait: Duration,
    health: HealthMonitor,
}

impl fmt::Debug for PinnedConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinnedConnections")
    }
}

#[derive(Clone)]
enum Pools {
    Postgres(Pool<Postgres>),
    Sqlite(Pool<Sqlite>),
}

/// What a connection is acquired for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

struct Parked {
    connection: Connection,
    since: Instant,
}

enum Connection {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

/// An acquired connection. [`PinnedConnection::done`] releases it. If it is dropped instead, it returns to the pool, or
/// is closed if its last statement has not ended.
pub(in crate::db) struct PinnedConnection {
    /// `None` after the release.
    parked: Option<Parked>,
    /// Whether a statement is running.
    is_busy: bool,
    idle: Option<Arc<Mutex<Vec<Parked>>>>,
    health: HealthMonitor,
    _permit: Option<OwnedSemaphorePermit>,
    _writer: Option<WriterCount>,
}

/// Counts a writer as long as it holds a permit.
struct WriterCount(Arc<AtomicUsize>);

impl WriterCount {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for WriterCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn query(cause: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

impl PinnedConnections {
    /// Creates the set for a pool. `reserve` serves reads while writers hold all permits.
    pub(in crate::db) fn of(
        connection: &DatabaseConnection,
        reserve: Option<&DatabaseConnection>,
        health: &HealthMonitor,
        link: Link,
    ) -> Self {
        let (pool, all) = match connection.get_database_backend() {
            DbBackend::Postgres => {
                let pool = connection.get_postgres_connection_pool();
                (Pools::Postgres(pool.clone()), pool.options().get_max_connections())
            }
            _ => {
                let pool = connection.get_sqlite_connection_pool();
                (Pools::Sqlite(pool.clone()), pool.options().get_max_connections())
            }
        };
        let max_pinned = Self::max_connections(all);
        Self {
            pool,
            reserve: reserve.map(|reserve| reserve.get_postgres_connection_pool().clone()),
            permits: Arc::new(Semaphore::new(max_pinned)),
            max_pinned,
            writers: Arc::default(),
            idle: Arc::default(),
            keeps_connections: all > 1,
            wait: link.connect_timeout(ACQUIRE_TIMEOUT),
            health: health.clone(),
        }
    }

    /// How many of a pool's connections may be pinned.
    pub(in crate::db) fn max_connections(connections: u32) -> usize {
        (connections / 2).clamp(1, MAX_PINNED_CONNECTIONS) as usize
    }

    /// Acquires a connection for a read. Fails if none is free within the timeout.
    pub(in crate::db) async fn acquire(&self) -> Result<PinnedConnection, DbErr> {
        self.within_timeout(async {
            match &self.reserve {
                Some(reserve) if self.writers_hold_all_permits() => {
                    let connection = Connection::Postgres(reserve.acquire().await.map_err(query)?);
                    Ok(self.connection(Parked { connection, since: Instant::now() }, None, None))
                }
                _ => self.acquire_pinned(Purpose::Read).await,
            }
        })
        .await
    }

    /// Acquires a connection for a write, which may hold it for a long time.
    pub(in crate::db) async fn acquire_to_write(&self) -> Result<PinnedConnection, DbErr> {
        self.within_timeout(self.acquire_pinned(Purpose::Write)).await
    }

    async fn within_timeout(
        &self,
        taken: impl Future<Output = Result<PinnedConnection, DbErr>>,
    ) -> Result<PinnedConnection, DbErr> {
        let acquired = tokio::time::timeout(self.wait, self.health.fail_fast(taken));
        acquired.await.unwrap_or_else(|_| Err(query(SqlxError::PoolTimedOut)))
    }

    /// Whether writers hold all permits. They may hold them for any length of time.
    fn writers_hold_all_permits(&self) -> bool {
        self.writers.load(Ordering::Acquire) >= self.max_pinned
    }

    async fn acquire_pinned(&self, purpose: Purpose) -> Result<PinnedConnection, DbErr> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| query(SqlxError::PoolClosed))?;
        let writer = (purpose == Purpose::Write).then(|| WriterCount::new(&self.writers));
        let parked = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let parked = match parked.filter(|parked| parked.since.elapsed() < CONNECTION_LIFETIME) {
            Some(parked) => parked,
            None => Parked {
                connection: match &self.pool {
                    Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await.map_err(query)?),
                    Pools::Sqlite(pool) => Connection::Sqlite(pool.acquire().await.map_err(query)?),
                },
                since: Instant::now(),
            },
        };
        Ok(self.connection(parked, Some(permit), writer))
    }

    fn connection(
        &self,
        parked: Parked,
        permit: Option<OwnedSemaphorePermit>,
        writer: Option<WriterCount>,
    ) -> PinnedConnection {
        // A connection without a permit is not kept.
        let idle = (self.keeps_connections && permit.is_some()).then(|| Arc::clone(&self.idle));
        PinnedConnection {
            parked: Some(parked),
            is_busy: false,
            idle,
            health: self.health.clone(),
            _permit: permit,
            _writer: writer,
        }
    }

    /// The number of idle pinned connections.
    pub(in crate::db) fn idle(&self) -> u32 {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        u32::try_from(idle).unwrap_or(u32::MAX)
    }

    /// Returns an idle connection to the pool. Returns false if there is none.
    pub(in crate::db) fn close_idle(&self) -> bool {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.is_some()
    }

    /// Returns all idle connections to the pool, which is about to be closed.
    pub(in crate::db) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl PinnedConnection {
    /// Runs a statement, and charges its rows to the budget as they arrive. The caller may be cancelled at any moment.
    pub(in crate::db) async fn fetch(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        budget: &Budget,
    ) -> Result<Vec<Row>, DbErr> {
        let Some(parked) = &mut self.parked else { return Err(query(SqlxError::PoolClosed)) };
        let mut rows = Vec::new();
        match &mut parked.connection {
            Connection::Postgres(connection) => {
                let mut arguments = PgArguments::default();
                for parameter in parameters {
                    match parameter {
                        Parameter::Text(text) => arguments.add(&**text),
                        Parameter::NoText => arguments.add(None::<String>),
                        Parameter::Number(number) => arguments.add(*number),
                        Parameter::Numbers(numbers) => arguments.add(*numbers),
                        Parameter::Flag(flag) => arguments.add(*flag),
                        Parameter::Time(time) => arguments.add(*time),
                    }
                    .map_err(|cause| query(SqlxError::Encode(cause)))?;
                }
                self.is_busy = true;
                let mut stream = query_with(AssertSqlSafe(sql), arguments).fetch(&mut **connection);
                let fetching = async {
                    loop {
                        match stream.try_next().await {
                            Ok(Some(row)) => {
                                // If the budget is exceeded, the statement is abandoned and the connection is closed.
                                budget.charge(fetch::of_postgres(&row)).map_err(fetch::exceeded)?;
                                rows.push(Row::Postgres(row));
                            }
                            Ok(None) => return Ok(Ok(())),
                            Err(cause) => return Ok::<_, DbErr>(Err(cause)),
                        }
                    }
                };
                let done = self.health.fail_fast(fetching).await?;
                // An error from the server ends the statement too. After any other error its state is unknown.
                self.is_busy = !matches!(done, Ok(()) | Err(SqlxError::Database(_)));
                done.map_err(query)?;
            }
            Connection::Sqlite(connection) => {
                let mut arguments = SqliteArguments::default();
                for parameter in parameters {
                    match parameter {
                        Parameter::Text(text) => arguments.add(text.clone().into_owned()),
                        Parameter::NoText => arguments.add(None::<String>),
                        Parameter::Number(number) => arguments.add(*number),
                        Parameter::Numbers(numbers) => arguments.add(serde_json::Value::from(*numbers).to_string()),
                        Parameter::Flag(flag) => arguments.add(*flag),
                        Parameter::Time(time) => arguments.add(*time),
                    }
                    .map_err(|cause| query(SqlxError::Encode(cause)))?;
                }
                let mut stream = query_with(AssertSqlSafe(sql), arguments).fetch(&mut **connection);
                while let Some(row) = stream.try_next().await.map_err(query)? {
                    Packed::rows(&row, &mut rows, budget)?;
                }
            }
        }
        Ok(rows)
    }

    /// Releases the connection for the next caller. Call it after the last statement has succeeded.
    pub(in crate::db) fn release(mut self) {
        if self.is_busy {
            return;
        }
        if let (Some(idle), Some(parked)) = (&self.idle, self.parked.take()) {
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(parked);
        }
    }
}

impl Drop for PinnedConnection {
    fn drop(&mut self) {
        if let (true, Some(Parked { connection: Connection::Postgres(connection), .. })) =
            (self.is_busy, &mut self.parked)
        {
            connection.close_on_drop();
        }
    }
}
