//! The services of all files, with those of included files and of override files merged.
//!
//! Called when all files are parsed and their paths are moved. It must not depend on the attributes of a service.

use std::collections::HashMap;

use super::{Refusal, copied, file::Parsed, links::Links};
use crate::{
    compose::merge,
    kinds::compose::{NoteKind, Notes},
    yaml::{At, Map, Node, Tag, Value},
};

/// A service of the files.
pub(super) struct FoundService {
    pub(super) key: String,
    /// The number of its file; `None` if only an override file has it.
    pub(super) file: Option<usize>,
    /// The service without the override files.
    pub(super) below: Map,
    /// The service with the override files merged in.
    pub(super) above: Option<Map>,
    /// Whether an override file removes it.
    pub(super) is_removed: bool,
    pub(super) at: At,
}

impl FoundService {
    /// The service with all layers.
    pub(super) fn whole(&self) -> &Map {
        self.above.as_ref().unwrap_or(&self.below)
    }
}

/// The services of all files, with the override files merged in.
pub(super) fn services(
    files: &mut [Parsed],
    above: &mut [Parsed],
    links: &Links,
    notes: &mut Notes<'_>,
) -> Result<Vec<FoundService>, Vec<Refusal>> {
    let mut found: Vec<FoundService> = Vec::new();
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut refusals = Vec::new();
    let mut own: Vec<Map> = files.iter_mut().map(|parsed| std::mem::take(&mut parsed.services)).collect();
    let mut included: HashMap<usize, Map> = HashMap::new();
    // A file is laid over those that it includes.
    for file in links.lowest_first().into_iter().filter(|file| *file < files.len()) {
        for other in links.includes[file].iter().filter(|other| **other != file) {
            let Some(lower) = included.remove(other) else { continue };
            let merged = include(&lower, std::mem::take(&mut own[file]));
            own[file] = merged.0;
            included.insert(*other, merged.1);
        }
        included.insert(file, std::mem::take(&mut own[file]));
    }
    for file in 0..files.len() {
        for (key, node) in included.remove(&file).unwrap_or_default() {
            let at = node.at;
            if node.tag == Some(Tag::Reset) {
                continue;
            }
            let Some(below) = service_map(&key, node, notes).map(merge::alone) else { continue };
            if place.insert(key.clone(), found.len()).is_some() {
                let message = format!("The service {key} is there twice; import the files one by one, or rename it.");
                refusals.push(Refusal::new(at, message));
            }
            found.push(FoundService { key, file: Some(file), below, above: None, is_removed: false, at });
        }
    }
    for layer in above {
        let replaces_all = layer.replaced.contains("services");
        let changes = std::mem::take(&mut layer.services);
        for service in found.iter_mut().filter(|service| replaces_all && changes.get(&service.key).is_none()) {
            remove(service, service.at, notes);
        }
        for (key, node) in changes {
            let (at, tag) = (node.at, node.tag);
            match (place.get(&key), tag) {
                (Some(place), Some(Tag::Reset)) => remove(&mut found[*place], at, notes),
                (None, Some(Tag::Reset)) => {}
                (Some(place), tag) => {
                    let Some(map) = service_map(&key, node, notes) else { continue };
                    let service = &mut found[*place];
                    let is_new = service.is_removed || replaces_all || tag == Some(Tag::Override);
                    service.is_removed = false;
                    let below = match service.above.take() {
                        _ if is_new => Map::new(),
                        Some(above) => above,
                        None => copied(&service.below, at, notes.budget()).map_err(|refusal| vec![refusal])?,
                    };
                    service.above = Some(merge::services(below, map));
                }
                (None, _) => {
                    let Some(map) = service_map(&key, node, notes) else { continue };
                    let reason = "Only an override file has this service: it becomes a template as well.";
                    notes.push(NoteKind::Changed, &format!("services.{key}"), at, reason);
                    place.insert(key.clone(), found.len());
                    let below = merge::alone(map);
                    found.push(FoundService { key, file: None, below, above: None, is_removed: false, at });
                }
            }
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals) }
}

fn remove(service: &mut FoundService, at: At, notes: &mut Notes<'_>) {
    service.is_removed = true;
    let reason = "An override file removes it: its instance is disabled, and is not rendered.";
    notes.push(NoteKind::Changed, &format!("services.{}", service.key), at, reason);
}

/// Merges the services of a file into those that it includes. Returns the services of both files.
fn include(lower: &Map, upper: Map) -> (Map, Map) {
    let (mut merged, mut rest) = (Vec::with_capacity(upper.len()), Vec::with_capacity(lower.len()));
    let mut taken: Vec<String> = Vec::new();
    for (key, node) in upper {
        let node = match (lower.get(&key).cloned(), node) {
            (Some(Node { value: Value::Map(below), .. }), Node { value: Value::Map(above), at, tag: None }) => {
                taken.push(key.clone());
                Node { at, ..Node::from(merge::services(below, above)) }
            }
            (Some(_), node) => {
                taken.push(key.clone());
                node
            }
            (None, node) => node,
        };
        merged.push((key, node));
    }
    rest.extend(lower.iter().filter(|(key, _)| !taken.iter().any(|taken| taken == key)));
    let rest = rest.into_iter().map(|(key, node)| (key.to_owned(), node.clone()));
    (merged.into_iter().collect(), rest.collect())
}

fn service_map(key: &str, node: Node, notes: &mut Notes<'_>) -> Option<Map> {
    let (at, what) = (node.at, node.what());
    match node.value {
        Value::Map(map) => Some(map),
        Value::Null => Some(Map::new()),
        _ => {
            let reason = format!("A service is a mapping, not {what}.");
            notes.push(NoteKind::Lost, &format!("services.{key}"), at, &reason);
            None
        }
    }
}
