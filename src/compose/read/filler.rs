//! Interpolates the variables of a file while it is parsed.
//!
//! Called for the parts of a file that Compose interpolates. It must report every variable that is not given, or leave it
//! to the shell that starts the stack.

use std::collections::{BTreeMap, HashSet};

use super::Refusal;
use crate::{
    compose::interpolate::{Missing, interpolate, interpolate_given, only_variable},
    kinds::compose::{EXTENSION, NoteKind, Notes, looks_secret, names_secret},
    yaml::{At, Map, Node, Value},
};

/// What becomes of a variable that the shell has when the stack starts.
const LEFT_TO_SHELL: &str = "It is left to the shell that starts the stack.";

pub(super) struct Filler<'a, 'b> {
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) path: Vec<String>,
    pub(super) notes: &'a mut Notes<'b>,
    pub(super) refusals: Vec<Refusal>,
    /// The variables of the current service that are secrets.
    pub(super) secrets: HashSet<String>,
    /// The variables of services with the value of a variable that looks like a secret, each with its place.
    pub(super) secret_places: HashSet<(At, String)>,
}

/// The names that may be those of variables in a text: `$NAME` and `${NAME…}`.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        &rest[..end]
    })
}

impl Filler<'_, '_> {
    pub(super) fn within(&mut self, part: &str, fill: impl FnOnce(&mut Self)) {
        self.path.push(part.to_owned());
        fill(self);
        self.path.pop();
    }

    pub(super) fn fill(&mut self, node: &mut Node) {
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
                self.config_of_environment(map);
                if self.path.len() == 2 {
                    self.secrets.clear();
                }
            }
            Value::List(list) => {
                for (index, node) in list.iter_mut().enumerate() {
                    self.within(&index.to_string(), |filler| filler.fill(node));
                }
            }
            Value::Text(text) if self.is_content() => {
                if text.contains('$')
                    && let Some(text) = self.filled_content(text, node.at)
                {
                    node.value = Value::Text(text);
                }
            }
            Value::Text(text) if text.contains('$') => {
                if let Some(value) = self.filled(text, node.at) {
                    node.value = value;
                }
            }
            // A name without a value has the value of the variable, and looks like it.
            Value::Null if self.takes_variables(false) => {
                let value = self.path.last().and_then(|name| self.variables.get(name)).cloned();
                if let Some(value) = value
                    && self.notes.budget().charge(0, value.len())
                {
                    node.value = Value::Text(value);
                }
            }
            Value::Text(text) if !text.contains('=') && self.takes_variables(true) => {
                if let Some(value) = self.variables.get(text.as_str())
                    && self.notes.budget().charge(0, value.len())
                {
                    node.value = Value::Text(format!("{text}={value}"));
                }
            }
            _ => {}
        }
    }

    /// Whether this is an entry of the environment or of the arguments of a build: in a list, or in a mapping.
    fn takes_variables(&self, in_list: bool) -> bool {
        let entry = match self.path.as_slice() {
            [part, _, attribute, entry] if part == "services" && attribute == "environment" => entry,
            [part, _, build, args, entry] if part == "services" && build == "build" && args == "args" => entry,
            _ => return false,
        };
        // A variable is not called by a number.
        entry.parse::<usize>().is_ok() == in_list
    }

    /// Gives a config whose content is a variable this content, if the variable is given.
    fn config_of_environment(&mut self, config: &mut Map) {
        let ([part, _], Some(node)) = (self.path.as_slice(), config.get("environment")) else { return };
        let Some(name) = node.scalar().filter(|_| part == "configs") else { return };
        let at = node.at;
        match self.variables.get(&name) {
            Some(value) => {
                if self.notes.budget().charge(1, value.len()) {
                    config.take("environment");
                    config.set("content", Node { at, ..Node::text(value.replace('$', "$$")) });
                }
            }
            None => self.within("environment", |filler| filler.note(NoteKind::Changed, at, LEFT_TO_SHELL.to_owned())),
        }
    }

    /// The content of a config: given variables are put in, the others stay.
    fn filled_content(&mut self, text: &str, at: At) -> Option<String> {
        // Compose refuses a content with an invalid reference when the stack starts, and rendering warns of it.
        let kept = interpolate_given(text, self.variables, self.notes.budget())?;
        for missing in kept.missing {
            let (Missing::Optional(name) | Missing::Required(name, _)) = missing;
            let reason = format!("The variable {name} is left to the shell that starts the stack.");
            self.note(NoteKind::Changed, at, reason);
        }
        for name in kept.within {
            let reason = format!("The variable {name} has to be given again to the shell that starts the stack.");
            self.note(NoteKind::Lost, at, reason);
        }
        Some(kept.text)
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
            // A rendered file refers to its secrets in this way. Any other text with a variable has a value of its own.
            if self.secrets.contains(&key) && is_one_reference(value) {
                return Some(bare);
            }
            if only_variable(value) == Some(key.as_str()) {
                self.note(NoteKind::Changed, at, LEFT_TO_SHELL.to_owned());
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
                    self.refuse(at, &format!("the variable {name} must be given (--var {name}=…){why}."));
                }
            }
        }
        if let Some((key, value)) = self.variable(text)
            && references(value).any(|name| match self.variables.get(name) {
                Some(value) => looks_secret(name, value),
                // What stands in its place may be one as well.
                None => names_secret(name),
            })
        {
            self.secret_places.insert((at, key));
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

/// Whether a text is a single `${…}`.
fn is_one_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && text.matches('$').count() == 1 && text.matches('}').count() == 1
}
