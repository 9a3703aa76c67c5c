//! References in values: what they resolve to, what is refused, and what follows a rename.

mod domains;
mod pages;
mod shared;
mod undone;

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    references_resolve_in_the_effective_configuration,
    a_reference_to_a_secret_is_a_secret,
    what_a_reference_is_made_of_is_shown,
    references_without_a_value_are_refused_with_a_suggestion,
    circles_are_refused_and_told,
    a_target_that_goes_leaves_no_empty_text,
    a_renamed_instance_is_followed,
    copies_point_at_themselves,
    compose_files_are_resolved,
    escaped_text_survives_export_and_import,
    references_are_listed_on_both_sides,
);

const APP: &str = "app";
const DB: &str = "orders-db";

/// A stack with a database, its secret password and an app that names it.
async fn shop(t: &TestApp) {
    t.stack("shop").await;
    let template = |name: &str| json!({ "name": name, "imageName": name, "imageTag": "1" });
    t.done("createTemplate", template("postgres"), "template { name }").await;
    t.done("createTemplate", template("web"), "template { name }").await;
    instance(
        t,
        DB,
        "postgres",
        json!({
            "ports": [{ "containerPort": 5432, "hostPort": 15432 }],
            "envVars": [
                { "key": "USER", "value": "orders" },
                { "key": "PASSWORD", "value": "s3cret$", "isSecret": true },
                { "key": "DATABASE", "value": "${{self.USER}}-live" },
            ],
            "domains": [{ "domain": "db.localhost", "proxyPort": 5432 }],
        }),
    )
    .await;
    instance(t, APP, "web", json!({
        "envVars": [
            { "key": "HOST", "value": "${{orders-db:host}}" },
            { "key": "URL", "value": "${{orders-db:url(5432)}}/${{orders-db.DATABASE}}" },
            { "key": "DSN", "value": "postgresql://${{orders-db.USER}}:${{orders-db.PASSWORD}}@${{orders-db:host}}" },
            { "key": "PORTS", "value": "${{orders-db:port(5432)}} ${{orders-db:hostPort(5432)}}" },
            { "key": "NAMES", "value": "${{orders-db:container}} ${{orders-db:domain}}" },
        ],
        "labels": [{ "key": "db", "value": "on ${{orders-db:host}} as ${{orders-db.PASSWORD}}" }],
        "settings": { "command": ["wait", "${{orders-db:host}}:${{orders-db:port(5432)}}"] },
        "healthcheck": { "test": ["CMD", "ask", "${{ orders-db:host }}"] },
        "configFiles": [
            { "filePath": "/a", "content": "host=${{orders-db:host}} ${HOME}\n", "isTemplate": true },
            { "filePath": "/b", "content": "host=${{orders-db:host}}\n" },
        ],
    }))
    .await;
}

async fn instance(t: &TestApp, name: &str, template: &str, overrides: Value) {
    let input = json!({
        "stack": { "name": "shop" }, "template": { "name": template }, "name": name, "overrides": overrides,
    });
    t.done("createInstance", input, "instance { name }").await;
}

/// The effective variables of an instance: values by key.
async fn values(t: &TestApp, stack: &str, name: &str) -> Value {
    let query = "query($stack: String!, $name: String!) { instance(stack: $stack, name: $name) { \
                 effectiveConfig { envVars { key value } } } }";
    let found = t.data(query, json!({ "stack": stack, "name": name })).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    vars.into_iter().map(|var| (var["key"].as_str().unwrap().to_owned(), var["value"].clone())).collect()
}

async fn set_variables(t: &TestApp, name: &str, vars: Value) -> Value {
    let input = json!({
        "instance": { "byName": { "stack": "shop", "name": name } }, "overrides": { "envVars": vars },
    });
    t.mutate("setInstanceOverrides", input, "").await
}

async fn references_resolve_in_the_effective_configuration(t: &TestApp) {
    shop(t).await;
    assert_eq!(
        values(t, "shop", APP).await,
        json!({
            "HOST": "orders-db", "URL": "postgresql://orders-db:5432/orders-live", "DSN": null,
            "PORTS": "5432 15432", "NAMES": "devarch-shop-orders-db db.localhost",
        })
    );
    let found = t
        .data(
            "{ instance(stack: \"shop\", name: \"app\") { envVars { key value } effectiveConfig { command settings { command { value } } \
             labels { key value } healthcheck { test } configFiles { filePath content } } } }",
            json!({}),
        )
        .await;
    let config = &found["instance"]["effectiveConfig"];
    assert_eq!(config["command"], json!(["wait", "orders-db:5432"]));
    assert_eq!(config["settings"]["command"]["value"], json!(["wait", "orders-db:5432"]));
    let label = config["labels"].as_array().unwrap().iter().find(|label| label["key"] == "db").unwrap();
    assert_eq!(label["value"], "on orders-db as ${{orders-db.PASSWORD}}");
    assert_eq!(config["healthcheck"]["test"], json!(["CMD", "ask", "orders-db"]));
    assert_eq!(config["configFiles"][0]["content"], "host=orders-db ${HOME}\n");
    assert_eq!(config["configFiles"][1]["content"], "host=${{orders-db:host}}\n");
    // What the instance overrides is shown as it was written.
    assert_eq!(found["instance"]["envVars"][0], json!({ "key": "HOST", "value": "${{orders-db:host}}" }));
}

