//! Whose turn it is to migrate: two servers that start on one database would take the same steps at once.
//!
//! Used by [`Db::migrate_alone`](super::Db::migrate_alone). A turn ends with the process that has it, however that ends. It
//! must never be needed by what is not a migration.

use std::{fs::File, path::Path};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::DbUrl;

/// The lock's name on a PostgreSQL server, which keeps locks of one database apart from those of others.
const LOCK: i64 = i64::from_be_bytes(*b"\0devarch");

/// The turn on a file of SQLite, as long as this is held. Where its folder cannot be locked there is none.
pub(super) async fn of_file(url: &DbUrl) -> Option<File> {
    let DbUrl::Sqlite(path) = url else { return None };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    // The folder and not the file: closing the file a second time would end the engine's own locks.
    let locked = tokio::task::spawn_blocking(move || {
        let folder = File::open(folder)?;
        folder.lock().map(|()| folder)
    });
    match locked.await {
        Ok(Ok(turn)) => Some(turn),
        Ok(Err(cause)) => {
            tracing::debug!(%cause, "the folder of the database cannot be locked; two that migrate at once are not kept apart");
            None
        }
        Err(_) => None,
    }
}

/// The turn on a PostgreSQL server, as long as the one connection of this pool lasts.
pub(super) async fn of_server(connection: &DatabaseConnection) -> Result<(), DbErr> {
    connection.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await.map(drop)
}
