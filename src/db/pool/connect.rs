//! Opens the connection pools of a database URL.
//!
//! Called by [`Db::connect`](crate::db::Db::connect). It must not run a statement that changes data.

use std::{
    path::PathBuf,
    str::FromStr,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbErr, SqlxError,
    sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions},
};
use tokio::time::sleep;

use super::open::PoolSettings;
use crate::{
    config::{DbUrl, PgServer},
    db::{
        failure::{has_code, sqlite_code, sqlx_error},
        maintenance::file,
        pool::{
            health::HealthMonitor,
            link::{self, First, Link},
            pooler,
        },
        repeated,
    },
    error::{Error, Result},
    limits::DatabaseTimeouts,
    private_file,
};

/// After how long the server ends an idle transaction. This is a last resort that releases its locks; no command pauses
/// that long between two statements.
const IDLE_TRANSACTION_TIMEOUT: Duration = Duration::from_mins(1);
/// How long the reserve connection stays open without being used.
const RESERVE_IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Connections for reading and for writing.
pub(in crate::db) struct NewPools {
    pub(in crate::db) read: DatabaseConnection,
    pub(in crate::db) write: DatabaseConnection,
    /// One more connection, for reads when `read` is exhausted. `None` where reads have a pool of their own.
    pub(in crate::db) reserve: Option<DatabaseConnection>,
    /// Whether a pooler assigns a different server connection to each transaction.
    pub(in crate::db) pooled: bool,
    /// The measured properties of the link to the server.
    pub(in crate::db) link: Link,
    /// The PostgreSQL server.
    pub(in crate::db) server: Option<PgServer>,
}

/// Opens the pools.
pub(in crate::db) async fn open(url: &DbUrl, how: &PoolSettings, health: &HealthMonitor) -> Result<NewPools> {
    match url {
        DbUrl::Sqlite(path) => {
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                private_file::create_folder(parent).map_err(|cause| Error::Failed {
                    message: format!("cannot create {}: {cause}", parent.display()),
                    source: cause.into(),
                })?;
            }
            file::inspect(path).await.map_err(Error::failed)?;
            file::make_private(path);
            // SQLite allows one writer anyway. Waiting for a pool of one connection is fair and needs no polling.
            let write = sqlite(path.clone(), 1, &how.timeouts).await?;
            let read = sqlite(path.clone(), how.connections, &how.timeouts).await?;
            Ok(NewPools { read, write, reserve: None, pooled: false, link: Link::default(), server: None })
        }
        DbUrl::Postgres(_) => postgres_pools(url, how, health).await.map_err(pooler::explained),
    }
}

/// Opens the pools of PostgreSQL.
async fn postgres_pools(url: &DbUrl, how: &PoolSettings, health: &HealthMonitor) -> Result<NewPools> {
    let servers = url.servers().ok_or_else(|| Error::Internal("the URL has no server".to_owned()))?;
    let First { connection: first, link, server, .. } = link::first(&servers, how.timeouts.pool_wait(), health).await?;
    let url = server.url.as_str();
    let mut wanted = Options { role: Role::Primary, limits: Limits::AtStart, connections: how.connections };
    let pool = match Database::connect(postgres(url, how, link, wanted)).await {
        Err(cause) if cause.to_string().contains("unsupported startup parameter") => {
            wanted.limits = Limits::Afterwards;
            Database::connect(postgres(url, how, link, wanted)).await?
        }
        connected => connected?,
    };
    let pooled = pooler::is_pooled(pool.get_postgres_connection_pool(), first, link).await?;
    // With one connection in all, reads and writes take turns on it.
    let reserve = if how.connections > 1 {
        let mut options = postgres(url, how, link, Options { connections: 1, ..wanted });
        options.min_connections(0).idle_timeout(RESERVE_IDLE_TIMEOUT).connect_lazy(true);
        Some(Database::connect(options).await?)
    } else {
        None
    };
    Ok(NewPools { read: pool.clone(), write: pool, reserve, pooled, link, server: Some(server) })
}

/// When the timeouts of a new connection are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Limits {
    /// In the startup message.
    AtStart,
    /// In a statement after connecting, because some poolers refuse them in the startup message.
    Afterwards,
}

/// The role that a server must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Role {
    /// The primary. A connection to a standby is refused, because its data may be stale: after a failover the address
    /// may lead to the demoted primary. A server becomes a standby only by a restart, so one check for each connection
    /// is enough.
    Primary,
    /// A standby.
    Standby,
    /// A standby, and never a primary: another server of the URL is one.
    OnlyStandby,
}

/// The kind and number of connections in a pool.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct Options {
    pub(in crate::db) role: Role,
    pub(in crate::db) limits: Limits,
    pub(in crate::db) connections: u32,
}

