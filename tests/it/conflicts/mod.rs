//! Conflicts over host ports, domains and volumes between instances, and suggestions of free ports.

mod holders;
mod law;
mod ports;
mod referring;
mod sharing;
mod suggest;

use serde_json::{Value, json};

use crate::support::TestApp;

/// The stacks `shop` and `blog`, and a template `app` that claims nothing.
async fn stacks(t: &TestApp) {
    for stack in ["shop", "blog"] {
        t.stack(stack).await;
    }
    template(t, json!({ "name": "app" })).await;
}

async fn template(t: &TestApp, mut input: Value) {
    input["imageName"] = json!("app");
    t.done("createTemplate", input, "").await;
}

/// An instance, `stack/name`, of a template.
async fn add_of(t: &TestApp, template: &str, path: &str, overrides: Value) {
    let (stack, name) = path.split_once('/').unwrap();
    let input = json!({
        "stack": { "name": stack }, "template": { "name": template }, "name": name, "overrides": overrides,
    });
    t.done("createInstance", input, "").await;
}

/// An instance of the template that claims nothing.
async fn add(t: &TestApp, path: &str, overrides: Value) {
    add_of(t, "app", path, overrides).await;
}

fn instance(path: &str) -> Value {
    let (stack, name) = path.split_once('/').unwrap();
    TestApp::by_name(stack, name)
}

async fn set(t: &TestApp, path: &str, overrides: Value) {
    t.done("setInstanceOverrides", json!({ "instance": instance(path), "overrides": overrides }), "").await;
}

async fn enable(t: &TestApp, path: &str, enabled: bool) {
    t.done("updateInstance", json!({ "instance": instance(path), "enabled": enabled }), "").await;
}

/// A TCP port, as an override.
fn port(ip: &str, number: i32) -> Value {
    json!({ "ports": [{ "hostIp": ip, "hostPort": number, "containerPort": 80 }] })
}

fn bind(source: &str) -> Value {
    json!({ "volumes": [{ "source": source, "target": "/data" }] })
}

const SELECTION: &str = "conflicts { kind value message holderCount instance { name stack { name } } \
     holder { name stack { name } } holders { name stack { name } } }";

fn path(of: &Value) -> String {
    format!("{}/{}", of["stack"]["name"].as_str().unwrap(), of["name"].as_str().unwrap())
}

/// Conflicts of claims as `shop/web HOST_PORT 0.0.0.0:80/tcp: blog/web, blog/api`, after checking invariants of all of them.
fn told(conflicts: &Value) -> Vec<String> {
    let conflicts = conflicts.as_array().unwrap().iter().filter(|conflict| conflict["kind"] != "REFERENCE");
    let conflicts = conflicts.map(|conflict| {
        let holders: Vec<String> = conflict["holders"].as_array().unwrap().iter().map(path).collect();
        assert_eq!(holders[0], path(&conflict["holder"]));
        let message = conflict["message"].as_str().unwrap();
        assert!(message.contains(&format!("`{}`", holders[0])) && message.ends_with('.'), "{message}");
        let [kind, value] = ["kind", "value"].map(|key| conflict[key].as_str().unwrap());
        assert!(message.contains(value), "{message}");
        if holders.len() < 10 {
            assert_eq!(conflict["holderCount"], holders.len());
        }
        format!("{} {kind} {value}: {}", path(&conflict["instance"]), holders.join(", "))
    });
    conflicts.collect()
}

async fn conflicts(t: &TestApp, path: &str) -> Vec<String> {
    let (stack, name) = path.split_once('/').unwrap();
    let query =
        format!("query ($stack: String!, $name: String!) {{ instance(stack: $stack, name: $name) {{ {SELECTION} }} }}");
    let data = t.data(&query, json!({ "stack": stack, "name": name })).await;
    let subject = format!("{path} ");
    let strip = |line: String| line.strip_prefix(&subject).unwrap_or_else(|| panic!("{line}")).to_owned();
    told(&data["instance"]["conflicts"]).into_iter().map(strip).collect()
}

async fn of_stack(t: &TestApp, stack: &str) -> Vec<String> {
    let query = format!("query ($stack: String!) {{ stack(name: $stack) {{ {SELECTION} }} }}");
    told(&t.data(&query, json!({ "stack": stack })).await["stack"]["conflicts"])
}

const NONE: [&str; 0] = [];
