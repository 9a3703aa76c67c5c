//! Adds the variables of stacks, which their instances share.

use sea_orm_migration::prelude::*;

use crate::tables::{Owner, create_child, drop_child, flag};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const STACK: Owner = Owner { prefix: "stack", table: "stacks" };
const SUFFIX: &str = "env_vars";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = vec![
            ColumnDef::new("key").string_len(255).not_null().take(),
            ColumnDef::new("value").text().null().take(),
            flag("is_secret", false),
            ColumnDef::new("inject").string_len(20).not_null().default("all").take(),
            flag("locked", false),
        ];
        create_child(manager, STACK, SUFFIX, columns, Some("key")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_child(manager, STACK, SUFFIX).await
    }
}
