//! What the service prints when it starts, and wrong settings that change nothing.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::support::Service;

fn serve(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--listen", "127.0.0.1:0"]).args(arguments).current_dir(folder);
    command.env_remove("RUST_LOG").env_remove("DATABASE_URL").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The first lines of standard output of a service, and everything that it has printed beside them.
fn printed(folder: &Path, lines: usize) -> (Vec<String>, String) {
    let mut child = serve(folder, &[]).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let first = out.by_ref().lines().take(lines).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    (first, rest)
}

#[test]
fn the_start_is_three_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, rest) = printed(folder.path(), 3);
    assert!(lines[0].starts_with("Note: a new key for secrets is in data/devarch.db.key: keep a copy"), "{lines:?}");
    assert!(lines[1].starts_with("Open http://127.0.0.1:"), "{lines:?}");
    assert_eq!((lines[2].as_str(), rest.as_str()), ("DevArch is running on the SQLite file data/devarch.db.", ""));
    assert!(
        lines[1].contains("/ for the dashboard and http://") && lines[1].contains("/graphiql for GraphiQL; "),
        "{lines:?}"
    );
    // The next start makes nothing.
    let (lines, rest) = printed(folder.path(), 2);
    assert!(lines[0].starts_with("Open http://127.0.0.1:"), "{lines:?}");
    assert_eq!((lines[1].as_str(), rest.as_str()), ("DevArch is running on the SQLite file data/devarch.db.", ""));
}

#[tokio::test]
async fn a_refused_preflight_is_logged_as_one_and_assets_are_not_logged() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(serve(folder.path(), &["--no-catalog"]));
    let page = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/graphiql")).unwrap();
    let mut names = page.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let asset = names.find(|name| name.contains(".js")).unwrap();
    service.get(&format!("/assets/{}", asset.trim_end_matches(".gz"))).await;
    service.get("/app.js").await;
    let preflight = "OPTIONS /graphql HTTP/1.1\r\nOrigin: http://a.example\r\nAccess-Control-Request-Method: POST\r\n";
    assert!(service.send(preflight).await >= 400);
    let log = service.kill();
    assert!(log.contains("refusal=\"preflight\""), "{log}");
    assert!(!log.contains("/assets/") && !log.contains("/app.js"), "{log}");
}

#[test]
fn wrong_settings_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| -> Output { serve(folder.path(), arguments).output().unwrap() };
    for arguments in [
        &["--catalog", "nowhere"][..],
        &["--log-format", "xml"],
        &["--read-database-url", "postgres://u@h/d"],
        &["--database-connections", "0"],
    ] {
        let done = run(arguments);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!((done.status.code(), said.lines().count()), (Some(2), 1), "{arguments:?}: {said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    }
}

/// Otherwise a service whose database fails at the start would not ask for a key.
#[tokio::test]
async fn keys_that_cannot_be_read_are_not_none() {
    use sea_orm::{ConnectionTrait as _, Database};

    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| -> Output { serve(folder.path(), arguments).output().unwrap() };
    assert!(run(&["key", "create", "--name", "admin", "--role", "admin"]).status.success());
    let file = folder.path().join("data/devarch.db");
    let db = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    db.execute_unprepared("ALTER TABLE api_keys RENAME COLUMN id TO other").await.unwrap();
    db.close().await.unwrap();
    let done = run(&["--no-catalog"]);
    let message = String::from_utf8(done.stderr).unwrap();
    assert!(!done.status.success() && message.contains("cannot read the keys"), "{message}");
}

#[test]
fn commands_that_read_make_no_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("compose.yaml"), "services: { web: { image: nginx } }\n").unwrap();
    let url = "sqlite://new.db";
    for (arguments, code, message) in [
        (&["key", "list"][..], 1, "there is no SQLite file new.db: say with --database-url where the database is"),
        (&["secrets", "status"], 1, "there is no SQLite file"),
        (&["migrate", "status"], 1, "there is no SQLite file"),
        (&["backup", "b.db"], 1, "there is no SQLite file"),
        (&["restore", "nosuch.db"], 1, "there is no file nosuch.db"),
        (&["compose", "shop"], 1, "there is no SQLite file"),
        (&["forks"], 1, "there is no SQLite file"),
        (&["plan", "compose.yaml", "--stack", "a", "--owner", "o"], 1, "there is no SQLite file"),
        (&["import", "--dry-run", "--stack", "shop"], 0, ""),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
        command.args(arguments).args(["--database-url", url]).current_dir(folder.path()).env_remove("DATABASE_URL");
        let done = command.output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.trim_start_matches("devarch: ").starts_with(message), "{arguments:?}: {said}");
        assert!(said.lines().count() <= 1, "{said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{arguments:?}");
    }
}
