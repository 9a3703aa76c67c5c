//! The shape of responses with errors: every selected key in the requested order, null where the specification requires
//! it, and full paths, in lists too.

use serde_json::{Value, json};

use crate::support::{TestApp, both};

both!(
    keys_come_in_the_order_asked_for,
    a_nullable_field_that_fails_is_null_alone,
    a_field_that_must_be_there_takes_its_parent_with_it,
    a_failure_in_a_list_has_its_whole_path,
    a_failure_in_a_list_of_lists_has_its_whole_path,
    a_mutation_that_fails_leaves_the_answers_beside_it,
);

/// The paths of the errors, sorted.
fn paths(answer: &Value) -> Vec<String> {
    let mut paths: Vec<String> =
        answer["errors"].as_array().into_iter().flatten().map(|error| error["path"].to_string()).collect();
    paths.sort();
    paths
}

async fn keys_come_in_the_order_asked_for(t: &TestApp) {
    t.shop().await;
    let query = "{ z: stack(name: \"shop\") { name ...F id: id instances { totalCount nodes { ports { hostIp } name } } } \
                 templates { totalCount } a: __typename } fragment F on Stack { enabled description }";
    let answer = t.graphql(query, json!({})).await.to_string();
    let keys = [
        "\"z\"",
        "\"name\"",
        "\"enabled\"",
        "\"description\"",
        "\"id\"",
        "\"instances\"",
        "\"totalCount\"",
        "\"nodes\"",
        "\"ports\"",
        "\"templates\"",
        "\"a\"",
    ];
    let places: Vec<usize> =
        keys.iter().map(|key| answer.find(key).unwrap_or_else(|| panic!("{key} {answer}"))).collect();
    assert!(places.is_sorted(), "{answer}");
}

async fn a_nullable_field_that_fails_is_null_alone(t: &TestApp) {
    t.shop().await;
    t.instance("shop", "cache").await;
    t.break_table("instance_healthchecks").await;
    let query = "{ stack(name: \"shop\") { instances { nodes { name healthcheck { test } enabled } } } }";
    let answer = t.graphql(query, json!({})).await;
    let node = |name: &str| json!({ "name": name, "healthcheck": null, "enabled": true });
    assert_eq!(answer["data"]["stack"]["instances"]["nodes"], json!([node("db"), node("cache")]));
    let expected = [0, 1].map(|n| json!(["stack", "instances", "nodes", n, "healthcheck"]).to_string());
    assert_eq!(paths(&answer), expected);
}

async fn a_field_that_must_be_there_takes_its_parent_with_it(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_ports").await;
    let query = "{ instance(stack: \"shop\", name: \"db\") { name ports { hostIp } } stack(name: \"shop\") { name } }";
    let answer = t.graphql(query, json!({})).await;
    assert_eq!(answer["data"], json!({ "instance": null, "stack": { "name": "shop" } }));
    assert_eq!(paths(&answer), [json!(["instance", "ports"]).to_string()]);
    // Up to the nearest that may be null: an entry of `nodes` may.
    let shop = t.data("{ stack(name: \"shop\") { id instance(name: \"db\") { id } } }", json!({})).await;
    let ids = json!({ "ids": [shop["stack"]["instance"]["id"], shop["stack"]["id"]] });
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Instance { ports { hostIp } } } }";
    let answer = t.graphql(query, ids.clone()).await;
    assert_eq!(answer["data"]["nodes"], json!([null, { "id": ids["ids"][1] }]));
    assert_eq!(paths(&answer), [json!(["nodes", 0, "ports"]).to_string()]);
}

async fn a_failure_in_a_list_has_its_whole_path(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_ports").await;
    let query = "{ stack(name: \"shop\") { instances { nodes { name p: ports { hostIp } } } } viewer { role } }";
    let answer = t.graphql(query, json!({})).await;
    assert_eq!(answer["data"], json!({ "stack": null, "viewer": { "role": "ADMIN" } }));
    assert_eq!(paths(&answer), [json!(["stack", "instances", "nodes", 0, "p"]).to_string()]);
}

async fn a_failure_in_a_list_of_lists_has_its_whole_path(t: &TestApp) {
    t.shop().await;
    t.stack("empty").await;
    t.break_table("instance_ports").await;
    let query = "{ stacks { edges { node { instances { edges { node { ports { hostIp } } } } } } } }";
    let answer = t.graphql(query, json!({})).await;
    assert_eq!(answer["data"], Value::Null);
    let path = json!(["stacks", "edges", 1, "node", "instances", "edges", 0, "node", "ports"]);
    assert_eq!(paths(&answer), [path.to_string()]);
    assert!(answer["errors"][0]["extensions"].get("wholePath").is_none(), "{answer}");
}

async fn a_mutation_that_fails_leaves_the_answers_beside_it(t: &TestApp) {
    t.shop().await;
    t.break_table("instance_labels").await;
    let query = "mutation ($input: SetInstanceOverridesInput!) { a: createStack(input: { name: \"one\" }) { stack { name } } \
                 b: setInstanceOverrides(input: $input) { userErrors { code } } \
                 c: createStack(input: { name: \"two\" }) { stack { name } } }";
    let input = json!({ "instance": TestApp::by_name("shop", "db"), "overrides": { "labels": [{ "key": "a", "value": "b" }] } });
    let answer = t.graphql(query, json!({ "input": input })).await;
    let stack = |name: &str| json!({ "stack": { "name": name } });
    assert_eq!(answer["data"], json!({ "a": stack("one"), "b": null, "c": stack("two") }));
    assert_eq!(paths(&answer), [json!(["b"]).to_string()]);
}
