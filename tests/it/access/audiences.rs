//! Audiences: who may use introspection, the pages, the schema file and the metrics.

use axum::{body::Body, http::Request};
use devarch::{
    access::api_key::ApiKey,
    random::Random,
    server::{Audience, Audiences, AuthMode},
};
use serde_json::{Value, json};

use super::{ROLES, error_code, key};
use crate::support::{TestApp, both};

both!(
    each_route_is_there_for_its_audience,
    introspection_is_there_for_its_audience,
    no_way_leads_around_introspection_that_is_off,
    where_no_key_is_required_everybody_is_the_audience,
);

const AUDIENCES: [&str; 6] = ["open", "keys", "reader", "editor", "admin", "off"];

/// Whether a caller is in an audience: 0 sends no key, 1 to 3 are the roles.
fn belongs(audience: &str, caller: usize) -> bool {
    let least = match audience {
        "open" => 0,
        "keys" | "reader" => 1,
        "editor" => 2,
        "admin" => 3,
        _ => 4,
    };
    caller >= least
}

/// A caller without a key, and one of each role.
async fn callers(t: &TestApp) -> Vec<Option<String>> {
    let mut callers = vec![None];
    for role in ROLES {
        callers.push(Some(key(t, &role.to_lowercase(), role, None).await));
    }
    callers
}

async fn asked(t: &TestApp, path: &str, shown: Option<&str>) -> (u16, String) {
    let mut request = Request::get(path);
    if let Some(key) = shown {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let answer = t.send(request.body(Body::empty()).unwrap()).await;
    (answer.status().as_u16(), TestApp::text(answer).await)
}

/// A route, and how to set its audience.
type Part = (&'static str, fn(Audience) -> Audiences);

const PARTS: [Part; 6] = [
    ("/", |pages| Audiences { pages, ..Audiences::default() }),
    ("/app.js", |pages| Audiences { pages, ..Audiences::default() }),
    ("/graphiql", |pages| Audiences { pages, ..Audiences::default() }),
    ("/assets/nothing.js", |pages| Audiences { pages, ..Audiences::default() }),
    ("/schema.graphql", |schema_route| Audiences { schema_route, ..Audiences::default() }),
    ("/metrics", |metrics| Audiences { metrics, ..Audiences::default() }),
];

async fn each_route_is_there_for_its_audience(t: &TestApp) {
    let callers = callers(t).await;
    let guarded = t.behind(AuthMode::Keys, None);
    let unknown = ApiKey::generate(&Random::system()).unwrap().reveal();
    for audience in AUDIENCES {
        for (part, with) in PARTS {
            let service = guarded.with_audiences(with(audience.parse().unwrap()));
            let there = if part.starts_with("/assets") { 404 } else { 200 };
            for (caller, shown) in callers.iter().enumerate() {
                let (status, body) = asked(&service, part, shown.as_deref()).await;
                let expected = match (belongs(audience, caller), audience, caller) {
                    (true, ..) => there,
                    (false, "off", _) => 404,
                    (false, _, 0) => 401,
                    (false, ..) => 403,
                };
                assert_eq!(status, expected, "{part} {audience} {caller}");
                if expected != there {
                    assert!(serde_json::from_str::<Value>(&body).unwrap()["errors"].is_array(), "{body}");
                }
            }
            let wrong = match audience {
                "open" => there,
                "off" => 404,
                _ => 401,
            };
            assert_eq!(asked(&service, part, Some(&unknown)).await.0, wrong, "{part} {audience}");
            // Other routes are not affected, and health checks are open to every client.
            for other in ["/schema.graphql", "/metrics"].into_iter().filter(|other| *other != part) {
                assert_eq!(asked(&service, other, None).await.0, 200, "{other} {part} {audience}");
            }
            assert_eq!(asked(&service, "/healthz", None).await.0, 200);
        }
    }
}

async fn introspection_is_there_for_its_audience(t: &TestApp) {
    let callers = callers(t).await;
    for audience in AUDIENCES {
        let introspection = audience.parse().unwrap();
        let service =
            t.behind(AuthMode::Keys, None).with_audiences(Audiences { introspection, ..Audiences::default() });
        for (caller, shown) in callers.iter().enumerate().skip(1) {
            let service = service.showing(shown.as_deref());
            let answer = service.graphql("{ __schema { queryType { name } } }", json!({})).await;
            if belongs(audience, caller) {
                assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query", "{audience} {caller}");
            } else {
                assert_eq!((error_code(&answer), answer.get("data")), (Some("FORBIDDEN"), None), "{audience} {caller}");
            }
            let typename = service.data("{ __typename stacks { __typename } }", json!({})).await;
            assert_eq!(typename, json!({ "__typename": "Query", "stacks": { "__typename": "StackConnection" } }));
        }
    }
}

async fn no_way_leads_around_introspection_that_is_off(t: &TestApp) {
    let off = t.with_audiences(Audiences { introspection: Audience::Off, ..Audiences::default() });
    for document in [
        "{ __schema { types { name } } }",
        "{ a: __schema { types { name } } }",
        "{ __type(name: \"Query\") { name } }",
        "query ($n: String!) { stacks { totalCount } b: __type(name: $n) { name } }",
        "{ ...F } fragment F on Query { __type(name: \"Query\") { name } }",
        "{ ... on Query { ... on Query { x: __schema { queryType { name } } } } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { __schema { queryType { name } } }",
        "query ($v: Boolean = true) { __typename @include(if: $v) __schema @skip(if: $v) { queryType { name } } }",
        "query One { __typename } query Two { __schema { queryType { name } } }",
        "mutation Make { createStack(input: { name: \"x\" }) { stack { id } } } query Two { __schema { queryType { name } } }",
    ] {
        for variables in [json!({}), json!({ "n": "Query", "v": true })] {
            for operation in [json!(null), json!("One"), json!("Make")] {
                let body = json!({ "query": document, "variables": variables, "operationName": operation });
                let answer = off.send(off.post(body.to_string())).await;
                let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
                assert_eq!(
                    (error_code(&answer), answer.get("data")),
                    (Some("FORBIDDEN"), None),
                    "{document}: {answer}"
                );
                let get = format!("/graphql?query={}", encoded(document));
                let answer: Value = serde_json::from_str(&asked(&off, &get, None).await.1).unwrap();
                assert!(answer.get("data").is_none(), "{document}: {answer}");
            }
        }
    }
    // The root type of mutations has no such field.
    let nested = off.graphql("mutation { __schema { queryType { name } } }", json!({})).await;
    assert!(nested.get("data").is_none(), "{nested}");
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 0);
    assert_eq!(off.data("{ __typename }", json!({})).await["__typename"], "Query");
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

async fn where_no_key_is_required_everybody_is_the_audience(t: &TestApp) {
    for auth_mode in [AuthMode::Open, AuthMode::OpenUntilFirstKey] {
        for audience in AUDIENCES {
            let one = audience.parse().unwrap();
            let all = Audiences { introspection: one, pages: one, schema_route: one, metrics: one };
            let service = t.behind(auth_mode, None).with_audiences(all);
            let expected = if audience == "off" { 404 } else { 200 };
            for part in ["/", "/schema.graphql", "/metrics"] {
                assert_eq!(asked(&service, part, None).await.0, expected, "{part} {audience}");
            }
            let answer = service.graphql("{ __schema { queryType { name } } }", json!({})).await;
            assert_eq!(answer.get("data").is_none(), audience == "off", "{answer}");
        }
    }
}
