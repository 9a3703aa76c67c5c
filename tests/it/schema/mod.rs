//! The public schema: the file in the repository, descriptions, and the names that clients rely on.

mod promised;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::promised::promised;
use crate::support::{Engine, TestApp, run};

/// The schema does not depend on the database.
macro_rules! once {
    ($( $name:ident => $test:ident ),+ $(,)?) => { $(
        #[test]
        fn $name() {
            run(Engine::Sqlite, $test);
        }
    )+ };
}
once!(
    everything_is_described => described,
    times_name_their_specification => specified,
    the_promised_names_have_the_promised_types => promised,
);

#[test]
fn the_schema_file_is_up_to_date() {
    let file = include_str!("../../../schema.graphql");
    let message = "schema.graphql is out of date; write it anew: just schema";
    assert!(file == devarch::graphql::sdl(), "{message}");
}

const INTROSPECTION: &str = "{ __schema { types { kind name description specifiedByURL
    fields(includeDeprecated: true) { name description type { ...T } args { name description type { ...T } defaultValue } }
    inputFields { name description type { ...T } defaultValue } isOneOf
    interfaces { name } possibleTypes { name } enumValues(includeDeprecated: true) { name description } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the schema, without those of GraphQL itself, by name.
async fn types(t: &TestApp) -> BTreeMap<String, Value> {
    let schema = t.data(INTROSPECTION, json!({})).await;
    let types = schema["__schema"]["types"].as_array().unwrap();
    let types = types.iter().map(|of| (of["name"].as_str().unwrap().to_owned(), of.clone()));
    types.filter(|(name, _)| !name.starts_with("__")).collect()
}

/// The list under a key of an introspection result; it is never null.
fn list<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of[key].as_array().into_iter().flatten()
}

/// A type in GraphQL's own notation.
fn notation(of: &Value) -> String {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", notation(&of["ofType"])),
        "LIST" => format!("[{}]", notation(&of["ofType"])),
        _ => of["name"].as_str().unwrap().to_owned(),
    }
}

async fn described(t: &TestApp) {
    let mut missing = Vec::new();
    for (name, of) in types(t).await {
        let mut look = |place: String, what: &Value| {
            if what["description"].as_str().unwrap_or_default().trim().is_empty() {
                missing.push(place);
            }
        };
        look(name.clone(), &of);
        for key in ["fields", "inputFields", "enumValues"] {
            for part in list(&of, key) {
                let place = format!("{name}.{}", part["name"].as_str().unwrap());
                look(place.clone(), part);
                for argument in list(part, "args") {
                    look(format!("{place}({})", argument["name"].as_str().unwrap()), argument);
                }
            }
        }
    }
    assert!(missing.is_empty(), "without a description:\n{}", missing.join("\n"));
}

async fn specified(t: &TestApp) {
    for (name, of) in types(t).await {
        if of["kind"] == "SCALAR" && !["Int", "Float", "String", "Boolean", "ID"].contains(&name.as_str()) {
            let url = of["specifiedByURL"].as_str().unwrap_or_default();
            assert!(url.starts_with("https://"), "{name} has no @specifiedBy");
        }
    }
    assert_eq!(types(t).await["DateTime"]["specifiedByURL"], "https://datatracker.ietf.org/doc/html/rfc3339");
}
