//! The environment of the engine: a value for each variable that the file requires.
//!
//! Used before an engine is called. It must not print a value.

use std::{collections::BTreeMap, env, fs};

use zeroize::Zeroizing;

use crate::{cli::source::Rendered, compose::EnvFiles};

/// A value for commands that use none: engines refuse to read a file as long as one of its variables is not set.
const PLACEHOLDER: &str = "unused";

/// A variable for the engine.
pub(super) type Variable = (String, Zeroizing<String>);

/// The variables to set for a rendered stack. A stored secret takes precedence over the user's environment, which counts
/// where there is none, where it is empty, or where it is not shown to the user. All variables that are still missing are
/// named, if containers are started.
pub(super) fn of(rendered: &Rendered, starts: bool) -> Result<Vec<Variable>, String> {
    let own = own();
    let (mut set, mut missing, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    for name in &rendered.variables {
        let stored = rendered.secrets.as_ref().and_then(|secrets| secrets.get(name));
        match stored.filter(|value| !value.is_empty()) {
            Some(value) => set.push((name.clone(), value.clone())),
            None if own.get(name).is_some_and(|value| !value.is_empty()) => {}
            None if !starts => set.push((name.clone(), Zeroizing::new(PLACEHOLDER.to_owned()))),
            None if stored.is_some() => empty.push(name.as_str()),
            None => missing.push(name.as_str()),
        }
    }
    let mut reasons = Vec::new();
    if !missing.is_empty() {
        let why = if rendered.secrets.is_none() { "this API key cannot reveal secrets, and " } else { "" };
        reasons.push(format!("{why}these variables are not set: {}", missing.join(", ")));
    }
    if !empty.is_empty() {
        reasons.push(format!("Compose takes no empty secret, and these are empty: {}", empty.join(", ")));
    }
    if reasons.is_empty() { Ok(set) } else { Err(reasons.join("; ")) }
}

/// The variables that the engine finds by itself: those of the environment, and of `.env` in this folder. A file that
/// cannot be read is left to the engine, which reports it.
fn own() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    let given: BTreeMap<String, String> = env::vars_os().filter_map(text).collect();
    let setting = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let listed = setting("COMPOSE_ENV_FILES");
    let disabled = ["1", "t", "T", "true", "TRUE", "True"].contains(&setting("COMPOSE_DISABLE_ENV_FILE"));
    let names: Vec<&str> = match (listed, disabled) {
        ("", true) => Vec::new(),
        ("", false) => vec![".env"],
        (listed, _) => listed.split(',').map(str::trim).collect(),
    };
    let texts: Vec<String> = names.into_iter().filter_map(|name| fs::read_to_string(name).ok()).collect();
    let mut files = EnvFiles::new(given);
    for text in &texts {
        drop(files.read(text));
    }
    files.variables()
}
