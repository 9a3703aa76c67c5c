//! What services are called here: names of files may have letters and signs that names here do not take.
//!
//! Called once all services are known. It must never know what names are taken in the database.

use std::collections::HashSet;

use super::{Found, Request};
use crate::{
    kinds::compose::{Fate, Note},
    name::{MAX_NAME, MAX_TEMPLATE_NAME, Name, NameOf, numbered},
};

/// The names that follow from a service's key.
pub(super) struct Names {
    pub(super) template: String,
    pub(super) instance: String,
}

/// Names for all services, each once.
pub(super) fn give(found: &[Found], request: &Request, notes: &mut Vec<Note>) -> Vec<Names> {
    let (mut templates, mut instances) = (Taken::default(), Taken::default());
    // Who is called like its key goes first.
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
                let path = format!("services.{}", service.key);
                notes.push(Note { fate: Fate::Changed, path, at: service.at, reason });
            }
        }
        Names { template, instance }
    });
    names.collect()
}

#[derive(Default)]
struct Taken(HashSet<String>);

impl Taken {
    fn reserve(&mut self, of: NameOf, wanted: &str) {
        if Name::parse(of, wanted).is_ok() {
            self.0.insert(wanted.to_owned());
        }
    }

    fn fit(&mut self, of: NameOf, wanted: &str, room: usize) -> String {
        match Name::parse(of, wanted) {
            Ok(name) => name.to_string(),
            Err(error) => {
                let base = error.suggestion;
                let mut proposals = (1..).map_while(|n| numbered(&base, "", n, room));
                let free = proposals.find(|name| !self.0.contains(name) && Name::parse(of, name).is_ok());
                let name = free.unwrap_or(base);
                self.0.insert(name.clone());
                name
            }
        }
    }
}
