//! Stacks as Compose files, over HTTP and on the command line.

use std::process::{Command, Output};

use axum::{
    body::Body,
    http::{
        Method, Request, Response,
        header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
};
use devarch::{
    db::DbUrl,
    server::AuthMode,
    vault::{Keyring, Vault},
};
use serde_json::{Value, json};

use super::{render, text};
use crate::{
    access::key,
    support::{TestApp, both},
};

both!(
    a_stack_is_a_file_with_a_tag,
    what_a_client_has_is_not_sent_again,
    layers_are_two_files,
    what_cannot_be_answered_is_json,
    the_door_is_that_of_graphql,
    routes_are_counted_by_their_pattern,
    the_command_prints_the_file,
    the_command_writes_both_files,
);

const FILE: &str = "/stacks/shop/compose.yaml";

async fn get(t: &TestApp, path: &str) -> Response<Body> {
    t.send(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn has(t: &TestApp, path: &str, tags: &str) -> u16 {
    let request = Request::get(path).header(IF_NONE_MATCH, tags).body(Body::empty()).unwrap();
    t.send(request).await.status().as_u16()
}

async fn a_stack_is_a_file_with_a_tag(t: &TestApp) {
    t.shop().await;
    let rendered = render(t, "shop", "FLAT", false).await;
    let answer = get(t, FILE).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/yaml");
    assert_eq!(answer.headers()[CACHE_CONTROL], "private, no-cache");
    assert_eq!(answer.headers()[ETAG], format!("\"{}\"", text(&rendered["hash"])));
    assert_eq!(TestApp::text(answer).await, text(&rendered["text"]));
    let head = t.send(Request::head(FILE).body(Body::empty()).unwrap()).await;
    assert_eq!((head.status().as_u16(), &head.headers()[CONTENT_TYPE]), (200, &"application/yaml".parse().unwrap()));
    assert_eq!(head.headers()[CONTENT_LENGTH], text(&rendered["text"]).len().to_string());
    assert_eq!(TestApp::text(head).await, "");
    let revealed = get(t, &format!("{FILE}?reveal=true")).await;
    assert_eq!(revealed.headers()[CACHE_CONTROL], "no-store");
    assert!(TestApp::text(revealed).await.contains("POSTGRES_PASSWORD: devarch\n"));
}

async fn what_a_client_has_is_not_sent_again(t: &TestApp) {
    t.shop().await;
    let first = get(t, FILE).await;
    let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
    for tags in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        assert_eq!(has(t, FILE, &tags).await, 304, "{tags}");
    }
    let request = Request::get(FILE).header(IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
    let unchanged = t.send(request).await;
    assert_eq!(unchanged.headers()[ETAG], tag);
    assert_eq!(TestApp::text(unchanged).await, "");
    assert_eq!(has(t, &format!("{FILE}?mode=layered"), &tag).await, 200);
    t.set("db", json!({ "labels": [{ "key": "a", "value": "b" }] })).await;
    assert_eq!(has(t, FILE, &tag).await, 200);
    t.set("db", json!({ "labels": [] })).await;
    assert_eq!(has(t, FILE, &tag).await, 304);
}

async fn layers_are_two_files(t: &TestApp) {
    t.web().await;
    t.set("web", TestApp::overrides()).await;
    let rendered = render(t, "shop", "LAYERED", false).await;
    for (path, field) in [("compose.yaml?mode=layered", "text"), ("compose.override.yaml", "override")] {
        let answer = get(t, &format!("/stacks/shop/{path}")).await;
        assert_eq!(answer.headers()[ETAG], format!("\"{}\"", text(&rendered["hash"])));
        assert_eq!(TestApp::text(answer).await, text(&rendered[field]), "{path}");
    }
}

async fn what_cannot_be_answered_is_json(t: &TestApp) {
    t.shop().await;
    t.stack("gone").await;
    t.done("softDeleteStack", json!({ "stack": { "name": "gone" } }), "").await;
    for (method, path, status, code) in [
        (Method::GET, "/stacks/nowhere/compose.yaml", 404, "NOT_FOUND"),
        (Method::GET, "/stacks/gone/compose.yaml", 404, "NOT_FOUND"),
        (Method::GET, "/stacks/a%00b/compose.override.yaml", 404, "NOT_FOUND"),
        (Method::GET, "/stacks/%ff/compose.yaml", 404, "NOT_FOUND"),
        (Method::GET, "/stacks/shop/compose.yaml?mode=deep", 400, "BAD_REQUEST"),
        (Method::GET, "/stacks/shop/compose.yaml?reveal=yes", 400, "BAD_REQUEST"),
        (Method::POST, FILE, 405, "BAD_REQUEST"),
        (Method::DELETE, "/stacks/nowhere/compose.override.yaml", 405, "BAD_REQUEST"),
    ] {
        let request = Request::builder().method(&method).uri(path).body(Body::empty()).unwrap();
        let answer = t.send(request).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
        if status == 405 {
            assert_eq!(answer.headers()[ALLOW], "GET, HEAD");
        }
        let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{method} {path}");
    }
}

async fn the_door_is_that_of_graphql(t: &TestApp) {
    t.shop().await;
    t.stack("mine").await;
    let guarded = t.behind(AuthMode::Keys, None);
    for path in [FILE, "/stacks/shop/compose.override.yaml"] {
        assert_eq!(get(&guarded, path).await.status(), 401);
    }
    let (reader, limited) = (key(t, "r", "READER", None).await, key(t, "l", "ADMIN", Some(&["mine"])).await);
    let status = async |key: &str, path: &str| {
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {key}")).body(Body::empty()).unwrap();
        guarded.send(request).await.status().as_u16()
    };
    assert_eq!(status(&reader, FILE).await, 200);
    assert_eq!(status(&reader, &format!("{FILE}?reveal=true")).await, 403);
    assert_eq!(status(&reader, "/stacks/nowhere/compose.yaml?reveal=true").await, 403);
    assert_eq!(status(&limited, FILE).await, 404);
    assert_eq!(status(&limited, "/stacks/mine/compose.yaml?reveal=true").await, 200);
}

async fn routes_are_counted_by_their_pattern(t: &TestApp) {
    for path in [FILE, "/stacks/other/compose.yaml", "/stacks/x/compose.override.yaml", "/stacks/x/else.yaml"] {
        get(t, path).await;
    }
    let figures = TestApp::text(get(t, "/metrics").await).await;
    for (route, count) in [("/stacks/{name}/compose.yaml", 2), ("/stacks/{name}/compose.override.yaml", 1), ("none", 1)]
    {
        let line = format!("devarch_http_requests_total{{route=\"{route}\",status=\"404\"}} {count}\n");
        assert!(figures.contains(&line), "{line} in {figures}");
    }
}

fn devarch(t: &TestApp, secrets: &str, arguments: &[&str]) -> Output {
    let url = match &t.url {
        DbUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DbUrl::Postgres(url) => url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--database-url", &url, "--log", "error"]).args(arguments).env("DEVARCH_SECRETS_KEY", secrets);
    command.output().unwrap()
}

/// The application with a key for secrets that can be passed to the command line, and that key.
fn with_key(t: &TestApp) -> (TestApp, String) {
    let made = Command::new(env!("CARGO_BIN_EXE_devarch")).args(["secrets", "new-key"]).output().unwrap();
    let line = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    (t.with_vault(Vault::new(line.parse::<Keyring>().unwrap())), line)
}

async fn the_command_prints_the_file(t: &TestApp) {
    let (t, line) = with_key(t);
    t.shop().await;
    t.instance("shop", "old").await;
    t.done("updateInstance", json!({ "instance": TestApp::by_name("shop", "old"), "enabled": false }), "").await;
    let shown = |output: &[u8]| String::from_utf8(output.to_vec()).unwrap();
    let done = devarch(&t, &line, &["compose", "shop"]);
    assert_eq!(shown(&done.stdout), text(&render(&t, "shop", "FLAT", false).await["text"]), "{}", shown(&done.stderr));
    assert_eq!(
        shown(&done.stderr),
        "devarch: warning: old: It is disabled: it is left out. Where it still runs, `up --remove-orphans` ends it.\n"
    );
    let done = devarch(&t, &line, &["compose", "shop", "--reveal-secrets"]);
    assert_eq!(shown(&done.stdout), text(&render(&t, "shop", "FLAT", true).await["text"]));
    let done = devarch(&t, &line, &["compose", "nowhere"]);
    assert_eq!((done.status.code(), shown(&done.stdout)), (Some(1), String::new()));
    assert_eq!(shown(&done.stderr), "devarch: there is no stack `nowhere`\n");
    assert_eq!(devarch(&t, &line, &["compose", "shop", "--layered"]).status.code(), Some(2));
}

async fn the_command_writes_both_files(t: &TestApp) {
    let (t, line) = with_key(t);
    t.shop().await;
    t.set("db", json!({ "ports": [{ "containerPort": 1 }] })).await;
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("new/shop");
    let into_text = into.to_str().unwrap();
    let done = devarch(&t, &line, &["compose", "shop", "--layered", "--output", into_text, "--reveal-secrets"]);
    assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(0), b"".as_slice()));
    let rendered = render(&t, "shop", "LAYERED", true).await;
    for (name, field) in [("compose.yaml", "text"), ("compose.override.yaml", "override")] {
        assert_eq!(std::fs::read_to_string(into.join(name)).unwrap(), text(&rendered[field]));
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(into.join(name)).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{name} holds secrets");
        }
    }
    let done = devarch(&t, &line, &["compose", "shop", "--output", into_text]);
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(told.contains("compose.override.yaml is there, and Compose takes it as well"), "{told}");
}
