//! Connections that stay with those whose whole business is one statement: taking one and giving it back costs nothing.
//!
//! A connection that goes back to the pool is asked whether it is still alive and outside a transaction, on a task of its
//! own: two round trips for each statement. A pinned connection needs no such proof. It came from the pool proven, or new;
//! nothing but single statements runs on it, each its own transaction, none of which is a BEGIN; and it is put back only
//! after the server has reported the end of its statement ([`PinnedConnection::done`]). One whose statement failed goes back to the
//! pool, which looks at it; one whose statement did not end, because its caller went away, is closed.
//!
//! Used by the direct reads and by changes at once. It must never keep so many that the pool has none for everybody else,
//! nor know what a statement is for.

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
    db::{
        fetch,
        pool::{health::HealthMonitor, link::Link, pinned::rows::Packed},
    },
};

pub use crate::db::pool::pinned::rows::{Place, Row};
pub(in crate::db) use crate::db::pool::pinned::rows::{TOO_LARGE, is_too_large_to_pack};

/// A value that goes into a statement.
#[derive(Clone, Debug)]
pub(in crate::db) enum Parameter<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Time(DateTime<Utc>),
}

/// Most connections that are kept from the pool.
const MAX_CONNECTIONS: u32 = 4;
/// How long a connection is kept; the pool gives new ones from time to time.
const CONNECTION_LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long somebody waits for one. What cannot be had at once is read in another way, with a patience of its own.
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(500);

/// The connections of one database.
#[derive(Clone)]
pub(in crate::db) struct PinnedConnections {
    pool: Pools,
    /// Where reads find a connection while changes have all places.
    reserve: Option<Pool<Postgres>>,
    places: Arc<Semaphore>,
    most: usize,
    /// How many places changes have.
    writing: Arc<AtomicUsize>,
    idle: Arc<Mutex<Vec<Parked>>>,
    /// Whether a connection is kept at all.
    keeps: bool,
    wait: Duration,
    pulse: HealthMonitor,
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

/// What a place is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
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

/// One of them; given back by [`PinnedConnection::done`]. When that is not reached it goes to the pool, or is closed when its last
/// statement has not ended.
pub(in crate::db) struct PinnedConnection {
    /// None once it has been given back.
    kept: Option<Parked>,
    /// Whether a statement is under way.
    is_busy: bool,
    idle: Option<Arc<Mutex<Vec<Parked>>>>,
    pulse: HealthMonitor,
    _place: Option<OwnedSemaphorePermit>,
    _writing: Option<Writing>,
}

/// A change that has a place.
struct Writing(Arc<AtomicUsize>);

impl Writing {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn query(cause: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

impl PinnedConnections {
    /// Of the connections of a pool; `reserve` is for reads while changes have all of them.
    pub(in crate::db) fn of(
        connection: &DatabaseConnection,
        reserve: Option<&DatabaseConnection>,
        pulse: &HealthMonitor,
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
        let most = Self::most_of(all);
        Self {
            pool,
            reserve: reserve.map(|reserve| reserve.get_postgres_connection_pool().clone()),
            places: Arc::new(Semaphore::new(most)),
            most,
            writing: Arc::default(),
            idle: Arc::default(),
            keeps: all > 1,
            wait: link.connect_timeout(ACQUIRE_TIMEOUT),
            pulse: pulse.clone(),
        }
    }

    /// How many of so many connections may be kept from their pool.
    pub(in crate::db) fn most_of(connections: u32) -> usize {
        (connections / 2).clamp(1, MAX_CONNECTIONS) as usize
    }

    /// A connection for a read; an error when none can be had soon.
    pub(in crate::db) async fn take(&self) -> Result<PinnedConnection, DbErr> {
        self.soon(async {
            match &self.reserve {
                Some(reserve) if self.are_all_writing() => {
                    let connection = Connection::Postgres(reserve.acquire().await.map_err(query)?);
                    Ok(self.connection(Parked { connection, since: Instant::now() }, None, None))
                }
                _ => self.place(Use::Read).await,
            }
        })
        .await
    }

    /// The same for a change, which may have it for long.
    pub(in crate::db) async fn take_to_write(&self) -> Result<PinnedConnection, DbErr> {
        self.soon(self.place(Use::Write)).await
    }

    async fn soon(
        &self,
        taken: impl Future<Output = Result<PinnedConnection, DbErr>>,
    ) -> Result<PinnedConnection, DbErr> {
        let soon = tokio::time::timeout(self.wait, self.pulse.guard(taken));
        soon.await.unwrap_or_else(|_| Err(query(SqlxError::PoolTimedOut)))
    }

    /// Whether changes have all places: nobody knows for how long.
    fn are_all_writing(&self) -> bool {
        self.writing.load(Ordering::Acquire) >= self.most
    }

    async fn place(&self, of: Use) -> Result<PinnedConnection, DbErr> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| query(SqlxError::PoolClosed))?;
        let writing = (of == Use::Write).then(|| Writing::new(&self.writing));
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let kept = match kept.filter(|kept| kept.since.elapsed() < CONNECTION_LIFETIME) {
            Some(kept) => kept,
            None => Parked {
                connection: match &self.pool {
                    Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await.map_err(query)?),
                    Pools::Sqlite(pool) => Connection::Sqlite(pool.acquire().await.map_err(query)?),
                },
                since: Instant::now(),
            },
        };
        Ok(self.connection(kept, Some(place), writing))
    }

