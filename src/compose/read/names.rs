//! Derives names of templates and instances from the keys of services, which may contain characters that names must
//! not.
//!
//! Called when all services are known. It must not depend on which names are taken in the database.

use std::collections::{HashMap, HashSet};

use super::{FoundService, Request};
use crate::{
    kinds::compose::{NoteKind, Notes},
    name::{MAX_NAME, MAX_TEMPLATE_NAME, Name, NameOf, numbered},
};

/// The names derived from the key of a service.
pub(super) struct Names {
    pub(super) template: String,
    pub(super) instance: String,
}

/// Derives unique names for all services.
pub(super) fn give(found: &[FoundService], request: &Request, notes: &mut Notes<'_>) -> Vec<Names> {
    let (mut templates, mut instances) = (Taken::default(), Taken::default());
    // Keys that are valid names are reserved first.
    for service in found {
        templates.reserve(NameOf::Template, &format!("{}{}", request.prefix, service.key));
        instances.reserve(NameOf::Instance, &service.key);
    }
    let names = found.iter().map(|service| {
        let wanted = format!("{}{}", request.prefix, service.key);
        let template = templates.fit(NameOf::Template, &wanted, MAX_TEMPLATE_NAME);
        let instance = instances.fit(NameOf::Instance, &service.key, MAX_NAME);
        for (what, name, wanted) in [("template", &template, &wanted), ("instance", &instance, &service.key)] {
            if name != wanted {
                let reason = format!("The {what} is called {name}: names take lower-case letters, digits and hyphens.");
                notes.push(NoteKind::Changed, &format!("services.{}", service.key), service.at, &reason);
            }
        }
        Names { template, instance }
    });
    names.collect()
}

#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    /// The next number for each base name.
    next: HashMap<String, usize>,
}

impl Taken {
    fn reserve(&mut self, of: NameOf, wanted: &str) {
        if Name::parse(of, wanted).is_ok() {
            self.names.insert(wanted.to_owned());
        }
    }

    fn fit(&mut self, of: NameOf, wanted: &str, room: usize) -> String {
        match Name::parse(of, wanted) {
            Ok(name) => name.to_string(),
            Err(error) => {
                let base = error.suggestion;
                let next = self.next.entry(base.clone()).or_insert(1);
                let proposals = (*next..).map_while(|n| Some((n, numbered(&base, "", n, room)?)));
                let mut free =
                    proposals.skip_while(|(_, name)| self.names.contains(name) || Name::parse(of, name).is_err());
                let name = free.next().map(|(n, name)| {
                    *next = n + 1;
                    name
                });
                let name = name.unwrap_or(base);
                self.names.insert(name.clone());
                name
            }
        }
    }
}
