//! Migrated databases that the tests copy, because a copy is made ten times faster than a migration runs.
//!
//! One SQLite file and one PostgreSQL database for each test executable. The first test that needs one makes it; a test
//! executable that was built anew makes it anew. Many processes may do so at once: nextest runs each test in its own.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::SystemTime,
};

use devarch::{
    db::{Db, DbUrl},
    limits::DatabaseTimeouts,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

/// How the names of all templates on a server begin. `.ci/test` drops them.
const PREFIX: &str = "devarch_template_";

/// Makes a migrated SQLite file at `path`.
pub(super) async fn copy_file(path: &Path) {
    let (executable, built) = executable();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = folder.join(executable.file_name().unwrap()).with_added_extension("db");
    let is_current = || fs::metadata(&template).and_then(|file| file.modified()).is_ok_and(|made| made > built);
    if !is_current() {
        fs::create_dir_all(folder).unwrap();
        // The system unlocks the file when this process ends, however it ends.
        let lock = File::create(template.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        if !is_current() {
            let unfinished = tempfile::tempdir_in(folder).unwrap();
            let new = unfinished.path().join("new.db");
            migrate(&DbUrl::Sqlite(new.clone())).await;
            fs::rename(new, &template).unwrap();
        }
    }
    fs::copy(&template, path).unwrap();
}

/// Makes a migrated database `name` on a PostgreSQL server. `server` is a single connection; the URL of a database is
/// `base` with its name.
pub(super) async fn copy_database(server: &DatabaseConnection, base: &str, name: &str) {
    let (executable, built) = executable();
    let family = format!("{PREFIX}{:016x}_", hash(&executable));
    let template = format!("{family}{:016x}", hash(&built));
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    if server.execute_unprepared(&copy).await.is_err() {
        make_database(server, base, &family, &template).await.unwrap();
        server.execute_unprepared(&copy).await.unwrap();
    }
}

/// Makes the template unless it exists, in place of the templates of earlier builds of the same executable.
async fn make_database(server: &DatabaseConnection, base: &str, family: &str, template: &str) -> Result<(), DbErr> {
    // Held by one process at a time, on its only connection to this database; the server releases it with the connection.
    let lock = hash(&family).cast_signed();
    server.execute_unprepared(&format!("SELECT pg_advisory_lock({lock})")).await?;
    let databases = format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{family}%'");
    let rows = server.query_all_raw(Statement::from_string(DbBackend::Postgres, databases)).await?;
    let existing = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    if !existing.iter().any(|one| one == template) {
        for old in existing {
            server.execute_unprepared(&format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await?;
        }
        // It gets its name when it is complete, so an interrupted process leaves no incomplete template.
        let new = format!("{family}new");
        server.execute_unprepared(&format!("CREATE DATABASE {new}")).await?;
        migrate(&format!("{base}/{new}").parse().unwrap()).await;
        server.execute_unprepared(&format!("ALTER DATABASE {new} RENAME TO {template}")).await?;
    }
    server.execute_unprepared(&format!("SELECT pg_advisory_unlock({lock})")).await?;
    Ok(())
}

/// Migrates an empty database, and closes it.
async fn migrate(url: &DbUrl) {
    let db = Db::connect(url, 1, &DatabaseTimeouts::default()).await.expect("the template can be opened");
    db.migrate().await.expect("the template can be migrated");
    db.close().await;
}

/// The path of this executable, and when it was built.
fn executable() -> (PathBuf, SystemTime) {
    let path = std::env::current_exe().unwrap();
    let built = fs::metadata(&path).unwrap().modified().unwrap();
    (path, built)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
