//! Properties of the link to a PostgreSQL server: its round-trip time, the role of the server, and how to check that a
//! connection is outside a transaction.
//!
//! Measured on the first connection, before there is a pool. It must not change anything on the server.

use std::{pin::pin, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{Connection, Error as SqlxError, Executor, PgConnection, Row, postgres::PgConnectOptions, raw_sql},
};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    config::{PgServer, PgServers},
    db::{
        failure::{has_code, sqlstate},
        pool::{connect, health::HealthMonitor},
        repeated,
    },
    error::{Error, Result},
};

/// How long opening the first connection may take.
pub(in crate::db) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two attempts to connect to a server that does not accept connections yet.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// The maximum number of round trips to open a connection: TCP, TLS, the handshake, SCRAM and the first statements.
const ROUND_TRIPS_TO_CONNECT: u32 = 10;
/// How long to wait for other primaries after one has answered.
const GRACE_FOR_OTHERS: Duration = Duration::from_millis(150);
/// How long the check may take. It may have to wait for a statement that was still running when its connection was
/// returned.
const PROOF_TIMEOUT: Duration = Duration::from_secs(10);

/// The measured properties of the link to a server.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::db) struct Link {
    round_trip: Duration,
    pub(in crate::db) proof: Proof,
}

impl Link {
    /// The timeout for connecting: `least`, or more on a slow network.
    pub(in crate::db) fn connect_timeout(self, least: Duration) -> Duration {
        least.max(self.timeout_of(ROUND_TRIPS_TO_CONNECT, CONNECT_TIMEOUT))
    }

    /// The timeout for a number of round trips: `least`, or more on a slow network.
    pub(in crate::db) fn statement_timeout(self, round_trips: u32, least: Duration) -> Duration {
        least.max(self.timeout_of(round_trips.saturating_mul(4), 3 * CONNECT_TIMEOUT))
    }

    fn timeout_of(self, round_trips: u32, most: Duration) -> Duration {
        self.round_trip.saturating_mul(round_trips).min(most)
    }
}

/// How to check that a connection is outside a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::db) enum Proof {
    /// By a COMMIT in an anonymous block, which fails inside a transaction and has no effect outside one.
    #[default]
    CommitInBlock,
    /// For a server without PL/pgSQL: by comparing the start of the transaction with the start of the statement. This
    /// works in the simple protocol only; in the extended protocol they always differ.
    StartOfTransaction,
}

impl Proof {
    /// Asks the server whether the connection is outside a transaction. The driver does not know.
    pub(in crate::db) async fn holds(self, connection: &mut PgConnection) -> Result<bool, SqlxError> {
        repeated!(self.holds_now(connection))
    }

    async fn holds_now(self, connection: &mut PgConnection) -> Result<bool, SqlxError> {
        match self {
            Self::CommitInBlock => match connection.execute(raw_sql("DO $$BEGIN COMMIT; END$$")).await {
                Ok(_) => Ok(true),
                Err(cause)
                    if has_code(
                        &cause,
                        &[sqlstate::INVALID_TRANSACTION_TERMINATION, sqlstate::IN_FAILED_TRANSACTION],
                    ) =>
                {
                    Ok(false)
                }
                Err(cause) => Err(cause),
            },
            Self::StartOfTransaction => {
                match connection.fetch_one(raw_sql("SELECT now() = statement_timestamp()")).await {
                    Ok(row) => row.try_get(0),
                    Err(cause) if has_code(&cause, &[sqlstate::IN_FAILED_TRANSACTION]) => Ok(false),
                    Err(cause) => Err(cause),
                }
            }
        }
    }

    /// Whether a connection may return to its pool. Inside a transaction it must not: later statements would be
    /// acknowledged as part of that transaction, and lost with it.
    pub(in crate::db) async fn may_return(self, connection: &mut PgConnection) -> Result<bool, SqlxError> {
        let holds = timeout(PROOF_TIMEOUT, self.holds(connection)).await.map_err(|_| SqlxError::PoolTimedOut)??;
        if !holds {
            tracing::warn!("a connection was given back inside a transaction and is closed");
        }
        Ok(holds)
    }
}

