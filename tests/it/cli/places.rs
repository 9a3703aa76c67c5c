//! Where client commands find their stacks: a running service, or a database that is named.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use devarch::db::DbUrl;
use serde_json::json;

use crate::support::{Service, TestApp, both};

both!(a_project_is_imported_on_a_service_as_into_a_database, files_of_others_are_not_overwritten);

fn url(t: &TestApp) -> String {
    match &t.url {
        DbUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DbUrl::Postgres(url) => url.clone(),
    }
}

fn serve(t: &TestApp, folder: &Path) -> Service {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--no-catalog", "--listen", "127.0.0.1:0", "--database-url", &url(t)]);
    command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    Service::start(command)
}

/// A command in a folder, with a service in the environment and no database.
fn run(folder: &Path, service: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(arguments).current_dir(folder).env("DEVARCH_SERVER", service).env_remove("DATABASE_URL");
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn project(folder: &Path) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "compose.yaml",
        "include: [sub/compose.yaml]\nservices:\n  db:\n    image: postgres:${TAG}\n    environment:\n      POSTGRES_PASSWORD: \
         hunter2\n      ALLOW_EMPTY_PASSWORD: \"yes\"\n      URL: postgres://u:${DB_TOKEN}@db/x\n    volumes: [\"data:/var\"]\nvolumes: \
         { data: }\n",
    );
    write(
        "sub/compose.yaml",
        "services:\n  web: { image: \"nginx:${WEB_TAG}\", environment: { API_KEY: abc, A: b } }\n",
    );
    write("compose.override.yaml", "services:\n  db: { labels: { a: b } }\n");
    write(".env", "TAG=17\nDB_TOKEN=sesame-sesame\n");
    write("sub/.env", "WEB_TAG=1.29\n");
}

