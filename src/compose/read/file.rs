//! Parses one Compose file into its parts, and interpolates variables.
//!
//! Called for every file. It must not depend on other files.

use std::collections::{BTreeMap, HashSet};

use super::Refusal;
use crate::{
    compose::interpolate::{Missing, interpolate, only_variable},
    kinds::compose::{Definitions, EXTENSION, NoteKind, Notes},
    yaml::{self, At, Map, Node, Value},
};

/// A parsed file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) services: Map,
    pub(super) definitions: Definitions,
    /// The contents of `x-devarch`.
    pub(super) meta: Map,
}

/// Parses a file and interpolates its variables.
pub(super) fn parse(
    text: &str,
    file: usize,
    variables: &BTreeMap<String, String>,
    notes: &mut Notes<'_>,
) -> Result<Parsed, Vec<Refusal>> {
    let refuse = |at, message| vec![Refusal::new(at, message)];
    let document = yaml::read_within(text, file, notes.budget()).map_err(|error| match notes.budget().exceeded() {
        Some(why) => vec![Refusal::exceeded(At { file, line: error.line }, why)],
        None => refuse(At { file, line: error.line }, format!("This is not YAML: {}.", error.message)),
    })?;
    let document = match document.value {
        Value::Map(map) => map,
        Value::Null => Map::new(),
        _ => return Err(refuse(document.at, format!("A Compose file is a mapping, not {}.", document.what()))),
    };
    let mut filler = Filler { variables, path: Vec::new(), notes, refusals: Vec::new(), secrets: HashSet::new() };
    let mut parsed = Parsed::default();
    for (key, mut node) in document {
        let part = match key.as_str() {
            "services" | "volumes" | "configs" | "secrets" => {
                filler.within(&key, |filler| filler.fill(&mut node));
                map_of(&key, node).map_err(|refusal| vec![refusal])?
            }
            EXTENSION => {
                parsed.meta = map_of(&key, node).map_err(|refusal| vec![refusal])?;
                continue;
            }
            _ => {
                other(&key, &node, filler.notes);
                continue;
            }
        };
        match key.as_str() {
            "services" => parsed.services = part,
            "volumes" => parsed.definitions.volumes = part,
            "configs" => parsed.definitions.configs = part,
            _ => parsed.definitions.secrets = part,
        }
    }
    if filler.refusals.is_empty() { Ok(parsed) } else { Err(filler.refusals) }
}

fn map_of(key: &str, node: Node) -> Result<Map, Refusal> {
    match node.value {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(Refusal::new(node.at, format!("`{key}` is a mapping, not {}.", node.what()))),
    }
}

/// Adds a note about a top-level part that is neither services nor definitions.
fn other(key: &str, node: &Node, notes: &mut Notes<'_>) {
    let mut note = |fate, path: &str, at, reason: &str| notes.push(fate, path, at, reason);
    match (key, &node.value) {
        ("name", _) => note(NoteKind::Changed, key, node.at, "The project is called devarch-STACK here."),
        ("version", _) => note(NoteKind::Changed, key, node.at, "It is obsolete, and Compose ignores it."),
        ("networks", Value::Map(networks)) => {
            for (name, network) in networks.iter() {
                let only_name = network.as_map().is_none_or(|map| map.iter().all(|(key, _)| key == "name"));
                let fate = if name == "default" && only_name { NoteKind::Changed } else { NoteKind::Lost };
                note(fate, &format!("networks.{name}"), network.at, "A stack has one network of its own.");
            }
        }
        ("include", _) => note(NoteKind::Lost, key, node.at, "Give the other files as well."),
        (key, _) if key.starts_with("x-") => {
            note(NoteKind::Lost, key, node.at, "An extension that belongs to no service is not held.");
        }
        _ => note(NoteKind::Lost, key, node.at, "This part of a file cannot be held."),
    }
}

struct Filler<'a, 'b> {
    variables: &'a BTreeMap<String, String>,
    path: Vec<String>,
    notes: &'a mut Notes<'b>,
    refusals: Vec<Refusal>,
    /// The variables of the current service that are secrets.
    secrets: HashSet<String>,
}

