//! Connections that stay with those whose whole business is one statement: taking one and giving it back costs nothing.
//!
//! A connection that goes back to the pool is asked whether it is still alive, on a task of its own: a round trip for
//! each statement. Here it goes back only when something went wrong with it. Used by the direct reads and by changes at
//! once. It must never keep so many that the pool has none for everybody else, nor know what a statement is for.

mod rows;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, PoisonError},
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

use self::rows::Packed;
use super::{fetch, pulse::Pulse};
use crate::budget::Budget;

pub use self::rows::{Place, Row};
pub(super) use self::rows::{TOO_LARGE, is_too_large_to_pack};

/// A value that goes into a statement.
#[derive(Clone, Debug)]
pub(super) enum Parameter<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Time(DateTime<Utc>),
}

/// Most connections that are kept from the pool.
const MOST: u32 = 4;
/// How long a connection is kept; the pool gives new ones from time to time.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long somebody waits for one. What cannot be had at once is read in another way, with a patience of its own.
const WAIT: Duration = Duration::from_millis(500);

/// The connections of one database.
#[derive(Clone)]
pub(super) struct Lanes {
    pool: Pools,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Kept>>>,
    /// Whether a connection is kept at all.
    keeps: bool,
    pulse: Pulse,
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lanes")
    }
}

#[derive(Clone)]
enum Pools {
    Postgres(Pool<Postgres>),
    Sqlite(Pool<Sqlite>),
}

struct Kept {
    connection: Connection,
    since: Instant,
}

enum Connection {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

/// One of them; given back by [`Lane::done`], and to the pool when that is not reached.
pub(super) struct Lane {
    kept: Kept,
    idle: Option<Arc<Mutex<Vec<Kept>>>>,
    pulse: Pulse,
    _place: OwnedSemaphorePermit,
}

fn query(cause: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(cause.into()))
}

impl Lanes {
    pub(super) fn of(connection: &DatabaseConnection, pulse: &Pulse) -> Self {
        let (pool, most) = match connection.get_database_backend() {
            DbBackend::Postgres => {
                let pool = connection.get_postgres_connection_pool();
                (Pools::Postgres(pool.clone()), pool.options().get_max_connections())
            }
            _ => {
                let pool = connection.get_sqlite_connection_pool();
                (Pools::Sqlite(pool.clone()), pool.options().get_max_connections())
            }
        };
        let places = (most / 2).clamp(1, MOST);
        let places = Arc::new(Semaphore::new(places as usize));
        Self { pool, places, idle: Arc::default(), keeps: most > 1, pulse: pulse.clone() }
    }

    /// A connection; an error when none can be had soon.
    pub(super) async fn take(&self) -> Result<Lane, DbErr> {
        let soon = tokio::time::timeout(WAIT, self.pulse.guard(self.wait()));
        soon.await.unwrap_or_else(|_| Err(query(SqlxError::PoolTimedOut)))
    }

    async fn wait(&self) -> Result<Lane, DbErr> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| query(SqlxError::PoolClosed))?;
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let kept = match kept.filter(|kept| kept.since.elapsed() < LIFETIME) {
            Some(kept) => kept,
            None => Kept {
                connection: match &self.pool {
                    Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await.map_err(query)?),
                    Pools::Sqlite(pool) => Connection::Sqlite(pool.acquire().await.map_err(query)?),
                },
                since: Instant::now(),
            },
        };
        let idle = self.keeps.then(|| Arc::clone(&self.idle));
        Ok(Lane { kept, idle, pulse: self.pulse.clone(), _place: place })
    }

    /// How many are kept that nobody uses at the moment.
    pub(super) fn idle(&self) -> u32 {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        u32::try_from(idle).unwrap_or(u32::MAX)
    }

    /// Gives all of them back to the pool, which is about to be closed.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Lane {
    /// The rows of a statement, charged to a budget as they arrive.
    pub(super) async fn fetch(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        budget: &Budget,
    ) -> Result<Vec<Row>, DbErr> {
        let mut rows = Vec::new();
        match &mut self.kept.connection {
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
                let mut stream = query_with(AssertSqlSafe(sql), arguments).fetch(&mut **connection);
                let fetching = async {
                    while let Some(row) = stream.try_next().await.map_err(query)? {
                        budget.charge(fetch::of_postgres(&row)).map_err(fetch::exceeded)?;
                        rows.push(Row::Postgres(row));
                    }
                    Ok::<(), DbErr>(())
                };
                self.pulse.guard(fetching).await?;
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

    /// Nothing went wrong: the next reader may have it.
    pub(super) fn done(self) {
        let Self { kept, idle, _place, .. } = self;
        if let Some(idle) = idle {
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        }
    }
}
