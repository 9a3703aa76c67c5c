//! Reads of the variables of a stack: plans, the number of statements, and the response cache.

use serde_json::json;

use super::{VARS, env, secret, set, var};
use crate::support::{TestApp, both};

both!(
    shared_variables_cost_no_statement_of_their_own,
    a_cached_response_knows_new_shared_variables,
    an_unreadable_shared_variable_is_told_and_written_again
);

const PAGE: &str = "query ($first: Int!) { stack(name: \"shop\") { instances(first: $first) { nodes { name effectiveConfig { envVars { key value isSet
    origin shadows { key value } } removed { key } } overrideStats { redundant } overrideDiff { key } stack { sharedVars { key inject locked } } } } } }";

async fn shared_variables_cost_no_statement_of_their_own(t: &TestApp) {
    t.shop().await;
    for number in 0..30 {
        t.instance("shop", &format!("n{number}")).await;
    }
    set(t, json!([var("POSTGRES_USER", "shared"), secret("TOKEN", "t0p")])).await;
    // Both ways say the same.
    t.data(PAGE, json!({ "first": 100 })).await;
    let (one, _) = t.cost(PAGE, json!({ "first": 99 })).await;
    assert_eq!(one, 1, "a plan is one statement");
    let (few, _) = t.cost_by_executor(PAGE, json!({ "first": 2 })).await;
    let (many, found) = t.cost_by_executor(PAGE, json!({ "first": 100 })).await;
    assert_eq!(few, many, "the executor takes the same number of statements for two and for all");
    assert_eq!(found["stack"]["instances"]["nodes"].as_array().unwrap().len(), 31);
    let of_template = "{ template(name: \"postgres\") { instances(first: 5) { nodes { stack { name } effectiveConfig { envVars { key origin } } } } } }";
    let found = t.data(of_template, json!({})).await;
    assert_eq!(found["template"]["instances"]["nodes"][0]["effectiveConfig"]["envVars"][2]["origin"], "STACK");
}

async fn a_cached_response_knows_new_shared_variables(t: &TestApp) {
    t.shop().await;
    for value in ["eu", "us"] {
        set(t, json!([var("REGION", value)])).await;
        for _ in 0..2 {
            assert_eq!(env(t, "shop", "db").await[2], format!("REGION={value} STACK"));
            let found = t.data(&format!("{{ stack(name: \"shop\") {{ {VARS} }} }}"), json!({})).await;
            assert_eq!(found["stack"]["sharedVars"][0]["value"], value);
        }
    }
}

async fn an_unreadable_shared_variable_is_told_and_written_again(t: &TestApp) {
    t.shop().await;
    set(t, json!([secret("TOKEN", "t0p")])).await;
    t.sql("UPDATE stack_env_vars SET inject = 'odd'").await;
    let answer = t.graphql("{ stack(name: \"shop\") { name sharedVars { key } } }", json!({})).await;
    assert!(answer["errors"][0]["path"] == json!(["stack", "sharedVars"]), "{answer}");
    set(t, json!([var("REGION", "eu")])).await;
    assert_eq!(env(t, "shop", "db").await[2], "REGION=eu STACK");
}
