//! The budget of an import: files that expand to too much are refused quickly, however they expand, and no import
//! outlives its request.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use devarch::{
    budget::import::{MAX_TEXT_BYTES, MAX_VALUES, ReadBudget, ReadBudgetExceeded},
    compose::{Request, Source, read_within},
    limits::Limits,
    server::TransportLimits,
};
use serde_json::{Value, json};

use super::{file, with};
use crate::support::{Rng, TestApp, both, code};

both!(
    what_expands_to_too_much_is_refused_quickly,
    a_range_of_ports_is_counted_before_it_is_made,
    an_import_ends_with_its_request,
    changes_keep_their_place_until_they_end,
);

/// Longest time for a refusal, in a build for tests on a machine that does much else: a release build takes less than
/// one second (`tests/hostile/imports.py`).
const MAX_IMPORT_TIME: Duration = Duration::from_secs(30);

/// Whether a refusal says that the budget is spent: its values, its bytes or, on a slow machine, its time.
fn says_that_it_is_too_much(message: &str) -> bool {
    ["expand to too much", "take longer to read"].iter().any(|words| message.contains(words))
}

/// Files that expand in different ways, with their variables.
fn bombs() -> Vec<(&'static str, String, BTreeMap<String, String>)> {
    let none = BTreeMap::new;
    let one = |value: usize| BTreeMap::from([("A".to_owned(), "x".repeat(value))]);
    let text = |n: usize| "x".repeat(n);
    let many = |n: usize, of: &dyn Fn(usize) -> String| (0..n).map(of).collect::<String>();
    let service = "services:\n  web:\n    image: nginx\n";
    let extended = format!("services:\n  base:\n    image: nginx\n    labels: {{ a: {} }}\n", text(5 << 20));
    let chain = |n: usize| match n {
        0 => String::new(),
        n => format!("  s{n}: {{ extends: s{}, labels: {{ l{n}: {} }} }}\n", n - 1, text(400_000)),
    };
    let first = "services:\n  s0: { image: nginx }\n";
    let content = format!("configs: {{ c: {{ content: {} }} }}\n", text(1 << 20));
    let users = many(200, &|n| format!("  s{n}: {{ image: nginx, configs: [c] }}\n"));
    let uses = many(200, &|n| format!("      - {{ source: c, target: /{n} }}\n"));
    let alias =
        format!("x-a: &a {}\n{service}    labels:\n{}", text(1 << 20), many(100, &|n| format!("      l{n}: *a\n")));
    let anchors = many(14, &|n| format!("  - &a{n} {}\n  - *a{n}\n  - *a{n}\n", text(1 << 20)));
    let anchors = format!("x-a:\n{anchors}{service}");
    let values = format!("{service}    command: [{}]\n", "a,".repeat(600_000));
    let nested = format!("{service}    user: \"{}\"\n", "${B:-${B:-${B:-$A$A$A$A$A$A$A$A$A$A}}}");
    let lost = format!("{service}    labels: [{}]\n", "[],".repeat(200_000));
    vec![
        ("a variable in many places", format!("{service}    user: \"{}\"\n", "$A".repeat(2_000)), one(8 << 20)),
        ("a variable inside defaults", nested, one(6 << 20)),
        (
            "many services that extend a long one",
            extended.clone() + &many(1_200, &|n| format!("  s{n}: {{ extends: base }}\n")),
            none(),
        ),
        ("a chain of services", first.to_owned() + &many(31, &chain), none()),
        ("a config of many services", format!("{content}services:\n{users}"), none()),
        ("a config that a service uses often", format!("{content}{service}    configs:\n{uses}"), none()),
        ("an alias of a long text", alias, none()),
        ("anchors that are kept", anchors, none()),
        ("many values", values, none()),
        ("many ports", format!("{service}    ports: [{}]\n", "'1-500',".repeat(20_000)), none()),
        ("much that is lost", lost, none()),
    ]
}

fn request((text, variables): (&str, &BTreeMap<String, String>)) -> Value {
    let variables: Vec<Value> = variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "files": [{ "text": text }], "variables": variables, "dryRun": true })
}

