//! Migrations: up, down and up again on both databases, and that the tables match the entities.

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
            api_key, api_key_stack, catalog_entry, change, clear_secret, idempotency_key, instance, override_rule,
            secret_key, stack, template,
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

both!(
    down_to_nothing_and_up_again,
    each_step_goes_down_and_up_to_the_identical_catalogue,
    going_down_deletes_what_is_in_the_trash_and_puts_the_plain_unique_back,
    the_tables_are_those_of_the_entities,
    every_owner_column_leads_an_index,
    children_go_with_their_owner,
    columns_have_their_defaults,
    overrides_that_were_there_before_are_counted,
    names_of_the_living_are_unique_by_partial_indexes,
    migrating_twice_changes_nothing,
    a_step_that_breaks_off_leaves_nothing_behind,
    two_that_migrate_at_once_take_turns,
    a_command_that_waits_for_its_turn_says_so,
);

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

/// The schema of all tables, as text for comparison.
async fn catalogue(t: &TestApp) -> Vec<Vec<String>> {
    let sql = match t.engine {
        Engine::Sqlite => {
            "SELECT type, tbl_name, name, coalesce(sql, '-') FROM sqlite_master
             WHERE name NOT LIKE 'seaql%' AND name NOT LIKE 'sqlite_seq%' AND tbl_name NOT LIKE 'seaql%' ORDER BY 1, 2, 3"
        }
        Engine::Postgres => {
            "SELECT 'column', table_name::text, column_name::text, concat_ws(' ', data_type, is_nullable, column_default,
                    character_maximum_length, numeric_precision)
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'seaql%'
             UNION ALL SELECT 'index', tablename::text, indexname::text, indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename NOT LIKE 'seaql%'
             UNION ALL SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'seaql%'
             UNION ALL SELECT 'sequence', sequence_name::text, '', '' FROM information_schema.sequences
             WHERE sequence_schema = 'public'
             ORDER BY 1, 2, 3"
        }
    };
    rows(t, sql).await
}

async fn down_to_nothing_and_up_again(t: &TestApp) {
    let before = catalogue(t).await;
    t.shop().await;
    Migrator::down(t.db.writer(), None).await.unwrap();
    assert_eq!(catalogue(t).await, Vec::<Vec<String>>::new());
    t.db.migrate().await.unwrap();
    assert_eq!(catalogue(t).await, before);
    // It is usable, and empty.
    t.shop().await;
}

async fn migrating_twice_changes_nothing(t: &TestApp) {
    t.shop().await;
    let before = catalogue(t).await;
    // A second server on the same database.
    let other = Db::connect(&t.url, 1, &DatabaseTimeouts::default()).await.unwrap();
    assert!(other.is_ready().await.unwrap());
    other.migrate().await.unwrap();
    assert_eq!(catalogue(t).await, before);
    assert_eq!(t.data("{ stacks { totalCount } }", serde_json::json!({})).await["stacks"]["totalCount"], 1);
}

async fn a_step_that_breaks_off_leaves_nothing_behind(t: &TestApp) {
    assert!(Migrator::migrations().iter().all(|step| step.use_transaction() == Some(true)));
    let whole = catalogue(t).await;
    let steps = u32::try_from(Migrator::migrations().len() - 1).unwrap();
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    // The last table of the next step exists already, so the step fails.
    run(t, "CREATE TABLE instance_config_files (id INTEGER)").await.unwrap();
    let before = catalogue(t).await;
    assert!(t.db.migrate().await.is_err());
    assert_eq!(catalogue(t).await, before);
    run(t, "DROP TABLE instance_config_files").await.unwrap();
    t.db.migrate().await.unwrap();
    assert_eq!(catalogue(t).await, whole);
}

