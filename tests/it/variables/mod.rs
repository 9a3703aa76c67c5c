//! Variables and their defaults: a document with defaults is equivalent to one with literals, for the
//! cost, the executor, read plans and directives.

mod generator;

use apollo_compiler::{
    Schema,
    ast::Type,
    schema::{ExtendedType, InputObjectType},
};
use devarch::{budget::Budget, document::Documents, graphql, limits::Limits};
use serde_json::{Map, Value, json};

use self::generator::{Declared, Grower};
use crate::support::{Rng, TestApp, both};

both!(
    defaults_reach_directives_and_arguments,
    null_and_absent_are_told_apart,
    null_where_it_must_not_be_is_refused_before_anything_runs,
    fields_of_one_key_are_one,
);

/// What the executor gets, without the places in the text.
fn without_places(document: Value) -> Value {
    match document {
        Value::Object(mut fields) if fields.len() == 2 && fields.contains_key("pos") => {
            without_places(fields.remove("node").unwrap())
        }
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, without_places(value))).collect(),
        Value::Array(items) => items.into_iter().map(without_places).collect(),
        other => other,
    }
}

/// More with `DEVARCH_FUZZ_CASES`.
fn cases() -> usize {
    std::env::vars().find(|(name, _)| name == "DEVARCH_FUZZ_CASES").and_then(|(_, n)| n.parse().ok()).unwrap_or(400)
}

#[test]
fn values_written_out_cost_and_mean_the_same_as_defaults_and_variables() {
    let sdl = graphql::sdl();
    let schema = Schema::parse_and_validate(&sdl, "schema.graphql").unwrap();
    let most = usize::MAX;
    let limits =
        Limits { max_cost: u64::MAX, max_aliases: most, max_depth: most, max_directives: most, ..Limits::default() };
    let documents = Documents::new(graphql::sdl, limits, |_, _| ());
    let mut rng = Rng(11);
    let (mut compared, mut with_variables, mut costs) = (0, 0, std::collections::BTreeSet::new());
    while compared < cases() {
        let kind = rng.one_of(&["query", "query", "mutation"]);
        let mut grower = Grower { rng: &mut rng, schema: &schema, declared: Vec::new(), aliases: 0 };
        let [plain, varied] = grower.selection(if kind == "query" { "Query" } else { "Mutation" }, 4);
        let declared = grower.declared;
        let list = |default: bool| {
            let each = declared.iter().map(|Declared { name, of, default: value, .. }| match default {
                true => format!("${name}: {of} = {value} "),
                false => format!("${name}: {of} "),
            });
            let all: String = each.collect();
            if all.is_empty() { all } else { format!("({all})") }
        };
        let given: Map<String, Value> =
            declared.iter().map(|declared| (declared.name.clone(), declared.json.clone())).collect();
        let forms = [
            (format!("{kind} {{ {plain} }}"), Map::new()),
            (format!("{kind} {} {{ {varied} }}", list(true)), Map::new()),
            (format!("{kind} {} {{ {varied} }}", list(false)), given.clone()),
            (format!("{kind} {} {{ {varied} }}", list(true)), given),
        ];
        let seen = forms.map(|(document, variables)| {
            let checked = documents.check(&document).unwrap_or_else(|bad| panic!("{document}: {bad:?}"));
            let chosen =
                documents.choose(&checked, None, variables).unwrap_or_else(|bad| panic!("{document}: {bad:?}"));
            let parts = documents.operation(&checked, None).unwrap();
            let executable =
                serde_json::to_value(graphql::executable(parts, &chosen.variables, &Budget::default()).unwrap())
                    .unwrap();
            (chosen.cost, without_places(executable), document)
        });
        for (cost, executable, document) in &seen[1..] {
            assert_eq!(*cost, seen[0].0, "{document}\n{}", seen[0].2);
            assert_eq!(*executable, seen[0].1, "{document}\n{}", seen[0].2);
        }
        compared += 1;
        with_variables += usize::from(!declared.is_empty());
        costs.insert(seen[0].0);
    }
    assert!(with_variables > compared / 3 && costs.len() > compared / 8, "{with_variables}, {}", costs.len());
}

/// The cost of a query with the default limits; `None` if it exceeds them.
fn cost(query: &str) -> Option<u64> {
    let documents = Documents::new(graphql::sdl, Limits::default(), |_, _| ());
    let checked = documents.check(query).unwrap();
    match documents.choose(&checked, None, Map::new()) {
        Ok(chosen) => Some(chosen.cost),
        Err(refusal) => {
            assert_eq!(refusal.reason, "cost", "{query}");
            None
        }
    }
}

