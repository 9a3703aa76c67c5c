//! Backup and restore, and database files that are refused: the messages of the binary, and that it does not change
//! them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use devarch::db::maintenance::file;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::json;

use crate::support::{Engine, TestApp, both, run};

both!(what_a_later_version_has_made_is_refused);

fn devarch(database: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let url = format!("sqlite://{}", database.display());
    let done = Command::new(env!("CARGO_BIN_EXE_devarch"))
        .args(["--database-url", &url])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
}

/// A folder with a migrated database that has some rows.
async fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("devarch.db");
    assert_eq!(devarch(&path, &["migrate", "up"]).0, Some(0));
    sql(
        &path,
        "INSERT INTO stacks (name, description, enabled, created_at, updated_at) VALUES ('shop', '', 1, '', '')",
    )
    .await;
    (folder, path)
}

async fn open(path: &Path) -> DatabaseConnection {
    Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap()
}

async fn sql(path: &Path, text: &str) {
    let db = open(path).await;
    db.execute_unprepared(text).await.unwrap();
    db.close().await.unwrap();
}

#[test]
fn a_backup_comes_back() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (folder, path) = folder().await;
        let copy = folder.path().join("copies/first.db");
        let copy = copy.to_str().unwrap();
        let (code, said, error) = devarch(&path, &["backup", copy]);
        assert_eq!(code, Some(0), "{error}");
        assert!(said.contains("1 stack, 0 instances and 0 templates") && said.contains("devarch.db.key"), "{said}");
        let (code, _, error) = devarch(&path, &["backup", copy]);
        assert!(code == Some(1) && error.contains("is there already"), "{error}");
        sql(&path, "DELETE FROM stacks").await;
        let (code, _, error) = devarch(&path, &["restore", copy]);
        assert!(code == Some(1) && error.contains("--replace"), "{error}");
        // A service runs on it.
        let busy = open(&path).await;
        busy.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
        let before = fs::read(&path).unwrap();
        let (code, _, error) = devarch(&path, &["restore", copy, "--replace"]);
        assert!(code == Some(1) && error.contains("stop that first"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
        busy.close().await.unwrap();
        let (code, said, error) = devarch(&path, &["restore", copy, "--replace"]);
        assert_eq!(code, Some(0), "{error}");
        assert!(said.contains("1 stack, 0 instances and 0 templates") && said.contains(".before-"), "{said}");
        assert_eq!(file::verify(&path).await.unwrap().stacks, 1);
        let aside = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let aside: Vec<String> = aside.filter(|name| name.contains(".before-")).collect();
        assert_eq!(aside.len(), 1, "{aside:?}");
        assert_eq!(file::verify(&folder.path().join(&aside[0])).await.unwrap().stacks, 0);
        // Into an empty folder, as on a new machine.
        let other = folder.path().join("new/devarch.db");
        assert_eq!(devarch(&other, &["restore", copy]).0, Some(0));
        assert_eq!(file::verify(&other).await.unwrap().stacks, 1);
    });
}

#[test]
fn a_write_ahead_log_of_the_file_that_was_there_is_not_taken_for_the_new_ones() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (folder, path) = folder().await;
        let copy = folder.path().join("copy.db");
        assert_eq!(devarch(&path, &["backup", copy.to_str().unwrap()]).0, Some(0));
        // As after a crash: the last writes are only in the write-ahead log, and the file itself is lost.
        let db = open(&path).await;
        db.execute_unprepared("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").await.unwrap();
        db.execute_unprepared("DELETE FROM stacks").await.unwrap();
        let wal = folder.path().join("devarch.db-wal");
        let log = fs::read(&wal).unwrap();
        db.close().await.unwrap();
        fs::write(&wal, log).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(devarch(&path, &["restore", copy.to_str().unwrap()]).0, Some(0));
        assert_eq!(file::verify(&path).await.unwrap().stacks, 1);
    });
}

