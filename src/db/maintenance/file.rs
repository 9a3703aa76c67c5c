//! The SQLite file as a whole: inspecting, backing up and restoring it.
//!
//! Called before a file is opened for use, and by the commands for backup and restore. It must not write to a file that
//! it inspects: a file of another program or of a later version stays as it is.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::{
    self, ConnectOptions, Connection, Row,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use crate::{db::failure::sqlite_code, private_file};

/// The first bytes of every SQLite file.
const HEADER: &[u8; 16] = b"SQLite format 3\0";
/// The largest file, in bytes, that is checked before use if it was not closed properly. The check takes a second at
/// most.
const MAX_QUICK_CHECK_BYTES: u64 = 256 * 1024 * 1024;
/// The table of applied migrations.
pub(in crate::db) const MIGRATIONS_TABLE: &str = "seaql_migrations";

/// Why a file cannot be used. The message is the rest of a sentence that begins with the name of the file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refused to read or write the file.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is not an SQLite database.
    #[error("it is no SQLite database")]
    NotSqlite,
    /// The file is empty or does not exist.
    #[error("there is nothing in it")]
    Empty,
    /// SQLite reports that the file is damaged.
    #[error("it is damaged; bring back a backup with `devarch restore`")]
    Damaged(#[source] Option<sqlx::Error>),
    /// Another connection has locked the file.
    #[error("another process is using it")]
    InUse(#[source] Option<sqlx::Error>),
    /// A running service has the file open.
    #[error("a service is running on it: stop that first")]
    Served,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull(#[source] sqlx::Error),
    /// The applied migrations are not those of this version.
    #[error(transparent)]
    Steps(#[from] UnknownSteps),
    /// A row refers to a row that does not exist.
    #[error("a row of its table {table} refers to nothing")]
    LooseReference {
        /// The table of the referring row.
        table: String,
    },
    /// Any other error of SQLite.
    #[error("{0}")]
    Sqlite(#[source] sqlx::Error),
}

impl From<sqlx::Error> for FileError {
    fn from(cause: sqlx::Error) -> Self {
        let code = cause.as_database_error().and_then(|error| error.code()?.parse().ok());
        match code.map(sqlite_code::primary) {
            Some(sqlite_code::CORRUPT | sqlite_code::NOT_A_DATABASE) => Self::Damaged(Some(cause)),
            Some(sqlite_code::BUSY | sqlite_code::LOCKED) => Self::InUse(Some(cause)),
            Some(sqlite_code::FULL) => Self::DiskFull(cause),
            _ => Self::Sqlite(cause),
        }
    }
}

/// Why a database with these applied migrations cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownSteps {
    /// It has migrations of DevArch, and also unknown ones.
    #[error("a later version of DevArch has made it (step {0}); use that version, or restore an older backup")]
    OfLaterVersion(String),
    /// It has no migration of DevArch.
    #[error("it is a database of something else")]
    OfSomethingElse,
}

/// The contents of a database file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The number of stacks, including those in the trash.
    pub stacks: i64,
    /// The number of instances, including those in the trash.
    pub instances: i64,
    /// The number of templates.
    pub templates: i64,
    /// Whether this version has migrations that were not applied.
    pub is_older: bool,
}

/// Returns the reason why this version cannot use a database with these applied migrations; `None` if it can.
pub(in crate::db) fn unknown_migrations<'a>(applied: impl IntoIterator<Item = &'a str>) -> Option<UnknownSteps> {
    let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let (mut ours, mut later) = (false, None);
    for step in applied {
        if known.iter().any(|known| known == step) {
            ours = true;
        } else {
            later = Some(step.to_owned());
        }
    }
    let step = later?;
    Some(if ours { UnknownSteps::OfLaterVersion(step) } else { UnknownSteps::OfSomethingElse })
}

/// Checks that a file can be used: it does not exist, is empty, or is a database of this version or an earlier one.
/// Does not write to it.
pub async fn inspect(path: &Path) -> Result<(), FileError> {
    if let Some(mut found) = open(path).await? {
        let done = check_usable(path, &mut found).await;
        found.close().await?;
        done?;
    }
    Ok(())
}

/// Removes the permissions of other users from a database and the files that SQLite keeps beside it, and creates an
/// empty file if there is none. SQLite gives the files beside it the mode of the database. A file of another user stays
/// as it is.
pub(in crate::db) fn make_private(path: &Path) {
    let made = match private_file::create_new(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    };
    let closed = ["", "-wal", "-shm", "-journal"]
        .into_iter()
        .try_for_each(|suffix| private_file::close_to_others(&beside(path, suffix)));
    if let Err(cause) = made.and(closed) {
        // Opening the file reports whether it can be used at all.
        tracing::warn!(%cause, file = %path.display(), "the database file cannot be closed to other users");
    }
}

/// Opens a file for reading; `None` if it does not exist or is empty.
async fn open(path: &Path) -> Result<Option<SqliteConnection>, FileError> {
    let mut file = match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut header = [0; HEADER.len()];
    match file.read(&mut header)? {
        0 => return Ok(None),
        n if n < header.len() || header != *HEADER => {
            return Err(FileError::NotSqlite);
        }
        _ => {}
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(2));
    Ok(Some(options.connect().await?))
}

async fn check_usable(path: &Path, found: &mut SqliteConnection) -> Result<(), FileError> {
    let was_closed = fs::metadata(beside(path, "-wal")).map_or(true, |wal| wal.len() == 0);
    if !was_closed && fs::metadata(path)?.len() <= MAX_QUICK_CHECK_BYTES {
        run_check(found, "quick_check(1)").await?;
    }
    let tables =
        texts(found, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").await?;
    if tables.is_empty() {
        return Ok(());
    }
    if !tables.iter().any(|table| table == MIGRATIONS_TABLE) {
        return Err(UnknownSteps::OfSomethingElse.into());
    }
    let steps = texts(found, "SELECT version FROM seaql_migrations ORDER BY version").await?;
    unknown_migrations(steps.iter().map(String::as_str)).map_or(Ok(()), |unknown| Err(unknown.into()))
}

async fn texts(found: &mut SqliteConnection, sql: &'static str) -> Result<Vec<String>, FileError> {
    Ok(sqlx::query_scalar(sql).fetch_all(found).await?)
}

/// Runs one of SQLite's integrity checks.
async fn run_check(found: &mut SqliteConnection, check: &'static str) -> Result<(), FileError> {
    let sql = if check.starts_with("quick") { "PRAGMA quick_check(1)" } else { "PRAGMA integrity_check(1)" };
    let results: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *found).await?;
    if results.iter().any(|line| line == "ok") {
        return Ok(());
    }
    tracing::error!(found = results.join("; "), "the database file is damaged");
    Err(FileError::Damaged(None))
}

/// Checks a whole file: every page, every index and every foreign key.
pub async fn verify(path: &Path) -> Result<Content, FileError> {
    let found = open(path).await?;
    let mut found = found.ok_or(FileError::Empty)?;
    let done = verify_open(path, &mut found).await;
    found.close().await?;
    done
}

async fn verify_open(path: &Path, found: &mut SqliteConnection) -> Result<Content, FileError> {
    check_usable(path, found).await?;
    run_check(found, "integrity_check(1)").await?;
    let loose = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *found).await?;
    if let Some(row) = loose {
        let table: String = row.try_get(0)?;
        return Err(FileError::LooseReference { table });
    }
    let steps = texts(found, "SELECT version FROM seaql_migrations").await?;
    if steps.is_empty() {
        return Err(FileError::Empty);
    }
    let mut count = async |sql: &'static str| -> Result<i64, FileError> {
        Ok(sqlx::query_scalar(sql).fetch_one(&mut *found).await?)
    };
    Ok(Content {
        stacks: count("SELECT count(*) FROM stacks").await?,
        instances: count("SELECT count(*) FROM service_instances").await?,
        templates: count("SELECT count(*) FROM services").await?,
        is_older: steps.len() < Migrator::migrations().len(),
    })
}

