//! Columns and tables that several migrations share: a kind has the same columns for templates and instances.
//!
//! Called by the migrations. It must not change after a release; a new column needs a new migration.

use sea_orm_migration::prelude::*;

/// The owner of the rows of a child table.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    /// The prefix of the child tables, `service` or `instance`. The owner column is `{prefix}_id`.
    pub(crate) prefix: &'static str,
    /// The table of the owners.
    pub(crate) table: &'static str,
}

impl Owner {
    pub(crate) const SERVICE: Owner = Owner { prefix: "service", table: "services" };
    pub(crate) const INSTANCE: Owner = Owner { prefix: "instance", table: "service_instances" };

    fn column(self) -> String {
        format!("{}_id", self.prefix)
    }
}

/// `id`: an integer key that the database generates.
pub(crate) fn id() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take()
}

/// A timestamp in UTC, set by the service. The default is for rows written by hand.
pub(crate) fn moment(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().default(Expr::current_timestamp()).take()
}

/// A boolean with its default.
pub(crate) fn flag(name: &'static str, default: bool) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(default).take()
}

/// A foreign key to `table(id)`.
pub(crate) fn reference(
    from_table: &str,
    from: &str,
    table: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{from_table}_{from}"))
        .from(Alias::new(from_table), Alias::new(from))
        .to(table, "id")
        .on_delete(on_delete)
        .take()
}

/// Creates the table of a kind for an owner, with `columns` beyond `id` and the owner. `unique` is what must be unique
/// together with the owner: `None`, the owner alone (`""`), or one more column.
pub(crate) async fn create_child(
    manager: &SchemaManager<'_>,
    owner: Owner,
    suffix: &str,
    columns: Vec<ColumnDef>,
    unique: Option<&'static str>,
) -> Result<(), DbErr> {
    let name = format!("{}_{suffix}", owner.prefix);
    let owner_column = owner.column();
    let mut table = Table::create()
        .table(Alias::new(&name))
        .col(id())
        .col(ColumnDef::new(Alias::new(&owner_column)).big_integer().not_null())
        .foreign_key(&mut reference(&name, &owner_column, owner.table, ForeignKeyAction::Cascade))
        .take();
    for column in columns {
        table.col(column);
    }
    manager.create_table(table).await?;

    let mut index = Index::create().table(Alias::new(&name)).col(Alias::new(&owner_column)).take();
    match unique {
        None => index.name(format!("ix_{name}_owner")),
        Some("") => index.name(format!("uq_{name}_owner")).unique(),
        Some(key) => index.name(format!("uq_{name}_{key}")).col(key).unique(),
    };
    manager.create_index(index).await
}

/// Drops the table that [`create_child`] created.
pub(crate) async fn drop_child(manager: &SchemaManager<'_>, owner: Owner, suffix: &str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table(Alias::new(format!("{}_{suffix}", owner.prefix))).take()).await
}

/// Creates the first seven child tables of an owner.
pub(crate) async fn create_children(manager: &SchemaManager<'_>, owner: Owner) -> Result<(), DbErr> {
    for (suffix, columns, unique) in children() {
        create_child(manager, owner, suffix, columns, unique).await?;
    }
    Ok(())
}

/// Drops the tables that [`create_children`] created.
pub(crate) async fn drop_children(manager: &SchemaManager<'_>, owner: Owner) -> Result<(), DbErr> {
    for (suffix, ..) in children().into_iter().rev() {
        drop_child(manager, owner, suffix).await?;
    }
    Ok(())
}

/// The first seven kinds, as arguments of [`create_child`]. The list is closed: a later kind needs its own migration.
fn children() -> Vec<(&'static str, Vec<ColumnDef>, Option<&'static str>)> {
    let text = |name: &'static str| ColumnDef::new(name).text().not_null().take();
    let int = |name: &'static str| ColumnDef::new(name).integer().not_null().take();
    let int_or = |name: &'static str, default: i32| ColumnDef::new(name).integer().not_null().default(default).take();
    let string = |name: &'static str, length: u32| ColumnDef::new(name).string_len(length).not_null().take();
    let string_or = |name: &'static str, length: u32, default: &'static str| {
        ColumnDef::new(name).string_len(length).not_null().default(default).take()
    };
    vec![
        (
            "ports",
            vec![
                string_or("host_ip", 45, "0.0.0.0"),
                int("host_port"),
                int("container_port"),
                string_or("protocol", 10, "tcp"),
            ],
            None,
        ),
        (
            "volumes",
            vec![
                string_or("volume_type", 20, "bind"),
                text("source"),
                text("target"),
                flag("read_only", false),
                flag("is_external", false),
            ],
            None,
        ),
        (
            "env_vars",
            vec![string("key", 255), ColumnDef::new("value").text().null().take(), flag("is_secret", false)],
            Some("key"),
        ),
        ("labels", vec![string("key", 255), text("value")], Some("key")),
        ("domains", vec![string("domain", 255), ColumnDef::new("proxy_port").integer().null().take()], None),
        (
            "healthchecks",
            vec![
                text("test"),
                int_or("interval_seconds", 30),
                int_or("timeout_seconds", 10),
                int_or("retries", 3),
                int_or("start_period_seconds", 0),
            ],
            Some(""),
        ),
        (
            "config_files",
            vec![
                text("file_path"),
                text("content"),
                string_or("file_mode", 10, "0644"),
                flag("is_template", false),
                moment("created_at"),
                moment("updated_at"),
            ],
            Some("file_path"),
        ),
    ]
}
