//! What an operator sees of the service: the metrics at `/metrics`, the log, and exported traces.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use axum::{
    body::Body,
    http::{
        Request,
        header::{ACCEPT, CONTENT_TYPE},
    },
};
use devarch::{db::DbUrl, server::AuthMode};
use serde_json::{Value, json};

use crate::support::{Engine, TestApp, both, code};

both!(
    requests_are_counted_by_operation_and_outcome,
    names_that_clients_choose_stay_bounded,
    names_of_what_never_ran_are_not_kept,
    refusals_are_counted_by_reason,
    the_pools_are_shown,
    plans_are_counted,
    nothing_secret_is_logged_at_any_level,
);

/// Every sample of the older format, by its name and labels.
async fn figures(t: &TestApp) -> BTreeMap<String, f64> {
    let answer = t.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
    let text = TestApp::text(answer).await;
    let mut declared = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(metric) = line.strip_prefix("# TYPE ") {
            declared.push(metric.split_once(' ').unwrap().0);
        } else if !line.starts_with("# HELP ") {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            let name = sample.split('{').next().unwrap();
            let last = declared.last().unwrap();
            assert!(name.starts_with(last), "{name} stands below {last}");
            assert_eq!(samples.insert(sample.to_owned(), value.parse().unwrap()), None, "{sample} twice");
        }
    }
    samples
}

fn requests(operation: &str, kind: &str, outcome: &str) -> String {
    format!("devarch_graphql_requests_total{{operation=\"{operation}\",kind=\"{kind}\",outcome=\"{outcome}\"}}")
}

async fn send(t: &TestApp, query: &str) {
    let answer = t.send(t.post(json!({ "query": query }).to_string())).await;
    assert!(answer.status().is_success(), "{query}");
}

async fn requests_are_counted_by_operation_and_outcome(t: &TestApp) {
    t.shop().await;
    let before = figures(t).await;
    for _ in 0..3 {
        send(t, "query Shops { stacks { nodes { name instances { nodes { name } } } } }").await;
    }
    send(t, "{ stacks(first: 0) { nodes { name } } }").await;
    send(t, "mutation Make { createStack(input: { name: \"new\" }) { stack { name } } }").await;
    let after = figures(t).await;
    assert_eq!(after[&requests("Shops", "query", "ok")], 3.0);
    assert_eq!(after[&requests("anonymous", "query", "limit_exceeded")], 1.0);
    assert_eq!(after[&requests("Make", "mutation", "ok")], 1.0);
    let grown = |sample: &str| after[sample] - before.get(sample).unwrap_or(&0.0);
    assert_eq!(grown("devarch_graphql_request_duration_seconds_count{kind=\"query\"}"), 4.0);
    assert_eq!(grown("devarch_graphql_request_duration_seconds_bucket{le=\"+Inf\",kind=\"query\"}"), 4.0);
    assert_eq!(grown("devarch_graphql_request_statements_count{kind=\"query\"}"), 4.0);
    assert_eq!(grown("devarch_graphql_request_statements_sum{kind=\"query\"}"), 3.0, "one for each of three");
    assert!(grown("devarch_graphql_request_statements_sum{kind=\"mutation\"}") >= 1.0);
    assert_eq!(grown("devarch_http_requests_total{route=\"/graphql\",status=\"200\"}"), 5.0);
    assert_eq!(after["devarch_http_requests_in_flight"], 1.0, "the one that asks");
}

async fn names_that_clients_choose_stay_bounded(t: &TestApp) {
    for n in 0..130 {
        send(t, &format!("query Number{n} {{ __typename }}")).await;
    }
    send(t, &format!("query {} {{ __typename }}", "N".repeat(10_000))).await;
    send(t, "query Number0 { __typename }").await;
    let figures = figures(t).await;
    let told_apart = figures.keys().filter(|sample| sample.starts_with("devarch_graphql_requests_total")).count();
    assert_eq!(told_apart, 101);
    assert_eq!(figures[&requests("other", "query", "ok")], 31.0);
    assert_eq!(figures[&requests("Number0", "query", "ok")], 2.0);
}

async fn names_of_what_never_ran_are_not_kept(t: &TestApp) {
    send(t, "query Bad { nowhere }").await;
    send(t, "query Worse($x: Int!) { __typename }").await;
    let figures = figures(t).await;
    assert!(!figures.keys().any(|sample| sample.contains("Bad") || sample.contains("Worse")), "{figures:?}");
}

