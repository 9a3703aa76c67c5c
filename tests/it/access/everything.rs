//! Documents that select everything below a field, generated from the schema, so that they include new fields.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::TestApp;

/// Required arguments of fields; a new one has to be added here, or the tests fail.
const ARGUMENTS: [(&str, &str); 4] = [
    ("Template.affected", "edit: { imageTag: \"0\", ports: [], volumes: [], domains: [], labels: [] }"),
    ("Stack.instance", "name: \"db\""),
    ("Stack.version", "at: { ago: \"PT0S\" }"),
    ("Instance.version", "at: { ago: \"PT0S\" }"),
];

const INTROSPECTION: &str = "{ __schema { mutationType { fields { name } } types { kind name possibleTypes { name }
    fields { name args { name defaultValue type { kind } } type { ...T } } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the schema.
pub(super) struct Schema(BTreeMap<String, Value>);

/// The name of a type without its lists and non-nulls.
fn named(of: &Value) -> &str {
    if of["ofType"].is_null() { of["name"].as_str().unwrap() } else { named(&of["ofType"]) }
}

impl TestApp {
    /// The names of all mutations.
    pub(super) async fn mutations(&self) -> Vec<String> {
        let schema = self.data(INTROSPECTION, json!({})).await;
        let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
        fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
    }
}

impl Schema {
    pub(super) async fn load(t: &TestApp) -> Self {
        let schema = t.data(INTROSPECTION, json!({})).await;
        let types = schema["__schema"]["types"].as_array().unwrap();
        Self(types.iter().map(|of| (of["name"].as_str().unwrap().to_owned(), of.clone())).collect())
    }

    /// The fields of a type: the name, and the named type.
    pub(super) fn fields(&self, of: &str) -> Vec<(&str, &str)> {
        let fields = self.0[of]["fields"].as_array().into_iter().flatten();
        fields.map(|field| (field["name"].as_str().unwrap(), named(&field["type"]))).collect()
    }

    /// A selection of all fields of a type. Of a type that occurs again further down only the leaves are selected.
    pub(super) fn everything(&self, of: &str) -> String {
        self.selection(of, "", &mut BTreeSet::new())
    }

    /// `prefix` makes aliases for fields with the same name but different types in the members of a union.
    fn selection(&self, of: &str, prefix: &str, seen: &mut BTreeSet<String>) -> String {
        let kind = self.0[of]["kind"].as_str().unwrap();
        if matches!(kind, "UNION" | "INTERFACE") {
            let members = self.0[of]["possibleTypes"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap());
            let members =
                members.map(|name| format!("... on {name} {}", self.selection(name, &format!("{name}_"), seen)));
            return format!("{{ __typename {} }}", members.collect::<Vec<_>>().join(" "));
        }
        let again = !seen.insert(of.to_owned());
        let mut selected = vec!["__typename".to_owned()];
        for field in self.0[of]["fields"].as_array().unwrap() {
            let (name, inside) = (field["name"].as_str().unwrap(), named(&field["type"]));
            // Effects are of five types, each with a subject of any type: all of that takes long to validate.
            if inside == "Plan" {
                continue;
            }
            let plain = matches!(self.0[inside]["kind"].as_str().unwrap(), "SCALAR" | "ENUM");
            let below = match (plain, again) {
                // They are computed, which takes long for every stack at every depth.
                (true, true) if ["document", "conflictCount"].contains(&name) => continue,
                (true, _) => String::new(),
                (false, true) => continue,
                (false, false) => self.selection(inside, "", seen),
            };
            selected.push(format!("{prefix}{name}: {name}{} {below}", Self::arguments(of, field)));
        }
        format!("{{ {} }}", selected.join(" "))
    }

    fn arguments(of: &str, field: &Value) -> String {
        let name = format!("{of}.{}", field["name"].as_str().unwrap());
        let needed = |argument: &Value| argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null();
        match ARGUMENTS.iter().find(|(field, _)| *field == name) {
            Some((_, arguments)) => format!("({arguments})"),
            None if field["args"].as_array().unwrap().iter().any(needed) => panic!("say what arguments {name} takes"),
            None => String::new(),
        }
    }
}