async fn two_that_migrate_at_once_take_turns(t: &TestApp) {
    let whole = catalogue(t).await;
    let others = [t.another().await.db, t.another().await.db, t.another().await.db];
    for _ in 0..5 {
        Migrator::down(t.db.writer(), None).await.unwrap();
        let at_once: Vec<_> =
            others.iter().cloned().map(|db| tokio::spawn(async move { db.migrate().await })).collect();
        for one in at_once {
            one.await.unwrap().unwrap();
        }
        assert_eq!(catalogue(t).await, whole);
    }
}

async fn a_command_that_waits_for_its_turn_says_so(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("compose.yaml"), "services: { web: { image: nginx } }\n").unwrap();
    let whole = catalogue(t).await;
    for arguments in [["import", "compose.yaml"], ["migrate", "up"]] {
        // A step is missing, and another process holds the migration lock.
        Migrator::down(t.db.writer(), Some(1)).await.unwrap();
        let (turn, url, of_whom);
        match &t.url {
            DbUrl::Sqlite(path) => {
                let locked = File::open(path.parent().unwrap()).unwrap();
                locked.lock().unwrap();
                turn = Ok(locked);
                url = format!("sqlite://{}", path.display());
                of_whom = format!("process {} (", std::process::id());
            }
            DbUrl::Postgres(server) => {
                let mut options = sea_orm::ConnectOptions::new(server.clone());
                options.max_connections(1);
                let locked = sea_orm::Database::connect(options).await.unwrap();
                let name = i64::from_be_bytes(*b"\0devarch");
                locked.execute_unprepared(&format!("SELECT pg_advisory_lock({name})")).await.unwrap();
                turn = Err(locked);
                url = server.clone();
                of_whom = "the server process ".to_owned();
            }
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
        command.args(["--database-url", &url, "--log", "warn"]).args(arguments).current_dir(folder.path());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert!(line.contains("waiting for the ") && line.contains("lock"), "{arguments:?}: {line}");
        if cfg!(target_os = "linux") {
            assert!(line.contains(&of_whom), "{line}");
        }
        assert_eq!(child.try_wait().unwrap(), None, "{arguments:?} does not wait");
        match turn {
            Ok(file) => drop(file),
            Err(server) => server.close().await.unwrap(),
        }
        let mut rest = String::new();
        told.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}: {rest}");
        assert_eq!(catalogue(t).await, whole);
    }
}

async fn each_step_goes_down_and_up_to_the_identical_catalogue(t: &TestApp) {
    let steps = Migrator::migrations().len();
    let mut catalogues = vec![catalogue(t).await];
    for _ in 0..steps {
        Migrator::down(t.db.writer(), Some(1)).await.unwrap();
        catalogues.push(catalogue(t).await);
    }
    for (n, expected) in catalogues.iter().rev().enumerate() {
        if n > 0 {
            Migrator::up(t.db.writer(), Some(1)).await.unwrap();
        }
        assert_eq!(&catalogue(t).await, expected, "after {n} steps up");
    }
    let distinct: BTreeSet<_> = catalogues.into_iter().collect();
    assert_eq!(distinct.len(), steps + 1, "each step changes something");
}

async fn going_down_deletes_what_is_in_the_trash_and_puts_the_plain_unique_back(t: &TestApp) {
    t.shop().await;
    let deleted = serde_json::json!({ "instance": TestApp::by_name("shop", "db") });
    t.done("softDeleteInstance", deleted, "").await;
    t.instance("shop", "db").await;
    let instances = "SELECT CAST(id AS TEXT), instance_id, container_name FROM service_instances ORDER BY id";
    let both = rows(t, instances).await;
    assert_eq!(both.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["db", "db"]);

    // Down to the base: the overrides' step goes last.
    let steps = u32::try_from(Migrator::migrations().len() - 1).unwrap();
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    let left = rows(t, instances).await;
    assert_eq!(left, both[1..]);
    let tables: BTreeSet<String> = catalogue(t).await.into_iter().map(|row| row[1].clone()).collect();
    assert!(!tables.iter().any(|table| table.starts_with("instance_")), "{tables:?}");
    let again = "INSERT INTO service_instances (stack_id, instance_id, template_service_id, container_name)
                 SELECT stack_id, instance_id, template_service_id, 'other' FROM service_instances";
    let refused = run(t, again).await.unwrap_err();
    let unique = matches!(refused.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)));
    assert!(unique, "{refused}");

    t.db.migrate().await.unwrap();
    assert_eq!(rows(t, instances).await, left);
    let found =
        t.data("{ instance(stack: \"shop\", name: \"db\") { revision overrideCount } }", serde_json::json!({})).await;
    assert_eq!(found["instance"], serde_json::json!({ "revision": 1, "overrideCount": 0 }));
    t.done("softDeleteInstance", serde_json::json!({ "instance": TestApp::by_name("shop", "db") }), "").await;
    t.instance("shop", "db").await;
}