#[test]
fn lists_count_with_the_rows_that_they_may_have() {
    let instances =
        |inside: &str| format!("{{ stack(name: \"a\") {{ instances(first: 100) {{ nodes {{ {inside} }} }} }} }}");
    let many = |field: &str, n: usize| (0..n).map(|at| format!("a{at}: {field} ")).collect::<String>();
    for (query, expected) in [
        // The stack and its list are one each; so are the nodes in every row.
        (instances("name"), Some(2 + 100 * (1 + 1))),
        (instances("ports { hostPort containerPort }"), Some(2 + 100 * (1 + 1 + 500 * 2))),
        (instances("effectiveConfig { labels { key shadows { key } } }"), Some(2 + 100 * (1 + 1 + 1 + 500 * (1 + 1 + 4)))),
        (instances(&format!("effectiveConfig {{ configFiles {{ {} }} }}", many("content", 59))), None),
        ("{ stack(name: \"a\") { conflicts { message holders { name } } } }".to_owned(), Some(2 + 5000 * (1 + 1 + 10))),
        (format!("{{ stack(name: \"a\") {{ conflicts {{ holders {{ {} }} }} }} }}", many("name", 50)), None),
        // A node is of one type.
        ("{ node(id: 1) { id ... on Stack { name enabled } ... on Instance { name } ... on Stack { revision } } }".into(), Some(5)),
        // What is left out is no part of the answer.
        ("query ($n: Boolean! = false) { stack(name: \"a\") { name ports: instances @include(if: $n) { totalCount } } }".into(), Some(2)),
    ] {
        assert_eq!(cost(&query), expected, "{query}");
    }
}

