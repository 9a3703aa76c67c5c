//! Stacks as Compose files: their contents, access to them, and how real Compose resolves them.

mod access;
mod http;
mod judges;
mod layers;
mod model;
pub(crate) mod stacks;
mod text;

use serde_json::{Value, json};

use crate::support::TestApp;

/// A stack rendered over GraphQL: `text override hash requiredVariables warnings`.
async fn render(t: &TestApp, stack: &str, mode: &str, reveal: bool) -> Value {
    let query = "query ($stack: String!, $mode: ComposeMode!, $reveal: Boolean!) { stack(name: $stack) {
        compose(mode: $mode, revealSecrets: $reveal)
        { text override hash requiredVariables warnings { instance message } } } }";
    let found = t.data(query, json!({ "stack": stack, "mode": mode, "reveal": reveal })).await;
    found["stack"]["compose"].clone()
}

/// The text of the flat file.
async fn flat(t: &TestApp, stack: &str) -> String {
    text(&render(t, stack, "FLAT", false).await["text"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A file without what differs between two stacks of the same contents: ids, the ends of storage names, and hashes.
pub(crate) fn masked(file: &str) -> String {
    let line = |line: &str| {
        for label in ["devarch.id", "devarch.config_hash"] {
            if let Some((before, _)) = line.split_once(&format!("{label}: ")) {
                return format!("{before}{label}: ID\n");
            }
        }
        match line.split_once("name: devarch-").and_then(|(before, name)| Some((before, name.split_once('.')?))) {
            Some((before, (name, rest))) => {
                let source = rest.split_once('_').map_or("", |(_, source)| source);
                format!("{before}name: devarch-{name}.ID_{source}\n")
            }
            None => format!("{line}\n"),
        }
    };
    file.lines().map(line).collect()
}

/// The warnings, each as `instance: message`.
async fn warnings(t: &TestApp, stack: &str) -> Vec<String> {
    let rendered = render(t, stack, "FLAT", false).await;
    let warnings = rendered["warnings"].as_array().unwrap();
    let told = warnings.iter().map(|warning| {
        let instance = warning["instance"].as_str().map_or_else(String::new, |name| format!("{name}: "));
        format!("{instance}{}", warning["message"].as_str().unwrap())
    });
    told.collect()
}

/// Parses a file.
pub(crate) fn read(file: &str) -> Value {
    devarch::yaml::read(file, 0).unwrap_or_else(|error| panic!("{error:?} in {file}")).to_json()
}

/// Everything below one service of a flat file.
async fn service(t: &TestApp, stack: &str, name: &str) -> Value {
    read(&flat(t, stack).await)["services"][name].clone()
}
