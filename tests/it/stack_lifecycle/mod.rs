//! The lifecycle of a stack: rename, restore and duplicate.

mod copy;
mod rename;
mod restore;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{COLLECTIONS, Engine, TestApp, both, code};

/// A live stack with its instances, oldest first.
const WHOLE: &str = "id name networkName description enabled revision createdAt updatedAt deletedAt instances(first: \
                     100) { nodes { id name containerName revision createdAt updatedAt } }";

/// The fields of a live stack.
async fn shown(t: &TestApp, name: &str) -> Value {
    let query = format!("query ($name: String!) {{ stack(name: $name) {{ {WHOLE} }} }}");
    t.data(&query, json!({ "name": name })).await["stack"].take()
}

/// The container names of a live stack, oldest instance first.
async fn containers(t: &TestApp, name: &str) -> Vec<String> {
    let stack = shown(t, name).await;
    let nodes = stack["instances"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["containerName"].as_str().unwrap().to_owned()).collect()
}

/// A stack with instances of the template `postgres`, which must exist.
async fn filled(t: &TestApp, stack: &str, instances: &[&str]) -> Value {
    let made = t.stack(stack).await;
    for name in instances {
        t.instance(stack, name).await;
    }
    made
}

/// The only error of a payload that must be refused, with the holder of what is taken.
async fn refusal(t: &TestApp, field: &str, input: Value) -> Value {
    let holder = "holders: userErrors { ... on NameTakenError { holder { id } } }";
    let payload = t.mutate(field, input, holder).await;
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload}");
    let mut error = errors[0].clone();
    error["holder"] = payload["holders"][0]["holder"]["id"].clone();
    error
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

/// Creates so many instances in a stack.
async fn many(t: &TestApp, stack: &str, n: usize) {
    for i in 0..n {
        t.instance(stack, &format!("i{i}")).await;
    }
}

/// Puts a stack into the trash; its id.
async fn trash(t: &TestApp, name: &str) -> Value {
    t.done("softDeleteStack", json!({ "stack": named(name) }), "stack { id }").await["stack"]["id"].take()
}
