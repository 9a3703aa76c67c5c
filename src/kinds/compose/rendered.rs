//! A Compose service that is being rendered, and its context.
//!
//! Filled by the kinds, read by `compose::render`. It must not load anything.

use std::collections::{BTreeMap, HashMap};

use crate::{
    ids::InstanceId,
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
    /// The variables to which the file refers, each with its secret.
    pub variables: BTreeMap<String, SecretOf>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// The secret that a variable of a rendered file stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretOf {
    /// The name of the instance.
    pub instance: String,
    /// The key of its environment variable.
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
}

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
        }
    }

    /// Adds a warning.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.around.warnings.push(Warning { instance: Some(self.instance.to_owned()), message: message.into() });
    }

    /// A reference to a variable for a secret. The user who starts the stack has to set it. The name of the variable is
    /// unique in the file.
    pub fn secret_reference(&mut self, key: &str) -> Node {
        let word = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_ascii_uppercase();
        // Names of instances contain no underscore, so the double underscore separates instance and key.
        let base = format!("{}__{}", word(self.instance), word(key));
        let base = if base.starts_with(|c: char| c.is_ascii_digit()) { format!("_{base}") } else { base };
        let secret = SecretOf { instance: self.instance.to_owned(), key: key.to_owned() };
        let mut name = base.clone();
        let mut number = 2;
        while self.around.variables.get(&name).is_some_and(|other| *other != secret) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.around.variables.insert(name.clone(), secret);
        Node::text(format!("${{{name}:?the secret {key} of {}}}", self.instance))
    }
}
