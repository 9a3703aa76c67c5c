//! Resolves references: each becomes what its target has in effect, through any number of variables in between.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use zeroize::Zeroizing;

use super::{
    resolved::{Piece, Resolved, ResolvedSegment, State, Trouble},
    text::{Of, PortRef, Reference, Segment, What, has_references, parse},
    values::{InstanceValues, StackValues, Variable, scheme},
};
use crate::near::nearest;

/// The maximum size of a resolved text in bytes: as large as a config file.
const MAX_RESOLVED: usize = 1 << 20;
/// The maximum size of the resolved text of a variable in bytes: Linux starts no program with a longer one.
const MAX_VARIABLE: usize = 128 << 10;
/// The maximum number of variables through which a reference leads.
const MAX_DEPTH: usize = 32;

/// The owner of a variable or a domain: an instance by its place, or the stack.
type Owner = Option<usize>;

/// Resolves the texts of one stack. Each variable is resolved once.
#[derive(Debug)]
pub struct Resolver<'v> {
    values: &'v StackValues,
    known: RefCell<HashMap<(Owner, &'v str), Rc<Resolved>>>,
    /// Whether the way of the variable that is being resolved has become too long. Then nothing else of it is looked at, and
    /// the variables on the way are not known: from each of them the way is shorter.
    is_too_deep: Cell<bool>,
}

/// The variables and domains that are being resolved, outermost first: keys of variables, and texts of domains, which contain
/// references.
type Way<'v> = Vec<(Owner, &'v str)>;

impl<'v> Resolver<'v> {
    /// Creates a resolver without results.
    pub fn new(values: &'v StackValues) -> Self {
        Self { values, known: RefCell::default(), is_too_deep: Cell::default() }
    }

    /// Resolves a text of an instance.
    pub fn resolve(&self, instance: &str, text: &str) -> Resolved {
        self.text(self.values.place(instance), text, &mut Vec::new())
    }

    /// Resolves a variable of an instance, through its own references. A secret is hidden as a whole.
    pub fn variable(&self, instance: &str, key: &str) -> Option<Resolved> {
        let place = self.values.place(instance)?;
        let (key, variable) = self.values.at(place).variables.get_key_value(key)?;
        Some((*self.of_variable(Some(place), key, variable, &mut Vec::new())).clone())
    }

    /// Resolves the text of a secret, which [`Resolver::variable`] hides: that of an instance, or of the stack.
    pub fn secret(&self, instance: Option<&str>, key: &str) -> Option<Zeroizing<String>> {
        let owner = instance.map(|name| self.values.place(name).ok_or(())).transpose().ok()?;
        let variables = owner.map_or(self.values.shared(), |place| &self.values.at(place).variables);
        self.text(owner, variables.get(key)?.text.as_ref()?, &mut Vec::new()).revealed()
    }

