//! Creates stacks, templates with seven collections, and instances whose names are unique within their stack.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::tables::{Owner, create_children, drop_children, flag, id, moment, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the unique constraint, which the next migration replaces.
pub(crate) const PLAIN_UNIQUE: &str = "uq_instances_stack_instance";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(stacks()).await?;
        manager.create_index(stack_name()).await?;
        manager.create_table(services()).await?;
        create_children(manager, Owner::SERVICE).await?;
        manager.create_table(service_instances()).await?;
        add_plain_unique(manager).await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_instances_template")
                    .table("service_instances")
                    .col("template_service_id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("service_instances").take()).await?;
        drop_children(manager, Owner::SERVICE).await?;
        manager.drop_table(Table::drop().table("services").take()).await?;
        manager.drop_table(Table::drop().table("stacks").take()).await
    }
}

/// Makes the name of an instance unique within its stack, in the trash or not. On SQLite it is a unique index with the
/// name of the constraint, because SQLite cannot drop a constraint: the next migration can drop the index without
/// rebuilding the table.
pub(crate) async fn add_plain_unique(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        let index = Index::create()
            .name(PLAIN_UNIQUE)
            .table("service_instances")
            .col("stack_id")
            .col("instance_id")
            .unique()
            .take();
        manager.create_index(index).await
    } else {
        let sql = format!("ALTER TABLE service_instances ADD CONSTRAINT {PLAIN_UNIQUE} UNIQUE (stack_id, instance_id)");
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }
}

fn stacks() -> TableCreateStatement {
    Table::create()
        .table("stacks")
        .col(id())
        .col(ColumnDef::new("name").string_len(63).not_null())
        .col(ColumnDef::new("description").text().not_null().default(""))
        .col(ColumnDef::new("network_name").string_len(63).null())
        .col(flag("enabled", true))
        .col(ColumnDef::new("revision").big_integer().not_null().default(1))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .col(ColumnDef::new("deleted_at").timestamp_with_time_zone().null())
        .take()
}

fn stack_name() -> IndexCreateStatement {
    Index::create()
        .name("uq_stacks_name_active")
        .table("stacks")
        .col("name")
        .unique()
        .and_where(Expr::col("deleted_at").is_null())
        .take()
}

fn services() -> TableCreateStatement {
    Table::create()
        .table("services")
        .col(id())
        .col(ColumnDef::new("name").string_len(128).not_null().unique_key())
        .col(ColumnDef::new("description").text().not_null().default(""))
        .col(ColumnDef::new("category").string_len(63).not_null().default(""))
        .col(ColumnDef::new("image_name").string_len(255).not_null())
        .col(ColumnDef::new("image_tag").string_len(255).not_null().default("latest"))
        .col(ColumnDef::new("command").text().null())
        .col(ColumnDef::new("entrypoint").text().null())
        .col(ColumnDef::new("user").string_len(255).null())
        .col(ColumnDef::new("working_dir").text().null())
        .col(ColumnDef::new("restart_policy").string_len(50).not_null().default("unless-stopped"))
        .col(flag("enabled", true))
        .col(ColumnDef::new("revision").big_integer().not_null().default(1))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .take()
}

fn service_instances() -> TableCreateStatement {
    let table = "service_instances";
    Table::create()
        .table(table)
        .col(id())
        .col(ColumnDef::new("stack_id").big_integer().not_null())
        .col(ColumnDef::new("instance_id").string_len(63).not_null())
        .col(ColumnDef::new("template_service_id").big_integer().not_null())
        .col(ColumnDef::new("container_name").string_len(127).not_null())
        .col(flag("enabled", true))
        .col(ColumnDef::new("revision").big_integer().not_null().default(1))
        .col(moment("created_at"))
        .col(moment("updated_at"))
        .foreign_key(&mut reference(table, "stack_id", "stacks", ForeignKeyAction::Cascade))
        .foreign_key(&mut reference(table, "template_service_id", "services", ForeignKeyAction::Restrict))
        .take()
}
