//! Creates tables for the keys that encrypt secrets, and for the secrets that are still stored as clear text. A
//! migration has no keys, so the service encrypts these secrets at its next start.

use sea_orm_migration::prelude::*;

use crate::tables::{id, moment};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEYS: &str = "secret_keys";
const CLEAR: &str = "clear_secrets";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let nullable = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().null().take();
        manager
            .create_table(
                Table::create()
                    .table(KEYS)
                    .col(ColumnDef::new("id").string_len(32).not_null().primary_key())
                    // A known text, encrypted under the key, which distinguishes the key from another one with the same
                    // id.
                    .col(ColumnDef::new("check_text").text().not_null())
                    .col(moment("created_at"))
                    // Since when nothing is encrypted under the key any more.
                    .col(nullable("retired_at"))
                    // Since when no secret is left that is encrypted under the key.
                    .col(nullable("emptied_at"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(CLEAR)
                    .col(id())
                    .col(ColumnDef::new("table_name").string_len(64).not_null())
                    .col(ColumnDef::new("row_id").big_integer().not_null())
                    .take(),
            )
            .await?;
        for table in ["service_env_vars", "instance_env_vars"] {
            let sql = format!(
                "INSERT INTO {CLEAR} (table_name, row_id)
                 SELECT '{table}', id FROM {table} WHERE is_secret AND value IS NOT NULL"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // A row with the table's own name records that clear text may be left in unused parts of the files, which have
        // to be cleaned in the end.
        let sql = format!(
            "INSERT INTO {CLEAR} (table_name, row_id) SELECT '{CLEAR}', 0 WHERE EXISTS (SELECT 1 FROM {CLEAR})"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    /// Encrypted secrets stay as they are: an older service shows the encrypted text, and a newer one can decrypt it
    /// again.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(CLEAR).take()).await?;
        manager.drop_table(Table::drop().table(KEYS).take()).await
    }
}
