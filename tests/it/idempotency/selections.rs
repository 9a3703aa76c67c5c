//! Random selections from the schema, on any type, a few levels deep.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::{Rng, TestApp};

/// A field that can be selected without an argument.
struct Field {
    name: String,
    of: String,
    /// Whether it is a page, which takes an argument for its length.
    paged: bool,
}

/// The types of the schema, with their kind and fields.
pub(super) struct Selections(HashMap<String, (String, Vec<Field>)>);

const TYPE: &str = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";

/// The name of a type without its lists and non-nulls.
fn named(of: &Value) -> String {
    if of["name"].is_string() { of["name"].as_str().unwrap().to_owned() } else { named(&of["ofType"]) }
}

impl Selections {
    /// Reads the types by introspection.
    pub(super) async fn of(t: &TestApp) -> Self {
        let query = format!(
            "{{ __schema {{ types {{ kind name fields {{ name args {{ name defaultValue type {{ kind }} }} type {{ {TYPE} }} }} }} }} }}"
        );
        let schema = t.data(&query, json!({})).await;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let types = list(&schema["__schema"]["types"]).into_iter().map(|of| {
            let free = |arg: &Value| arg["type"]["kind"] != "NON_NULL" || arg["defaultValue"].is_string();
            let fields = list(&of["fields"]).into_iter().filter(|field| list(&field["args"]).iter().all(free));
            let fields = fields.map(|field| Field {
                name: field["name"].as_str().unwrap().to_owned(),
                of: named(&field["type"]),
                paged: list(&field["args"]).iter().any(|arg| arg["name"] == "first"),
            });
            let kind = of["kind"].as_str().unwrap().to_owned();
            (of["name"].as_str().unwrap().to_owned(), (kind, fields.collect()))
        });
        Self(types.collect())
    }

    /// Some fields of a type.
    pub(super) fn any(&self, of: &str, depth: usize, rng: &mut Rng) -> String {
        let (kind, fields) = &self.0[of];
        match kind.as_str() {
            "SCALAR" | "ENUM" => return String::new(),
            _ if depth == 0 || fields.is_empty() => return " { __typename }".to_owned(),
            _ => {}
        }
        // Each field has an alias, so that no two selections have to be merged.
        let picked = (0..=rng.below(5)).map(|n| {
            let Field { name, of, paged } = &fields[rng.below(fields.len())];
            let page = if *paged { "(first: 3)" } else { "" };
            format!("f{n}: {name}{page}{}", self.any(of, depth - 1, rng))
        });
        format!(" {{ {} }}", picked.collect::<Vec<_>>().join(" "))
    }
}
