//! Derives names of templates and instances from the keys of services, which may contain characters that names must
//! not.
//!
//! Called when all services are known. It must not depend on which names are taken in the database.

use std::collections::{HashMap, HashSet};

use super::{FoundService, Request};
use crate::{
    kinds::{
        compose::{NoteKind, Notes},
        network::is_alias,
    },
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
    let prefix = request.prefix.as_deref().unwrap_or_default();
    for service in found {
        templates.reserve(NameOf::Template, &format!("{prefix}{}", service.key));
        instances.reserve(NameOf::Instance, &service.key);
    }
    let names = found.iter().map(|service| {
        let wanted = format!("{prefix}{}", service.key);
        let (template, why) = templates.fit(NameOf::Template, &wanted, MAX_TEMPLATE_NAME);
        let path = format!("services.{}", service.key);
        if let Some(why) = why {
            notes.push(NoteKind::Changed, &path, service.at, &format!("The template is called {template}: {why}"));
        }
        let (instance, why) = instances.fit(NameOf::Instance, &service.key, MAX_NAME);
        if let Some(why) = why {
            let (kind, name) = match is_alias(&service.key) {
                true => (NoteKind::Changed, format!("other services still find it as {}, its alias", service.key)),
                false => (NoteKind::Lost, format!("other services no longer find it as {}", service.key)),
            };
            notes.push(kind, &path, service.at, &format!("The instance is called {instance}, and {name}: {why}"));
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

    /// A free name like the wanted one, and why it is another one.
    fn fit(&mut self, of: NameOf, wanted: &str, room: usize) -> (String, Option<String>) {
        match Name::parse(of, wanted) {
            Ok(name) => (name.to_string(), None),
            Err(error) => {
                let why = error.to_string();
                let base = error.suggestion;
                // The suggestion itself comes first, then numbers.
                let next = self.next.entry(base.clone()).or_insert(0);
                let proposals = (*next..).map_while(|n| match n {
                    0 => Some((0, base.clone())),
                    n => Some((n, numbered(&base, "", n, room)?)),
                });
                let mut free =
                    proposals.skip_while(|(_, name)| self.names.contains(name) || Name::parse(of, name).is_err());
                let name = free.next().map(|(n, name)| {
                    *next = n + 1;
                    name
                });
                let name = name.unwrap_or(base);
                self.names.insert(name.clone());
                (name, Some(why))
            }
        }
    }
}
