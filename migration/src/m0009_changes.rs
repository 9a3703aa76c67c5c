//! Creates the table of versions of stacks and templates, which show whether a cached response is stale. The version of
//! a stack is spread over several rows, so that concurrent transactions do not wait for each other.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "changes";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: the rows of a purged stack stay, so that its version never returns to an earlier value.
        let table = Table::create()
            .table(TABLE)
            .col(ColumnDef::new("stack_id").big_integer().not_null())
            .col(ColumnDef::new("part").integer().not_null())
            .col(ColumnDef::new("count").big_integer().not_null())
            .primary_key(Index::create().col("stack_id").col("part"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).take()).await
    }
}