async fn a_reference_to_a_secret_is_a_secret(t: &TestApp) {
    shop(t).await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key isSecret isSet } } } }";
    let found = t.data(query, json!({})).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let secret: Vec<&Value> = vars.iter().filter(|var| var["isSecret"] == true).map(|var| &var["key"]).collect();
    assert_eq!(secret, ["DSN"]);
    assert!(vars.iter().all(|var| var["isSet"] == true), "{vars:?}");
    // Through another variable, too.
    instance(t, "more", "web", json!({ "envVars": [{ "key": "A", "value": "x ${{app.DSN}}" }] })).await;
    assert_eq!(values(t, "shop", "more").await, json!({ "A": null }));
}

async fn what_a_reference_is_made_of_is_shown(t: &TestApp) {
    shop(t).await;
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key text state segments { __typename \
                 ... on TextSegment { text } ... on ReferenceSegment { text value isSecret reason targetInstance { name } \
                 target { __typename ... on EffectiveEnvVar { key value } ... on Endpoint { kind containerPort endpoint: value reference } } } } } } } }";
    let found = t.data(query, json!({})).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap().clone();
    let url = vars.iter().find(|var| var["key"] == "URL").unwrap();
    assert_eq!(url["text"], "${{orders-db:url(5432)}}/${{orders-db.DATABASE}}");
    assert_eq!(url["state"], "RESOLVED");
    assert_eq!(
        url["segments"],
        json!([
            {
                "__typename": "ReferenceSegment", "text": "${{orders-db:url(5432)}}", "value": "postgresql://orders-db:5432",
                "isSecret": false, "reason": null, "targetInstance": { "name": "orders-db" },
                "target": {
                    "__typename": "Endpoint", "kind": "URL", "containerPort": 5432, "endpoint": "postgresql://orders-db:5432",
                    "reference": "${{orders-db:url(5432)}}",
                },
            },
            { "__typename": "TextSegment", "text": "/" },
            {
                "__typename": "ReferenceSegment", "text": "${{orders-db.DATABASE}}", "value": "orders-live",
                "isSecret": false, "reason": null, "targetInstance": { "name": "orders-db" },
                "target": { "__typename": "EffectiveEnvVar", "key": "DATABASE", "value": "orders-live" },
            },
        ])
    );
    let dsn = vars.iter().find(|var| var["key"] == "DSN").unwrap();
    assert_eq!(dsn["segments"][3]["value"], json!(null));
    assert_eq!(dsn["segments"][3]["isSecret"], true);
    assert!(!found.to_string().contains("s3cret"), "{found}");
}

async fn references_without_a_value_are_refused_with_a_suggestion(t: &TestApp) {
    shop(t).await;
    for (value, expected, suggestion) in [
        ("a ${{order-db.USER}}", "REFERENCE_NOT_FOUND", json!("a ${{orders-db.USER}}")),
        ("${{orders-db.USR}}", "REFERENCE_NOT_FOUND", json!("${{orders-db.USER}}")),
        ("${{nothing:host}}", "REFERENCE_NOT_FOUND", json!(null)),
        ("${{orders-db:port(5433)}}", "REFERENCE_NO_SUCH_PORT", json!("${{orders-db:port(5432)}}")),
        ("${{app:domain}}", "REFERENCE_NOT_FOUND", json!(null)),
        ("${{shared.NAME}}", "REFERENCE_NOT_FOUND", json!(null)),
        ("${{orders-db}}", "INVALID_VALUE", json!(null)),
        ("${{orders-db.USER", "INVALID_VALUE", json!(null)),
    ] {
        let refused =
            set_variables(t, APP, json!([{ "key": "B", "value": "b" }, { "key": "A", "value": value }])).await;
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], expected, "{value}: {refused}");
        assert_eq!(error["path"], json!(["input", "overrides", "envVars", "1", "value"]), "{value}");
        assert_eq!(error["suggestion"], suggestion, "{value}");
    }
    // The place of an operation, and nothing is written.
    let input = json!({
        "instance": { "byName": { "stack": "shop", "name": APP } },
        "operations": [{ "set": { "label": { "key": "x", "value": "y" } } }, { "set": { "label": { "key": "z", "value": "${{no:host}}" } } }],
    });
    let refused = t.mutate("patchInstanceOverrides", input, "").await;
    assert_eq!(refused["userErrors"][0]["path"], json!(["input", "operations", "1", "set", "label", "value"]));
    assert_eq!(values(t, "shop", APP).await["HOST"], "orders-db");
}

