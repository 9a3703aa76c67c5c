//! Services that say only what they change of another one, in the same file or in one that was given with it.
//!
//! Called once all files are there. It must never look for a file that was not given.

use std::collections::{HashMap, HashSet};

use super::{Request, file::Parsed};
use crate::{
    compose::merge,
    kinds::compose::{Fate, Note},
    yaml::{Map, Node, Value},
};

/// Longest chain of services that extend each other.
const MAX_CHAIN: usize = 32;

/// Lays every service over the one that it extends. A file of which others take services is not imported itself.
pub(super) fn apply(files: &mut [Parsed], request: &Request, notes: &mut Vec<Note>) {
    let mut resolver = Resolver {
        names: (0..files.len()).map(|file| request.file(file).to_owned()).collect(),
        done: HashMap::new(),
        borrowed: HashSet::new(),
        notes,
    };
    for file in 0..files.len() {
        let keys: Vec<String> = files[file].services.iter().map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            if let Some(map) = resolver.resolve(files, file, &key, &mut Vec::new()) {
                resolver.done.insert((file, key), map);
            }
        }
    }
    let Resolver { done, borrowed, notes, .. } = resolver;
    for ((file, key), map) in done {
        if let Some(node) = files[file].services.get_mut(&key) {
            node.value = Value::Map(map);
        }
    }
    for file in borrowed {
        for (key, node) in std::mem::take(&mut files[file].services) {
            let reason = "Other files take it for their own services; it becomes none itself.".to_owned();
            notes.push(Note { fate: Fate::Changed, path: format!("services.{key}"), at: node.at, reason });
        }
    }
}

struct Resolver<'a> {
    names: Vec<String>,
    done: HashMap<(usize, String), Map>,
    borrowed: HashSet<usize>,
    notes: &'a mut Vec<Note>,
}

impl Resolver<'_> {
    /// A service with everything that it extends; none where that is nothing.
    fn resolve(&mut self, files: &[Parsed], file: usize, key: &str, chain: &mut Vec<(usize, String)>) -> Option<Map> {
        let place = (file, key.to_owned());
        if let Some(done) = self.done.get(&place) {
            return Some(done.clone());
        }
        let mut own = files.get(file)?.services.get(key)?.as_map()?.clone();
        let Some(extends) = own.take("extends") else { return Some(own) };
        let mut fail = |reason: String| {
            self.notes.push(Note { fate: Fate::Lost, path: format!("services.{key}.extends"), at: extends.at, reason });
        };
        let text = |part: &str| extends.as_map().and_then(|map| map.get(part)).and_then(Node::scalar);
        let Some(service) = extends.scalar().or_else(|| text("service")) else {
            fail("It does not say which service.".to_owned());
            return Some(own);
        };
        let from = match text("file") {
            None => Some(file),
            Some(name) => position(&self.names, &name),
        };
        let Some(from) = from else {
            let name = text("file").unwrap_or_default();
            fail(format!("The file {name} is not given."));
            return Some(own);
        };
        if chain.contains(&place) || chain.len() >= MAX_CHAIN {
            fail("These services extend each other.".to_owned());
            return Some(own);
        }
        if files.get(from).and_then(|file| file.services.get(&service)?.as_map()).is_none() {
            fail(format!("There is no service {service} in {}.", self.names[from]));
            return Some(own);
        }
        if from != file {
            self.borrowed.insert(from);
        }
        chain.push(place);
        let below = self.resolve(files, from, &service, chain);
        chain.pop();
        Some(below.map_or(own.clone(), |below| merge::services(&below, &own)))
    }
}

/// A file by the name that another one gives it: the same, or the same without its folder.
fn position(names: &[String], wanted: &str) -> Option<usize> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let wanted = wanted.trim_start_matches("./");
    let same = names.iter().position(|name| name.trim_start_matches("./") == wanted);
    same.or_else(|| names.iter().position(|name| last(name) == last(wanted)))
}
