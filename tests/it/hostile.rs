//! Hostile documents and requests, which would be expensive or end the process, are refused early with a short error.

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{Request, header::CONTENT_TYPE},
};
use devarch::{budget::Budget, document::Documents, graphql, limits::Limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, both, run};

both!(
    each_limit_lets_through_what_it_says,
    what_tools_and_dashboards_ask_is_let_through,
    a_long_list_of_long_lists_is_too_much,
    a_change_is_finished_when_its_client_goes_away,
    a_request_that_takes_too_long_is_given_up,
);

/// Sends a request that must be refused, with a short response and quickly; returns the code.
async fn refused(t: &TestApp, document: &str) -> Value {
    let started = Instant::now();
    let body = json!({ "query": document }).to_string();
    let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
    let answer = t.send(request).await;
    assert!(answer.status().is_success() || answer.status().is_client_error(), "{}", answer.status());
    let text = TestApp::text(answer).await;
    assert!(text.len() < 65_536, "{} bytes", text.len());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}: {}", started.elapsed(), &document[..80]);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer.get("data"), None, "{text}");
    answer["errors"][0]["extensions"]["code"].clone()
}

#[test]
fn deadly_documents_are_refused() {
    run(Engine::Sqlite, deadly);
}

async fn deadly(t: &TestApp) {
    let many = |what: &str, n: usize| what.repeat(n);
    // Each fragment spreads the next one twice.
    let doubling: String =
        (0..40).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1)).collect();
    let doubling = format!("{{ ...f0 }} {doubling} fragment f40 on Query {{ __typename }}");
    let doubling_fields: String =
        (0..20).map(|n| format!("fragment f{n} on Stack {{ a: instances {{ nodes {{ stack {{ ...f{0} }} }} }} b: instances {{ nodes {{ stack {{ ...f{0} }} }} }} }} ", n + 1)).collect();
    let doubling_fields =
        format!("{{ stack(name: \"a\") {{ ...f0 }} }} {doubling_fields} fragment f20 on Stack {{ id }}");
    let circle: String = (0..30).map(|n| format!("fragment f{n} on Query {{ ...f{} }} ", (n + 1) % 30)).collect();
    let introspection =
        format!("{{ __schema {{ types {{ {} name {} }} }} }}", many("fields { type {", 5), many("} }", 5));
    let aliases: String = (0..500).map(|n| format!("a{n}: __typename ")).collect();
    let mutations: String =
        (0..11).map(|n| format!("m{n}: createStack(input: {{ name: \"s{n}\" }}) {{ stack {{ id }} }} ")).collect();
    let merging = format!("{{ {} }}", many("stack(name: \"a\") { instances { nodes { id } } } ", 300));
    for (document, code) in [
        (format!("{{ nodes(ids: {}", many("[", 1600)), "LIMIT_EXCEEDED"),
        (format!("{{ stack(name: {}", many("{a:", 1300)), "LIMIT_EXCEEDED"),
        (format!("query ($a: X = {}", many("[", 1600)), "LIMIT_EXCEEDED"),
        (format!("query ($a: {}", many("[", 1600)), "LIMIT_EXCEEDED"),
        (format!("#\r{{ nodes(ids: {}", many("[", 1600)), "LIMIT_EXCEEDED"),
        (format!("{{ nodes(ids: [\"\"\"a\" {}", many("[", 1600)), "GRAPHQL_PARSE_FAILED"),
        (many("{ a ", 1000), "LIMIT_EXCEEDED"),
        (many("{", 60_000), "LIMIT_EXCEEDED"),
        (doubling, "LIMIT_EXCEEDED"),
        (doubling_fields, "LIMIT_EXCEEDED"),
        (format!("{{ ...f0 }} {circle}"), "GRAPHQL_VALIDATION_FAILED"),
        (introspection, "LIMIT_EXCEEDED"),
        (format!("{{ {aliases} }}"), "LIMIT_EXCEEDED"),
        (format!("{{ __typename {} }}", many("@skip(if: false) ", 500)), "LIMIT_EXCEEDED"),
        (format!("{{ {} }}", many("__typename ", 5000)), "LIMIT_EXCEEDED"),
        (format!("{{ stack(name: \"a\") {{ {} }} }}", many("id ", 2001)), "LIMIT_EXCEEDED"),
        (merging, "LIMIT_EXCEEDED"),
        (format!("mutation {{ {mutations} }}"), "LIMIT_EXCEEDED"),
        (format!("{{ stack(name: \"{}\") {{ id }} }}", "x".repeat(200_000)), "LIMIT_EXCEEDED"),
        (format!("{{ stacks(first: {}) {{ totalCount }} }}", "9".repeat(50_000)), "GRAPHQL_VALIDATION_FAILED"),
        (format!("{{ stacks(first: 1{}) {{ totalCount }} }}", "e9".repeat(3)), "GRAPHQL_PARSE_FAILED"),
        (
            format!("{{ {} }}", (0..4).map(|n| format!("a{n}: __schema {{ types {{ name }} }} ")).collect::<String>()),
            "LIMIT_EXCEEDED",
        ),
        ("\0".to_owned(), "GRAPHQL_PARSE_FAILED"),
    ] {
        let found = refused(t, &document).await;
        assert_eq!(found, code, "{}", document.chars().take(100).collect::<String>());
    }
    // The service still responds.
    assert_eq!(t.data("{ __typename }", json!({})).await["__typename"], "Query");
}