/// Copies a database into a new file, also while it is in use. The copy is a consistent snapshot, and is verified
/// before it gets its name.
pub async fn back_up(path: &Path, to: &Path) -> Result<Content, FileError> {
    let source = open(path).await?;
    let mut source = source.ok_or(FileError::Empty)?;
    let new = Partial::beside(to)?;
    let made = async {
        check_usable(path, &mut source).await?;
        // VACUUM would skip a damaged index without an error.
        run_check(&mut source, "quick_check(1)").await?;
        // VACUUM INTO does not block readers or writers.
        sqlx::query("VACUUM INTO ?").bind(new.0.to_string_lossy().into_owned()).execute(&mut source).await?;
        renew_epoch(&new.0).await?;
        verify(&new.0).await
    };
    let made = made.await;
    source.close().await?;
    let content = made?;
    new.publish(to)?;
    Ok(content)
}

/// Replaces a database that is not in use with a backup. Returns the path to which the old file was renamed.
pub async fn restore_copy(from: &Path, path: &Path, kept_as: &str) -> Result<(Content, Option<PathBuf>), FileError> {
    let content = verify(from).await?;
    let new = Partial::beside(path)?;
    // The new file keeps its own mode instead of that of the backup.
    io::copy(&mut File::open(from)?, &mut OpenOptions::new().write(true).open(&new.0)?)?;
    renew_epoch(&new.0).await?;
    // Verifies the copy too, because the copy is what will be used.
    verify(&new.0).await?;
    let mut kept = None;
    if fs::exists(path)? {
        ensure_unused(path).await?;
        let aside = beside(path, kept_as);
        fs::rename(path, &aside)?;
        private_file::close_to_others(&aside)?;
        kept = Some(aside);
    }
    for suffix in ["-wal", "-shm"] {
        // These belong to the old file; SQLite would apply them to the new one.
        match fs::rename(beside(path, suffix), beside(path, &format!("{kept_as}{suffix}"))) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause.into()),
            _ => {}
        }
    }
    new.publish(path)?;
    Ok((content, kept))
}

