//! The key file at the start of the binary: created on first use, refused if it is wrong, and never logged.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use devarch::db::DbUrl;
use serde_json::json;

use super::{PLANTED, secret};
use crate::support::{Service, TestApp, both};

both!(the_binary_keeps_secrets_out_of_its_log_and_starts_only_with_their_key);

fn url(t: &TestApp) -> String {
    match &t.url {
        DbUrl::Sqlite(file) => format!("sqlite://{}", file.display()),
        DbUrl::Postgres(url) => url.clone(),
    }
}

fn devarch(t: &TestApp, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_devarch"));
    command.args(["--database-url", &url(t), "--no-catalog", "--listen", "127.0.0.1:0"]).args(arguments);
    command.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ends(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

async fn the_binary_keeps_secrets_out_of_its_log_and_starts_only_with_their_key(t: &TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let default_file = match &t.url {
        DbUrl::Sqlite(file) => file.with_file_name("test.db.key"),
        DbUrl::Postgres(_) => folder.path().join("data/devarch.key"),
    };
    assert!(!default_file.exists());
    let service = Service::start(devarch(t, folder.path(), &["--log", "trace"]));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&default_file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let query = "mutation ($stack: CreateStackInput!, $template: CreateTemplateInput!, $instance: CreateInstanceInput!,
                           $bad: CreateTemplateInput!) {
        createStack(input: $stack) { userErrors { message } }
        createTemplate(input: $template) { userErrors { message } }
        createInstance(input: $instance) { instance { envVars { key value isSet } } userErrors { message } }
        bad: createTemplate(input: $bad) { userErrors { message suggestion } } }";
    let variables = json!({
        "stack": { "name": "shop" },
        "template": { "name": "postgres", "imageName": "postgres", "envVars": [secret("A", PLANTED)] },
        "instance": { "stack": { "name": "shop" }, "template": { "name": "postgres" }, "name": "db",
                      "overrides": { "envVars": [secret("B", PLANTED)] } },
        "bad": { "name": "Bad", "imageName": "x", "envVars": [secret("1", &format!("{PLANTED}\0"))] },
    });
    let answer = service.graphql(query, variables).await;
    assert_eq!(answer["data"]["createInstance"]["instance"]["envVars"][0]["isSet"], true, "{answer}");
    assert!(!answer["data"]["bad"]["userErrors"].as_array().unwrap().is_empty());
    assert!(!answer.to_string().contains(PLANTED), "{answer}");
    let reveal = "mutation { revealSecret(input: { instance: { byName: { stack: \"shop\", name: \"db\" } }, key: \"B\" }) \
                  { value } }";
    assert_eq!(service.graphql(reveal, json!({})).await["data"]["revealSecret"]["value"], PLANTED);
    // A new key while it runs, from another process.
    let (code, rotated) = ends(&mut devarch(t, folder.path(), &["secrets", "rotate"]));
    assert_eq!(code, Some(0), "{rotated}");
    assert!(rotated.contains("All 2 secrets are encrypted") && rotated.contains("Not needed any more"), "{rotated}");
    assert_eq!(service.graphql(reveal, json!({})).await["data"]["revealSecret"]["value"], PLANTED);
    let log = service.kill();
    assert!(log.contains("secret revealed") && log.contains("devarch::access"), "the log is complete: {log}");
    let keys = std::fs::read_to_string(&default_file).unwrap();
    let key_lines: Vec<&str> = keys.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(key_lines.len(), 2);
    for text in [PLANTED, key_lines[0].split(' ').nth(1).unwrap(), key_lines[1].split(' ').nth(1).unwrap()] {
        assert!(!log.contains(text), "a secret is in the log");
    }

    let (code, status) = ends(&mut devarch(t, folder.path(), &["secrets", "status"]));
    assert_eq!(code, Some(0), "{status}");
    assert!(status.contains("2 secrets  current") && status.contains("0 secrets  not needed any more"), "{status}");

    // It does not start without its key file, with another one, or with one that other users can read.
    let refused = |arguments: &[&str], because: &str| {
        let (code, text) = ends(&mut devarch(t, folder.path(), arguments));
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(because) && !text.contains("Open http"), "{because}: {text}");
    };
    let elsewhere = folder.path().join("elsewhere.key");
    std::fs::rename(&default_file, &elsewhere).unwrap();
    refused(&[], "is missing");
    assert!(!default_file.exists(), "no new key takes its place");
    let other = folder.path().join("other.key");
    let (_, line) = ends(&mut devarch(t, folder.path(), &["secrets", "new-key"]));
    std::fs::write(&other, &line).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o644)).unwrap();
        refused(&["--secrets-key-file", other.to_str().unwrap()], "chmod 600");
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    refused(&["--secrets-key-file", other.to_str().unwrap()], "that key is not here");
    refused(&["--secrets-key", line.trim()], "that key is not here");
    refused(&["--secrets-key-file", "nowhere.key"], "secrets new-key");
    let (code, text) = ends(&mut devarch(t, folder.path(), &["--secrets-key", "mine c2hvcnQ="]));
    assert_eq!((code, text.contains("c2hvcnQ")), (Some(2), false), "{text}");
    // `DEVARCH_SECRETS_KEY` works as well as the file.
    let keys = std::fs::read_to_string(&elsewhere).unwrap();
    let mut with_keys = devarch(t, folder.path(), &[]);
    with_keys
        .env("DEVARCH_SECRETS_KEY", keys.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(","));
    let service = Service::start(with_keys);
    assert_eq!(service.graphql(reveal, json!({})).await["data"]["revealSecret"]["value"], PLANTED);
}
