//! Escapes what looks like a reference in texts that were written before there were any, so that they mean the same.
//!
//! Secrets are encrypted, so their texts cannot be changed here. In config files that are templates Compose reads the same
//! escape, and refuses what is not escaped.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "${{", "$${{").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "$${{", "${{").await
    }
}

/// The columns with such texts, and which rows.
const TEXTS: [(&str, &str, &str); 10] = [
    ("service_env_vars", "value", "NOT is_secret"),
    ("instance_env_vars", "value", "NOT is_secret"),
    ("stack_env_vars", "value", "NOT is_secret"),
    ("service_labels", "value", "TRUE"),
    ("instance_labels", "value", "TRUE"),
    ("service_healthchecks", "test", "TRUE"),
    ("instance_healthchecks", "test", "TRUE"),
    ("instance_settings", "value", "field IN ('command', 'entrypoint')"),
    ("services", "command", "TRUE"),
    ("services", "entrypoint", "TRUE"),
];

async fn replace(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    for (table, column, rows) in TEXTS {
        let sql = format!(
            "UPDATE {table} SET {column} = REPLACE({column}, '{from}', '{to}') WHERE {rows} AND {column} LIKE '%{from}%'"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
