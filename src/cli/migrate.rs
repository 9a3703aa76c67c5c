//! `devarch migrate`: migrates the database up or down, or lists the migrations.
//!
//! Called by `cli::run`. It must not migrate without the migration lock.

use migration::{Migrator, MigratorTrait};

use super::print;
use crate::{
    config::{DbUrl, Migrate, Settings},
    db::{Db, repeated},
};

/// Migrates up or down, then lists the migrations.
pub(super) async fn run(settings: &Settings, direction: Migrate) -> Result<(), String> {
    let fail = |error: &dyn std::fmt::Display| format!("cannot migrate the {}: {error}", settings.database_url);
    if let (Migrate::Status | Migrate::Down { .. }, DbUrl::Sqlite(path)) = (direction, &settings.database_url)
        && !path.exists()
    {
        return Err(format!("there is no {}: say with --database-url where the database is", settings.database_url));
    }
    let db = Db::connect(&settings.database_url, 1, &settings.timeouts).await.map_err(|error| fail(&error))?;
    let done = match direction {
        Migrate::Up => db.migrate().await,
        Migrate::Down { all } => {
            let steps = if all { None } else { Some(1) };
            db.migrate_alone(async |connection| Migrator::down(connection, steps).await).await
        }
        Migrate::Status => Ok(()),
    };
    done.map_err(|error| fail(&error))?;
    let all = repeated!(Migrator::get_migration_with_status(db.writer())).map_err(|error| fail(&error))?;
    for migration in all {
        print(&format!("{:8} {}\n", migration.status().to_string(), migration.name()));
    }
    db.close().await;
    Ok(())
}
