//! Generated stacks, checked with real Compose: it accepts both forms, and resolves both to the effective
//! configuration.
//!
//! `.ci/run` provides the programs: Docker Compose without a daemon in `DEVARCH_COMPOSE`, podman-compose, with a
//! `podman` that only knows its version, in `DEVARCH_PODMAN_COMPOSE`.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use super::{
    model, read, render,
    stacks::{Rng, make},
    text,
};
use crate::support::{Engine, TestApp, run};

/// How many stacks are generated for each program.
const STACKS: u64 = 40;

#[test]
#[ignore = "needs Docker Compose; .ci/run runs it"]
fn docker_compose_reads_what_would_run_from_both_forms() {
    run(Engine::Sqlite, async |t: &TestApp| judged(t, docker).await);
}

#[test]
#[ignore = "needs podman-compose; .ci/run runs it"]
fn podman_compose_takes_the_flat_form() {
    run(Engine::Sqlite, async |t: &TestApp| judged(t, podman).await);
}

/// The files and variables of one stack.
struct Case<'a> {
    t: &'a TestApp,
    folder: &'a Path,
    /// The flat file.
    flat: Value,
    /// Variables that contain the secrets.
    variables: BTreeMap<String, String>,
}

async fn judged(t: &TestApp, judge: impl AsyncFn(Case<'_>)) {
    for seed in 0..STACKS {
        make(t, &mut Rng::new(seed)).await;
        let folder = tempfile::tempdir().unwrap();
        let (flat, layered) = (render(t, "shop", "FLAT", false).await, render(t, "shop", "LAYERED", false).await);
        for (name, file) in [
            ("flat.yaml", &flat["text"]),
            ("compose.yaml", &layered["text"]),
            ("compose.override.yaml", &layered["override"]),
        ] {
            std::fs::write(folder.path().join(name), text(file)).unwrap();
        }
        assert_eq!(flat["requiredVariables"], layered["requiredVariables"]);
        let names = flat["requiredVariables"].as_array().unwrap().iter().map(text);
        let variables = names.map(|name| (name.clone(), format!("$of {name}"))).collect();
        judge(Case { t, folder: folder.path(), flat: read(&text(&flat["text"])), variables }).await;
        clear(t).await;
    }
}

/// Deletes everything for the next stack.
async fn clear(t: &TestApp) {
    t.done("softDeleteStack", json!({ "stack": { "name": "shop" } }), "").await;
    t.done("purgeStack", json!({ "stack": { "name": "shop" } }), "").await;
    for template in ["first", "second"] {
        t.done("deleteTemplate", json!({ "template": { "name": template } }), "").await;
    }
}

impl Case<'_> {
    /// Runs a program without the environment of this process.
    fn run(&self, variable: &str, arguments: &[&str]) -> Output {
        #[expect(clippy::disallowed_methods, reason = "where the judges are")]
        let (program, path) = (std::env::var(variable), std::env::var("DEVARCH_JUDGES_PATH"));
        let program = program.unwrap_or_else(|_| panic!("{variable} names no program: run .ci/run"));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder).env_clear().envs(&self.variables);
        command.env("PATH", path.unwrap_or_else(|_| "/usr/bin:/bin".to_owned())).env("HOME", self.folder);
        command.output().unwrap()
    }

    /// What Docker Compose resolves files to. Its JSON omits values of the files' own.
    fn resolved(&self, files: &[&str], format: &str) -> String {
        let mut arguments: Vec<&str> = files.iter().flat_map(|file| ["-f", *file]).collect();
        arguments.extend(["config", "--format", format]);
        let done = self.run("DEVARCH_COMPOSE", &arguments);
        // The wrapper of the Python package exits with 0 even if the program fails.
        let (made, said) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success() && !made.is_empty(), "{said}\n{}", self.shown(files));
        made
    }

    fn shown(&self, files: &[&str]) -> String {
        let texts = files.iter().map(|file| std::fs::read_to_string(self.folder.join(file)).unwrap());
        texts.collect::<Vec<_>>().join("\n---\n")
    }
}

async fn docker(case: Case<'_>) {
    let layers = ["compose.yaml", "compose.override.yaml"];
    let flat = model::as_sets(&read(&case.resolved(&["flat.yaml"], "yaml")));
    let layered = model::as_sets(&read(&case.resolved(&layers, "yaml")));
    assert_eq!(layered, flat, "{}\n---\n{}", case.shown(&["flat.yaml"]), case.shown(&layers));
    let flat: Value = serde_json::from_str(&case.resolved(&["flat.yaml"], "json")).unwrap();
    let secret = |instance: &str, key: &str| {
        let reference = case.flat["services"][instance]["environment"][key].as_str().unwrap();
        let name = reference.strip_prefix("${").and_then(|rest| rest.split_once(":?")).unwrap().0;
        json!(case.variables[name])
    };
    let folder = case.folder.canonicalize().unwrap();
    model::hold(case.t, &flat, folder.to_str().unwrap(), secret).await;
}

async fn podman(case: Case<'_>) {
    let done = case.run("DEVARCH_PODMAN_COMPOSE", &["-f", "flat.yaml", "config"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}\n{}", std::fs::read_to_string(case.folder.join("flat.yaml")).unwrap());
    let services = case.flat["services"].as_object().unwrap();
    let read = devarch::yaml::read(&String::from_utf8(done.stdout).unwrap(), 0).unwrap().to_json();
    assert!(services.keys().all(|name| read["services"][name]["image"].is_string()), "{read}");
}
