//! Creates tables for override rules, settings, dependencies and resource limits, and indexes that find the instances
//! which claim a host port, a domain or a path on the host.

use sea_orm_migration::prelude::*;

use crate::tables::{Owner, create_child, drop_child, id, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const RULES: &str = "instance_override_rules";
const DEPENDENCIES: &str = "instance_dependencies";
/// Indexes that find claims of host ports and domains. They include the owner, which is what the queries look for.
const CLAIMS: [(&str, &str, &str, &str); 4] = [
    ("ix_service_ports_host_port", "service_ports", "host_port", "service_id"),
    ("ix_instance_ports_host_port", "instance_ports", "host_port", "instance_id"),
    ("ix_service_domains_domain", "service_domains", "domain", "service_id"),
    ("ix_instance_domains_domain", "instance_domains", "domain", "instance_id"),
];
/// Indexes that find claims of volumes and host paths. All spellings of a path, which differ in slashes and dots only,
/// have the same entry, and entries are short enough for an index.
const SOURCES: [(&str, &str); 2] =
    [("ix_service_volumes_source", "service_volumes"), ("ix_instance_volumes_source", "instance_volumes")];

/// Indexes for the lists of the trash; true if what was trashed together with its owner is left out.
const TRASH: [(&str, &str, bool); 2] =
    [("ix_stacks_trashed", "stacks", false), ("ix_instances_trashed", "service_instances", true)];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(rules()).await?;
        let index = |name: &'static str| Index::create().name(name).table(RULES).take();
        // No index contains the removed key, which can be a long path. Writers lock the instance instead.
        manager.create_index(index("ix_instance_override_rules_owner").col("instance_id").take()).await?;
        manager
            .create_index(
                index("uq_instance_override_rules_replace")
                    .col("instance_id")
                    .col("kind")
                    .unique()
                    .and_where(Expr::col("key").is_null())
                    .take(),
            )
            .await?;

        for owner in [Owner::SERVICE, Owner::INSTANCE] {
            let limit = |name: &'static str| ColumnDef::new(name).string_len(32).null().take();
            create_child(manager, owner, "resource_limits", vec![limit("cpu"), limit("memory")], Some("")).await?;
        }
        let field = ColumnDef::new("field").string_len(32).not_null().take();
        let value = ColumnDef::new("value").text().not_null().take();
        create_child(manager, Owner::INSTANCE, "settings", vec![field, value], Some("field")).await?;

        manager.create_table(dependencies()).await?;
        let index = |name: &'static str| Index::create().name(name).table(DEPENDENCIES).take();
        manager
            .create_index(
                index("uq_instance_dependencies_depends_on").col("instance_id").col("depends_on").unique().take(),
            )
            .await?;
        manager.create_index(index("ix_instance_dependencies_depends_on").col("depends_on").take()).await?;

        for (name, table, column, owner) in CLAIMS {
            manager.create_index(Index::create().name(name).table(table).col(column).col(owner).take()).await?;
        }
        // For the lists of the trash, which are sorted by time of deletion.
        for (name, table, own) in TRASH {
            let mut trashed = Index::create();
            trashed
                .name(name)
                .table(table)
                .col("deleted_at")
                .col("id")
                .and_where(Expr::col("deleted_at").is_not_null());
            if own {
                trashed.and_where(Expr::col("deleted_with_stack").not());
            }
            manager.create_index(trashed).await?;
        }
        for (name, table) in SOURCES {
            let folded = "substr(replace(replace(source, '/', ''), '.', ''), 1, 200)";
            let sql = format!("CREATE INDEX {name} ON {table} ({folded})");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // Finds the instances of a template, oldest first. It replaces the index on the template alone.
        manager.drop_index(Index::drop().name("ix_instances_template").table("service_instances").to_owned()).await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_instances_template_created")
                    .table("service_instances")
                    .col("template_service_id")
                    .col("created_at")
                    .col("id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = |name: &'static str, table: &'static str| Index::drop().name(name).table(table).to_owned();
        manager
            .create_index(
                Index::create()
                    .name("ix_instances_template")
                    .table("service_instances")
                    .col("template_service_id")
                    .take(),
            )
            .await?;
        manager.drop_index(drop("ix_instances_template_created", "service_instances")).await?;
        for (name, table, _) in TRASH {
            manager.drop_index(drop(name, table)).await?;
        }
        for (name, table) in SOURCES {
            manager.drop_index(drop(name, table)).await?;
        }
        for (name, table, ..) in CLAIMS {
            manager.drop_index(drop(name, table)).await?;
        }
        manager.drop_table(Table::drop().table(DEPENDENCIES).take()).await?;
        drop_child(manager, Owner::INSTANCE, "settings").await?;
        for owner in [Owner::INSTANCE, Owner::SERVICE] {
            drop_child(manager, owner, "resource_limits").await?;
        }
        manager.drop_table(Table::drop().table(RULES).take()).await
    }
}

fn owned(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(id())
        .col(ColumnDef::new("instance_id").big_integer().not_null())
        .foreign_key(&mut reference(table, "instance_id", "service_instances", ForeignKeyAction::Cascade))
        .take()
}

fn rules() -> TableCreateStatement {
    owned(RULES)
        .col(ColumnDef::new("kind").string_len(32).not_null())
        // Null if the rule is about the whole collection.
        .col(ColumnDef::new("key").text().null())
        .col(ColumnDef::new("action").string_len(10).not_null())
        .take()
}

fn dependencies() -> TableCreateStatement {
    owned(DEPENDENCIES)
        .col(ColumnDef::new("depends_on").big_integer().not_null())
        .col(ColumnDef::new("condition").string_len(40).not_null().default("service_started"))
        .foreign_key(&mut reference(DEPENDENCIES, "depends_on", "service_instances", ForeignKeyAction::Cascade))
        .take()
}
