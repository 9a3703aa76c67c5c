//! Help, suggestions, completions and manual pages.

use clap::{Command, CommandFactory};
use devarch::config::{Cli, SettingsError};

use super::{devarch, refused};

fn read(line: &str) -> Result<Cli, SettingsError> {
    let words = line.split('\'').enumerate().flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
        _ => vec![part.to_owned()],
    });
    Cli::read(words.map(Into::into))
}

/// The names of all commands, with those of their parts.
fn commands(command: &Command, above: &[String]) -> Vec<Vec<String>> {
    let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
    parts.fold(Vec::new(), |mut all, part| {
        let name = [above, &[part.get_name().to_owned()]].concat();
        all.extend(commands(part, &name));
        all.push(name);
        all
    })
}

#[test]
fn each_command_explains_its_own_options_and_its_examples_can_be_typed() {
    let all = commands(&Cli::command(), &[]);
    assert!(all.len() > 25, "{}", all.len());
    for name in all {
        let mut line: Vec<&str> = name.iter().map(String::as_str).collect();
        line.push("--help");
        let Err(SettingsError::Asked(help)) = read(&format!("devarch {}", line.join(" "))) else { panic!("{line:?}") };
        assert!(help.contains("Usage: "), "{line:?}: {help}");
        // The settings of the service are with `serve` only.
        assert_eq!(help.contains("--max-body"), name[0] == "serve", "{line:?}: {help}");
        assert_eq!(help.contains("devarch serve --help"), name[0] != "serve", "{line:?}: {help}");
        let Err(SettingsError::Asked(same)) = read(&format!("devarch help {}", name.join(" "))) else {
            panic!("{name:?}")
        };
        assert!(same.contains("Usage: "), "{name:?}");
        for example in help.lines().filter_map(|line| line.strip_prefix("  devarch")) {
            assert!(read(&format!("devarch{example}")).is_ok(), "{example}");
        }
        let parts = name.len() > 1 || !["key", "secrets", "migrate"].contains(&name[0].as_str());
        let simple = ["healthcheck", "secrets", "migrate", "key"].contains(&name[0].as_str());
        assert!(!parts || simple || help.contains("Examples:"), "{name:?}");
    }
    let Err(SettingsError::Asked(help)) = read("devarch --help") else { panic!() };
    assert!(help.lines().count() < 60 && help.contains("devarch serve --help"), "{help}");
}

#[test]
fn what_is_nearly_right_is_suggested() {
    for (arguments, near) in [
        (&["imprt"][..], "`import`"),
        (&["import", "--stak", "x"], "`--stack`"),
        (&["serve", "--lissten", "x"], "`--listen`"),
        (&["import", "--on-conflict", "updat"], "`update`"),
        (&["key", "creat"], "`create`"),
    ] {
        let (code, lines) = refused(arguments, &[]);
        assert_eq!((code, lines.len()), (Some(2), 1), "{lines:?}");
        assert!(lines[0].ends_with(&format!("; did you mean {near}?")), "{lines:?}");
    }
}

#[test]
fn shells_and_manual_pages_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = String::from_utf8(devarch(&["completions", shell]).stdout).unwrap();
        for word in ["import", "on-conflict", "completions", "forks"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = String::from_utf8(devarch(&["man"]).stdout).unwrap();
    assert!(page.contains(".TH devarch 1") && page.contains("import"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    // The second time it writes over its own pages.
    for _ in 0..2 {
        assert!(devarch(&["man", "--output", path]).status.success());
    }
    let import = std::fs::read_to_string(folder.path().join("devarch-import.1")).unwrap();
    assert!(import.contains("\\-\\-override") && !import.contains("\\-\\-max\\-body"), "{import}");
    std::fs::write(folder.path().join("devarch.1"), "mine\n").unwrap();
    assert_eq!(devarch(&["man", "--output", path]).status.code(), Some(1));
}
