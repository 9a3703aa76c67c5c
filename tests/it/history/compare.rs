//! Comparing stacks: two of them, two states of one, and a document.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    a_copy_is_the_same_until_it_changes,
    keys_and_secrets_are_shown_as_everywhere,
    instances_are_paired,
    secrets_are_compared_for_those_who_may_know,
    a_stack_is_compared_with_a_document,
    two_states_are_compared,
);

const DIFF: &str = "query ($a: StackPointInput!, $b: StackPointInput!) { diffStacks(a: $a, b: $b) { same fields { field from to }
    onlyInA { name templateName version { name } } onlyInB { name version { name } } changed { name fields { field from to } entries {
    kind key change from { __typename ... on Label { value } ... on Port { hostPort } } to { __typename ... on Label { value }
    ... on Port { hostPort } } } } } }";

fn named(stack: &str) -> Value {
    json!({ "stack": { "name": stack } })
}

async fn diff(t: &TestApp, a: Value, b: Value) -> Value {
    t.data(DIFF, json!({ "a": a, "b": b })).await["diffStacks"].take()
}

async fn patch(t: &TestApp, stack: &str, name: &str, operations: Value) {
    let input = json!({ "instance": TestApp::by_name(stack, name), "operations": operations });
    t.done("patchInstanceOverrides", input, "instance { id }").await;
}

/// The changed keys of the only instance that differs.
fn keys(found: &Value) -> Vec<String> {
    let [changed] = found["changed"].as_array().unwrap().as_slice() else { panic!("{found}") };
    let entries = changed["entries"].as_array().unwrap().iter();
    entries.map(|entry| format!("{} {} {}", entry["kind"], entry["key"], entry["change"]).replace('"', "")).collect()
}

async fn a_copy_is_the_same_until_it_changes(t: &TestApp) {
    t.web().await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { id }").await;
    let found = diff(t, named("shop"), named("copy")).await;
    assert_eq!(found["fields"], json!([{ "field": "name", "from": "shop", "to": "copy" }]));
    assert_eq!([&found["onlyInA"], &found["onlyInB"], &found["changed"]], [&json!([]), &json!([]), &json!([])]);
    assert_eq!(found["same"], false);
    assert_eq!(diff(t, named("shop"), named("shop")).await["same"], true);
    patch(t, "copy", "web", json!([{ "set": { "label": { "key": "new", "value": "x" } } }, { "remove": { "port": { "containerPort": 443 } } }])).await;
    let found = diff(t, named("shop"), named("copy")).await;
    assert_eq!(keys(&found), ["PORT 443/tcp REMOVED", "LABEL new ADDED"]);
    assert_eq!(keys(&diff(t, named("copy"), named("shop")).await), ["PORT 443/tcp ADDED", "LABEL new REMOVED"]);
    // A dependency leads inside each stack, and is the same.
    let db = t.data("{ stack(name: \"shop\") { instances { nodes { name } } } }", json!({})).await;
    let others = db["stack"]["instances"]["nodes"].as_array().unwrap().iter();
    let other = others.map(|it| it["name"].as_str().unwrap().to_owned()).find(|name| name != "web");
    if let Some(other) = other {
        for stack in ["shop", "copy"] {
            let dependency = json!([{ "set": { "dependency": { "instance": TestApp::by_name(stack, &other) } } }]);
            patch(t, stack, "web", dependency).await;
        }
        assert_eq!(keys(&diff(t, named("shop"), named("copy")).await), ["PORT 443/tcp REMOVED", "LABEL new ADDED"]);
    }
    for (a, message) in [
        (named("nosuch"), "There is no stack `nosuch`."),
        (json!({ "stack": { "id": "x" } }), "No stack has this id."),
        (json!({ "document": "services: [" }), ""),
    ] {
        let refused = t.graphql(DIFF, json!({ "a": a, "b": named("shop") })).await;
        assert!(!refused["errors"][0]["message"].as_str().unwrap().is_empty(), "{refused}");
        if !message.is_empty() {
            assert_eq!(refused["errors"][0]["message"], message);
        }
    }
}

async fn keys_and_secrets_are_shown_as_everywhere(t: &TestApp) {
    t.web().await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { id }").await;
    let operations = json!([
        { "set": { "volume": { "volumeType": "TMPFS", "target": "/var/cache" } } },
        { "set": { "configFile": { "filePath": "/etc/new.conf", "content": "x" } } },
        { "set": { "envVar": { "key": "NEW", "value": "s3cret", "isSecret": true } } },
    ]);
    patch(t, "copy", "web", operations).await;
    assert_eq!(
        keys(&diff(t, named("shop"), named("copy")).await),
        ["VOLUME /var/cache ADDED", "ENV_VAR NEW ADDED", "CONFIG_FILE /etc/new.conf ADDED"]
    );
    // A caller that may not reveal the secret still sees that there is one.
    let key = json!({ "name": "reader", "role": "READER", "stacks": null, "expiresAt": null });
    let token = t.done("createApiKey", key, "token").await["token"].as_str().unwrap().to_owned();
    let reader = t.behind(devarch::server::AuthMode::Keys, None).showing(Some(&token));
    let query = "{ diffStacks(a: { stack: { name: \"shop\" } }, b: { stack: { name: \"copy\" } }) { changed { entries { to { ... on EnvVar {
        key value isSecret isSet } } } } } }";
    for t in [t, &reader] {
        let found = t.data(query, json!({})).await["diffStacks"]["changed"][0]["entries"].take();
        let secret = json!({ "key": "NEW", "value": null, "isSecret": true, "isSet": true });
        assert!(found.as_array().unwrap().iter().any(|entry| entry["to"][0] == secret), "{found}");
    }
}

