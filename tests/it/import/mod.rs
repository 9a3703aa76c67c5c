//! Imports of Compose files: templates and instances, losses, and existing objects.

mod budget;
mod command;
mod conflicts;
mod corpus;
mod held;
mod law;
mod layers;
mod limits;
mod networks;
mod notes;
mod project;
mod stacks;
mod table;
mod together;

use serde_json::{Map, Value, json};

use crate::support::TestApp;

/// Everything that an import reports.
const REPORT: &str = "stack { name outcome } templates { name outcome } instances { name outcome } \
                      losses { file line path reason } lossCount changes { file line path reason } changeCount";

/// The input of an import of one file, whose templates are called as its services.
fn file(text: &str) -> Value {
    json!({ "files": [{ "text": text }], "templatePrefix": "" })
}

/// The input of an import of one file, with further fields.
fn with(mut input: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

impl TestApp {
    /// Runs an import that must succeed.
    async fn import(&self, input: Value) -> Value {
        self.done("importCompose", input, REPORT).await
    }

    /// Runs an import that must be refused; returns the messages.
    async fn import_refused(&self, input: Value) -> Vec<(String, String)> {
        let payload = self.mutate("importCompose", input, "templates { name }").await;
        assert_eq!(payload["templates"], json!([]), "{payload}");
        let errors = payload["userErrors"].as_array().unwrap();
        let text = |error: &Value, field: &str| error[field].as_str().unwrap().to_owned();
        errors.iter().map(|error| (text(error, "code"), text(error, "message"))).collect()
    }

    /// A template with every collection.
    async fn imported(&self, name: &str) -> Value {
        let query = format!(
            "query ($name: String!) {{ template(name: $name) {{ imageName imageTag command entrypoint user workingDir \
             restartPolicy description category {} resourceLimits {{ cpu memory }} attributes {{ name value }} networks {{ name aliases isExternal options definition }} }} }}",
            crate::support::COLLECTIONS
        );
        self.data(&query, json!({ "name": name })).await["template"].take()
    }
}

/// Names with their outcomes.
fn outcomes(list: &Value) -> Vec<(&str, &str)> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["outcome"].as_str().unwrap()))
        .collect()
}

/// Notes as `line path`.
fn places(notes: &Value) -> Vec<String> {
    let place = |note: &Value| format!("{} {}", note["line"], note["path"].as_str().unwrap());
    notes.as_array().unwrap().iter().map(place).collect()
}

/// Adds to a healthcheck the values that an engine uses by default.
fn with_default_checks(check: &mut Map<String, Value>) {
    for (key, default) in
        [("interval", json!("30s")), ("timeout", json!("30s")), ("retries", json!(3)), ("start_period", json!("0s"))]
    {
        check.entry(key).or_insert(default);
    }
}
