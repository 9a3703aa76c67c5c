//! Creates the table of outcomes under idempotency keys, so that a repeated request does not run again.

use sea_orm_migration::prelude::*;

use crate::tables::moment;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "idempotency_keys";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(TABLE)
            // Hashes of the key with its caller, and of the request.
            .col(ColumnDef::new("id").string_len(64).not_null().primary_key())
            .col(ColumnDef::new("request").string_len(64).not_null())
            .col(ColumnDef::new("outcome").text())
            .col(moment("created_at"))
            .take();
        manager.create_table(table).await?;
        let index = Index::create().name("ix_idempotency_keys_created").table(TABLE).col("created_at").take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).take()).await
    }
}
