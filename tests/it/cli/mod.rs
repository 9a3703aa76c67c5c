//! The command line: messages and exit codes for invalid settings.

mod documentation;
mod help;
mod places;
mod start;

use std::{
    ffi::OsString,
    io::Read,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use clap::CommandFactory;
use devarch::config::{Cli, SettingsError};

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
    let (folder, url) = database();
    let done = devarch(&["--database-url", &url, "--listen", "0.0.0.0:0", "--no-catalog"]);
    let error = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), done.stdout.as_slice()), (Some(2), b"".as_slice()), "{error}");
    assert!(error.contains("there is no API key yet") && error.contains("--no-auth"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "neither a database nor a key");
}

/// The lines of standard error without the name of the program, and the exit code.
fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_devarch"))
        .args(arguments)
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for a busy machine; a bug would take for ever.
    let end = Instant::now() + Duration::from_secs(20);
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{arguments:?} {variables:?} does not end");
            }
        }
    };
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(out, "", "{arguments:?}");
    let lines = error.lines().map(|line| line.strip_prefix("devarch: ").unwrap_or_else(|| panic!("{error}")));
    (status.code(), lines.map(str::to_owned).collect())
}

/// The errors in arguments, found without starting anything, in less than a second of CPU time.
fn mistakes(arguments: &[String]) -> Vec<String> {
    let (tell, told) = std::sync::mpsc::channel();
    let given: Vec<OsString> =
        std::iter::once("devarch").map(OsString::from).chain(arguments.iter().map(OsString::from)).collect();
    std::thread::spawn(move || drop(tell.send(Cli::read(given))));
    match told.recv_timeout(Duration::from_secs(20)) {
        Ok(Err(SettingsError::Wrong(mistakes))) => mistakes,
        Ok(Err(SettingsError::Asked(text))) => panic!("{arguments:?}: {text}"),
        Ok(Ok(_)) => Vec::new(),
        Err(cause) => panic!("{arguments:?} does not end: {cause}"),
    }
}

/// An option: its flag, a value that it takes (none for one that takes none), and whether it may be given several
/// times.
struct Setting {
    flag: String,
    value: Option<&'static str>,
    several: bool,
    variable: Option<String>,
}

impl Setting {
    fn given(&self) -> Vec<String> {
        std::iter::once(self.flag.clone()).chain(self.value.map(str::to_owned)).collect()
    }
}

/// Values that options of every sort take. A new one has to be added here, or the test fails.
fn good_value(flag: &str) -> &'static str {
    match flag {
        "--listen" => "127.0.0.1:0",
        "--database-url" => "sqlite://x.db",
        "--read-database-url" => "postgres://u@h/d",
        "--secrets-key" => "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "--secrets-key-file" | "--catalog" => "somewhere",
        "--log" => "info",
        "--log-format" => "json",
        "--cors-origin" => "https://a.example",
        "--allowed-host" => "a.example",
        "--trusted-proxy" => "10.0.0.0/8",
        "--introspection" | "--pages" | "--schema-route" | "--metrics" => "admin",
        "--otel-endpoint" => "http://127.0.0.1:4318",
        "--otel-service-name" => "name",
        _ => "1",
    }
}

fn settings() -> Vec<Setting> {
    let mut command = Cli::command();
    command.build();
    let own = command.get_arguments().filter(|argument| argument.is_global_set() && argument.get_id() != "help");
    let settings = own.map(|argument| {
        let flag = format!("--{}", argument.get_long().unwrap());
        Setting {
            value: argument.get_action().takes_values().then(|| good_value(&flag)),
            several: matches!(argument.get_action(), clap::ArgAction::Append),
            variable: argument.get_env().map(|name| name.to_str().unwrap().to_owned()),
            flag,
        }
    });
    // A build without the export of traces takes no such value at all.
    settings.filter(|setting| cfg!(feature = "otel") || setting.flag != "--otel-endpoint").collect()
}

