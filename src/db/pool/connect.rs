//! Opening a database from its URL.
//!
//! Called by [`Db::connect`](crate::db::Db::connect). It must never run a statement that changes data.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, SqlxError,
    sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions},
};

use crate::{
    config::DbUrl,
    db::{
        Opening,
        maintenance::file,
        pool::{
            link::{self, Link},
            pooler,
        },
    },
    error::{Error, Result},
    limits::DatabaseTimeouts,
    private_file,
};

/// After how long the server ends a transaction in which nothing is asked, as a last resort: it frees what is held. No
/// change rests that long between two of its statements.
const IDLE_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a connection that is not used stays open where there need not be one.
const RESERVE_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Connections for reading and for writing.
pub(in crate::db) struct Opened {
    pub(in crate::db) read: DatabaseConnection,
    pub(in crate::db) write: DatabaseConnection,
    /// A connection for reads when all of `read` are taken; where it and `write` are one.
    pub(in crate::db) reserve: Option<DatabaseConnection>,
    /// Whether a pooler hands them out anew for each transaction.
    pub(in crate::db) pooled: bool,
    /// What is known of the link to the server.
    pub(in crate::db) link: Link,
}

/// Opens them.
pub(in crate::db) async fn open(url: &DbUrl, how: &Opening) -> Result<Opened> {
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
            // One writer: SQLite has one anyway, and waiting for it here is fair and without polling.
            let write = sqlite(path.clone(), 1, &how.patience).await?;
            let read = sqlite(path.clone(), how.connections, &how.patience).await?;
            Ok(Opened { read, write, reserve: None, pooled: false, link: Link::default() })
        }
        DbUrl::Postgres(url) => {
            let own = of_postgres(url).map_err(Error::failed)?;
            let (first, link) = link::first(&own, how.patience.pool_wait()).await?;
            let mut wanted = Options { role: Role::Primary, limits: Limits::AtStart, connections: how.connections };
            let pool = match Database::connect(postgres(url, how, link, wanted)).await {
                Err(cause) if cause.to_string().contains("unsupported startup parameter") => {
                    wanted.limits = Limits::Afterwards;
                    Database::connect(postgres(url, how, link, wanted)).await?
                }
                connected => connected?,
            };
            let pooled = pooler::look(pool.get_postgres_connection_pool(), first, link).await?;
            // What has one connection in all does one thing at a time.
            let reserve = if how.connections > 1 {
                let mut options = postgres(url, how, link, Options { connections: 1, ..wanted });
                options.min_connections(0).idle_timeout(RESERVE_IDLE_TIMEOUT).connect_lazy(true);
                Some(Database::connect(options).await?)
            } else {
                None
            };
            Ok(Opened { read: pool.clone(), write: pool, reserve, pooled, link })
        }
    }
}

/// When a new connection is told how long its statements may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Limits {
    /// With the first message.
    AtStart,
    /// In a statement of its own: a pooler may not take it before.
    Afterwards,
}

/// Which role the server at an address has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Role {
    /// The primary. A connection to a standby is refused: the address of a primary that was demoted leads to one, which
    /// may be behind. A server cannot become a standby without a restart, so looking once is enough.
    Primary,
    /// A standby on purpose.
    Standby,
}

/// What connections are wanted.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct Options {
    pub(in crate::db) role: Role,
    pub(in crate::db) limits: Limits,
    pub(in crate::db) connections: u32,
}

/// Connections to a PostgreSQL server on which the time of statements is limited. Each is looked at when it comes about and
/// each time it is given back.
pub(in crate::db) fn postgres(url: &str, how: &Opening, link: Link, wanted: Options) -> ConnectOptions {
    let mut options = options(url.to_owned(), wanted.connections, &how.patience);
    options.acquire_timeout(link.connect_timeout(how.patience.pool_wait()));
    let most = [
        ("statement_timeout", format!("{}s", how.patience.statement_timeout)),
        ("lock_timeout", format!("{}s", how.patience.lock_timeout)),
        ("idle_in_transaction_session_timeout", format!("{}s", IDLE_TRANSACTION_TIMEOUT.as_secs())),
    ];
    let mut first_statement = None;
    if wanted.limits == Limits::Afterwards {
        options.map_sqlx_postgres_opts(|options| options.application_name("devarch").extra_float_digits(None));
        first_statement = Some(most.map(|(name, value)| format!("SET {name} = '{value}'")).join("; "));
    } else {
        options.map_sqlx_postgres_opts(move |options| {
            options
                .application_name("devarch")
                .extra_float_digits(None)
                .options(most.iter().map(|(name, value)| (name, value)))
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

/// What is done with a new connection before it is used.
async fn prepare(connection: &mut PgConnection, sql: Option<String>, role: Role) -> Result<(), sqlx::Error> {
    if let Some(sql) = sql {
        connection.execute(AssertSqlSafe(sql)).await?;
    }
    if role == Role::Primary && link::is_standby(connection).await? {
        return Err(sqlx::Error::Configuration(link::standby_error().to_string().into()));
    }
    Ok(())
}

/// How to reach a PostgreSQL server.
pub(in crate::db) fn of_postgres(url: &str) -> Result<PgConnectOptions, SqlxError> {
    Ok(PgConnectOptions::from_str(url)?.application_name("devarch").extra_float_digits(None))
}

/// A connection on which statements may take as long as they need; on SQLite every one is.
pub(in crate::db) async fn for_migrations(url: &DbUrl) -> Result<Option<DatabaseConnection>> {
    let DbUrl::Postgres(url) = url else { return Ok(None) };
    let mut options = options(url.clone(), 1, &DatabaseTimeouts::default());
    // The lock is the connection's: it must be the same one until the last step is done.
    options.acquire_timeout(link::CONNECT_TIMEOUT).max_lifetime(None).idle_timeout(None);
    Ok(Some(Database::connect(options).await?))
}

/// A transaction that cannot be ended (the disk is full, or fails) takes its connection along: whatever came after it would
/// happen inside of it, be acknowledged, and be lost.
async fn sqlite(path: PathBuf, connections: u32, patience: &DatabaseTimeouts) -> Result<DatabaseConnection> {
    let lock = Duration::from_secs(patience.lock_timeout);
    // The path goes past the URL: a `?` or `%` in it is a character like any other.
    let mut options = options("sqlite::memory:".to_owned(), connections, patience);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(lock)
            // Rows that the thread of the connection finds before they are counted: each may have a value of 1 MiB.
            .row_buffer_size(ROW_BUFFER)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
    });
    options.map_sqlx_sqlite_pool_opts(|options| {
        options.after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // A rollback may be under way; this comes after it.
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
    Ok(Database::connect(options).await?)
}

/// How many rows of SQLite wait for the request that reads them.
const ROW_BUFFER: usize = 16;

fn options(url: String, connections: u32, patience: &DatabaseTimeouts) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(patience.pool_wait())
        // A dead connection shows itself at its next statement; asking first costs every request a round trip.
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}
