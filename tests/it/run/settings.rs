//! The choice of the engine, and wrong settings.

use std::fs;

use super::{DOCKER, Desk, PLAIN, program, said};
use crate::support::{TestApp, both};

both!(the_first_engine_that_works_is_used, a_wrong_setting_is_told_before_anything_is_opened);

async fn the_first_engine_that_works_is_used(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    let engine = desk.engine(DOCKER, PLAIN);
    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    // Docker without its plugin, and programs that are only there; all of them need no other program in the PATH.
    program(&bin.join("docker"), "#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2\nexit 1\n");
    let run = |arguments: &[&str]| {
        let mut command = desk.devarch(arguments);
        command.env("PATH", &bin);
        desk.run(&mut command)
    };
    let (done, _) = run(&["ps", "shop"]);
    assert_eq!((done.status.code(), said(&done).len()), (Some(2), 1), "{done:?}");
    assert!(said(&done)[0].starts_with("none of docker compose, docker-compose, podman compose, podman-compose works"));
    for name in ["podman-compose", "podman", "docker-compose"] {
        // What was there before comes later.
        let called = format!("#!/bin/sh\nPATH=/usr/bin:/bin\n[ \"$1\" = compose ] && shift\nexec '{engine}' \"$@\"\n");
        program(&bin.join(name), &called);
        let (done, called) = run(&["ps", "shop"]);
        let expected = if name == "podman" { "using podman compose".to_owned() } else { format!("using {name}") };
        assert_eq!(said(&done), [expected.as_str(), "the error"]);
        assert_eq!(called.unwrap().arguments.last().unwrap(), "ps");
    }
    // The words of the setting come first.
    let (_, called) = run(&["ps", "shop", "--engine", &format!("{engine} --ansi never")]);
    assert_eq!(called.unwrap().arguments[..3], ["--ansi", "never", "-p"]);
    let (done, called) = run(&["ps", "shop", "--engine", "podman compose", "--", "-q"]);
    assert_eq!((said(&done), called.unwrap().arguments.len()), (vec!["the error".to_owned()], 6));
}

async fn a_wrong_setting_is_told_before_anything_is_opened(t: &TestApp) {
    let desk = Desk::new(t);
    let engine = desk.engine(DOCKER, PLAIN);
    for (arguments, key, message) in [
        (&["up", "a", "--engine", "/nowhere/at/all"][..], "", "cannot use the engine `/nowhere/at/all`: "),
        (&["up", "a", "--engine", " "], "", "invalid value for '--engine <PROGRAM>': "),
        (&["up", "a", "--engine", "false"], "", "cannot use the engine `false`: `false version` fails"),
        (&["up", "a", "--server", "me:hunter2@host"], "", "invalid value for '--server <URL>': "),
        (
            &["up", "a", "--server", "http://a", "--server", "http://b"],
            "",
            "the argument '--server <URL>' cannot be used",
        ),
        (&["up"], "", "the following required arguments were not provided: <STACK>"),
        (&["up", "a", "b"], "", "unexpected argument 'b' found"),
        (&["up", "a", "--build"], "", "unexpected argument '--build' found"),
        (&["down", "a", "--foreground"], "", "unexpected argument '--foreground' found"),
        (&["ps", "a", "--engine", &engine, "--server", "http://127.0.0.1:1"], "hunter2", "DEVARCH_KEY is no API key"),
    ] {
        let mut command = desk.devarch(arguments);
        command
            .env("DEVARCH_KEY", key)
            .env("DATABASE_URL", format!("sqlite://{}/new.db", desk.folder.path().display()));
        let (done, called) = desk.run(&mut command);
        assert_eq!((done.status.code(), called), (Some(2), None), "{arguments:?} {done:?}");
        let said = said(&done);
        assert!(said.len() == 1 && said[0].starts_with(message), "{arguments:?}: {said:?}");
        assert!(!said[0].contains("hunter2"), "{said:?}");
        assert!(!desk.path("new.db").exists(), "{arguments:?}");
    }
}
