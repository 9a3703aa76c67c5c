//! Writes change only the rows that differ: other rows are neither read nor written, and the number of statements does
//! not depend on how many there are.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, both};

both!(
    one_byte_of_one_file_touches_one_row,
    a_whole_collection_touches_the_rows_that_differ,
    the_number_of_statements_does_not_depend_on_the_rows,
    a_template_is_written_by_differences,
    rules_are_written_by_differences,
    a_secret_that_stays_the_same_stays_sealed_as_it_is,
);

/// The rows of a table, each as its id with a version that changes whenever it is written, and a text of it.
async fn rows(t: &TestApp, table: &str, text: &str) -> Vec<(i64, String, String)> {
    let db = t.db.writer();
    // PostgreSQL stores which transaction wrote a row; on SQLite a trigger counts writes.
    let version = if t.engine == Engine::Postgres {
        "xmin::text"
    } else {
        "CAST(COALESCE((SELECT n FROM written WHERE row = r.id), 0) AS TEXT)"
    };
    let sql = format!("SELECT id, {version} AS version, CAST({text} AS TEXT) AS content FROM {table} r ORDER BY id");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let all = rows.iter().map(|row| {
        (row.try_get("", "id").unwrap(), row.try_get("", "version").unwrap(), row.try_get("", "content").unwrap())
    });
    all.collect()
}

/// Counts on SQLite how often each row of a table is written.
async fn watch(t: &TestApp, table: &str) {
    if t.engine == Engine::Sqlite {
        t.sql("CREATE TABLE IF NOT EXISTS written (row INTEGER PRIMARY KEY, n INTEGER)").await;
        for event in ["INSERT", "UPDATE"] {
            t.sql(&format!(
                "CREATE TRIGGER watch_{table}_{event} AFTER {event} ON {table} BEGIN
                     INSERT INTO written VALUES (new.id, 1) ON CONFLICT (row) DO UPDATE SET n = n + 1;
                 END"
            ))
            .await;
        }
    }
}

/// How many rows are the same, not written again, and how many there are.
fn untouched(before: &[(i64, String, String)], after: &[(i64, String, String)]) -> (usize, usize) {
    (after.iter().filter(|row| before.contains(row)).count(), after.len())
}

fn files(number: usize) -> Vec<Value> {
    let file = |n| json!({ "filePath": format!("/f{n}"), "content": format!("{n:0>4000}") });
    (0..number).map(file).collect()
}

/// The statements of one mutation.
async fn statements(t: &TestApp, field: &str, input: Value) -> u64 {
    let input_type = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!("mutation ($input: {input_type}!) {{ {field}(input: $input) {{ userErrors {{ message }} }} }}");
    let (cost, data) = t.cost(&query, json!({ "input": input })).await;
    assert_eq!(data[field]["userErrors"], json!([]));
    cost
}

async fn one_byte_of_one_file_touches_one_row(t: &TestApp) {
    t.web().await;
    watch(t, "instance_config_files").await;
    t.set("web", json!({ "configFiles": files(120) })).await;
    let times = "configFiles { filePath createdAt updatedAt }";
    let (before, seen) = (rows(t, "instance_config_files", "content").await, t.see("web", times).await);
    let mut one = files(120)[60].clone();
    one["content"] = json!(format!("{:1>4000}", 60));
    let revision = t.patch("web", json!([{ "set": { "configFile": one } }])).await;
    let after = rows(t, "instance_config_files", "content").await;
    assert_eq!(untouched(&before, &after), (119, 120));
    assert_eq!(before.iter().map(|row| row.0).collect::<Vec<_>>(), after.iter().map(|row| row.0).collect::<Vec<_>>());
    let now = t.see("web", times).await;
    for (n, (before, after)) in
        seen["configFiles"].as_array().unwrap().iter().zip(now["configFiles"].as_array().unwrap()).enumerate()
    {
        assert_eq!(before["createdAt"], after["createdAt"]);
        assert_eq!(before["updatedAt"] == after["updatedAt"], n != 60, "{n}");
    }
    // Repeating the write changes nothing.
    assert_eq!(t.patch("web", json!([{ "set": { "configFile": one } }])).await, revision);
    assert_eq!(rows(t, "instance_config_files", "content").await, after);
    // The same by the whole collection.
    let mut all = files(120);
    all[7]["content"] = json!("seven");
    all[60] = one;
    assert_eq!(t.set("web", json!({ "configFiles": all })).await, revision + 1);
    assert_eq!(untouched(&after, &rows(t, "instance_config_files", "content").await), (119, 120));
}

