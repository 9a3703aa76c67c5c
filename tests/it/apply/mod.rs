//! Applying files to stacks: documents and Compose files, owners, and what stays as it is.

mod access;
#[cfg(unix)]
mod command_line;
mod compose;
mod documents;
mod instances;
mod laws;
mod owners;
mod revert;
mod secrets;

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, MORE_COLLECTIONS, TestApp};

/// Everything that an apply reports.
const REPORT: &str = "stack { name } created changed templates { name outcome } instances { name outcome } \
                      losses { line path reason } lossCount changes { path } warnings { code message }";

/// The input for a document.
fn document(stack: &str, owner: &str, text: &str) -> Value {
    json!({ "stack": stack, "owner": owner, "source": { "document": text } })
}

/// The input for one Compose file.
fn compose(stack: &str, owner: &str, text: &str) -> Value {
    json!({ "stack": stack, "owner": owner, "source": { "compose": [{ "text": text }] } })
}

fn with(mut input: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

/// Applies a source, which must succeed.
async fn apply(t: &TestApp, input: Value) -> Value {
    t.done("applyStack", input, REPORT).await
}

/// Applies a source, which must change nothing.
async fn apply_nothing(t: &TestApp, input: Value) {
    let before = (state(t).await, changes(t).await);
    let applied = apply(t, input).await;
    assert_eq!(applied["changed"], false, "{applied}");
    assert_eq!((state(t).await, changes(t).await), before);
}

/// Applies a source, which must be refused. Returns the errors as `CODE message`.
async fn refused(t: &TestApp, input: Value) -> Vec<String> {
    let before = (state(t).await, changes(t).await);
    let payload = t.mutate("applyStack", input, "stack { name } created changed instances { name }").await;
    assert_eq!((&payload["stack"], &payload["instances"]), (&Value::Null, &json!([])), "{payload}");
    assert_eq!((state(t).await, changes(t).await), before, "nothing was written");
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let errors: Vec<String> = errors
        .map(|error| format!("{} {}", error["code"].as_str().unwrap(), error["message"].as_str().unwrap()))
        .collect();
    assert!(!errors.is_empty(), "{payload}");
    errors
}

/// What the instances of a payload became, as `name OUTCOME`.
fn outcomes(applied: &Value) -> Vec<String> {
    let shown = |it: &Value| format!("{} {}", it["name"].as_str().unwrap(), it["outcome"].as_str().unwrap());
    applied["instances"].as_array().unwrap().iter().map(shown).collect()
}

/// The revisions of all stacks and instances.
async fn state(t: &TestApp) -> Value {
    t.data(
        "{ stacks(first: 100) { nodes { name revision instances(first: 100) { nodes { name revision } } } }
           templates(first: 100) { nodes { name revision } } }",
        json!({}),
    )
    .await
}

/// The number of changes.
async fn changes(t: &TestApp) -> i64 {
    t.text_of("SELECT CAST(COUNT(*) AS TEXT) FROM change_log").await.parse().unwrap()
}

/// The document of a stack.
async fn text_of(t: &TestApp, stack: &str, format: &str) -> String {
    let query =
        "query ($stack: String!, $format: DocumentFormat!) { stack(name: $stack) { document(format: $format) } }";
    let found = t.data(query, json!({ "stack": stack, "format": format })).await;
    found["stack"]["document"].as_str().unwrap().to_owned()
}

async fn yaml(t: &TestApp, stack: &str) -> String {
    text_of(t, stack, "YAML").await
}

/// The flat Compose file of a stack.
async fn flat(t: &TestApp, stack: &str) -> String {
    let query = "query ($stack: String!) { stack(name: $stack) { compose { text } } }";
    t.data(query, json!({ "stack": stack })).await["stack"]["compose"]["text"].as_str().unwrap().to_owned()
}

/// Everything that the instances of a stack say.
async fn said(t: &TestApp, stack: &str) -> Value {
    let query = format!(
        "query ($stack: String!) {{ stack(name: $stack) {{ description enabled instances(first: 100) {{ nodes {{ name
         description enabled template {{ name }} {COLLECTIONS} {MORE_COLLECTIONS} overrideRules {{ kind action key }}
         dependencies {{ instance {{ name }} }} }} }} }} }}"
    );
    t.data(&query, json!({ "stack": stack })).await["stack"].take()
}

/// The labels that an instance of the shop runs with, as `key=value`, and the rules about labels, as `-key`.
async fn labels(t: &TestApp, name: &str) -> String {
    let found = t.see(name, "effectiveConfig { labels { key value origin } } overrideRules { kind action key }").await;
    let labels = found["effectiveConfig"]["labels"].as_array().unwrap().iter();
    let labels = labels
        .filter(|label| label["origin"] != "SYSTEM")
        .map(|label| format!("{}={}", label["key"].as_str().unwrap(), label["value"].as_str().unwrap()));
    let rules = found["overrideRules"].as_array().unwrap().iter().filter(|rule| rule["kind"] == "LABEL");
    let rules = rules.map(|rule| format!("-{}", rule["key"].as_str().unwrap_or("*")));
    labels.chain(rules).collect::<Vec<_>>().join(" ")
}

/// The owners of a stack.
async fn owners(t: &TestApp, stack: &str) -> Value {
    t.data("query ($stack: String!) { stack(name: $stack) { owners } }", json!({ "stack": stack })).await["stack"]
        ["owners"]
        .take()
}

/// A template `plain` with two labels.
async fn plain(t: &TestApp) {
    let labels = json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "1" }]);
    t.done("createTemplate", json!({ "name": "plain", "imageName": "busybox", "labels": labels }), "").await;
}
