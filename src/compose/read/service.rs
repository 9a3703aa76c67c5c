//! Reads one service: every kind takes out its entries, and the rest is reported in notes.
//!
//! Called for every service, with and without the override files. It must use concrete kinds only through the registry.

use std::{collections::HashMap, hash::Hash};

use super::references;
use crate::{
    error::{Error, Problems},
    kinds::{
        Cardinality, Collections, Kind, MAX_ENTRIES, MAX_KIND_BYTES, check_entry,
        compose::{Definitions, EXTENSION, NoteKind, Notes, ReadEntry, Reading, Services},
        for_each_kind,
    },
    references::escaped,
    yaml::{At, Map, Node, Value},
};

/// The context of a service that is to be read.
pub(super) struct Part<'a> {
    pub(super) key: &'a str,
    pub(super) at: At,
    /// The name of its image if the file does not contain one.
    pub(super) image: &'a str,
    /// The services of the import.
    pub(super) services: &'a Services,
    /// The `x-devarch` of the file, which applies to all its services.
    pub(super) meta: Option<&'a Map>,
}

/// A service that was read.
pub(super) struct Service {
    pub(super) entries: Collections,
    pub(super) description: String,
    pub(super) category: String,
}

macro_rules! read_all {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// Reads the entries of every kind.
        fn read_all(from: &mut Reading<'_>) -> Collections {
            let mut collections = Collections::default();
            $(
                let found = <crate::kinds::$kind as Kind>::read(from);
                let entries = sound(found, from.has_references, &mut from.notes);
                collections.$field = Some(<crate::kinds::$kind as Kind>::Set::from_entries(entries));
            )+
            collections
        }
    };
}
for_each_kind!(read_all);

impl Part<'_> {
    /// Reads the service; `None` if it has no image.
    pub(super) fn read(&self, mut service: Map, file: &Definitions, notes: &mut Notes<'_>) -> Option<Service> {
        let mut extension = match service.take(EXTENSION).map(|node| node.value) {
            Some(Value::Map(map)) => map,
            _ => Map::new(),
        };
        let has_references = extension.take("references").is_some_and(|node| node.as_bool() == Some(true));
        let built = service.get("build").map(|node| node.at);
        let mut reading = Reading {
            name: self.key,
            at: self.at,
            image: self.image,
            service,
            extension,
            has_references,
            file,
            built,
            has_network_mode: false,
            services: self.services,
            notes: Notes::new(notes.budget()),
        };
        references::rewrite(&mut reading);
        reading.has_network_mode = reading.service.get("network_mode").is_some_and(|node| node.value != Value::Null);
        let entries = read_all(&mut reading);
        let mut word = |key: &str| {
            let own = reading.extension.take(key);
            let node = own.or_else(|| self.meta.and_then(|meta| meta.get(key).cloned()));
            node.and_then(|node| node.scalar()).unwrap_or_default()
        };
        let (description, category) = (word("description"), word("category"));
        for (key, node) in std::mem::take(&mut reading.extension) {
            reading.lose(&format!("{EXTENSION}.{key}"), node.at, "This word is not known here.");
        }
        for (attribute, node) in std::mem::take(&mut reading.service) {
            rest(&attribute, &node, &entries, &mut reading);
        }
        let image = entries.settings.as_ref().and_then(|settings| settings.image_name.as_ref()).is_some();
        if !image {
            let at = self.at;
            let reason = "Without an image that can be held there is no template.";
            reading.notes.push(NoteKind::Lost, &format!("services.{}", self.key), at, reason);
        }
        reading.notes.append_to(notes);
        image.then_some(Service { entries, description, category })
    }
}

/// Adds a note about an attribute that no kind has taken out.
fn rest(attribute: &str, node: &Node, entries: &Collections, from: &mut Reading<'_>) {
    match (attribute, &node.value) {
        (_, Value::Null) => {}
        ("container_name", _) => {
            let mut reason = "A container is called devarch-STACK-INSTANCE here.".to_owned();
            let name = node.scalar().unwrap_or_default();
            let networks = entries.networks.as_deref().unwrap_or_default();
            if networks.iter().any(|network| network.aliases.0.contains(&name)) {
                reason = format!("{reason} Other services still find it as {name}, which is an alias.");
            } else if from.services.instances.get(from.name) != Some(&name) && !from.has_network_mode {
                reason = format!("{reason} Other services no longer find it as {name}.");
            }
            from.change(attribute, node.at, reason);
        }
        _ => from.lose(attribute, node.at, "This is not an attribute of a service that can be held."),
    }
}

/// The valid entries, normalized; of entries with the same identity only the last. `has_references` is whether `${{` begins a
/// reference in this file; otherwise it is text.
fn sound<K: Kind>(found: Vec<ReadEntry<K>>, has_references: bool, notes: &mut Notes<'_>) -> Vec<K> {
    let mut kept: Vec<Option<ReadEntry<K>>> = Vec::new();
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut bytes = 0;
    for mut next in found {
        if !notes.budget().pass(1) {
            break;
        }
        let mut lose = |found: &ReadEntry<K>, reason: &str| notes.push(NoteKind::Lost, &found.path, found.at, reason);
        next.entry.normalize();
        if !K::IS_INTERPOLATED && !has_references {
            next.entry.replace_reference_texts(&mut |text| escaped(text).into_owned());
        }
        let mut problems = Problems::at(&[]);
        check_entry(&next.entry, &mut problems);
        if let Err(Error::Refused(problems)) = problems.finish() {
            let reasons: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
            lose(&next, &reasons.join(" "));
            continue;
        }
        let identity = hashed(next.entry.identity());
        let earlier = places.get(&identity).copied();
        if earlier.is_none() && places.len() >= MAX_ENTRIES {
            lose(&next, &format!("A service has at most {MAX_ENTRIES} of these."));
            continue;
        }
        let replaced = earlier.and_then(|place| kept[place].as_ref()).map_or(0, |earlier| earlier.entry.long_bytes());
        let more = next.entry.long_bytes();
        if bytes - replaced + more > MAX_KIND_BYTES {
            lose(&next, &format!("A service has at most {MAX_KIND_BYTES} bytes of these."));
            continue;
        }
        bytes = bytes - replaced + more;
        if let Some(earlier) = earlier.and_then(|place| kept[place].take()) {
            lose(&earlier, "A later entry has the same key; the last one counts.");
        }
        places.insert(identity, kept.len());
        kept.push(Some(next));
    }
    kept.into_iter().flatten().map(|found| found.entry).collect()
}

fn hashed(identity: impl Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    hasher.finish()
}