async fn a_whole_collection_touches_the_rows_that_differ(t: &TestApp) {
    t.web().await;
    watch(t, "instance_config_files").await;
    let names = async || {
        let seen = t.see("web", "overrideCount configFiles { filePath }").await;
        let names =
            seen["configFiles"].as_array().unwrap().iter().map(|file| file["filePath"].as_str().unwrap().to_owned());
        (seen["overrideCount"].clone(), names.collect::<Vec<_>>().join(" "))
    };
    let all = files(6);
    t.set("web", json!({ "configFiles": all })).await;
    for (wanted, stays, expected) in [
        // Fewer entries, more, and both: entries that keep their position are not written.
        (vec![0, 1, 3, 4, 5], 5, "/f0 /f1 /f3 /f4 /f5"),
        (vec![0, 1, 3, 4, 5, 2], 5, "/f0 /f1 /f3 /f4 /f5 /f2"),
        (vec![1, 3, 0], 2, "/f1 /f3 /f0"),
        // The order of entries is stored, so entries after a new one move.
        (vec![1, 4, 3, 0], 1, "/f1 /f4 /f3 /f0"),
        (vec![], 0, ""),
    ] {
        let before = rows(t, "instance_config_files", "content").await;
        let created = t.see("web", "configFiles { filePath createdAt }").await;
        let wanted: Vec<Value> = wanted.into_iter().map(|n: usize| all[n].clone()).collect();
        t.set("web", json!({ "configFiles": wanted })).await;
        let after = rows(t, "instance_config_files", "content").await;
        assert_eq!(untouched(&before, &after), (stays, wanted.len()), "{expected}");
        assert_eq!(names().await, (json!(wanted.len()), expected.to_owned()));
        // Moved entries keep their times.
        let now = t.see("web", "configFiles { filePath createdAt }").await;
        for file in now["configFiles"].as_array().unwrap() {
            let known =
                created["configFiles"].as_array().unwrap().iter().find(|known| known["filePath"] == file["filePath"]);
            assert!(known.is_none_or(|known| known == file), "{file}");
        }
    }
}

async fn the_number_of_statements_does_not_depend_on_the_rows(t: &TestApp) {
    t.web().await;
    let instance = TestApp::by_name("shop", "web");
    let mut costs = Vec::new();
    for number in [3, 300] {
        t.set("web", json!({ "configFiles": files(number) })).await;
        let mut changed = files(number);
        // Two changed, one gone, one new.
        changed[0]["content"] = json!("0");
        changed[1]["content"] = changed[2]["content"].clone();
        changed.pop();
        changed.push(json!({ "filePath": "/new", "content": "" }));
        let set = json!({ "instance": instance, "overrides": { "configFiles": changed } });
        let patch = json!({ "instance": instance, "operations": [{ "set": { "configFile": { "filePath": "/f0", "content": "1" } } }] });
        let all: Vec<Value> = changed
            .iter()
            .map(|file| json!({ "set": { "configFile": { "filePath": file["filePath"], "content": "all" } } }))
            .collect();
        let every = json!({ "instance": instance, "operations": all });
        let reset = json!({ "instance": instance, "operations": [{ "reset": { "all": true } }] });
        costs.push([
            statements(t, "setInstanceOverrides", set).await,
            statements(t, "patchInstanceOverrides", patch).await,
            statements(t, "patchInstanceOverrides", every).await,
            statements(t, "patchInstanceOverrides", reset).await,
        ]);
    }
    assert_eq!(costs[0], costs[1]);
    // SQLite logs in steps.
    assert!(costs[1][1] <= if t.engine == Engine::Sqlite { 13 } else { 9 }, "{costs:?}");
}

