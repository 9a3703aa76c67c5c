//! Many forks at once, by several servers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{assert_that_no_port_is_shared, input, published, shop};
use crate::support::{TestApp, both};

both!(fifty_forks_under_one_key_are_one, fifty_forks_share_no_port);

const FORKS: usize = 50;

/// Makes forks at once on two servers. A server that is too busy is asked again.
async fn at_once(t: &TestApp, wish: impl Fn(usize) -> Value) -> Vec<Value> {
    let other = t.another().await;
    let inputs: Vec<Value> = (0..FORKS).map(wish).collect();
    let made = t
        .at_once(FORKS, |t, n| {
            let (server, input) = (if n.is_multiple_of(2) { t } else { other.clone() }, inputs[n].clone());
            async move {
                loop {
                    let selection = "stack { id name } created environment";
                    if let Some(made) = server.try_mutate("forkStack", input.clone(), selection).await {
                        assert_eq!(made["userErrors"], json!([]), "{input}");
                        return made;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
        })
        .await;
    other.db.close().await;
    made
}

async fn fifty_forks_under_one_key_are_one(t: &TestApp) {
    shop(t).await;
    let made = at_once(t, |_| input("shop", json!({ "key": "/home/me/src/x" }))).await;
    let different: BTreeSet<String> = made
        .iter()
        .map(|made| format!("{} {}", made["stack"]["id"].as_str().unwrap(), made["environment"].as_str().unwrap()))
        .collect();
    assert_eq!(different.len(), 1, "{different:?}");
    assert_eq!(made.iter().filter(|made| made["created"] == true).count(), 1);
    assert_eq!(published(t).await.len(), 2);
}

async fn fifty_forks_share_no_port(t: &TestApp) {
    shop(t).await;
    // Two sources, whose locks do not keep each other out.
    t.stack("blog").await;
    let new = json!({ "stack": { "name": "blog" }, "template": { "name": "web" }, "name": "web" });
    t.done("createInstance", new, "").await;
    let set = json!({ "instance": TestApp::by_name("blog", "web"), "overrides": { "ports": [
        { "hostPort": 8080, "containerPort": 80 }, { "hostPort": 8500, "containerPort": 443 },
        { "hostPort": 8500, "containerPort": 443, "protocol": "UDP" },
    ] } });
    t.done("setInstanceOverrides", set, "").await;
    let source = |n: usize| if n.is_multiple_of(3) { "blog" } else { "shop" };
    let made = at_once(t, |n| input(source(n), json!({ "key": format!("/home/me/src/w{n}") }))).await;
    assert!(made.iter().all(|made| made["created"] == true));
    assert_eq!(published(t).await.len(), FORKS + 2);
    assert_that_no_port_is_shared(t).await;
    let query =
        "query ($after: String) { stacks(first: 100, after: $after) { nodes { name instances(first: 5) { nodes {
        effectiveConfig { domains { domain } } } } } } }";
    let stacks = t.cost(query, json!({})).await.1["stacks"]["nodes"].take();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for stack in stacks.as_array().unwrap().iter().filter(|stack| stack["name"].as_str().unwrap().contains("-w")) {
        for instance in stack["instances"]["nodes"].as_array().unwrap() {
            for domain in instance["effectiveConfig"]["domains"].as_array().unwrap() {
                let (domain, stack) = (domain["domain"].to_string(), stack["name"].to_string());
                // Two instances of the source have the same one, so those of a fork do as well.
                let other = owners.insert(domain.clone(), stack.clone());
                assert!(other.is_none_or(|other| other == stack), "{domain}");
            }
        }
    }
    assert!(owners.len() >= 2 * FORKS, "{}", owners.len());
}
