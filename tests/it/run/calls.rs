//! What an engine is called with, and what becomes of its output and its exit code.

use serde_json::json;

use super::{DOCKER, Desk, PASSWORD, PLAIN, PODMAN, TOKEN, said, text};
use crate::support::{TestApp, both};

both!(
    every_command_calls_the_engine_with_the_rendered_stack,
    a_stored_secret_takes_precedence_over_the_users_environment,
    an_empty_secret_is_named,
    a_variable_of_a_config_file_is_needed_by_up_only,
    what_is_left_of_a_deleted_stack_is_ended_by_its_name,
    a_name_without_a_stack_and_containers_is_a_failure,
    profiles_are_those_of_the_engine,
    a_folder_that_is_not_here_is_told,
    podman_compose_is_warned_about_config_files,
);

/// What the warning says about the instance that is left out.
const LEFT_OUT: &str =
    "warning: off: It is disabled: it is left out. Where it still runs, `up --remove-orphans` ends it.";

async fn every_command_calls_the_engine_with_the_rendered_stack(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    let engine = desk.engine(DOCKER, PLAIN);
    let printed = desk.devarch(&["compose", "shop"]).output().unwrap();
    assert_eq!(said(&printed), [LEFT_OUT]);
    let file = text(&printed.stdout);
    assert!(file.contains("${WEB__API_KEY_2:?") && !file.contains("PLANTED"), "{file}");
    let none: &[&str] = &[];
    for (arguments, expected, warnings, code) in [
        (&["up", "shop"][..], &["up", "--detach", "--remove-orphans"][..], &[LEFT_OUT][..], "0"),
        (&["up", "shop", "--foreground"], &["up", "--remove-orphans"], &[LEFT_OUT], "18"),
        (
            &["up", "shop", "--", "--build", "a b", ""],
            &["up", "--detach", "--remove-orphans", "--build", "a b", ""],
            &[LEFT_OUT],
            "1",
        ),
        (&["down", "shop"], &["down", "--remove-orphans"], none, "0"),
        (&["down", "shop", "--", "--volumes"], &["down", "--remove-orphans", "--volumes"], none, "0"),
        (&["ps", "shop", "--", "--all"], &["ps", "--all"], none, "0"),
        (&["logs", "shop", "--", "--follow", "db"], &["logs", "--follow", "db"], none, "130"),
        (&["pull", "shop"], &["pull"], none, "255"),
    ] {
        let mut command = desk.devarch(arguments);
        command
            .env("DEVARCH_ENGINE", &engine)
            .env("DEVARCH_KEY", "unused")
            .env("DEVARCH_SOMETHING", "of its own")
            .env("FROM_SHELL", "given")
            .env("COMPOSE_PROJECT_NAME", "other")
            .env("CODE", code);
        let (done, called) = desk.run(&mut command);
        let called = called.unwrap();
        assert_eq!(done.status.code().unwrap().to_string(), code, "{arguments:?}");
        assert_eq!(text(&done.stdout), "the output\n", "{arguments:?}");
        assert_eq!(said(&done), [warnings, &["the error"]].concat(), "{arguments:?}");
        assert_eq!(called.arguments, [&["-p", "devarch-shop", "-f", "-"], expected].concat(), "{arguments:?}");
        assert_eq!(called.stdin, file, "{arguments:?}");
        let variable = |name: &str| called.environment.get(name).map(String::as_str);
        assert_eq!(variable("FROM_SHELL"), Some("given"));
        for own in ["DATABASE_URL", "DEVARCH_ENGINE", "DEVARCH_KEY", "DEVARCH_SOMETHING"] {
            assert_eq!(variable(own), None, "{own}");
        }
        let secrets = ["DB__PASSWORD", "WEB__API_KEY", "WEB__API_KEY_2"].map(variable);
        match arguments[0] {
            "up" => assert_eq!(secrets, [Some(PASSWORD), Some(TOKEN), Some(TOKEN)]),
            // Compose reads no file whose variables are not set.
            _ => assert!(secrets.iter().all(|value| value.is_some_and(|value| !value.contains("PLANTED")))),
        }
        assert!(!desk.files().contains("PLANTED"), "a secret is in a file");
    }
    let (done, called) = desk.run(&mut desk.devarch(&["up", "nowhere", "--engine", &engine]));
    assert_eq!((done.status.code(), said(&done)), (Some(1), vec!["there is no stack `nowhere`".to_owned()]));
    assert_eq!(called, None);
    // Only on request the log tells of the secrets, as that of the service does.
    let (done, _) = desk.run(&mut desk.devarch(&["up", "shop", "--engine", &engine, "--log", "warn"]));
    assert_eq!(said(&done).iter().filter(|line| line.contains("secret revealed")).count(), 3);
}

