//! Idempotency keys: a repeated mutation is not run again, and returns the first result.

mod outcomes;
mod replays;
mod selections;

use axum::{
    body::Body,
    http::{Request, header::CONTENT_TYPE},
};
use devarch::server::AuthMode;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Rng, TestApp, both, code};

both!(
    every_mutation_happens_once,
    a_key_is_for_one_request,
    what_was_refused_may_be_sent_again,
    twins_wait_for_each_other,
    a_key_belongs_to_who_sends_it,
    a_key_is_forgotten_after_a_day,
    the_header_is_for_one_change,
    a_new_api_key_is_told_again_and_stored_nowhere,
    answers_that_are_cut_off_are_had_again,
);

/// How many keys are sent, each three to five times. The full run uses 1,000.
const CUT: usize = 40;

fn with(mut input: Value, key: &str) -> Value {
    input["idempotencyKey"] = json!(key);
    input
}

/// The only value of a statement.
async fn number(t: &TestApp, sql: &str) -> i64 {
    let db = t.db.writer();
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// The id of the last change.
async fn last_change(t: &TestApp) -> Value {
    t.data("{ changes(first: 1) { nodes { id } } }", json!({})).await["changes"]["nodes"][0]["id"].take()
}

#[expect(clippy::too_many_lines, reason = "a list")]
async fn every_mutation_happens_once(t: &TestApp) {
    t.template("postgres").await;
    let by_name = TestApp::by_name;
    let stack = |name: &str| json!({ "stack": { "name": name } });
    let all = [
        ("createStack", json!({ "name": "shop", "description": "a" }), "stack { id name revision createdAt }"),
        ("updateStack", json!({ "stack": { "name": "shop" }, "description": "b" }), "stack { revision updatedAt }"),
        (
            "setSharedVars",
            json!({ "stack": { "name": "shop" }, "vars": [{ "key": "MODE", "value": "dev", "inject": "ALL" }] }),
            "stack { revision sharedVars { key value } }",
        ),
        ("createInstance", TestApp::new_instance("shop", "db"), "instance { id name revision createdAt }"),
        (
            "setInstanceOverrides",
            json!({ "instance": by_name("shop", "db"), "overrides": { "labels": [{ "key": "a", "value": "1" }] } }),
            "instance { revision overrideCount labels { key } }",
        ),
        (
            "patchInstanceOverrides",
            json!({ "instance": by_name("shop", "db"), "operations": [{ "set": { "label": { "key": "b", "value": "2" } } }] }),
            "instance { revision overrideCount }",
        ),
        ("revertChange", json!({ "change": "?" }), "change { id action } instance { revision labels { key } }"),
        (
            "restoreVersion",
            json!({ "instance": by_name("shop", "db"), "at": { "ago": "PT0S" } }),
            "change { id } instance { revision } warnings { code }",
        ),
        ("redactChange", json!({ "change": "?", "reason": "a test" }), "change { id action } instance { revision }"),
        (
            "updateInstance",
            json!({ "instance": by_name("shop", "db"), "enabled": false }),
            "instance { revision enabled }",
        ),
        (
            "duplicateInstance",
            json!({ "instance": by_name("shop", "db") }),
            "instance { id name } warnings { message }",
        ),
        ("renameInstance", json!({ "instance": by_name("shop", "db"), "name": "pg" }), "instance { name revision }"),
        ("softDeleteInstance", json!({ "instance": by_name("shop", "pg") }), "instance { id deletedAt }"),
        ("restoreInstance", json!({ "instance": { "id": "?" } }), "instance { id name deletedAt }"),
        ("softDeleteInstance", json!({ "instance": by_name("shop", "pg") }), "instance { deletedAt }"),
        ("purgeInstance", json!({ "instance": { "id": "?" } }), "purgedId"),
        ("duplicateStack", stack("shop"), "stack { id name } warnings { message }"),
        (
            "forkStack",
            json!({ "stack": { "name": "shop" }, "key": "k", "portBlock": 3 }),
            "stack { id name } created environment portBlock { from to } portMap { instance from to } warnings { message }",
        ),
        ("renewLease", json!({ "stack": { "name": "shop-k" }, "expiresIn": "P1D" }), "stack { id lease { isEnding } }"),
        ("renameStack", json!({ "stack": { "name": "shop-copy" }, "name": "blog" }), "stack { name revision }"),
        ("softDeleteStack", stack("shop"), "stack { id deletedAt }"),
        ("restoreStack", json!({ "stack": { "id": "?" } }), "stack { name deletedAt }"),
        ("softDeleteStack", stack("shop"), "stack { deletedAt }"),
        ("purgeStack", json!({ "stack": { "id": "?" } }), "purgedId"),
        ("createTemplate", json!({ "name": "app", "imageName": "app" }), "template { id name createdAt }"),
        ("updateTemplate", json!({ "template": { "name": "app" }, "imageTag": "2" }), "template { imageTag revision }"),
        ("deleteTemplate", json!({ "template": { "name": "app" } }), "template { name imageTag }"),
        (
            "importCompose",
            json!({ "files": [{ "text": "services: { web: { image: nginx } }" }], "stack": { "name": "new" } }),
            "stack { name outcome } templates { name outcome } instances { name outcome } changes { reason } lossCount",
        ),
        (
            "applyStack",
            json!({ "stack": "newer", "owner": "git:x", "source": { "compose": [{ "text": "services: { web: { image: nginx } }" }] } }),
            "stack { name owners } created changed templates { name outcome } instances { name outcome } changes { reason } \
             warnings { message }",
        ),
        ("revealSecret", json!({ "template": { "name": "postgres" }, "key": "POSTGRES_PASSWORD" }), "value"),
        ("createApiKey", json!({ "name": "ci", "role": "READER" }), "token apiKey { name createdAt }"),
        ("revokeApiKey", json!({ "name": "ci" }), "apiKey { name revokedAt }"),
    ];
    let schema = t.data("{ __schema { mutationType { fields { name } } } }", json!({})).await;
    for field in schema["__schema"]["mutationType"]["fields"].as_array().unwrap() {
        assert!(all.iter().any(|(name, ..)| field["name"] == *name), "{field} is not tried");
    }
    let mut id = Value::Null;
    let mut before = Vec::new();
    for (n, (field, mut input, selection)) in all.into_iter().enumerate() {
        for of in ["stack", "instance"] {
            if input[of]["id"] == "?" {
                input[of]["id"] = id.clone();
            }
        }
        if input["change"] == "?" {
            input["change"] = last_change(t).await;
        }
        let input = with(input, &format!("key {n}"));
        let first = t.done(field, input.clone(), selection).await;
        for of in ["stack", "instance"] {
            if first[of]["id"].is_string() {
                id = first[of]["id"].clone();
            }
        }
        assert_eq!(t.done(field, input.clone(), selection).await, first, "{field}");
        before.push((field, input, selection, first));
    }
    // Much later: an existing subject is shown as it was, a purged one is `NOT_FOUND`.
    for (field, input, _, first) in before {
        let plain = match field {
            "createStack" | "updateStack" | "renameStack" => "stack { name description revision updatedAt }",
            "createInstance" | "renameInstance" => "instance { name revision enabled containerName }",
            "deleteTemplate" => "template { name imageTag }",
            "purgeStack" | "purgeInstance" => "purgedId",
            _ => continue,
        };
        let again = t.mutate(field, input, plain).await;
        if !matches!(field, "deleteTemplate" | "renameStack" | "purgeStack" | "purgeInstance") {
            assert_eq!(TestApp::codes(&again), [code("NOT_FOUND", "input.idempotencyKey")], "{field}");
            continue;
        }
        assert_eq!(again["userErrors"], json!([]), "{field}");
        for (of, value) in first.as_object().unwrap() {
            for (key, value) in value.as_object().into_iter().flatten().filter(|(key, _)| !again[of][key].is_null()) {
                assert_eq!(again[of][key], *value, "{field} {key}");
            }
        }
    }
}

async fn a_key_is_for_one_request(t: &TestApp) {
    let reused = [code("IDEMPOTENCY_KEY_REUSED", "input.idempotencyKey")];
    t.done("createStack", with(json!({ "name": "shop" }), "k"), "").await;
    assert_eq!(t.refused("createStack", with(json!({ "name": "blog" }), "k")).await, reused);
    assert_eq!(t.refused("createStack", with(json!({ "name": "shop", "description": "x" }), "k")).await, reused);
    let other = with(json!({ "stack": { "name": "shop" } }), "k");
    assert_eq!(t.refused("softDeleteStack", other).await, reused);
    // Neither the order of the fields nor the selection is part of the input.
    let query =
        "mutation { createStack(input: { idempotencyKey: \"k\", name: \"shop\" }) { stack { name revision } } }";
    assert_eq!(t.data(query, json!({})).await["createStack"]["stack"], json!({ "name": "shop", "revision": 1 }));
    assert_eq!(number(t, "SELECT count(*) FROM stacks").await, 1);
    for key in ["", "ü", &"x".repeat(256)] {
        let refused = t.refused("createStack", with(json!({ "name": "blog" }), key)).await;
        assert_eq!(refused, [code("INVALID_VALUE", "input.idempotencyKey")], "{key}");
    }
}

async fn what_was_refused_may_be_sent_again(t: &TestApp) {
    t.shop().await;
    let input = with(TestApp::new_instance("shop", "db"), "k");
    assert_eq!(t.refused("createInstance", input.clone()).await, [code("NAME_TAKEN", "input.name")]);
    assert_eq!(number(t, "SELECT count(*) FROM idempotency_keys").await, 0);
    t.done("softDeleteInstance", json!({ "instance": TestApp::by_name("shop", "db") }), "").await;
    let first = t.done("createInstance", input.clone(), "instance { id }").await;
    assert_eq!(t.done("createInstance", input, "instance { id }").await, first);
    // A dry run stores nothing.
    let file = json!({ "files": [{ "text": "services: { web: { image: nginx } }" }], "dryRun": true });
    for _ in 0..2 {
        let tried = t.done("importCompose", with(file.clone(), "try"), "templates { outcome }").await;
        assert_eq!(tried["templates"][0]["outcome"], "CREATED");
    }
}

async fn twins_wait_for_each_other(t: &TestApp) {
    t.shop().await;
    let answers = t
        .at_once(24, |t: TestApp, n| async move {
            let input = with(json!({ "instance": TestApp::by_name("shop", "db") }), &format!("k{}", n % 3));
            (n % 3, t.done("duplicateInstance", input, "instance { id name }").await)
        })
        .await;
    for (key, answer) in &answers {
        let first = answers.iter().find(|(other, _)| other == key).map(|(_, answer)| answer);
        assert_eq!(Some(answer), first);
    }
    assert_eq!(number(t, "SELECT count(*) FROM service_instances").await, 4);
}

async fn a_key_belongs_to_who_sends_it(t: &TestApp) {
    let mut tokens = Vec::new();
    for name in ["a", "b"] {
        let made = t.done("createApiKey", json!({ "name": name, "role": "ADMIN" }), "token").await;
        tokens.push(made["token"].as_str().unwrap().to_owned());
    }
    for (token, name) in tokens.iter().zip(["shop", "blog"]) {
        let t = t.behind(AuthMode::Keys, Some(token));
        for _ in 0..2 {
            t.done("createStack", with(json!({ "name": name }), "k"), "").await;
        }
    }
    assert_eq!(number(t, "SELECT count(*) FROM stacks").await, 2);
}

async fn a_key_is_forgotten_after_a_day(t: &TestApp) {
    let day = 24 * 60 * 60 * 1000;
    for n in 0..5 {
        t.done("createStack", with(json!({ "name": format!("s{n}") }), &format!("k{n}")), "").await;
    }
    t.skip_time(day - 1000);
    t.done("createStack", with(json!({ "name": "s0" }), "k0"), "").await;
    t.skip_time(2000);
    assert_eq!(
        t.refused("createStack", with(json!({ "name": "s0" }), "k0")).await,
        [code("NAME_TAKEN", "input.name")],
        "it is done again"
    );
    // Each new row deletes two expired ones.
    t.done("createStack", with(json!({ "name": "x" }), "k1"), "").await;
    assert_eq!(number(t, "SELECT count(*) FROM idempotency_keys").await, 3);
    t.done("createStack", with(json!({ "name": "y" }), "y"), "").await;
    assert_eq!(number(t, "SELECT count(*) FROM idempotency_keys").await, 2);
}

async fn the_header_is_for_one_change(t: &TestApp) {
    let send = async |key: &str, query: &str| -> (u16, Value) {
        let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json").header("Idempotency-Key", key);
        let body = Body::from(json!({ "query": query }).to_string());
        let answer = t.send(request.header("Accept", "application/graphql-response+json").body(body).unwrap()).await;
        (answer.status().as_u16(), serde_json::from_str(&TestApp::text(answer).await).unwrap())
    };
    let one = "mutation { createStack(input: { name: \"shop\" }) { stack { id } userErrors { code } } }";
    let first = send("k", one).await;
    assert_eq!(send("k", one).await, first);
    assert_eq!(send("\"k\"", one).await, first, "as the draft of the standard has it");
    let (_, taken) = send("l", one).await;
    assert_eq!(taken["data"]["createStack"]["userErrors"][0]["code"], "NAME_TAKEN");
    let named = one.replace("name:", "idempotencyKey: \"k\", name:");
    assert_eq!(send("other", &named).await, first, "the input's own key counts");
    let two = "mutation { a: createStack(input: { name: \"a\" }) { stack { id } } b: createStack(input: { name: \"b\" }) { \
               stack { id } } }";
    let (status, refused) = send("two", two).await;
    assert_eq!((status, &refused["errors"][0]["extensions"]["code"]), (400, &json!("BAD_REQUEST")));
    assert_eq!(send("k", "{ stack(name: \"shop\") { name } }").await.0, 200, "a query takes no notice");
    let request =
        Request::post("/graphql").header(CONTENT_TYPE, "application/json").header("Idempotency-Key", &b"\xff"[..]);
    let answer = t.send(request.body(Body::from(json!({ "query": one }).to_string())).unwrap()).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(number(t, "SELECT count(*) FROM stacks").await, 1);
}

async fn a_new_api_key_is_told_again_and_stored_nowhere(t: &TestApp) {
    let input = with(json!({ "name": "ci", "role": "READER" }), "k");
    let first = t.done("createApiKey", input.clone(), "token apiKey { name }").await;
    assert_eq!(t.done("createApiKey", input.clone(), "token apiKey { name }").await, first);
    let token = first["token"].as_str().unwrap();
    let db = t.db.writer();
    let sql = "SELECT id, request, outcome FROM idempotency_keys";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    for column in 0..3 {
        let text: String = row.try_get_by_index(column).unwrap();
        assert!(!text.contains(token) && text != "k", "{text}");
    }
}

/// Each key is sent three to five times over a connection that is cut after some bytes of the answer, or before it.
async fn answers_that_are_cut_off_are_had_again(t: &TestApp) {
    t.shop().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let traffic = devarch::server::TransportLimits::default();
    let router = t.router_with(&traffic);
    let (stop, stopped) = tokio::sync::mpsc::channel(1);
    let served = tokio::spawn(devarch::server::serve(listener, router, traffic, stopped));
    let clients = (0..8).map(|client| {
        tokio::spawn(async move {
            let mut rng = Rng(client + 1);
            for n in (client as usize..CUT).step_by(8) {
                let query = format!(
                    "mutation {{ duplicateInstance(input: {{ instance: {{ byName: {{ stack: \"shop\", name: \"db\" }} }}, \
                     idempotencyKey: \"k{n}\" }}) {{ instance {{ id name }} userErrors {{ code }} }} }}"
                );
                let body = json!({ "query": query }).to_string();
                let request = format!(
                    "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let times = 3 + rng.below(3);
                let mut whole = Vec::new();
                for time in 1..=times {
                    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
                    stream.write_all(request.as_bytes()).await.unwrap();
                    if time < times {
                        let mut part = vec![0; rng.below(600)];
                        if !part.is_empty() {
                            let _ = stream.read(&mut part).await.unwrap();
                        }
                        continue;
                    }
                    while !String::from_utf8_lossy(&whole).contains("}}}") {
                        let mut part = [0; 4096];
                        let read = stream.read(&mut part).await.unwrap();
                        assert_ne!(read, 0);
                        whole.extend(&part[..read]);
                    }
                }
                let answer = String::from_utf8(whole).unwrap();
                assert!(answer.contains("\"userErrors\":[]"), "{answer}");
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let copies = number(t, "SELECT count(*) FROM service_instances").await - 1;
    assert_eq!(copies, CUT as i64);
    stop.send(()).await.unwrap();
    served.await.unwrap().unwrap();
}