async fn what_expands_to_too_much_is_refused_quickly(t: &TestApp) {
    // The timeout of requests is not under test.
    let t = &t.with_limits(Limits { request_timeout: 120, ..Limits::default() });
    for (what, text, variables) in bombs() {
        let started = Instant::now();
        let payload = t.mutate("importCompose", request((&text, &variables)), "templates { name }").await;
        let expected = if what == "much that is lost" && payload["userErrors"] == json!([]) {
            vec![]
        } else {
            vec![code("LIMIT_EXCEEDED", "input.files.0.text")]
        };
        assert_eq!(TestApp::codes(&payload), expected, "{what}: {payload}");
        let message = payload["userErrors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.len() < 500 && (expected.is_empty() || says_that_it_is_too_much(message)), "{what}: {message}");
        assert!(started.elapsed() < MAX_IMPORT_TIME, "{what}: {:?}", started.elapsed());
    }
    let none = t.data("{ templates { totalCount } }", json!({})).await;
    assert_eq!(none["templates"]["totalCount"], 0);
}

async fn a_range_of_ports_is_counted_before_it_is_made(t: &TestApp) {
    let text =
        "services:\n  web:\n    image: nginx\n    ports: ['1-65535', '1-65535:1-65535', '80', '9000-9009', '80']\n";
    let started = Instant::now();
    let report = t.import(file(text)).await;
    assert!(started.elapsed() < MAX_IMPORT_TIME, "{:?}", started.elapsed());
    assert_eq!(super::places(&report["losses"]), ["4 services.web.ports.0", "4 services.web.ports.1"]);
    assert!(report["losses"][0]["reason"].as_str().unwrap().contains("65535 ports; a service has at most 500"));
    assert_eq!(super::places(&report["changes"]).last().unwrap(), "4 services.web.ports.4");
    assert_eq!(t.imported("web").await["ports"].as_array().unwrap().len(), 11);
}

/// Files of which nearly the whole budget is used, so that reading them takes a while.
fn long() -> String {
    let labels: String = (0..2_000).map(|n| format!("      l{n}: v\n")).collect();
    (0..100)
        .fold("services:\n".to_owned(), |text, n| text + &format!("  s{n}:\n    image: nginx\n    x-labels:\n{labels}"))
}

async fn an_import_ends_with_its_request(t: &TestApp) {
    // Over at once, and with one place: the next request has it when the import has ended.
    let traffic = TransportLimits { in_flight: 1, ..TransportLimits::default() };
    let hurried = t.with_limits(Limits { request_timeout: 0, ..Limits::default() }).with_traffic(traffic.clone());
    let input = with(file(&long()), json!({ "stack": { "name": "many" } }));
    let query = "mutation ($input: ImportComposeInput!) { importCompose(input: $input) { userErrors { message } } }";
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let answer = hurried.send(hurried.post(body)).await;
    let answer: Value = serde_json::from_str(&TestApp::text(answer).await).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    let started = Instant::now();
    loop {
        let answer = hurried.send(hurried.post(json!({ "query": "{ __typename }" }).to_string())).await;
        if answer.status() != 503 {
            break;
        }
        assert!(started.elapsed() < MAX_IMPORT_TIME, "the import goes on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let left = t.data("{ templates { totalCount } stacks { totalCount } }", json!({})).await;
    assert_eq!((&left["templates"]["totalCount"], &left["stacks"]["totalCount"]), (&json!(0), &json!(0)));
}

async fn changes_keep_their_place_until_they_end(t: &TestApp) {
    use devarch::db::DbUrl;
    use sea_orm::{ConnectionTrait, TransactionTrait};
    const PLACES: usize = 4;
    let traffic = TransportLimits { in_flight: PLACES, ..TransportLimits::default() };
    let busy = t.with_limits(Limits { request_timeout: 1, ..Limits::default() }).with_traffic(traffic);
    // Writers wait: on SQLite for the one connection that writes, on PostgreSQL for a lock.
    let lock = t.db.writer().begin().await.unwrap();
    if !matches!(t.url, DbUrl::Sqlite(_)) {
        lock.execute_unprepared("LOCK TABLE stacks IN ACCESS EXCLUSIVE MODE").await.unwrap();
    }
    let create = |n: usize| {
        let query = format!("mutation {{ createStack(input: {{ name: \"s{n}\" }}) {{ userErrors {{ code }} }} }}");
        busy.post(json!({ "query": query }).to_string())
    };
    let (mut late, mut refused) = (0, 0);
    for round in 0..3 {
        let answers = futures_util::future::join_all((0..2 * PLACES).map(|n| busy.send(create(round * 100 + n)))).await;
        for answer in answers {
            if answer.status() == 503 {
                refused += 1;
                continue;
            }
            let text = TestApp::text(answer).await;
            assert!(text.contains("TIMEOUT"), "{text}");
            late += 1;
        }
    }
    assert_eq!((late, refused), (PLACES, 5 * PLACES), "the changes that wait have all places");
    let health = http::Request::get("/healthz").body(axum::body::Body::empty()).unwrap();
    assert_eq!(busy.send(health).await.status(), 200);
    lock.rollback().await.unwrap();
    let started = Instant::now();
    while busy.send(busy.post(json!({ "query": "{ __typename }" }).to_string())).await.status() == 503 {
        assert!(started.elapsed() < Duration::from_secs(20), "the places stay taken");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..500 {
        if t.data("{ stacks { totalCount } }", json!({})).await["stacks"]["totalCount"] == PLACES {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("what had begun is not finished");
}

/// A random document with aliases, `extends` and variables that multiply each other.
fn random(rng: &mut Rng) -> Request {
    let long = |rng: &mut Rng| "x".repeat([1, 1, 10, 100, 1_000, 20_000, 1_000_000][rng.below(7)]);
    let number = |rng: &mut Rng| [0, 0, 1, 1, 3, 10, 100, 3_000][rng.below(8)];
    let reference = |rng: &mut Rng| {
        let inner = ["$A", "${B:-$A}", "${B:-${C-$A$A}}", "${A:+$A$A}", "$$", "$B", "${C:-x}"][rng.below(7)];
        inner.repeat(1 + rng.below(40))
    };
    let value = |rng: &mut Rng| match rng.below(4) {
        0 => long(rng),
        1 => format!("\"{}\"", reference(rng)),
        2 => "*a".to_owned(),
        _ => format!("[{}]", "a,".repeat(number(rng))),
    };
    let services = 1 + number(rng);
    let mut text = format!("x-a: &a {}\nx-b: &b {{ k: *a, {}: *a }}\nservices:\n", long(rng), long(rng));
    for n in 0..services {
        text += &format!("  s{n}:\n    image: nginx\n");
        if n > 0 && rng.below(2) == 0 {
            text += &format!("    extends: s{}\n", rng.below(n));
        }
        for attribute in ["labels", "environment", "x-more"] {
            let shape = match rng.below(4) {
                0 => "<<: *b".to_owned(),
                1 => format!("k{n}: {}", value(rng)),
                2 => format!("<<: [*b, *b]\n      k{n}: {}", value(rng)),
                _ => continue,
            };
            text += &format!("    {attribute}:\n      {shape}\n");
        }
        let ports = ["1-65535", "1-500", "80", "1-500:1-500", "$A"][rng.below(5)];
        text += &format!("    ports: [{}]\n", format!("'{ports}',").repeat(number(rng) / 10));
        let entries = ["c", "{ source: c, target: /x }", "[]", "nothing"][rng.below(4)];
        text += &format!("    configs: [{}]\n", format!("{entries},").repeat(number(rng) / 10));
        if text.len() > 8 << 20 {
            break;
        }
    }
    text += &format!("configs: {{ c: {{ content: {} }} }}\nvolumes: {{ {}: {{}} }}\n", value(rng), long(rng));
    let mut overrides = Vec::new();
    for _ in 0..rng.below(3) {
        let changed: String =
            (0..=number(rng)).map(|n| format!("  s{n}: {{ labels: {{ a: {} }} }}\n", n % 7)).collect();
        let content = format!("configs: {{ c: {{ content: {} }} }}\n", long(rng));
        overrides.push(Source { name: "override.yaml".to_owned(), text: format!("services:\n{changed}{content}") });
    }
    let variables = BTreeMap::from([("A".to_owned(), long(rng))]);
    Request { files: vec![Source { name: "a.yaml".to_owned(), text }], overrides, variables, ..Request::default() }
}

/// Whatever is read: the budget is kept, and what it cannot pay for is refused as such.
#[test]
fn random_amplifiers_stay_within_the_budget() {
    let cases = std::env::vars().find(|(name, _)| name == "DEVARCH_FUZZ_CASES").and_then(|(_, n)| n.parse().ok());
    let (mut read, mut refused) = (0, 0);
    for seed in 0..cases.unwrap_or(40_u64) {
        let request = random(&mut Rng(seed));
        let budget = ReadBudget::default();
        let started = Instant::now();
        let found = read_within(&request, &budget);
        let (values, bytes) = budget.used();
        assert!(values <= MAX_VALUES && bytes <= MAX_TEXT_BYTES, "seed {seed}: {budget:?}");
        assert!(started.elapsed() < MAX_IMPORT_TIME, "seed {seed}: {:?}", started.elapsed());
        assert_ne!(budget.exceeded(), Some(ReadBudgetExceeded::Cancelled), "seed {seed}");
        match found {
            Ok(_) => {
                assert!(!budget.is_exceeded(), "seed {seed}");
                read += 1;
            }
            Err(refusals) => {
                let is_limit = refusals.iter().any(|refusal| refusal.is_limit);
                let too_many = refusals.iter().any(|refusal| refusal.message.contains("services are too many"));
                assert_eq!(is_limit, budget.is_exceeded() || too_many, "seed {seed}: {refusals:?}");
                refused += 1;
            }
        }
    }
    assert!(read > 5 && refused > 5, "{read} are read, {refused} are refused");
}

/// The program itself, in an address space that has no room for what the files would expand to.
#[test]
fn an_import_needs_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (n, (what, text, variables)) in bombs().into_iter().enumerate() {
        let path = folder.path().join(format!("{n}.yaml"));
        std::fs::write(&path, text).unwrap();
        let variables: String = variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let env_file = folder.path().join(format!("{n}.env"));
        std::fs::write(&env_file, variables).unwrap();
        let database = format!("sqlite://{}", folder.path().join("a.db").display());
        // An allocator and a few threads take 1.5 GB of addresses before they do anything.
        let line = "ulimit -v 3000000; exec \"$0\" --database-url \"$1\" import --dry-run --env-file \"$2\" \"$3\"";
        let mut command = Command::new("sh");
        command.args(["-c", line]).arg(env!("CARGO_BIN_EXE_devarch")).arg(database).args([env_file, path]);
        let done = command.current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr);
        let is_refused = done.status.code() == Some(1) && says_that_it_is_too_much(&told);
        assert!(is_refused || what == "much that is lost" && done.status.success(), "{what}: {:?} {told}", done.status);
    }
}
