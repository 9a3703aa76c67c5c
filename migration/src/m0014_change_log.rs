//! Creates the change log: who changed what and when, with the values before and after.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::tables::moment;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const LOG: &str = "change_log";
const ENTRIES: &str = "change_entries";
const HEADS: &str = "change_heads";
const EPOCH: &str = "change_epoch";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        crate::WHOLE
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(heads()).await?;
        manager.create_table(log()).await?;
        let index = |name: &'static str| Index::create().name(name).table(LOG).take();
        manager.create_index(index("uq_change_log_part_seq").col("part").col("seq").unique().take()).await?;
        manager.create_index(index("ix_change_log_stack").col("stack_id").col("seq").take()).await?;
        manager
            .create_index(index("ix_change_log_subject").col("subject_id").col("seq").col("subject_kind").take())
            .await?;
        let cause = index("ix_change_log_cause").col("cause_id").and_where(Expr::col("cause_id").is_not_null()).take();
        manager.create_index(cause).await?;
        manager.create_table(entries()).await?;
        let owner = Index::create().name("ix_change_entries_owner").table(ENTRIES).col("owner_id").col("seq").take();
        manager.create_index(owner).await?;
        manager.create_table(epoch()).await?;
        let number = match manager.get_database_backend() {
            DatabaseBackend::Sqlite => "abs(random() % 9007199254740991) + 1",
            _ => "floor(random() * 9007199254740991)::bigint + 1",
        };
        // The history of a new database is complete.
        let sql = format!(
            "INSERT INTO {EPOCH} (id, epoch, begins_at) SELECT 1, {number}, CASE WHEN EXISTS (SELECT 1 FROM stacks) OR \
             EXISTS (SELECT 1 FROM services) THEN CURRENT_TIMESTAMP ELSE '1970-01-01 00:00:00+00:00' END"
        );
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [EPOCH, ENTRIES, LOG, HEADS] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

fn optional_number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

fn word(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).string_len(32).not_null().take()
}

fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

fn optional_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// The last position of each part of the log. A transaction locks the rows of its parts last, until it has committed.
fn heads() -> TableCreateStatement {
    Table::create()
        .table(HEADS)
        .col(ColumnDef::new("part").integer().not_null().primary_key())
        .col(number("seq"))
        .col(number("last_change"))
        .take()
}

/// One row for each change. It has no foreign keys: a purged object leaves one row behind.
fn log() -> TableCreateStatement {
    Table::create()
        .table(LOG)
        .col(number("id").primary_key())
        .col(ColumnDef::new("part").integer().not_null())
        .col(number("seq"))
        // The last position of the part of templates when the change was stored.
        .col(number("templates_seq"))
        .col(moment("at"))
        .col(word("actor_kind"))
        .col(optional_text("actor_name"))
        .col(word("action"))
        .col(optional_text("message"))
        .col(optional_text("request_id"))
        .col(optional_number("cause_id"))
        .col(word("subject_kind"))
        .col(number("subject_id"))
        .col(text("subject_name"))
        .col(optional_number("stack_id"))
        // The revision of the subject after the change.
        .col(optional_number("revision"))
        // What the subject was copied from.
        .col(optional_number("source_id"))
        .col(optional_text("source_name"))
        .col(ColumnDef::new("redacted").boolean().not_null().default(false))
        .take()
}

/// What a change has changed: fields, entries of kinds, and rules.
fn entries() -> TableCreateStatement {
    let mut change = ForeignKey::create();
    change
        .name("fk_change_entries_change_id")
        .from(ENTRIES, "change_id")
        .to(LOG, "id")
        .on_delete(ForeignKeyAction::Cascade);
    Table::create()
        .table(ENTRIES)
        .col(number("change_id"))
        .col(ColumnDef::new("position").integer().not_null())
        .col(word("owner_kind"))
        .col(number("owner_id"))
        .col(number("seq"))
        .col(word("form"))
        .col(word("kind"))
        .col(optional_text("entry_key"))
        // What tells rows with the same key apart.
        .col(optional_text("identity"))
        // The row that held the entry, which gives its place among the others.
        .col(optional_number("row_before"))
        .col(optional_text("value_before"))
        .col(optional_text("secret_before"))
        .col(optional_text("value_after"))
        .col(optional_text("secret_after"))
        .primary_key(Index::create().col("change_id").col("position"))
        .foreign_key(&mut change)
        .take()
}

/// One row: a number that differs for every history of the database, and since when the log is complete.
fn epoch() -> TableCreateStatement {
    Table::create()
        .table(EPOCH)
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(number("epoch"))
        .col(moment("begins_at"))
        .take()
}
