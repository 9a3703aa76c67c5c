//! HTTP: the page and its assets, health checks, and responses to GraphQL requests.

mod page;

use std::io::Read;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use devarch::server::AuthMode;
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use migration::{Migrator, MigratorTrait};
use serde_json::{Value, json};

use crate::support::{COLLECTIONS, Engine, TestApp, both, run};

both!(
    readiness_follows_the_migrations,
    an_internal_failure_tells_nothing_and_fails_only_its_field,
    malformed_requests_get_json_and_the_right_status,
    parse_and_validation_errors_carry_their_code,
    the_status_depends_on_the_accepted_media_type,
    deep_documents_are_refused_before_they_are_parsed,
    variables_that_do_not_fit_are_found_before_anything_runs,
    pages_of_other_sites_ask_only_where_it_is_set,
    long_answers_are_packed_for_who_takes_them,
);

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql").header(header::CONTENT_TYPE, content_type).body(body.into()).unwrap()
}

fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn bytes(answer: Response<Body>) -> Vec<u8> {
    answer.into_body().collect().await.unwrap().to_bytes().to_vec()
}

/// The status and the JSON of an answer.
async fn json_of(t: &TestApp, request: Request<Body>) -> (StatusCode, Value) {
    let answer = t.send(request).await;
    let status = answer.status();
    let media_type = text_of(answer.headers(), &header::CONTENT_TYPE).to_owned();
    let text = TestApp::text(answer).await;
    let is_json =
        media_type.starts_with("application/json") || media_type.starts_with("application/graphql-response+json");
    assert!(is_json, "{status} {media_type} {text}");
    (status, serde_json::from_str(&text).unwrap())
}

async fn readiness_follows_the_migrations(t: &TestApp) {
    let unready = json!({ "status": "unready", "reason": "migrations are missing" });
    assert_eq!(json_of(t, get("/healthz")).await, (StatusCode::OK, json!({ "status": "alive" })));
    assert_eq!(json_of(t, get("/readyz")).await, (StatusCode::OK, json!({ "status": "ready" })));
    Migrator::down(t.db.writer(), Some(1)).await.unwrap();
    assert_eq!(json_of(t, get("/readyz")).await, (StatusCode::SERVICE_UNAVAILABLE, unready.clone()));
    Migrator::down(t.db.writer(), None).await.unwrap();
    assert_eq!(json_of(t, get("/readyz")).await, (StatusCode::SERVICE_UNAVAILABLE, unready));
    assert_eq!(json_of(t, get("/healthz")).await.0, 200);
    t.db.migrate().await.unwrap();
    assert_eq!(json_of(t, get("/readyz")).await.0, 200);
}

