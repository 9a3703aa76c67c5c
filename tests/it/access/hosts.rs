//! The host and origin checks while no key is required: requests for other hosts, and from pages of other origins.

use std::net::SocketAddr;

use axum::{
    body::Body,
    http::{Method, Request, Response, Uri, header},
};
use devarch::server::{AuthMode, Hosts};
use serde_json::{Value, json};

use super::{error_code, key};
use crate::support::{Rng, TestApp, both};

both!(
    a_page_whose_name_resolves_to_loopback_gets_nothing,
    every_route_but_health_asks_for_a_host_of_ours,
    hosts_are_compared_in_every_spelling,
    pages_of_other_origins_are_refused,
    keys_make_hosts_and_origins_irrelevant,
);

const GRAPHQL: &str = "/graphql";
/// Every route but the health checks; those that show no stored data are marked.
const ROUTES: [(&str, bool); 8] = [
    ("/graphql?query=%7B__typename%7D", false),
    ("/stacks/shop/compose.yaml", false),
    ("/stacks/shop/compose.yaml?reveal=true", false),
    ("/stacks/shop/compose.override.yaml", false),
    ("/metrics", false),
    ("/", true),
    ("/schema.graphql", true),
    ("/nowhere", false),
];

fn get(target: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::get(target.parse::<Uri>().unwrap());
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

fn post(headers: &[(&str, &str)], query: &str) -> Request<Body> {
    let request = Request::post(GRAPHQL).header(header::CONTENT_TYPE, "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(json!({ "query": query }).to_string())).unwrap()
}

async fn status(t: &TestApp, request: Request<Body>) -> u16 {
    t.send_as_it_is(request).await.status().as_u16()
}

/// Asserts that a response refuses the whole request, and repeats nothing of it.
async fn refusal(answer: Response<Body>) -> Value {
    assert!(answer.headers().contains_key("x-request-id"));
    let text = TestApp::text(answer).await;
    assert!(!text.contains("evil"), "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert!(
        matches!(error_code(&answer), Some("FORBIDDEN" | "BAD_REQUEST")) && answer.get("data").is_none(),
        "{answer}"
    );
    answer
}

/// The authentication modes in which no key is required while none exists.
fn open_doors(t: &TestApp) -> [TestApp; 2] {
    [AuthMode::Open, AuthMode::OpenUntilFirstKey].map(|auth_mode| t.behind(auth_mode, None))
}

async fn a_page_whose_name_resolves_to_loopback_gets_nothing(t: &TestApp) {
    let rebound = [
        ("host", "evil.example:8080"),
        ("origin", "http://evil.example:8080"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-host", "localhost"),
    ];
    for open in open_doors(t) {
        let steal = "mutation { createApiKey(input: { name: \"evil\", role: ADMIN }) { token } }";
        let answer = open.send_as_it_is(post(&rebound, steal)).await;
        assert_eq!(answer.status(), 421);
        let told = refusal(answer).await;
        assert!(told["errors"][0]["message"].as_str().unwrap().contains("--allowed-host"), "{told}");
    }
    assert_eq!(t.data("{ apiKeys { name } }", json!({})).await, json!({ "apiKeys": [] }));
    // The service's own page may send requests.
    let own = [("host", "localhost:8080"), ("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")];
    for open in open_doors(t) {
        assert_eq!(status(&open, post(&own, "{ __typename }")).await, 200);
    }
}

async fn every_route_but_health_asks_for_a_host_of_ours(t: &TestApp) {
    t.stack("shop").await;
    for open in open_doors(t) {
        for (route, _) in ROUTES {
            let expected = if route == "/nowhere" { 404 } else { 200 };
            assert_eq!(status(&open, get(route, &[("host", "localhost")])).await, expected, "{route}");
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS] {
                let mut request = get(route, &[("host", "evil.example")]);
                *request.method_mut() = method.clone();
                assert_eq!(status(&open, request).await, 421, "{method} {route}");
            }
            refusal(open.send_as_it_is(get(route, &[("host", "evil.example")])).await).await;
            let (none, two) = ([], [("host", "localhost"), ("host", "localhost")]);
            for unclear in [&none[..], &two, &[("host", "")], &[("host", "a b")], &[("host", "localhost:x")]] {
                assert_eq!(status(&open, get(route, unclear)).await, 400, "{route} {unclear:?}");
            }
            // A target with a host counts as much as the header.
            let target = |host: &str| format!("http://{host}{route}");
            let local = [("host", "localhost")];
            assert_eq!(status(&open, get(&target("evil.example"), &local)).await, 421, "{route}");
            assert_eq!(status(&open, get(&target("localhost"), &[("host", "evil.example")])).await, 421, "{route}");
            assert_eq!(status(&open, get(&target("me@localhost"), &local)).await, 400, "{route}");
            assert_eq!(status(&open, get(&target("127.0.0.1:9"), &local)).await, expected, "{route}");
        }
        // Probes know only the address of a machine, and learn only whether the service is up.
        for route in ["/healthz", "/readyz"] {
            for host in [&[("host", "10.1.2.3:8080")][..], &[("host", "evil.example")], &[]] {
                let answer = open.send_as_it_is(get(route, host)).await;
                assert_eq!(answer.status(), 200, "{route}");
                let told: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
                assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
            }
        }
    }
}

async fn hosts_are_compared_in_every_spelling(t: &TestApp) {
    let ask = async |t: &TestApp, host: &str| status(t, post(&[("host", host)], "{ __typename }")).await;
    let listen = |address: &str| Some(address.parse::<SocketAddr>().unwrap());
    let named = Hosts {
        listen: listen("192.0.2.7:8080"),
        allowed: vec!["DevArch.example".parse().unwrap(), "[2001:db8::9]".parse().unwrap()],
    };
    let own = t.with_hosts(named);
    let ours = [
        "localhost",
        "LocalHost",
        "localhost.",
        "localhost:1",
        "localhost:65535",
        "localhost.:80",
        "localhost:",
        "app.localhost",
        "a.b.localhost:3000",
        "127.0.0.1",
        "127.9.9.9:80",
        "[::1]",
        "[::1]:8080",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ];
    let configured = [
        "192.0.2.7",
        "192.0.2.7:8080",
        "192.0.2.7:9",
        "[::ffff:192.0.2.7]",
        "devarch.example",
        "DEVARCH.EXAMPLE:443",
        "devarch.example.",
        "[2001:db8:0::9]:80",
    ];
    for host in ours {
        assert_eq!((ask(&own, host).await, ask(t, host).await), (200, 200), "{host}");
    }
    for host in configured {
        assert_eq!((ask(&own, host).await, ask(t, host).await), (200, 421), "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil-localhost",
        "localhost.localdomain",
        "127.0.0.1.evil.example",
        "127.1",
        "0x7f.1",
        "0177.0.0.1",
        "2130706433",
        "127.0.0.1.",
        "0.0.0.0",
        "[::]",
        "192.0.2.8",
        "10.0.0.1",
        "[2001:db8::1]",
        "xn--lcalhost-54a",
        "devarch.example.evil",
        "sub.devarch.example",
    ] {
        assert_eq!((ask(&own, host).await, ask(t, host).await), (421, 421), "{host}");
    }
    // A service that listens on all addresses accepts each of them: DNS rebinding needs a name.
    let everywhere = t.with_hosts(Hosts { listen: listen("0.0.0.0:8080"), allowed: Vec::new() });
    for (host, expected) in [("192.0.2.8:8080", 200), ("[2001:db8::1]", 200), ("0.0.0.0", 200), ("evil.example", 421)] {
        assert_eq!(ask(&everywhere, host).await, expected, "{host}");
    }
    // Anything added before or after a host of the service makes it another host, or invalid.
    let mut rng = Rng(7);
    for round in 0..2_000 {
        let parts =
            ["localhost", "127.0.0.1", "devarch.example", "evil", ".", "-", ":", "80", "[", "]", "@", "a", "%00"];
        let host: String = (0..=rng.below(4)).map(|_| rng.one_of(&parts)).collect();
        let bare = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
            _ => &host,
        };
        let name = bare.strip_suffix('.').unwrap_or(bare);
        let is_own_host = ["localhost", "devarch.example"].contains(&name)
            || name.ends_with(".localhost")
            || bare.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        let answered = ask(&own, &host).await;
        assert!(is_own_host || answered != 200, "round {round}: {host}");
    }
}

async fn pages_of_other_origins_are_refused(t: &TestApp) {
    t.stack("shop").await;
    let foreign: [&[(&str, &str)]; 12] = [
        &[("origin", "http://evil.example")],
        &[("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
        &[("origin", "http://localhost:3000")],
        &[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")],
        &[("origin", "https://localhost:8080.evil.example")],
        &[("origin", "http://localhost:8080"), ("origin", "http://evil.example")],
        &[("origin", "http://127.0.0.1:8080")],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")],
    ];
    let own: [&[(&str, &str)]; 4] = [
        &[],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")],
    ];
    let with_host = |headers: &[(&'static str, &'static str)]| [&[("host", "localhost:8080")], headers].concat();
    for open in open_doors(t) {
        for headers in foreign {
            let headers = with_host(headers);
            let create = "mutation { createStack(input: { name: \"evil\" }) { stack { id } } }";
            let answer = open.send_as_it_is(post(&headers, create)).await;
            assert_eq!(answer.status(), 403, "{headers:?}");
            refusal(answer).await;
            for (route, is_public) in ROUTES {
                let expected = if is_public { 200 } else { 403 };
                assert_eq!(status(&open, get(route, &headers)).await, expected, "{route} {headers:?}");
            }
        }
        for headers in own {
            let headers = with_host(headers);
            assert_eq!(status(&open, post(&headers, "{ __typename }")).await, 200, "{headers:?}");
        }
    }
    assert_eq!(t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"], 1);
    // Allowed origins may send requests to a host of the service.
    let page = [("origin", "https://dashboard.example"), ("sec-fetch-site", "cross-site")];
    for origins in ["https://dashboard.example", "*"] {
        let open = t.with_origins(&[origins]);
        let answer = open.send_as_it_is(post(&with_host(&page), "{ __typename }")).await;
        assert_eq!(answer.status(), 200, "{origins}");
        assert!(answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        let rebound = [("host", "evil.example"), page[0], page[1]];
        assert_eq!(status(&open, post(&rebound, "{ __typename }")).await, 421);
    }
    let other = [("host", "localhost:8080"), ("origin", "https://other.example")];
    assert_eq!(status(&t.with_origins(&["https://dashboard.example"]), post(&other, "{ __typename }")).await, 403);
}

async fn keys_make_hosts_and_origins_irrelevant(t: &TestApp) {
    let anybody = t.behind(AuthMode::OpenUntilFirstKey, None);
    let elsewhere =
        [("host", "devarch.example"), ("origin", "https://other.example"), ("sec-fetch-site", "cross-site")];
    assert_eq!(status(&anybody, post(&elsewhere, "{ __typename }")).await, 421);
    let shown = key(t, "first", "ADMIN", None).await;
    t.skip_time(1000);
    let authorization = format!("Bearer {shown}");
    for auth_mode in [AuthMode::OpenUntilFirstKey, AuthMode::Keys] {
        let service = t.behind(auth_mode, None);
        // The missing key is reported first, whatever the host.
        assert_eq!(status(&service, post(&elsewhere, "{ __typename }")).await, 401);
        let with_key = [&elsewhere[..], &[("authorization", authorization.as_str())]].concat();
        assert_eq!(status(&service, post(&with_key, "{ __typename }")).await, 200);
        assert_eq!(status(&service, get("/", &elsewhere)).await, 200);
    }
}