async fn defaults_reach_directives_and_arguments(t: &TestApp) {
    t.shop().await;
    let shop = |fields: Value| json!({ "stack": fields });
    for (query, variables, expected) in [
        (
            "query ($y: Boolean! = true, $n: Boolean! = false) { stack(name: \"shop\") { a: name @include(if: $y) \
             b: name @include(if: $n) c: name @skip(if: $y) d: name @skip(if: $n) ... @include(if: $y) { e: name } \
             ...F @skip(if: $y) } } fragment F on Stack { f: name }",
            json!({}),
            shop(json!({ "a": "shop", "d": "shop", "e": "shop" })),
        ),
        (
            "query ($y: Boolean! = true) { stack(name: \"shop\") { a: name @include(if: $y) b: name @skip(if: $y) } }",
            json!({ "y": false }),
            shop(json!({ "b": "shop" })),
        ),
        ("query ($s: String! = \"shop\") { stack(name: $s) { name } }", json!({}), shop(json!({ "name": "shop" }))),
        // By the executor, too.
        (
            "query ($s: String! = \"shop\") { stack(name: $s) { name instance(name: \"db\") { name } } }",
            json!({}),
            shop(json!({ "name": "shop", "instance": { "name": "db" } })),
        ),
        (
            "query ($n: Int = 0) { stack(name: \"shop\") { instances(first: $n) { totalCount } } }",
            json!({ "n": 1 }),
            shop(json!({ "instances": { "totalCount": 1 } })),
        ),
        ("query ($ids: [ID!]! = \"x\") { nodes(ids: $ids) { id } }", json!({}), json!({ "nodes": [null] })),
        (
            "query ($m: ComposeMode! = LAYERED, $a: ComposeMode) { stack(name: \"shop\") { \
             a: compose(mode: $m) { mode: __typename } b: compose(mode: $a) { mode: __typename } } }",
            json!({}),
            shop(json!({ "a": { "mode": "ComposeFile" }, "b": { "mode": "ComposeFile" } })),
        ),
    ] {
        assert_eq!(t.data(query, variables).await, expected, "{query}");
    }
    // Long pages count as they are, wherever their length stands.
    let nested = "query ($n: Int = 100) { template(name: \"postgres\") { instances(first: $n) { nodes { template { \
                  instances(first: $n) { nodes { template { instances(first: $n) { nodes { a: name b: name } } } } } } } } } }";
    for (variables, code) in [(json!({}), json!("LIMIT_EXCEEDED")), (json!({ "n": 3 }), Value::Null)] {
        let answer = t.graphql(nested, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
}

async fn null_and_absent_are_told_apart(t: &TestApp) {
    t.stack("shop").await;
    let describe = |description: &str| {
        format!(
            "mutation ($d: String{description}) {{ updateStack(input: {{ stack: {{ name: \"shop\" }}, description: $d }}) \
             {{ stack {{ description }} userErrors {{ message }} }} }}"
        )
    };
    for (default, variables, expected) in [
        ("", json!({ "d": "one" }), "one"),
        ("", json!({}), "one"),
        (" = \"two\"", json!({}), "two"),
        (" = \"three\"", json!({ "d": null }), ""),
        (" = null", json!({ "d": "four" }), "four"),
        (" = null", json!({}), ""),
    ] {
        let done = t.data(&describe(default), variables).await;
        assert_eq!(done["updateStack"]["stack"]["description"], expected, "{default}: {done}");
    }
    // A default that is null does not make a variable fit where null does not.
    for query in [
        "query ($a: String = null) { __type(name: $a) { name } }",
        "query ($a: Boolean = null) { __typename @include(if: $a) }",
        "query ($a: Boolean = null) { ...F @skip(if: $a) } fragment F on Query { __typename }",
        "query ($a: [ID!] = null) { nodes(ids: $a) { id } }",
        "query ($a: ID = null) { nodes(ids: [$a]) { id } }",
    ] {
        let answer = t.graphql(query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
        assert_eq!(answer.get("data"), None);
    }
    // Any other default does.
    let named = "query ($a: String = \"Stack\") { __type(name: $a) { name } }";
    assert_eq!(t.data(named, json!({})).await["__type"]["name"], "Stack");
}

async fn null_where_it_must_not_be_is_refused_before_anything_runs(t: &TestApp) {
    let half = "a: createStack(input: { name: \"half\" }) { stack { id } }";
    let by_name = "instance: { byName: { stack: \"half\", name: $v } }";
    for (declared, used, place) in [
        ("Boolean = true", "b: __typename @include(if: $v)", "\"if\" of the type \"Boolean!\""),
        (
            "Boolean = true",
            "b: __typename ...F } fragment F on Mutation { c: __typename @skip(if: $v)",
            "\"if\" of the type \"Boolean!\"",
        ),
        (
            "String = \"x\"",
            "b: createStack(input: { name: $v }) { stack { id } }",
            "\"input.name\" of the type \"String!\"",
        ),
        (
            "String = \"x\"",
            &format!("b: renameInstance(input: {{ {by_name}, name: \"y\" }}) {{ instance {{ id }} }}"),
            "\"input.instance.byName.name\" of the type \"String!\"",
        ),
        (
            "Int = 80",
            &format!(
                "b: setInstanceOverrides(input: {{ {}, overrides: {{ ports: [{{ containerPort: 1 }}, {{ containerPort: $v }}] }} }}) \
                 {{ instance {{ id }} }}",
                by_name.replace("$v", "\"x\"")
            ),
            "\"input.overrides.ports[1].containerPort\" of the type \"Int!\"",
        ),
        (
            "ComposeMode",
            "b: createStack(input: { name: \"b\" }) { stack { compose(mode: $v) { hash } } }",
            "\"mode\" of the type \"ComposeMode!\"",
        ),
    ] {
        let mutation = format!("mutation ($v: {declared}) {{ {half} {used} }}");
        let answer = t.graphql(&mutation, json!({ "v": null })).await;
        assert_eq!(answer.get("data"), None, "{mutation}: {answer}");
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_REQUEST");
        assert_eq!(error["message"], format!("The argument {place} must not be null."), "{mutation}");
    }
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 0);
    // What is left out does not matter.
    let left_out =
        "query ($v: String = \"x\", $n: Boolean! = false) { stack(name: $v) @include(if: $n) { id } __typename }";
    assert_eq!(t.data(left_out, json!({ "v": null })).await, json!({ "__typename": "Query" }));
}

async fn fields_of_one_key_are_one(t: &TestApp) {
    // A change that is selected twice is one change, of which more is asked.
    let twice = "mutation ($y: Boolean! = true) { createStack(input: { name: \"once\" }) { stack { name } } \
                 ...More @include(if: $y) ... { createStack(input: { name: \"once\" }) { userErrors { code } } } } \
                 fragment More on Mutation { createStack(input: { name: \"once\" }) { stack { revision } } }";
    let done = json!({ "createStack": { "stack": { "name": "once", "revision": 1 }, "userErrors": [] } });
    assert_eq!(t.data(twice, json!({})).await, done);
    // Keys come in the order of the selection, whatever fragment they come from.
    let order = "{ stack(name: \"once\") { ...A name ... on Node { id } } ... { stack(name: \"once\") { enabled } } __typename } \
                 fragment A on Stack { revision name conflicts { value } }";
    let answer = t.send(t.post(json!({ "query": order }).to_string())).await;
    let id = t.data("{ stack(name: \"once\") { id } }", json!({})).await["stack"]["id"].clone();
    let expected = format!(
        "{{\"data\":{{\"stack\":{{\"revision\":1,\"name\":\"once\",\"conflicts\":[],\"id\":{id},\"enabled\":true}},\
         \"__typename\":\"Query\"}}}}"
    );
    assert_eq!(TestApp::text(answer).await, expected);
    // Of an interface: each object answers what is asked of it and of the interface.
    let node = format!(
        "{{ node(id: {id}) {{ ... on Stack {{ name }} id ... on Node {{ __typename ... on Stack {{ revision }} }} \
         ... on Instance {{ containerName }} }} }}"
    );
    let expected = json!({ "node": { "name": "once", "id": id, "__typename": "Stack", "revision": 1 } });
    assert_eq!(t.data(&node, json!({})).await, expected);
}
