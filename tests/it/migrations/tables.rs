//! The tables: columns, defaults, indexes and foreign keys.

use super::*;

both!(
    the_tables_are_those_of_the_entities,
    every_owner_column_leads_an_index,
    children_go_with_their_owner,
    columns_have_their_defaults,
    names_of_the_living_are_unique_by_partial_indexes,
);

/// Every table as the entities describe it.
fn entities() -> BTreeMap<String, TableCreateStatement> {
    let schema = Schema::new(DbBackend::Postgres);
    let mut tables = entries::tables();
    tables.push(schema.create_table_from_entity(stack::Entity));
    tables.push(schema.create_table_from_entity(template::Entity));
    tables.push(schema.create_table_from_entity(instance::Entity));
    tables.push(schema.create_table_from_entity(instance::claim::Entity));
    tables.push(schema.create_table_from_entity(catalog_entry::Entity));
    tables.push(schema.create_table_from_entity(override_rule::Entity));
    tables.push(schema.create_table_from_entity(secret_key::Entity));
    tables.push(schema.create_table_from_entity(clear_secret::Entity));
    tables.push(schema.create_table_from_entity(api_key::Entity));
    tables.push(schema.create_table_from_entity(api_key::plan::Entity));
    tables.push(schema.create_table_from_entity(api_key_stack::Entity));
    tables.push(schema.create_table_from_entity(version::Entity));
    tables.push(schema.create_table_from_entity(change::Entity));
    tables.push(schema.create_table_from_entity(entry::Entity));
    tables.push(schema.create_table_from_entity(head::Entity));
    tables.push(schema.create_table_from_entity(epoch::Entity));
    tables.push(schema.create_table_from_entity(horizon::Entity));
    tables.push(schema.create_table_from_entity(fork::Entity));
    tables.push(schema.create_table_from_entity(owned_entry::Entity));
    tables.push(schema.create_table_from_entity(fork::lock::Entity));
    tables.push(schema.create_table_from_entity(idempotency_key::Entity));
    let name = |table: &TableCreateStatement| match table.get_table_name() {
        Some(TableRef::Table(name, _)) => name.1.to_string(),
        other => panic!("{other:?}"),
    };
    tables.into_iter().map(|table| (name(&table), table)).collect()
}

async fn the_tables_are_those_of_the_entities(t: &TestApp) {
    let entities = entities();
    assert_eq!(entities.len(), 44);
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
            // Only the queries on claims use them.
            .filter(|(name, _)| {
                table != "service_instances" || !["claims_kept", "in_enabled_stack"].contains(&name.as_str())
            })
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
        | "change_log" | "change_heads" | "change_horizons" | "fork_lock" | "plan_keys" | "change_epoch"
        | "idempotency_keys" => None,
        "change_entries" => Some(("change_id", "change_log")),
        "forks" | "stack_env_vars" => Some(("stack_id", "stacks")),
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
    // The owner of a fork is its primary key, which is the rowid on SQLite and has no index there.
    let is_rowid = |table: &&String| t.engine == Engine::Sqlite && *table == "forks";
    for table in entities().keys().filter(|table| !is_rowid(table)) {
        if let Some((column, _)) = owner_of(table) {
            assert!(leading.contains(&(table.clone(), column.to_owned())), "{table}.{column}");
        }
    }
    for (table, column) in [
        ("service_instances", "template_service_id"),
        ("catalog_entries", "service_id"),
        ("forks", "source_id"),
        ("owned_entries", "stack_id"),
    ] {
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
    add(["forks", "source_id", "stacks", "id", "SET NULL"]);
    add(["owned_entries", "stack_id", "stacks", "id", "CASCADE"]);
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
    // The key of the secrets stays known, and so do the versions, the change log and the row that forks lock.
    let is_left = |table: &&String| {
        table.starts_with("change")
            || ["secret_keys", "idempotency_keys", "fork_lock", "plan_keys"].contains(&table.as_str())
    };
    for table in entities().keys().filter(|table| !is_left(table)) {
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
        ("service_instances".to_owned(), "claims_kept", "false"),
        ("service_instances".to_owned(), "in_enabled_stack", "true"),
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