async fn a_stored_secret_takes_precedence_over_the_users_environment(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    desk.write(".env", "DB__PASSWORD=from a file\n");
    let engine = desk.engine(DOCKER, PLAIN);
    let (done, called) =
        desk.run(desk.devarch(&["up", "shop", "--engine", &engine]).env("DB__PASSWORD", "of the user"));
    assert!(done.status.success(), "{done:?}");
    assert_eq!(called.unwrap().environment["DB__PASSWORD"], PASSWORD);
}

async fn an_empty_secret_is_named(t: &TestApp) {
    let desk = Desk::new(t);
    let engine = desk.engine(DOCKER, PLAIN);
    desk.write(
        "a.yaml",
        "services: { db: { image: x, environment: { A: '', B: b, C: '' }, x-devarch: { secrets: [A, B, C] } } }",
    );
    let done = desk.devarch(&["import", "a.yaml", "--stack", "shop"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let (done, called) = desk.run(&mut desk.devarch(&["up", "shop", "--engine", &engine]));
    assert_eq!((done.status.code(), called), (Some(1), None));
    assert_eq!(said(&done), ["Compose takes no empty secret, and these are empty: DB__A, DB__C"]);
    let (done, _) = desk.run(&mut desk.devarch(&["down", "shop", "--engine", &engine]));
    assert!(done.status.success(), "{done:?}");
    // The user may set what the stored secret lacks.
    let mut up = desk.devarch(&["up", "shop", "--engine", &engine]);
    let (done, called) = desk.run(up.env("DB__A", "a").env("DB__C", "c"));
    assert!(done.status.success() && called.is_some(), "{done:?}");
}

async fn a_variable_of_a_config_file_is_needed_by_up_only(t: &TestApp) {
    let desk = Desk::new(t);
    let text =
        "services: { web: { image: x, secrets: [token] } }\nsecrets: { token: { environment: TOKEN_OF_TESTS } }\n";
    desk.write("a.yaml", text);
    let done = desk.devarch(&["import", "a.yaml", "--stack", "shop"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let engine = desk.engine(DOCKER, PLAIN);
    let (done, called) = desk.run(&mut desk.devarch(&["up", "shop", "--engine", &engine]));
    assert_eq!((done.status.code(), called), (Some(1), None));
    assert_eq!(said(&done), ["these variables are not set: TOKEN_OF_TESTS"]);
    let (done, called) = desk.run(desk.devarch(&["up", "shop", "--engine", &engine]).env("TOKEN_OF_TESTS", "t"));
    assert!(done.status.success() && called.is_some(), "{done:?}");
    for verb in ["down", "ps", "logs", "pull"] {
        let (done, called) = desk.run(&mut desk.devarch(&[verb, "shop", "--engine", &engine]));
        assert!(done.status.success() && called.is_some(), "{verb}: {done:?}");
    }
}

async fn what_is_left_of_a_deleted_stack_is_ended_by_its_name(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    let rename = json!({ "stack": { "name": "shop" }, "name": "store" });
    t.done("renameStack", rename, "stack { name }").await;
    for (version, arguments, stdin) in [
        (DOCKER, &["-p", "devarch-shop", "down", "--remove-orphans", "-v"][..], ""),
        // It does nothing without a file, and would take one that is in the folder.
        (PODMAN, &["-p", "devarch-shop", "-f", "-", "down", "--remove-orphans", "-v"], "services: {}\n"),
    ] {
        let engine = desk.engine(version, PLAIN);
        let (done, called) = desk.run(&mut desk.devarch(&["down", "shop", "--engine", &engine, "--", "-v"]));
        let called = called.unwrap();
        assert_eq!((called.arguments.as_slice(), called.stdin.as_str()), (&arguments.map_owned()[..], stdin));
        let told = "ending the containers of the project devarch-shop: there is no stack `shop`";
        assert_eq!((done.status.code(), said(&done)), (Some(0), vec![told.to_owned(), "the error".to_owned()]));
    }
    t.done("softDeleteStack", json!({ "stack": { "name": "store" } }), "stack { name }").await;
    let engine = desk.engine(DOCKER, PLAIN);
    let (_, called) = desk.run(&mut desk.devarch(&["down", "store", "--engine", &engine]));
    assert_eq!(called.unwrap().arguments, ["-p", "devarch-store", "down", "--remove-orphans"]);
    for verb in ["up", "ps", "logs", "pull"] {
        let (done, called) = desk.run(&mut desk.devarch(&[verb, "store", "--engine", &engine]));
        assert_eq!((done.status.code(), called), (Some(1), None), "{verb}");
    }
}

async fn a_name_without_a_stack_and_containers_is_a_failure(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    for version in [DOCKER, PODMAN] {
        let engine = desk.engine(version, "true");
        let (done, called) = desk.run(&mut desk.devarch(&["down", "sohp", "--engine", &engine]));
        let told =
            "there are no containers of the project devarch-sohp, and there is no stack `sohp`; did you mean `shop`?";
        assert_eq!((done.status.code(), said(&done)), (Some(1), vec![told.to_owned()]));
        assert!(called.unwrap().arguments.contains(&"ps".to_owned()), "nothing but a question");
    }
    // What cannot be told may be there.
    let engine = desk.engine(DOCKER, "case \"$*\" in *ps*) exit 1;; esac");
    let (done, called) = desk.run(&mut desk.devarch(&["down", "sohp", "--engine", &engine]));
    assert_eq!((done.status.code(), called.unwrap().arguments[2].as_str()), (Some(0), "down"));
}

async fn profiles_are_those_of_the_engine(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    let engine = desk.engine(DOCKER, PLAIN);
    let arguments = ["ps", "shop", "--profile", "ops", "--engine", &engine, "--profile", "debug"];
    let (_, called) = desk.run(&mut desk.devarch(&arguments));
    let expected = ["-p", "devarch-shop", "-f", "-", "--profile", "ops", "--profile", "debug", "ps"];
    assert_eq!(called.unwrap().arguments, expected);
}

async fn a_folder_that_is_not_here_is_told(t: &TestApp) {
    let desk = Desk::new(t);
    desk.write("a.yaml", "services: { web: { image: x, volumes: [\"./src:/a\", \"./new:/b\"] } }\n");
    let done = desk.devarch(&["import", "a.yaml", "--stack", "shop"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    std::fs::create_dir(desk.path("src")).unwrap();
    let engine = desk.engine(DOCKER, PLAIN);
    let (done, _) = desk.run(&mut desk.devarch(&["up", "shop", "--engine", &engine]));
    let warned = "warning: web: ./new is not in the current folder: run the command in the folder of the project, or an \
                  engine may make an empty folder of that name";
    assert_eq!((done.status.code(), said(&done)), (Some(0), vec![warned.to_owned(), "the error".to_owned()]));
    // Only what starts containers makes folders.
    let (done, _) = desk.run(&mut desk.devarch(&["ps", "shop", "--engine", &engine]));
    assert_eq!(said(&done), ["the error"]);
}

/// Texts with owners.
trait MapOwned {
    fn map_owned(&self) -> Vec<String>;
}

impl MapOwned for [&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

async fn podman_compose_is_warned_about_config_files(t: &TestApp) {
    let desk = Desk::new(t);
    desk.write(
        "a.yaml",
        "services: { web: { image: x, configs: [{ source: c, target: /c }] } }\nconfigs: { c: { content: text } }\n",
    );
    let done = desk.devarch(&["import", "a.yaml", "--stack", "shop"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    for (version, warned) in [(DOCKER, false), (PODMAN, true)] {
        let engine = desk.engine(version, PLAIN);
        let (done, _) = desk.run(&mut desk.devarch(&["up", "shop", "--engine", &engine]));
        let told = said(&done).iter().any(|line| line.contains("podman-compose ignores config files"));
        assert_eq!(told, warned, "{done:?}");
    }
}
