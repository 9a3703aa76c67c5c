//! Validation of documents and variables: the same verdicts as graphql-js, coercion, and error messages.

use std::collections::BTreeMap;

use devarch::{document::Documents, graphql, limits::Limits};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    variables_are_coerced_before_anything_runs,
    what_fits_after_coercion_is_taken,
    mistakes_are_few_and_short_and_have_a_place,
    a_name_that_is_nearly_right_is_suggested,
    descriptions_may_stand_on_operations_fragments_and_variables,
    escapes_mean_the_same_everywhere,
    moments_that_cannot_be_written_are_refused,
    errors_come_in_the_order_of_the_selection,
    text_that_breaks_a_document_is_never_shown,
);

#[derive(Deserialize)]
struct Verdict {
    document: String,
    verdict: String,
}

/// The verdicts were made by graphql-js 16 over `schema.graphql`. On purpose this differs in two: a subscription is
/// refused although graphql-js lets it pass, and so is a nullable variable for an input of which exactly one field is
/// given; both are in the specification.
#[test]
fn verdicts_are_those_of_graphql_js() {
    let known: Vec<Verdict> = serde_json::from_str(include_str!("verdicts.json")).unwrap();
    let documents = Documents::new(graphql::sdl, Limits::default(), |_, _| ());
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for Verdict { document, verdict } in &known {
        let found = match documents.check(document) {
            Ok(_) => "valid",
            Err(refusal) if refusal.kind.code() == "GRAPHQL_PARSE_FAILED" => "unparsable",
            Err(refusal) if refusal.kind.code() == "GRAPHQL_VALIDATION_FAILED" => "invalid",
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

async fn a_name_that_is_nearly_right_is_suggested(t: &TestApp) {
    let create = "mutation ($i: CreateStackInput!) { createStack(input: $i) { stack { id } } }";
    for (document, variables, meant) in [
        ("{ stackz { totalCount } }", json!({}), Some("`stacks`")),
        ("{ stacks { nodes { nam } } }", json!({}), Some("`name`")),
        ("{ stacks(frist: 2) { totalCount } }", json!({}), Some("`first`")),
        ("{ suggestHostPort(near: 1, protocol: TPC) }", json!({}), Some("`TCP`")),
        ("{ node(id: \"x\") { ident } }", json!({}), None),
        ("mutation { createStak(input: { name: \"a\" }) { stack { id } } }", json!({}), Some("`createStack`")),
        (
            "mutation { createStack(input: { name: \"a\", descripton: \"b\" }) { stack { id } } }",
            json!({}),
            Some("`description`"),
        ),
        (create, json!({ "i": { "name": "a", "descripton": "b" } }), Some("\"description\"")),
        (create, json!({ "i": { "name": "a", "colour": "b" } }), None),
    ] {
        let answer = t.graphql(document, variables).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{document}: {answer}"));
        let expected = meant.map(|name| format!("Did you mean {name}?"));
        assert_eq!(message.find("Did you mean").map(|at| &message[at..]), expected.as_deref(), "{document}: {message}");
    }
}

async fn descriptions_may_stand_on_operations_fragments_and_variables(t: &TestApp) {
    t.shop().await;
    let query = "\"\"\"\n The shop's { \"page\" \\\"\"\" $x\n\"\"\"\nquery Shop(\n  \"Its name. $s\" $s: String! = \"shop\"\n  \"\"\"How long.\"\"\"\n  \
                 $n: Int = 1, \"é😀\" $y: Boolean! = true\n) { stack(name: $s) { ...F instances(first: $n) { totalCount } } }\n\
                 \"What is shown: \\\" query\" fragment F on Stack { name @include(if: $y) }";
    let expected = json!({ "stack": { "name": "shop", "instances": { "totalCount": 1 } } });
    assert_eq!(t.data(query, json!({})).await, expected);
    let mutation = "\"Makes one.\" mutation (\"x\" $n: String = \"fragment\" \"y\" $d: String) { createStack(input: { name: $n, \
                    description: $d }) { stack { name description } userErrors { code } } }";
    let made = t.data(mutation, json!({ "d": "query" })).await;
    assert_eq!(made["createStack"]["stack"], json!({ "name": "fragment", "description": "query" }));
    // What stands behind keeps its place.
    let answer = t.graphql("\"é😀\" query { nope }\n\"\"\"\n\"\"\" fragment F on Nope { id }", json!({})).await;
    let places: Vec<&Value> = answer["errors"].as_array().unwrap().iter().map(|error| &error["locations"][0]).collect();
    assert!(places.contains(&&json!({ "line": 1, "column": 14 })), "{answer}");
    for wrong in [
        "\"a\" { __typename }",
        "\"a\" \"b\" query { __typename }",
        "query \"a\" { __typename }",
        "{ __typename } \"a\"",
    ] {
        let answer = t.graphql(wrong, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED", "{wrong}: {answer}");
    }
}

async fn escapes_mean_the_same_everywhere(t: &TestApp) {
    t.stack("shop").await;
    for (at, (literal, meant)) in [
        ("\"\\u{1F600} \\uD83D\\uDE00 😀 \\u00e9 \\u{0000e9}\"", "😀 😀 😀 é é"),
        ("\"\\\" \\\\ \\/ \\t \\n\"", "\" \\ / \t \n"),
        ("\"\\\\u{1F600} \\\\n\"", "\\u{1F600} \\n"),
        ("\"\"\"\n    a \\u{1F600}\n      b \\\"\"\" \\n\r\n    c\r    \"\"\"", "a \\u{1F600}\n  b \"\"\" \\n\nc"),
        ("\"\"\"\"\"\"", ""),
        ("\"\"", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let create = format!(
            "mutation {{ createStack(input: {{ name: \"s{at}\", description: {literal} }}) {{ stack {{ description }} \
             userErrors {{ message }} }} }}"
        );
        let made = t.data(&create, json!({})).await;
        assert_eq!(made["createStack"]["stack"]["description"], meant, "{literal}: {made}");
        // As an argument of a plan and of the executor; a name that is not there is no stack.
        let find = format!("{{ a: stack(name: {literal}) {{ id }} b: stacks(search: {literal}) {{ totalCount }} }}");
        let by_variable = "query ($v: String!) { a: stack(name: $v) { id } b: stacks(search: $v) { totalCount } }";
        assert_eq!(t.data(&find, json!({})).await, t.data(by_variable, json!({ "v": meant })).await, "{literal}");
    }
    for wrong in
        ["\\uD83D", "\\uDE00", "\\uD83D\\u0041", "\\u{110000}", "\\u{D83D}", "\\u{}", "\\u{1F600", "\\u12", "\\x", "\n"]
    {
        for query in ["stack(name: \"s3cret@\") { id }", "stacks(search: \"s3cret@\") { totalCount }"] {
            let query = format!("{{ {} }}", query.replace('@', wrong));
            let answer = t.graphql(&query, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED", "{query}: {answer}");
            assert!(!answer.to_string().contains("s3cret"), "{answer}");
        }
    }
}

async fn moments_that_cannot_be_written_are_refused(t: &TestApp) {
    let create = "mutation ($at: DateTime) { createApiKey(input: { name: \"a\", role: READER, expiresAt: $at }) { \
                  apiKey { expiresAt } userErrors { code } } }";
    for (moment, message) in [
        ("9999-12-31T23:59:59-23:59", "years 0000 to 9999"),
        ("9999-12-31T23:59:60Z", "years 0000 to 9999"),
        ("0000-01-01T00:00:00+00:01", "years 0000 to 9999"),
        ("+10000-01-01T00:00:00Z", "is no moment"),
        ("tomorrow", "is no moment"),
    ] {
        let answer = t.graphql(create, json!({ "at": moment })).await;
        let error = &answer["errors"][0];
        assert_eq!((answer.get("data"), &error["extensions"]["code"]), (None, &json!("BAD_REQUEST")), "{answer}");
        assert!(error["message"].as_str().unwrap().contains(message), "{answer}");
        let literal = format!("\"{moment}\"");
        for query in [
            create.replace("$at }", &format!("{literal} }}")).replace(" ($at: DateTime)", ""),
            create.replace("$at: DateTime", &format!("$at: DateTime = {literal}")),
        ] {
            let answer = t.graphql(&query, json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(message), "{answer}");
        }
    }
    let last = t.data(create, json!({ "at": "9999-12-31T23:59:59.999999+00:00" })).await;
    assert_eq!(last["createApiKey"]["apiKey"]["expiresAt"], "9999-12-31T23:59:59.999999+00:00");
}

async fn errors_come_in_the_order_of_the_selection(t: &TestApp) {
    t.shop().await;
    // Some fail at once, some when a row has come, some in lists; keys are not in the order of the alphabet.
    let root = |n: usize| match n % 3 {
        0 => format!("z{n}: stack(name: \"shop\") {{ instances(first: 0) {{ totalCount }} }}"),
        1 => format!("y{n}: template(name: \"postgres\") {{ name instances(after: \"x\") {{ totalCount }} }}"),
        _ => format!(
            "x{n}: instance(stack: \"shop\", name: \"db\") {{ stack {{ instances(last: 101) {{ totalCount }} }} }}"
        ),
    };
    let all: Vec<String> = (0..30).map(root).collect();
    let query = format!(
        "query ($y: Boolean! = true) {{ {} ...F @include(if: $y) {} }} fragment F on Query {{ {} }}",
        all[..10].join(" "),
        all[20..].join(" "),
        all[10..20].join(" ")
    );
    for _ in 0..5 {
        let answer = t.graphql(&query, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        let keys: Vec<&str> = errors.iter().map(|error| error["path"][0].as_str().unwrap()).collect();
        let expected: Vec<String> = (0..20).map(|n| format!("{}{n}", ["z", "y", "x"][n % 3])).collect();
        assert_eq!(keys, expected);
        assert_eq!(errors[19]["extensions"]["omittedErrors"], 10);
        assert!(errors.iter().all(|error| error["locations"][0]["line"] == 1), "{answer}");
    }
    let placed = t.graphql("{\n  é: __typename }", json!({})).await;
    assert_eq!(placed["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    let placed = t
        .graphql(
            "{\n  __typename # é\r\n  a: stack(name: \"shop\") { instances(first: 0) { totalCount } } }",
            json!({}),
        )
        .await;
    assert_eq!(placed["errors"][0]["locations"], json!([{ "line": 3, "column": 28 }]), "{placed}");
}

/// Documents with a secret in a string, broken at every place and in many ways.
async fn text_that_breaks_a_document_is_never_shown(t: &TestApp) {
    if t.engine == crate::support::Engine::Postgres {
        return; // No database has a part in this.
    }
    let documents = Documents::new(graphql::sdl, Limits::default(), |_, _| ());
    let whole = "mutation M($a: String = \"hunter2\") { setInstanceOverrides(input: { instance: { byName: { stack: \"hunter2\", \
                 name: $a } }, overrides: { envVars: [{ key: \"K\", value: \"\"\"hunter2\"\"\", isSecret: true }], attributes: [{ name: \
                 \"x-a\", value: [1, \"hunter2\"] }] } }) { userErrors { message } } }";
    let mut refused = 0;
    for at in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let (before, behind) = whole.split_at(at);
        let rest = behind.chars().next().map_or("", |c| &behind[c.len_utf8()..]);
        for piece in
            ["\"", "\"\"\"", "\\", "\n", "1", "}", "{", "$", "hunter2", "\\u{", ": \"hunter2\"", "\u{0}", "[", "."]
        {
            for document in
                [format!("{before}{piece}{behind}"), format!("{before}{piece}{rest}"), format!("{before}{piece}")]
            {
                let Err(refusal) = documents.check(&document) else { continue };
                refused += 1;
                // A word that is no string is a name of the client's own: names may be shown.
                let told = refusal.mistakes.iter().any(|mistake| mistake.message.contains("hunter2"));
                assert!(!told || piece == "hunter2" || is_a_word(&document), "{document}\n{refusal:?}");
            }
        }
    }
    assert!(refused > 5000, "{refused}");
}

/// Whether the secret stands outside of strings: a quote was put in front of it or taken away.
fn is_a_word(document: &str) -> bool {
    let mut inside = false;
    let mut escaped = false;
    let mut outside = String::new();
    for c in document.chars() {
        match c {
            '\\' if inside && !escaped => escaped = true,
            '"' if !escaped => inside = !inside,
            '\n' => inside = false,
            _ => {
                escaped = false;
                if !inside {
                    outside.push(c);
                }
            }
        }
    }
    outside.contains("hunter2")
}
