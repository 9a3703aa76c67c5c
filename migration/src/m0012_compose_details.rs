//! Adds what Compose files say about mounts, healthchecks and dependencies beyond the first columns.

use sea_orm_migration::prelude::*;

use crate::tables::Owner;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const DEPENDENCIES: &str = "instance_dependencies";

/// The new columns of a table. Defaults are what the rows meant until now.
fn columns() -> Vec<(String, ColumnDef)> {
    let mut all = Vec::new();
    for owner in [Owner::SERVICE, Owner::INSTANCE] {
        let volumes = format!("{}_volumes", owner.prefix);
        all.push((volumes.clone(), ColumnDef::new("scope").string_len(16).not_null().default("instance").take()));
        all.push((volumes.clone(), ColumnDef::new("options").text().null().take()));
        all.push((volumes, ColumnDef::new("definition").text().null().take()));
        let healthchecks = format!("{}_healthchecks", owner.prefix);
        all.push((healthchecks, ColumnDef::new("start_interval_seconds").integer().null().take()));
    }
    all.push((DEPENDENCIES.to_owned(), ColumnDef::new("required").boolean().not_null().default(true).take()));
    all.push((DEPENDENCIES.to_owned(), ColumnDef::new("restart").boolean().not_null().default(false).take()));
    all
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).take()).await?;
        }
        // The name of an external volume has always been one of the host.
        for owner in [Owner::SERVICE, Owner::INSTANCE] {
            let sql = format!("UPDATE {}_volumes SET scope = 'host' WHERE is_external", owner.prefix);
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(name).take()).await?;
        }
        Ok(())
    }
}