async fn a_template_is_written_by_differences(t: &TestApp) {
    t.web().await;
    watch(t, "service_config_files").await;
    let update = async |files: &[Value]| {
        let input = json!({ "template": { "name": "app" }, "configFiles": files });
        t.done("updateTemplate", input, "template { revision }").await["template"]["revision"].as_i64().unwrap()
    };
    let mut all = files(50);
    let first = update(&all).await;
    let before = rows(t, "service_config_files", "content").await;
    assert_eq!(update(&all).await, first, "the same is no change");
    all[20]["content"] = json!(format!("{:2>4000}", 20));
    assert_eq!(update(&all).await, first + 1);
    assert_eq!(untouched(&before, &rows(t, "service_config_files", "content").await), (49, 50));
}

async fn rules_are_written_by_differences(t: &TestApp) {
    t.web().await;
    watch(t, "instance_override_rules").await;
    let removals: Vec<Value> = (0..50).map(|n| json!({ "remove": { "label": format!("l{n}") } })).collect();
    t.patch("web", json!(removals)).await;
    let before = rows(t, "instance_override_rules", "COALESCE(key, '')").await;
    t.patch(
        "web",
        json!([{ "reset": { "entry": { "label": "l7" } } }, { "remove": { "label": "new" } }, { "replace": "PORT" }]),
    )
    .await;
    assert_eq!(untouched(&before, &rows(t, "instance_override_rules", "COALESCE(key, '')").await), (49, 51));
    // Whatever the order in which they came to be.
    t.patch("web", json!([{ "remove": { "label": "a" } }])).await;
    let seen = t.see("web", "overrideRules { kind key }").await;
    assert_eq!(seen["overrideRules"][0], json!({ "kind": "PORT", "key": null }));
    assert_eq!(seen["overrideRules"][1], json!({ "kind": "LABEL", "key": "a" }));
}

async fn a_secret_that_stays_the_same_stays_sealed_as_it_is(t: &TestApp) {
    t.web().await;
    watch(t, "instance_env_vars").await;
    let var = |key: &str, value: Value| json!({ "key": key, "value": value, "isSecret": true });
    let revision = t.set("web", json!({ "envVars": [var("A", json!("1")), var("B", json!("2"))] })).await;
    let before = rows(t, "instance_env_vars", "value").await;
    assert_eq!(t.set("web", json!({ "envVars": [var("A", json!("1")), var("B", json!("2"))] })).await, revision);
    assert_eq!(rows(t, "instance_env_vars", "value").await, before);
    assert_eq!(t.patch("web", json!([{ "set": { "envVar": var("B", json!("3")) } }])).await, revision + 1);
    assert_eq!(untouched(&before, &rows(t, "instance_env_vars", "value").await), (1, 2));
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "web") }), "A").await, "1");
    assert_eq!(t.reveal(json!({ "instance": TestApp::by_name("shop", "web") }), "B").await, "3");
    // From secret to plain and back.
    let plain = json!({ "key": "A", "value": "1", "isSecret": false });
    t.patch("web", json!([{ "set": { "envVar": plain } }])).await;
    assert_eq!(t.see("web", "envVars { value }").await["envVars"][0]["value"], "1");
    t.patch("web", json!([{ "set": { "envVar": var("A", json!("1")) } }])).await;
    assert_eq!(t.see("web", "envVars { value }").await["envVars"][0]["value"], json!(null));
}
