//! Creates seven tables for copy-on-write overrides, and a trash whose names are free for others. The schema before has
//! no trash, so `down` deletes trashed instances.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::{
    m0001_base::{PLAIN_UNIQUE, add_plain_unique},
    tables::{Owner, create_children, drop_children},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "service_instances";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_children(manager, Owner::INSTANCE).await?;
        // SQLite adds one column in a statement.
        add_column(manager, ColumnDef::new("description").text().not_null().default("")).await?;
        add_column(manager, ColumnDef::new("deleted_at").timestamp_with_time_zone().null()).await?;
        drop_plain_unique(manager).await?;
        let live = || Expr::col("deleted_at").is_null();
        let index = |name: &'static str| Index::create().name(name).table(TABLE).take();
        manager
            .create_index(
                index("uq_instances_stack_instance_active")
                    .col("stack_id")
                    .col("instance_id")
                    .unique()
                    .and_where(live())
                    .take(),
            )
            .await?;
        manager
            .create_index(
                index("uq_instances_container_name_active").col("container_name").unique().and_where(live()).take(),
            )
            .await?;
        // For lists of a stack's instances, oldest first and including trashed ones, and for the cascade from a purged
        // stack.
        manager
            .create_index(index("ix_instances_stack_created").col("stack_id").col("created_at").col("id").take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared("DELETE FROM service_instances WHERE deleted_at IS NOT NULL").await?;
        for index in
            ["ix_instances_stack_created", "uq_instances_container_name_active", "uq_instances_stack_instance_active"]
        {
            manager.drop_index(Index::drop().name(index).table(TABLE).to_owned()).await?;
        }
        add_plain_unique(manager).await?;
        for column in ["deleted_at", "description"] {
            manager.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
        }
        drop_children(manager, Owner::INSTANCE).await
    }
}

async fn add_column(manager: &SchemaManager<'_>, column: &mut ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(TABLE).add_column(column.take()).take()).await
}

async fn drop_plain_unique(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sql = match manager.get_database_backend() {
        DatabaseBackend::Sqlite => format!("DROP INDEX {PLAIN_UNIQUE}"),
        _ => format!("ALTER TABLE {TABLE} DROP CONSTRAINT {PLAIN_UNIQUE}"),
    };
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}