async fn a_project_is_imported_on_a_service_as_into_a_database(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let service = serve(t, folder.path());
    project(folder.path());
    let before = fs::read_dir(folder.path()).unwrap().count();
    let on = |arguments: &[&str]| run(folder.path(), &service.address, arguments);
    let done = on(&["import", "--stack", "shop", "--plain", "API_KEY"]);
    let said = text(&done.stdout);
    assert!(done.status.success(), "{}", text(&done.stderr));
    for line in [
        "read: compose.yaml, sub/compose.yaml, compose.override.yaml, .env, sub/.env",
        "stack created: shop",
        "empty at first: the volumes db/data;",
        "next: devarch up shop",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let secrets = said.lines().find(|line| line.contains("It looks like a secret")).unwrap();
    assert!(
        secrets.contains("db.environment.POSTGRES_PASSWORD") && secrets.contains("db.environment.URL"),
        "{secrets}"
    );
    assert!(!said.contains("API_KEY") && !said.contains("sesame") && !said.contains("hunter2"), "{said}");
    // The same project again, on the database: everything is there already.
    let mut again = Command::new(env!("CARGO_BIN_EXE_devarch"));
    again
        .args(["import", "--stack", "shop", "--plain", "API_KEY", "--database-url", &url(t)])
        .current_dir(folder.path());
    let again = again.output().unwrap();
    assert!(text(&again.stdout).contains("instances unchanged: db, web"), "{again:?}");

    let query = "query ($name: String!) { instance(stack: \"shop\", name: $name) { effectiveConfig { imageTag \
                 envVars { key isSecret } } } }";
    let of = async |name: &str| t.data(query, json!({ "name": name })).await["instance"]["effectiveConfig"].take();
    let var = |key: &str, is_secret: bool| json!({ "key": key, "isSecret": is_secret });
    let db = of("db").await;
    assert_eq!(db["imageTag"], "17");
    assert_eq!(
        db["envVars"],
        json!([var("ALLOW_EMPTY_PASSWORD", false), var("POSTGRES_PASSWORD", true), var("URL", true)])
    );
    assert_eq!(of("web").await, json!({ "imageTag": "1.29", "envVars": [var("A", false), var("API_KEY", false)] }));

    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "lab" }), "").await;
    t.done("updateStack", json!({ "stack": { "name": "lab" }, "enabled": false }), "").await;
    let needs = json!([{ "instance": TestApp::by_name("lab", "db") }]);
    let input = json!({ "instance": TestApp::by_name("lab", "web"), "overrides": { "dependencies": needs } });
    t.done("setInstanceOverrides", input, "").await;
    let listed = "lab                              2 instances    disabled, fork of shop\nshop                             2 instances\n";
    assert_eq!(text(&on(&["stacks"]).stdout), listed);
    assert_eq!(text(&on(&["stacks", "--database-url", &url(t)]).stdout), listed);
    let log = text(&on(&["log", "lab", "--limit", "1"]).stdout);
    assert!(log.contains("by a caller without a key") && log.contains("    dependency db: nothing -> "), "{log}");
    assert!(!log.contains("SW5zdG"), "{log}");

    // A rendered file says itself what is secret, so importing it changes nothing.
    let rendered = on(&["compose", "shop"]);
    assert!(text(&rendered.stdout).contains("${DB__POSTGRES_PASSWORD:?"), "{rendered:?}");
    for (arguments, message) in [
        (&["compose", "shpo"][..], "there is no stack `shpo`; did you mean `shop`?\n"),
        (&["ps", "shpo", "--engine", "true"], "there is no stack `shpo`; did you mean `shop`?\n"),
        (&["fork", "shpo"], "there is no stack `shpo`; did you mean `shop`?\n"),
        (&["diff", "shop", "shpo"], "there is no stack `shpo`; did you mean `shop`?\n"),
        (&["diff", "shpo@2d", "shop"], "there is no stack `shpo`; did you mean `shop`?\n"),
        (&["log", "shop", "--instance", "wbe"], "there is no instance `wbe`; did you mean `web`?\n"),
        (&["fork", "shop", "--name", "Not So"], "at both ends. Try `--name not-so`.\n"),
        (&["import", "--stack", "My Shop"], "at both ends. Try `--stack my-shop`.\n"),
        (&["import", "/dev/null", "--stack", "x"], "The files have no services, so there is nothing to import.\n"),
    ] {
        let done = on(arguments);
        let said = text(&done.stderr);
        assert!(done.status.code() == Some(1) && said.ends_with(message), "{arguments:?}: {said}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "nothing is made in the folder");
    // A malformed `.env` is not repeated.
    fs::write(folder.path().join(".env"), "hunter2 (hunter3)=x\n").unwrap();
    let said = text(&on(&["import"]).stderr);
    assert!(said.starts_with("devarch: cannot read .env: line 1: ") && !said.contains("hunter"), "{said}");
    assert!(!service.kill().contains("hunter"));
    let said = text(&run(folder.path(), "http://127.0.0.1:1", &["forks"]).stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
}

async fn files_of_others_are_not_overwritten(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let service = serve(t, folder.path());
    let write = |name: &str| fs::write(folder.path().join(name), "mine: 1\n").unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let on = |arguments: &[&str]| run(folder.path(), &service.address, arguments);
    t.done("createStack", json!({ "name": "shop" }), "").await;
    for name in ["compose.yaml", ".env.ports"] {
        write(name);
    }
    for arguments in
        [&["compose", "shop", "--output", "."][..], &["fork", "shop", "--key", "a", "--write-env", ".env.ports"]]
    {
        let done = on(arguments);
        assert_eq!(done.status.code(), Some(1), "{done:?}");
        assert!(text(&done.stderr).contains("with --force"), "{done:?}");
    }
    assert_eq!((read("compose.yaml").as_str(), read(".env.ports").as_str()), ("mine: 1\n", "mine: 1\n"));
    for _ in 0..2 {
        assert!(on(&["compose", "shop", "--output", ".", "--force"]).status.success());
        assert!(on(&["fork", "shop", "--key", "a", "--write-env", ".env.ports", "--force"]).status.success());
        // What DevArch has written it writes again.
        assert!(on(&["compose", "shop", "--output", "."]).status.success());
        assert!(on(&["fork", "shop", "--key", "a", "--write-env", ".env.ports"]).status.success());
    }
    assert!(read(".env.ports").starts_with("DEVARCH_STACK=shop-a\n"));
    // A key in a file of its own.
    let key = ["key", "create", "--name", "a", "--role", "admin", "--output", "a.key", "--database-url", &url(t)];
    let made = on(&key);
    assert!(made.status.success() && made.stdout.is_empty(), "{made:?}");
    // The service asks for keys from the first one on, a moment after another process has made it.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while on(&["forks"]).status.success() {
        assert!(std::time::Instant::now() < end, "a key is required now");
    }
    assert_eq!(text(&on(&["forks", "--key-file", "a.key"]).stdout).lines().count(), 1);
    assert_eq!(on(&["forks", "--key-file", "compose.yaml"]).status.code(), Some(2));
}
