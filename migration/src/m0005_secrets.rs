//! Secrets are encrypted from here on: which keys are in use, and which secrets are still in clear text. A step knows no
//! key, so the service seals the latter when it starts.

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
                    // A known text, sealed under the key: it tells the right key from another one of the same id.
                    .col(ColumnDef::new("check_text").text().not_null())
                    .col(moment("created_at"))
                    // Nothing is sealed under it any more.
                    .col(nullable("retired_at"))
                    // Nothing is left that was sealed under it.
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
        // The table's own name: what is left over of the clear text has to be cleared away at the end.
        let sql = format!(
            "INSERT INTO {CLEAR} (table_name, row_id) SELECT '{CLEAR}', 0 WHERE EXISTS (SELECT 1 FROM {CLEAR})"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    /// What was sealed stays as it is: an older service shows the sealed text, and a newer one can open it again.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(CLEAR).take()).await?;
        manager.drop_table(Table::drop().table(KEYS).take()).await
    }
}
