//! Adds the number of overrides to each instance, so that lists show it without querying eleven tables.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "service_instances";
const COLUMN: &str = "override_count";
/// The kinds at the time of this migration, whose tables have a row for each entry. Tables of later kinds start empty.
const KINDS: [&str; 11] = [
    "instance_ports",
    "instance_volumes",
    "instance_env_vars",
    "instance_labels",
    "instance_domains",
    "instance_healthchecks",
    "instance_config_files",
    "instance_resource_limits",
    "instance_attributes",
    "instance_settings",
    "instance_dependencies",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(COLUMN).integer().not_null().default(0).take();
        manager.alter_table(Table::alter().table(TABLE).add_column(column).take()).await?;
        let entries = KINDS.map(|table| format!("SELECT instance_id FROM {table}")).join(" UNION ALL ");
        let sql = format!(
            "UPDATE {TABLE} SET {COLUMN} = counted.entries
             FROM (SELECT instance_id, COUNT(*) AS entries FROM ({entries}) AS entry GROUP BY instance_id) AS counted
             WHERE {TABLE}.id = counted.instance_id"
        );
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).drop_column(COLUMN).take()).await
    }
}