async fn malformed_requests_get_json_and_the_right_status(t: &TestApp) {
    let fine = json!({ "query": "{ __typename }" }).to_string();
    let json_type = "application/json";
    let huge = json!({ "query": "{ __typename }", "variables": { "x": "x".repeat(8 * 1_048_576) } }).to_string();
    let with = |method: Method, path: &str| {
        Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, json_type).body(Body::empty()).unwrap()
    };
    let cases = [
        (post(json_type, "{"), 400, "BAD_REQUEST"),
        (post(json_type, ""), 400, "BAD_REQUEST"),
        (post(json_type, "null"), 400, "BAD_REQUEST"),
        (post(json_type, "42"), 400, "BAD_REQUEST"),
        (post(json_type, "[]"), 400, "BAD_REQUEST"),
        (post(json_type, &b"\"\xff\""[..]), 400, "BAD_REQUEST"),
        (post(json_type, "{\"query\": 1}"), 400, "BAD_REQUEST"),
        (post(json_type, "{}"), 400, "BAD_REQUEST"),
        (post(json_type, "{\"query\": \"\"}"), 400, "BAD_REQUEST"),
        (post(json_type, "{\"query\": \"{ __typename }\", \"variables\": 1}"), 400, "BAD_REQUEST"),
        (post("text/plain", fine.clone()), 415, "BAD_REQUEST"),
        (post("application/x-www-form-urlencoded", fine.clone()), 415, "BAD_REQUEST"),
        (post("multipart/form-data; boundary=x", fine.clone()), 415, "BAD_REQUEST"),
        (post("", fine.clone()), 415, "BAD_REQUEST"),
        (post("application/jsonp", fine.clone()), 415, "BAD_REQUEST"),
        (post(json_type, huge), 413, "LIMIT_EXCEEDED"),
        (post("application/json; charset=latin1", fine.clone()), 415, "BAD_REQUEST"),
        (post(json_type, format!("[{fine}]")), 400, "BAD_REQUEST"),
        (post(json_type, fine.replace('{', "{\"query\":\"{a}\",")), 400, "BAD_REQUEST"),
        (post(json_type, "{\"query\": \"{ __typename }\", \"operationName\": 1}"), 400, "BAD_REQUEST"),
        (post(json_type, "{\"query\": \"{ __typename }\", \"extensions\": []}"), 400, "BAD_REQUEST"),
        (get("/graphql"), 400, "BAD_REQUEST"),
        (get("/graphql?query="), 400, "BAD_REQUEST"),
        (get("/graphql?query=%7B__typename%7D&variables=%5B%5D"), 400, "BAD_REQUEST"),
        (get("/graphql?query=%7B__typename%7D&variables=%7B"), 400, "BAD_REQUEST"),
        (get("/graphql?query=%7B__typename%7D&query=%7B__typename%7D"), 400, "BAD_REQUEST"),
        (get("/graphql?query=%FF"), 400, "BAD_REQUEST"),
        (get("/graphql?query=mutation%7B__typename%7D"), 405, "BAD_REQUEST"),
        (
            get("/graphql?query=query%20q%7B__typename%7D%20mutation%20m%7B__typename%7D&operationName=m"),
            405,
            "BAD_REQUEST",
        ),
        (with(Method::PUT, "/graphql"), 405, "BAD_REQUEST"),
        (with(Method::DELETE, "/graphql"), 405, "BAD_REQUEST"),
    ];
    for (request, status, code) in cases {
        let what = format!("{} {:?}", request.method(), request.headers());
        let (found, body) = json_of(t, request).await;
        assert_eq!(found, status, "{what} {body}");
        assert_eq!(body["errors"][0]["extensions"]["code"], code, "{what} {body}");
        assert_eq!(body.get("data"), None);
    }
    let allow = async |request| text_of(t.send(request).await.headers(), &header::ALLOW).to_owned();
    assert_eq!(allow(get("/graphql?query=mutation%7B__typename%7D")).await, "POST");
    assert_eq!(allow(with(Method::PUT, "/graphql")).await, "GET, POST");
    let mut unacceptable = post(json_type, fine.clone());
    unacceptable.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());
    assert_eq!(json_of(t, unacceptable).await.0, 406);
    let mut packed = post(json_type, fine.clone());
    packed.headers_mut().insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
    assert_eq!(json_of(t, packed).await.0, 415);
    for (method, path) in [(Method::GET, "/nothing"), (Method::POST, "/nothing"), (Method::GET, "/graphql/")] {
        let (status, body) = json_of(t, with(method, path)).await;
        assert_eq!(status, 404);
        assert!(body["errors"][0]["message"].is_string());
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"] {
        let (status, body) = json_of(t, post(content_type, fine.clone())).await;
        assert_eq!((status, body), (StatusCode::OK, json!({ "data": { "__typename": "Query" } })));
    }
    // A query may come in a URL.
    let asked = "/graphql?query=query%20a(%24n%3AString!)%7Bstack(name%3A%24n)%7Bid%7D%7D%20query%20b%7B__typename%7D";
    let (status, body) =
        json_of(t, get(&format!("{asked}&operationName=a&variables=%7B%22n%22%3A%22x%22%7D&x=1"))).await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "data": { "stack": null } })));
    let unknown =
        json!({ "query": "{ __typename }", "operationName": null, "variables": null, "extensions": {}, "x": 1 });
    assert_eq!(json_of(t, post(json_type, unknown.to_string())).await.1, json!({ "data": { "__typename": "Query" } }));
}

async fn parse_and_validation_errors_carry_their_code(t: &TestApp) {
    let (parse, validation) = ("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED");
    let cases = [
        ("{", parse),
        ("query {", parse),
        ("{ stack(name: ) { id } }", parse),
        ("{ nope }", validation),
        ("{ stack { id } }", validation),
        ("{ stack(name: 1) { id } }", validation),
        ("{ stack(name: \"a\") }", validation),
        ("query ($n: Nope) { __typename }", validation),
        ("{ ...f }", validation),
        ("subscription { x }", validation),
        ("query a { __typename } query b { __typename }", "BAD_REQUEST"),
        ("mutation { createStack(input: { name: null }) { stack { id } } }", validation),
        ("mutation { renameInstance(input: { instance: {}, name: \"x\" }) { instance { id } } }", validation),
        (
            "mutation { renameInstance(input: { instance: { id: \"a\", byName: { stack: \"a\", name: \"b\" } }, name: \"x\" }) \
             { instance { id } } }",
            validation,
        ),
    ];
    for (query, code) in cases {
        let answer = t.graphql(query, json!({})).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{query} {answer}"));
        for error in errors {
            assert_eq!(error["extensions"]["code"], code, "{query} {answer}");
            assert!(!error["message"].as_str().unwrap().is_empty());
        }
        // A request that never ran has no data, not even null.
        assert_eq!(answer.get("data"), None, "{query} {answer}");
    }
    // The engine coerces some values where they are used: these errors have a path.
    for (query, variables) in [
        ("{ stacks(first: 99999999999) { nodes { id } } }", json!({})),
        ("query ($n: Int) { stacks(first: $n) { nodes { id } } }", json!({ "n": "x" })),
        ("query ($n: String!) { stack(name: $n) { id } }", json!({})),
        ("query ($n: String!) { stack(name: $n) { id } }", json!({ "n": null })),
    ] {
        let answer = t.graphql(query, variables).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(code == validation || code == "BAD_REQUEST", "{answer}");
        assert!(answer["data"].is_null(), "{answer}");
    }
}