async fn circles_are_refused_and_told(t: &TestApp) {
    shop(t).await;
    let itself = set_variables(t, APP, json!([{ "key": "A", "value": "x${{self.A}}" }])).await;
    assert_eq!(itself["userErrors"][0]["code"], "REFERENCE_CYCLE");
    let refused = set_variables(
        t,
        DB,
        json!([
            { "key": "USER", "value": "${{app.URL}}" }, { "key": "DATABASE", "value": "${{self.USER}}" },
            { "key": "PASSWORD", "isSecret": true },
        ]),
    )
    .await;
    let error = &refused["userErrors"][0];
    assert_eq!(error["code"], "REFERENCE_CYCLE", "{refused}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("app.URL → orders-db.DATABASE → orders-db.USER → app.URL"), "{message}");
}

async fn a_target_that_goes_leaves_no_empty_text(t: &TestApp) {
    shop(t).await;
    let input = json!({ "instance": { "byName": { "stack": "shop", "name": DB } } });
    let gone = t.done("softDeleteInstance", input, "instance { id }").await;
    let found = values(t, "shop", APP).await;
    assert!(found.as_object().unwrap().values().all(Value::is_null), "{found}");
    let query = "{ instance(stack: \"shop\", name: \"app\") { effectiveConfig { envVars { key isSet state text } } \
                 references { kind key state reason } } stack(name: \"shop\") { compose { text warnings { instance message } \
                 requiredVariables } } }";
    let found = t.data(query, json!({})).await;
    let vars = found["instance"]["effectiveConfig"]["envVars"].as_array().unwrap();
    assert!(vars.iter().all(|var| var["state"] == "UNRESOLVED" && var["isSet"] == false), "{vars:?}");
    let text = found["stack"]["compose"]["text"].as_str().unwrap();
    assert!(
        text.contains("HOST: \"${UNRESOLVED__ORDERS_DB_HOST:?")
            || text.contains("HOST: ${UNRESOLVED__ORDERS_DB_HOST:?"),
        "{text}"
    );
    let warnings = found["stack"]["compose"]["warnings"].to_string();
    assert!(warnings.contains("The stack has no instance `orders-db`"), "{warnings}");
    // It comes back.
    let id = gone["instance"]["id"].clone();
    t.done("restoreInstance", json!({ "instance": { "id": id } }), "instance { name }").await;
    assert_eq!(values(t, "shop", APP).await["HOST"], "orders-db");
    // A disabled one is told.
    let input = json!({ "instance": { "byName": { "stack": "shop", "name": DB } }, "enabled": false });
    t.done("updateInstance", input, "instance { name }").await;
    let found = t.data(query, json!({})).await;
    assert_eq!(found["instance"]["effectiveConfig"]["envVars"][0]["state"], "DISABLED_TARGET", "{found}");
}

async fn a_renamed_instance_is_followed(t: &TestApp) {
    shop(t).await;
    let before = values(t, "shop", APP).await;
    let rename =
        |from: &str, to: &str| json!({ "instance": { "byName": { "stack": "shop", "name": from } }, "name": to });
    t.done("renameInstance", rename(DB, "main-db"), "instance { name }").await;
    let after = values(t, "shop", APP).await;
    let expected = before.to_string().replace(DB, "main-db");
    assert_eq!(after, serde_json::from_str::<Value>(&expected).unwrap());
    let query = "{ instance(stack: \"shop\", name: \"app\") { overrideCount envVars { key value } settings { command } \
                 history(first: 1) { nodes { action cause { action } edits { __typename } } } } }";
    let found = t.data(query, json!({})).await;
    let instance = &found["instance"];
    assert_eq!(instance["envVars"][0], json!({ "key": "HOST", "value": "${{main-db:host}}" }));
    assert_eq!(instance["settings"]["command"], json!(["wait", "${{main-db:host}}:${{main-db:port(5432)}}"]));
    assert_eq!(instance["history"]["nodes"][0]["cause"]["action"], "RENAME", "{found}");
    // There and back.
    t.done("renameInstance", rename("main-db", DB), "instance { name }").await;
    assert_eq!(values(t, "shop", APP).await, before);
    let refers = t.data("{ instance(stack: \"shop\", name: \"app\") { overrideCount } }", json!({})).await;
    assert_eq!(refers["instance"]["overrideCount"], instance["overrideCount"]);
}

async fn copies_point_at_themselves(t: &TestApp) {
    shop(t).await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { name }").await;
    let copied = values(t, "copy", APP).await;
    assert_eq!(copied["NAMES"], "devarch-copy-orders-db db.localhost");
    t.done("forkStack", json!({ "stack": { "name": "shop" }, "name": "fork" }), "stack { name }").await;
    let forked = values(t, "fork", APP).await;
    let ports = forked["PORTS"].as_str().unwrap();
    assert!(ports.starts_with("5432 ") && ports != "5432 15432", "{ports}");
}

async fn compose_files_are_resolved(t: &TestApp) {
    shop(t).await;
    let query = "{ stack(name: \"shop\") { compose { text requiredVariables } } }";
    let found = t.data(query, json!({})).await;
    let text = found["stack"]["compose"]["text"].as_str().unwrap();
    for part in [
        "HOST: orders-db\n",
        "URL: postgresql://orders-db:5432/orders-live\n",
        "postgresql://orders:${ORDERS_DB__PASSWORD:?the secret PASSWORD of orders-db}@orders-db",
        "on orders-db as ${ORDERS_DB__PASSWORD:?the secret PASSWORD of orders-db}",
        "- orders-db:5432\n",
        "host=orders-db ${HOME}",
        "host=$${{orders-db:host}}",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The template needs HOME.
    assert_eq!(found["stack"]["compose"]["requiredVariables"], json!(["ORDERS_DB__PASSWORD"]));
    let revealed = t.data("{ stack(name: \"shop\") { compose(revealSecrets: true) { text } } }", json!({})).await;
    let text = revealed["stack"]["compose"]["text"].as_str().unwrap();
    assert!(text.contains("postgresql://orders:s3cret$$@orders-db"), "{text}");
}

async fn escaped_text_survives_export_and_import(t: &TestApp) {
    shop(t).await;
    // Without secrets, whose variables an import needs.
    set_variables(t, APP, json!([{ "key": "URL", "value": "${{orders-db:url(5432)}}/${{orders-db.DATABASE}}" }])).await;
    let labels = json!({ "instance": TestApp::by_name("shop", APP), "overrides": { "labels": [] } });
    t.done("setInstanceOverrides", labels, "instance { name }").await;
    instance(t, "ci", "web", json!({ "envVars": [{ "key": "EXPR", "value": "$${{ github.sha }} ${HOME}" }] })).await;
    assert_eq!(values(t, "shop", "ci").await, json!({ "EXPR": "${{ github.sha }} ${HOME}" }));
    let found = t.data("{ stack(name: \"shop\") { compose { text } } }", json!({})).await;
    let text = found["stack"]["compose"]["text"].as_str().unwrap();
    assert!(text.contains("EXPR: \"$${{ github.sha }} $${HOME}\""), "{text}");
    let input = json!({ "stack": { "name": "again" }, "files": [{ "text": text }] });
    t.done("importCompose", input, "stack { name }").await;
    assert_eq!(values(t, "again", "ci").await, json!({ "EXPR": "${{ github.sha }} ${HOME}" }));
    // What was resolved is plain text there.
    assert_eq!(values(t, "again", APP).await["URL"], "postgresql://orders-db:5432/orders-live");
}

async fn references_are_listed_on_both_sides(t: &TestApp) {
    shop(t).await;
    let query = "{ instance(stack: \"shop\", name: \"orders-db\") { references { kind key text state targetInstance { name } } \
                 referencedBy { instance { name } kind key text } endpoints { kind containerPort value reference } } }";
    let found = t.data(query, json!({})).await;
    let instance = &found["instance"];
    assert_eq!(
        instance["references"],
        json!([{
            "kind": "ENV_VAR", "key": "DATABASE", "text": "${{self.USER}}", "state": "RESOLVED",
            "targetInstance": { "name": "orders-db" },
        }])
    );
    let by = instance["referencedBy"].as_array().unwrap();
    assert!(by.iter().all(|one| one["instance"]["name"] == APP));
    let kinds: std::collections::BTreeSet<&str> = by.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["CONFIG_FILE", "ENV_VAR", "HEALTHCHECK", "LABEL", "SETTING"]);
    let endpoints: Vec<&str> =
        instance["endpoints"].as_array().unwrap().iter().map(|one| one["reference"].as_str().unwrap()).collect();
    assert_eq!(
        endpoints,
        [
            "${{orders-db:host}}",
            "${{orders-db:container}}",
            "${{orders-db:domain}}",
            "${{orders-db:port(5432)}}",
            "${{orders-db:hostPort(5432)}}",
            "${{orders-db:url(5432)}}",
        ]
    );
}