async fn instances_are_paired(t: &TestApp) {
    t.shop().await;
    t.stack("other").await;
    for name in ["db", "reports", "cache"] {
        t.instance("other", name).await;
    }
    t.instance("shop", "stats").await;
    // Two of one template are left on one side, so they are no pair.
    let found = diff(t, named("shop"), named("other")).await;
    let names = |of: &Value| {
        of.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&found["onlyInA"]), names(&found["onlyInB"])),
        (vec!["stats".to_owned()], vec!["reports".to_owned(), "cache".to_owned()])
    );
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("other", "cache") }), "instance { id }").await;
    let found = diff(t, named("shop"), named("other")).await;
    let renamed = json!([{ "name": "reports", "fields": [{ "field": "name", "from": "stats", "to": "reports" }], "entries": [] }]);
    assert_eq!((&found["onlyInA"], &found["onlyInB"], &found["changed"]), (&json!([]), &json!([]), &renamed));
}

async fn secrets_are_compared_for_those_who_may_know(t: &TestApp) {
    t.shop().await;
    t.done("duplicateStack", json!({ "stack": { "name": "shop" }, "name": "copy" }), "stack { id }").await;
    let secret = |value: &str| json!([{ "set": { "envVar": { "key": "POSTGRES_PASSWORD", "value": value, "isSecret": true } } }]);
    patch(t, "copy", "db", secret("devarch")).await;
    assert_eq!(diff(t, named("shop"), named("copy")).await["changed"], json!([]), "the same value in two places");
    patch(t, "copy", "db", secret("other")).await;
    let found = diff(t, named("shop"), named("copy")).await;
    assert_eq!(keys(&found), ["ENV_VAR POSTGRES_PASSWORD CHANGED"]);
    assert!(!found.to_string().contains("devarch\""), "{found}");
    let key = json!({ "name": "reader", "role": "READER", "stacks": null, "expiresAt": null });
    let token = t.done("createApiKey", key, "token").await["token"].as_str().unwrap().to_owned();
    let reader = t.behind(devarch::server::AuthMode::Keys, None).showing(Some(&token));
    assert_eq!(diff(&reader, named("shop"), named("copy")).await["changed"], json!([]));
}

async fn a_stack_is_compared_with_a_document(t: &TestApp) {
    let text = "services:\n  web:\n    image: acme/web:1\n    ports: ['8080:80']\n    labels: { a: '1' }\n    depends_on: [db]\n  db:\n    image: postgres:17\n";
    let files = json!([{ "name": "compose.yaml", "text": text }]);
    t.done("importCompose", json!({ "files": files, "stack": { "name": "blog" } }), "stack { name }").await;
    let before = t
        .data("{ stacks { totalCount } templates { totalCount } changes(first: 1) { nodes { id } } }", json!({}))
        .await;
    let document = |text: &str| json!({ "document": text });
    assert_eq!(diff(t, named("blog"), document(text)).await["same"], true);
    let found = diff(
        t,
        named("blog"),
        document(
            &text
                .replace("8080", "9090")
                .replace("  db:\n    image: postgres:17\n", "")
                .replace("    depends_on: [db]\n", ""),
        ),
    )
    .await;
    assert_eq!(found["onlyInA"][0]["name"], "db");
    // Its template has the name that the document gives it, and no other each time.
    let more = text.replacen("services:\n", "services:\n  new:\n    image: x\n", 1);
    let more = diff(t, document(&more), named("blog")).await;
    assert_eq!(more["onlyInA"], json!([{ "name": "new", "templateName": "new", "version": null }]));
    assert_eq!(keys(&found), ["PORT 80/tcp CHANGED", "DEPENDENCY db REMOVED"]);
    assert_eq!(found["changed"][0]["entries"][0]["to"], json!([{ "__typename": "Port", "hostPort": 9090 }]));
    let after = t
        .data("{ stacks { totalCount } templates { totalCount } changes(first: 1) { nodes { id } } }", json!({}))
        .await;
    assert_eq!(after, before, "nothing is written");
    let losses = "query ($b: StackPointInput!) { diffStacks(a: { stack: { name: \"blog\" } }, b: $b) { same losses { line path } } }";
    let unused = format!("{text}volumes:\n  unused: {{}}\n");
    let lost = t.data(losses, json!({ "b": document(&unused) })).await;
    assert_eq!(lost["diffStacks"], json!({ "same": true, "losses": [{ "line": 10, "path": "volumes.unused" }] }));
    let empty = diff(t, named("blog"), document("services: {}")).await;
    assert_eq!(empty["onlyInA"].as_array().map(Vec::len), Some(2), "{empty}");
}

async fn two_states_are_compared(t: &TestApp) {
    t.web().await;
    let cursor = t.data("{ stack(name: \"shop\") { changeCursor } }", json!({})).await["stack"]["changeCursor"].take();
    patch(t, "shop", "web", json!([{ "set": { "label": { "key": "new", "value": "x" } } }])).await;
    t.done(
        "renameInstance",
        json!({ "instance": TestApp::by_name("shop", "web"), "name": "front" }),
        "instance { id }",
    )
    .await;
    let then = json!({ "version": { "stack": { "name": "shop" }, "at": { "cursor": cursor } } });
    let found = diff(t, then.clone(), named("shop")).await;
    assert_eq!(keys(&found), ["LABEL new ADDED"]);
    assert_eq!(found["changed"][0]["fields"], json!([{ "field": "name", "from": "web", "to": "front" }]));
    assert_eq!(diff(t, then.clone(), then).await["same"], true);
}