#[test]
fn an_option_given_twice_is_a_mistake_and_ends_at_once() {
    for (arguments, variables) in [
        (&["serve", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"][..], &[][..]),
        (&["--listen", "127.0.0.1:0", "serve", "--listen", "127.0.0.1:0"], &[]),
        (&["--listen=127.0.0.1:0", "--listen=127.0.0.1:0"], &[]),
        (&["--no-auth", "migrate", "up", "--no-auth"], &[]),
        (&["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"], &[("DEVARCH_LISTEN", "127.0.0.1:0")]),
        (&["key", "create", "--name", "a", "--name", "b", "--role", "admin"], &[]),
        (&["compose", "shop", "--output", "a", "--output", "b"], &[]),
        (&["import", "x.yaml", "--dry-run", "--dry-run"], &[]),
        (&["--secrets-key-file", "x", "--secrets-key-file", "x"], &[]),
        (&["--no-catalog", "--catalog", "x"], &[]),
        (&["--catalog", "x"], &[("DEVARCH_NO_CATALOG", "true")]),
    ] {
        let (code, lines) = refused(arguments, variables);
        assert_eq!((code, lines.len()), (Some(2), 1), "{arguments:?}: {lines:?}");
        assert!(lines[0].contains("cannot be used"), "{lines:?}");
    }
    // Each error has a line of its own.
    let (code, lines) =
        refused(&["--listen", "a", "--listen", "b", "--log-format", "xml", "serve", "--max-body", "x"], &[]);
    assert_eq!((code, lines.len()), (Some(2), 4), "{lines:?}");
}

#[test]
fn every_option_ends_whatever_is_wrong_with_it() {
    let settings = settings();
    assert!(settings.len() > 40, "{}", settings.len());
    for one in &settings {
        let good = one.given();
        assert_eq!(mistakes(&good), [""; 0], "{}", one.flag);
        let twice = mistakes(&[good.clone(), good.clone()].concat());
        assert_eq!(twice.len(), usize::from(!one.several), "{}: {twice:?}", one.flag);
        let around = mistakes(&[good.clone(), vec!["serve".to_owned()], good.clone()].concat());
        assert_eq!(around.len(), usize::from(!one.several), "{}: {around:?}", one.flag);
        for bad in ["", "-1", "ü\u{0} b"] {
            let given = format!("{}={bad}", one.flag);
            for arguments in [vec![given.clone()], vec![given.clone(), given.clone()]] {
                let found = mistakes(&arguments);
                assert!(
                    found.iter().all(|line| !line.contains('\n') && !line.trim().is_empty()),
                    "{arguments:?}: {found:?}"
                );
                let mut different = found.clone();
                different.dedup();
                assert_eq!(different, found, "nothing is told twice");
            }
        }
        let nothing = mistakes(std::slice::from_ref(&one.flag));
        assert_eq!(nothing.len(), usize::from(one.value.is_some()), "{}: {nothing:?}", one.flag);
    }
}

#[test]
fn two_wrong_options_are_two_mistakes() {
    let settings = settings();
    // Each with some of the others: all pairs would take a minute.
    for (at, one) in settings.iter().enumerate() {
        for distance in [1, 5, 17] {
            let other = &settings[(at + distance) % settings.len()];
            // Flags that exclude each other are one mistake together.
            let both = mistakes(&[one.given(), other.given()].concat());
            assert!(both.len() <= 1, "{} {}: {both:?}", one.flag, other.flag);
        }
    }
    let wrong: Vec<&Setting> =
        settings.iter().filter(|setting| mistakes(&[format!("{}=-\u{1}", setting.flag)]).len() == 1).collect();
    assert!(wrong.len() > 25, "{}", wrong.len());
    for pair in wrong.windows(2) {
        let both = [format!("{}=-\u{1}", pair[0].flag), format!("{}=-\u{1}", pair[1].flag)];
        assert_eq!(mistakes(&both).len(), 2, "{both:?}");
        let [one, other] = [pair[0].given(), pair[1].given()];
        let twice = [one.clone(), other.clone(), one, other].concat();
        let several = usize::from(pair[0].several) + usize::from(pair[1].several);
        assert_eq!(mistakes(&twice).len(), 2 - several, "{twice:?}");
    }
}

#[test]
fn a_wrong_variable_is_one_line_and_a_flag_goes_before_it() {
    for setting in settings().iter().step_by(5) {
        let Some(variable) = &setting.variable else { continue };
        // An option that accepts any text is passed to the command, which fails.
        let (code, lines) = refused(&["schema", "--check", "/nowhere"], &[(variable, "\u{1}")]);
        assert!(matches!(code, Some(1 | 2)) && lines.len() == 1, "{variable}: {code:?} {lines:?}");
        assert!(code == Some(1) || lines[0].contains(&setting.flag), "{variable}: {lines:?}");
    }
    let (code, lines) = refused(&["--listen", "x"], &[("DEVARCH_LISTEN", "127.0.0.1:0")]);
    assert_eq!((code, lines.len()), (Some(2), 1), "{lines:?}");
}

#[test]
fn the_parts_of_the_service_and_its_hosts_are_settings() {
    let help = String::from_utf8(devarch(&["serve", "--help"]).stdout).unwrap();
    for (flag, variable) in [
        ("--introspection", "DEVARCH_INTROSPECTION"),
        ("--pages", "DEVARCH_PAGES"),
        ("--schema-route", "DEVARCH_SCHEMA_ROUTE"),
        ("--metrics", "DEVARCH_METRICS"),
        ("--allowed-host", "DEVARCH_ALLOWED_HOST"),
    ] {
        assert!(help.contains(flag) && help.contains(variable), "{flag} is not in the help");
        let (code, lines) = refused(&[flag, "a b:"], &[]);
        assert_eq!((code, lines.len()), (Some(2), 1), "{lines:?}");
        assert!(lines[0].contains(flag), "{lines:?}");
        let (_, lines) = refused(&["schema", "--check", "/nowhere"], &[(variable, "a b:")]);
        assert!(lines.iter().any(|line| line.contains(flag)), "{lines:?}");
    }
}
