//! Adds secrets that are generated: what is asked for, beside the value; and the seed of each instance that is a copy.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 2] = ["service_env_vars", "instance_env_vars"];
const ASKED: &str = "generate";
const INSTANCES: &str = "service_instances";
const SEED: &str = "secret_seed";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let column = ColumnDef::new(ASKED).string_len(150).null().take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let column = ColumnDef::new(SEED).text().not_null().default("").take();
        manager.alter_table(Table::alter().table(INSTANCES).add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(INSTANCES).drop_column(SEED).take()).await?;
        for table in TABLES {
            // What is stored is not a value.
            let sql = format!("UPDATE {table} SET value = NULL WHERE {ASKED} IS NOT NULL");
            manager.get_connection().execute_unprepared(&sql).await?;
            manager.alter_table(Table::alter().table(table).drop_column(ASKED).take()).await?;
        }
        Ok(())
    }
}
