//! Variables of a stack: the layer between the templates and the overrides of the instances.

mod config;
mod copies;
mod documents;
mod history;
mod locks;
mod plans;
mod reads;
mod secrets;

use serde_json::{Value, json};

use crate::support::TestApp;

/// What a stack shows of its variables.
const VARS: &str = "sharedVars { key value isSecret isSet inject locked }";

/// A variable as inputs take it.
fn var(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value })
}

/// A secret as inputs take it.
fn secret(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "isSecret": true })
}

/// A locked variable as inputs take it.
fn locked(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value, "locked": true })
}

/// The input of `setSharedVars` for the shop.
fn input(vars: &Value) -> Value {
    json!({ "stack": { "name": "shop" }, "vars": vars })
}

/// Sets the variables of the shop, which must succeed.
async fn set(t: &TestApp, vars: Value) -> Value {
    t.done("setSharedVars", input(&vars), &format!("stack {{ revision {VARS} }}")).await["stack"].take()
}

/// Changes overrides of an instance of the shop, which must succeed.
async fn patch(t: &TestApp, name: &str, operations: Value) {
    let input = json!({ "instance": TestApp::by_name("shop", name), "operations": operations });
    t.done("patchInstanceOverrides", input, "").await;
}

/// Sets one variable of an instance of the shop.
async fn override_with(t: &TestApp, name: &str, entry: Value) {
    patch(t, name, json!([{ "set": { "envVar": entry } }])).await;
}

/// The effective variables of an instance: `KEY=value origin`.
async fn env(t: &TestApp, stack: &str, name: &str) -> Vec<String> {
    let query = "query ($stack: String!, $name: String!) { instance(stack: $stack, name: $name) { effectiveConfig { envVars { key
        value isSet origin } } } }";
    let found = t.data(query, json!({ "stack": stack, "name": name })).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let shown = |var: &Value| {
        let value = match (&var["value"], &var["isSet"]) {
            (Value::String(text), _) => text.clone(),
            (_, Value::Bool(true)) => "***".to_owned(),
            _ => "-".to_owned(),
        };
        format!("{}={value} {}", var["key"].as_str().unwrap(), var["origin"].as_str().unwrap())
    };
    vars.iter().map(shown).collect()
}

/// The id of the last change.
async fn last_change(t: &TestApp) -> Value {
    t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await["changes"]["nodes"][0]["id"].take()
}
