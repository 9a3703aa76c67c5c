//! Adds forks: stacks that know what they were copied from, and may have a lease.

use sea_orm_migration::prelude::*;

use crate::tables::{flag, moment, reference};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const FORKS: &str = "forks";
const LOCK: &str = "fork_lock";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let optional_time = |name: &'static str| ColumnDef::new(name).timestamp_with_time_zone().null().take();
        let table = Table::create()
            .table(FORKS)
            .col(ColumnDef::new("stack_id").big_integer().not_null().primary_key())
            // Null once the source is purged.
            .col(ColumnDef::new("source_id").big_integer().null())
            .col(ColumnDef::new("fork_key").text().null())
            // The key may be longer than what an index takes.
            .col(ColumnDef::new("key_hash").string_len(64).null())
            // False while the stack is in the trash.
            .col(flag("is_live", true))
            .col(ColumnDef::new("lease_seconds").big_integer().null())
            .col(optional_time("expires_at"))
            // The block of host ports that the stack has for itself.
            .col(ColumnDef::new("block_first").integer().null())
            .col(ColumnDef::new("block_last").integer().null())
            .col(moment("created_at"))
            .foreign_key(&mut reference(FORKS, "stack_id", "stacks", ForeignKeyAction::Cascade))
            .foreign_key(&mut reference(FORKS, "source_id", "stacks", ForeignKeyAction::SetNull))
            .take();
        manager.create_table(table).await?;
        let index = |name: &'static str| Index::create().name(name).table(FORKS).take();
        let live = || Expr::col("is_live").eq(true);
        manager.create_index(index("ix_forks_source").col("source_id").take()).await?;
        let keys = index("uq_forks_source_key_live").col("source_id").col("key_hash").unique().and_where(live()).take();
        manager.create_index(keys).await?;
        let leases = index("ix_forks_expires").col("expires_at").and_where(live()).take();
        manager.create_index(leases).await?;
        // The row that a transaction locks while it takes host ports and domains.
        let lock = Table::create().table(LOCK).col(ColumnDef::new("id").integer().not_null().primary_key()).take();
        manager.create_table(lock).await?;
        manager.get_connection().execute_unprepared("INSERT INTO fork_lock (id) VALUES (1)").await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(LOCK).take()).await?;
        manager.drop_table(Table::drop().table(FORKS).take()).await
    }
}