#[test]
fn a_request_with_very_many_values_is_refused_before_they_are_made() {
    run(Engine::Sqlite, async |t: &TestApp| {
        let few = t.with_limits(Limits { max_values: 7, ..Limits::default() });
        for (variables, status) in [(json!({ "a": [1, 2, 3] }), 200), (json!({ "a": [1, 2, 3, "[[[,,,"] }), 413)] {
            let body = json!({ "query": "{ __typename }", "variables": variables }).to_string();
            let answer = few.send(few.post(body)).await;
            assert_eq!(answer.status(), status, "{variables}");
        }
        let many = json!({ "query": "{ __typename }", "variables": { "a": vec!["x"; 400_000] } }).to_string();
        let text = TestApp::text(t.send(t.post(many)).await).await;
        assert!(text.contains("--max-values") && text.contains("LIMIT_EXCEEDED"), "{text}");
        let asked = format!("/graphql?query=%7B__typename%7D&variables=%5B{}%5D", "1,".repeat(9));
        let answer = few.send(Request::get(asked).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), 413);
    });
}

/// Whether a document passes these limits.
fn passes(limits: &Limits, document: &str) -> bool {
    let documents = Documents::new(graphql::sdl, limits.clone(), |_, _| ());
    let refusal =
        documents.check(document).and_then(|checked| documents.choose(&checked, None, serde_json::Map::new()));
    match refusal {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal.kind.code(), "LIMIT_EXCEEDED", "{document}: {refusal:?}");
            assert!(refusal.mistakes[0].message.contains("--max-"), "{refusal:?}");
            false
        }
    }
}

async fn each_limit_lets_through_what_it_says(t: &TestApp) {
    if t.engine == Engine::Postgres {
        return; // No database has a part in this.
    }
    let usual = Limits::default();
    let fields = |n: usize| format!("{{ stack(name: \"a\") {{ {} }} }}", "id ".repeat(n));
    let instances = |n: usize| format!("{{ stacks(first: {n}) {{ nodes {{ id name }} }} }}");
    let changes: fn(usize) -> String =
        |n| format!("mutation {{ {} }}", "createStack(input: { name: \"a\" }) { stack { id } } ".repeat(n));
    for (limits, at, above) in [
        (Limits { max_document: 14, ..usual.clone() }, "{ __typename }".to_owned(), "{ __typename  }".to_owned()),
        (Limits { max_tokens: 4, ..usual.clone() }, "{ __typename __typename }".into(), "{ a: __typename b }".into()),
        (
            Limits { max_nesting: 3, ..usual.clone() },
            "{ stacks { nodes { id } } }".into(),
            "{ stacks { nodes { id stack: id(a: [1]) } } }".into(),
        ),
        (
            Limits { max_depth: 3, ..usual.clone() },
            instances(1),
            "{ stacks { nodes { instances { totalCount } } } }".into(),
        ),
        (Limits { max_selections: 11, ..usual.clone() }, fields(10), fields(11)),
        (
            Limits { max_aliases: 1, ..usual.clone() },
            "{ a: __typename }".into(),
            "{ a: __typename b: __typename }".into(),
        ),
        (
            Limits { max_directives: 1, ..usual.clone() },
            "{ __typename @skip(if: true) }".into(),
            "{ a: __typename @skip(if: true) @include(if: true) }".into(),
        ),
        (
            Limits { max_root_fields: 2, ..usual.clone() },
            "{ __typename __typename }".into(),
            "{ __typename ...f } fragment f on Query { __typename __typename }".into(),
        ),
        (Limits { max_mutations: 2, ..usual.clone() }, changes(2), changes(3)),
        // The connection, its nodes and their two fields in ten rows.
        (Limits { max_cost: 32, ..usual.clone() }, instances(10), instances(11)),
    ] {
        assert!(passes(&limits, &at), "{at}");
        assert!(!passes(&limits, &above), "{above}");
    }
}

async fn what_tools_and_dashboards_ask_is_let_through(t: &TestApp) {
    t.shop().await;
    // What graphql-js asks of a schema.
    let inner = "ofType { kind name ".repeat(9) + &"}".repeat(9);
    let introspection = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description isRepeatable locations \
         args {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf fields(includeDeprecated: true) {{ name \
         description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated \
         deprecationReason }} inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} \
         possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated \
         deprecationReason }} fragment TypeRef on __Type {{ kind name {inner} }}"
    );
    let schema = t.data(&introspection, json!({})).await;
    assert!(schema["__schema"]["types"].as_array().unwrap().len() > 100);
    // A stack's page with everything.
    let page = format!(
        "{{ stack(name: \"shop\") {{ instances(first: 100) {{ totalCount nodes {{ id name enabled overrideCount template \
         {{ name }} {} effectiveConfig {{ imageName ports {{ hostPort origin shadows {{ hostPort }} }} envVars {{ key \
         value origin }} removed {{ kind key by }} }} overrideStats {{ total }} conflicts {{ message }} }} }} }} }}",
        crate::support::COLLECTIONS
    );
    assert_eq!(t.data(&page, json!({})).await["stack"]["instances"]["totalCount"], 1);
    let overview =
        "{ stacks(first: 100) { nodes { name instances(first: 100) { nodes { id name enabled containerName } } } } }";
    assert_eq!(t.data(overview, json!({})).await["stacks"]["nodes"][0]["name"], "shop");
}

