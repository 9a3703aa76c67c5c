//! `Pools`: names, ids and cursors of the objects in a test database, and values that name nothing.
//!
//! Read once from answers of the service, used for arguments. It must not contain a value that differs in kind from run
//! to run.

use std::collections::BTreeMap;

use devarch::ids::opaque;
use serde_json::{Value, json};

use crate::{
    generated::data::MAIN,
    support::{Rng, TestApp},
};

/// Names of nothing: empty, with characters of SQL and of patterns, too long, with control characters.
const STRANGE: [&str; 12] = [
    "",
    "\0",
    "a\0b",
    "no such",
    "'; DROP TABLE stacks; --",
    "%",
    "_",
    "\\",
    "ü😀\u{2028}",
    "SHOP",
    " shop ",
    "\"}\n\r\t\u{1b}",
];
const SEARCHES: [&str; 9] = ["1", "W", "eb-", "o", "no such", "%", "_", "", "ü"];

/// Compose files to compare with: without services, like an instance of the main stack, and two that are none.
const DOCUMENTS: [&str; 5] = [
    "services: {}",
    "services:\n  web-1: { image: 'postgres:17', ports: ['8080:80'], labels: { a: b } }\n  new: { image: x, privileged: true }",
    "name: shop\nservices: { db: { image: postgres, environment: { A: b } } }",
    "services: [",
    "",
];

/// What arguments can name.
pub(in crate::generated) struct Pools {
    stacks: Vec<String>,
    instances: Vec<String>,
    templates: Vec<String>,
    categories: Vec<String>,
    ids: Vec<String>,
    changes: Vec<String>,
    change_cursors: Vec<String>,
    /// By the type of the list.
    cursors: BTreeMap<&'static str, Vec<String>>,
}

/// Every string at one of these keys, anywhere in an answer.
fn strings(answer: &Value, keys: &[&str], found: &mut Vec<String>) {
    match answer {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| keys.contains(&key.as_str())) {
                    Some(text) if !found.iter().any(|known| known == text) => found.push(text.to_owned()),
                    _ => strings(value, keys, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, keys, found)),
        _ => {}
    }
}

fn all(answer: &Value, keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    strings(answer, keys, &mut found);
    found
}

