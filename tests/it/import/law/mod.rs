//! The law of imports: for each service, what Docker Compose resolves from the files equals what it resolves from the
//! rendered stack, flat and layered, except for what the report names with that very attribute.
//!
//! Checked over generated models and over one model for each kind of fault that there was. `.ci/run` provides Docker
//! Compose in `DEVARCH_COMPOSE`; `DEVARCH_GENERATED_IMPORTS` sets how many models are generated.

mod attributes;
mod compare;
mod faults;
mod forms;
mod generate;
mod model;
mod networks;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use devarch::compose::EnvFiles;
use serde_json::{Value, json};

use self::model::Model;
use crate::support::{Engine, Rng, TestApp, both, number_setting, run};

/// How many models are generated unless a longer run is wanted.
const MODELS: u64 = 60;

#[test]
#[ignore = "needs Docker Compose; .ci/run runs it"]
fn generated_models_are_imported_without_a_silent_difference() {
    let count = number_setting("DEVARCH_GENERATED_IMPORTS").unwrap_or(MODELS);
    run(Engine::Sqlite, async move |t: &TestApp| {
        let (mut checked, mut reasons) = (0, BTreeMap::<String, usize>::new());
        let mut wrong = Vec::new();
        for seed in 0..count {
            let model = generate::generate(&mut Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(7)));
            match holds(t, &model, &format!("g{seed}")).await {
                Held::Refused(_) => {}
                Held::Checked { losses, different } => {
                    checked += 1;
                    for path in losses {
                        *reasons.entry(path).or_default() += 1;
                    }
                    if !different.is_empty() {
                        wrong.push(format!("seed {seed}: {different:#?}\n{}", model.shown()));
                    }
                }
            }
        }
        print_figures(&format!("{checked} of {count} models are valid and were checked; lost: {reasons:#?}"));
        assert!(wrong.is_empty(), "{} models differ in silence:\n{}", wrong.len(), wrong.join("\n"));
        assert!(checked * 2 >= count, "only {checked} of {count} models are valid");
    });
}

