//! A Compose service that is being rendered, and its context.
//!
//! Filled by the kinds, read by `compose::render`. It must not load anything.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::literal;
use crate::{
    ids::InstanceId,
    references::{Piece, Resolved, Resolver, Segment, StackValues, escaped, has_references, parse},
    yaml::{Map, Node},
};

/// The context in which the services of a file are rendered.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// The instances of the stack by id: their names, and whether they are enabled.
    pub instances: HashMap<InstanceId, (String, bool)>,
    /// The beginning of the names of the stack's own volumes.
    pub storage_name: String,
    /// Whether secrets are written into the file.
    pub reveal: bool,
    /// The values of variables, if they are written in place of the variables inside of texts.
    pub given: Option<Arc<BTreeMap<String, String>>>,
    /// The variables to which the file refers, each with its secret.
    pub variables: BTreeMap<String, SecretOf>,
    /// What references in texts stand for.
    pub values: Arc<StackValues>,
    /// The variables that stand for references without a value.
    pub unresolved: BTreeSet<String>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// The secret that a variable of a rendered file stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretOf {
    /// The name of the instance; `None` for a variable of the stack.
    pub instance: Option<String>,
    /// The key of the environment variable.
    pub key: String,
}

/// A warning about a rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The instance; `None` if the warning is about the whole stack.
    pub instance: Option<String>,
    /// The message, a sentence.
    pub message: String,
}

/// A service that is being rendered.
#[derive(Debug)]
pub struct Rendered<'a> {
    /// The name of the instance, which is the name of the service.
    pub instance: &'a str,
    /// The beginning of the names of its volumes.
    pub storage_name: &'a str,
    /// The context.
    pub around: &'a mut Surroundings,
    /// The attributes of the service.
    pub service: Map,
    /// The contents of the extension `x-devarch`.
    pub extension: Map,
    /// The named volumes of the file.
    pub volumes: Map,
    /// The configs of the file.
    pub configs: Map,
    /// The networks of the file, without the names that the stack gives them.
    pub networks: Map,
    /// The models of the file.
    pub models: Map,
    /// The size of the texts that references have become, in bytes.
    resolved_bytes: usize,
}

/// The maximum size of the texts of one service that contain references, once these are resolved, in bytes.
const MAX_RESOLVED_BYTES: usize = 16 << 20;

impl<'a> Rendered<'a> {
    /// Creates a service without attributes.
    pub fn new(instance: &'a str, storage_name: &'a str, around: &'a mut Surroundings) -> Self {
        let empty = Map::new;
        Self {
            instance,
            storage_name,
            around,
            service: empty(),
            extension: empty(),
            volumes: empty(),
            configs: empty(),
            networks: empty(),
            models: empty(),
            resolved_bytes: 0,
        }
    }

