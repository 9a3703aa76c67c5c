//! Creates tables for API keys and the stacks to which they are limited.

use sea_orm_migration::prelude::*;

use crate::tables::{flag, id, moment, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEYS: &str = "api_keys";
const STACKS: &str = "api_key_stacks";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = |name: &'static str, length: u32| ColumnDef::new(name).string_len(length).not_null().take();
        let later = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().null().take();
        let keys = Table::create()
            .table(KEYS)
            .col(id())
            .col(text("name", 63))
            .col(text("role", 16))
            .col(text("hint", 16))
            .col(text("lookup", 32))
            .col(text("verifier", 32))
            .col(flag("limited", false))
            .col(moment("created_at"))
            .col(later("expires_at"))
            .col(later("revoked_at"))
            .take();
        manager.create_table(keys).await?;
        let index = |name: &'static str| Index::create().name(name).table(KEYS).take();
        manager.create_index(index("uq_api_keys_lookup").col("lookup").unique().take()).await?;
        let active = Expr::col("revoked_at").is_null();
        manager.create_index(index("uq_api_keys_name_active").col("name").unique().and_where(active).take()).await?;

        let mut stacks = Table::create()
            .table(STACKS)
            .col(id())
            .col(ColumnDef::new("api_key_id").big_integer().not_null())
            .col(ColumnDef::new("stack_id").big_integer().not_null())
            .take();
        stacks.foreign_key(&mut reference(STACKS, "api_key_id", KEYS, ForeignKeyAction::Cascade));
        stacks.foreign_key(&mut reference(STACKS, "stack_id", "stacks", ForeignKeyAction::Cascade));
        manager.create_table(stacks).await?;
        let index = |name: &'static str| Index::create().name(name).table(STACKS).take();
        manager
            .create_index(index("uq_api_key_stacks_stack").col("api_key_id").col("stack_id").unique().take())
            .await?;
        manager.create_index(index("ix_api_key_stacks_stack").col("stack_id").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [STACKS, KEYS] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
