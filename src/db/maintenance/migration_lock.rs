//! The migration lock: keeps two processes from migrating one database at the same time.
//!
//! Used by [`Db::migrate_alone`](crate::db::Db::migrate_alone). It must not be needed by anything but migrations. The
//! lock ends with the process that holds it. A process that has to wait logs at once who holds the lock, and gives up
//! after a timeout.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::time::{Instant, sleep};

use crate::{
    config::DbUrl,
    db::{Attempts, repeated},
};

/// How long to wait for the lock.
pub(in crate::db) const MIGRATION_LOCK_TIMEOUT: Duration = Duration::from_mins(1);
/// Time between two attempts to get the lock.
const LOCK_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The key of the advisory lock. PostgreSQL separates the advisory locks of different databases.
const ADVISORY_LOCK_KEY: i64 = i64::from_be_bytes(*b"\0devarch");

/// Locks the folder of an SQLite file until the returned handle is dropped. Returns `None` if the folder cannot be
/// locked, and an error if another process holds the lock for too long.
pub(in crate::db) async fn of_file(url: &DbUrl, wait: Duration) -> Result<Option<File>, String> {
    let DbUrl::Sqlite(path) = url else { return Ok(None) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    // Locks the folder instead of the file, because closing a second handle of the file would release SQLite's own
    // locks.
    let begun = Instant::now();
    let locked = async {
        let file = File::open(&folder)?;
        let mut is_logged = false;
        loop {
            // A blocking call could not be cancelled.
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(cause)) => return Err(cause),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= wait => return Ok(None),
                Err(TryLockError::WouldBlock) => {}
            }
            if !is_logged {
                is_logged = true;
                tracing::warn!("waiting for {}, for {wait:?} at most", describe_lock(&folder));
            }
            sleep(LOCK_POLL_INTERVAL).await;
        }
    };
    match locked.await {
        Ok(Some(file)) => Ok(Some(file)),
        Ok(None) => Err(format!(
            "gave up after {wait:?} waiting for {}; end that process, or try again",
            describe_lock(&folder)
        )),
        Err(cause) => {
            tracing::debug!(%cause, "the folder of the database cannot be locked; two that migrate at once are not kept apart");
            Ok(None)
        }
    }
}

/// Describes the lock on a folder, with the processes that hold it if they are known.
fn describe_lock(folder: &Path) -> String {
    let mut holders: Vec<String> = holders(folder).iter().map(|pid| process(*pid)).collect();
    holders.dedup();
    let by = if holders.is_empty() { "another process".to_owned() } else { holders.join(", ") };
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| PathBuf::from(folder));
    format!("the lock on the folder {}, which {by} holds (one process migrates at a time)", folder.display())
}

/// The processes that have locked a folder, read from `/proc/locks`.
#[cfg(target_os = "linux")]
fn holders(folder: &Path) -> Vec<u32> {
    use std::os::unix::fs::MetadataExt;

    let Ok(inode) = fs::metadata(folder).map(|metadata| metadata.ino()) else { return Vec::new() };
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    // A line is `1: FLOCK  ADVISORY  WRITE 4242 08:01:131090 0 EOF`; waiting processes have `->` in the second column.
    let holder = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_held = fields.get(1) == Some(&"FLOCK") && fields.get(5)?.rsplit(':').next() == Some(&inode.to_string());
        is_held.then(|| fields.get(4)?.parse().ok())?
    };
    locks.lines().filter_map(holder).collect()
}

#[cfg(not(target_os = "linux"))]
fn holders(_: &Path) -> Vec<u32> {
    Vec::new()
}

fn process(pid: u32) -> String {
    match fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => format!("process {pid} ({})", name.trim()),
        Err(_) => format!("process {pid}"),
    }
}

/// Takes the advisory lock on a PostgreSQL server. It lasts as long as the one connection of this pool.
pub(in crate::db) async fn of_server(connection: &DatabaseConnection, wait: Duration) -> Result<(), DbErr> {
    let begun = Instant::now();
    let mut is_logged = false;
    loop {
        let sql =
            Statement::from_string(DbBackend::Postgres, format!("SELECT pg_try_advisory_lock({ADVISORY_LOCK_KEY})"));
        // The lock is the session's: a second one would be of the same session.
        let row = repeated!(Attempts::at_start(), connection.query_one_raw(sql.clone()))?;
        if row.map(|row| row.try_get_by_index(0)).transpose()? == Some(true) {
            return Ok(());
        }
        let is_over = begun.elapsed() >= wait;
        if is_over || !is_logged {
            is_logged = true;
            let holder = holder_on_server(connection).await;
            let lock = format!("the advisory lock of the migrations, which {holder} holds (one migrates at a time)");
            if is_over {
                return Err(DbErr::Custom(format!("gave up after {wait:?} waiting for {lock}")));
            }
            tracing::warn!("waiting for {lock}, for {wait:?} at most");
        }
        sleep(LOCK_POLL_INTERVAL).await;
    }
}

/// Describes the connection that holds the advisory lock.
async fn holder_on_server(connection: &DatabaseConnection) -> String {
    let [high, low] = [ADVISORY_LOCK_KEY >> 32, ADVISORY_LOCK_KEY & 0xffff_ffff];
    let sql = format!(
        "SELECT format('the server process %s (%s, from %s)', l.pid, COALESCE(NULLIF(a.application_name, ''), 'unnamed'), \
         COALESCE(host(a.client_addr), 'its own machine')) FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = {high} AND l.objid::bigint = {low} AND \
         l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    let found = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let found = found.ok().flatten().and_then(|row| row.try_get_by_index(0).ok());
    found.unwrap_or_else(|| "another connection".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::db::maintenance::migration_lock::*;

    #[tokio::test]
    async fn a_folder_that_somebody_has_is_waited_for_and_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let url = DbUrl::Sqlite(folder.path().join("test.db"));
        let wait = Duration::from_millis(300);
        let first = of_file(&url, wait).await.unwrap().unwrap();
        let begun = Instant::now();
        let told = of_file(&url, wait).await.unwrap_err();
        assert!(begun.elapsed() >= wait && begun.elapsed() < 20 * wait, "{:?}", begun.elapsed());
        assert!(told.contains(folder.path().canonicalize().unwrap().to_str().unwrap()), "{told}");
        if cfg!(target_os = "linux") {
            assert!(told.contains(&format!("process {} (", std::process::id())), "{told}");
        }
        let (second, ()) = tokio::join!(of_file(&url, 100 * wait), async {
            sleep(wait).await;
            drop(first);
        });
        assert!(second.unwrap().is_some());
    }
}