impl Pools {
    /// Reads the objects of a database.
    pub(in crate::generated) async fn read(t: &TestApp) -> Self {
        let list = "instances(first: 100) { edges { cursor node { id name } } }";
        let query = format!("{{ stacks(first: 100) {{ edges {{ cursor node {{ id name {list} }} }} }} }}");
        let stacks = t.data(&query, json!({})).await["stacks"].take();
        let query = format!("{{ templates(first: 100) {{ edges {{ cursor node {{ id name category {list} }} }} }} }}");
        let templates = t.data(&query, json!({})).await["templates"].take();
        let trash = "{ trash { instances { nodes { instance { id name } } } stacks { nodes { stack { id name } } } } }";
        let trash = t.data(trash, json!({})).await["trash"].take();

        let nodes = |list: &Value| -> Value {
            list["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
        };
        let own = |list: &Value, key: &str| -> Vec<String> {
            list["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"][key].as_str().unwrap().to_owned())
                .collect()
        };
        let instances: Value =
            nodes(&stacks).as_array().unwrap().iter().map(|stack| stack["instances"].clone()).collect();
        let of_templates: Value =
            nodes(&templates).as_array().unwrap().iter().map(|of| of["instances"].clone()).collect();
        let edges = |list: &Value| -> Vec<String> {
            list["edges"].as_array().unwrap().iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned()).collect()
        };
        let mut cursors = BTreeMap::from([
            ("StackConnection", edges(&stacks)),
            ("TemplateConnection", edges(&templates)),
            ("InstanceConnection", all(&json!([instances, of_templates]), &["cursor"])),
        ]);
        for (list, of) in [("instances", "TrashedInstancePage"), ("stacks", "TrashedStackPage")] {
            for first in 1..4 {
                let query =
                    format!("{{ trash {{ {list}(first: {first}) {{ pageInfo {{ startCursor endCursor }} }} }} }}");
                let page = t.data(&query, json!({})).await;
                cursors.entry(of).or_default().extend(all(&page, &["endCursor"]));
            }
        }
        let changes = "{ changes(first: 100) { nodes { id cursor } } }";
        let changes = t.data(changes, json!({})).await["changes"].take();
        let versions = "{ stacks(first: 100) { nodes { version(at: { ago: \"PT0S\" }) { id instances { id } } } } }";
        let versions = t.data(versions, json!({})).await["stacks"].take();
        let pages = "{ changes(first: 100) { edges { cursor } } }";
        let pages = t.data(pages, json!({})).await["changes"].take();
        cursors.insert("ChangeConnection", edges(&pages));
        let mut categories = all(&templates, &["category"]);
        categories.retain(|category| !category.is_empty());
        Self {
            // Mostly the stack that has instances of every sort.
            stacks: [own(&stacks, "name"), all(&trash["stacks"], &["name"]), vec![MAIN.to_owned(); 8]].concat(),
            instances: all(&json!([instances, trash["instances"]]), &["name"]),
            templates: own(&templates, "name"),
            categories,
            ids: all(&json!([stacks, templates, trash, changes, versions]), &["id"]),
            change_cursors: all(&changes, &["cursor"]),
            changes: all(&changes, &["id"]),
            cursors,
        }
    }

    /// A text for an argument or the field of an input, by its name; `of` is the type of the field that takes it.
    pub(in crate::generated) fn text(&self, rng: &mut Rng, of: &str, field: &str, argument: &str) -> String {
        let known = match (field, argument) {
            _ if of == "StackRef" && argument == "name" => &self.stacks,
            _ if of == "TemplateRef" && argument == "name" => &self.templates,
            _ if of == "InstanceNameInput" && argument == "stack" => &self.stacks,
            _ if of == "InstanceNameInput" && argument == "name" => &self.instances,
            (_, "document") => return rng.one_of(&DOCUMENTS).to_owned(),
            ("instance", "stack") | ("stack", "name") => &self.stacks,
            ("instance", "name") => &self.instances,
            ("template", "name") => &self.templates,
            (_, "category") => &self.categories,
            (_, "after" | "before") => match self.cursors.get(of) {
                Some(cursors) if rng.below(8) > 0 => return cursors[rng.below(cursors.len())].clone(),
                // A cursor of another list, or of none.
                _ if rng.below(2) == 0 => {
                    let list = self.cursors.values().nth(rng.below(self.cursors.len())).unwrap();
                    return list[rng.below(list.len())].clone();
                }
                _ => return strange(rng),
            },
            (_, "search") => return rng.one_of(&SEARCHES).to_owned(),
            (_, "imageName") => return rng.one_of(&["postgres", "acme/app", "no such image"]).to_owned(),
            (_, "imageTag") => return rng.one_of(&["17", "18", "latest"]).to_owned(),
            (_, "restartPolicy") => return rng.one_of(&["no", "always", "on-failure:3", "sometimes"]).to_owned(),
            (_, "key") => return rng.one_of(&["POSTGRES_USER", "TOKEN", "team", "a=b", "NEW_ONE"]).to_owned(),
            (_, "filePath" | "target" | "workingDir") => {
                return rng.one_of(&["/etc/app.conf", "/data", "x"]).to_owned();
            }
            (_, "domain") => return rng.one_of(&["db.localhost", "new.localhost", "-"]).to_owned(),
            _ => return rng.one_of(&["value", "18", "512m", "a \"b\"\n😀", ""]).to_owned(),
        };
        if rng.below(7) == 0 { strange(rng) } else { known[rng.below(known.len())].clone() }
    }

    /// The cursor of a change.
    pub(in crate::generated) fn change_cursor(&self, rng: &mut Rng) -> String {
        if rng.below(9) == 0 { strange(rng) } else { self.change_cursors[rng.below(self.change_cursors.len())].clone() }
    }

    /// The id of a change.
    pub(in crate::generated) fn change(&self, rng: &mut Rng) -> String {
        if rng.below(9) == 0 { self.id(rng) } else { self.changes[rng.below(self.changes.len())].clone() }
    }

    /// A global id: mostly of an object that exists, live or in the trash.
    pub(in crate::generated) fn id(&self, rng: &mut Rng) -> String {
        let real = self.ids[rng.below(self.ids.len())].clone();
        match rng.below(12) {
            0 => strange(rng),
            1 => {
                let number = devarch::ids::AnyId::decode(&real).map_or(1, |_| crate::support::number(&json!(real)));
                let number = [number, 1, 0, -1, i64::MAX][rng.below(5)];
                opaque(rng.one_of(&["Stack", "Template", "Instance", "stack", "Port", ""]), number)
            }
            2 => format!("{real}="),
            _ => real,
        }
    }
}

/// A text that names nothing.
fn strange(rng: &mut Rng) -> String {
    match rng.below(STRANGE.len() + 1) {
        0 => "x".repeat(200),
        n => STRANGE[n - 1].to_owned(),
    }
}
