//! The service that is being written, and what is around it.
//!
//! Filled by the kinds, emptied by `compose::render`. It must never look anything up.

use std::collections::{BTreeMap, HashMap};

use crate::{
    ids::InstanceId,
    yaml::{Map, Node},
};

/// What a file is written with, beyond the entries.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// The instances of the stack by their keys: name, and whether it is enabled.
    pub instances: HashMap<InstanceId, (String, bool)>,
    /// Whether secrets are written out.
    pub reveal: bool,
    /// Variables that the file asks for, with the instance and the key whose secret each of them is.
    pub variables: BTreeMap<String, (String, String)>,
    /// What a reader of the file should know.
    pub warnings: Vec<Warning>,
}

/// Something about a rendered file that its reader should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The instance that it is about; none when it is about the whole stack.
    pub instance: Option<String>,
    /// A sentence.
    pub message: String,
}

/// The service that is being written.
#[derive(Debug)]
pub struct Rendered<'a> {
    /// The instance's name, and so the service's.
    pub instance: &'a str,
    /// Around it.
    pub around: &'a mut Surroundings,
    /// What it says.
    pub service: Map,
    /// What it says that Compose has no word for.
    pub extension: Map,
    /// Named volumes of the file.
    pub volumes: Map,
    /// Config files of the file.
    pub configs: Map,
}

impl<'a> Rendered<'a> {
    /// A service that says nothing yet.
    pub fn new(instance: &'a str, around: &'a mut Surroundings) -> Self {
        let empty = Map::new;
        Self { instance, around, service: empty(), extension: empty(), volumes: empty(), configs: empty() }
    }

    /// Notes something that the reader of the file should know.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.around.warnings.push(Warning { instance: Some(self.instance.to_owned()), message: message.into() });
    }

    /// A reference to a variable that whoever starts the stack must set, of a name that no other secret has.
    pub fn secret_reference(&mut self, key: &str) -> Node {
        let word = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_ascii_uppercase();
        // Instances' names have no underscore, so two of them tell instance and key apart.
        let base = format!("{}__{}", word(self.instance), word(key));
        let base = if base.starts_with(|c: char| c.is_ascii_digit()) { format!("_{base}") } else { base };
        let secret = (self.instance.to_owned(), key.to_owned());
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