async fn refusals_are_counted_by_reason(t: &TestApp) {
    let closed = t.behind(AuthMode::Keys, Some("devarch_planted"));
    closed.send(closed.post("{}".to_owned())).await;
    let request = Request::post("/graphql").header(CONTENT_TYPE, "text/planted").body(Body::from("{}")).unwrap();
    t.send(request).await;
    for path in ["/planted", "/assets/planted", "/graphql/planted"] {
        t.send(Request::get(path).header("planted", "planted").body(Body::empty()).unwrap()).await;
    }
    t.send(Request::builder().method("PLANTED").uri("/graphql").body(Body::empty()).unwrap()).await;
    let (open, closed) = (figures(t).await, figures(&closed).await);
    assert_eq!(closed["devarch_graphql_refusals_total{reason=\"unauthenticated\",status=\"401\"}"], 1.0);
    assert_eq!(open["devarch_graphql_refusals_total{reason=\"media_type\",status=\"415\"}"], 1.0);
    assert_eq!(open["devarch_http_requests_total{route=\"none\",status=\"404\"}"], 2.0);
    assert_eq!(open["devarch_http_requests_total{route=\"/assets/{name}\",status=\"404\"}"], 1.0);
    let samples: Vec<&String> = open.keys().chain(closed.keys()).collect();
    assert!(!samples.iter().any(|sample| sample.to_lowercase().contains("planted")), "{samples:?}");
}

async fn plans_are_counted(t: &TestApp) {
    let plan = async |name: &str| {
        let query = "query ($change: ChangeInput!) { plan(change: $change) { token } }";
        t.data(query, json!({ "change": { "createStack": { "name": name } } })).await["plan"]["token"].take()
    };
    let counts = async || {
        let figures = figures(t).await;
        ["made", "kept", "changed"].map(|outcome| figures[&format!("devarch_plans_total{{outcome=\"{outcome}\"}}")])
    };
    let before = counts().await;
    let token = plan("shop").await;
    t.done("createStack", json!({ "name": "shop", "planToken": token }), "stack { id }").await;
    let token = plan("cart").await;
    let wrong = t.refused("createStack", json!({ "name": "till", "planToken": token })).await;
    assert_eq!(wrong, [code("PLAN_CHANGED", "input.planToken")]);
    let after = counts().await;
    // Each query is sent twice, to compare the two ways to run it.
    assert_eq!([0, 1, 2].map(|n| after[n] - before[n]), [4.0, 1.0, 1.0]);
}

