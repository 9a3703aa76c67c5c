//! The state of an instance: the expected one, and the one in a response.
//!
//! Used by the model, the writers and the comparison. It must not depend on how a state came about.

use serde_json::{Value, json};

use crate::kinds::{Says, read};

/// An instance. A field that is `None` is unknown, because the response to its creation was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) created: Option<String>,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) revision: i64,
    pub(crate) is_trashed: bool,
    pub(crate) says: Says,
}

impl State {
    /// A new instance.
    pub(crate) fn new(name: &str, description: &str, says: Says) -> Self {
        Self {
            name: name.to_owned(),
            id: None,
            created: None,
            description: description.to_owned(),
            enabled: true,
            revision: 1,
            is_trashed: false,
            says,
        }
    }

    /// Reads it from a response, with the contradictions in that.
    pub(crate) fn seen(instance: &Value) -> (Self, Vec<String>) {
        let text = |field: &str| instance[field].as_str().map(str::to_owned);
        let name = text("name").unwrap_or_default();
        let says = read(instance);
        let mut wrong = Vec::new();
        let stack = instance["stack"]["name"].as_str().unwrap_or_default();
        if instance["containerName"] != format!("devarch-{stack}-{name}") {
            wrong.push(format!("its container is called {}", instance["containerName"]));
        }
        let entries = says.keys().filter(|place| !place.starts_with("rule/")).count();
        if instance["overrideCount"] != json!(entries) {
            wrong.push(format!("its overrideCount is {}, and it has {entries}", instance["overrideCount"]));
        }
        let state = Self {
            id: text("id"),
            created: text("createdAt"),
            description: text("description").unwrap_or_default(),
            enabled: instance["enabled"] == true,
            revision: instance["revision"].as_i64().unwrap_or_default(),
            is_trashed: !instance["deletedAt"].is_null(),
            name,
            says,
        };
        (state, wrong)
    }

    /// How `seen` differs from the expected state; empty if it does not.
    pub(crate) fn differences(&self, seen: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut differ = |what: &str, wanted: &str, seen: &str| {
            if wanted != seen {
                found.push(format!("{what} is {}, not {}", short(seen), short(wanted)));
            }
        };
        differ("name", &self.name, &seen.name);
        for (what, wanted, seen) in [("id", &self.id, &seen.id), ("createdAt", &self.created, &seen.created)] {
            if let Some(wanted) = wanted {
                differ(what, wanted, seen.as_deref().unwrap_or_default());
            }
        }
        differ("description", &self.description, &seen.description);
        differ("enabled", &self.enabled.to_string(), &seen.enabled.to_string());
        differ("revision", &self.revision.to_string(), &seen.revision.to_string());
        differ("trashed", &self.is_trashed.to_string(), &seen.is_trashed.to_string());
        let places = self.says.keys().chain(seen.says.keys().filter(|place| !self.says.contains_key(*place)));
        for place in places {
            let of = |says: &Says| says.get(place).cloned().unwrap_or_else(|| "absent".into());
            differ(place, &of(&self.says), &of(&seen.says));
        }
        found
    }

    /// Adds the keys from a response.
    pub(crate) fn known_as(mut self, seen: &Self) -> Self {
        self.id = self.id.or_else(|| seen.id.clone());
        self.created = self.created.or_else(|| seen.created.clone());
        self
    }
}

/// A value shortened for one line.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(40).collect();
    if cut == text { cut } else { format!("{cut}… ({} bytes)", text.len()) }
}
