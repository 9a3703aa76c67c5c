//! The steps: up, down, interrupted, and two processes at once.

use super::*;

both!(
    down_to_nothing_and_up_again,
    each_step_goes_down_and_up_to_the_identical_catalogue,
    going_down_deletes_what_is_in_the_trash_and_puts_the_plain_unique_back,
    overrides_that_were_there_before_are_counted,
    instances_that_were_there_before_keep_the_names_of_their_volumes,
    texts_that_look_like_references_mean_the_same,
    migrating_twice_changes_nothing,
    a_step_that_breaks_off_leaves_nothing_behind,
    two_that_migrate_at_once_take_turns,
    a_command_that_waits_for_its_turn_says_so,
);

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

/// The steps that change rows and no table: the one that escapes texts.
const STEPS_OF_DATA: usize = 1;

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
    assert_eq!(distinct.len(), steps + 1 - STEPS_OF_DATA, "each step changes something");
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
    assert_eq!(before, [["bare", "0", "2"], ["db", "0", "1"], ["old", "1", "3"], ["web", "15", "3"]]);

    // An earlier version keeps running for a while.
    let steps = u32::try_from(Migrator::migrations().len() - 7).unwrap();
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    let another = "INSERT INTO instance_labels (instance_id, key, value)
                   SELECT id, 'another', '' FROM service_instances WHERE instance_id = 'db'";
    run(t, another).await.unwrap();
    t.db.migrate().await.unwrap();
    let mut expected = before;
    "1".clone_into(&mut expected[1][1]);
    // A later step made the table of networks, so its row is lost on the way back.
    "14".clone_into(&mut expected[3][1]);
    assert_eq!(rows(t, kept).await, expected);
}

/// The number of the steps before the one that escapes texts.
const BEFORE_REFERENCES: usize = 20;

async fn texts_that_look_like_references_mean_the_same(t: &TestApp) {
    t.shop().await;
    let steps = u32::try_from(Migrator::migrations().len() - BEFORE_REFERENCES).unwrap();
    let stored = "SELECT key, value FROM instance_env_vars ORDER BY key";
    let looks = [["A", "${{ github.sha }}"], ["B", "$${{a}}${{b}}"], ["C", "${HOME} $$"]];
    let escaped = [["A", "$${{ github.sha }}"], ["B", "$$${{a}}$${{b}}"], ["C", "${HOME} $$"]];
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    for [key, value] in looks {
        let sql = format!(
            "INSERT INTO instance_env_vars (instance_id, key, value, is_secret) SELECT id, '{key}', '{value}', FALSE FROM \
             service_instances"
        );
        run(t, &sql).await.unwrap();
    }
    run(t, "UPDATE services SET command = '[\"echo\",\"${{x}}\"]'").await.unwrap();
    t.db.migrate().await.unwrap();
    assert_eq!(rows(t, stored).await, escaped);
    let query = "{ instance(stack: \"shop\", name: \"db\") { effectiveConfig { command envVars { key value } } } }";
    let found = t.data(query, serde_json::json!({})).await["instance"]["effectiveConfig"].take();
    assert_eq!(found["command"], serde_json::json!(["echo", "${{x}}"]));
    for [key, value] in looks {
        let is_it = |var: &&serde_json::Value| var["key"] == key;
        let var = found["envVars"].as_array().unwrap().iter().find(is_it).unwrap();
        assert_eq!(var["value"], value);
    }
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    assert_eq!(rows(t, stored).await, looks);
    t.db.migrate().await.unwrap();
    // They were not counted.
    run(t, "DELETE FROM instance_env_vars").await.unwrap();
}

/// The number of the step that gives storage names.
const STORAGE_NAMES: usize = 10;

async fn instances_that_were_there_before_keep_the_names_of_their_volumes(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "web").await;
    // Three that had one name, of which one is live, and two, of which none is.
    for name in ["old", "db", "db"] {
        if name == "old" {
            t.instance("shop", name).await;
        }
        t.done("softDeleteInstance", serde_json::json!({ "instance": TestApp::by_name("shop", name) }), "").await;
        t.skip_time(1);
        t.instance("shop", name).await;
    }
    t.done("softDeleteInstance", serde_json::json!({ "instance": TestApp::by_name("shop", "old") }), "").await;
    t.done("softDeleteStack", serde_json::json!({ "stack": { "name": "shop" } }), "").await;
    t.stack("shop").await;
    t.instance("shop", "db").await;

    let steps = u32::try_from(Migrator::migrations().len() - STORAGE_NAMES).unwrap();
    Migrator::down(t.db.writer(), Some(steps)).await.unwrap();
    t.db.migrate().await.unwrap();
    let all = "SELECT storage_name FROM service_instances UNION ALL SELECT storage_name FROM stacks";
    let distinct: BTreeSet<_> = rows(t, all).await.into_iter().collect();
    assert_eq!(distinct.len(), rows(t, all).await.len(), "{distinct:?}");
    let live = "SELECT i.storage_name FROM service_instances i JOIN stacks s ON s.id = i.stack_id
                WHERE s.deleted_at IS NULL AND i.deleted_at IS NULL";
    assert_eq!(rows(t, live).await, [["devarch-shop_db"]], "as Compose has called its volumes");
    let plain = "SELECT storage_name FROM service_instances WHERE storage_name NOT LIKE '%.%' ORDER BY 1";
    assert_eq!(rows(t, plain).await, [["devarch-shop_db"], ["devarch-shop_old"], ["devarch-shop_web"]]);
}
