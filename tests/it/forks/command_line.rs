//! `devarch fork` and `devarch forks`, with the real binary: on the database, and on a running service.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use devarch::db::DbUrl;
use serde_json::json;

use super::{see, shop};
use crate::support::{Service, TestApp, both};

both!(
    a_fork_is_made_and_found_again_on_the_database,
    a_fork_is_made_and_found_again_on_a_service,
    ports_of_other_programs_are_left_out,
);

/// A folder in which a user works.
struct Desk {
    folder: tempfile::TempDir,
    url: String,
}

impl Desk {
    fn new(t: &TestApp) -> Self {
        let url = match &t.url {
            DbUrl::Sqlite(file) => format!("sqlite://{}", file.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        Self { folder: tempfile::tempdir().unwrap(), url }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
        command.args(arguments).args(["--database-url", &self.url, "--no-catalog"]).current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    /// What a command prints; it must succeed.
    fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// The only line that a command prints when it fails.
    fn fail(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        assert_eq!((status.code(), stdout.as_slice()), (Some(1), b"".as_slice()), "{arguments:?}");
        String::from_utf8(stderr).unwrap()
    }
}

/// The story of a worktree; `server` are arguments that name a service.
async fn story(t: &TestApp, desk: &Desk, server: &[&str]) {
    let run = |arguments: &[&str]| desk.run(&[arguments, server].concat());
    let fork = ["fork", "shop", "--key", "/home/me/src/feature-x", "--ports", "29100-29199", "--expires", "7d"];
    let name = run(&[&fork[..], &["--write-env", ".env.ports"]].concat());
    assert_eq!(name, "shop-feature-x\n");
    let lines = fs::read_to_string(desk.folder.path().join(".env.ports")).unwrap();
    let ports: Vec<u16> = lines.lines().skip(1).map(|line| line.split_once('=').unwrap().1.parse().unwrap()).collect();
    assert!(lines.starts_with("DEVARCH_STACK=shop-feature-x\nWEB_80_TCP=291"), "{lines}");
    assert!(ports.len() == 4 && ports.iter().all(|port| (29100..29200).contains(port)), "{lines}");
    assert_eq!(run(&fork), lines, "asked again, it is the same, and is printed without a file");
    assert_eq!(see(t, "shop", "forks { totalCount }").await["forks"]["totalCount"], 1);

    let named = run(&["fork", "shop", "--name", "lab", "--block", "20", "--secrets", "unset", "--domain-suffix", "y"]);
    assert!(named.starts_with("DEVARCH_STACK=lab\n"), "{named}");
    let domains = "instance(name: \"web\") { effectiveConfig { domains { domain } } }";
    let domain = see(t, "lab", domains).await["instance"]["effectiveConfig"]["domains"][0]["domain"].take();
    assert_eq!(domain, "shop-y.test");
    run(&["fork", "lab"]);

    let list = run(&["forks"]);
    let names: Vec<&str> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(names, ["lab", "lab-fork", "shop-feature-x"], "{list}");
    assert!(list.lines().next().unwrap().ends_with("no lease"), "{list}");
    let line = list.lines().last().unwrap();
    assert!(line.contains(" until ") && line.ends_with("/home/me/src/feature-x"), "{line}");
    assert_eq!(run(&["forks", "lab"]).lines().count(), 1);
    assert_eq!(run(&["forks", "shop-feature-x"]), "");

    // The file of keys is there by now, so there is no other line.
    let fail = |arguments: &[&str]| desk.fail(&[arguments, server].concat());
    assert_eq!(fail(&["forks", "nowhere"]), "devarch: there is no stack `nowhere`\n");
    assert_eq!(fail(&["fork", "nowhere"]), "devarch: there is no stack `nowhere`\n");
    let taken = fail(&["fork", "shop", "--name", "lab"]);
    assert!(taken.starts_with("devarch: There is already a stack `lab`."), "{taken}");
}

async fn a_fork_is_made_and_found_again_on_the_database(t: &TestApp) {
    let desk = Desk::new(t);
    shop_without_secrets(t).await;
    story(t, &desk, &[]).await;
}

/// A shop without secrets, because the binary has other keys for them than the test.
async fn shop_without_secrets(t: &TestApp) {
    shop(t).await;
    for template in ["web", "postgres"] {
        t.done("updateTemplate", json!({ "template": { "name": template }, "envVars": [] }), "").await;
    }
    let set = json!({ "instance": TestApp::by_name("shop", "api"), "overrides": { "envVars": [] } });
    t.done("setInstanceOverrides", set, "").await;
    t.sql("DELETE FROM change_entries").await;
    t.sql("DELETE FROM secret_keys").await;
}

async fn a_fork_is_made_and_found_again_on_a_service(t: &TestApp) {
    let desk = Desk::new(t);
    shop_without_secrets(t).await;
    let mut command = desk.command(&["--listen", "127.0.0.1:0", "--reserved-ports", "29100,29103-29105"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let service = Service::start(command);
    let url = format!("http://{}", service.address);
    story(t, &desk, &["--server", &url]).await;
    let ports = super::published(t).await.remove("shop-feature-x").unwrap();
    let reserved = |port: &&(i64, String)| [29100, 29103, 29104, 29105].contains(&port.0);
    assert_eq!(ports.iter().find(reserved), None, "{ports:?}");
    service.kill();
}

async fn ports_of_other_programs_are_left_out(t: &TestApp) {
    let desk = Desk::new(t);
    shop_without_secrets(t).await;
    fs::write(desk.folder.path().join("compose.yaml"), "services: { x: { image: busybox } }\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let range = format!("{port}-{port}");
    let set = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": { "ports": [
        { "hostPort": 1, "containerPort": 80 }, { "containerPort": 443 }, { "containerPort": 443, "protocol": "UDP" } ] } });
    t.done("setInstanceOverrides", set, "").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "api") }), "").await;
    // The file of keys is made by the first command that writes.
    desk.run(&["import", "--on-conflict", "skip", "--templates-only", "compose.yaml"]);
    if cfg!(target_os = "linux") {
        let refused = desk.fail(&["fork", "shop", "--ports", &range]);
        assert_eq!(refused, "devarch: There are less than 1 free ports there.\n");
    }
    drop(listener);
    let made = desk.run(&["fork", "shop", "--ports", &range]);
    assert_eq!(made, format!("DEVARCH_STACK=shop-fork\nWEB_80_TCP={port}\n"));
}
