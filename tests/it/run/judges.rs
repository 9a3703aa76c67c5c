//! The same calls with real Compose: what it reads from its standard input, its environment and its folder.
//!
//! `.ci/run` provides the programs, as for the checks of rendered files.

use std::fs;

use super::{Desk, PASSWORD, program, text};
use crate::{
    compose::read,
    support::{Engine, TestApp, run},
};

#[test]
#[ignore = "needs Docker Compose; .ci/run runs it"]
fn docker_compose_gets_the_file_and_the_secrets() {
    run(Engine::Sqlite, async |t: &TestApp| {
        // It prints the absolute path, and a value so that it could be read again.
        judged(t, "DEVARCH_COMPOSE", |desk| desk.path("html").display().to_string(), &PASSWORD.replace('$', "$$"));
    });
}

#[test]
#[ignore = "needs podman-compose; .ci/run runs it"]
fn podman_compose_gets_the_file_and_the_secrets() {
    run(Engine::Sqlite, async |t: &TestApp| {
        judged(t, "DEVARCH_PODMAN_COMPOSE", |_| "./html".to_owned(), PASSWORD);
    });
}

fn judged(t: &TestApp, variable: &str, source: impl Fn(&Desk) -> String, secret: &str) {
    #[expect(clippy::disallowed_methods, reason = "where the judges are")]
    let (judge, path) = (std::env::var(variable), std::env::var("DEVARCH_JUDGES_PATH"));
    let judge = judge.unwrap_or_else(|_| panic!("{variable} names no program: run .ci/run"));
    let mut desk = Desk::new(t);
    desk.folder = tempfile::tempdir_in(fs::canonicalize(std::env::temp_dir()).unwrap()).unwrap();
    fs::create_dir(desk.path("html")).unwrap();
    let password = serde_json::to_string(&PASSWORD.replace('$', "$$")).unwrap();
    desk.write(
        "a.yaml",
        &format!(
            "services:\n  db:\n    image: postgres:${{TAG:-17}}\n    volumes: [\"./html:/srv\"]\n    environment: {{ \
             PASSWORD: {password} }}\n    x-devarch: {{ secrets: [PASSWORD] }}\n"
        ),
    );
    let done = desk.devarch(&["import", "a.yaml", "--stack", "shop"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    desk.write(".env", "DB__PASSWORD=in a file\nCOMPOSE_PROJECT_NAME=other\n");
    // The real program, with a command that needs no containers.
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = version ] && exec '{judge}' version\nexec '{judge}' \"$1\" \"$2\" \"$3\" \"$4\" config\n"
    );
    program(&desk.path("judge"), &script);
    let mut command = desk.devarch(&["up", "shop"]);
    command.env("DEVARCH_ENGINE", desk.path("judge")).env("HOME", desk.folder.path());
    command.env("PATH", path.unwrap_or_else(|_| "/usr/bin:/bin".to_owned()));
    let (done, _) = desk.run(&mut command);
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
    let printed = read(&text(&done.stdout));
    let db = &printed["services"]["db"];
    assert_eq!(
        (printed["name"].as_str(), db["environment"]["PASSWORD"].as_str()),
        (Some("devarch-shop"), Some(secret))
    );
    assert_eq!(db["volumes"][0]["source"].as_str(), Some(source(&desk).as_str()));
}
