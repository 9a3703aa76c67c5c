//! The lifecycle of a template: edits and deletion, and their effect on its instances.

mod delete;
mod edit;

use std::time::Duration;

use devarch::{
    db::{
        Tx,
        entities::TemplateModel,
        queries::templates::{self, TemplateLock},
    },
    fields::TemplateValues,
};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::{
    support::{COLLECTIONS, Engine, TestApp, both, code},
    templates::{file, report},
};

const VALUES: &str = "id name description category imageName imageTag command entrypoint user workingDir restartPolicy \
                      enabled revision createdAt updatedAt";

/// A change of the template `postgres`.
fn postgres(mut input: Value) -> Value {
    input["template"] = json!({ "name": "postgres" });
    input
}

/// A template with everything, by its name.
async fn shown(t: &TestApp, name: &str) -> Value {
    let query = format!(
        "query ($name: String!) {{ template(name: $name) {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} networks {{ name aliases isExternal options definition }} }} }}"
    );
    t.data(&query, json!({ "name": name })).await["template"].take()
}

/// Edits `postgres`, which must succeed, and returns all of it.
async fn edit(t: &TestApp, input: Value) -> Value {
    let selection = format!(
        "template {{ {VALUES} {COLLECTIONS} resourceLimits {{ cpu memory }} attributes {{ name value }} networks {{ name aliases isExternal options definition }} }}"
    );
    let edited = t.done("updateTemplate", postgres(input), &selection).await["template"].take();
    assert_eq!(shown(t, edited["name"].as_str().unwrap()).await, edited);
    edited
}

/// An edit of `postgres` that must be refused for these reasons and leave it as it was.
async fn refused(t: &TestApp, input: Value, expected: &[(&str, &str)]) {
    let before = shown(t, "postgres").await;
    let expected: Vec<_> = expected.iter().map(|(error, path)| code(error, path)).collect();
    assert_eq!(t.refused("updateTemplate", postgres(input)).await, expected);
    assert_eq!(shown(t, "postgres").await, before);
}

fn now() -> DateTimeUtc {
    DateTimeUtc::from_timestamp_micros(1_767_225_600_000_000).unwrap()
}

/// Writes a description in a transaction that is still open.
async fn describe(tx: &Tx, name: &str) -> TemplateModel {
    let held = templates::lock_by_name(tx, name, TemplateLock::NoKeyUpdate).await.unwrap().unwrap();
    let values = TemplateValues { description: "Mine".to_owned(), ..TemplateValues::from(&held) };
    templates::update(tx, &held, values, now()).await.unwrap()
}

/// Ends a transaction after others have had time to conflict with it.
async fn commit_soon(tx: Tx) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    tx.into_inner().commit().await.unwrap();
}
