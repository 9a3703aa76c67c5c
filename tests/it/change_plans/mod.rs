//! Plans of changes: what a change would do, told before, and tokens that bind it.

mod effects;
mod law;
mod required;
mod tokens;

use serde_json::{Value, json};

use crate::support::TestApp;

/// What the tests read of a plan.
const PLAN: &str = "token validUntil destructive summary { containersCreated containersRecreated containersRemoved entries destructive
    cautions effects } effects(first: 100) { nodes { __typename severity message subject { __typename id } ... on ConfigEffect { edits {
    kind key change } fields { field from to } } ... on ContainerEffect { action containerName formerName } ... on ReferenceEffect {
    onReference: action target } ... on ClaimEffect { kind value won } ... on DataEffect { onData: action volumes } }
    pageInfo { hasNextPage } } newConflicts { value holder { name } } solvedConflicts { value } userErrors { __typename code message path }";

/// The plan of a change.
async fn plan(t: &TestApp, mutation: &str, input: &Value) -> Value {
    let query = format!("query ($change: ChangeInput!) {{ plan(change: $change) {{ {PLAN} }} }}");
    // A token depends on the time, and the executor makes a second plan for comparison.
    t.data(&query, json!({ "change": { mutation: input } })).await["plan"].take()
}

/// An input with the token of a plan.
fn with_token(input: &Value, token: &Value) -> Value {
    let mut input = input.clone();
    input["planToken"] = token.clone();
    input
}

/// The effects of a type, in order.
fn of_type<'a>(plan: &'a Value, name: &str) -> Vec<&'a Value> {
    plan["effects"]["nodes"].as_array().unwrap().iter().filter(|effect| effect["__typename"] == name).collect()
}

/// The version of everything, in effect: where the change log ends.
async fn end(t: &TestApp) -> Value {
    t.data("{ changeCursor }", json!({})).await["changeCursor"].take()
}
