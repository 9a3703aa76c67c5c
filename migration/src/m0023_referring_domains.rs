//! Adds an index by which the templates are found whose domains contain references.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "ix_service_domains_referring";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let find = if manager.get_database_backend() == DatabaseBackend::Sqlite { "instr" } else { "strpos" };
        let sql = format!("CREATE INDEX {INDEX} ON service_domains (service_id) WHERE {find}(domain, '${{{{') > 0");
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&format!("DROP INDEX {INDEX}")).await?;
        Ok(())
    }
}
