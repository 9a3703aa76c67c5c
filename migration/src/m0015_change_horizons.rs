//! Adds what is known about changes that were dropped from the change log.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const HORIZONS: &str = "change_horizons";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The last dropped position of each part. A table of its own, because the heads are locked by writers.
        let table = Table::create()
            .table(HORIZONS)
            .col(ColumnDef::new("part").integer().not_null().primary_key())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(HORIZONS).take()).await
    }
}
