//! Access to a stack as a file, with and without its secrets.

use devarch::server::AuthMode;
use serde_json::{Value, json};

use crate::{
    access::{error_code, key},
    support::{TestApp, both},
};

both!(
    only_admins_have_secrets_written_out,
    a_stack_out_of_reach_is_none,
    rendering_costs_the_same_for_1_10_and_1000_instances,
);

const COMPOSE: &str = "query ($stack: String!, $reveal: Boolean!) { stack(name: $stack) {
    compose(revealSecrets: $reveal) { text } } }";

async fn ask(t: &TestApp, stack: &str, reveal: bool) -> Value {
    t.graphql(COMPOSE, json!({ "stack": stack, "reveal": reveal })).await
}

async fn only_admins_have_secrets_written_out(t: &TestApp) {
    t.shop().await;
    for (role, limited) in [("READER", false), ("EDITOR", false), ("ADMIN", false), ("ADMIN", true)] {
        let name = format!("{}-{limited}", role.to_lowercase());
        let key = key(t, &name, role, limited.then_some(&["shop"])).await;
        let caller = t.behind(AuthMode::Keys, Some(&key));
        let masked = ask(&caller, "shop", false).await["data"]["stack"]["compose"]["text"].to_string();
        assert!(masked.contains("DB__POSTGRES_PASSWORD") && !masked.contains("\\\"devarch\\\""), "{masked}");
        let revealed = ask(&caller, "shop", true).await;
        if role == "ADMIN" {
            let text = revealed["data"]["stack"]["compose"]["text"].as_str().unwrap();
            assert!(text.contains("POSTGRES_PASSWORD: devarch\n"), "{text}");
        } else {
            assert_eq!(
                (error_code(&revealed), &revealed["data"]["stack"]),
                (Some("FORBIDDEN"), &Value::Null),
                "{role}"
            );
        }
    }
}

async fn a_stack_out_of_reach_is_none(t: &TestApp) {
    t.shop().await;
    t.stack("mine").await;
    let key = key(t, "limited", "ADMIN", Some(&["mine"])).await;
    let caller = t.behind(AuthMode::Keys, Some(&key));
    assert_eq!(ask(&caller, "shop", false).await["data"]["stack"], Value::Null);
    assert!(ask(&caller, "mine", true).await["data"]["stack"]["compose"]["text"].is_string());
}

async fn rendering_costs_the_same_for_1_10_and_1000_instances(t: &TestApp) {
    t.template("postgres").await;
    let query = "query ($stack: String!) { stack(name: $stack) { compose(mode: LAYERED) { hash } } }";
    let mut costs = Vec::new();
    for (stack, n) in [("one", 1), ("ten", 10), ("thousand", 1000)] {
        t.stack(stack).await;
        crate::statements::fill(t, stack, n).await;
        let (cost, done) = t.cost(query, json!({ "stack": stack })).await;
        assert!(done["stack"]["compose"]["hash"].is_string());
        costs.push(cost);
    }
    // The plan's statement, whose response is cached. The stack; once more, its instances, their rules, the templates;
    // the variables of the stacks; twelve kinds of the instances and eleven of the templates.
    assert_eq!(costs, [30, 30, 30]);
    let many = "{ stacks { nodes { compose { hash } } } }";
    assert_eq!(t.cost(many, json!({})).await.0, 30, "three stacks as one");
}
