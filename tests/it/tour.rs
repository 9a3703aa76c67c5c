//! Runs every command and query of the tour against the real binary, and compares every response.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use clap::CommandFactory;
use devarch::{app::templates::catalog, config::Cli, db::DbUrl};
use serde_json::{Value, json};

use crate::support::{TestApp, both};

const README: &str = include_str!("../../README.md");
const TOUR: &str = include_str!("../../docs/tour.md");
const SETTINGS: &str = include_str!("../../docs/settings.md");
const ADDRESS: &str = "127.0.0.1:8080";

both!(the_tour_shows_what_the_service_answers, what_the_readme_shows_can_be_pasted);

/// A fenced block: its language and text.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, body)), None) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The running binary; stopped when dropped.
struct Service {
    child: Child,
    address: String,
    /// Where the commands run: some of them write files.
    folder: tempfile::TempDir,
}

impl Service {
    fn start(url: &DbUrl) -> Self {
        let url = match url {
            DbUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            DbUrl::Postgres(url) => url.clone(),
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_devarch"))
            .args(["--listen", "127.0.0.1:0", "--database-url", &url, "--log", "warn"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.map(Result::unwrap).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(rest.split('/').next()?.to_owned())
        });
        let address = address.expect("the service says where it listens");
        Self { child, address, folder: tempfile::tempdir().unwrap() }
    }

    fn curl(&self, body: &str) -> Value {
        let url = format!("http://{}/graphql", self.address);
        let mut curl = Command::new("curl")
            .args(["-sS", &url, "-H", "content-type: application/json", "-d", "@-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tour needs curl");
        curl.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
        serde_json::from_slice(&curl.wait_with_output().unwrap().stdout).unwrap()
    }

    fn shell(&self, script: &str) -> String {
        let script = script.replace(ADDRESS, &self.address);
        // The tour says how `devarch` gets on the path.
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_devarch")).parent().unwrap();
        let script = format!("PATH='{}':$PATH\n{script}", folder.display());
        let mut command = Command::new("sh");
        command.args(["-ec", &script]).current_dir(self.folder.path()).env_remove("DATABASE_URL");
        let done = command.env("DEVARCH_SERVER", &self.address).output().unwrap();
        assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be gone already; then there is nothing to stop.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn the_tour_shows_what_the_service_answers(t: &TestApp) {
    let service = Service::start(&t.url);
    let mut steps = blocks(TOUR).into_iter();
    let mut compared = 0;
    while let Some((language, text)) = steps.next() {
        let answer = match language {
            "graphql" => service.curl(&json!({ "query": text }).to_string()).to_string(),
            "sh" => service.shell(&text),
            other => panic!("a step of the tour begins with a command or a query, not with {other}"),
        };
        let (kind, expected) = steps.next().expect("every step of the tour shows its answer");
        match kind {
            "json" => {
                let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
                assert_eq!(read(&answer), read(&expected), "{text}");
            }
            "text" => assert_eq!(answer, expected, "{text}"),
            other => panic!("an answer of the tour is json or text, not {other}"),
        }
        compared += 1;
    }
    assert!(compared >= 8, "{compared} steps");
    // The documents of the example can be applied.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/gitops/stacks");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let plan = format!("devarch plan '{}' --stack example --owner git:example", file.display());
        let told = service.shell(&format!("{plan} --server http://{ADDRESS} || test $? = 2"));
        assert!(told.contains("The stack `example` is created."), "{told}");
    }
}

/// The mutations of the README work one after the other, on an empty database with the catalogue.
async fn what_the_readme_shows_can_be_pasted(t: &TestApp) {
    t.app.load_catalog(&catalog::built_in()).await.unwrap();
    let mutations: Vec<String> =
        blocks(README).into_iter().map(|(_, text)| text).filter(|text| text.starts_with("mutation ")).collect();
    assert_eq!(mutations.len(), 2, "{mutations:?}");
    for mutation in mutations {
        for (field, payload) in t.data(&mutation, json!({})).await.as_object().unwrap() {
            assert_eq!(payload["userErrors"], json!([]), "{field} of {mutation}");
        }
    }
    let query = "{ instance(stack: \"shop\", name: \"web\") { effectiveConfig { envVars { key isSecret state } } } }";
    let found = t.data(query, json!({})).await["instance"]["effectiveConfig"]["envVars"].take();
    let url = found.as_array().unwrap().iter().find(|var| var["key"] == "DATABASE_URL");
    assert_eq!(url, Some(&json!({ "key": "DATABASE_URL", "isSecret": true, "state": "RESOLVED" })));
}

#[test]
fn the_readme_begins_with_exactly_two_commands() {
    let (head, rest) = README.split_once("## Contents").unwrap();
    let (_, rest) = rest.split_once("## Your own project in three commands").unwrap();
    let commands: Vec<String> = blocks(head).into_iter().map(|(_, text)| text).collect();
    assert_eq!(commands, ["cargo run --release\n", ".ci/test\n"]);
    assert!(head.contains(&format!("{} templates", catalog::built_in().len())), "the number of templates is right");
    let own = blocks(rest.split_once("\n## ").unwrap().0);
    let lines: Vec<&str> = own.iter().flat_map(|(_, text)| text.lines()).collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert!(Cli::read(line.split(' ').map(Into::into)).is_ok(), "{line}");
    }
}

#[test]
fn every_setting_is_in_the_table_with_its_default() {
    let command = Cli::command();
    for setting in command.get_arguments().filter(|argument| argument.get_env().is_some()) {
        let flag = setting.get_long().unwrap();
        let variable = setting.get_env().unwrap().to_str().unwrap();
        let default = match setting.get_default_values().first() {
            Some(value) if setting.get_action().takes_values() => format!("`{}`", value.to_str().unwrap()),
            None if setting.get_action().takes_values() => String::new(),
            _ => "off".to_owned(),
        };
        let row = SETTINGS.lines().find(|line| line.starts_with(&format!("| `--{flag}` |")));
        let row = row.unwrap_or_else(|| panic!("--{flag} is missing in docs/settings.md"));
        assert!(row.contains(&format!("| `{variable}` |")), "{row}");
        assert!(default.is_empty() || row.contains(&format!("| {default} |")), "{row}: {default}");
    }
}
