//! Fills an empty, migrated database with the stacks for `benches/load`, through the real tables and in
//! large statements: `cargo run --release --example seed -- --database-url URL --size m`.
//!
//! Every template and every instance has 22 entries: 3 ports, 2 volumes, 8 variables, 5 labels, a domain, a healthcheck
//! and 2 config files. None of the variables is a secret, so no key is needed. It must not use random numbers: the same
//! sizes give the same rows.

use std::{error::Error, fmt::Write as _, io::Write as _};

use chrono::{DateTime, SecondsFormat};
use clap::{Parser, ValueEnum};
use devarch::{
    db::{Db, DbUrl},
    limits::DatabaseTimeouts,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

/// Fills an empty, migrated database for measurements.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// The database, as for `devarch`; it has every migration and no stack or template.
    #[arg(long, value_name = "URL")]
    database_url: DbUrl,
    /// How many stacks: 10, 100 or 2,000.
    #[arg(long, default_value = "m")]
    size: Size,
    /// As many stacks as this instead.
    #[arg(long, value_name = "NUMBER")]
    stacks: Option<i64>,
    /// Instances of each stack. Three more lie in the trash, without overrides.
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    instances: i64,
    /// Bytes of a config file, at most 1,200.
    #[arg(long, default_value_t = 1024, value_name = "BYTES")]
    config_bytes: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Size {
    S,
    M,
    L,
}

impl Size {
    fn stacks(self) -> i64 {
        match self {
            Self::S => 10,
            Self::M => 100,
            Self::L => 2000,
        }
    }
}

const TEMPLATES: i64 = 50;
const TRASHED: i64 = 3;
const MINUTE: i64 = 60;
/// 2026-01-01, 2026-02-01 and 2026-03-01, in seconds since 1970.
const JANUARY: i64 = 1_767_225_600;
const FEBRUARY: i64 = 1_769_904_000;
const MARCH: i64 = 1_772_323_200;

/// The owner of entries.
struct Owner {
    id: i64,
    stack: i64,
    number: i64,
}

/// A kind: the end of its tables' names, its columns, how many entries an owner has, and the values of one of them.
type Kind = (&'static str, &'static str, i64, fn(&Owner, i64, usize) -> String);

const KINDS: [Kind; 7] = [
    ("ports", "host_port, container_port, protocol", 3, |owner, n, _| {
        let container = [80, 443, 8080][n as usize - 1];
        let protocol = if n == 3 { "udp" } else { "tcp" };
        format!("{}, {container}, '{protocol}'", 10_000 + (owner.number * 3 + n) % 50_000)
    }),
    ("volumes", "volume_type, source, target, read_only", 2, |Owner { stack, number, .. }, n, _| match n {
        1 => format!("'bind', '/srv/data/{stack}/{number}/{n}', '/var/lib/app/{n}', FALSE"),
        _ => format!("'volume', 'srv-data-{stack}-{number}-{n}', '/var/lib/app/{n}', TRUE"),
    }),
    ("env_vars", "key, value", 8, |Owner { stack, number, .. }, n, _| {
        format!("'APP_SETTING_{n}', 'value-{stack}-{number}-{n}'")
    }),
    ("labels", "key, value", 5, |Owner { number, .. }, n, _| {
        format!("'com.example.label-{n}', 'label \"{n}\" of {number}'")
    }),
    ("domains", "domain, proxy_port", 1, |Owner { stack, number, .. }, _, _| {
        format!("'i{number}.s{stack}.example.test', 8080")
    }),
    (
        "healthchecks",
        "test, interval_seconds, timeout_seconds, retries, start_period_seconds",
        1,
        |Owner { number, .. }, _, _| {
            format!(r#"'["CMD-SHELL","curl -fsS http://127.0.0.1:8080/health?i={number} || exit 1"]', 30, 5, 3, 10"#)
        },
    ),
    (
        "config_files",
        "file_path, content, is_template, created_at, updated_at",
        2,
        |Owner { stack, number, .. }, n, bytes| {
            // Quotes and new lines, so that writing them as JSON is real work.
            let lines = format!("option_{n} = \"value {number}\"\npath = /opt/app/{stack}\n").repeat(40);
            let mut content = format!("# file {n} of {stack}/{number}\n{lines}");
            content.truncate(bytes);
            let written = moment(FEBRUARY + 24 * 60 * MINUTE + number);
            let is_template = if n == 2 { "TRUE" } else { "FALSE" };
            format!("'/etc/app/conf-{n}.ini', '{content}', {is_template}, '{written}', '{written}'")
        },
    ),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let wanted = Arguments::parse();
    // One connection, with generous timeouts.
    let timeouts = DatabaseTimeouts { statement_timeout: 3600, ..DatabaseTimeouts::default() };
    let db = Db::connect(&wanted.database_url, 1, &timeouts).await?;
    if count(db.writer(), "stacks").await.is_err() {
        return Err("the database has no tables yet: `devarch migrate up` makes them".into());
    }
    if count(db.writer(), "stacks").await? + count(db.writer(), "services").await? > 0 {
        return Err("the database is not empty".into());
    }
    fill(db.writer(), &wanted).await?;
    finish(db.writer()).await?;
    let mut told = String::new();
    for table in ["stacks", "services", "service_instances", "instance_env_vars"] {
        write!(told, " {table} {}", count(db.writer(), table).await?)?;
    }
    writeln!(std::io::stdout(), "rows:{told}")?;
    db.close().await;
    Ok(())
}

async fn count(db: &DatabaseConnection, table: &str) -> Result<i64, Box<dyn Error>> {
    let sql = format!("SELECT count(*) FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.ok_or("a count has a row")?.try_get_by_index(0)?)
}

pub(crate) async fn fill(db: &DatabaseConnection, wanted: &Arguments) -> Result<(), Box<dyn Error>> {
    // Sets the stored number of overrides, if this database has that column.
    let kept_count = db.execute_unprepared("SELECT override_count FROM service_instances LIMIT 0").await.is_ok();
    insert(db, templates()).await?;
    let stacks = wanted.stacks.unwrap_or(wanted.size.stacks());
    for stack in 1..=stacks {
        insert(db, stack_with_instances(stack, wanted, kept_count)).await?;
    }
    Ok(())
}

/// Runs statements in one transaction.
async fn insert(db: &DatabaseConnection, statements: Vec<String>) -> Result<(), sea_orm::DbErr> {
    let tx = db.begin().await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL synchronous_commit = off").await?;
    }
    for sql in statements {
        tx.execute_unprepared(&sql).await?;
    }
    tx.commit().await
}

fn templates() -> Vec<String> {
    let rows = (1..=TEMPLATES).map(|n| {
        let command = if n % 3 == 0 { format!(r#"'["/usr/bin/serve","--mode","{n}"]'"#) } else { "NULL".to_owned() };
        let made = moment(JANUARY + n * MINUTE);
        format!(
            "{n}, 'template-{n:02}', 'registry.local/team/image-{n}', '1.{}.0', {command}, '{made}', '{made}'",
            n % 7
        )
    });
    let columns = "id, name, image_name, image_tag, command, created_at, updated_at";
    let mut statements = vec![rows_into("services", columns, rows)];
    let owners: Vec<Owner> = (1..=TEMPLATES).map(|n| Owner { id: n, stack: 0, number: n }).collect();
    statements.extend(entries("service", &owners, 1024));
    statements
}

fn stack_with_instances(stack: i64, wanted: &Arguments, kept_count: bool) -> Vec<String> {
    let made = moment(JANUARY + 24 * 60 * MINUTE + stack * MINUTE);
    let row = format!("{stack}, 'stack-{stack:05}', 'Stack number {stack}', '{made}', '{made}'");
    let mut statements = vec![rows_into("stacks", "id, name, description, created_at, updated_at", [row].into_iter())];

    let per_stack = wanted.instances + TRASHED;
    let id = |n: i64| (stack - 1) * per_stack + n;
    let rows = (1..=per_stack).map(|n| {
        let template = 1 + (stack * 7 + n) % TEMPLATES;
        let role = ["web", "worker", "cache", "db", "proxy"][n as usize % 5];
        let made = moment(FEBRUARY + stack * 1000 + n);
        let is_live = n <= wanted.instances;
        let deleted = if is_live { "NULL".to_owned() } else { format!("'{}'", moment(MARCH)) };
        let mut row = format!(
            "{}, {stack}, 'inst-{n:04}', {template}, 'devarch-stack-{stack:05}-inst-{n:04}', \
             'Instance {n} of stack {stack}, role {role}', {}, '{made}', '{made}', {deleted}",
            id(n),
            n % 4 != 0
        );
        if kept_count {
            let entries: i64 = KINDS.iter().map(|(.., each, _)| each).sum();
            row = format!("{row}, {}", if is_live { entries } else { 0 });
        }
        row
    });
    let mut columns = "id, stack_id, instance_id, template_service_id, container_name, description, enabled, \
                       created_at, updated_at, deleted_at"
        .to_owned();
    if kept_count {
        columns.push_str(", override_count");
    }
    statements.push(rows_into("service_instances", &columns, rows));
    let owners: Vec<Owner> = (1..=wanted.instances).map(|n| Owner { id: id(n), stack, number: n }).collect();
    statements.extend(entries("instance", &owners, wanted.config_bytes));
    statements
}

/// One statement for each kind.
fn entries(prefix: &str, owners: &[Owner], config_bytes: usize) -> Vec<String> {
    let of_kind = |(suffix, columns, each, values): &Kind| {
        let rows = owners.iter().flat_map(|owner| (1..=*each).map(move |n| (owner, n)));
        let rows = rows.map(|(owner, n)| format!("{}, {}", owner.id, values(owner, n, config_bytes)));
        rows_into(&format!("{prefix}_{suffix}"), &format!("{prefix}_id, {columns}"), rows)
    };
    KINDS.iter().map(of_kind).collect()
}

fn rows_into(table: &str, columns: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<String> = rows.map(|row| format!("({row})")).collect();
    format!("INSERT INTO {table} ({columns}) VALUES {}", rows.join(", "))
}

/// As the service writes it.
fn moment(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// Leaves the database as if it had been in use for a while: the next id is free, statistics are up to date, and
/// nothing is left to be cleaned up while others measure.
pub(crate) async fn finish(db: &DatabaseConnection) -> Result<(), sea_orm::DbErr> {
    // The service computes at its start what these instances claim.
    db.execute_unprepared("UPDATE service_instances SET claims_kept = NULL").await?;
    if db.get_database_backend() != DbBackend::Postgres {
        db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        return Ok(());
    }
    for table in ["services", "stacks", "service_instances"] {
        let sql = format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))");
        db.execute_unprepared(&sql).await?;
    }
    db.execute_unprepared("VACUUM (ANALYZE)").await?;
    Ok(())
}