/// Every table as the entities describe it.
fn entities() -> BTreeMap<String, TableCreateStatement> {
    let schema = Schema::new(DbBackend::Postgres);
    let mut tables = entries::tables();
    tables.push(schema.create_table_from_entity(stack::Entity));
    tables.push(schema.create_table_from_entity(template::Entity));
    tables.push(schema.create_table_from_entity(instance::Entity));
    tables.push(schema.create_table_from_entity(catalog_entry::Entity));
    tables.push(schema.create_table_from_entity(override_rule::Entity));
    tables.push(schema.create_table_from_entity(secret_key::Entity));
    tables.push(schema.create_table_from_entity(clear_secret::Entity));
    tables.push(schema.create_table_from_entity(api_key::Entity));
    tables.push(schema.create_table_from_entity(api_key_stack::Entity));
    tables.push(schema.create_table_from_entity(change::Entity));
    tables.push(schema.create_table_from_entity(idempotency_key::Entity));
    let name = |table: &TableCreateStatement| match table.get_table_name() {
        Some(TableRef::Table(name, _)) => name.1.to_string(),
        other => panic!("{other:?}"),
    };
    tables.into_iter().map(|table| (name(&table), table)).collect()
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

async fn the_tables_are_those_of_the_entities(t: &TestApp) {
    let entities = entities();
    assert_eq!(entities.len(), 31);
    assert_eq!(tables(t).await, entities.keys().cloned().collect::<BTreeSet<_>>());
    // SQLite has one integer, of 64 bits.
    let known =
        |class: &str| if t.engine == Engine::Sqlite { class.replace("bigint", "int") } else { class.to_owned() };
    for (table, entity) in entities {
        // A key of several columns stands beside them.
        let together: Vec<String> = entity
            .get_indexes()
            .iter()
            .filter(|index| index.is_primary_key())
            .flat_map(|index| index.get_index_spec().get_column_names())
            .collect();
        let expected: BTreeMap<String, (String, bool, bool)> = entity
            .get_columns()
            .iter()
            .map(|column| {
                let spec = column.get_column_spec();
                let key = spec.primary_key || together.contains(&column.get_column_name());
                let nullable = spec.nullable != Some(false) && !key;
                (column.get_column_name(), (known(class(column.get_column_type().unwrap())), nullable, key))
            })
            .collect();
        let found: BTreeMap<String, (String, bool, bool)> = columns(t, &table)
            .await
            .into_iter()
            .map(|(name, (class, nullable, key, _))| (name, (known(&class), nullable, key)))
            .collect();
        assert_eq!(found, expected, "{table}");
    }
}

/// The column that owns a table's rows.
fn owner_of(table: &str) -> Option<(&'static str, &'static str)> {
    match table {
        "service_instances" => Some(("stack_id", "stacks")),
        "services" | "stacks" | "catalog_entries" | "api_keys" | "secret_keys" | "clear_secrets" | "changes"
        | "idempotency_keys" => None,
        "api_key_stacks" => Some(("api_key_id", "api_keys")),
        _ if table.starts_with("service_") => Some(("service_id", "services")),
        _ => Some(("instance_id", "service_instances")),
    }
}

async fn every_owner_column_leads_an_index(t: &TestApp) {
    let sql = match t.engine {
        Engine::Sqlite => {
            "SELECT m.tbl_name, i.name FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
             WHERE m.type = 'table' AND i.seqno = 0 AND l.partial = 0"
        }
        Engine::Postgres => {
            "SELECT i.indrelid::regclass::text, a.attname::text FROM pg_index i
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
             JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace AND i.indpred IS NULL"
        }
    };
    let leading: BTreeSet<(String, String)> =
        rows(t, sql).await.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    for table in entities().keys() {
        if let Some((column, _)) = owner_of(table) {
            assert!(leading.contains(&(table.clone(), column.to_owned())), "{table}.{column}");
        }
    }
    for (table, column) in [("service_instances", "template_service_id"), ("catalog_entries", "service_id")] {
        assert!(leading.contains(&(table.to_owned(), column.to_owned())), "{table}.{column}");
    }
}

async fn children_go_with_their_owner(t: &TestApp) {
    let sql = match t.engine {
        Engine::Sqlite => {
            "SELECT m.name, f.\"from\", f.\"table\", f.\"to\", f.on_delete
             FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        Engine::Postgres => {
            "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text, b.attname::text,
                    CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' WHEN 'n' THEN 'SET NULL'
                    ELSE c.confdeltype::text END
             FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'"
        }
    };
    let mut expected: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut add = |parts: [&str; 5]| expected.insert(parts.map(str::to_owned).to_vec());
    add(["service_instances", "template_service_id", "services", "id", "RESTRICT"]);
    add(["catalog_entries", "service_id", "services", "id", "SET NULL"]);
    add(["instance_dependencies", "depends_on", "service_instances", "id", "CASCADE"]);
    add(["api_key_stacks", "stack_id", "stacks", "id", "CASCADE"]);
    for table in entities().keys() {
        if let Some((column, owner)) = owner_of(table) {
            add([table, column, owner, "id", "CASCADE"]);
        }
    }
    assert_eq!(rows(t, sql).await.into_iter().collect::<BTreeSet<_>>(), expected);

    // And they do.
    t.shop().await;
    let input = serde_json::json!({ "instance": TestApp::by_name("shop", "db"), "overrides": TestApp::overrides() });
    t.done("setInstanceOverrides", input, "").await;
    run(t, "DELETE FROM services").await.unwrap_err();
    run(t, "DELETE FROM stacks").await.unwrap();
    run(t, "DELETE FROM services").await.unwrap();
    // The key of the secrets stays known, and so do the versions.
    for table in
        entities().keys().filter(|table| !["secret_keys", "changes", "idempotency_keys"].contains(&table.as_str()))
    {
        assert_eq!(rows(t, &format!("SELECT 'left' FROM {table}")).await.len(), 0, "{table}");
    }
}

async fn columns_have_their_defaults(t: &TestApp) {
    let mut expected = vec![
        ("stacks".to_owned(), "description", ""),
        ("stacks".to_owned(), "enabled", "true"),
        ("stacks".to_owned(), "revision", "1"),
        ("stacks".to_owned(), "created_at", "now"),
        ("stacks".to_owned(), "updated_at", "now"),
        ("stacks".to_owned(), "network_name", "-"),
        ("stacks".to_owned(), "deleted_at", "-"),
        ("services".to_owned(), "image_tag", "latest"),
        ("services".to_owned(), "restart_policy", "unless-stopped"),
        ("services".to_owned(), "enabled", "true"),
        ("services".to_owned(), "revision", "1"),
        ("service_instances".to_owned(), "description", ""),
        ("service_instances".to_owned(), "enabled", "true"),
        ("service_instances".to_owned(), "revision", "1"),
        ("service_instances".to_owned(), "deleted_at", "-"),
        ("service_instances".to_owned(), "deleted_with_stack", "false"),
        ("service_instances".to_owned(), "override_count", "0"),
    ];
    for owner in ["service", "instance"] {
        for (suffix, column, default) in [
            ("ports", "host_ip", "0.0.0.0"),
            ("ports", "host_port", "-"),
            ("ports", "container_port", "-"),
            ("ports", "protocol", "tcp"),
            ("volumes", "volume_type", "bind"),
            ("volumes", "read_only", "false"),
            ("volumes", "is_external", "false"),
            ("env_vars", "is_secret", "false"),
            ("healthchecks", "interval_seconds", "30"),
            ("healthchecks", "timeout_seconds", "10"),
            ("healthchecks", "retries", "3"),
            ("healthchecks", "start_period_seconds", "0"),
            ("config_files", "file_mode", "0644"),
            ("config_files", "is_template", "false"),
            ("config_files", "created_at", "now"),
        ] {
            expected.push((format!("{owner}_{suffix}"), column, default));
        }
    }
    for (table, column, default) in expected {
        let found = columns(t, &table).await[column].3.clone();
        let plain = found.split("::").next().unwrap().trim_matches('\'').to_lowercase();
        let plain =
            if plain.contains("current_timestamp") || plain.contains("now()") { "now".to_owned() } else { plain };
        assert_eq!(plain, default, "{table}.{column}: {found}");
    }
}

async fn overrides_that_were_there_before_are_counted(t: &TestApp) {
    t.shop().await;
    for name in ["web", "bare", "old"] {
        t.instance("shop", name).await;
    }
    t.set("web", TestApp::overrides()).await;
    let on_db = serde_json::json!({ "set": { "dependency": { "instance": TestApp::by_name("shop", "db") } } });
    let no_rule = serde_json::json!({ "remove": { "envVar": "POSTGRES_USER" } });
    t.patch("web", serde_json::json!([on_db, no_rule])).await;
    t.patch("bare", serde_json::json!([no_rule])).await;
    t.patch("old", serde_json::json!([on_db])).await;
    t.done("softDeleteInstance", serde_json::json!({ "instance": TestApp::by_name("shop", "old") }), "").await;
    let kept =
        "SELECT instance_id, CAST(override_count AS TEXT), CAST(revision AS TEXT) FROM service_instances ORDER BY 1";
    let before = rows(t, kept).await;
    assert_eq!(before, [["bare", "0", "2"], ["db", "0", "1"], ["old", "1", "3"], ["web", "14", "3"]]);

    // An earlier version keeps running for a while.
    let steps = u32::try_from(Migrator::migrations().len() - 7).unwrap();
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    let another = "INSERT INTO instance_labels (instance_id, key, value)
                   SELECT id, 'another', '' FROM service_instances WHERE instance_id = 'db'";
    run(t, another).await.unwrap();
    t.db.migrate().await.unwrap();
    let mut expected = before;
    "1".clone_into(&mut expected[1][1]);
    assert_eq!(rows(t, kept).await, expected);
}

async fn names_of_the_living_are_unique_by_partial_indexes(t: &TestApp) {
    let sql = match t.engine {
        Engine::Sqlite => "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        Engine::Postgres => "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    };
    let plain =
        |sql: &str| sql.to_lowercase().replace(['"', '(', ')'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let found: BTreeMap<String, String> =
        rows(t, sql).await.into_iter().map(|row| (row[0].clone(), plain(&row[1]))).collect();
    for (name, columns) in [
        ("uq_stacks_name_active", "name"),
        ("uq_instances_stack_instance_active", "stack_id, instance_id"),
        ("uq_instances_container_name_active", "container_name"),
    ] {
        let index = &found[name];
        assert!(index.starts_with("create unique index"), "{index}");
        assert!(index.replace(" ,", ",").ends_with(&format!("{columns} where deleted_at is null")), "{index}");
    }
    assert!(!found.contains_key("uq_instances_stack_instance"), "the plain unique is gone");
}
