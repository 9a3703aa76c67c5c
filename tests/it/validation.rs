//! Documents and variables: the verdicts of graphql-js, the coercion of the specification, and what is told of mistakes.

use std::collections::BTreeMap;

use devarch::{document::Documents, graphql, limits::Limits};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    variables_are_coerced_before_anything_runs,
    what_fits_after_coercion_is_taken,
    mistakes_are_few_and_short_and_have_a_place,
);

#[derive(Deserialize)]
struct Verdict {
    document: String,
    verdict: String,
}

/// The verdicts were made by graphql-js 16 over `schema.graphql`. On purpose this differs in two: a subscription is refused
/// although graphql-js lets it pass, and so is a nullable variable for an input of which exactly one field is given; both
/// are in the specification.
#[test]
fn verdicts_are_those_of_graphql_js() {
    let known: Vec<Verdict> = serde_json::from_str(include_str!("verdicts.json")).unwrap();
    let documents = Documents::new(graphql::sdl, Limits::default(), |_, _| ());
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for Verdict { document, verdict } in &known {
        let found = match documents.check(document) {
            Ok(_) => "valid",
            Err(refusal) if refusal.sort.code() == "GRAPHQL_PARSE_FAILED" => "unparsable",
            Err(refusal) if refusal.sort.code() == "GRAPHQL_VALIDATION_FAILED" => "invalid",
            Err(refusal) => panic!("{document}: {refusal:?}"),
        };
        *seen.entry(found).or_default() += 1;
        if found != verdict {
            wrong.push(format!("{found}, not {verdict}: {document}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen["valid"] >= 50 && seen["invalid"] >= 80 && seen["unparsable"] >= 3, "{seen:?}");
}

/// Two changes, the second with the value that is tried: if anything ran, the first has left a stack.
async fn tried(t: &TestApp, declared: &str, used: &str, value: Value) -> Value {
    let mutation = format!(
        "mutation ($v: {declared}) {{ a: createStack(input: {{ name: \"half\" }}) {{ stack {{ id }} }} {used} }}"
    );
    t.graphql(&mutation, json!({ "v": value })).await
}

async fn variables_are_coerced_before_anything_runs(t: &TestApp) {
    let create = "b: createInstance(input: $v) { userErrors { code } }";
    let patch = "b: patchInstanceOverrides(input: { instance: { id: \"x\" }, operations: $v }) { userErrors { code } }";
    let instance = |overrides: Value| json!({ "stack": { "name": "s" }, "template": { "name": "t" }, "name": "n", "overrides": overrides });
    for (declared, used, value, mistake) in [
        ("CreateInstanceInput!", create, Value::Null, "\"$v\" of the type \"CreateInstanceInput!\" must not be null."),
        ("CreateInstanceInput!", create, json!({}), "\"$v.name\" of the required type \"String!\" was not provided."),
        ("CreateInstanceInput!", create, json!(1), "\"$v\" is no object, as the type \"CreateInstanceInput\" is."),
        (
            "CreateInstanceInput!",
            create,
            json!({ "stack": {}, "template": { "name": "t" }, "name": "n" }),
            "\"$v.stack\" of the type \"StackRef\" takes exactly one field, and not null.",
        ),
        (
            "CreateInstanceInput!",
            create,
            json!({ "stack": { "name": null }, "template": { "name": "t" }, "name": "n" }),
            "\"$v.stack\" of the type \"StackRef\" takes exactly one field, and not null.",
        ),
        (
            "CreateInstanceInput!",
            create,
            json!({ "stack": { "name": "s" }, "template": { "name": "t" }, "name": "n", "nope": 1 }),
            "\"$v\" has a field \"nope\", which the type \"CreateInstanceInput\" does not have.",
        ),
        (
            "CreateInstanceInput!",
            create,
            instance(json!({ "ports": [{ "containerPort": 80 }, { "containerPort": 2_147_483_648_i64 }] })),
            "\"$v.overrides.ports[1].containerPort\" is no whole number of 32 bits, as the type \"Int\" is.",
        ),
        (
            "CreateInstanceInput!",
            create,
            instance(json!({ "ports": [{ "containerPort": 80, "protocol": "QUIC" }] })),
            "\"$v.overrides.ports[0].protocol\" is no Protocol: it takes SCTP, TCP, UDP.",
        ),
        (
            "CreateInstanceInput!",
            create,
            instance(json!({ "envVars": [{ "key": "A", "value": 1 }] })),
            "\"$v.overrides.envVars[0].value\" is a number, and the type \"String\" does not take that.",
        ),
        (
            "CreateInstanceInput!",
            create,
            instance(json!({ "labels": [null] })),
            "\"$v.overrides.labels[0]\" of the type \"LabelInput!\" must not be null.",
        ),
        (
            "[OverrideOperation!]!",
            patch,
            json!([{ "reset": { "all": true } }, { "replace": "PORT", "reset": { "all": true } }]),
            "\"$v[1]\" of the type \"OverrideOperation\" takes exactly one field, and not null.",
        ),
    ] {
        let answer = tried(t, declared, used, value.clone()).await;
        assert_eq!(answer.get("data"), None, "{value}: {answer}");
        let errors = answer["errors"].as_array().unwrap();
        let found = errors.iter().any(|error| error["message"] == format!("Variable {mistake}"));
        assert!(found, "{value}: {answer}");
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "BAD_REQUEST"), "{answer}");
    }
    let missing = t.graphql("query ($n: String!) { stack(name: $n) { id } }", json!({})).await;
    assert_eq!(missing["errors"][0]["message"], "Variable \"$n\" of the required type \"String!\" was not provided.");
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 0);
}

async fn what_fits_after_coercion_is_taken(t: &TestApp) {
    t.shop().await;
    for (query, variables, expected) in [
        // One value is a list of one, a whole float is an integer, a number is an id, what is not declared is ignored.
        ("query ($v: [ID!]!) { nodes(ids: $v) { id } }", json!({ "v": "x" }), json!({ "nodes": [null] })),
        (
            "query ($v: Int) { stacks(first: $v) { totalCount } }",
            json!({ "v": 3.0 }),
            json!({ "stacks": { "totalCount": 1 } }),
        ),
        ("query ($v: ID!) { node(id: $v) { id } }", json!({ "v": 7 }), json!({ "node": null })),
        ("{ stacks { totalCount } }", json!({ "other": [1, { "a": 2 }] }), json!({ "stacks": { "totalCount": 1 } })),
        (
            "query ($v: Int = 5) { stacks(first: $v) { totalCount } }",
            json!({}),
            json!({ "stacks": { "totalCount": 1 } }),
        ),
        (
            "query ($v: Int = 500) { stacks(first: $v) { totalCount } }",
            json!({ "v": null }),
            json!({ "stacks": { "totalCount": 1 } }),
        ),
        (
            "query ($v: String) { stacks(search: $v) { totalCount } }",
            json!({ "v": "sho" }),
            json!({ "stacks": { "totalCount": 1 } }),
        ),
        ("query ($v: Boolean!) { stacks @skip(if: $v) { totalCount } }", json!({ "v": true }), json!({})),
    ] {
        assert_eq!(t.data(query, variables).await, expected, "{query}");
    }
    let input =
        json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "ports": { "containerPort": 80.0 } } });
    let done = t.done("setInstanceOverrides", input, "instance { ports { containerPort protocol hostIp } }").await;
    let port = json!([{ "containerPort": 80, "protocol": "TCP", "hostIp": "0.0.0.0" }]);
    assert_eq!(done["instance"]["ports"], port);
}

async fn mistakes_are_few_and_short_and_have_a_place(t: &TestApp) {
    let fields: Vec<String> = (0..50).map(|n| format!("nope{n}")).collect();
    let document = format!("{{ stack(name: \"a\") {{\n  {} }} }}", fields.join("\n  "));
    let answer = t.graphql(&document, json!({})).await;
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 20);
    let third = json!([{ "line": 3, "column": 3 }]);
    assert!(errors.iter().any(|error| error["locations"] == third), "{answer}");
    let answer = t.graphql(&format!("{{ {} }}", "n".repeat(5000)), json!({})).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.chars().count() <= 300, "{message}");
    // A value that is wrong is not shown: it may be a secret.
    let answer = t.graphql("query ($v: Int) { stacks(first: $v) { totalCount } }", json!({ "v": "hunter2" })).await;
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
}
