//! Adds the key that signs the tokens of plans, and API keys that require plans.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::tables::flag;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEYS: &str = "plan_keys";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(KEYS)
            .col(ColumnDef::new("id").integer().not_null().primary_key())
            .col(ColumnDef::new("secret").text().not_null())
            .take();
        manager.create_table(table).await?;
        // All servers of a database sign with the same key. Who can read it can read everything else, too.
        let random = match manager.get_database_backend() {
            DatabaseBackend::Sqlite => "lower(hex(randomblob(32)))",
            _ => "gen_random_uuid()::text || gen_random_uuid()::text",
        };
        let sql = format!("INSERT INTO {KEYS} (id, secret) VALUES (1, {random})");
        manager.get_connection().execute_unprepared(&sql).await?;
        let column = flag("requires_plan", false);
        manager.alter_table(Table::alter().table("api_keys").add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("api_keys").drop_column("requires_plan").take()).await?;
        manager.drop_table(Table::drop().table(KEYS).take()).await
    }
}
