//! What front ends show in tables: the effective configuration as a flat list, and the figures of a list of stacks.

use serde_json::{Value, json};

use crate::support::{TestApp, both, samples};

both!(
    the_flat_list_has_what_the_lists_of_the_kinds_have,
    a_row_is_the_short_form_of_compose,
    a_secret_is_no_text,
    every_effective_value_tells_where_it_comes_from,
    a_past_configuration_has_rows_as_well,
    a_list_of_stacks_has_figures,
    categories_and_the_version_are_told,
);

const ROWS: &str = "effectiveConfig { entries { kind key text isSecret origin shadows } }";

/// The rows of an instance: `KIND key = text (ORIGIN, instead of …)`.
async fn rows(t: &TestApp, name: &str) -> Vec<String> {
    let seen = t.see(name, ROWS).await;
    seen["effectiveConfig"]["entries"].as_array().unwrap().iter().map(line).collect()
}

fn line(row: &Value) -> String {
    let text = |of: &str| row[of].as_str().unwrap().to_owned();
    let value = row["text"].as_str().map_or_else(|| "-".to_owned(), str::to_owned);
    let secret = if row["isSecret"] == true { " secret" } else { "" };
    let shadows: Vec<&str> = row["shadows"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let instead = if shadows.is_empty() { String::new() } else { format!(", instead of {}", shadows.join(" and ")) };
    format!("{} {} = {value}{secret} ({}{instead})", text("kind"), text("key"), text("origin"))
}

async fn the_flat_list_has_what_the_lists_of_the_kinds_have(t: &TestApp) {
    let db = t.web().await;
    let kinds = samples(&db);
    for sample in kinds.iter().filter(|sample| sample.step != "setting") {
        t.patch("web", json!([sample.set(&sample.own)])).await;
    }
    t.patch("web", json!([{ "set": { "setting": { "imageTag": "2.0" } } }])).await;
    let seen = t.see("web", ROWS).await;
    let rows = seen["effectiveConfig"]["entries"].as_array().unwrap();
    for sample in kinds.iter().filter(|sample| sample.step != "setting") {
        let selection = format!("effectiveConfig {{ {} {{ origin shadows {{ __typename }} }} }}", sample.field);
        let found = t.see("web", &selection).await["effectiveConfig"][sample.field].take();
        let of_kind: Vec<(Value, usize)> = match found {
            Value::Array(entries) => entries,
            one => vec![one],
        }
        .iter()
        .map(|entry| (entry["origin"].clone(), entry["shadows"].as_array().unwrap().len()))
        .collect();
        let flat = rows.iter().filter(|row| row["kind"] == sample.kind);
        let flat: Vec<(Value, usize)> =
            flat.map(|row| (row["origin"].clone(), row["shadows"].as_array().unwrap().len())).collect();
        assert_eq!(flat, of_kind, "{}", sample.kind);
        assert!(of_kind.iter().any(|(origin, _)| origin == "INSTANCE"), "{}", sample.kind);
    }
    let settings =
        t.see("web", "effectiveConfig { settings { imageTag { value origin shadows } user { value } } }").await;
    let settings = &settings["effectiveConfig"]["settings"];
    let of = |key: &str| rows.iter().find(|row| row["kind"] == "SETTING" && row["key"] == key).unwrap();
    assert_eq!(line(of("imageTag")), "SETTING imageTag = 2.0 (INSTANCE, instead of 1.0)");
    assert_eq!((&settings["imageTag"]["value"], &settings["imageTag"]["shadows"]), (&json!("2.0"), &json!("1.0")));
    assert_eq!(of("user")["text"], settings["user"]["value"]);
}

async fn a_row_is_the_short_form_of_compose(t: &TestApp) {
    t.web().await;
    let own = json!({
        "ports": [
            { "containerPort": 80, "hostPort": 9090, "hostIp": "127.0.0.1" }, { "containerPort": 53, "hostPort": 53, "hostIp": "::1", "protocol": "UDP" },
        ],
        "volumes": [
            { "source": "./src", "target": "/app", "readOnly": true },
            { "volumeType": "VOLUME", "source": "shared", "target": "/data", "scope": "STACK" },
            { "volumeType": "VOLUME", "source": "team", "target": "/team", "isExternal": true },
        ],
        "envVars": [{ "key": "MODE", "value": "prod" }, { "key": "USER", "value": null }],
        "domains": [{ "domain": "app.localhost", "proxyPort": 8080 }],
        "healthcheck": { "test": ["CMD-SHELL", "curl -f localhost"], "intervalSeconds": 5, "startPeriodSeconds": 20, "startIntervalSeconds": 1 },
        "resourceLimits": { "memory": "1g" },
        "dependencies": [{ "instance": TestApp::by_name("shop", "db"), "condition": "SERVICE_HEALTHY", "required": false }],
        "networks": [{ "name": "front", "aliases": ["www"] }],
        "settings": { "command": ["serve"] },
    });
    t.set("web", own).await;
    let shown = rows(t, "web").await;
    let expected = [
        "PORT 53/udp = [::1]:53:53/udp (INSTANCE)",
        "PORT 80/tcp = 127.0.0.1:9090:80/tcp (INSTANCE, instead of 8080:80/tcp and 8081:80/tcp)",
        "PORT 443/tcp = 443/tcp (TEMPLATE)",
        "VOLUME /app = ./src:/app:ro (INSTANCE)",
        "VOLUME /data = shared:/data, of the stack (INSTANCE, instead of data:/data)",
        "VOLUME /team = team:/team, external (INSTANCE)",
        "VOLUME /tmp = tmpfs /tmp (TEMPLATE)",
        "ENV_VAR MODE = prod (INSTANCE, instead of dev)",
        "ENV_VAR TOKEN = t0p (TEMPLATE)",
        "ENV_VAR USER = - (INSTANCE)",
        "DOMAIN app.localhost = app.localhost:8080 (INSTANCE, instead of app.localhost:80)",
        "DOMAIN www.localhost = www.localhost (TEMPLATE)",
        "HEALTHCHECK * = curl -f localhost every 5s, timeout 10s, 3 retries, after 20s, every 1s until then (INSTANCE, instead of true every 30s, timeout 10s, 7 retries)",
        "CONFIG_FILE /etc/a.conf = a (TEMPLATE)",
        "RESOURCE_LIMITS * = memory 1g (INSTANCE, instead of cpu 1, memory 256m)",
        "ATTRIBUTE cap_add = [\"NET_ADMIN\"] (TEMPLATE)",
        "ATTRIBUTE init = true (TEMPLATE)",
        "NETWORK back = back, options {\"priority\":5} (TEMPLATE)",
        "NETWORK front = front, alias www (INSTANCE, instead of front, definition {\"internal\":true})",
        "SETTING imageTag = 1.0 (TEMPLATE)",
        "SETTING command = [\"serve\"] (INSTANCE, instead of [\"serve\",\"a b\"])",
    ];
    let mut left = shown.iter();
    for wanted in expected {
        // In this order, whatever else there is between them.
        assert!(left.any(|row| row == wanted), "{wanted} is not where it should be in {shown:#?}");
    }
    assert!(shown.iter().any(|row| row.starts_with("LABEL devarch.stack_id = shop (SYSTEM")), "{shown:#?}");
    assert!(shown.iter().any(|row| row.ends_with("= service_healthy, not required (INSTANCE)")), "{shown:#?}");
}

async fn a_secret_is_no_text(t: &TestApp) {
    t.web().await;
    let secret = json!({ "key": "TOKEN", "value": "hidden", "isSecret": true });
    t.patch("web", json!([{ "set": { "envVar": secret } }])).await;
    let template =
        json!({ "template": { "name": "app" }, "envVars": [{ "key": "TOKEN", "value": "below", "isSecret": true }] });
    t.done("updateTemplate", template, "").await;
    let shown = rows(t, "web").await;
    assert!(shown.contains(&"ENV_VAR TOKEN = - secret (INSTANCE, instead of ***)".to_owned()), "{shown:#?}");
    let whole = t.see("web", ROWS).await.to_string();
    assert!(!whole.contains("hidden") && !whole.contains("below"), "{whole}");
}

async fn every_effective_value_tells_where_it_comes_from(t: &TestApp) {
    t.web().await;
    t.patch("web", json!([{ "set": { "envVar": { "key": "MODE", "value": "prod" } } }])).await;
    let last = t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await["changes"]["nodes"][0]["id"].take();
    let selection = "effectiveConfig { entries { key ...origin } envVars { key ...origin } settings { user { ...origin } command { ...origin } }
        healthcheck { ...origin } }";
    let query = format!(
        "query {{ instance(stack: \"shop\", name: \"web\") {{ {selection} }} }} fragment origin on Effective {{ origin since {{ id }} }}"
    );
    let found = t.data(&query, json!({})).await["instance"]["effectiveConfig"].take();
    for list in ["entries", "envVars"] {
        let mode = found[list].as_array().unwrap().iter().find(|row| row["key"] == "MODE").unwrap();
        assert_eq!((&mode["origin"], &mode["since"]["id"]), (&json!("INSTANCE"), &last), "{list}");
    }
    for value in [&found["settings"]["user"], &found["settings"]["command"], &found["healthcheck"]] {
        assert_eq!(value["origin"], "TEMPLATE");
        assert!(value["since"]["id"].is_string() && value["since"]["id"] != last, "{value}");
    }
}

