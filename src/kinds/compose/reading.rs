//! The service that is being read, and what is noted on the way.
//!
//! Made by `compose::read`, emptied by the kinds. It must never know what is stored.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    budget::import::ReadBudget,
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
    /// Which one the short or the long form names.
    pub fn source_of(node: &Node) -> Option<String> {
        node.scalar().or_else(|| node.as_map()?.get("source")?.scalar())
    }

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

/// Longest text of a note's path, and of its reason, in characters; the rest is left out.
const MAX_NOTE_TEXT: usize = 400;

/// How many values a note counts for: it takes as much memory.
const VALUES_OF_A_NOTE: usize = 3;

/// What is noted while files are read, paid for by the budget of the reading.
#[derive(Debug)]
pub struct Notes<'a> {
    list: Vec<Note>,
    budget: &'a ReadBudget,
}

impl<'a> Notes<'a> {
    /// None yet.
    pub fn new(budget: &'a ReadBudget) -> Self {
        Self { list: Vec::new(), budget }
    }

    /// The budget that pays for them.
    pub fn budget(&self) -> &'a ReadBudget {
        self.budget
    }

    /// Adds one, if there is room for it.
    pub fn push(&mut self, fate: Fate, path: &str, at: At, reason: &str) {
        let (path, reason) = (clipped(path), clipped(reason));
        if self.budget.charge(VALUES_OF_A_NOTE, path.len() + reason.len()) {
            self.list.push(Note { fate, path, at, reason });
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes those out that came after the first so many, and keeps of them what `keep` says.
    pub fn retain_after(&mut self, known: usize, keep: impl Fn(&Note) -> bool) {
        let later = self.list.split_off(known);
        self.list.extend(later.into_iter().filter(keep));
    }

    /// All of them.
    pub fn into_list(self) -> Vec<Note> {
        self.list
    }

    /// Moves all of them to others.
    pub fn append_to(self, others: &mut Notes<'_>) {
        others.list.extend(self.list);
    }
}

/// A text without what is beyond the limit.
fn clipped(text: &str) -> String {
    if text.len() <= MAX_NOTE_TEXT {
        return text.to_owned();
    }
    match text.char_indices().nth(MAX_NOTE_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
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
    pub notes: Notes<'a>,
}

impl Reading<'_> {
    /// The way to a part of the service.
    pub fn path(&self, part: &str) -> String {
        format!("services.{}.{}", clipped(self.name), clipped(part))
    }

    /// Takes so many values with so many bytes out of the budget; false when there is no room for them.
    #[must_use]
    pub fn charge(&self, values: usize, bytes: usize) -> bool {
        self.notes.budget().charge(values, bytes)
    }

    /// Notes that something cannot be held.
    pub fn lose(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(Fate::Lost, &path, at, &reason.into());
    }

    /// Notes that something is held in another form.
    pub fn change(&mut self, part: &str, at: At, reason: impl Into<String>) {
        let path = self.path(part);
        self.notes.push(Fate::Changed, &path, at, &reason.into());
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
        let (at, what) = (node.at, node.what());
        match node.value {
            Value::Map(map) => self.pairs_of_map(attribute, map),
            Value::List(list) => self.pairs_of_list(attribute, list),
            _ => {
                self.lose(attribute, at, format!("This is {what}, not a mapping or a list."));
                Vec::new()
            }
        }
    }

    fn pairs_of_map(&mut self, attribute: &str, map: Map) -> Vec<(String, Option<String>, At)> {
        let mut pairs = Vec::with_capacity(map.len());
        for (key, value) in map {
            match (&value.value, value.scalar()) {
                (Value::Null, _) => pairs.push((key, None, value.at)),
                (_, Some(text)) => pairs.push((key, Some(text), value.at)),
                (_, None) => {
                    let reason = format!("The value is {}, not text.", value.what());
                    self.lose(&format!("{attribute}.{key}"), value.at, reason);
                }
            }
        }
        pairs
    }

    fn pairs_of_list(&mut self, attribute: &str, list: Vec<Node>) -> Vec<(String, Option<String>, At)> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut pairs: Vec<Option<(String, Option<String>, At)>> = Vec::with_capacity(list.len());
        for (index, item) in list.into_iter().enumerate() {
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
            if let Some((_, _, at)) = places.insert(key.clone(), pairs.len()).and_then(|place| pairs[place].take()) {
                let reason = format!("{key} is given again below; the last one wins.");
                self.lose(&format!("{attribute}.{key}"), at, reason);
            }
            pairs.push(Some((key, value, item.at)));
        }
        pairs.into_iter().flatten().collect()
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