#[test]
fn what_is_damaged_or_something_elses_is_refused_and_left_alone() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (folder, good) = folder().await;
        let whole = fs::read(&good).unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("text.db"), "not a database, but longer than its header").unwrap();
        fs::write(place("short.db"), "SQLite").unwrap();
        fs::write(place("cut.db"), &whole[..whole.len() / 2]).unwrap();
        let mut noise = whole.clone();
        for byte in &mut noise[100..4096] {
            *byte = 0xa5;
        }
        fs::write(place("noise.db"), &noise).unwrap();
        sql(&place("other.db"), "CREATE TABLE albums (id INTEGER)").await;
        let cases = [
            ("text.db", "it is no SQLite database"),
            ("short.db", "it is no SQLite database"),
            ("cut.db", "it is damaged"),
            ("noise.db", "it is damaged"),
            ("other.db", "it is a database of something else"),
        ];
        for (name, expected) in cases {
            let path = place(name);
            let before = fs::read(&path).unwrap();
            let copy = place("copy.db");
            for arguments in [
                ["serve", "--listen=127.0.0.1:0"].as_slice(),
                &["migrate", "up"],
                &["key", "list"],
                &["backup", copy.to_str().unwrap()],
            ] {
                let (code, said, error) = devarch(&path, arguments);
                assert_eq!(
                    (code, said.as_str(), error.lines().count()),
                    (Some(1), "", 1),
                    "{name} {arguments:?}: {error}"
                );
                assert!(error.contains(expected), "{name} {arguments:?}: {error}");
                assert_eq!(fs::read(&path).unwrap(), before, "{name} {arguments:?}");
                assert!(!copy.exists() && !place("copy.db.partial").exists());
            }
            let (code, _, error) = devarch(&good, &["restore", path.to_str().unwrap(), "--replace"]);
            assert!(code == Some(1) && error.contains(expected), "{name}: {error}");
            assert_eq!(fs::read(&good).unwrap(), whole);
        }
    });
}

#[test]
fn damage_inside_is_found_after_a_crash_and_in_a_backup() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (folder, path) = folder().await;
        let mut bytes = fs::read(&path).unwrap();
        // The page of an index, somewhere in the middle.
        let at = bytes.len() / 4096 / 2 * 4096;
        for byte in &mut bytes[at..at + 4096] {
            *byte ^= 0x5a;
        }
        fs::write(&path, &bytes).unwrap();
        let copy = folder.path().join("copy.db");
        let (code, _, error) = devarch(&path, &["backup", copy.to_str().unwrap()]);
        assert!(code == Some(1) && error.contains("damaged"), "{error}");
        assert!(!copy.exists());
        // It was not closed: its log is there.
        fs::write(folder.path().join("devarch.db-wal"), [0; 32]).unwrap();
        let (code, _, error) = devarch(&path, &["serve", "--listen=127.0.0.1:0"]);
        assert!(code == Some(1) && error.contains("it is damaged"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    });
}

async fn what_a_later_version_has_made_is_refused(t: &TestApp) {
    t.db.check_owner().await.unwrap();
    t.db.writer()
        .execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)")
        .await
        .unwrap();
    let refused = match (t.engine, &t.url) {
        (Engine::Sqlite, devarch::db::DbUrl::Sqlite(path)) => file::inspect(path).await.unwrap_err().to_string(),
        _ => t.db.migrate().await.unwrap_err().to_string(),
    };
    assert!(refused.contains("a later version of DevArch has made it (step m9999_later)"), "{refused}");
    t.db.writer().execute_unprepared("DELETE FROM seaql_migrations").await.unwrap();
    t.db.writer()
        .execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('x1', 0)")
        .await
        .unwrap();
    if t.engine == Engine::Postgres {
        assert!(t.db.check_owner().await.unwrap_err().to_string().contains("something else"));
        t.db.writer().execute_unprepared("DROP TABLE seaql_migrations").await.unwrap();
        assert!(t.db.migrate().await.unwrap_err().to_string().contains("a table"));
    }
}

/// A backup during writes is a consistent snapshot: it contains each transaction completely or not at all.
#[test]
fn a_backup_under_load_is_a_state_of_one_moment() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let devarch::db::DbUrl::Sqlite(path) = &t.url else { panic!("no file") };
        t.shop().await;
        let path = path.clone();
        let writer = {
            let t = t.clone();
            tokio::spawn(async move {
                for n in 0..60 {
                    let mut input = TestApp::new_instance("shop", &format!("x{n}"));
                    input["overrides"] = json!({
                        "labels": [{ "key": "a", "value": "1" }, { "key": "b", "value": "2" }],
                        "envVars": [{ "key": "PASSWORD", "value": "planted-hunter2", "isSecret": true }],
                    });
                    t.done("createInstance", input, "").await;
                }
            })
        };
        let folder = tempfile::tempdir().unwrap();
        for n in 0..6 {
            let copy = folder.path().join(format!("{n}.db"));
            let content = file::back_up(&path, &copy).await.unwrap();
            let db = open(&copy).await;
            let count = async |sql: &str| -> i64 {
                let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
                row.try_get_by_index(0).unwrap()
            };
            let instances = count("SELECT count(*) FROM service_instances").await;
            assert_eq!(content.instances, instances);
            assert_eq!(count("SELECT count(*) FROM instance_labels").await, (instances - 1) * 2);
            assert_eq!(
                count("SELECT COALESCE(sum(override_count), 0) FROM service_instances").await,
                (instances - 1) * 3
            );
            db.close().await.unwrap();
            let bytes = fs::read(&copy).unwrap();
            assert!(!bytes.windows(15).any(|part| part == b"planted-hunter2"), "secrets stay encrypted");
        }
        writer.await.unwrap();
    });
}
