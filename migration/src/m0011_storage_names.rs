//! Gives stacks and instances names for their storage, which stay the same when they are renamed.
//!
//! Until now volumes were called after the current names. An existing instance keeps the name that its volumes have now;
//! of several instances with the same name only the live one, or else the one that was trashed last, can have them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [(&str, &str); 2] =
    [("stacks", "uq_stacks_storage_name"), ("service_instances", "uq_instances_storage_name")];
const COLUMN: &str = "storage_name";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in TABLES {
            // SQLite adds no column without a default. The names of a stack and an instance in the trash may be longer
            // together than those of a container.
            let column = ColumnDef::new(COLUMN).string_len(255).not_null().default("").take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let db = manager.get_connection();
        // Names contain neither underscores nor dots.
        db.execute_unprepared("UPDATE stacks SET storage_name = 'devarch-' || name || '.' || CAST(id AS VARCHAR(20))")
            .await?;
        db.execute_unprepared(
            "UPDATE service_instances SET storage_name = CASE WHEN ranked.place = 1 THEN ranked.base
                ELSE ranked.base || '.' || CAST(ranked.id AS VARCHAR(20)) END
             FROM (SELECT i.id, 'devarch-' || s.name || '_' || i.instance_id AS base,
                ROW_NUMBER() OVER (PARTITION BY s.name, i.instance_id
                    ORDER BY CASE WHEN i.deleted_at IS NULL THEN 0 ELSE 1 END, i.deleted_at DESC, i.id DESC) AS place
                FROM service_instances AS i JOIN stacks AS s ON s.id = i.stack_id) AS ranked
             WHERE service_instances.id = ranked.id",
        )
        .await?;
        for (table, index) in TABLES {
            let unique = Index::create()
                .name(index)
                .table(table)
                .col(COLUMN)
                .unique()
                .and_where(Expr::col(COLUMN).ne(""))
                .take();
            manager.create_index(unique).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, index) in TABLES {
            manager.drop_index(Index::drop().name(index).table(table).to_owned()).await?;
            manager.alter_table(Table::alter().table(table).drop_column(COLUMN).take()).await?;
        }
        Ok(())
    }
}
