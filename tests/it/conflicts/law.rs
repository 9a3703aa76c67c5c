//! The law of conflicts: after any history of changes, the conflicts of every stack are those of a naive comparison of all
//! effective configurations, and what is kept of the claims is what merging gives.

use serde_json::{Value, json};

use super::SELECTION;
use crate::{
    history::{last_change, law::generated},
    support::{Rng, TestApp, both, number_setting, samples},
};

both!(
    conflicts_are_those_of_a_naive_comparison_after_any_history,
    every_way_to_write_keeps_claims,
    a_write_that_forgets_the_claims_is_found,
);

const STEPS: u64 = 60;

/// What a running instance claims.
struct Running {
    path: String,
    age: (String, usize),
    /// Kind, resource, extent, and the claim as it is shown.
    claims: Vec<(&'static str, String, String, String)>,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The claims of an effective configuration.
fn claims(config: &Value) -> Vec<(&'static str, String, String, String)> {
    let mut claims = Vec::new();
    let list = |field: &str| config[field].as_array().unwrap().clone();
    for port in list("ports").iter().filter(|port| !port["hostPort"].is_null()) {
        let resource = format!("{}/{}", port["hostPort"], text(&port["protocol"]).to_lowercase());
        let ip = text(&port["hostIp"]).to_owned();
        let shown = if ip.contains(':') { format!("[{ip}]:{resource}") } else { format!("{ip}:{resource}") };
        claims.push(("HOST_PORT", resource, ip, shown));
    }
    // Where a reference is left, it has no value, and nothing is claimed.
    for domain in list("domains").iter().filter(|domain| !text(&domain["domain"]).contains("${{")) {
        let name = text(&domain["domain"]).to_owned();
        claims.push(("DOMAIN", name.clone(), "whole".to_owned(), name));
    }
    for volume in list("volumes") {
        let source = text(&volume["source"]).trim_end_matches('/').to_owned();
        let extent = if volume["readOnly"] == true { "read" } else { "whole" }.to_owned();
        let is_shared = volume["isExternal"] == true || volume["scope"] == "HOST";
        match text(&volume["volumeType"]) {
            "BIND" if source.starts_with('/') => claims.push(("VOLUME", source.clone(), extent, source)),
            "VOLUME" if is_shared => claims.push(("VOLUME", format!("volume {source}"), extent, source)),
            _ => {}
        }
    }
    claims.sort();
    // To read and to write the same is to write it.
    let writes: Vec<_> = claims.iter().filter(|claim| claim.2 == "whole").map(|claim| claim.1.clone()).collect();
    claims.retain(|claim| claim.2 != "read" || !writes.contains(&claim.1));
    claims.dedup();
    claims
}

fn clash(one: &str, other: &str) -> bool {
    let every = |extent: &str| extent == "0.0.0.0" || extent == "::" || extent == "whole";
    every(one) || every(other) || (one == other && one != "read")
}

const EFFECTIVE: &str = "effectiveConfig { ports { hostIp hostPort protocol } domains { domain } volumes { volumeType \
     source readOnly isExternal scope } }";

/// The conflicts of each stack by a naive comparison, and as they are answered: `stack/instance KIND value: holders`.
async fn both_ways(t: &TestApp) -> (Vec<String>, Vec<String>) {
    let found = t.data("{ stacks(first: 10) { nodes { name enabled } } }", json!({})).await;
    let (mut running, mut subjects, mut answered) = (Vec::new(), Vec::new(), Vec::new());
    for stack in found["stacks"]["nodes"].as_array().unwrap() {
        let name = text(&stack["name"]);
        let query = format!(
            "query ($name: String!) {{ stack(name: $name) {{ {SELECTION} instances(first: 100) {{ nodes {{ name enabled \
             createdAt {EFFECTIVE} }} }} }} }}"
        );
        let members = t.data(&query, json!({ "name": name })).await["stack"].take();
        let members_in_order = (0..).zip(members["instances"]["nodes"].as_array().unwrap());
        for (place, instance) in members_in_order.filter(|(_, it)| it["enabled"] == true) {
            let path = format!("{name}/{}", text(&instance["name"]));
            // Instances of the same age were made together, in one stack, which lists them by their ids.
            let age: (String, usize) = (text(&instance["createdAt"]).to_owned(), place);
            let claims = claims(&instance["effectiveConfig"]);
            subjects.push(running.len());
            running.push((stack["enabled"] == true, Running { path, age, claims }));
        }
        answered.extend(super::told(&members["conflicts"]));
    }
    let mut naive = Vec::new();
    for subject in subjects {
        let subject = &running[subject].1;
        for (kind, resource, extent, shown) in &subject.claims {
            let clashes = |other: &&(bool, Running)| {
                let is_same = |claim: &(&str, String, String, String)| {
                    claim.0 == *kind && claim.1 == *resource && clash(&claim.2, extent)
                };
                let stack = |path: &str| path.split_once('/').unwrap().0.to_owned();
                // Instances of one stack may share files.
                let may_share = *kind == "VOLUME" && stack(&other.1.path) == stack(&subject.path);
                other.0 && other.1.path != subject.path && !may_share && other.1.claims.iter().any(is_same)
            };
            let mut holders: Vec<_> = running.iter().filter(clashes).map(|(_, it)| (&it.age, &it.path)).collect();
            holders.sort();
            if !holders.is_empty() {
                let holders: Vec<&str> = holders.into_iter().take(10).map(|(_, path)| path.as_str()).collect();
                naive.push(format!("{} {kind} {shown}: {}", subject.path, holders.join(", ")));
            }
        }
    }
    // Instances of one stack that are made at once have the same age.
    let sorted = |lines: Vec<String>| {
        let mut lines: Vec<String> = lines
            .into_iter()
            .map(|line| {
                let (claim, holders) = line.rsplit_once(": ").unwrap();
                let mut holders: Vec<&str> = holders.split(", ").collect();
                holders.sort_unstable();
                format!("{claim}: {}", holders.join(", "))
            })
            .collect();
        lines.sort();
        lines
    };
    (sorted(naive), sorted(answered))
}

async fn check(t: &TestApp, what: &str) -> usize {
    let (naive, answered) = both_ways(t).await;
    assert_eq!(answered, naive, "after {what}");
    t.assert_that_claims_are_kept().await;
    naive.len()
}

/// Entries that claim something, from a small range.
fn claiming(rng: &mut Rng) -> Value {
    let ip = rng.one_of(&["0.0.0.0", "127.0.0.1", "127.0.0.2", "::"]);
    let port =
        |rng: &mut Rng| json!({ "hostIp": ip, "hostPort": 8080 + rng.below(3), "containerPort": 80 + rng.below(2) });
    let source = rng.one_of(&["/srv/a", "/srv/a/", "./data", "/srv/b"]);
    let volume = json!({ "volumeType": "BIND", "source": source, "target": "/data", "readOnly": rng.below(2) == 0 });
    let shared = json!({ "volumeType": "VOLUME", "source": "shared", "target": "/shared", "isExternal": true });
    let site = rng.one_of(&["a", "WWW", "c c"]);
    json!({
        "ports": if rng.below(2) == 0 { json!([port(rng)]) } else { json!([]) },
        "envVars": if rng.below(2) == 0 { json!([{ "key": "SITE", "value": site }]) } else { json!([]) },
        "domains": if rng.below(3) > 0 {
            let domains = ["a.localhost", "www.localhost", "${{self.SITE}}.localhost", "${{shared.SITE}}.LOCALHOST", "${{web.SITE}}.localhost"];
            json!([{ "domain": rng.one_of(&domains) }, { "domain": rng.one_of(&domains).replace("local", "localhost.local") }])
        } else { json!([]) },
        "volumes": match rng.below(3) { 0 => json!([volume]), 1 => json!([volume, shared]), _ => json!([]) },
    })
}

/// The names of the stacks, live or trashed.
async fn stacks(t: &TestApp) -> (Vec<String>, Vec<String>) {
    let found =
        t.data("{ stacks(first: 50) { nodes { name } } trash { stacks { nodes { stack { id } } } } }", json!({})).await;
    let list = |nodes: &Value, of: fn(&Value) -> &Value| -> Vec<String> {
        nodes.as_array().unwrap().iter().map(|it| text(of(it)).to_owned()).collect()
    };
    (
        list(&found["stacks"]["nodes"], |it| &it["name"]),
        list(&found["trash"]["stacks"]["nodes"], |it| &it["stack"]["id"]),
    )
}

/// A change beyond those of one stack and its instances.
async fn wide(t: &TestApp, rng: &mut Rng, step: u64) -> (&'static str, Value) {
    let (live, trashed) = stacks(t).await;
    let shop = json!({ "name": live[rng.below(live.len())] });
    let instances = t
        .data("query ($name: String!) { stack(name: $name) { instances(first: 100) { nodes { id } } } }", shop.clone())
        .await["stack"]["instances"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    match rng.below(16) {
        12 | 13 => {
            let vars = json!([{ "key": "SITE", "value": rng.one_of(&["a", "www", "b"]) }]);
            ("setSharedVars", json!({ "stack": shop, "vars": vars }))
        }
        0 => ("updateStack", json!({ "stack": shop, "enabled": rng.below(3) > 0 })),
        1 if live.len() < 6 => ("duplicateStack", json!({ "stack": shop })),
        2 if live.len() < 6 => {
            ("forkStack", json!({ "stack": shop, "ports": rng.one_of(&["KEEP", "REALLOCATE", "DROP"]) }))
        }
        3 if live.len() > 2 && shop["name"] != "shop" => ("softDeleteStack", json!({ "stack": shop })),
        4 if !trashed.is_empty() => ("restoreStack", json!({ "stack": { "id": trashed[0] } })),
        5 if !trashed.is_empty() => ("purgeStack", json!({ "stack": { "id": trashed[0] } })),
        6 | 7 => {
            let mut input = claiming(rng);
            input["template"] = json!({ "name": "app" });
            ("updateTemplate", input)
        }
        8 => {
            let overrides = claiming(rng);
            (
                "createInstance",
                json!({ "stack": shop, "template": { "name": "app" }, "name": format!("w{step}"), "overrides": overrides }),
            )
        }
        9 => {
            let file = format!(
                "services: {{ web: {{ image: acme/app, ports: ['{}:80'], volumes: ['/srv/a:/data'] }} }}",
                8080 + rng.below(3)
            );
            let prefix = rng.one_of(&["", "x-"]);
            (
                "importCompose",
                json!({ "stack": shop, "files": [{ "text": file }], "templatePrefix": prefix, "onConflict": "UPDATE" }),
            )
        }
        10 => {
            let query = "query ($name: String!) { stack(name: $name) { history(first: 4) { nodes { id } } } }";
            let found = t.data(query, shop.clone()).await["stack"]["history"]["nodes"].take();
            let changes = found.as_array().unwrap();
            ("restoreVersion", json!({ "stack": shop, "at": { "change": changes[rng.below(changes.len())]["id"] } }))
        }
        11 => {
            let port = 8080 + rng.below(3);
            let document = format!(
                "devarch: 1\ninstances:\n  doc: {{ template: app, overrides: {{ ports: [{{ containerPort: 80, hostPort: {port} }}] }} }}\n"
            );
            ("applyStack", json!({ "owner": "o", "stack": shop["name"], "source": { "document": document } }))
        }
        _ if !instances.is_empty() => {
            let id = &instances[rng.below(instances.len())]["id"];
            ("setInstanceOverrides", json!({ "instance": { "id": id }, "overrides": claiming(rng) }))
        }
        _ => ("updateStack", json!({ "stack": shop, "enabled": true })),
    }
}

async fn conflicts_are_those_of_a_naive_comparison_after_any_history(t: &TestApp) {
    let seed = number_setting("DEVARCH_SEED").unwrap_or(5);
    let mut rng = Rng(seed);
    let db = t.web().await;
    let samples = samples(&db);
    let shop = text(&t.data("{ stack(name: \"shop\") { id } }", json!({})).await["stack"]["id"]).to_owned();
    let (mut most, mut done) = (0, std::collections::BTreeMap::<&str, usize>::new());
    for step in 0..number_setting("DEVARCH_STEPS").unwrap_or(STEPS) {
        // A stack in the trash is none to change.
        let found = t.data("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": shop })).await;
        let (field, input) = if rng.below(2) == 0 || found["node"].is_null() {
            wide(t, &mut rng, step).await
        } else {
            generated(t, &mut rng, &samples, &shop).await
        };
        let refused = t.mutate(field, input.clone(), "").await["userErrors"].take();
        if refused == json!([]) {
            *done.entry(field).or_default() += 1;
        }
        most = most.max(check(t, &format!("step {step} of seed {seed}: {field} {input}: {refused}")).await);
    }
    assert!(most > 3 && done.len() > 8, "{most} conflicts at most, {done:?}");
}

async fn every_way_to_write_keeps_claims(t: &TestApp) {
    t.web().await;
    let shop = || json!({ "name": "shop" });
    let web = || json!({ "instance": TestApp::by_name("shop", "web") });
    let with = |mut input: Value, more: Value| {
        for (key, value) in more.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    };
    let port = |number: i32| json!({ "ports": [{ "hostPort": number, "containerPort": 80 }] });
    let document = "devarch: 1\ninstances:\n  web: { template: app, overrides: { ports: [{ containerPort: 80, hostPort: 8083 }] } }\n  \
                    new: { template: app, overrides: { domains: [{ domain: app.localhost }] } }\n";
    let compose = "services: { cache: { image: acme/db, ports: ['8080:5432'], volumes: ['/srv/a:/data'] } }";
    for (field, input) in [
        ("setInstanceOverrides", with(web(), json!({ "overrides": port(8080) }))),
        (
            "createInstance",
            json!({ "stack": shop(), "template": { "name": "app" }, "name": "a", "overrides": port(8080) }),
        ),
        ("createInstance", json!({ "stack": shop(), "template": { "name": "app" }, "name": "b" })),
        ("patchInstanceOverrides", with(web(), json!({ "operations": [{ "remove": { "domain": "www.localhost" } }] }))),
        ("patchInstanceOverrides", with(web(), json!({ "operations": [{ "reset": { "kind": "PORT" } }] }))),
        ("updateTemplate", json!({ "template": { "name": "app" }, "domains": [{ "domain": "b.localhost" }] })),
        ("duplicateInstance", web()),
        ("updateInstance", with(web(), json!({ "enabled": false }))),
        ("duplicateStack", json!({ "stack": shop(), "name": "copy" })),
        ("forkStack", json!({ "stack": shop(), "name": "fork", "ports": "KEEP" })),
        ("updateInstance", with(web(), json!({ "enabled": true }))),
        ("updateStack", json!({ "stack": shop(), "enabled": false })),
        (
            "createInstance",
            json!({ "stack": shop(), "template": { "name": "app" }, "name": "c", "overrides": port(8080) }),
        ),
        ("createInstance", json!({ "stack": shop(), "template": { "name": "app" }, "name": "d" })),
        ("duplicateStack", json!({ "stack": shop(), "name": "copy-2" })),
        ("updateStack", json!({ "stack": shop(), "enabled": true })),
        ("patchInstanceOverrides", with(web(), json!({ "operations": [{ "reset": { "all": true } }] }))),
        ("softDeleteInstance", web()),
        (
            "updateTemplate",
            json!({ "template": { "name": "app" }, "ports": [{ "hostPort": 8082, "containerPort": 80 }] }),
        ),
        ("restoreInstance", web()),
        ("softDeleteStack", json!({ "stack": { "name": "copy" } })),
        ("restoreStack", json!({ "stack": { "name": "copy" } })),
        ("importCompose", json!({ "stack": shop(), "files": [{ "text": compose }], "onConflict": "UPDATE" })),
        ("applyStack", json!({ "owner": "o", "stack": "shop", "source": { "document": document } })),
        ("renameStack", json!({ "stack": shop(), "name": "shop-2" })),
    ] {
        t.done(field, input.clone(), "").await;
        check(t, &format!("{field} {input}")).await;
    }
    let web = TestApp::by_name("shop-2", "web");
    t.done("setInstanceOverrides", json!({ "instance": web, "overrides": port(8090) }), "").await;
    let change = last_change(t).await;
    t.done("revertChange", json!({ "change": change }), "").await;
    check(t, "revertChange").await;
    t.done("restoreVersion", json!({ "stack": { "name": "shop-2" }, "at": { "change": change } }), "").await;
    check(t, "restoreVersion").await;
}

async fn a_write_that_forgets_the_claims_is_found(t: &TestApp) {
    t.web().await;
    let overrides = json!({ "ports": [{ "hostPort": 8080, "containerPort": 80 }] });
    let input = json!({ "instance": TestApp::by_name("shop", "web"), "overrides": overrides });
    t.done("setInstanceOverrides", input, "").await;
    assert_eq!(t.wrong_claims().await, [""; 0]);
    for forgotten in [
        "INSERT INTO instance_domains (instance_id, domain) SELECT id, 'x.localhost' FROM service_instances",
        "UPDATE instance_ports SET host_port = 8089",
        "UPDATE service_domains SET domain = 'y.localhost' WHERE domain = 'www.localhost'",
        "UPDATE service_instances SET enabled = FALSE",
        "UPDATE stacks SET enabled = FALSE",
        "DELETE FROM instance_domains",
    ] {
        t.sql(forgotten).await;
        let wrong = t.wrong_claims().await;
        assert!(wrong.len() >= 2, "{forgotten}: {wrong:#?}");
    }
}