    fn connection(
        &self,
        kept: Parked,
        place: Option<OwnedSemaphorePermit>,
        writing: Option<Writing>,
    ) -> PinnedConnection {
        // What has no place is not kept.
        let idle = (self.keeps && place.is_some()).then(|| Arc::clone(&self.idle));
        PinnedConnection {
            kept: Some(kept),
            is_busy: false,
            idle,
            pulse: self.pulse.clone(),
            _place: place,
            _writing: writing,
        }
    }

    /// How many are kept that nobody uses at the moment.
    pub(in crate::db) fn idle(&self) -> u32 {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        u32::try_from(idle).unwrap_or(u32::MAX)
    }

    /// Gives one that nobody uses at the moment back to the pool; false when there is none.
    pub(in crate::db) fn give_one_back(&self) -> bool {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.is_some()
    }

    /// Gives all of them back to the pool, which is about to be closed.
    pub(in crate::db) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl PinnedConnection {
    /// The rows of a statement, charged to a budget as they arrive. The caller may be dropped at any moment.
    pub(in crate::db) async fn fetch(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        budget: &Budget,
    ) -> Result<Vec<Row>, DbErr> {
        let Some(kept) = &mut self.kept else { return Err(query(SqlxError::PoolClosed)) };
        let mut rows = Vec::new();
        match &mut kept.connection {
            Connection::Postgres(connection) => {
                let mut arguments = PgArguments::default();
                for parameter in parameters {
                    match parameter {
                        Parameter::Text(text) => arguments.add(&**text),
                        Parameter::Number(number) => arguments.add(*number),
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
                                // Beyond the budget the statement is left in the middle, and the connection is closed.
                                budget.charge(fetch::of_postgres(&row)).map_err(fetch::exceeded)?;
                                rows.push(Row::Postgres(row));
                            }
                            Ok(None) => return Ok(Ok(())),
                            Err(cause) => return Ok::<_, DbErr>(Err(cause)),
                        }
                    }
                };
                let done = self.pulse.guard(fetching).await?;
                // An error of the server is the end of a statement as well; after any other one nobody knows.
                self.is_busy = !matches!(done, Ok(()) | Err(SqlxError::Database(_)));
                done.map_err(query)?;
            }
            Connection::Sqlite(connection) => {
                let mut arguments = SqliteArguments::default();
                for parameter in parameters {
                    match parameter {
                        Parameter::Text(text) => arguments.add(text.clone().into_owned()),
                        Parameter::Number(number) => arguments.add(*number),
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

    /// Nothing went wrong: the next one may have it.
    pub(in crate::db) fn done(mut self) {
        if self.is_busy {
            return;
        }
        if let (Some(idle), Some(kept)) = (&self.idle, self.kept.take()) {
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        }
    }
}

impl Drop for PinnedConnection {
    fn drop(&mut self) {
        if let (true, Some(Parked { connection: Connection::Postgres(connection), .. })) =
            (self.is_busy, &mut self.kept)
        {
            connection.close_on_drop();
        }
    }
}
