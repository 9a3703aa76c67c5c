//! Forks: copies of a stack that share nothing on the host with anything live.

#[cfg(unix)]
mod command_line;
mod domains;
mod images;
mod keys;
mod laws;
mod leases;
mod log;
mod ports;
mod races;
mod secrets;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::TestApp;

const PORT_MAP: &str = "portMap { instance containerPort protocol hostIp from to }";

/// A shop in which `web` inherits everything, and `api` overrides a lot and depends on `db`.
async fn shop(t: &TestApp) {
    t.shop().await;
    let web = json!({
        "name": "web", "imageName": "nginx",
        "ports": [
            { "hostPort": 80, "containerPort": 80 }, { "hostPort": 8443, "containerPort": 443 },
            { "hostPort": 8443, "containerPort": 443, "protocol": "UDP" }, { "containerPort": 9000 },
        ],
        "domains": [{ "domain": "shop.test", "proxyPort": 80 }, { "domain": "www.shop.test" }],
        "envVars": [{ "key": "TOKEN", "value": "a-token-of-the-template", "isSecret": true }],
    });
    t.done("createTemplate", web, "").await;
    for (name, template) in [("web", "web"), ("api", "postgres")] {
        let input = json!({ "stack": { "name": "shop" }, "template": { "name": template }, "name": name });
        t.done("createInstance", input, "").await;
    }
    let mut overrides = TestApp::overrides();
    overrides["dependencies"] = json!([{ "instance": TestApp::by_name("shop", "db"), "condition": "SERVICE_HEALTHY" }]);
    let input = json!({ "instance": TestApp::by_name("shop", "api"), "overrides": overrides });
    t.done("setInstanceOverrides", input, "").await;
}

/// Forks `shop`, with further fields of the input.
async fn fork(t: &TestApp, more: Value) -> Value {
    fork_of(t, "shop", more).await
}

async fn fork_of(t: &TestApp, stack: &str, more: Value) -> Value {
    let selection = format!(
        "stack {{ id name }} created portBlock {{ from to }} environment warnings {{ code message }} {PORT_MAP}"
    );
    t.done("forkStack", input(stack, more), &selection).await
}

fn input(stack: &str, more: Value) -> Value {
    let mut input = more;
    input["stack"] = json!({ "name": stack });
    input
}

/// The port map in short: `web 80/TCP 0.0.0.0: 80 > 8080`.
fn mapped(payload: &Value) -> Vec<String> {
    let line = |port: &Value| {
        format!(
            "{} {}/{} {}: {} > {}",
            port["instance"].as_str().unwrap(),
            port["containerPort"],
            port["protocol"].as_str().unwrap(),
            port["hostIp"].as_str().unwrap(),
            port["from"],
            port["to"]
        )
    };
    payload["portMap"].as_array().unwrap().iter().map(line).collect()
}

/// The host ports that each live stack publishes, enabled or not.
async fn published(t: &TestApp) -> BTreeMap<String, Vec<(i64, String)>> {
    let query =
        "query ($after: String) { stacks(first: 10, after: $after) { nodes { name instances(first: 100) { nodes {
        effectiveConfig { ports { hostPort protocol } } } } } pageInfo { hasNextPage endCursor } } }";
    let (mut all, mut after) = (BTreeMap::new(), Value::Null);
    loop {
        let page = t.cost(query, json!({ "after": after })).await.1["stacks"].take();
        for stack in page["nodes"].as_array().unwrap() {
            let mut ports = Vec::new();
            for instance in stack["instances"]["nodes"].as_array().unwrap() {
                for port in instance["effectiveConfig"]["ports"].as_array().unwrap() {
                    if let Some(number) = port["hostPort"].as_i64() {
                        ports.push((number, port["protocol"].as_str().unwrap().to_owned()));
                    }
                }
            }
            all.insert(stack["name"].as_str().unwrap().to_owned(), ports);
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Asserts that no two live stacks publish the same port.
async fn assert_that_no_port_is_shared(t: &TestApp) {
    let mut owners: BTreeMap<(i64, String), String> = BTreeMap::new();
    for (stack, ports) in published(t).await {
        for port in ports {
            if let Some(other) = owners.insert(port.clone(), stack.clone()) {
                assert_eq!(other, stack, "both publish {port:?}");
            }
        }
    }
}

/// A number in the answer to a query about one stack.
async fn see(t: &TestApp, stack: &str, selection: &str) -> Value {
    let query = format!("query ($name: String!) {{ stack(name: $name) {{ {selection} }} }}");
    t.data(&query, json!({ "name": stack })).await["stack"].take()
}
