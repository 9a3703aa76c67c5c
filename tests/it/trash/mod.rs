//! The trash: purging stacks and instances, and the lists of deleted ones.

mod lists;
mod purge;

use devarch::db::{
    entities::{instance, stack},
    queries::{
        page::Slice,
        stacks::{self, RowLock},
        templates, trash,
    },
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement, prelude::DateTimeUtc};
use serde_json::{Value, json};

use crate::support::{TestApp, both, code};

/// How many rows a table has.
async fn rows(t: &TestApp, table: &str) -> i64 {
    let db = &t.db.unscoped();
    let sql = format!("SELECT COUNT(*) AS found FROM {table}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get("", "found").unwrap()
}

fn by_id(of: &Value) -> Value {
    json!({ "id": of })
}

/// Puts an instance into the trash; its id.
async fn delete(t: &TestApp, stack: &str, name: &str) -> Value {
    let input = json!({ "instance": TestApp::by_name(stack, name) });
    t.done("softDeleteInstance", input, "instance { id }").await["instance"]["id"].take()
}

/// Puts a stack into the trash; its id.
async fn delete_stack(t: &TestApp, name: &str) -> Value {
    t.done("softDeleteStack", json!({ "stack": { "name": name } }), "stack { id }").await["stack"]["id"].take()
}

const OBSTACLES: &str = "obstacles { code message holder { id } }";

/// The trashed stacks or instances, whole: `list(t, "stacks", "(first: 2)")`.
async fn list(t: &TestApp, what: &str, arguments: &str) -> Value {
    let one = &what[..what.len() - 1];
    let count = if what == "stacks" { "instanceCount" } else { "" };
    let query = format!(
        "{{ trash {{ {what}{arguments} {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} \
         nodes {{ {one} {{ id name revision deletedAt }} {count} {OBSTACLES} }} }} }} }}"
    );
    t.data(&query, json!({})).await["trash"][what].take()
}

/// The obstacles of the only row of a list that has this id: code and holder, and their messages.
async fn obstacles(t: &TestApp, what: &str, id: &Value) -> (Vec<(String, Value)>, String) {
    let page = list(t, what, "").await;
    let one = &what[..what.len() - 1];
    let node = page["nodes"].as_array().unwrap().iter().find(|node| node[one]["id"] == *id).unwrap();
    let found = node["obstacles"].as_array().unwrap();
    let pairs = found.iter().map(|of| (of["code"].as_str().unwrap().to_owned(), of["holder"]["id"].clone()));
    let messages = found.iter().map(|of| of["message"].as_str().unwrap()).collect::<Vec<_>>().join("\n");
    (pairs.collect(), messages)
}
