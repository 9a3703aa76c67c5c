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