/// The options of a pool of PostgreSQL connections with statement timeouts. Each connection is checked when it is
/// opened and whenever it is returned.
pub(in crate::db) fn postgres(url: &str, how: &PoolSettings, link: Link, wanted: Options) -> ConnectOptions {
    let mut options = options(url.to_owned(), wanted.connections, &how.timeouts);
    options.acquire_timeout(link.connect_timeout(how.timeouts.pool_wait()));
    let settings = [
        ("statement_timeout", format!("{}s", how.timeouts.statement_timeout)),
        ("lock_timeout", format!("{}s", how.timeouts.lock_timeout)),
        ("idle_in_transaction_session_timeout", format!("{}s", IDLE_TRANSACTION_TIMEOUT.as_secs())),
    ];
    let mut first_statement = None;
    if wanted.limits == Limits::Afterwards {
        options.map_sqlx_postgres_opts(|options| options.application_name("devarch").extra_float_digits(None));
        first_statement = Some(settings.map(|(name, value)| format!("SET {name} = '{value}'")).join("; "));
    } else {
        options.map_sqlx_postgres_opts(move |options| {
            options
                .application_name("devarch")
                .extra_float_digits(None)
                .options(settings.iter().map(|(name, value)| (name, value)))
        });
    }
    options.map_sqlx_postgres_pool_opts(move |options| {
        let sql = first_statement.clone();
        let options = options.after_connect(move |connection, _| {
            let sql = sql.clone();
            Box::pin(async move { prepare(connection, sql, wanted.role).await })
        });
        options.after_release(move |connection, _| Box::pin(link.proof.may_return(connection)))
    });
    options
}

/// Keeps the plan of a prepared statement. Otherwise PostgreSQL plans a statement with an array parameter again for
/// each execution, because a plan for one id looks cheaper than one for any number of them; planning takes several times
/// as long as the execution. Engines without this setting are left alone.
const KEEP_PLANS: &str =
    "SELECT set_config(name, 'force_generic_plan', false) FROM pg_settings WHERE name = 'plan_cache_mode'";

/// Sets timeouts and the use of plans on a new connection, and checks the role of its server.
async fn prepare(connection: &mut PgConnection, sql: Option<String>, role: Role) -> Result<(), sqlx::Error> {
    if let Some(sql) = sql {
        repeated!(connection.execute(AssertSqlSafe(sql.clone())))?;
    }
    repeated!(connection.execute(KEEP_PLANS))?;
    match role {
        Role::Primary if link::is_standby(connection).await? => {
            Err(sqlx::Error::Configuration(link::standby_error().to_string().into()))
        }
        Role::OnlyStandby if !link::is_standby(connection).await? => {
            Err(sqlx::Error::Configuration("the server is a primary".into()))
        }
        _ => Ok(()),
    }
}

/// Parses the URL of a PostgreSQL server.
pub(in crate::db) fn of_postgres(url: &str) -> Result<PgConnectOptions, SqlxError> {
    Ok(PgConnectOptions::from_str(url)?.application_name("devarch").extra_float_digits(None))
}

/// Opens a PostgreSQL connection without statement timeouts, for migrations. `None` on SQLite, which has no such
/// timeouts.
pub(in crate::db) async fn for_migrations(server: Option<&PgServer>) -> Result<Option<DatabaseConnection>> {
    let Some(server) = server else { return Ok(None) };
    let mut options = options(server.url.clone(), 1, &DatabaseTimeouts::default());
    // The advisory lock belongs to the session, so this connection must not be replaced before the last migration.
    options.acquire_timeout(link::CONNECT_TIMEOUT).max_lifetime(None).idle_timeout(None);
    Ok(Some(Database::connect(options).await?))
}

/// Opens a pool of SQLite connections. A connection whose transaction could not be ended, for example because the disk
/// is full, is closed. Otherwise later statements would run inside that transaction, be acknowledged, and be lost.
async fn sqlite(path: PathBuf, connections: u32, timeouts: &DatabaseTimeouts) -> Result<DatabaseConnection> {
    let lock = Duration::from_secs(timeouts.lock_timeout);
    // The path is not part of the URL, so `?` and `%` in it have no special meaning.
    let mut options = options("sqlite::memory:".to_owned(), connections, timeouts);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(lock)
            // Rows in the buffer are not charged to a budget yet, and each may hold a value of 1 MiB.
            .row_buffer_size(MAX_BUFFERED_ROWS)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
    });
    options.map_sqlx_sqlite_pool_opts(|options| {
        options.after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // Waits for a rollback that may still be running.
                    connection.ping().await?;
                }
                let is_left = connection.is_in_transaction();
                if is_left {
                    tracing::warn!("a transaction could not be ended; its connection is closed");
                }
                Ok(!is_left)
            })
        })
    });
    let begun = Instant::now();
    loop {
        match Database::connect(options.clone()).await {
            // Another process is giving a new file its write-ahead log. SQLite does not wait for that by itself.
            Err(cause) if begun.elapsed() < lock && is_busy(&cause) => sleep(BUSY_PAUSE).await,
            connected => return Ok(connected?),
        }
    }
}

/// How long to wait before a file is opened again that another process is opening.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Whether another process has locked the SQLite file.
fn is_busy(cause: &DbErr) -> bool {
    let codes = [sqlite_code::BUSY, sqlite_code::BUSY_RECOVERY].map(|code| code.to_string());
    sqlx_error(cause).is_some_and(|cause| has_code(cause, &codes.each_ref().map(String::as_str)))
}

/// The number of SQLite rows that are read ahead of the request.
const MAX_BUFFERED_ROWS: usize = 16;

fn options(url: String, connections: u32, timeouts: &DatabaseTimeouts) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(timeouts.pool_wait())
        // A dead connection is detected by its next statement. A test before would cost every request a round trip.
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}