/// The timeline of a primary: each failover begins the next one. Zero if the server has none.
async fn timeline(connection: &mut PgConnection) -> Result<i32, SqlxError> {
    let sql = "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int4";
    match repeated!(connection.fetch_one(raw_sql(sql))) {
        Ok(row) => row.try_get(0),
        // A server that knows no timelines, or a role that may not ask.
        Err(SqlxError::Database(_)) => Ok(0),
        Err(cause) => Err(cause),
    }
}

/// Whether the server is a standby, which is read-only and may be stale.
pub(in crate::db) async fn is_standby(connection: &mut PgConnection) -> Result<bool, SqlxError> {
    match repeated!(connection.fetch_one(raw_sql("SELECT pg_is_in_recovery()"))) {
        Ok(row) => row.try_get(0),
        // A server that knows no standbys.
        Err(cause) if has_code(&cause, &[sqlstate::UNDEFINED_FUNCTION]) => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// The error of a connection that leads to a standby instead of a primary.
pub(in crate::db) fn standby_error() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(
        "the server is a standby, which takes no changes and may be behind: give the URL of the primary".to_owned(),
    ))
}

/// The first connection to a primary.
pub(in crate::db) struct First {
    pub(in crate::db) connection: PgConnection,
    pub(in crate::db) link: Link,
    pub(in crate::db) server: PgServer,
    /// Its timeline, if it is one of several servers.
    timeline: i32,
}

/// Opens the first connection to a primary and measures the link. Of several servers, all are tried at the same time, so that
/// one that does not answer delays nothing. Retries for `wait` if a server does not accept connections yet, and if all of several
/// are standbys, because a failover may be under way.
pub(in crate::db) async fn first(servers: &PgServers, wait: Duration, health: &HealthMonitor) -> Result<First> {
    let begun = Instant::now();
    loop {
        let mut tried: FuturesUnordered<_> =
            servers.servers.iter().map(|server| of_server(server, wait, servers.servers.len() > 1)).collect();
        let (mut best, mut refusals) = (None::<First>, Vec::new());
        let mut others = pin!(others_answer());
        loop {
            let done = tokio::select! {
                done = tried.next() => done,
                () = &mut others, if best.is_some() => None,
            };
            match done {
                None => break,
                Some(Err(refusal)) => refusals.push(refusal),
                Some(Ok(first)) if health.is_of_past(first.timeline) => refusals.push(of_past_error()),
                Some(Ok(first)) => {
                    if best.is_none() {
                        others.set(others_answer());
                    }
                    if best.as_ref().is_none_or(|best| best.timeline < first.timeline) {
                        best = Some(first);
                    }
                }
            }
        }
        if let Some(first) = best {
            health.saw_timeline(first.timeline);
            return Ok(first);
        }
        let is_over = begun.elapsed() >= wait;
        match refusals.len() {
            0 | 1 => return Err(Error::Unavailable(refusals.pop().unwrap_or_else(standby_error))),
            _ if is_over => return Err(Error::Unavailable(no_primary(servers, &refusals))),
            _ => sleep(RETRY_PAUSE).await,
        }
    }
}

/// The error when none of several servers is a primary.
fn no_primary(servers: &PgServers, refusals: &[DbErr]) -> DbErr {
    let mut told: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    told.sort_unstable();
    told.dedup();
    let names: Vec<&str> = servers.servers.iter().map(|server| server.name.as_str()).collect();
    let (names, told) = (names.join(", "), told.join("; "));
    DbErr::Conn(RuntimeErr::Internal(format!("none of the servers {names} is a primary that answers: {told}")))
}

/// How long a primary waits for other servers that are primaries as well. Right after a failover the former primary may be back,
/// and not know yet that it is none any more; its timeline is the older one.
async fn others_answer() {
    sleep(GRACE_FOR_OTHERS).await;
}

/// The error of a server that is a primary, and was left behind by a failover.
fn of_past_error() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the server was the primary before a failover".to_owned()))
}

