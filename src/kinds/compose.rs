//! What a kind sees of Compose: the service that is being written, and the service that is being read.
//!
//! Filled and emptied by the kinds, driven by `compose`. It must never know a concrete kind.

use std::collections::{BTreeMap, HashMap};

use super::Kind;
use crate::{
    ids::InstanceId,
    yaml::{At, Map, Node, Value},
};

/// The key under which files say what Compose has no word for.
pub const EXTENSION: &str = "x-devarch";

/// Text that Compose hands on as it is: it takes `$` for the start of a variable unless it is doubled.
pub fn literal(text: &str) -> Node {
    Node::text(text.replace('$', "$$"))
}

/// The same for every text in a tree.
pub fn literal_tree(node: &Node) -> Node {
    let value = match &node.value {
        Value::Text(text) => return literal(text),
        Value::List(list) => Value::List(list.iter().map(literal_tree).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(key, node)| (key.to_owned(), literal_tree(node))).collect()),
        plain => plain.clone(),
    };
    Node::new(value)
}

/// Text without the doubling of `$`.
pub fn unescaped(text: &str) -> String {
    text.replace("$$", "$")
}

/// Whether Compose would put variables into a text.
pub fn has_variables(text: &str) -> bool {
    let plain = text.replace("$$", "");
    let starts = |rest: &str| rest.starts_with(|c: char| c == '{' || c == '_' || c.is_ascii_alphabetic());
    plain.split('$').skip(1).any(starts)
}

/// Whether Compose can put variables into a text: what begins with `${` names one and has an end.
pub fn is_interpolable(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('$') {
        rest = behind;
        if let Some(behind) = rest.strip_prefix('$') {
            rest = behind;
        } else if let Some(braced) = rest.strip_prefix('{') {
            let named = braced.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
            let behind = braced.trim_start_matches(|c: char| c == '_' || c.is_ascii_alphanumeric());
            let operator = behind.strip_prefix(':').unwrap_or(behind).starts_with(['-', '?', '+']);
            if !named || !(behind.starts_with('}') || operator && behind.contains('}')) {
                return false;
            }
            rest = braced;
        }
    }
    true
}

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// It cannot be held.
    Lost,
    /// It is held in another form.
    Changed,
}

/// Something that a file says and that is not held as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Whole seconds of a duration in Go's form, rounded up, and whether that is exact.
pub fn seconds(text: &str) -> Option<(i32, bool)> {
    let (mut nanos, mut rest) = (0u128, text.trim());
    if rest == "0" {
        return Some((0, true));
    }
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let nanos_each: u128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            // Compose's own, beyond Go's.
            "d" => 86_400_000_000_000,
            "w" => 604_800_000_000_000,
            _ => return None,
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && decimals.is_empty() || whole.len() > 12 || decimals.len() > 12 {
            return None;
        }
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let scale = 10u128.pow(u32::try_from(decimals.len()).ok()?);
        let part: u128 = if decimals.is_empty() { 0 } else { decimals.parse().ok()? };
        nanos = nanos.checked_add(whole.checked_mul(nanos_each)?)?.checked_add(part * nanos_each / scale)?;
        rest = behind;
    }
    let second = 1_000_000_000;
    Some((i32::try_from(nanos.div_ceil(second)).ok()?, nanos.is_multiple_of(second)))
}

/// Seconds as Compose prints a duration.
pub fn duration(seconds: i32) -> Node {
    let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    Node::text(match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brace_behind_a_dollar_names_a_variable() {
        // Seen with Docker Compose 2.40.
        for text in ["", "$$", "$$$", "$a", "${a}", "${A:-x}", "${A-}", "${A:?no}", "a${b:-${c}}$d$$e", "$ $1 $(a) $"] {
            assert!(is_interpolable(text), "{text}");
        }
        for text in ["${", "${}", "${1}", "${a", "${a b}", "${a.b}", "${a:b}", "${a:-${}}", "${a:-b"] {
            assert!(!is_interpolable(text), "{text}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("1m30s", Some((90, true))),
            ("90s", Some((90, true))),
            ("1.5s", Some((2, false))),
            ("500ms", Some((1, false))),
            ("1h", Some((3600, true))),
            ("0s", Some((0, true))),
            ("0", Some((0, true))),
            ("1500ms500ms", Some((2, true))),
            ("", None),
            ("10", None),
            ("s", None),
            ("99999999999s", None),
            (".s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        assert_eq!(duration(5400 + 5), Node::text("1h30m5s"));
        assert_eq!(duration(90), Node::text("1m30s"));
        assert_eq!(duration(0), Node::text("0s"));
    }
}
