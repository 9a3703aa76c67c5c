//! The binary: what it says and how it ends when a setting is wrong.

use std::process::{Command, Output};

fn devarch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_devarch")).args(arguments).output().unwrap()
}

#[test]
fn a_wrong_setting_is_one_line_and_exit_code_2() {
    for arguments in [
        ["--listen", "localhost"].as_slice(),
        &["--database-connections", "0"],
        &["--database-url", "mysql://me:hunter2@host/db"],
        &["--database-url", "postgres://me:hunter2@host:1x/db"],
        &["--database-url", "postgres://me:hunter2@host:99999/db"],
        &["--database-url", "postgres://me:hunter2@host/db?sslmode=bogus"],
        &["--log", "devarch=loud"],
        // Without the feature any, with it this one.
        &["--otel-endpoint", "https://me:hunter2@127.0.0.1:4318"],
        &["frobnicate"],
        &["migrate"],
        &["serve", "--nonsense"],
    ] {
        let done = devarch(arguments);
        let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {err}");
        assert_eq!((out.as_str(), err.lines().count()), ("", 1), "{arguments:?}: {err}");
        assert!(err.starts_with("devarch: "), "{err}");
        assert!(!err.contains("hunter2"), "{err}");
    }
}

#[test]
fn the_schema_is_checked_against_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema.graphql");
    let printed = devarch(&["schema"]).stdout;
    std::fs::write(&file, &printed).unwrap();
    let check = ["schema", "--check", file.to_str().unwrap()];
    assert_eq!(devarch(&check).status.code(), Some(0));
    std::fs::write(&file, [b"# old\n", printed.as_slice()].concat()).unwrap();
    let stale = devarch(&check);
    assert_eq!(stale.status.code(), Some(1));
    assert!(String::from_utf8(stale.stdout).unwrap().contains("-# old"));
}

/// A folder with a database for the binary.
fn database() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("devarch.db").display());
    (folder, url)
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let (_folder, url) = database();
    let key = |arguments: &[&str]| {
        let done = devarch(&[&["--database-url", &url, "key"], arguments].concat());
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, made, _) = key(&["create", "--name", "first", "--role", "admin", "--expires", "30d"]);
    assert_eq!((code, made.len(), &made[..8]), (Some(0), 57, "devarch_"));
    let (code, _, error) = key(&["create", "--name", "first", "--role", "reader"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("There is already a key `first`"), "{error}");
    let (code, _, error) = key(&["create", "--name", "ci", "--role", "editor", "--stack", "nowhere"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("There is no stack `nowhere`."), "{error}");
    let (_, listed, _) = key(&["list"]);
    assert!(listed.starts_with("first                admin    ") && listed.contains(" until "), "{listed}");
    assert!(!listed.contains(made.trim()), "{listed}");
    assert_eq!(key(&["revoke", "first"]).0, Some(0));
    assert!(key(&["list"]).1.contains(" revoked "));
    assert_eq!(key(&["revoke", "first"]).0, Some(1));
    assert_eq!(key(&["create", "--name", "x", "--role", "king"]).0, Some(2));
}

#[test]
fn an_address_that_others_reach_takes_a_key() {
    let (_folder, url) = database();
    let done = devarch(&["--database-url", &url, "--listen", "0.0.0.0:0", "--no-catalog"]);
    let error = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(1), b"".as_slice()), "{error}");
    assert!(error.contains("there is no API key yet") && error.contains("--no-auth"), "{error}");
}
