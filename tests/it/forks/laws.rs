//! Laws of forks, on random stacks: nothing of the host is shared, everything else is the same.

use serde_json::{Value, json};

use super::{assert_that_no_port_is_shared, fork, fork_of, shop};
use crate::support::{COLLECTIONS, MORE_COLLECTIONS, Rng, TestApp, both};

both!(everything_but_ports_and_domains_is_the_same, no_port_is_shared_after_random_forks);

/// Everything that an instance says, without ports and domains.
async fn said(t: &TestApp, stack: &str) -> Value {
    let query = format!(
        "query ($stack: String!) {{ stack(name: $stack) {{ description enabled instances {{ nodes {{ name description
         enabled template {{ name }} {COLLECTIONS} {MORE_COLLECTIONS} overrideRules {{ kind action key }}
         dependencies {{ instance {{ stack {{ name }} }} }} }} }} }} }}"
    );
    let mut found = t.data(&query, json!({ "stack": stack })).await["stack"].take();
    for instance in found["instances"]["nodes"].as_array_mut().unwrap() {
        let name = instance["name"].as_str().unwrap().to_owned();
        let instance = instance.as_object_mut().unwrap();
        instance.remove("domains");
        instance.remove("ports");
        for dependency in instance["dependencies"].as_array_mut().unwrap() {
            assert_eq!(dependency["instance"]["stack"]["name"], stack, "it leads inside of the stack");
            dependency["instance"].as_object_mut().unwrap().remove("stack");
        }
        instance["overrideRules"].as_array_mut().unwrap().retain(|rule| rule["kind"] != "DOMAIN");
        let variables = t.unmasked(stack, &name, json!({ "envVars": instance["envVars"] })).await;
        instance.insert("envVars".to_owned(), variables["envVars"].clone());
    }
    found
}

async fn everything_but_ports_and_domains_is_the_same(t: &TestApp) {
    shop(t).await;
    let step = json!({ "remove": { "envVar": "POSTGRES_USER" } });
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "operations": [step, { "replace": "LABEL" }] });
    t.done("patchInstanceOverrides", input, "").await;
    let off = json!({ "instance": TestApp::by_name("shop", "web"), "enabled": false, "description": "off" });
    t.done("updateInstance", off, "").await;
    t.instance("shop", "gone").await;
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "gone") }), "").await;
    let source = said(t, "shop").await;
    assert_eq!(source["instances"]["nodes"][2]["dependencies"][0]["instance"]["name"], "db");
    for (name, ports) in [("one", "REALLOCATE"), ("two", "KEEP"), ("three", "DROP")] {
        fork(t, json!({ "name": name, "ports": ports })).await;
        assert_eq!(said(t, name).await, source, "{ports}");
    }
    assert_eq!(said(t, "shop").await, source, "the source stays as it is");
}

async fn no_port_is_shared_after_random_forks(t: &TestApp) {
    let rng = &mut Rng(11);
    t.shop().await;
    let mut stacks = vec!["shop".to_owned()];
    for round in 0..12 {
        // Something of one stack changes.
        let stack = stacks[rng.below(stacks.len())].clone();
        let ports: Vec<Value> = (0..rng.below(4))
            .map(|n| {
                // Its own ports, which no other stack has.
                let host = 30_000 + round * 40 + n;
                let protocol = rng.one_of(&["TCP", "UDP"]);
                let ip = rng.one_of(&["0.0.0.0", "127.0.0.1", "::1"]);
                let host = if rng.below(4) == 0 { Value::Null } else { json!(host) };
                json!({ "hostIp": ip, "hostPort": host, "containerPort": 80 + n, "protocol": protocol })
            })
            .collect();
        let set = json!({ "instance": TestApp::by_name(&stack, "db"), "overrides": { "ports": ports } });
        t.done("setInstanceOverrides", set, "").await;
        if rng.below(3) == 0 {
            let enabled = json!({ "stack": { "name": stack }, "enabled": rng.below(2) == 0 });
            t.done("updateStack", enabled, "").await;
        }
        // And one is forked.
        let source = stacks[rng.below(stacks.len())].clone();
        let mut wish = json!({ "name": format!("f{round}") });
        match rng.below(3) {
            0 => wish["portRange"] = json!({ "from": 30_000, "to": 30_600 }),
            1 => wish["portBlock"] = json!(5),
            _ => {}
        }
        let made = fork_of(t, &source, wish).await;
        let froms = made["portMap"].as_array().unwrap().iter().filter(|port| !port["from"].is_null()).count();
        let tos = made["portMap"].as_array().unwrap().iter().filter(|port| !port["to"].is_null()).count();
        assert_eq!(froms, tos, "every published port has a new one");
        stacks.push(format!("f{round}"));
        assert_that_no_port_is_shared(t).await;
    }
}
