//! Signals while an engine runs.

use std::{
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::{DOCKER, Desk, said};
use crate::support::{TestApp, both};

both!(signals_reach_the_engine_once, an_engine_that_a_signal_ends_is_told_by_the_exit_code);

/// Ends with the code 41 when it gets SIGTERM, and counts its signals until then.
const PATIENT: &str = "trap 'echo INT >>got' INT; trap 'echo TERM >>got; exit 41' TERM; touch ready\n\
                       n=0; while [ $n -lt 600 ]; do sleep 0.05; n=$((n + 1)); done";

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn ended(child: &mut Child) -> ExitStatus {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return status,
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("it does not end");
            }
        }
    }
}

async fn signals_reach_the_engine_once(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    let engine = desk.engine(DOCKER, PATIENT);
    let mut command = desk.devarch(&["logs", "shop", "--engine", &engine, "--", "--follow"]);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    while !desk.path("ready").exists() {
        assert!(Instant::now() < end && child.try_wait().unwrap().is_none(), "the engine starts");
        std::thread::sleep(Duration::from_millis(5));
    }
    // The terminal sends Ctrl-C to the engine as well: it is not passed on, and the command waits for the engine.
    signal("-INT", &child);
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none());
    signal("-TERM", &child);
    assert_eq!(ended(&mut child).code(), Some(41));
    assert_eq!(std::fs::read_to_string(desk.path("got")).unwrap(), "TERM\n");
}

async fn an_engine_that_a_signal_ends_is_told_by_the_exit_code(t: &TestApp) {
    let desk = Desk::new(t);
    desk.import();
    for (signal, code) in [("TERM", 143), ("KILL", 137)] {
        let engine = desk.engine(DOCKER, &format!("kill -{signal} $$"));
        let (done, called) = desk.run(&mut desk.devarch(&["ps", "shop", "--engine", &engine]));
        assert_eq!((done.status.code(), said(&done), called.is_some()), (Some(code), vec![], true), "{signal}");
    }
    // One that reads nothing has its own code, however long the file is.
    let text = "x".repeat(200_000);
    desk.write("b.yaml", &format!("services: {{ web: {{ image: x, configs: [{{ source: c, target: /c }}] }} }}\nconfigs: {{ c: {{ content: {text} }} }}\n"));
    let done = desk.devarch(&["import", "b.yaml", "--stack", "big"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    super::program(&desk.path("hasty"), "#!/bin/sh\n[ \"$*\" = version ] && exit 0\nexit 7\n");
    let hasty = desk.path("hasty").display().to_string();
    let (done, _) = desk.run(&mut desk.devarch(&["ps", "big", "--engine", &hasty]));
    assert_eq!((done.status.code(), said(&done)), (Some(7), vec![]));
}