async fn the_status_depends_on_the_accepted_media_type(t: &TestApp) {
    let of_response = "application/graphql-response+json";
    let cases = [
        ("{", of_response, 400, of_response),
        ("{ nope }", of_response, 400, of_response),
        ("{ __typename }", of_response, 200, of_response),
        ("{ stacks(first: 0) { nodes { id } } }", of_response, 200, of_response),
        ("{", "application/json", 200, "application/json"),
        ("{ nope }", "application/json", 200, "application/json"),
        ("{ nope }", "*/*", 200, "application/json"),
        ("{ __typename }", "application/json", 200, "application/json"),
    ];
    for (query, accept, status, media_type) in cases {
        let mut request = post("application/json", json!({ "query": query }).to_string());
        request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
        let answer = t.send(request).await;
        assert_eq!(answer.status(), status, "{query} {accept}");
        let expected = format!("{media_type}; charset=utf-8");
        assert_eq!(text_of(answer.headers(), &header::CONTENT_TYPE), expected, "{query} {accept}");
    }
}

async fn an_internal_failure_tells_nothing_and_fails_only_its_field(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_healthchecks").await;
    let internal = |answer: &Value, path: Value| {
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
        let error = &answer["errors"][0];
        assert_eq!((&error["extensions"]["code"], &error["path"]), (&json!("INTERNAL"), &path));
        assert_eq!(error["extensions"]["requestId"].as_str().map(str::len), Some(16), "{error}");
        let text = answer["errors"].to_string().to_lowercase();
        for word in ["instance_healthchecks", "select", "sql", "relation", "table", "no such", "sea", "panic", "/"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    };
    let query = "{ instance(stack: \"shop\", name: \"db\") { name healthcheck { test } ports { hostIp } } }";
    let answer = t.graphql(query, json!({})).await;
    internal(&answer, json!(["instance", "healthcheck"]));
    assert_eq!(answer["data"], json!({ "instance": { "name": "db", "healthcheck": null, "ports": [] } }));

    // A null propagates to the nearest nullable field.
    let query =
        "{ stack(name: \"shop\") { name } instance(stack: \"shop\", name: \"db\") { name overrideStats { total } } }";
    let answer = t.graphql(query, json!({})).await;
    internal(&answer, json!(["instance", "overrideStats"]));
    assert_eq!(answer["data"], json!({ "stack": { "name": "shop" }, "instance": null }));

    let write =
        "mutation ($input: SetInstanceOverridesInput!) { setInstanceOverrides(input: $input) { userErrors { code } } }";
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": TestApp::overrides() });
    let answer = t.graphql(write, json!({ "input": input })).await;
    internal(&answer, json!(["setInstanceOverrides"]));
    let query = format!(
        "{{ instance(stack: \"shop\", name: \"db\") {{ revision {} }} }}",
        COLLECTIONS.split(" healthcheck").next().unwrap()
    );
    let found = t.data(&query, json!({})).await;
    let untouched = json!({ "revision": 1, "ports": [], "volumes": [], "envVars": [], "labels": [], "domains": [] });
    assert_eq!(found["instance"], untouched);
}

async fn deep_documents_are_refused_before_they_are_parsed(t: &TestApp) {
    let lists = format!("{{ nodes(ids: {}{}) {{ id }} }}", "[".repeat(20_000), "]".repeat(20_000));
    let objects = format!("{{ stack(name: {}1{}) {{ id }} }}", "{a:".repeat(20_000), "}".repeat(20_000));
    let fields = format!("{}a{}", "{ a ".repeat(20_000), "}".repeat(20_000));
    for document in [lists, objects, fields] {
        let (status, answer) = json_of(t, post("application/json", json!({ "query": document }).to_string())).await;
        assert_eq!((status, answer.get("data")), (StatusCode::OK, None));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    }
    let variables = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let body = format!("{{ \"query\": \"{{ __typename }}\", \"variables\": {{ \"a\": {variables} }} }}");
    let (status, _) = json_of(t, post("application/json", body)).await;
    assert_eq!(status, 400);
    // Brackets in a value are text.
    t.shop().await;
    let text = "[{(".repeat(1000);
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "description": text });
    let done = t.done("updateInstance", input, "instance { description }").await;
    assert_eq!(done["instance"]["description"], text);
    let query = format!("{{ stacks(search: \"{text}\") {{ totalCount }} }}");
    assert_eq!(t.data(&query, json!({})).await["stacks"]["totalCount"], 0);
}

