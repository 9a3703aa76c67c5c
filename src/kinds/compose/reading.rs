//! The service that is being read, and what is noted on the way.
//!
//! Made by `compose::read`, emptied by the kinds. It must never know what is stored.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    kinds::Kind,
    yaml::{At, Map, Node, Value},
};

/// How a service uses a config or a secret of the file.
#[derive(Debug)]
pub struct Use {
    /// Which.
    pub source: String,
    /// Where it wants it.
    pub target: Option<String>,
    /// With which permissions.
    pub mode: Option<String>,
    /// What else it says.
    pub rest: Map,
}

impl Use {
    /// Reads the short or the long form.
    pub fn read(node: Node) -> Result<Self, String> {
        if let Some(source) = node.scalar() {
            return Ok(Self { source, target: None, mode: None, rest: Map::new() });
        }
        let Value::Map(mut map) = node.value else { return Err("This is not a name or a mapping.".to_owned()) };
        let mut text = |key: &str| map.take(key).and_then(|node| node.scalar());
        let source = text("source").ok_or("This needs its source.")?;
        let target = text("target");
        let mode = map.take("mode").and_then(|node| match node.value {
            Value::Int(bits) => Some(format!("0{bits:o}")),
            _ => node.scalar(),
        });
        Ok(Self { source, target, mode, rest: map })
    }
}

/// Top-level parts of a file that services refer to.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// `volumes`
    pub volumes: Map,
    /// `configs`
    pub configs: Map,
    /// `secrets`
    pub secrets: Map,
}

/// What became of something that a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fate {
    /// It cannot be held.
    Lost,
    /// It is held in another form.
    Changed,
}

/// Something that a file says and that is not held as it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What became of it.
    pub fate: Fate,
    /// The way to it, such as `services.web.ports.0`.
    pub path: String,
    /// Where it stands.
    pub at: At,
    /// Why, and what holds instead.
    pub reason: String,
}

/// An entry that was read, and where.
#[derive(Clone, Debug)]
pub struct Found<K> {
    /// The entry.
    pub entry: K,
    /// The way to it.
    pub path: String,
    /// Where it stands.
    pub at: At,
}

/// The service that is being read: every kind takes out what it understands.
#[derive(Debug)]
pub struct Reading<'a> {
    /// Its key in the file.
    pub name: &'a str,
    /// Where it begins.
    pub at: At,
    /// What its image is called where the file does not say.
    pub image: &'a str,
    /// What nobody has taken out yet.
    pub service: Map,
    /// What it says that Compose has no word for.
    pub extension: Map,
    /// The rest of the file.
    pub file: &'a Definitions,
    /// Whether it is built rather than pulled.
    pub built: bool,
    /// The names of the services of the file, as they are called here.
    pub names: &'a HashMap<String, String>,
    /// What was not held as it stands there.
    pub notes: Vec<Note>,
}

impl Reading<'_> {
    /// The way to a part of the service.
    pub fn path(&self, part: &str) -> String {
        format!("services.{}.{part}", self.name)
    }

    /// Notes that something cannot be held.
    pub fn lose(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(Note { fate: Fate::Lost, path, at, reason: reason.into() });
    }

    /// Notes that something is held in another form.
    pub fn change(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(Note { fate: Fate::Changed, path, at, reason: reason.into() });
    }

    /// An entry at a part of the service.
    pub fn found<K: Kind>(&self, part: &str, at: At, entry: K) -> Found<K> {
        Found { entry, path: self.path(part), at }
    }

    /// Takes an attribute with its place; one that says nothing is as good as none.
    pub fn take(&mut self, attribute: &str) -> Option<Node> {
        self.service.take(attribute).filter(|node| node.value != Value::Null)
    }

    /// Takes the text of an attribute; what is no text is lost.
    pub fn take_text(&mut self, attribute: &str) -> Option<(String, At)> {
        let node = self.take(attribute)?;
        match node.scalar() {
            Some(text) => Some((text, node.at)),
            None => {
                self.lose(attribute, node.at, format!("This is {}, not text.", node.what()));
                None
            }
        }
    }

    /// Takes an attribute that is a mapping or a list of `KEY=VALUE`: keys with their values, of which some say nothing.
    pub fn take_pairs(&mut self, attribute: &str) -> Vec<(String, Option<String>, At)> {
        let Some(node) = self.take(attribute) else { return Vec::new() };
        let mut pairs: Vec<(String, Option<String>, At)> = Vec::new();
        match &node.value {
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    match (&value.value, value.scalar()) {
                        (Value::Null, _) => pairs.push((key.to_owned(), None, value.at)),
                        (_, Some(text)) => pairs.push((key.to_owned(), Some(text), value.at)),
                        (_, None) => {
                            let reason = format!("The value is {}, not text.", value.what());
                            self.lose(&format!("{attribute}.{key}"), value.at, reason);
                        }
                    }
                }
            }
            Value::List(list) => {
                for (index, item) in list.iter().enumerate() {
                    let Some(text) = item.scalar() else {
                        let reason = format!("This is {}, not KEY=VALUE.", item.what());
                        self.lose(&format!("{attribute}.{index}"), item.at, reason);
                        continue;
                    };
                    let (key, value) = match text.split_once('=') {
                        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                        None => (text, None),
                    };
                    // Compose lets the last of them win.
                    if let Some(place) = pairs.iter().position(|(other, ..)| *other == key) {
                        let (_, _, at) = pairs.remove(place);
                        let reason = format!("{key} is given again below; the last one wins.");
                        self.lose(&format!("{attribute}.{key}"), at, reason);
                    }
                    pairs.push((key, value, item.at));
                }
            }
            _ => self.lose(attribute, node.at, format!("This is {}, not a mapping or a list.", node.what())),
        }
        pairs
    }

    /// Takes an attribute that is a list; one value alone is a list of one.
    pub fn take_list(&mut self, attribute: &str) -> Vec<Node> {
        match self.take(attribute) {
            None => Vec::new(),
            Some(Node { value: Value::List(list), .. }) => list,
            Some(node) if node.scalar().is_some() => vec![node],
            Some(node) => {
                self.lose(attribute, node.at, format!("This is {}, not a list.", node.what()));
                Vec::new()
            }
        }
    }

    /// Notes what is left of an entry: keys that nobody has taken out.
    pub fn lose_rest(&mut self, part: &str, rest: Map) {
        for (key, node) in rest {
            self.lose(&format!("{part}.{key}"), node.at, "This cannot be held.");
        }
    }
}
