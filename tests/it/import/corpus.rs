//! Real Compose files of other projects: each is imported with a report and rendered, both programs accept the result,
//! it resolves to the same as the file itself, and importing it again gives the same model.
//!
//! `DEVARCH_CORPUS` is a folder of folders with the files; the programs are those of `compose::judges`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::{Value, json};

use super::with_default_checks;
use crate::{
    compose::masked,
    support::{Engine, TestApp, run},
};

#[test]
#[ignore = "needs the corpus and Docker Compose; .ci/run runs it where they are"]
fn every_file_of_the_corpus_goes_in_and_out() {
    run(Engine::Sqlite, async |t: &TestApp| every_file(t).await);
}

#[test]
#[ignore = "needs the corpus and Docker Compose; .ci/run runs it where they are"]
fn every_file_of_the_corpus_goes_in_and_out_on_postgres() {
    run(Engine::Postgres, async |t: &TestApp| every_file(t).await);
}

pub(super) fn setting(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "where the corpus and the judges are")]
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run .ci/run"))
}

/// All Compose files below a folder, in order.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
}

/// The names of the variables that a text refers to.
fn variables(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for behind in text.replace("$$", "").split('$').skip(1) {
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        let name: String = behind.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if !name.is_empty() {
            names.insert(name);
        }
    }
    names
}

