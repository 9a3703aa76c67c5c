//! Which fields have a read plan: a test walks the schema, and names each field that is left to the executor.

use std::collections::{BTreeSet, HashSet, VecDeque};

use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition},
};
use axum::{
    body::Body,
    http::{Request, header::CACHE_CONTROL},
};

use crate::support::{TestApp, both};

both!(every_field_has_a_plan);

/// Fields that the executor computes for each object or as a whole, with everything below them.
const COMPUTED: [&str; 33] = [
    "EnvVar.generate",
    "EffectiveEnvVar.generate",
    "GeneratedSecret.alphabet",
    "GeneratedSecret.length",
    "Query.__type",
    "Query.__schema",
    "Query.apiKeys",
    "Query.categories",
    "Query.changes",
    "Query.diffStacks",
    "Query.plan",
    "Query.search",
    "Query.suggestHostPort",
    "Query.version",
    "Query.viewer",
    "Stack.compose",
    "Stack.conflicts",
    "Stack.document",
    "Stack.forkKey",
    "Stack.forkedFrom",
    "Stack.forks",
    "Stack.history",
    "Stack.lastChange",
    "Stack.lease",
    "Stack.owners",
    "Stack.version",
    "Instance.conflicts",
    "Instance.history",
    "Instance.version",
    "Template.affected",
    "Template.history",
    // What a restore would meet.
    "TrashedStack.obstacles",
    "TrashedInstance.obstacles",
];

/// Objects that only the executor makes.
const OF_THE_EXECUTOR: [&str; 3] = ["Change", "InstanceVersion", "StackVersion"];

/// The arguments that a field needs.
fn arguments(field: &str) -> &'static str {
    match field {
        "Query.stack" | "Query.template" => "(name: \"shop\")",
        "Query.instance" => "(stack: \"shop\", name: \"web\")",
        "Query.stackByRef" | "Query.templateByRef" => "(ref: { name: \"shop\" })",
        "Query.instanceByRef" => "(ref: { byName: { stack: \"shop\", name: \"web\" } })",
        "Stack.instance" => "(name: \"web\")",
        "Query.node" => "(id: \"U3RhY2s6MQ\")",
        "Query.nodes" => "(ids: [\"U3RhY2s6MQ\"])",
        _ => "",
    }
}

/// A type, and the text of a query around a selection on it.
struct Reached {
    of: String,
    before: String,
    after: String,
}

/// A query for each field that can be reached, with the field's name. Each type is reached in the shortest way.
fn queries(schema: &Schema) -> Vec<(String, String)> {
    let mut known = HashSet::from(["Query".to_owned()]);
    let mut open =
        VecDeque::from([Reached { of: "Query".to_owned(), before: "{ ".to_owned(), after: " }".to_owned() }]);
    let mut queries = Vec::new();
    while let Some(Reached { of, before, after }) = open.pop_front() {
        for possible in possible(schema, &of) {
            let on = |inside: &str| {
                if possible == of { inside.to_owned() } else { format!("... on {possible} {{ {inside} }}") }
            };
            for field in fields(schema, &possible) {
                let name = format!("{possible}.{}", field.name);
                if COMPUTED.contains(&name.as_str()) {
                    continue;
                }
                let inner = field.ty.inner_named_type().to_string();
                let call = format!("{}{}", field.name, arguments(&name));
                let is_leaf = matches!(schema.types[inner.as_str()], ExtendedType::Scalar(_) | ExtendedType::Enum(_));
                let selection = if is_leaf { call.clone() } else { format!("{call} {{ __typename }}") };
                queries.push((name, format!("{before}{}{after}", on(&selection))));
                if !is_leaf && known.insert(inner.clone()) {
                    let text = on(&format!("{call} {{ \u{0} }}"));
                    let (begin, end) = text.split_once('\u{0}').unwrap();
                    open.push_back(Reached {
                        of: inner,
                        before: format!("{before}{begin}"),
                        after: format!("{end}{after}"),
                    });
                }
            }
        }
    }
    queries
}

/// The object types that a type stands for.
fn possible(schema: &Schema, of: &str) -> Vec<String> {
    match &schema.types[of] {
        ExtendedType::Union(union) => union.members.iter().map(ToString::to_string).collect(),
        ExtendedType::Interface(_) => {
            let objects = schema.implementers_map();
            let mut names: Vec<String> = objects[of].objects.iter().map(ToString::to_string).collect();
            names.sort();
            names.retain(|name| !OF_THE_EXECUTOR.contains(&name.as_str()));
            names
        }
        _ => vec![of.to_owned()],
    }
}

fn fields<'s>(schema: &'s Schema, of: &str) -> Vec<&'s FieldDefinition> {
    match &schema.types[of] {
        ExtendedType::Object(object) => object.fields.values().map(|field| &***field).collect(),
        _ => Vec::new(),
    }
}

async fn every_field_has_a_plan(t: &TestApp) {
    t.web().await;
    let schema = Schema::parse_and_validate(devarch::graphql::sdl(), "schema.graphql").unwrap();
    let queries = queries(&schema);
    let types: HashSet<&str> = queries.iter().filter_map(|(field, _)| Some(field.split_once('.')?.0)).collect();
    for of in ["Stack", "Instance", "Template", "EffectivePort", "RemovedEntry", "KindStats", "ConfigChange", "Setting"]
    {
        assert!(types.contains(of), "{of} is not reached");
    }
    assert!(queries.len() > 250, "{} fields", queries.len());
    let mut left = BTreeSet::new();
    for (field, query) in &queries {
        let text: String = form_urlencoded::Serializer::new(String::new()).append_pair("query", query).finish();
        let answer = t.send(Request::get(format!("/graphql?{text}")).body(Body::empty()).unwrap()).await;
        // Only a response that a plan has written may be stored.
        let control = answer.headers().get(CACHE_CONTROL).map(|value| value.to_str().unwrap().to_owned());
        if control.as_deref() != Some("private, no-cache") {
            left.insert(format!("{field}: {query}"));
        }
    }
    assert_eq!(left, BTreeSet::new(), "fields without a plan");
    // What is computed is a field of the schema.
    for field in COMPUTED.iter().filter(|field| !field.contains("__")) {
        let (of, name) = field.split_once('.').unwrap();
        assert!(fields(&schema, of).iter().any(|known| known.name == name), "{field}");
    }
}
