//! The SQLite file as a whole: whether it is a database of ours, a copy of it, and putting a copy in its place.
//!
//! Called before a file is opened for use, and by the commands that back up and restore. What is looked at is never
//! written to: a file that is not ours, or that a later version has made, stays as it is.

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

/// How every SQLite file begins.
const HEADER: &[u8; 16] = b"SQLite format 3\0";
/// Up to this size, in bytes, a file that was not closed is looked through before it is used: it takes a second at most.
const QUICKLY_CHECKED: u64 = 256 * 1024 * 1024;
/// The table of the steps that a database has.
pub(in crate::db) const HISTORY: &str = "seaql_migrations";

/// Why a file cannot be used; a sentence without its beginning, which names the file.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The system does not let it be read or written.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is not a file of SQLite.
    #[error("it is no SQLite database")]
    NotSqlite,
    /// It is empty, or there is none.
    #[error("there is nothing in it")]
    Empty,
    /// SQLite found it damaged.
    #[error("it is damaged; bring back a backup with `devarch restore`")]
    Damaged(#[source] Option<sqlx::Error>),
    /// Another connection has it locked.
    #[error("somebody else is using it")]
    InUse(#[source] Option<sqlx::Error>),
    /// A service has it open.
    #[error("a service is running on it: stop that first")]
    Served,
    /// There is no room for what has to be written.
    #[error("the disk is full")]
    DiskFull(#[source] sqlx::Error),
    /// Its steps are not those of this version.
    #[error(transparent)]
    Steps(#[from] UnknownSteps),
    /// A foreign key leads nowhere.
    #[error("a row of its table {table} refers to nothing")]
    LooseReference {
        /// The table with the row.
        table: String,
    },
    /// Any other failure of SQLite.
    #[error("{0}")]
    Sqlite(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Unfit {
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

/// Why a database with these steps cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownSteps {
    /// It has steps of ours, and others.
    #[error("a later version of DevArch has made it (step {0}); use that version, or restore an older backup")]
    OfLaterVersion(String),
    /// It has none of ours.
    #[error("it is a database of something else")]
    OfSomethingElse,
}

/// What is in a database file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Stacks, trashed ones included.
    pub stacks: i64,
    /// Instances, trashed ones included.
    pub instances: i64,
    /// Templates.
    pub templates: i64,
    /// Whether it takes steps that this version brings.
    pub is_older: bool,
}

/// Why a database with these steps is none that this version can use, if it is.
pub(in crate::db) fn unknown_steps<'a>(applied: impl IntoIterator<Item = &'a str>) -> Option<UnknownSteps> {
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

/// Looks whether a file can be used: when there is none, when it is empty, or when it is a database of this version or an
/// earlier one. It is not written to.
pub async fn inspect(path: &Path) -> Result<(), Unfit> {
    if let Some(mut found) = open(path).await? {
        let done = fit(path, &mut found).await;
        found.close().await?;
        done?;
    }
    Ok(())
}

/// Closes a database to everybody but its owner, with what SQLite keeps beside it, and makes an empty file where there is
/// none: SQLite gives the files beside it the mode of the database. A file of somebody else's stays as it is.
pub(in crate::db) fn make_private(path: &Path) {
    let made = match private_file::create_new(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    };
    let closed = ["", "-wal", "-shm", "-journal"]
        .into_iter()
        .try_for_each(|suffix| private_file::close_to_others(&beside(path, suffix)));
    if let Err(cause) = made.and(closed) {
        // Whether it can be used at all is told by the one who opens it.
        tracing::warn!(%cause, file = %path.display(), "the database file cannot be closed to other users");
    }
}

/// Nothing where there is no file, or an empty one.
async fn open(path: &Path) -> Result<Option<SqliteConnection>, Unfit> {
    let mut file = match File::open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut header = [0; HEADER.len()];
    match file.read(&mut header)? {
        0 => return Ok(None),
        n if n < header.len() || header != *HEADER => {
            return Err(Unfit::NotSqlite);
        }
        _ => {}
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(2));
    Ok(Some(options.connect().await?))
}

async fn fit(path: &Path, found: &mut SqliteConnection) -> Result<(), Unfit> {
    let was_closed = fs::metadata(beside(path, "-wal")).map_or(true, |wal| wal.len() == 0);
    if !was_closed && fs::metadata(path)?.len() <= QUICKLY_CHECKED {
        whole(found, "quick_check(1)").await?;
    }
    let tables =
        texts(found, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").await?;
    if tables.is_empty() {
        return Ok(());
    }
    if !tables.iter().any(|table| table == HISTORY) {
        return Err(UnknownSteps::OfSomethingElse.into());
    }
    let steps = texts(found, "SELECT version FROM seaql_migrations ORDER BY version").await?;
    unknown_steps(steps.iter().map(String::as_str)).map_or(Ok(()), |unknown| Err(unknown.into()))
}

async fn texts(found: &mut SqliteConnection, sql: &'static str) -> Result<Vec<String>, Unfit> {
    Ok(sqlx::query_scalar(sql).fetch_all(found).await?)
}

/// Whether one of SQLite's own checks finds nothing.
async fn whole(found: &mut SqliteConnection, check: &'static str) -> Result<(), Unfit> {
    let sql = if check.starts_with("quick") { "PRAGMA quick_check(1)" } else { "PRAGMA integrity_check(1)" };
    let said: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *found).await?;
    if said.iter().any(|line| line == "ok") {
        return Ok(());
    }
    tracing::error!(found = said.join("; "), "the database file is damaged");
    Err(Unfit::Damaged(None))
}

/// Looks through a whole file: every page, every index, every reference from one row to another.
pub async fn verify(path: &Path) -> Result<Content, Unfit> {
    let found = open(path).await?;
    let mut found = found.ok_or(Unfit::Empty)?;
    let done = verified(path, &mut found).await;
    found.close().await?;
    done
}

async fn verified(path: &Path, found: &mut SqliteConnection) -> Result<Content, Unfit> {
    fit(path, found).await?;
    whole(found, "integrity_check(1)").await?;
    let loose = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *found).await?;
    if let Some(row) = loose {
        let table: String = row.try_get(0)?;
        return Err(Unfit::LooseReference { table });
    }
    let steps = texts(found, "SELECT version FROM seaql_migrations").await?;
    if steps.is_empty() {
        return Err(Unfit::Empty);
    }
    let mut count =
        async |sql: &'static str| -> Result<i64, Unfit> { Ok(sqlx::query_scalar(sql).fetch_one(&mut *found).await?) };
    Ok(Content {
        stacks: count("SELECT count(*) FROM stacks").await?,
        instances: count("SELECT count(*) FROM service_instances").await?,
        templates: count("SELECT count(*) FROM services").await?,
        is_older: steps.len() < Migrator::migrations().len(),
    })
}

/// Copies a database that may be in use into a new file: the state of one moment, looked through before it gets its name.
pub async fn back_up(path: &Path, to: &Path) -> Result<Content, Unfit> {
    let source = open(path).await?;
    let mut source = source.ok_or(Unfit::Empty)?;
    let new = Partial::beside(to)?;
    let made = async {
        fit(path, &mut source).await?;
        // A damaged index would not be copied, and nobody would hear of it.
        whole(&mut source, "quick_check(1)").await?;
        // Readers and writers go on meanwhile.
        sqlx::query("VACUUM INTO ?").bind(new.0.to_string_lossy().into_owned()).execute(&mut source).await?;
        verify(&new.0).await
    };
    let made = made.await;
    source.close().await?;
    let content = made?;
    new.becomes(to)?;
    Ok(content)
}

/// Puts a copy in the place of a database that nobody uses; what was there is kept under the name that is given back.
pub async fn put_back(from: &Path, path: &Path, kept_as: &str) -> Result<(Content, Option<PathBuf>), Unfit> {
    let content = verify(from).await?;
    let new = Partial::beside(path)?;
    // Not with the mode of the backup.
    io::copy(&mut File::open(from)?, &mut OpenOptions::new().write(true).open(&new.0)?)?;
    // What was copied is what counts, not what it was copied from.
    verify(&new.0).await?;
    let mut kept = None;
    if fs::exists(path)? {
        alone(path).await?;
        let aside = beside(path, kept_as);
        fs::rename(path, &aside)?;
        private_file::close_to_others(&aside)?;
        kept = Some(aside);
    }
    for suffix in ["-wal", "-shm"] {
        // Of the file that was there; they would be taken for the new one's.
        match fs::rename(beside(path, suffix), beside(path, &format!("{kept_as}{suffix}"))) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause.into()),
            _ => {}
        }
    }
    new.becomes(path)?;
    Ok((content, kept))
}

/// Makes sure that nobody else has a file open, and that all of it is in the one file. One that is no database, or damaged,
/// has no such thing.
async fn alone(path: &Path) -> Result<(), Unfit> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_millis(500));
    let Ok(mut found) = options.connect().await else { return Ok(()) };
    // Only who is alone can leave the mode in which several use it.
    let left: Result<String, _> = sqlx::query_scalar("PRAGMA journal_mode = DELETE").fetch_one(&mut found).await;
    drop(found.close().await);
    match left.map_err(Unfit::from) {
        Ok(mode) if mode == "wal" => Err(Unfit::InUse(None)),
        Err(Unfit::InUse(_)) => Err(Unfit::Served),
        _ => Ok(()),
    }
}

/// A file that has not got its name yet; it is gone when it never gets one.
struct Partial(PathBuf);

impl Partial {
    fn beside(path: &Path) -> Result<Self, Unfit> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            private_file::create_folder(parent)?;
        }
        let partial = Self(beside(path, ".partial"));
        match fs::remove_file(&partial.0) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause.into()),
            _ => {}
        }
        // Empty, closed to others, and no link; SQLite writes a copy into it.
        private_file::create_new(&partial.0)?;
        Ok(partial)
    }

    /// Gives it its name, for certain.
    fn becomes(self, path: &Path) -> Result<(), Unfit> {
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

/// The path with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
