//! Limits of imports: files beyond them are refused quickly, with a clear error.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{file, outcomes};
use crate::support::{Engine, TestApp, both, run};

both!(many_services_are_one_import, a_large_import_is_let_through_and_nothing_else);

#[test]
fn bombs_are_refused_quickly() {
    run(Engine::Sqlite, bombs);
}

async fn bombs(t: &TestApp) {
    let doubling: String = (1..40).map(|n| format!("  a{n}: &a{n} {{ x: *a{0}, y: *a{0} }}\n", n - 1)).collect();
    let merging: String =
        (1..40).map(|n| format!("  a{n}: &a{n} {{ <<: [*a{0}, *a{0}], k{n}: *a{0} }}\n", n - 1)).collect();
    let deep = format!("services: {}", "[".repeat(20_000));
    let references = format!("services:\n  a:\n    image: \"{}x\"\n", "${A:-".repeat(5_000));
    let services: String = (0..2_001).map(|n| format!("  s{n}: {{ image: x }}\n")).collect();
    for (bomb, expected) in [
        (format!("x-a:\n  a0: &a0 {{ k: v }}\n{doubling}"), "expand to too much"),
        (format!("x-a:\n  a0: &a0 {{ k: v }}\n{merging}"), "expand to too much"),
        (deep, "recursion limit exceeded"),
        (references, "names no variable"),
        (format!("services:\n{services}"), "2001 services are too many"),
    ] {
        let started = Instant::now();
        let refused = t.import_refused(file(&bomb)).await;
        assert!(refused[0].1.contains(expected) && refused[0].1.len() < 500, "{expected}: {refused:?}");
        assert!(started.elapsed() < Duration::from_secs(5), "{expected}: {:?}", started.elapsed());
    }
}

async fn many_services_are_one_import(t: &TestApp) {
    let services: String = (0..200)
        .map(|n| {
            format!(
                "  s{n}:\n    image: nginx:{n}\n    ports: ['{}:80']\n    environment: {{ N: '{n}' }}\n",
                10_000 + n
            )
        })
        .collect();
    let input = super::with(file(&format!("services:\n{services}")), json!({ "stack": { "name": "many" } }));
    let report = t.import(input.clone()).await;
    assert_eq!(report["instances"].as_array().unwrap().len(), 200);
    assert!(outcomes(&report["templates"]).iter().all(|(_, outcome)| *outcome == "CREATED"));
    let again = t.import(input).await;
    assert!(outcomes(&again["instances"]).iter().all(|(_, outcome)| *outcome == "UNCHANGED"));
}

async fn a_large_import_is_let_through_and_nothing_else(t: &TestApp) {
    let filler = "#".repeat(3 << 20);
    let text = format!("services:\n  web:\n    image: nginx\n{filler}\n");
    let started = Instant::now();
    let report = t.import(file(&text)).await;
    assert_eq!(outcomes(&report["templates"]), [("web", "CREATED")]);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let other = json!({ "query": "{ __typename }", "extensions": { "filler": filler } });
    let answer = t.send(t.post(other.to_string())).await;
    assert_eq!(answer.status(), 413);
    let more = json!({ "query": "{ importCompose }", "variables": { "x": "y".repeat(17 << 20) } });
    assert_eq!(t.send(t.post(more.to_string())).await.status(), 413);
}
