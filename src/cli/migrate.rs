//! `devarch migrate`.

use migration::{Migrator, MigratorTrait};

use super::print;
use crate::{
    config::{Migrate, Settings},
    db::Db,
};

/// Migrates up or down, or lists.
pub(super) async fn run(settings: &Settings, direction: Migrate) -> Result<(), String> {
    let fail = |error: &dyn std::fmt::Display| format!("cannot migrate the {}: {error}", settings.database_url);
    let db = Db::connect(&settings.database_url, 1, &settings.patience).await.map_err(|error| fail(&error))?;
    db.is_ours().await.map_err(|error| fail(&error))?;
    match direction {
        Migrate::Up => Migrator::up(db.writer(), None).await.map_err(|error| fail(&error))?,
        Migrate::Down { all } => {
            let steps = if all { None } else { Some(1) };
            Migrator::down(db.writer(), steps).await.map_err(|error| fail(&error))?;
        }
        Migrate::Status => {}
    }
    let all = Migrator::get_migration_with_status(db.writer()).await.map_err(|error| fail(&error))?;
    for migration in all {
        print(&format!("{:8} {}\n", migration.status().to_string(), migration.name()));
    }
    db.close().await;
    Ok(())
}
