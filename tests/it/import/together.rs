//! Imports at the same time: those of other names do not wait, and two of the same name do not get in each other's way.

use std::time::Duration;

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::support::{Engine, TestApp, both};

both!(imports_wait_only_for_others_of_the_same_name, the_same_file_many_times_at_once_is_imported_once);

/// The input of an import of services into a stack.
fn import(stack: &str, services: &[&str]) -> Value {
    let services: Vec<String> = services.iter().map(|name| format!("{name}: {{ image: acme/{name} }}")).collect();
    let text = format!("services: {{ {} }}", services.join(", "));
    json!({ "stack": { "name": stack }, "files": [{ "text": text }], "onConflict": "SKIP", "templatePrefix": "p-" })
}

async fn send(t: TestApp, input: Value) -> Value {
    t.mutate("importCompose", input, "templates { name outcome }").await
}

fn outcomes(payload: &Value) -> Vec<String> {
    assert_eq!(payload["userErrors"], json!([]));
    let each = payload["templates"].as_array().unwrap().iter();
    each.map(|it| {
        format!("{} {}", it["name"].as_str().unwrap().trim_start_matches("p-"), it["outcome"].as_str().unwrap())
    })
    .collect()
}

async fn imports_wait_only_for_others_of_the_same_name(t: &TestApp) {
    assert_eq!(outcomes(&send(t.clone(), import("one", &["a"])).await), ["a CREATED"]);
    // SQLite has one writer.
    if t.engine == Engine::Sqlite {
        return;
    }
    // A second server, and a transaction in which the first import of both names gets stuck.
    let other = t.another().await;
    let held = t.db.writer().begin().await.unwrap();
    held.execute_unprepared("SELECT 1 FROM services WHERE name = 'p-a' FOR UPDATE").await.unwrap();
    let stuck = tokio::spawn(send(t.clone(), import("two", &["new", "a"])));
    sleep(Duration::from_millis(500)).await;
    assert!(!stuck.is_finished());
    let free = timeout(Duration::from_secs(15), send(other.clone(), import("three", &["b"]))).await;
    assert_eq!(outcomes(&free.expect("an import of other names does not wait")), ["b CREATED"]);
    let mut same = tokio::spawn(send(other.clone(), import("four", &["new"])));
    assert!(timeout(Duration::from_millis(500), &mut same).await.is_err(), "one of the same name waits");
    held.rollback().await.unwrap();
    assert_eq!(outcomes(&stuck.await.unwrap()), ["new CREATED", "a UNCHANGED"]);
    assert_eq!(outcomes(&same.await.unwrap()), ["new UNCHANGED"]);
}

async fn the_same_file_many_times_at_once_is_imported_once(t: &TestApp) {
    let other = t.another().await;
    for round in 0..3 {
        let (a, b, c) = (format!("a{round}"), format!("b{round}"), format!("c{round}"));
        let mut created = 0;
        let all: Vec<_> = (0..8)
            .map(|number| {
                let mut names = [a.as_str(), b.as_str(), c.as_str()];
                names.rotate_left(number % 3);
                let server = if number % 2 == 0 { t.clone() } else { other.clone() };
                tokio::spawn(send(server, import(&format!("s{round}"), &names)))
            })
            .collect();
        for one in all {
            created += outcomes(&one.await.unwrap()).iter().filter(|line| line.ends_with("CREATED")).count();
        }
        assert_eq!(created, 3);
    }
}
