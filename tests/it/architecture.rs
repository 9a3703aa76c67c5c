//! The rooms of the house: who may know whom. Reads the `use` lines and paths of the source.

use std::{fs, path::Path};

/// Room, and the rooms it must never name.
const FORBIDDEN: [(&str, &[&str]); 15] = [
    ("yaml", &["db", "app", "kinds", "compose", "graphql", "server", "cli", "config", "error", "name", "ids"]),
    ("compose", &["db", "app", "graphql", "server", "cli", "config"]),
    ("kinds", &["db", "app", "graphql", "server", "cli", "config"]),
    ("db", &["app", "graphql", "server", "cli", "config"]),
    ("app", &["graphql", "server", "cli", "config"]),
    ("graphql", &["server", "cli", "config"]),
    ("server", &["cli", "config"]),
    ("name.rs", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error"]),
    ("ids.rs", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name"]),
    ("reference.rs", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name"]),
    ("access", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name"]),
    ("clock.rs", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name"]),
    ("vault", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name", "ids"]),
    ("telemetry", &["db", "app", "kinds", "graphql", "server", "cli", "config", "error", "name", "ids"]),
    ("error", &["db", "app", "kinds", "graphql", "server", "cli", "config"]),
];

/// Crates that belong to some rooms only.
const CRATES: [(&str, &[&str]); 7] = [
    ("async_graphql", &["graphql", "kinds", "server", "error", "reference.rs", "access"]),
    ("axum", &["server"]),
    ("opentelemetry", &["telemetry"]),
    // Only the layers at the auth_mode count.
    ("prometheus_client", &["server"]),
    // The accept loop; the log knows its name.
    ("hyper", &["server", "telemetry"]),
    ("hyper_util", &["server"]),
    (
        "sea_orm",
        &[
            "db",
            "kinds",
            "ids.rs",
            "reference.rs",
            "error",
            "app/instances/naming.rs",
            "app/overrides/effective.rs",
            "app/stacks/container_names.rs",
            "app/compose/import/collections.rs",
        ],
    ),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            let name = name.strip_prefix("src/").unwrap_or(&name).to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The code without comments, in which `use crate::{a::…, b::…}` names the rooms a and b.
fn rooms_named(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.push(word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && c.is_alphabetic() => {
                            rooms.push(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    rooms
}

#[test]
fn no_room_knows_what_it_must_not_know() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 50, "{} files", found.len());
    let mut wrong = Vec::new();
    for (file, text) in &found {
        let room = file.split('/').next().unwrap();
        let named = rooms_named(text);
        if let Some((_, forbidden)) = FORBIDDEN.iter().find(|(name, _)| *name == room) {
            wrong.extend(
                named.iter().filter(|name| forbidden.contains(&name.as_str())).map(|name| format!("{file} -> {name}")),
            );
        }
        for (name, allowed) in CRATES {
            let uses = text.contains(&format!("{name}::"));
            if uses && !allowed.iter().any(|allowed| file == allowed || room == *allowed) {
                wrong.push(format!("{file} -> {name}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "arrows that the house forbids");
}

/// A future that is dropped while it begins a transaction leaves the connection inside of it, with this driver: there is one
/// place that begins them, on a task that nobody drops.
#[test]
fn transactions_begin_in_one_place() {
    let mut found = Vec::new();
    for folder in ["src", "migration/src"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    let begins =
        [".begin()", ".begin_with(", ".begin_with_options(", ".begin_with_config(", ".transaction(", ".transaction::<"];
    let wrong: Vec<String> = found
        .iter()
        .filter(|(file, _)| file != "db/transaction.rs")
        .flat_map(|(file, text)| {
            begins.iter().filter(|word| text.contains(**word)).map(move |word| format!("{file}: {word}"))
        })
        // Counts requests.
        .filter(|wrong| wrong != "server/transport/connection.rs: .begin()")
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "transactions that begin elsewhere");
    let (_, own) = found.iter().find(|(file, _)| file == "db/transaction.rs").unwrap();
    assert!(own.contains("tokio::spawn") && own.contains(".begin_with_options("));
}

#[test]
fn the_reader_of_use_lines_sees_groups_and_paths() {
    let text =
        "use crate::{\n    db::{Tx, app},\n    error::Result,\n};\nfn f() { crate::graphql::sdl() }\n// crate::server";
    assert_eq!(rooms_named(text), ["db", "error", "graphql"]);
}