async fn variables_that_do_not_fit_are_found_before_anything_runs(t: &TestApp) {
    let mutation = |declared: &str, value: &str| {
        format!(
            "mutation ({declared}) {{ a: createStack(input: {{ name: \"half\" }}) {{ stack {{ id }} }} \
             b: createInstance(input: {{ stack: {{ name: \"half\" }}, template: {{ name: \"x\" }}, {value} }}) \
             {{ userErrors {{ code }} }} }}"
        )
    };
    for (declared, value, variables) in [
        ("$n: String!", "name: $n", json!({})),
        ("$n: String!", "name: $n", json!({ "n": null })),
        ("$p: Int!", "name: \"x\", overrides: { ports: [{ containerPort: $p }] }", json!({ "p": 2_147_483_648_i64 })),
        ("$p: Int!", "name: \"x\", overrides: { ports: [{ containerPort: $p }] }", json!({ "p": 1.5 })),
    ] {
        let answer = t.graphql(&mutation(declared, value), variables.clone()).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
        assert_eq!(answer["errors"][0].get("path"), None, "{variables}");
    }
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 0);
}

async fn pages_of_other_sites_ask_only_where_it_is_set(t: &TestApp) {
    let preflight = |origin: &str| {
        Request::options("/graphql")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
            .body(Body::empty())
            .unwrap()
    };
    let asked = |origin: &str| {
        let mut request = post("application/json", json!({ "query": "{ __typename }" }).to_string());
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        request
    };
    let allowed = |answer: &Response<Body>| text_of(answer.headers(), &header::ACCESS_CONTROL_ALLOW_ORIGIN).to_owned();
    for request in [preflight("https://a.example"), asked("https://a.example")] {
        assert_eq!(allowed(&t.send(request).await), "", "off until it is set");
    }
    // Also where a key is asked for: a browser asks first without one.
    let t = t.with_origins(&["https://a.example", "http://localhost:3000"]).behind(AuthMode::Keys, None);
    let answer = t.send(preflight("https://a.example")).await;
    assert_eq!((answer.status(), allowed(&answer).as_str()), (StatusCode::OK, "https://a.example"));
    let headers = text_of(answer.headers(), &header::ACCESS_CONTROL_ALLOW_HEADERS);
    assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
    assert_eq!(answer.headers().get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    let answer = t.send(asked("http://localhost:3000")).await;
    assert_eq!((answer.status(), allowed(&answer).as_str()), (StatusCode::UNAUTHORIZED, "http://localhost:3000"));
    assert!(text_of(answer.headers(), &header::ACCESS_CONTROL_EXPOSE_HEADERS).contains("x-request-id"));
    for other in ["https://b.example", "https://a.example.evil", "null"] {
        assert_eq!(allowed(&t.send(preflight(other)).await), "", "{other}");
        assert_eq!(allowed(&t.send(asked(other)).await), "", "{other}");
    }
    let t = t.with_origins(&["*"]);
    assert_eq!(allowed(&t.send(asked("https://b.example")).await), "*");
}

async fn long_answers_are_packed_for_who_takes_them(t: &TestApp) {
    let ask = |query: &str, takes: &str| {
        let mut request = post("application/json", json!({ "query": query }).to_string());
        request.headers_mut().insert(header::ACCEPT_ENCODING, takes.parse().unwrap());
        request
    };
    let long = "{ __schema { types { name description } } }";
    let plain = t.send(ask(long, "identity")).await;
    assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
    assert_eq!(text_of(plain.headers(), &header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(text_of(plain.headers(), &header::CACHE_CONTROL), "no-store");
    assert!(plain.headers().contains_key("x-request-id"));
    let packed = t.send(ask(long, "gzip, br")).await;
    assert_eq!(text_of(packed.headers(), &header::CONTENT_ENCODING), "gzip");
    assert!(text_of(packed.headers(), &header::VARY).to_lowercase().contains("accept-encoding"));
    let (plain, packed) = (bytes(plain).await, bytes(packed).await);
    assert!(packed.len() * 3 < plain.len(), "{} of {}", packed.len(), plain.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain);
    let short = t.send(ask("{ __typename }", "gzip")).await;
    assert_eq!(short.headers().get(header::CONTENT_ENCODING), None);
}
