//! Migrations: up, down and up again on both databases, and that the tables match the entities.

mod steps;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use devarch::{
    db::{
        Db, DbUrl,
        entities::{
            api_key, api_key_stack, catalog_entry,
            change_log::{change, entry, epoch, head, horizon, version},
            clear_secret, fork, idempotency_key, instance, override_rule, owned_entry, secret_key, stack, template,
        },
        entries,
    },
    limits::DatabaseTimeouts,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DbBackend, Schema, Statement,
    sea_query::{ColumnType, TableCreateStatement, TableRef},
};

use crate::support::{Engine, TestApp, both};

/// The rows of a query as text, column by column; null is `-`.
pub(crate) async fn rows(t: &TestApp, sql: &str) -> Vec<Vec<String>> {
    let backend = t.db.writer().get_database_backend();
    let rows = t.db.writer().query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, n: usize| {
        row.try_get_by_index::<Option<String>>(n).unwrap().unwrap_or_else(|| "-".to_owned())
    };
    rows.iter().map(|row| (0..row.column_names().len()).map(|n| text(row, n)).collect()).collect()
}

async fn run(t: &TestApp, sql: &str) -> Result<(), sea_orm::DbErr> {
    t.db.writer().execute_unprepared(sql).await.map(drop)
}

/// The class of values of an entity's column.
fn class(of: &ColumnType) -> &'static str {
    match of {
        ColumnType::String(_) | ColumnType::Text | ColumnType::Char(_) => "text",
        ColumnType::Integer => "int",
        ColumnType::BigInteger => "bigint",
        ColumnType::Boolean => "bool",
        ColumnType::TimestampWithTimeZone => "time",
        other => panic!("a column type without a class: {other:?}"),
    }
}

/// The class of values of a column in the database.
fn stored_class(of: &str) -> &'static str {
    match of.split('(').next().unwrap().to_lowercase().trim() {
        "text" | "varchar" | "character varying" => "text",
        "integer" => "int",
        "bigint" => "bigint",
        "boolean" => "bool",
        "timestamp with time zone" | "timestamp_with_timezone_text" => "time",
        other => panic!("a column type without a class: {other}"),
    }
}

/// Columns of a table: name → (class, nullable, key, default).
async fn columns(t: &TestApp, table: &str) -> BTreeMap<String, (String, bool, bool, String)> {
    let sql = match t.engine {
        Engine::Sqlite => format!(
            "SELECT name, type, CASE WHEN \"notnull\" = 0 AND pk = 0 THEN 'y' ELSE 'n' END,
                    CASE WHEN pk > 0 THEN 'y' ELSE 'n' END, dflt_value FROM pragma_table_info('{table}')"
        ),
        Engine::Postgres => format!(
            "SELECT c.column_name::text, c.data_type::text, CASE WHEN c.is_nullable = 'YES' THEN 'y' ELSE 'n' END,
                    CASE WHEN EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                                      AND a.attnum = ANY(i.indkey) WHERE i.indrelid = '{table}'::regclass
                                      AND i.indisprimary AND a.attname = c.column_name) THEN 'y' ELSE 'n' END,
                    c.column_default::text
             FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = '{table}'"
        ),
    };
    let mut out = BTreeMap::new();
    for row in rows(t, &sql).await {
        let class = stored_class(&row[1]).to_owned();
        out.insert(row[0].clone(), (class, row[2] == "y", row[3] == "y", row[4].clone()));
    }
    out
}

async fn tables(t: &TestApp) -> BTreeSet<String> {
    let sql = match t.engine {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    };
    let names = rows(t, sql).await.into_iter().map(|row| row[0].clone());
    names.filter(|name| !name.starts_with("seaql")).collect()
}