/// Gives a copy of a database another epoch, because its history branches from that of the original: cursors of the one
/// are none of the other. A database of an earlier version has no epoch.
async fn renew_epoch(path: &Path) -> Result<(), FileError> {
    let mut copy = SqliteConnectOptions::new().filename(path).connect().await?;
    let has_log = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'change_epoch'";
    if sqlx::query(has_log).fetch_one(&mut copy).await?.try_get::<i64, _>(0)? > 0 {
        let renewed = "UPDATE change_epoch SET epoch = abs(random() % 9007199254740991) + 1";
        sqlx::query(renewed).execute(&mut copy).await?;
    }
    copy.close().await?;
    Ok(())
}

/// Checks that no other process has the file open, and merges its write-ahead log into it. A file that is damaged or no
/// database passes.
async fn ensure_unused(path: &Path) -> Result<(), FileError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_millis(500));
    let Ok(mut found) = options.connect().await else { return Ok(()) };
    // SQLite leaves WAL mode only if no other connection is open.
    let left: Result<String, _> = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut found).await;
    drop(found.close().await);
    match left.map_err(FileError::from) {
        Ok(mode) if mode == "wal" => Err(FileError::InUse(None)),
        Err(FileError::InUse(_)) => Err(FileError::Served),
        _ => Ok(()),
    }
}

/// A file with a temporary name. It is deleted on drop unless it was renamed.
struct Partial(PathBuf);

impl Partial {
    fn beside(path: &Path) -> Result<Self, FileError> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            private_file::create_folder(parent)?;
        }
        let partial = Self(beside(path, ".partial"));
        match fs::remove_file(&partial.0) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause.into()),
            _ => {}
        }
        // The file is empty, private and not a symbolic link. SQLite writes the copy into it.
        private_file::create_new(&partial.0)?;
        Ok(partial)
    }

    /// Renames the file to its final name, and syncs file and folder to disk.
    fn publish(self, path: &Path) -> Result<(), FileError> {
        File::open(&self.0)?.sync_all()?;
        fs::rename(&self.0, path)?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Appends a suffix to the file name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