async fn the_pools_are_shown(t: &TestApp) {
    let figures = figures(t).await;
    let pools = if t.engine == Engine::Sqlite { [("read", 4.0), ("write", 1.0)].as_slice() } else { &[("all", 4.0)] };
    for (pool, most) in pools {
        assert_eq!(figures[&format!("devarch_database_connections_max{{pool=\"{pool}\"}}")], *most);
        let open = ["in_use", "idle"]
            .map(|state| figures[&format!("devarch_database_connections{{pool=\"{pool}\",state=\"{state}\"}}")]);
        assert!(open.iter().all(|number| *number >= 0.0) && open.iter().sum::<f64>() <= *most, "{open:?}");
    }
    assert!(figures["devarch_database_statements_total"] >= 0.0);
    assert!(figures["devarch_database_conflicts_total"] >= 0.0);
    assert!(figures["process_start_time_seconds"] > 1_700_000_000.0);
    assert_eq!(figures[&format!("devarch_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))], 1.0);
    let newer = Request::get("/metrics").header(ACCEPT, "application/openmetrics-text;version=1.0.0,*/*;q=0.1");
    let newer = t.send(newer.body(Body::empty()).unwrap()).await;
    assert_eq!(newer.headers()[CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(TestApp::text(newer).await.ends_with("\n# EOF\n"));
}

/// A secret that no output may contain.
const PLANTED: &str = "planted7secret";

/// A running process of the binary.
pub(crate) struct Service {
    child: Child,
    address: String,
    pub(crate) log: PathBuf,
}

impl Service {
    pub(crate) fn start(url: &str, folder: &Path, arguments: &[&str]) -> Self {
        let log = folder.join("log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_devarch"))
            .args(["--listen", "127.0.0.1:0", "--no-catalog"])
            .args(arguments)
            .env("DATABASE_URL", url)
            .env("RUST_LOG", "trace")
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut address = String::new();
        while !address.contains("http://") {
            address.clear();
            if said.read_line(&mut address).unwrap() == 0 {
                break;
            }
        }
        let address = address.split('/').nth(2).unwrap_or_default().to_owned();
        Self { child, address, log }
    }

    /// The answer to one request, head and body.
    fn send(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request =
            format!("{head}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn graphql(&self, headers: &str, query: &str, variables: Value) -> String {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.send(&format!("POST /graphql?{PLANTED} HTTP/1.1\r\ncontent-type: application/json{headers}"), &body)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The URL of a test's database; on PostgreSQL with a password and an unknown parameter.
pub(crate) fn url(t: &TestApp) -> String {
    match &t.url {
        DbUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DbUrl::Postgres(url) => {
            let (start, rest) = url.split_once('@').unwrap();
            let password = if start["postgres://".len()..].contains(':') { "" } else { ":planted7secret" };
            format!("{start}{password}@{rest}?nonsense={PLANTED}")
        }
    }
}

async fn nothing_secret_is_logged_at_any_level(t: &TestApp) {
    t.stack("shop").await;
    // Without a secret: the service that is started has a key of its own.
    t.done("createTemplate", json!({ "name": "postgres", "imageName": "postgres" }), "").await;
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(&url(t), folder.path(), &["--log-format", "json"]);
    let overrides = json!({ "envVars": [{ "key": "TOKEN", "value": PLANTED, "isSecret": true }] });
    let mut input = TestApp::new_instance("shop", "a");
    input["overrides"] = overrides;
    let create = "mutation Make($input: CreateInstanceInput!) { createInstance(input: $input) { instance { name } } }";
    let made = service.graphql("", create, json!({ "input": input }));
    assert!(made.contains("\"name\":\"a\""), "{made}");
    let inline = format!(
        "mutation {{ createInstance(input: {{ stack: {{ name: \"shop\" }}, template: {{ name: \"postgres\" }}, name: \
         \"b\", overrides: {{ envVars: [{{ key: \"TOKEN\", value: \"{PLANTED}\", isSecret: true }}] }} }}) {{ instance \
         {{ name }} }} }}"
    );
    assert!(service.graphql("", &inline, json!({})).contains("\"name\":\"b\""));
    // Refused by a rule, by the shape, and by the parser.
    input["overrides"]["envVars"][0]["key"] = json!(format!("={PLANTED}"));
    service.graphql("", create, json!({ "input": input }));
    service.graphql("", create, json!({ "input": PLANTED }));
    service.graphql("", &format!("{{ {PLANTED} \"{PLANTED}\" }}"), json!({}));
    service.graphql("", &format!("{{ stack(name: \"{PLANTED}\") {{ id }} {PLANTED} }}"), json!({}));
    let key = service.graphql(
        "",
        "mutation Key { createApiKey(input: { name: \"ops\", role: ADMIN }) { token } }",
        json!({}),
    );
    let key = key.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(key.starts_with("devarch_"), "{key}");
    let headers = format!("\r\nauthorization: Bearer {key}\r\ncookie: {PLANTED}\r\nx-{PLANTED}: {PLANTED}");
    let asked = service.graphql(&headers, "query Stacks { stacks { nodes { name } } }", json!({}));
    assert!(asked.contains("shop"), "{asked}");
    service.graphql(&format!("\r\nauthorization: Bearer {PLANTED}"), "{ stacks { nodes { name } } }", json!({}));
    service.send(&format!("GET /graphql?query={PLANTED} HTTP/1.1"), "");
    service.send(&format!("GET /{PLANTED}?{PLANTED} HTTP/1.1"), "");
    service.send(&format!("{PLANTED} /graphql HTTP/1.1"), PLANTED);
    let figures = service.send("GET /metrics HTTP/1.1", "");
    let log = fs::read_to_string(&service.log).unwrap();
    for secret in [PLANTED, key] {
        let seen = log.lines().chain(figures.lines()).find(|line| line.contains(secret));
        assert_eq!(seen, None, "{secret} of {} lines", log.lines().count());
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |field: &str, value: &str| {
        let found: Vec<&Value> = lines.iter().filter(|line| line[field] == value).collect();
        assert_eq!(found.len(), 1, "{field} {value}: {lines:#?}");
        found[0]
    };
    let asked = line("operation", "Stacks");
    let shown = |asked: &Value| {
        ["level", "target", "method", "route", "kind", "key", "codes"]
            .map(|field| asked[field].as_str().map(str::to_owned))
    };
    let said = |words: [&str; 7]| words.map(|word| (!word.is_empty()).then(|| word.to_owned()));
    assert_eq!(shown(asked), said(["INFO", "devarch::access", "POST", "/graphql", "query", "ops", ""]));
    assert_eq!((&asked["status"], &asked["statements"]), (&json!(200), &json!(1)));
    assert!(asked["duration_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(asked["id"].as_str().map(str::len).unwrap_or_default(), 16, "{asked}");
    assert_eq!(shown(line("route", "/metrics")), said(["DEBUG", "devarch::access", "GET", "/metrics", "", "", ""]));
    let other = said(["INFO", "devarch::access", "other", "/graphql", "", "", "UNAUTHENTICATED"]);
    assert_eq!(shown(line("method", "other")), other);
}

#[test]
fn a_database_that_does_not_answer_does_not_give_its_password_away() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres://me:{PLANTED}@127.0.0.1:1/shop?nonsense={PLANTED}");
    for format in ["text", "json"] {
        let mut service = Service::start(&url, folder.path(), &["--log-format", format]);
        assert_eq!(service.child.wait().unwrap().code(), Some(1));
        let log = fs::read_to_string(&service.log).unwrap();
        assert!(log.contains("cannot open the PostgreSQL at 127.0.0.1:1/shop"), "{log}");
        assert!(!log.contains(PLANTED), "{log}");
    }
}

/// The head and body of a request.
#[cfg(feature = "otel")]
type Sent = (String, Vec<u8>);

/// Starts a collector that returns the head and body of this many requests. It refuses the first one.
#[cfg(feature = "otel")]
fn collector(requests: usize) -> (String, std::thread::JoinHandle<Vec<Sent>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let sent = std::thread::spawn(move || {
        let mut sent = Vec::new();
        while sent.len() < requests {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let mut line = String::new();
                assert_ne!(stream.read_line(&mut line).unwrap(), 0, "{head}");
                if let Some(given) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = given.trim().parse().unwrap();
                }
                head += &line;
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let status = if sent.is_empty() { "503 Service Unavailable" } else { "200 OK" };
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            sent.push((head, body));
        }
        sent
    });
    (address, sent)
}

/// Stops the service with SIGTERM.
#[cfg(feature = "otel")]
fn terminate(service: &mut Service) {
    let id = service.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[cfg(feature = "otel")]
#[test]
fn traces_of_the_binary_reach_a_collector_when_it_stops_and_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (address, sent) = collector(2);
    let url = format!("sqlite://{}", folder.path().join("devarch.db").display());
    let endpoint = format!("http://{address}/otlp");
    // The export does not depend on what is logged.
    let mut service = Service::start(&url, folder.path(), &["--otel-endpoint", &endpoint, "--log", "warn"]);
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = format!("\r\ntraceparent: {traceparent}\r\ntracestate: a={PLANTED}\r\ncookie: {PLANTED}");
    let made = service.graphql(
        &headers,
        "mutation Make($n: String!) { createStack(input: { name: $n }) { stack { name } } }",
        json!({ "n": PLANTED }),
    );
    assert!(made.contains(PLANTED), "{made}");
    service.graphql("", &format!("{{ stack(name: \"{PLANTED}\") {{ id }} {PLANTED} }}"), json!({}));
    terminate(&mut service);
    let sent = sent.join().unwrap();
    let (head, body) = &sent[1];
    assert_eq!(*body, sent[0].1, "what was refused is sent again");
    assert!(head.starts_with("POST /otlp/v1/traces HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("application/x-protobuf"), "{head}");
    let contains = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    assert!(!contains(PLANTED.as_bytes()), "{}", String::from_utf8_lossy(body));
    // In protobuf texts stand as they are, and ids as bytes behind their field's number and their length.
    let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
    let parent = 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes();
    assert!(contains(&[&[0x0a, 16], trace.as_slice()].concat()) && contains(&[&[0x22, 8], parent.as_slice()].concat()));
    for part in ["service.name", "devarch", "mutation", "document", "execute", "Make"] {
        assert!(contains(part.as_bytes()), "{part}: {}", String::from_utf8_lossy(body));
    }
}

#[cfg(feature = "otel")]
#[test]
fn without_the_setting_nothing_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    // The port that the library takes where it is told of none.
    let listener = std::net::TcpListener::bind("127.0.0.1:4318").ok();
    let url = format!("sqlite://{}", folder.path().join("devarch.db").display());
    let mut service = Service::start(&url, folder.path(), &["--otel-service-name", "shop"]);
    service.graphql("", "{ stacks { totalCount } }", json!({}));
    terminate(&mut service);
    if let Some(listener) = listener {
        listener.set_nonblocking(true).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
    let log = fs::read_to_string(&service.log).unwrap();
    assert!(!log.contains("traces") && !log.to_lowercase().contains("opentelemetry"), "{log}");
}