#[test]
#[ignore = "needs Docker Compose; .ci/run runs it"]
fn every_kind_of_fault_is_imported_without_a_silent_difference() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let mut wrong = Vec::new();
        for (number, fault) in faults::faults().into_iter().enumerate() {
            let (name, model) = (fault.name, &fault.model);
            match holds(t, model, &format!("k{number}")).await {
                // Compose has no such model, but the product takes it.
                Held::Refused(why) if fault.is_refused => drop(why),
                Held::Refused(why) => wrong.push(format!("{name}: {why}")),
                Held::Checked { different, .. } if different.is_empty() => {}
                Held::Checked { different, .. } => wrong.push(format!("{name}: {different:#?}\n{}", model.shown())),
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

both!(every_fault_is_right);

/// Whether a text is quoted makes no difference.
const QUOTE: char = '"';

/// Each fault is rendered and reported as it must be. Needs no Docker Compose.
async fn every_fault_is_right(t: &TestApp) {
    for (number, fault) in faults::faults().into_iter().enumerate() {
        let stack = format!("k{number}");
        let payload = t.import(input(&fault.model, &stack)).await;
        let paths = |list: &str| -> BTreeSet<String> {
            payload[list].as_array().unwrap().iter().map(|note| note["path"].as_str().unwrap().to_owned()).collect()
        };
        let wanted: BTreeSet<String> = fault.losses.iter().map(|&path| path.to_owned()).collect();
        assert_eq!(paths("losses"), wanted, "{}: {payload:#}", fault.name);
        let changes = paths("changes");
        for path in fault.changes {
            assert!(changes.contains(*path), "{}: {path} is not reported: {payload:#}", fault.name);
        }
        let rendered = rendered(t, &stack).await["flat"]["text"].as_str().unwrap().replace(QUOTE, "");
        for part in fault.has {
            assert!(rendered.contains(&part.replace(QUOTE, "")), "{}: {part} is not in\n{rendered}", fault.name);
        }
        for part in fault.lacks {
            assert!(!rendered.contains(&part.replace(QUOTE, "")), "{}: {part} is in\n{rendered}", fault.name);
        }
    }
}

/// The list that the unit test of env files uses, checked with Docker Compose.
#[test]
#[ignore = "needs Docker Compose; .ci/run runs it"]
fn env_files_are_read_as_compose_reads_them() {
    const FORMS: &[(&str, &str)] = include!("../env_forms.rs");
    let folder = tempfile::tempdir().unwrap();
    let file = "name: p\nservices: { a: { image: x, environment: { V: \"${V-(none)}\" } } }\n";
    fs::write(folder.path().join("compose.yaml"), file).unwrap();
    for (text, expected) in FORMS {
        fs::write(folder.path().join("vars"), text).unwrap();
        let done = compose(folder.path(), &["-f", "compose.yaml", "--env-file", "vars"], &[("GIVEN", "g")]);
        let resolved: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{text:?}: {done:?}"));
        let found = resolved["services"]["a"]["environment"]["V"].as_str().unwrap().replace("$$", "$");
        assert_eq!(found, *expected, "{text:?}");
    }
}

#[expect(clippy::print_stderr, reason = "the figures are a purpose of the test")]
fn print_figures(text: &str) {
    eprintln!("{text}");
}

/// The outcome for a model.
enum Held {
    /// Docker Compose refuses the model.
    Refused(String),
    Checked {
        /// The paths of the losses, without the names in them.
        losses: Vec<String>,
        /// The differences that the report does not name.
        different: BTreeSet<String>,
    },
}

/// Imports a model, renders it and compares both.
async fn holds(t: &TestApp, model: &Model, stack: &str) -> Held {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &model.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let original = match resolved(folder.path(), &model.layers(), &model.env_files) {
        Ok(original) => original,
        Err(why) => return Held::Refused(why),
    };
    let input = input(model, stack);
    let payload = t.mutate("importCompose", input, super::REPORT).await;
    let mut different = BTreeSet::new();
    if payload["userErrors"] != json!([]) {
        different.insert(format!("refused: {}", payload["userErrors"]));
        return Held::Checked { losses: Vec::new(), different };
    }
    let notes: Vec<&Value> = ["losses", "changes"].iter().flat_map(|list| payload[*list].as_array().unwrap()).collect();
    let rendered = rendered(t, stack).await;
    // The folder of the project.
    let place = model.base[0].rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    for (name, text) in [
        ("out.yaml", &rendered["flat"]["text"]),
        ("lower.yaml", &rendered["layered"]["text"]),
        ("upper.yaml", &rendered["layered"]["override"]),
    ] {
        fs::write(folder.path().join(&place).join(name), text.as_str().unwrap()).unwrap();
    }
    for (what, layers) in [("flat", vec!["out.yaml"]), ("layered", vec!["lower.yaml", "upper.yaml"])] {
        let layers: Vec<String> = layers.into_iter().map(|name| format!("{place}{name}")).collect();
        match resolved(folder.path(), &layers, &["/dev/null".to_owned()]) {
            Err(why) => drop(different.insert(format!("{what}: Compose refuses it: {why}"))),
            Ok(found) => {
                let root = folder.path().canonicalize().unwrap();
                different.extend(
                    compare::differences(&original, &found, &notes, &given(model), root.to_str().unwrap())
                        .into_iter()
                        .map(|line| format!("{what}: {line}")),
                );
            }
        }
    }
    if !different.is_empty() {
        different.extend(notes.iter().map(|note| format!("note: {}: {}", note["path"], note["reason"])));
    }
    let losses =
        payload["losses"].as_array().unwrap().iter().map(|note| compare::kind_of(note["path"].as_str().unwrap()));
    Held::Checked { losses: losses.collect(), different }
}

/// The variables of a model.
fn given(model: &Model) -> BTreeMap<String, String> {
    let mut variables = EnvFiles::default();
    for name in &model.env_files {
        variables.read(&model.files[name]).unwrap();
    }
    variables.variables()
}

/// The input of an import of a model.
fn input(model: &Model, stack: &str) -> Value {
    let given = given(model);
    let given: Vec<Value> = given.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let source = |name: &String| json!({ "name": name, "text": model.files[name] });
    json!({
        "files": model.base.iter().map(source).collect::<Vec<_>>(),
        "overrides": model.overrides.iter().map(source).collect::<Vec<_>>(),
        "variables": given, "stack": { "name": stack }, "allowExternalNetworks": model.external_networks,
    })
}

/// A stack in both forms.
async fn rendered(t: &TestApp, stack: &str) -> Value {
    let query = "query ($name: String!) { stack(name: $name) { flat: compose { text } layered: compose(mode: LAYERED) { \
                 text override } } }";
    t.data(query, json!({ "name": stack })).await["stack"].take()
}

/// What Docker Compose resolves files to.
fn resolved(folder: &Path, files: &[String], env_files: &[String]) -> Result<Value, String> {
    let mut arguments: Vec<&str> = files.iter().flat_map(|file| ["-f", file.as_str()]).collect();
    arguments.extend(env_files.iter().flat_map(|file| ["--env-file", file.as_str()]));
    let done = compose(folder, &arguments, &[]);
    serde_json::from_slice(&done.stdout).map_err(|_| String::from_utf8_lossy(&done.stderr).into_owned())
}

fn compose(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(super::corpus::setting("DEVARCH_COMPOSE"));
    command.args(arguments).args(["--profile", "*", "config", "--format", "json"]);
    command.current_dir(folder).env_clear().env("HOME", "/root").envs(variables.iter().copied());
    command.output().unwrap()
}
