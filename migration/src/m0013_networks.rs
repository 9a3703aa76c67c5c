//! Creates tables for the networks that containers join.

use sea_orm_migration::prelude::*;

use crate::tables::{Owner, create_child, drop_child};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for owner in [Owner::SERVICE, Owner::INSTANCE] {
            let columns = vec![
                ColumnDef::new("name").string_len(255).not_null().take(),
                ColumnDef::new("aliases").text().not_null().take(),
                ColumnDef::new("is_external").boolean().not_null().default(false).take(),
                ColumnDef::new("options").text().null().take(),
                ColumnDef::new("definition").text().null().take(),
            ];
            create_child(manager, owner, "networks", columns, Some("name")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for owner in [Owner::INSTANCE, Owner::SERVICE] {
            drop_child(manager, owner, "networks").await?;
        }
        Ok(())
    }
}
