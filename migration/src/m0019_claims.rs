//! Adds the claims of instances that override ports, domains or volumes, and the columns by which the users of a template
//! that inherit theirs are found, oldest first.
//!
//! What these instances claim has to be merged, which a migration cannot do. They are marked as not known, and the service
//! computes their claims at its start.

use sea_orm_migration::prelude::*;

use crate::tables::{flag, id, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INSTANCES: &str = "service_instances";
const CLAIMS: &str = "instance_claims";
const KEPT: &str = "claims_kept";
const IN_ENABLED_STACK: &str = "in_enabled_stack";

/// Indexes with a condition or an expression, which take plain SQL.
const INDEXES: [(&str, &str); 4] = [
    // The users of a template that inherit its claims, oldest first.
    (
        "ix_instances_inheriting",
        "service_instances (template_service_id, enabled, in_enabled_stack, created_at, id) \
         WHERE NOT claims_kept AND deleted_at IS NULL",
    ),
    // The others, for an edit of their template.
    ("ix_instances_claims_kept", "service_instances (template_service_id, id) WHERE claims_kept"),
    // Those whose claims are not known.
    ("ix_instances_claims_unknown", "service_instances (id) WHERE claims_kept IS NULL"),
    // The templates that name a host port.
    ("ix_service_ports_claimed", "service_ports (host_port, lower(protocol), service_id)"),
];
/// Indexes of migration 4 that no statement uses any more.
const REPLACED: [(&str, &str, [&str; 2]); 3] = [
    ("ix_service_ports_host_port", "service_ports", ["host_port", "service_id"]),
    ("ix_instance_ports_host_port", "instance_ports", ["host_port", "instance_id"]),
    ("ix_instance_domains_domain", "instance_domains", ["domain", "instance_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = |column| Table::alter().table(INSTANCES).add_column(column).take();
        // Null while the claims are not known, false for an instance that inherits them.
        manager.alter_table(add(ColumnDef::new(KEPT).boolean().null().default(false).take())).await?;
        manager.alter_table(add(flag(IN_ENABLED_STACK, true))).await?;
        let db = manager.get_connection();
        db.execute_unprepared(
            "UPDATE service_instances SET in_enabled_stack = FALSE \
             WHERE stack_id IN (SELECT id FROM stacks WHERE NOT enabled)",
        )
        .await?;
        db.execute_unprepared(
            "UPDATE service_instances SET claims_kept = NULL WHERE id IN (\
             SELECT instance_id FROM instance_ports UNION SELECT instance_id FROM instance_domains \
             UNION SELECT instance_id FROM instance_volumes UNION SELECT instance_id FROM instance_override_rules \
             WHERE kind IN ('ports', 'domains', 'volumes'))",
        )
        .await?;

        let table = Table::create()
            .table(CLAIMS)
            .col(id())
            .col(ColumnDef::new("instance_id").big_integer().not_null())
            // The kind of override from which the claim follows.
            .col(ColumnDef::new("kind").string_len(32).not_null())
            // What is claimed, as text that only the same resource has.
            .col(ColumnDef::new("resource").string_len(255).not_null())
            // The part of it that is claimed.
            .col(ColumnDef::new("extent").string_len(45).not_null())
            // 0 in the trash, 1 if it or its stack is disabled, 2 if it runs.
            .col(ColumnDef::new("state").integer().not_null())
            // That of the instance, for the order of claims.
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .foreign_key(&mut reference(CLAIMS, "instance_id", INSTANCES, ForeignKeyAction::Cascade))
            .take();
        manager.create_table(table).await?;
        let index = |name: &'static str| Index::create().name(name).table(CLAIMS).take();
        manager.create_index(index("ix_instance_claims_owner").col("instance_id").take()).await?;
        let of_resource = index("ix_instance_claims_resource").col("kind").col("resource").col("state").take();
        manager.create_index(oldest_first(of_resource)).await?;
        let of_extent =
            index("ix_instance_claims_extent").col("kind").col("resource").col("extent").col("state").take();
        manager.create_index(oldest_first(of_extent)).await?;
        for (name, of) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("CREATE INDEX {name} ON {of}")).await?;
        }
        for (name, table, _) in REPLACED {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, [column, owner]) in REPLACED {
            manager.create_index(Index::create().name(name).table(table).col(column).col(owner).take()).await?;
        }
        for (name, _) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        manager.drop_table(Table::drop().table(CLAIMS).take()).await?;
        for column in [IN_ENABLED_STACK, KEPT] {
            manager.alter_table(Table::alter().table(INSTANCES).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn oldest_first(mut index: IndexCreateStatement) -> IndexCreateStatement {
    index.col("created_at").col("instance_id").take()
}