async fn a_past_configuration_has_rows_as_well(t: &TestApp) {
    t.web().await;
    let before = t.see("web", ROWS).await;
    let point = t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await["changes"]["nodes"][0]["id"].take();
    t.patch("web", json!([{ "set": { "envVar": { "key": "MODE", "value": "prod" } } }])).await;
    let query = format!(
        "query ($at: ID!) {{ instance(stack: \"shop\", name: \"web\") {{ version(at: {{ change: $at }}) {{ {ROWS} }} }} }}"
    );
    let found = t.data(&query, json!({ "at": point })).await;
    assert_eq!(found["instance"]["version"], before);
    assert_ne!(t.see("web", ROWS).await, before);
}

const FIGURES: &str = "query ($first: Int!) { stacks(first: $first) { nodes { name instanceCount conflictCount lastChange { action subject { ...on Stack { name } ...on Instance { name } } } } } }";

async fn a_list_of_stacks_has_figures(t: &TestApp) {
    // It has a domain, which two stacks claim.
    t.template("postgres").await;
    for stack in ["empty", "one", "two"] {
        t.stack(stack).await;
    }
    t.instance("one", "db").await;
    for name in ["db", "spare"] {
        t.instance("two", name).await;
    }
    for stack in ["one", "two"] {
        let port = json!([{ "set": { "port": { "containerPort": 5432, "hostPort": 15432 } } }]);
        let input = json!({ "instance": TestApp::by_name(stack, "db"), "operations": port });
        t.done("patchInstanceOverrides", input, "").await;
    }
    let input = json!({ "instance": TestApp::by_name("two", "spare") });
    t.done("softDeleteInstance", input, "").await;
    let found = t.data(FIGURES, json!({ "first": 100 })).await;
    let nodes = found["stacks"]["nodes"].as_array().unwrap();
    let shown: Vec<Value> = nodes
        .iter()
        .map(|it| json!([it["name"], it["instanceCount"], it["conflictCount"], it["lastChange"]["action"]]))
        .collect();
    assert_eq!(json!(shown), json!([["empty", 0, 0, "CREATE"], ["one", 1, 2, "UPDATE"], ["two", 1, 2, "SOFT_DELETE"]]));
    for (stack, node) in nodes.iter().enumerate() {
        let query = "query ($name: String!) { stack(name: $name) { conflicts { value } instances { totalCount } history(first: 1) { nodes { action subject { ...on Stack { name } ...on Instance { name } } } } } }";
        let one = t.data(query, json!({ "name": node["name"] })).await["stack"].take();
        assert_eq!(one["conflicts"].as_array().unwrap().len(), node["conflictCount"], "{stack}");
        assert_eq!(one["instances"]["totalCount"], node["instanceCount"]);
        assert_eq!(one["history"]["nodes"][0], node["lastChange"]);
    }
    // For any number of stacks.
    let (few, _) = t.cost_by_executor(FIGURES, json!({ "first": 2 })).await;
    for number in 0..10 {
        let stack = format!("more-{number}");
        t.stack(&stack).await;
        t.instance(&stack, "db").await;
    }
    let (many, _) = t.cost_by_executor(FIGURES, json!({ "first": 100 })).await;
    assert!(many <= few + 1, "{few} statements for two stacks, {many} for all");
}

async fn categories_and_the_version_are_told(t: &TestApp) {
    for (name, category) in [("rabbit", "queue"), ("postgres", "database"), ("mysql", "database"), ("other", "")] {
        let input = json!({ "name": name, "imageName": "x", "category": category });
        t.done("createTemplate", input, "").await;
    }
    let found = t.data("{ categories version }", json!({})).await;
    assert_eq!(found, json!({ "categories": ["database", "queue"], "version": env!("CARGO_PKG_VERSION") }));
    // A new one is told at once.
    t.done("createTemplate", json!({ "name": "redis", "imageName": "x", "category": "cache" }), "").await;
    assert_eq!(t.data("{ categories }", json!({})).await["categories"], json!(["cache", "database", "queue"]));
}