    /// The parts of a text of an instance; `None` for a variable of the stack.
    pub fn segments(&self, instance: Option<&str>, text: &str) -> Vec<ResolvedSegment> {
        let own = instance.and_then(|name| self.values.place(name));
        let segment = |segment: Segment<'_>| match segment {
            Segment::Text(plain) => {
                let value = Resolved::of_text(&*plain);
                ResolvedSegment { text: plain.into_owned(), reference: None, value }
            }
            Segment::Reference(reference, written) => {
                let value = self.reference(own, &reference, &mut Vec::new());
                ResolvedSegment { text: written.to_owned(), reference: Some(reference), value }
            }
        };
        parse(text).0.into_iter().map(segment).collect()
    }

    fn text(&self, own: Owner, text: &str, way: &mut Way<'v>) -> Resolved {
        if !has_references(text) {
            return Resolved::of_text(text);
        }
        let mut whole = Resolved::default();
        for segment in parse(text).0 {
            match segment {
                Segment::Text(plain) => whole.append(Resolved::of_text(plain)),
                Segment::Reference(reference, _) => {
                    let part = self.reference(own, &reference, way);
                    if whole.bytes() + part.bytes() > MAX_RESOLVED {
                        let message = format!("The resolved text would have more than {MAX_RESOLVED} bytes.");
                        return Resolved::missing(&reference, Trouble::TooLong(message));
                    }
                    whole.append(part);
                }
            }
        }
        whole
    }

    fn reference(&self, own: Owner, reference: &Reference, way: &mut Way<'v>) -> Resolved {
        let found = match &reference.of {
            Of::Shared => None,
            Of::Own => own,
            Of::Instance(name) => self.values.place(name),
        };
        let mut resolved = match (&reference.of, found, &reference.what) {
            (Of::Shared, _, What::Variable(key)) => match self.values.shared().get_key_value(key) {
                Some((key, variable)) => (*self.of_variable(None, key, variable, way)).clone(),
                None => Self::no_variable(reference, "The stack", self.values.shared().keys(), key),
            },
            (Of::Instance(name), None, _) => self.no_instance(reference, name),
            // A variable of the stack that is looked at without an instance.
            (_, None, _) => {
                let message =
                    "A variable of the stack belongs to no instance, so `self` means nothing in it.".to_owned();
                Resolved::missing(reference, Trouble::NotFound(message, None))
            }
            (_, Some(place), What::Variable(key)) => {
                let instance = self.values.at(place);
                match instance.variables.get_key_value(key) {
                    Some((key, variable)) => (*self.of_variable(Some(place), key, variable, way)).clone(),
                    None => {
                        let whose = format!("The instance `{}`", instance.name);
                        Self::no_variable(reference, &whose, instance.variables.keys(), key)
                    }
                }
            }
            (_, Some(place), What::Domain) => self.domain(place, reference, way),
            (_, Some(place), _) => offered(self.values.at(place), reference),
        };
        // An instance that refers to itself runs or does not; a hint would say nothing.
        resolved.leads_to_disabled |= found != own && found.is_some_and(|place| !self.values.at(place).is_enabled);
        resolved
    }

    /// The first domain of an instance, which may contain references itself.
    fn domain(&self, place: usize, reference: &Reference, way: &mut Way<'v>) -> Resolved {
        let instance = self.values.at(place);
        let Some(domain) = instance.domains.first() else { return offered(instance, reference) };
        if !has_references(domain) {
            return Resolved::of_text(domain);
        }
        // No key of a variable is like it.
        self.within(Some(place), domain, domain, way).in_lower_case()
    }

    fn of_variable(&self, owner: Owner, key: &'v str, variable: &Variable, way: &mut Way<'v>) -> Rc<Resolved> {
        if let Some(known) = self.known.borrow().get(&(owner, key)) {
            return Rc::clone(known);
        }
        if way.is_empty() {
            self.is_too_deep.set(false);
        }
        let hidden = |text: Option<Zeroizing<String>>| {
            let instance = owner.map(|place| self.values.at(place).name.clone());
            Resolved { pieces: vec![Piece::Hidden { instance, key: key.to_owned(), text }], leads_to_disabled: false }
        };
        let resolved = match &variable.text {
            None => hidden(None),
            Some(text) => match self.within(owner, key, text, way) {
                // What a secret contains is part of it.
                resolved if variable.is_secret => match resolved.revealed() {
                    Some(text) => Resolved { leads_to_disabled: resolved.leads_to_disabled, ..hidden(Some(text)) },
                    None if resolved.state() == State::Unresolved => resolved.only_troubles(),
                    None => hidden(None),
                },
                resolved => resolved,
            },
        };
        let resolved = match resolved.bytes() > MAX_VARIABLE {
            true => {
                let message = format!("The resolved text of a variable would have more than {MAX_VARIABLE} bytes.");
                let reference = Reference { of: self.owner(owner), what: What::Variable(key.to_owned()) };
                Rc::new(Resolved::missing(&reference, Trouble::TooLong(message)))
            }
            false => Rc::new(resolved),
        };
        if way.is_empty() || !self.is_too_deep.get() {
            self.known.borrow_mut().insert((owner, key), Rc::clone(&resolved));
        }
        resolved
    }

    /// Resolves the text of a variable or a domain, unless that is under way already.
    fn within(&self, owner: Owner, key: &'v str, text: &str, way: &mut Way<'v>) -> Resolved {
        let what = || if has_references(key) { What::Domain } else { What::Variable(key.to_owned()) };
        let reference = || Reference { of: self.owner(owner), what: what() };
        if let Some(begin) = way.iter().position(|step| *step == (owner, key)) {
            return Resolved::missing(&reference(), Trouble::Cycle(self.circle(&way[begin..])));
        }
        if way.len() >= MAX_DEPTH || self.is_too_deep.get() {
            self.is_too_deep.set(true);
            let message = format!("The reference leads through more than {MAX_DEPTH} variables.");
            return Resolved::missing(&reference(), Trouble::TooLong(message));
        }
        way.push((owner, key));
        let resolved = self.text(owner, text, way);
        way.pop();
        resolved
    }

    fn owner(&self, owner: Owner) -> Of {
        owner.map_or(Of::Shared, |place| Of::Instance(self.values.at(place).name.clone()))
    }

    /// The names of a circle, which begins with the smallest one wherever it was entered.
    fn circle(&self, way: &[(Owner, &str)]) -> Vec<String> {
        let name = |(owner, key): &(Owner, &str)| match self.owner(*owner) {
            Of::Instance(name) if has_references(key) => format!("{name}:domain"),
            Of::Instance(name) => format!("{name}.{key}"),
            _ => format!("shared.{key}"),
        };
        let mut names: Vec<String> = way.iter().map(name).collect();
        let first = (0..names.len()).min_by_key(|place| &names[*place]).unwrap_or_default();
        names.rotate_left(first);
        names.extend(names.first().cloned());
        names
    }

    fn no_instance(&self, reference: &Reference, name: &str) -> Resolved {
        let names = self.values.instances().iter().map(|instance| instance.name.as_str());
        let near = nearest(name, names).map(|name| {
            let of = Of::Instance(name.to_owned());
            Reference { of, what: reference.what.clone() }.to_string()
        });
        let message = format!("The stack has no instance `{name}`.");
        Resolved::missing(reference, Trouble::NotFound(message, near))
    }

    fn no_variable<'k>(
        reference: &Reference,
        whose: &str,
        keys: impl Iterator<Item = &'k String>,
        key: &str,
    ) -> Resolved {
        let near = nearest(key, keys.map(String::as_str))
            .map(|key| Reference { of: reference.of.clone(), what: What::Variable(key.to_owned()) }.to_string());
        let message = format!("{whose} has no variable `{key}`.");
        Resolved::missing(reference, Trouble::NotFound(message, near))
    }
}