async fn every_file(t: &TestApp) {
    let mut found = Vec::new();
    files(Path::new(&setting("DEVARCH_CORPUS")), &mut found);
    assert!(found.len() >= 39, "{} files", found.len());
    let (mut services, mut reasons, started) = (0, BTreeMap::<String, usize>::new(), Instant::now());
    for (number, path) in found.iter().enumerate() {
        let text = fs::read_to_string(path).unwrap();
        let report = one(t, number, path, &text).await;
        services += report["instances"].as_array().unwrap().len();
        for note in report["losses"].as_array().unwrap() {
            *reasons.entry(note["reason"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    let told = format!("{} files, {services} services, {:?}; lost: {reasons:#?}", found.len(), started.elapsed());
    #[expect(clippy::print_stderr, reason = "the figures are what one runs this for")]
    {
        eprintln!("{told}");
    }
}

async fn one(t: &TestApp, number: usize, path: &Path, text: &str) -> Value {
    let names = variables(text);
    let given: Vec<Value> = names.iter().map(|name| json!({ "name": name, "value": format!("/{name}") })).collect();
    let input = |text: &str, stack: &str| {
        json!({
            "files": [{ "name": "compose.yaml", "text": text }],
            "variables": given, "stack": { "name": stack }, "templatePrefix": format!("{stack}-"),
        })
    };
    let (stack, again) = (format!("s{number}"), format!("t{number}"));
    let report = t.import(input(text, &stack)).await;
    let services = report["instances"].as_array().unwrap().len();
    assert!(services > 0, "{}: {report}", path.display());
    for loss in report["losses"].as_array().unwrap() {
        assert!(loss["line"].as_i64().unwrap() > 0 && loss["reason"] != "" && loss["path"] != "", "{loss}");
    }

    let rendered = flat(t, &stack).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    fs::write(&file, &rendered).unwrap();
    let original = folder.path().join("original.yaml");
    fs::write(&original, text).unwrap();
    let resolved = docker(&file, &names);
    alike(&docker(&original, &names), &resolved, &rendered);
    podman(&file);

    // In again: nothing is lost that was not lost before, and the model is the same.
    let second = t.import(input(&rendered, &again)).await;
    assert_eq!(second["losses"], json!([]), "{}: {rendered}", path.display());
    assert_eq!(second["instances"].as_array().unwrap().len(), services);
    for instance in report["instances"].as_array().unwrap() {
        let name = instance["name"].as_str().unwrap();
        let (first, second) =
            (t.imported(&format!("{stack}-{name}")).await, t.imported(&format!("{again}-{name}")).await);
        assert_eq!(sorted(first), sorted(second), "{} {name}", path.display());
    }
    let out_again = flat(t, &again).await;
    let renamed = |text: &str| {
        text.replace(&format!("devarch-{again}"), &format!("devarch-{stack}"))
            .replace(&format!(" {again}"), &format!(" {stack}"))
    };
    let renamed = renamed(&out_again).replace(&format!(": {again}-"), &format!(": {stack}-"));
    assert_eq!(masked(&renamed), masked(&rendered), "{}", path.display());
    report
}

/// The order of entries is that of the file, and a rendered file is sorted.
fn sorted(mut template: Value) -> Value {
    for list in template.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut) {
        if list.iter().any(Value::is_object) {
            list.sort_by_key(Value::to_string);
        }
    }
    template
}

async fn flat(t: &TestApp, stack: &str) -> String {
    // With the secrets: a variable that looks like one has become one.
    let query = "query ($name: String!) { stack(name: $name) { compose(revealSecrets: true) { text } } }";
    let found = t.data(query, json!({ "name": stack })).await;
    found["stack"]["compose"]["text"].as_str().unwrap().to_owned()
}

/// What Docker Compose resolves a file to.
fn docker(file: &Path, names: &BTreeSet<String>) -> Value {
    let done = Command::new(setting("DEVARCH_COMPOSE"))
        .arg("-f")
        .arg(file)
        .args(["config", "--format", "json"])
        .env_clear()
        .envs(names.iter().map(|name| (name.clone(), format!("/{name}"))))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn podman(file: &Path) {
    let done = Command::new(setting("DEVARCH_PODMAN_COMPOSE"))
        .arg("-f")
        .arg(file)
        .arg("config")
        .env_clear()
        .env("PATH", setting("DEVARCH_JUDGES_PATH"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&done.stderr));
}

/// Both files make the same of every service, but for what is called otherwise here and what has been told.
fn alike(original: &Value, rendered: &Value, text: &str) {
    let services = original["services"].as_object().unwrap();
    for (name, service) in services {
        let ours = &rendered["services"][name.to_lowercase().replace('_', "-")];
        let (wanted, found) = (comparable(service, name), comparable(ours, name));
        assert_eq!(wanted, found, "{name}\n{text}");
    }
}

fn comparable(service: &Value, name: &str) -> Value {
    let mut service = service.as_object().unwrap().clone();
    // Names of containers, networks and built images are those of the stack, and links are dependencies.
    for gone in ["container_name", "networks", "links"] {
        service.remove(gone);
    }
    if service.contains_key("build") {
        service.remove("image");
    }
    // What is pulled when no tag is given.
    if let Some(image) = service
        .get_mut("image")
        .filter(|image| !image.as_str().unwrap().rsplit('/').next().unwrap().contains([':', '@']))
    {
        *image = json!(format!("{}:latest", image.as_str().unwrap()));
    }
    // The image's own; with a build it is not asked for.
    service.entry("restart").or_insert_with(|| json!("no"));
    if let Some(labels) = service.get_mut("labels").and_then(Value::as_object_mut) {
        labels.retain(|key, _| !key.starts_with("devarch."));
        if labels.is_empty() {
            service.remove("labels");
        }
    }
    // Files of secrets and configs are mounts, which is what Compose makes of them.
    let mut targets: BTreeSet<String> = BTreeSet::new();
    for attribute in ["secrets", "configs"] {
        for used in service.remove(attribute).iter().filter_map(Value::as_array).flatten() {
            let folder = if attribute == "secrets" { "/run/secrets/" } else { "/" };
            let target = used["target"].as_str().unwrap_or_else(|| used["source"].as_str().unwrap());
            targets.insert(if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") });
        }
    }
    for volume in service.remove("volumes").iter().filter_map(Value::as_array).flatten() {
        let source = volume["source"].as_str().unwrap_or_default();
        let source = source.strip_prefix(&format!("{name}_")).unwrap_or(source);
        let target = volume["target"].as_str().unwrap().trim_end_matches('/');
        let file = target.starts_with("/run/secrets/") || volume["read_only"] == true && source.contains("secret");
        targets.insert(if file { target.to_owned() } else { format!("{source}:{target}:{}", volume["read_only"]) });
    }
    service.insert("mounts".to_owned(), json!(targets));
    for list in ["ports", "expose"] {
        if let Some(list) = service.get_mut(list).and_then(Value::as_array_mut) {
            list.iter_mut().filter_map(Value::as_object_mut).for_each(|port| drop(port.remove("mode")));
            list.sort_by_key(Value::to_string);
        }
    }
    if let Some(check) = service.get_mut("healthcheck").and_then(Value::as_object_mut) {
        with_default_checks(check);
    }
    Value::Object(service)
}
