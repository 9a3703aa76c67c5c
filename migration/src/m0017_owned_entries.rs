//! Adds owners: who keeps an entry of a stack in a file, and so may change it by applying that file.

use sea_orm_migration::prelude::*;

use crate::tables::{id, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OWNED: &str = "owned_entries";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(OWNED)
            .col(id())
            .col(ColumnDef::new("stack_id").big_integer().not_null())
            // Null for what belongs to the stack itself.
            .col(ColumnDef::new("instance_id").big_integer().null())
            // What it is: a kind of override, a field, a replaced kind, or the instance itself.
            .col(ColumnDef::new("kind").string_len(63).not_null())
            .col(ColumnDef::new("entry_key").text().not_null())
            .col(ColumnDef::new("owner").text().not_null())
            .foreign_key(&mut reference(OWNED, "stack_id", "stacks", ForeignKeyAction::Cascade))
            .foreign_key(&mut reference(OWNED, "instance_id", "service_instances", ForeignKeyAction::Cascade))
            .take();
        manager.create_table(table).await?;
        // The rows of a stack lie together, and an entry has one owner.
        let index = |name: &'static str| Index::create().name(name).table(OWNED).unique().take();
        let instances =
            index("uq_owned_entries_instance").col("stack_id").col("instance_id").col("kind").col("entry_key").take();
        manager.create_index(instances).await?;
        // Nulls differ from each other in an index.
        let fields = index("uq_owned_entries_stack")
            .col("stack_id")
            .col("kind")
            .col("entry_key")
            .and_where(Expr::col("instance_id").is_null())
            .take();
        manager.create_index(fields).await?;
        // For the cascade.
        let cascade = Index::create().name("ix_owned_entries_instance").table(OWNED).col("instance_id").take();
        manager.create_index(cascade).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(OWNED).take()).await
    }
}