impl Filler<'_, '_> {
    fn within(&mut self, part: &str, fill: impl FnOnce(&mut Self)) {
        self.path.push(part.to_owned());
        fill(self);
        self.path.pop();
    }

    fn fill(&mut self, node: &mut Node) {
        if self.notes.budget().is_exceeded() {
            return;
        }
        match &mut node.value {
            Value::Map(map) => {
                if let ([part, _], Some(extension)) = (self.path.as_slice(), map.get(EXTENSION))
                    && part == "services"
                {
                    let listed = extension.as_map().and_then(|map| map.get("secrets")).and_then(Node::as_list);
                    self.secrets = listed.unwrap_or_default().iter().filter_map(Node::scalar).collect();
                }
                for (key, node) in map.iter_mut() {
                    let key = key.to_owned();
                    self.within(&key, |filler| filler.fill(node));
                }
                if self.path.len() == 2 {
                    self.secrets.clear();
                }
            }
            Value::List(list) => {
                for (index, node) in list.iter_mut().enumerate() {
                    self.within(&index.to_string(), |filler| filler.fill(node));
                }
            }
            // Reading the content decides whether its variables are interpolated when the stack starts.
            Value::Text(_) if self.is_content() => {}
            Value::Text(text) if text.contains('$') => {
                if let Some(value) = self.filled(text, node.at) {
                    node.value = value;
                }
            }
            _ => {}
        }
    }

    fn is_content(&self) -> bool {
        matches!(self.path.as_slice(), [part, _, key] if part == "configs" && key == "content")
    }

    /// The environment variable whose value a text is, and that value.
    fn variable<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        match self.path.as_slice() {
            [part, _, attribute, last] if part == "services" && attribute == "environment" => {
                match text.split_once('=') {
                    Some((key, value)) if last.parse::<usize>().is_ok() => Some((key.to_owned(), value)),
                    _ => Some((last.clone(), text)),
                }
            }
            _ => None,
        }
    }

    fn filled(&mut self, text: &str, at: At) -> Option<Value> {
        let budget = self.notes.budget();
        let Some(filled) = interpolate(text, self.variables, budget) else {
            // After the budget is exceeded every text is refused; only the first refusal is reported.
            match budget.exceeded() {
                Some(_) if !self.refusals.is_empty() => {}
                Some(why) => self.refusals.push(Refusal::exceeded(at, why)),
                None => self.refuse(at, "a `${` names no variable here; write `$${` for the text itself."),
            }
            return None;
        };
        if let Some((key, value)) = self.variable(text)
            && !filled.missing.is_empty()
        {
            // In a list it is the key alone, in a mapping a key without a value.
            let bare = if text.len() == value.len() { Value::Null } else { Value::Text(key.clone()) };
            if self.secrets.contains(&key) {
                return Some(bare);
            }
            if only_variable(value) == Some(key.as_str()) {
                self.note(NoteKind::Changed, at, "It is left to the shell that starts the stack.".to_owned());
                return Some(bare);
            }
        }
        for missing in filled.missing {
            match missing {
                Missing::Optional(name) => {
                    let reason = format!("The variable {name} is not given; nothing stands in its place.");
                    self.note(NoteKind::Lost, at, reason);
                }
                Missing::Required(name, why) => {
                    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                    self.refuse(at, &format!("the variable {name} must be given{why}."));
                }
            }
        }
        Some(Value::Text(filled.text))
    }

    fn note(&mut self, fate: NoteKind, at: At, reason: String) {
        if !self.notes.budget().is_exceeded() {
            self.notes.push(fate, &self.path.join("."), at, &reason);
        }
    }

    fn refuse(&mut self, at: At, reason: &str) {
        let message = format!("{}: {reason}", self.path.join("."));
        if self.notes.budget().charge(1, message.len()) {
            self.refusals.push(Refusal::new(at, message));
        }
    }
}
