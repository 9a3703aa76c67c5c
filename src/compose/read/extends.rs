//! Resolves `extends`: services that extend another one, in the same file or in another file of the request.
//!
//! Called when all files are parsed. It must not read a file that is not part of the request, nor copy a service
//! without charging it to the budget.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{Refusal, Request, file::Parsed, links::Links};
use crate::{
    compose::merge,
    kinds::compose::{NoteKind, Notes},
    yaml::{At, Map, Node, Value},
};

/// Longest chain of services that extend each other.
const MAX_CHAIN: usize = 32;

/// A service: the number of its file, and its key.
type ServiceRef = (usize, String);

/// Merges every service into the one that it extends. The services of a file that others extend are not imported.
pub(super) fn apply(
    files: &mut [Parsed],
    links: &Links,
    request: &Request,
    notes: &mut Notes<'_>,
) -> Result<(), Refusal> {
    let mut services: Vec<Vec<(String, Node)>> = Vec::with_capacity(files.len());
    let mut maps: HashMap<ServiceRef, Rc<Map>> = HashMap::new();
    for (file, parsed) in files.iter_mut().enumerate() {
        let mut of_file = Vec::with_capacity(parsed.services.len());
        for (key, mut node) in std::mem::take(&mut parsed.services) {
            if let Value::Map(map) = &mut node.value {
                maps.insert((file, key.clone()), Rc::new(std::mem::take(map)));
            }
            of_file.push((key, node));
        }
        services.push(of_file);
    }
    let mut resolver = Resolver { links, request, maps, done: HashMap::new(), borrowed: HashSet::new(), notes };
    for (file, keys) in services.iter().enumerate() {
        for (key, node) in keys {
            resolver.resolve(file, key, node.at, &mut Vec::new())?;
        }
    }
    let Resolver { maps, mut done, borrowed, notes, .. } = resolver;
    drop(maps);
    for (file, of_file) in services.into_iter().enumerate() {
        // The first file and those that are included are imported for their own services.
        let is_borrowed =
            borrowed.contains(&file) && file != 0 && file < request.files.len() && !links.is_included[file];
        let mut kept = Vec::with_capacity(of_file.len());
        for (key, mut node) in of_file {
            if is_borrowed {
                let reason = "Other files take it for their own services; it becomes none itself.";
                notes.push(NoteKind::Changed, &format!("services.{key}"), node.at, reason);
                continue;
            }
            if let Some(map) = done.remove(&(file, key.clone())) {
                node.value = Value::Map(Rc::try_unwrap(map).or_else(|shared| copied(&shared, node.at, notes))?);
            }
            kept.push((key, node));
        }
        files[file].services = kept.into_iter().collect();
    }
    Ok(())
}

/// Copies a map, and charges it to the budget.
fn copied(map: &Map, at: At, notes: &Notes<'_>) -> Result<Map, Refusal> {
    super::copied(map, at, notes.budget())
}

struct Resolver<'a, 'b> {
    links: &'a Links,
    request: &'a Request,
    /// The services of the files, unresolved.
    maps: HashMap<ServiceRef, Rc<Map>>,
    /// The resolved services.
    done: HashMap<ServiceRef, Rc<Map>>,
    borrowed: HashSet<usize>,
    notes: &'a mut Notes<'b>,
}

/// A resolved service, and whether it is complete: a cycle, or a chain that is too long, is cut off.
type Resolved = (Rc<Map>, bool);

impl Resolver<'_, '_> {
    /// Resolves a service; `None` if it does not exist.
    fn resolve(
        &mut self,
        file: usize,
        key: &str,
        at: At,
        chain: &mut Vec<ServiceRef>,
    ) -> Result<Option<Resolved>, Refusal> {
        let place = (file, key.to_owned());
        if let Some(done) = self.done.get(&place) {
            return Ok(Some((Rc::clone(done), true)));
        }
        let Some(own) = self.maps.get(&place).map(Rc::clone) else { return Ok(None) };
        let (whole, is_complete) = match own.get("extends") {
            None => (own, true),
            Some(extends) => {
                let (below, is_complete) = self.below(&place, extends, at, chain)?;
                let mut own = copied(&own, at, self.notes)?;
                own.take("extends");
                let whole = match below {
                    None => own,
                    Some(below) => merge::services(copied(&below, at, self.notes)?, own),
                };
                (Rc::new(whole), is_complete)
            }
        };
        if is_complete || chain.is_empty() {
            self.done.insert(place, Rc::clone(&whole));
        }
        Ok(Some((whole, is_complete)))
    }

    /// Resolves the service that another one extends.
    fn below(
        &mut self,
        place: &ServiceRef,
        extends: &Node,
        at: At,
        chain: &mut Vec<ServiceRef>,
    ) -> Result<(Option<Rc<Map>>, bool), Refusal> {
        let is_broken_off = chain.contains(place) || chain.len() >= MAX_CHAIN;
        let base = match self.base(place.0, extends) {
            Ok(_) if is_broken_off => Err("These services extend each other.".to_owned()),
            found => found,
        };
        match base {
            Ok((from, service)) => {
                if from != place.0 {
                    self.borrowed.insert(from);
                }
                chain.push(place.clone());
                let below = self.resolve(from, &service, at, chain);
                chain.pop();
                Ok(below?.map_or((None, true), |(below, is_complete)| (Some(below), is_complete)))
            }
            Err(reason) => {
                self.notes.push(NoteKind::Lost, &format!("services.{}.extends", place.1), extends.at, &reason);
                Ok((None, !is_broken_off))
            }
        }
    }

    /// Finds the service that `extends` refers to, or reports why there is none.
    fn base(&self, file: usize, extends: &Node) -> Result<ServiceRef, String> {
        let text = |part: &str| extends.as_map().and_then(|map| map.get(part)).and_then(Node::scalar);
        let service = extends.scalar().or_else(|| text("service")).ok_or("It does not say which service.")?;
        let from = match text("file") {
            None => file,
            Some(name) => self.links.position(file, &name).ok_or_else(|| format!("The file {name} is not given."))?,
        };
        let base = (from, service);
        if self.maps.contains_key(&base) {
            return Ok(base);
        }
        // Services of an included file are as those of the file itself.
        let included = self.links.includes[from].iter().map(|other| (*other, base.1.clone()));
        let mut included = included.filter(|base| self.maps.contains_key(base));
        included.next().ok_or_else(|| format!("There is no service {} in {}.", base.1, self.request.file(from)))
    }
}
