//! Access control: keys, roles, and stacks out of reach.

mod audiences;
mod auth_mode;
mod everything;
mod hosts;
mod ids;
mod matrix;
mod reach;

use serde_json::{Value, json};

use crate::support::TestApp;

pub(super) const ROLES: [&str; 3] = ["READER", "EDITOR", "ADMIN"];

/// Creates a key with this role, limited to these stacks or for all of them.
pub(crate) async fn key(t: &TestApp, name: &str, role: &str, stacks: Option<&[&str]>) -> String {
    let stacks = stacks.map(|names| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>());
    let made = t.done("createApiKey", json!({ "name": name, "role": role, "stacks": stacks }), "token").await;
    made["token"].as_str().unwrap().to_owned()
}

/// The code of the first top-level error.
pub(crate) fn error_code(answer: &Value) -> Option<&str> {
    answer["errors"][0]["extensions"]["code"].as_str()
}

/// A stack with everything that operations need as a subject.
pub(super) struct Subject {
    /// A live stack, with a live instance `db` and a trashed one.
    pub(super) stack: String,
    pub(super) stack_id: Value,
    pub(super) instance_id: Value,
    /// The creation of the live instance.
    pub(super) change: Value,
    pub(super) trashed_instance: Value,
    /// A stack in the trash.
    pub(super) trashed_stack: Value,
    pub(super) trashed_name: String,
}

impl Subject {
    /// Creates it, calls `meanwhile` while both stacks are live, and deletes what has to be in the trash.
    pub(super) async fn new(t: &TestApp, stack: &str, meanwhile: impl AsyncFnOnce(&[&str])) -> Self {
        let trashed_name = format!("{stack}-bin");
        let stack_id = t.stack(stack).await["id"].take();
        let trashed_stack = t.stack(&trashed_name).await["id"].take();
        let instance_id = t.instance(stack, "db").await["id"].take();
        let trashed_instance = t.instance(stack, "old").await["id"].take();
        t.instance(&trashed_name, "db").await;
        let query = "query ($id: ID!) { node(id: $id) { ... on Instance { history { nodes { id } } } } }";
        let change = t.data(query, json!({ "id": instance_id })).await["node"]["history"]["nodes"][0]["id"].take();
        meanwhile(&[stack, &trashed_name]).await;
        t.done("softDeleteInstance", json!({ "instance": { "id": trashed_instance } }), "").await;
        t.done("softDeleteStack", json!({ "stack": { "id": trashed_stack } }), "").await;
        Self { stack: stack.to_owned(), stack_id, instance_id, change, trashed_instance, trashed_stack, trashed_name }
    }
}
