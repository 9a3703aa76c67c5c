//! Records which instances were trashed together with their stack (a restore brings back exactly those), and which
//! templates the catalogue has written (those that a user has changed since are left alone).

use sea_orm_migration::prelude::*;

use crate::tables::{flag, moment, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("service_instances").add_column(flag("deleted_with_stack", false)).take())
            .await?;
        let table = "catalog_entries";
        manager
            .create_table(
                Table::create()
                    .table(table)
                    .col(ColumnDef::new("name").string_len(128).not_null().primary_key())
                    // Null once a user has deleted the template.
                    .col(ColumnDef::new("service_id").big_integer().null().unique_key())
                    .col(ColumnDef::new("digest").string_len(64).not_null())
                    // The template's revision after it was loaded. A different revision shows an edit by a user.
                    .col(ColumnDef::new("revision").big_integer().not_null())
                    .col(moment("loaded_at"))
                    .foreign_key(&mut reference(table, "service_id", "services", ForeignKeyAction::SetNull))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("catalog_entries").take()).await?;
        manager.alter_table(Table::alter().table("service_instances").drop_column("deleted_with_stack").take()).await
    }
}
