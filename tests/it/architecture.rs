//! Which module may depend on which. Reads the `use` lines and paths of the source.
//!
//! The table lists every module of `src`: a new one fails the test until it is added, with what it may depend on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A module, and the modules that it may depend on. `main` and `lib` hold nothing of their own.
const ALLOWED: [(&str, &[&str]); 30] = [
    ("main", &[]),
    ("lib", &[]),
    // The command line, the server and the GraphQL schema.
    (
        "cli",
        &[
            "access",
            "app",
            "clock",
            "compose",
            "config",
            "db",
            "error",
            "graphql",
            "limits",
            "name",
            "near",
            "private_file",
            "random",
            "server",
            "stack_document",
            "telemetry",
            "vault",
        ],
    ),
    (
        "server",
        &[
            "access",
            "app",
            "budget",
            "clock",
            "compose",
            "config",
            "db",
            "document",
            "error",
            "graphql",
            "limits",
            "random",
            "read",
            "telemetry",
        ],
    ),
    (
        "graphql",
        &[
            "access",
            "app",
            "budget",
            "compose",
            "db",
            "document",
            "error",
            "fields",
            "idempotency",
            "ids",
            "kinds",
            "name",
            "read",
            "reference",
            "references",
            "stack_document",
        ],
    ),
    ("read", &["access", "app", "budget", "db", "document", "error", "fields", "ids", "kinds", "references"]),
    // Use cases, and what they use.
    (
        "app",
        &[
            "access",
            "budget",
            "clock",
            "compose",
            "db",
            "error",
            "fields",
            "idempotency",
            "ids",
            "kinds",
            "name",
            "reference",
            "references",
            "stack_document",
            "vault",
        ],
    ),
    (
        "db",
        &[
            "access",
            "budget",
            "config",
            "error",
            "fields",
            "idempotency",
            "ids",
            "kinds",
            "limits",
            "name",
            "private_file",
            "random",
            "vault",
        ],
    ),
    // The registry of plain fields.
    ("fields", &["ids", "kinds", "name"]),
    ("kinds", &["budget", "error", "ids", "name", "reference", "references", "vault", "yaml"]),
    ("compose", &["budget", "error", "ids", "kinds", "name", "references", "yaml"]),
    // The documents of stacks.
    ("stack_document", &["budget", "error", "fields", "kinds", "name", "yaml"]),
    ("document", &["limits", "near"]),
    ("yaml", &["budget"]),
    ("vault", &["config", "private_file", "random"]),
    // Leaves, and modules with few dependencies.
    ("config", &["access", "limits", "near"]),
    ("error", &["budget", "ids", "name"]),
    ("idempotency", &["access", "error"]),
    ("access", &["ids", "random"]),
    ("reference", &["ids"]),
    ("near", &[]),
    ("references", &["near"]),
    ("telemetry", &["config"]),
    ("budget", &[]),
    ("clock", &[]),
    ("ids", &["random"]),
    ("limits", &[]),
    ("name", &[]),
    ("private_file", &["random"]),
    ("random", &[]),
];

/// Crates that only some modules or files may use.
const CRATES: [(&str, &[&str]); 6] = [
    ("async_graphql", &["graphql", "kinds", "server", "error", "read", "reference.rs", "access"]),
    ("axum", &["server"]),
    // Only the middleware counts requests.
    ("prometheus_client", &["server"]),
    // The accept loop uses it; the log filter contains its name.
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
            "config/database_url/servers.rs",
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

/// The modules that code depends on: `use crate::{a::…, b::…}` names a and b. Comments and tests do not count.
fn dependencies(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => modules.push(word(rest)),
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
                            modules.push(word(&group[at..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    modules
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn modules_depend_only_on_what_they_may() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 50, "{} files", found.len());
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut wrong = BTreeSet::new();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in &found {
        let module = module(file);
        let Some(allowed) = allowed.get(module) else {
            wrong.insert(format!("{module} is not in the table"));
            continue;
        };
        for name in dependencies(text).into_iter().filter(|name| name != module && allowed_name(name)) {
            if !allowed.contains(&name.as_str()) && module != "lib" {
                wrong.insert(format!("{file} -> {name}"));
            }
            graph.entry(module.to_owned()).or_default().insert(name);
        }
        for (name, allowed) in CRATES {
            let uses = text.contains(&format!("{name}::"));
            if uses && !allowed.iter().any(|allowed| file == allowed || module == *allowed) {
                wrong.insert(format!("{file} -> {name}"));
            }
        }
    }
    for module in allowed.keys().filter(|name| !found.iter().any(|(file, _)| module(file) == **name)) {
        wrong.insert(format!("{module} is in the table, but there is no such module"));
    }
    assert_eq!(wrong, BTreeSet::new(), "dependencies that are not allowed");
    assert_eq!(cycle(&graph), None, "a cycle of modules");
}

/// Whether a name is that of a module: `crate::Name` may be a type.
fn allowed_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The modules that are part of a cycle or lead to one: those that remain after modules without dependencies are
/// removed repeatedly.
fn cycle(graph: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut left = graph.clone();
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, uses)| !uses.iter().any(|it| left.contains_key(it)))
            .map(|(name, _)| name.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    (!left.is_empty()).then(|| left.into_keys().collect())
}

#[test]
fn folders_hold_few_files() {
    fn look(folder: &Path, wrong: &mut Vec<String>) {
        let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let entries: Vec<_> = all.filter(|it| it.is_dir() || it.extension().is_some_and(|it| it == "rs")).collect();
        let most = match folder.file_name().and_then(|name| name.to_str()) {
            // The modules of the table.
            Some("src") => ALLOWED.len(),
            // One file for each of the twelve kinds, one for the variables of a stack, and what they share.
            Some("kinds") => 23,
            _ => 14,
        };
        if entries.len() > most {
            wrong.push(format!("{}: {} entries, at most {most}", folder.display(), entries.len()));
        }
        for entry in entries.iter().filter(|entry| entry.is_dir()) {
            look(entry, wrong);
        }
    }
    let mut wrong = Vec::new();
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_cycle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    };
    assert_eq!(cycle(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(cycle(&graph(&[("a", "b"), ("b", "c"), ("c", "b")])), Some(vec!["a".into(), "b".into(), "c".into()]));
}

/// With this driver, a future that is dropped while it begins a transaction leaves the connection inside it. So only
/// one module begins transactions, on a task that is never dropped.
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
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "transactions that begin elsewhere");
    let (_, own) = found.iter().find(|(file, _)| file == "db/transaction.rs").unwrap();
    assert!(own.contains("tokio::spawn") && own.contains(".begin_with_options("));
}

#[test]
fn the_reader_of_use_lines_sees_groups_and_paths() {
    let text =
        "use crate::{\n    db::{Tx, app},\n    error::Result,\n};\nfn f() { crate::graphql::sdl() }\n// crate::server";
    assert_eq!(dependencies(text), ["db", "error", "graphql"]);
}