async fn a_long_list_of_long_lists_is_too_much(t: &TestApp) {
    let nested = "query ($n: Int) { stacks(first: $n) { nodes { instances(first: $n) { nodes { template { instances(first: $n) \
                  { nodes { id name } } } } } } } }";
    assert_eq!(t.data(nested, json!({ "n": 10 })).await["stacks"]["nodes"], json!([]));
    let answer = t.graphql(nested, json!({ "n": 100 })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
    let conflicts = "{ stacks(first: 100) { nodes { conflicts { holders { conflicts { holders { conflicts { message } } } } } } } }";
    let answer = t.graphql(conflicts, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
}

async fn a_change_is_finished_when_its_client_goes_away(t: &TestApp) {
    let mutation = "mutation { a: createStack(input: { name: \"a\" }) { stack { id } } \
                    b: createStack(input: { name: \"b\" }) { stack { id } } \
                    c: createStack(input: { name: \"c\" }) { stack { id } } }";
    let request = t.post(json!({ "query": mutation }).to_string());
    {
        let mut asked = Box::pin(t.send(request));
        // Begun, and dropped at once.
        for _ in 0..50 {
            if futures_util::poll!(&mut asked).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let mut left = json!(null);
    for _ in 0..100 {
        left = t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"].take();
        if left == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(left, 3);
}

async fn a_request_that_takes_too_long_is_given_up(t: &TestApp) {
    use sea_orm::{ConnectionTrait, TransactionTrait};
    if t.engine == Engine::Sqlite {
        return; // Readers never wait for a writer there.
    }
    t.shop().await;
    let hurried = t.with_limits(Limits { request_timeout: 1, ..Limits::default() });
    let lock = t.db.writer().begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE stacks IN ACCESS EXCLUSIVE MODE").await.unwrap();
    // Both by a plan, a list and one object: that the executor could be tried after the plan gives them no more time.
    for query in ["{ stacks { totalCount } }", "{ stack(name: \"shop\") { name } }"] {
        let started = Instant::now();
        let answer = hurried.send(hurried.post(json!({ "query": query }).to_string())).await;
        let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
        assert_eq!(answer["data"], Value::Null);
        assert!(started.elapsed() < Duration::from_millis(1800), "{query}: {:?}", started.elapsed());
    }
    lock.rollback().await.unwrap();
    assert_eq!(hurried.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 1);
}

/// Random text made of the tokens of documents.
fn rubble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "{", "}", "[", "]", "(", ")", ":", "$", "@", "!", "=", "|", "...", "\"", "\"\"\"", "\\", "#", "\n", "\r", ",", " ",
            "query", "mutation", "fragment f on Stack", "...f", "stack", "name", "a: ", "null", "true", "1", "-1.5e9", "input",
            "[[[[[[[[", "{a:{a:{a:{a:", "]]]]]]]]", "}}}}", "\\\"\"\"", "\u{feff}", "é",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

/// The number of cases; `DEVARCH_FUZZ_CASES` sets another.
fn cases() -> ProptestConfig {
    let cases = std::env::vars().find(|(name, _)| name == "DEVARCH_FUZZ_CASES").and_then(|(_, n)| n.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(400), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    /// Validation never panics, and the executor's document of an accepted document can be made, also on a
    /// stack that is a fraction of the real one.
    #[test]
    fn what_is_let_through_is_safe_to_run(document in rubble()) {
        thread_local!(static DOCUMENTS: Documents<()> = Documents::new(graphql::sdl, Limits::default(), |_, _| ()));
        let documents = DOCUMENTS.with(Documents::clone);
        let look = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let looked = look.spawn(move || {
            let Ok(checked) = documents.check(&document) else { return };
            if let Ok(chosen) = documents.choose(&checked, None, serde_json::Map::new()) {
                graphql::executable(documents.operation(&checked, None).unwrap(), &chosen.variables, &Budget::default()).unwrap();
            }
        });
        prop_assert!(looked.unwrap().join().is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Deep nesting around anything is refused by the token limit alone.
    #[test]
    fn deep_nesting_is_refused_wherever_it_stands(before in rubble(), open in "[\\[{(]{300}") {
        let documents = Documents::new(graphql::sdl, Limits::default(), |_, _| ());
        let document = before + &open;
        prop_assert!(documents.check(&document).is_err());
    }
}
