//! Migrations: checks that a database belongs to this service, and brings it up to date.
//!
//! Called by the command line and when the service starts. It must not run a step without the migration lock.

use std::collections::HashSet;

use migration::{Migrator, MigratorTrait, SchemaManager};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::time::timeout;

use super::{file, migration_lock};
use crate::{
    db::{Attempts, CLOSE_TIMEOUT, Db, pool, repeated},
    error::{Error, Result},
};

impl Db {
    /// Refuses a PostgreSQL database that belongs to another program or was migrated by a later version. (SQLite files
    /// are inspected before they are opened.)
    pub async fn check_owner(&self) -> Result<()> {
        if self.open.write.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let ask = async |sql: &str| {
            let rows = self.open.reads().query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
            rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()
        };
        let of_name = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename";
        let tables = ask(&format!("{of_name} IN ('{}', 'services', 'stacks')", file::MIGRATIONS_TABLE)).await?;
        if tables.iter().any(|table| table == file::MIGRATIONS_TABLE) {
            let steps = ask(&format!("SELECT version FROM {}", file::MIGRATIONS_TABLE)).await?;
            let unknown = file::unknown_migrations(steps.iter().map(String::as_str));
            return unknown.map_or(Ok(()), |unknown| Err(Error::failed(unknown)));
        }
        tables.first().map_or(Ok(()), |table| {
            Err(Error::Internal(format!(
                "it has a table {table} of something else; give DevArch a database of its own"
            )))
        })
    }

    /// Whether a table is there, also before any migration.
    pub async fn has_table(&self, name: &str) -> Result<bool> {
        let schema = SchemaManager::new(&self.open.write);
        Ok(repeated!(Attempts::at_start(), schema.has_table(name))?)
    }

    /// Applies all pending migrations.
    pub async fn migrate(&self) -> Result<()> {
        self.check_owner().await?;
        // An empty database has no table of migrations yet, so the check fails.
        if self.is_ready().await.unwrap_or(false) {
            return Ok(());
        }
        if self.open.pooled {
            return Err(Error::Internal(
                "steps are missing, and they cannot be taken through a pooler that hands connections out anew for each \
                 transaction: run `devarch migrate up` with the URL of the server itself"
                    .to_owned(),
            ));
        }
        let missing = self.missing_steps().await;
        self.migrate_alone(migrate_up).await?;
        // All steps are missing in a database that has just been made.
        match missing {
            Some(missing) => tracing::info!(steps = missing, "the database is migrated"),
            None => tracing::debug!("the tables of the database are made"),
        }
        Ok(())
    }

    /// How many steps are missing; `None` if no step was taken yet.
    async fn missing_steps(&self) -> Option<usize> {
        let read = self.open.reads();
        let applied = format!("SELECT version FROM {}", file::MIGRATIONS_TABLE);
        let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), applied)).await.ok()?;
        (!rows.is_empty()).then(|| Migrator::migrations().len().saturating_sub(rows.len()))
    }

    /// Runs migrations while holding the migration lock. Other processes wait for the lock, log that they wait, and
    /// give up after a timeout.
    pub async fn migrate_alone(&self, steps: impl AsyncFnOnce(&DatabaseConnection) -> Result<(), DbErr>) -> Result<()> {
        let lock = migration_lock::of_file(&self.url, migration_lock::MIGRATION_LOCK_TIMEOUT)
            .await
            .map_err(Error::Internal)?;
        // Migrations have a connection of their own, because a step may take longer than the statement timeout. If the
        // steps are cancelled, the connection closes and the server rolls the step back.
        let connection = pool::connect::for_migrations(self.open.server.as_ref()).await?;
        if let Some(connection) = &connection {
            migration_lock::of_server(connection, migration_lock::MIGRATION_LOCK_TIMEOUT).await?;
        }
        self.check_owner().await?;
        let done = steps(connection.as_ref().unwrap_or(&self.open.write)).await;
        if let Some(connection) = connection
            && timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await.is_err()
        {
            tracing::warn!("the connection of the migrations does not close in time");
        }
        drop(lock);
        Ok(done?)
    }

    /// Whether the database answers and has every migration.
    pub async fn is_ready(&self) -> Result<bool> {
        // The migrator would create its table if it is missing; this function must only read.
        let read = self.open.reads();
        // The address of a primary leads to a standby after that server was demoted.
        let standby = if read.get_database_backend() == DbBackend::Postgres { "pg_is_in_recovery()" } else { "FALSE" };
        let applied = format!("SELECT version, {standby} FROM {}", file::MIGRATIONS_TABLE);
        let applied = Statement::from_string(read.get_database_backend(), applied);
        let applied = self.health.fail_fast(read.query_all_raw(applied)).await?;
        if applied.first().map(|row| row.try_get_by_index(1)).transpose()? == Some(true) {
            return Err(Error::Unavailable(pool::link::standby_error()));
        }
        let applied = applied.iter().map(|row| row.try_get_by_index(0)).collect::<Result<HashSet<String>, _>>()?;
        Ok(Migrator::migrations().iter().all(|step| applied.contains(step.name())))
    }
}

/// Applies all pending migrations on a connection. Each step is a transaction, so those that have committed stay, and the others are
/// tried again when another transaction is in the way.
async fn migrate_up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    repeated!(Attempts::at_start(), Migrator::up(connection, None))
}