/// Opens the first connection to one server, which has to be a primary.
async fn of_server(server: &PgServer, wait: Duration, is_one_of_several: bool) -> Result<First, DbErr> {
    let failed = |cause: SqlxError| DbErr::Conn(RuntimeErr::SqlxError(cause.into()));
    let options = connect::of_postgres(&server.url).map_err(failed)?;
    let begun = Instant::now();
    let connected = async {
        loop {
            match PgConnection::connect_with(&options).await {
                Err(cause) if begun.elapsed() < wait && is_starting(&cause) => sleep(RETRY_PAUSE).await,
                connected => return connected,
            }
        }
    };
    let looked = async {
        let mut connection = connected.await?;
        let asked = Instant::now();
        let is_standby = is_standby(&mut connection).await?;
        let first_round_trip = asked.elapsed();
        let timeline = if is_one_of_several && !is_standby { timeline(&mut connection).await? } else { 0 };
        let asked = Instant::now();
        let proof = match Proof::CommitInBlock.holds(&mut connection).await {
            Ok(true) => Proof::CommitInBlock,
            _ => Proof::StartOfTransaction,
        };
        // The shorter time, because the longer one may be due to a busy machine.
        let round_trip = asked.elapsed().min(first_round_trip);
        Ok((connection, is_standby, timeline, Link { round_trip, proof }))
    };
    let looked = timeout(wait.max(CONNECT_TIMEOUT), looked).await.unwrap_or(Err(SqlxError::PoolTimedOut));
    let (connection, is_standby, timeline, link) = looked.map_err(failed)?;
    if is_standby {
        drop(connection.close().await);
        return Err(standby_error());
    }
    Ok(First { connection, link, server: server.clone(), timeline })
}

/// A server that answers, and its role.
pub(in crate::db) struct Found {
    pub(in crate::db) connection: PgConnection,
    /// Its place in the URL.
    pub(in crate::db) server: usize,
    /// Whether it takes changes: it is no standby, and no failover has left it behind.
    pub(in crate::db) is_primary: bool,
}

/// Connects to all servers at the same time. Returns the first one that is a primary; if none is, one that answers.
pub(in crate::db) async fn find(servers: &[PgConnectOptions], health: &HealthMonitor) -> Result<Found, SqlxError> {
    let ask = async |server: usize, options: &PgConnectOptions| {
        let mut connection = PgConnection::connect_with(options).await?;
        let mut is_primary = !is_standby(&mut connection).await?;
        if servers.len() > 1 && is_primary {
            is_primary = !health.is_of_past(timeline(&mut connection).await?);
        }
        Ok(Found { connection, server, is_primary })
    };
    let mut asked: FuturesUnordered<_> =
        servers.iter().enumerate().map(|(server, options)| ask(server, options)).collect();
    let mut best = Err(SqlxError::PoolTimedOut);
    while let Some(found) = asked.next().await {
        match (found, &best) {
            (Ok(found), _) if found.is_primary => return Ok(found),
            (found, Err(_)) => best = found,
            _ => {}
        }
    }
    best
}

/// Whether connecting may succeed later: the port is closed, the server is starting, or it has no free connection
/// slots.
fn is_starting(cause: &SqlxError) -> bool {
    match cause {
        SqlxError::Io(cause) => cause.kind() == std::io::ErrorKind::ConnectionRefused,
        cause => has_code(cause, &[sqlstate::CANNOT_CONNECT_NOW, sqlstate::TOO_MANY_CONNECTIONS]),
    }
}

#[cfg(test)]
mod tests {
    use crate::db::pool::link::*;

    #[test]
    fn slow_networks_get_longer_and_never_for_ever() {
        let least = Duration::from_millis(700);
        let link = |milliseconds| Link { round_trip: Duration::from_millis(milliseconds), ..Link::default() };
        assert_eq!(link(1).connect_timeout(least), least);
        assert_eq!(link(400).connect_timeout(least), Duration::from_secs(4));
        assert_eq!(link(400).statement_timeout(1, least), Duration::from_millis(1600));
        assert_eq!(link(60_000).connect_timeout(least), CONNECT_TIMEOUT);
        assert_eq!(link(60_000).statement_timeout(20, least), 3 * CONNECT_TIMEOUT);
    }
}