    /// Adds a warning.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.around.warnings.push(Warning { instance: Some(self.instance.to_owned()), message: message.into() });
    }

    /// A text with its references resolved.
    pub fn text(&mut self, raw: &str) -> Node {
        if !has_references(raw) {
            return literal(raw);
        }
        let resolved = self.resolved(raw);
        let mut text = String::new();
        self.append(&mut text, &resolved);
        Node::text(text)
    }

    /// A domain with its references resolved, in lower case.
    pub fn host_name(&mut self, raw: &str) -> Node {
        let resolved = self.resolved(raw).in_lower_case();
        let mut text = String::new();
        self.append(&mut text, &resolved);
        Node::text(text)
    }

    fn resolved(&self, raw: &str) -> Resolved {
        Resolver::new(&self.around.values).resolve(self.instance, raw)
    }

    /// A text that Compose interpolates, with its references resolved.
    pub fn template(&mut self, raw: &str) -> Node {
        if !has_references(raw) {
            return Node::text(raw);
        }
        let values = Arc::clone(&self.around.values);
        let resolver = Resolver::new(&values);
        let mut text = String::new();
        for segment in parse(raw).0 {
            match segment {
                // What is plain here is an escaped `$` for Compose as well.
                Segment::Text(plain) => text.push_str(&escaped(&plain)),
                Segment::Reference(_, written) => {
                    let resolved = resolver.resolve(self.instance, written);
                    self.append(&mut text, &resolved);
                }
            }
        }
        Node::text(text)
    }

    /// Appends a resolved text. A secret becomes a variable that has to be set, and so does a reference without a value:
    /// Compose refuses the file, with the reason, until it is.
    fn append(&mut self, text: &mut String, resolved: &Resolved) {
        self.resolved_bytes += resolved.bytes();
        if self.resolved_bytes > MAX_RESOLVED_BYTES {
            let reason = format!("its texts with references have more than {MAX_RESOLVED_BYTES} bytes");
            text.push_str("${UNRESOLVED__TOO_LONG:?");
            text.push_str(&reason);
            text.push('}');
            if self.around.unresolved.insert("UNRESOLVED__TOO_LONG".to_owned()) {
                self.warn(format!("It cannot be started: {reason}."));
            }
            return;
        }
        for piece in &resolved.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(&plain.replace('$', "$$")),
                Piece::Hidden { text: Some(secret), .. } if self.around.reveal => {
                    text.push_str(&secret.replace('$', "$$"));
                }
                Piece::Hidden { instance, key, .. } => {
                    let (name, reference) = self.secret_of(instance.as_deref(), key);
                    text.push_str(&self.given(&name).unwrap_or(reference));
                }
                Piece::Missing(reference, trouble) => {
                    let reference = reference.to_string();
                    let name = format!("UNRESOLVED__{}", word(reference.trim_matches(['$', '{', '}'])));
                    let reason = trouble.message().replace(['{', '}', '$', '`'], "");
                    text.push_str(&self.given(&name).unwrap_or_else(|| format!("${{{name}:?{reason}}}")));
                    self.around.unresolved.insert(name);
                    self.warn(format!("Its reference {reference} has no value: {}", trouble.message()));
                }
            }
        }
    }

    /// A reference to a variable for a secret with this text. The user who starts the stack has to set it. The name of the
    /// variable is unique in the file.
    pub fn secret_reference(&mut self, key: &str, text: &str) -> Node {
        if has_references(text) {
            let values = Arc::clone(&self.around.values);
            let resolved = Resolver::new(&values).resolve(self.instance, text);
            for (reference, trouble) in resolved.troubles() {
                self.warn(format!("Its secret {key} has no value: {} ({reference})", trouble.message()));
            }
        }
        Node::text(self.secret_of(Some(self.instance), key).1)
    }

    /// What is written in place of a variable inside of a text; `None` for the variable itself.
    fn given(&self, name: &str) -> Option<String> {
        let given = self.around.given.as_ref()?;
        Some(given.get(name).map_or_else(|| format!("{name} is not given"), |value| value.replace('$', "$$")))
    }

    /// The variable of a secret, and the reference to it.
    fn secret_of(&mut self, instance: Option<&str>, key: &str) -> (String, String) {
        // Names of instances contain no underscore, so the double underscore separates instance and key.
        let base = format!("{}__{}", word(instance.unwrap_or("shared")), word(key));
        let base = if base.starts_with(|c: char| c.is_ascii_digit()) { format!("_{base}") } else { base };
        let secret = SecretOf { instance: instance.map(str::to_owned), key: key.to_owned() };
        let mut name = base.clone();
        let mut number = 2;
        while self.around.variables.get(&name).is_some_and(|other| *other != secret) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.around.variables.insert(name.clone(), secret);
        let reference = format!("${{{name}:?the secret {key} of {}}}", instance.unwrap_or("the stack"));
        (name, reference)
    }
}

/// A text as a part of the name of a variable.
fn word(text: &str) -> String {
    text.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_ascii_uppercase()
}
