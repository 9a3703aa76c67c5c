//! Creates tables for further attributes of Compose services, which are stored and rendered unchanged.

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
            let name = ColumnDef::new("name").string_len(63).not_null().take();
            let value = ColumnDef::new("value").text().not_null().take();
            create_child(manager, owner, "attributes", vec![name, value], Some("name")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for owner in [Owner::INSTANCE, Owner::SERVICE] {
            drop_child(manager, owner, "attributes").await?;
        }
        Ok(())
    }
}