/// What an instance offers beside its variables.
fn offered(instance: &InstanceValues, reference: &Reference) -> Resolved {
    let name = &instance.name;
    let not_found = |what: &str| {
        Resolved::missing(reference, Trouble::NotFound(format!("The instance `{name}` has no {what}."), None))
    };
    let (What::Port(port) | What::HostPort(port) | What::Url(port)) = &reference.what else {
        return match &reference.what {
            What::Host => Resolved::of_text(name),
            What::Container => Resolved::of_text(&instance.container_name),
            _ => instance.domains.first().map_or_else(|| not_found("domain"), Resolved::of_text),
        };
    };
    let mut published = instance
        .ports
        .iter()
        .filter(|one| u16::try_from(one.container_port) == Ok(port.number) && one.protocol == port.protocol);
    let Some(first) = published.next() else {
        let known = instance.ports.iter().filter_map(PortRef::of);
        let near = known.min_by_key(|one| (one.protocol != port.protocol, one.number.abs_diff(port.number)));
        let near = near.map(|port| {
            let what = match reference.what {
                What::HostPort(_) => What::HostPort(port),
                What::Url(_) => What::Url(port),
                _ => What::Port(port),
            };
            Reference { of: reference.of.clone(), what }.to_string()
        });
        let message = format!("The instance `{name}` has no port {port}.");
        return Resolved::missing(reference, Trouble::NoSuchPort(message, near));
    };
    match &reference.what {
        What::HostPort(_) => match first.host_port.or_else(|| published.find_map(|one| one.host_port)) {
            Some(host_port) => Resolved::of_text(host_port.to_string()),
            None => not_found(&format!("fixed host port for {port}, the engine chooses it")),
        },
        What::Url(_) => Resolved::of_text(format!("{}://{name}:{}", scheme(port.number, port.protocol), port.number)),
        _ => Resolved::of_text(port.number.to_string()),
    }
}
